#include "core/telling/carried.h"

#include <string.h>

#include "base/text.h"
#include "state/pool.h"

/*
 * Tables of facts: for each kind of row a list of its fields, in their order. Rows with fields of
 * the same name list them each, because what is carried of one says nothing about the other. FIELD
 * and DERIVED make of a list its table, then its names: one text, without a pointer for every name.
 */
#define RAW(row, field)                                                                            \
	FIELD(row, field, RAW,                                                                     \
	      _Generic(((struct row *)NULL)->field, bool                                           \
	               : CARRIED_BOOL, tick_t                                                      \
	               : CARRIED_TICK, uint8_t                                                     \
	               : CARRIED_OCTETS, uint16_t                                                  \
	               : CARRIED_16, uint32_t                                                      \
	               : CARRIED_32, uint64_t                                                      \
	               : CARRIED_64, char *                                                        \
	               : CARRIED_OCTETS, struct siphash_key                                        \
	               : CARRIED_64, struct addr                                                   \
	               : CARRIED_ADDRESS, struct addr *                                            \
	               : CARRIED_ADDRESS, struct bucket                                            \
	               : CARRIED_BUCKET, struct budgets                                            \
	               : CARRIED_BUDGETS, struct challenges                                        \
	               : CARRIED_CHALLENGES, struct limit_bucket(*)[LIMITS]                        \
	               : CARRIED_LIMITS, struct claim_head                                         \
	               : CARRIED_HEAD, struct given_alias                                          \
	               : CARRIED_GIVEN, struct gps                                                 \
	               : CARRIED_GPS, struct morse                                                 \
	               : CARRIED_MORSE, struct rewrite *                                           \
	               : CARRIED_REWRITE, struct sequence                                          \
	               : CARRIED_OCTETS, struct lc                                                 \
	               : CARRIED_OCTETS, struct lc_assembler                                       \
	               : CARRIED_OCTETS, struct talker_alias                                       \
	               : CARRIED_OCTETS, uint8_t(*)[AMBE_BURST_LEN]                                \
	               : CARRIED_OCTETS))
#define DUE(row, field) FIELD(row, field, RAW, CARRIED_DUE)
#define SECRET(row, field) FIELD(row, field, RAW, CARRIED_SECRET)
#define HANDLE(row, field, of) FIELD(row, field, HANDLE, CARRIED_##of)
#define INDEX(row, field, of) FIELD(row, field, INDEX, CARRIED_##of)
#define ORIGIN(row, field) FIELD(row, field, ORIGIN, 0)

#define SERVER_FIELDS                                                                              \
	DERIVED(core, row)                                                                         \
	DERIVED(core, itself)                                                                      \
	DERIVED(core, conf)                                                                        \
	RAW(core, started)                                                                         \
	RAW(core, secret)                                                                          \
	SECRET(core, salts)                                                                        \
	DERIVED(core, sessions.pool)                                                               \
	DERIVED(core, sessions.by_id)                                                              \
	DERIVED(core, sessions.by_address)                                                         \
	DERIVED(core, sessions.by_radio)                                                           \
	HANDLE(core, sessions.half_open, SESSION)                                                  \
	RAW(core, sessions.half_open_next)                                                         \
	DERIVED(core, subscriptions)                                                               \
	DERIVED(core, streams.pool)                                                                \
	DERIVED(core, streams.by_id)                                                               \
	DERIVED(core, streams.tombstones)                                                          \
	DERIVED(core, streams.buried)                                                              \
	DERIVED(core, streams.tombstone_count)                                                     \
	RAW(core, streams.generation)                                                              \
	DERIVED(core, streams.secret)                                                              \
	DERIVED(core, players)                                                                     \
	DERIVED(core, announcements)                                                               \
	DERIVED(core, locations)                                                                   \
	DERIVED(core, decisions)                                                                   \
	DERIVED(core, peers)                                                                       \
	DERIVED(core, uplinks)                                                                     \
	DERIVED(core, claims)                                                                      \
	DERIVED(core, quenches)                                                                    \
	RAW(core, clock_wrong)                                                                     \
	DERIVED(core, blocks)                                                                      \
	DERIVED(core, words)                                                                       \
	DERIVED(core, expiry)                                                                      \
	RAW(core, limits)                                                                          \
	RAW(core, challenges)                                                                      \
	RAW(core, strangers)                                                                       \
	RAW(core, wasted)                                                                          \
	RAW(core, refusals)                                                                        \
	DERIVED(core, snapshot)                                                                    \
	RAW(core, random)                                                                          \
	RAW(core, fan_out)                                                                         \
	RAW(core, turns)                                                                           \
	DERIVED(core, variants)                                                                    \
	DERIVED(core, variant_count)                                                               \
	DERIVED(core, stopped)                                                                     \
	DERIVED(core, settling)                                                                    \
	DERIVED(core, settle_at)                                                                   \
	DERIVED(core, mend_at)                                                                     \
	DERIVED(core, counter)

#define DIGEST(row, of)                                                                            \
	DERIVED(row, of.compress)                                                                  \
	SECRET(row, of.state) SECRET(row, of.digest_len) SECRET(row, of.total) SECRET(row, of.block)
#define KEY(row, of) DIGEST(row, of.hmac.inner) DIGEST(row, of.hmac.outer) SECRET(row, of.blake2b)

#define PEER_FIELDS                                                                                \
	DERIVED(peer, row)                                                                         \
	RAW(peer, at.to)                                                                           \
	DERIVED(peer, at.from)                                                                     \
	DERIVED(peer, at.socket)                                                                   \
	RAW(peer, has_address)                                                                     \
	RAW(peer, remembered)                                                                      \
	DERIVED(peer, target)                                                                      \
	KEY(peer, key)                                                                             \
	RAW(peer, admission.state)                                                                 \
	KEY(peer, admission.other)                                                                 \
	RAW(peer, admission.until)                                                                 \
	RAW(peer, version)                                                                         \
	RAW(peer, up)                                                                              \
	RAW(peer, since)                                                                           \
	RAW(peer, heard)                                                                           \
	DUE(peer, stunned_until)                                                                   \
	RAW(peer, stun_ns)                                                                         \
	RAW(peer, stun_spent)                                                                      \
	RAW(peer, answers_probes)                                                                  \
	DUE(peer, timer.deadline)                                                                  \
	DERIVED(peer, timer.hint)                                                                  \
	RAW(peer, keepalive_due)                                                                   \
	RAW(peer, version_due)                                                                     \
	RAW(peer, versions)                                                                        \
	RAW(peer, unproven)                                                                        \
	RAW(peer, streams)                                                                         \
	RAW(peer, frames)                                                                          \
	RAW(peer, clock_told)                                                                      \
	RAW(peer, offset_ms)                                                                       \
	RAW(peer, newest_ns)                                                                       \
	RAW(peer, newest_at)                                                                       \
	RAW(peer, sent_ns)                                                                         \
	RAW(peer, server)                                                                          \
	RAW(peer, frames_in_total)                                                                 \
	RAW(peer, frames_out_total)                                                                \
	RAW(peer, lost_total)                                                                      \
	RAW(peer, refused_total)                                                                   \
	RAW(peer, stale_total)                                                                     \
	RAW(peer, quenches_in_total)                                                               \
	RAW(peer, quenches_out_total)                                                              \
	RAW(peer, troubles_told)

#define UPLINK_FIELDS                                                                              \
	DERIVED(uplink, row)                                                                       \
	RAW(uplink, target)                                                                        \
	RAW(uplink, turn)                                                                          \
	RAW(uplink, at.to)                                                                         \
	DERIVED(uplink, at.from)                                                                   \
	DERIVED(uplink, at.socket)                                                                 \
	RAW(uplink, has_address)                                                                   \
	DERIVED(uplink, session)                                                                   \
	RAW(uplink, state)                                                                         \
	DUE(uplink, timer.deadline)                                                                \
	DERIVED(uplink, timer.hint)                                                                \
	RAW(uplink, round_wait)                                                                    \
	RAW(uplink, since)                                                                         \
	RAW(uplink, heard)                                                                         \
	RAW(uplink, audio)                                                                         \
	RAW(uplink, pings_missed)                                                                  \
	RAW(uplink, ping_due)                                                                      \
	DUE(uplink, module_due)                                                                    \
	RAW(uplink, module_step)                                                                   \
	RAW(uplink, lost_total)                                                                    \
	RAW(uplink, refused_total)                                                                 \
	RAW(uplink, frames_told)

#define SLOT(n)                                                                                    \
	HANDLE(session, slot[n].heard, STREAM)                                                     \
	RAW(session, slot[n].heard_tg)                                                             \
	RAW(session, slot[n].conversation)                                                         \
	RAW(session, slot[n].mark) RAW(session, slot[n].busy_last) RAW(session,                    \
	                                                               slot[n].voice_last)         \
		RAW(session, slot[n].closed) HANDLE(session, slot[n].data, STREAM) HANDLE(         \
			session, slot[n].talk, STREAM) DERIVED(session, slot[n].subscriptions)     \
			RAW(session, slot[n].data_out) RAW(session, slot[n].mute_until)            \
				HANDLE(session, slot[n].player, PLAYER) RAW(session, slot[n].src)  \
					RAW(session, slot[n].stream)                               \
						HANDLE(session, slot[n].data_in, STREAM)           \
							RAW(session, slot[n].data_next)

#define SESSION_FIELDS                                                                             \
	DERIVED(session, row)                                                                      \
	ORIGIN(session, source)                                                                    \
	RAW(session, id)                                                                           \
	RAW(session, frames_out_total)                                                             \
	RAW(session, frames_in_total)                                                              \
	RAW(session, since)                                                                        \
	RAW(session, budget)                                                                       \
	RAW(session, at.to)                                                                        \
	RAW(session, at.from)                                                                      \
	DERIVED(session, at.socket)                                                                \
	RAW(session, last_ping)                                                                    \
	RAW(session, last_seen)                                                                    \
	SLOT(0)                                                                                    \
	SLOT(1)                                                                                    \
	RAW(session, state)                                                                        \
	RAW(session, simplex)                                                                      \
	RAW(session, rekeyed)                                                                      \
	RAW(session, single)                                                                       \
	RAW(session, private_calls)                                                                \
	RAW(session, has_options)                                                                  \
	RAW(session, admitted)                                                                     \
	RAW(session, close_forged)                                                                 \
	RAW(session, dial_ordered)                                                                 \
	RAW(session, unsettled)                                                                    \
	RAW(session, ident)                                                                        \
	DERIVED(session, subscriptions)                                                            \
	RAW(session, dial)                                                                         \
	RAW(session, timer)                                                                        \
	RAW(session, hang)                                                                         \
	DUE(session, expiry.deadline)                                                              \
	DERIVED(session, expiry.hint)                                                              \
	RAW(session, challenger)                                                                   \
	DUE(session, ident_due.deadline)                                                           \
	DERIVED(session, ident_due.hint)                                                           \
	RAW(session, ident_tg)                                                                     \
	RAW(session, options_bad)                                                                  \
	RAW(session, rx_hz)                                                                        \
	RAW(session, tx_hz)                                                                        \
	RAW(session, cc)                                                                           \
	RAW(session, callsign)                                                                     \
	RAW(session, location)                                                                     \
	RAW(session, software)                                                                     \
	RAW(session, package)                                                                      \
	RAW(session, language)                                                                     \
	RAW(session, options_len)                                                                  \
	FIELD(session, care, RAW, CARRIED_OPTIONS)                                                 \
	FIELD(session, options, RAW, CARRIED_OPTIONS)

#define PLAYER_FIELDS                                                                              \
	DERIVED(player, row)                                                                       \
	HANDLE(player, session, SESSION)                                                           \
	RAW(player, slot)                                                                          \
	RAW(player, kind)                                                                          \
	RAW(player, rank)                                                                          \
	HANDLE(player, stream, STREAM)                                                             \
	DUE(player, expiry.deadline)                                                               \
	DERIVED(player, expiry.hint)                                                               \
	RAW(player, give_up)                                                                       \
	RAW(player, src)                                                                           \
	RAW(player, tg)                                                                            \
	RAW(player, unit)                                                                          \
	RAW(player, seq)                                                                           \
	RAW(player, position)                                                                      \
	RAW(player, text)                                                                          \
	RAW(player, morse)                                                                         \
	FIELD(player, clips, CLIPS, 0)                                                             \
	DERIVED(player, clip_count)                                                                \
	RAW(player, at)                                                                            \
	RAW(player, frame)                                                                         \
	HANDLE(player, recording, RECORDING)

#define RECORDING_FIELDS                                                                           \
	DERIVED(recording, row)                                                                    \
	RAW(recording, count)                                                                      \
	RAW(recording, burst)

#define STREAM_FIELDS                                                                              \
	DERIVED(stream, row)                                                                       \
	ORIGIN(stream, origin)                                                                     \
	RAW(stream, id)                                                                            \
	RAW(stream, generation)                                                                    \
	HANDLE(stream, session, SESSION)                                                           \
	RAW(stream, slot)                                                                          \
	RAW(stream, unit)                                                                          \
	RAW(stream, data)                                                                          \
	RAW(stream, state)                                                                         \
	RAW(stream, src)                                                                           \
	RAW(stream, dst)                                                                           \
	FIELD(stream, conference, MEETING, 0)                                                      \
	HANDLE(stream, targets[0].session, SESSION)                                                \
	RAW(stream, targets[0].slot)                                                               \
	HANDLE(stream, targets[1].session, SESSION)                                                \
	RAW(stream, targets[1].slot)                                                               \
	HANDLE(stream, targets[2].session, SESSION)                                                \
	RAW(stream, targets[2].slot)                                                               \
	RAW(stream, conversation)                                                                  \
	RAW(stream, turn)                                                                          \
	HANDLE(stream, recording, RECORDING)                                                       \
	RAW(stream, denied)                                                                        \
	RAW(stream, told)                                                                          \
	RAW(stream, yielded)                                                                       \
	RAW(stream, locates)                                                                       \
	DUE(stream, expiry.deadline)                                                               \
	DERIVED(stream, expiry.hint)                                                               \
	RAW(stream, started)                                                                       \
	RAW(stream, last)                                                                          \
	RAW(stream, budget)                                                                        \
	RAW(stream, sequence)                                                                      \
	RAW(stream, has_header)                                                                    \
	RAW(stream, header_wrong)                                                                  \
	RAW(stream, embedded_wrong)                                                                \
	RAW(stream, lc)                                                                            \
	RAW(stream, embedded)                                                                      \
	RAW(stream, alias)                                                                         \
	RAW(stream, given)                                                                         \
	RAW(stream, gps)                                                                           \
	RAW(stream, has_gps)                                                                       \
	RAW(stream, rewrites)                                                                      \
	RAW(stream, next_rewrite)                                                                  \
	DERIVED(stream, listeners)                                                                 \
	RAW(stream, frames)                                                                        \
	RAW(stream, lost)                                                                          \
	RAW(stream, late)                                                                          \
	RAW(stream, duplicate)                                                                     \
	RAW(stream, ber_errors)                                                                    \
	RAW(stream, rssi)                                                                          \
	RAW(stream, meshed)                                                                        \
	RAW(stream, mesh_id)                                                                       \
	FIELD(stream, peer, TARGET, 0)                                                             \
	RAW(stream, server)                                                                        \
	RAW(stream, repeater)                                                                      \
	RAW(stream, delay_ms)                                                                      \
	RAW(stream, hops)

#define SUBSCRIPTION_FIELDS                                                                        \
	DERIVED(subscription, row)                                                                 \
	RAW(subscription, rf_tg)                                                                   \
	FIELD(subscription, conference, MEETING, 0)                                                \
	INDEX(subscription, session, SESSION)                                                      \
	RAW(subscription, slot)                                                                    \
	RAW(subscription, active)                                                                  \
	RAW(subscription, mode)                                                                    \
	DERIVED(subscription, in_conference)                                                       \
	DERIVED(subscription, in_slot)                                                             \
	DUE(subscription, expiry.deadline)                                                         \
	DERIVED(subscription, expiry.hint)

#define ANNOUNCEMENT_FIELDS                                                                        \
	DERIVED(announcement, row)                                                                 \
	DUE(announcement, expiry.deadline)                                                         \
	DERIVED(announcement, expiry.hint)                                                         \
	DUE(announcement, round)                                                                   \
	INDEX(announcement, at, SESSION)

#define BLOCK_FIELDS                                                                               \
	DERIVED(block, row)                                                                        \
	RAW(block, id)                                                                             \
	RAW(block, address)                                                                        \
	FIELD(block, refused, WORDS, 0)                                                            \
	RAW(block, since)                                                                          \
	DUE(block, expiry.deadline)                                                                \
	DERIVED(block, expiry.hint)

#define CONFERENCE_FIELDS                                                                          \
	DERIVED(conference, row)                                                                   \
	RAW(conference, tg)                                                                        \
	DERIVED(conference, subscriptions)                                                         \
	DERIVED(conference, last)                                                                  \
	DERIVED(conference, count)                                                                 \
	DERIVED(conference, streams)                                                               \
	HANDLE(conference, speaker, STREAM)                                                        \
	RAW(conference, free_since)

#define TOMBSTONE_FIELDS                                                                           \
	ORIGIN(tombstone, key.origin)                                                              \
	RAW(tombstone, key.id)                                                                     \
	RAW(tombstone, key.dst)                                                                    \
	RAW(tombstone, key.slot)                                                                   \
	RAW(tombstone, key.unit)                                                                   \
	RAW(tombstone, key.data)                                                                   \
	RAW(tombstone, ended)                                                                      \
	RAW(tombstone, cause)                                                                      \
	RAW(tombstone, sequence)

#define CLAIM_FIELDS                                                                               \
	RAW(claim, key)                                                                            \
	ORIGIN(claim, origin)                                                                      \
	RAW(claim, last)                                                                           \
	RAW(claim, seen)                                                                           \
	RAW(claim, ended)                                                                          \
	RAW(claim, used)                                                                           \
	RAW(claim, carried)                                                                        \
	RAW(claim, still)                                                                          \
	RAW(claim, seq)                                                                            \
	RAW(claim, kind)                                                                           \
	RAW(claim, carried_at)                                                                     \
	RAW(claim, first)                                                                          \
	RAW(claim, header)                                                                         \
	RAW(claim, newest_ns)                                                                      \
	RAW(claim, user)

#define QUENCH_FIELDS                                                                              \
	INDEX(carried_quench, peer, PEER)                                                          \
	RAW(carried_quench, row.key)                                                               \
	RAW(carried_quench, row.live)                                                              \
	RAW(carried_quench, row.held)                                                              \
	RAW(carried_quench, row.asked)                                                             \
	RAW(carried_quench, row.probing)                                                           \
	RAW(carried_quench, row.since)                                                             \
	RAW(carried_quench, row.brought)                                                           \
	RAW(carried_quench, row.touched)                                                           \
	RAW(carried_quench, row.probed)                                                            \
	RAW(carried_quench, row.told)                                                              \
	RAW(carried_quench, row.copy)

#define LOCATION_FIELDS                                                                            \
	RAW(location, radio)                                                                       \
	ORIGIN(location, origin)                                                                   \
	RAW(location, slot)                                                                        \
	RAW(location, at)                                                                          \
	DERIVED(location, heard)                                                                   \
	DERIVED(location, heard_slot)

#define DECISION_FIELDS                                                                            \
	RAW(decision, at)                                                                          \
	ORIGIN(decision, who)                                                                      \
	RAW(decision, radio)                                                                       \
	RAW(decision, slot)                                                                        \
	RAW(decision, tg)                                                                          \
	FIELD(decision, words, WORDS, 0)                                                           \
	RAW(decision, number)                                                                      \
	RAW(decision, left)                                                                        \
	RAW(decision, times)

#define COUNTER_FIELDS                                                                             \
	RAW(carried_counter, name)                                                                 \
	RAW(carried_counter, value)

#define SETS(X)                                                                                    \
	X(SERVER, server, SERVER_FIELDS, core, KIND_SERVER)                                        \
	X(PEER, peer, PEER_FIELDS, peer, KIND_PEER)                                                \
	X(UPLINK, uplink, UPLINK_FIELDS, uplink, KIND_UPLINK)                                      \
	X(SESSION, session, SESSION_FIELDS, session, KIND_SESSION)                                 \
	X(PLAYER, player, PLAYER_FIELDS, player, KIND_PLAYER)                                      \
	X(RECORDING, recording, RECORDING_FIELDS, recording, KIND_RECORDING)                       \
	X(STREAM, stream, STREAM_FIELDS, stream, KIND_STREAM)                                      \
	X(SUBSCRIPTION, subscription, SUBSCRIPTION_FIELDS, subscription, KIND_SUBSCRIPTION)        \
	X(ANNOUNCEMENT, announcement, ANNOUNCEMENT_FIELDS, announcement, KIND_ANNOUNCEMENT)        \
	X(BLOCK, block, BLOCK_FIELDS, block, KIND_BLOCK)                                           \
	X(CONFERENCE, conference, CONFERENCE_FIELDS, conference, KINDS)                            \
	X(TOMBSTONE, tombstone, TOMBSTONE_FIELDS, tombstone, KINDS)                                \
	X(CLAIM, claim, CLAIM_FIELDS, claim, KINDS)                                                \
	X(QUENCH, quench, QUENCH_FIELDS, carried_quench, KINDS)                                    \
	X(LOCATION, location, LOCATION_FIELDS, location, KINDS)                                    \
	X(DECISION, decision, DECISION_FIELDS, decision, KINDS)                                    \
	X(COUNTER, counter, COUNTER_FIELDS, carried_counter, KINDS)

#define FIELD(row, field, kind, of)                                                                \
	{.offset = offsetof(struct row, field),                                                    \
	 .size = sizeof(((struct row *)NULL)->field),                                              \
	 .type = CARRIED_##kind,                                                                   \
	 .set = (of)},
#define DERIVED(row, field) FIELD(row, field, DERIVED, 0)
#define FIELDS_OF(set, name, list, row, of)                                                        \
	static const struct carried_field name##_fields[] = {list};
SETS(FIELDS_OF)

#undef FIELD
#undef DERIVED
#define FIELD(row, field, kind, of) #field "\0"
#define DERIVED(row, field)
#define NAMES_OF(set, name, list, row, of) static const char name##_names[] = list;
SETS(NAMES_OF)

#define INFO_OF(set, name, list, row, of)                                                          \
	[CARRIED_##set] = {                                                                        \
		#name, name##_fields, name##_names, ARRAY_LEN(name##_fields), sizeof(struct row),  \
		of},

const struct carried_info carried_sets[CARRIED_SETS] = {SETS(INFO_OF)};

bool carried_goes(const struct carried_field *f, enum carried_reader reader)
{
	return f->type != CARRIED_DERIVED &&
	       (reader == CARRIED_NEXT || f->type != CARRIED_RAW || f->set != CARRIED_SECRET);
}

/* How many octets the number has that begins at this one of a raw field; 1: none does. */
static size_t width_at(enum carried_raw raw, size_t at)
{
	switch (raw) {
	case CARRIED_16:
		return 2;
	case CARRIED_32:
		return 4;
	case CARRIED_TICK:
	case CARRIED_DUE:
	case CARRIED_64:
		return 8;
	case CARRIED_ADDRESS:
		at %= sizeof(struct addr);
		return at == offsetof(struct addr, scope)  ? 4
		       : at == offsetof(struct addr, port) ? 2
		                                           : 1;
	case CARRIED_BUCKET:
		return at < offsetof(struct bucket, used) ? 8 : 1;
	case CARRIED_BUDGETS:
		if (at < offsetof(struct budgets, unproven))
			return width_at(CARRIED_BUCKET, at % sizeof(struct bucket));
		return at == offsetof(struct budgets, credit) ? 4 : 1;
	case CARRIED_CHALLENGES:
		if (at < offsetof(struct challenges, taken))
			return at < offsetof(struct challenges, bits) ? 8 : 1;
		at -= offsetof(struct challenges, taken);
		return at % sizeof(struct answers_taken) == 0 ? 4 : 1;
	case CARRIED_LIMITS:
		at %= sizeof(struct limit_bucket);
		if (at >= offsetof(struct limit_bucket, bucket))
			return width_at(CARRIED_BUCKET, at - offsetof(struct limit_bucket, bucket));
		return at == 0 ? 4 : 1;
	case CARRIED_HEAD:
		return at == offsetof(struct claim_head, hash) ? 4 : 1;
	case CARRIED_GIVEN:
		return at < offsetof(struct given_alias, in_turn) ? 4 : 1;
	case CARRIED_GPS:
		return at < offsetof(struct gps, error) ? 4 : 1;
	case CARRIED_MORSE:
		return at < offsetof(struct morse, sign) ? 2 : 1;
	case CARRIED_REWRITE:
		return at % sizeof(struct rewrite) == 0 ? 4 : 1;
	case CARRIED_OCTETS:
	case CARRIED_BOOL:
	case CARRIED_SECRET:
	case CARRIED_OPTIONS:
		break;
	}
	return 1;
}

void carried_turn(const struct carried_field *f, size_t from, void *octets, size_t len)
{
	/* References are numbers of 32 bits. */
	enum carried_raw raw = f->type == CARRIED_RAW ? (enum carried_raw)f->set : CARRIED_32;
	unsigned char *at = octets;

	for (size_t done = 0, width; done < len; done += width, at += width) {
		width = width_at(raw, from + done);
		for (size_t i = 0; i < width / 2; i++) {
			unsigned char octet = at[i];
			at[i] = at[width - 1 - i];
			at[width - 1 - i] = octet;
		}
	}
}

const char *carried_name_after(const struct carried_field *f, const char *name)
{
	return f->type == CARRIED_DERIVED ? name : name + strlen(name) + 1;
}

/* The oldest of a ring first. */
static uint32_t ring_place(uint32_t nth, uint32_t used, uint32_t capacity, uint32_t next)
{
	return used < capacity ? nth : (next + nth) % capacity;
}

static bool copy_tombstone(const struct core *core, uint32_t nth, union carried *out)
{
	const struct streams *t = &core->streams;
	uint32_t capacity = t->pool.capacity, count = t->tombstone_count;
	uint32_t used = count < capacity ? count : capacity;

	if (nth >= used)
		return false;
	out->tombstone = t->tombstones[ring_place(nth, used, capacity, count % capacity)];
	return true;
}

static bool copy_claim(const struct core *core, uint32_t nth, union carried *out)
{
	const struct claims *t = &core->claims;

	if (nth >= t->used)
		return false;
	out->claim = t->rows[ring_place(nth, t->used, t->capacity, t->next)];
	return true;
}

/* Entries that have expired have no key. */
static bool copy_quench(const struct core *core, uint32_t nth, union carried *out)
{
	uint32_t peer = nth / QUENCHES_PER_PEER;

	if (peer >= core->peers.pool.fresh)
		return false;
	out->quench = (struct carried_quench){peer, core->quenches.rows[nth]};
	return true;
}

static bool copy_location(const struct core *core, uint32_t nth, union carried *out)
{
	const struct locations *t = &core->locations;

	if (nth >= t->used)
		return false;
	out->location = t->rows[ring_place(nth, t->used, t->capacity, t->next)];
	return true;
}

static bool copy_decision(const struct core *core, uint32_t nth, union carried *out)
{
	uint64_t count = core->decisions.count;
	uint32_t used = count < DECISIONS ? (uint32_t)count : DECISIONS;

	if (nth >= used)
		return false;
	out->decision = *decision_at(&core->decisions, used - 1 - nth);
	return true;
}

static bool copy_counter(const struct core *core, uint32_t nth, union carried *out)
{
	if (nth >= COUNT_COUNTERS)
		return false;
	out->counter = (struct carried_counter){.value = core->counter[nth]};
	text_copy(out->counter.name, sizeof(out->counter.name), counter_name((enum counter)nth));
	return true;
}

const void *carried_next(const struct core *core, enum carried_set set, uint32_t *at,
                         union carried *room)
{
	static bool (*const copy[])(const struct core *core, uint32_t nth, union carried *out) = {
		[CARRIED_TOMBSTONE] = copy_tombstone, [CARRIED_CLAIM] = copy_claim,
		[CARRIED_QUENCH] = copy_quench,       [CARRIED_LOCATION] = copy_location,
		[CARRIED_DECISION] = copy_decision,   [CARRIED_COUNTER] = copy_counter,
	};

	if (set < CARRIED_POOLS)
		return pool_next(kind_pool(core, carried_sets[set].kind), at);
	if (set == CARRIED_CONFERENCE)
		return pool_next(&core->subscriptions.conferences, at);
	return copy[set](core, ++*at, room) ? room : NULL;
}

static uint64_t hash_of(const void *bytes, size_t len)
{
	return siphash((struct siphash_key){0, 0}, bytes, len) | 1;
}

/* With another server, identity or passphrase it has to log in again. */
static uint64_t binding_of(const struct conf_uplink *c)
{
	return hash_of(c->target, strlen(c->target)) +
	       3 * hash_of(c->passphrase, strlen(c->passphrase)) +
	       5 * hash_of(&c->id, sizeof(c->id)) + 7 * hash_of(c->options, strlen(c->options)) +
	       11 * hash_of(c->module, strlen(c->module));
}

static const char *uplink_section(const struct core *core, uint32_t index, uint64_t *binding)
{
	const struct conf_uplink *c = &core->conf->uplink[index];

	*binding = binding_of(c);
	return c->name;
}

const char *carried_section(const struct core *core, enum carried_set set, const void *row,
                            uint64_t *binding)
{
	const struct conf *conf = core->conf;
	const struct pool_row *place = row;

	*binding = 0;
	if (set == CARRIED_PEER)
		return conf->peer[place->index].name;
	if (set == CARRIED_ANNOUNCEMENT)
		return conf->announcement[place->index].name;
	if (set == CARRIED_UPLINK)
		return uplink_section(core, place->index, binding);
	if (set != CARRIED_SESSION)
		return "";
	const struct session *s = row;
	return session_is_uplink(s) ? uplink_section(core, s->source.index, binding)
	                            : conf->listener[s->at.socket].name;
}
