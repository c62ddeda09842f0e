/*
 * Numbers of a recording, which a machine of the other byte order turns round.
 */
#include <string.h>

#include "core/telling/carried.h"
#include "harness/t.h"

static uint16_t turned_16(uint16_t n)
{
	return (uint16_t)(n << 8 | n >> 8);
}

static uint32_t turned_32(uint32_t n)
{
	return (uint32_t)turned_16((uint16_t)n) << 16 | turned_16((uint16_t)(n >> 16));
}

static uint64_t turned_64(uint64_t n)
{
	return (uint64_t)turned_32((uint32_t)n) << 32 | turned_32((uint32_t)(n >> 32));
}

/* The field at this place of a row, turned round. */
static void turn(enum carried_set set, size_t offset, void *field)
{
	const struct carried_info *info = &carried_sets[set];

	for (size_t i = 0; i < info->field_count; i++)
		if (info->fields[i].offset == offset && info->fields[i].type != CARRIED_DERIVED) {
			carried_turn(&info->fields[i], 0, field, info->fields[i].size);
			return;
		}
	t_fail(__FILE__, __LINE__, "%s: no field at %zu", info->name, offset);
}

#define TURN(set, row, name, field) turn(CARRIED_##set, offsetof(struct row, name), field)

static unsigned char octets[1 << 20];

static void fill(void)
{
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (unsigned char)(i * 7 + i / 256);
}

/* Fields may be turned in parts, where handover.c divides them. */
T_CASE(what_is_turned_twice_is_as_before)
{
	static unsigned char whole[sizeof(octets)], before[sizeof(octets)];

	fill();
	memcpy(before, octets, sizeof(octets));
	for (enum carried_set set = 0; set < CARRIED_SETS; set++)
		for (size_t i = 0; i < carried_sets[set].field_count; i++) {
			const struct carried_field *f = &carried_sets[set].fields[i];
			if (!carried_goes(f, CARRIED_FILE) || f->type > CARRIED_TARGET)
				continue;
			carried_turn(f, 0, octets, f->size);
			memcpy(whole, octets, f->size);
			T_BYTES(octets + f->size, before + f->size, sizeof(octets) - f->size);
			carried_turn(f, 0, octets, f->size);
			T_BYTES(octets, before, f->size);
			for (size_t at = 0; at < f->size; at += 8)
				carried_turn(f, at, octets + at,
				             f->size - at < 8 ? f->size - at : 8);
			T_BYTES(octets, whole, f->size);
			carried_turn(f, 0, octets, f->size);
		}
}

/* No row has either in a recording, so far. */
T_CASE(short_numbers_are_turned_and_secrets_are_not)
{
	const struct carried_field numbers = {.type = CARRIED_RAW, .set = CARRIED_16, .size = 4},
				   secret = {.type = CARRIED_RAW, .set = CARRIED_SECRET, .size = 4};
	uint8_t four[] = {1, 2, 3, 4};

	carried_turn(&numbers, 0, four, sizeof(four));
	T_BYTES(four, ((uint8_t[]){2, 1, 4, 3}), 4);
	carried_turn(&secret, 0, four, sizeof(four));
	T_BYTES(four, ((uint8_t[]){2, 1, 4, 3}), 4);
}

T_CASE(numbers_and_references_are_turned)
{
	uint32_t id = 0x01020304;
	uint64_t frames = 0x0102030405060708;
	tick_t since = 0x0102030405060708;
	struct handle heard = {0x01020304, 0x05060708};
	struct source source = {SOURCE_PEER, 0x01020304};
	struct siphash_key secret = {0x0102030405060708, 2};
	char callsign[9] = "2E0XYZ";

	TURN(SESSION, session, id, &id);
	TURN(SESSION, session, frames_out_total, &frames);
	TURN(SESSION, session, since, &since);
	TURN(SESSION, session, slot[1].heard, &heard);
	TURN(SESSION, session, source, &source);
	TURN(SESSION, session, callsign, callsign);
	TURN(SERVER, core, secret, &secret);
	T_EQUAL(id, 0x04030201);
	T_CHECK(frames == 0x0807060504030201 && since == 0x0807060504030201);
	T_CHECK(heard.index == 0x04030201 && heard.generation == 0x08070605);
	T_CHECK(source.kind == turned_32(SOURCE_PEER) && source.index == 0x04030201);
	T_CHECK(strcmp(callsign, "2E0XYZ") == 0);
	T_CHECK(secret.k0 == 0x0807060504030201 && secret.k1 == turned_64(2));
}

static void is_turned_bucket(const struct bucket *is, const struct bucket *was)
{
	T_CHECK((uint64_t)is->last == turned_64((uint64_t)was->last));
	T_CHECK((uint64_t)is->micro == turned_64((uint64_t)was->micro));
	T_EQUAL(is->used, was->used);
}

T_CASE(addresses_and_budgets_are_turned)
{
	struct addr at[CONF_TARGETS_MAX] = {{.ip = {1, 2}, .scope = 3, .port = 0x1234},
	                                    {.ip = {4, 5}, .scope = 6, .port = 0x5678}};
	const struct bucket bucket = {.last = 1234, .micro = -5, .used = 1};
	struct bucket alone = bucket;
	struct budgets b = {
		.takeovers = bucket, .frames = {bucket, bucket}, .unproven = 1, .credit = 9};

	TURN(UPLINK, uplink, target, at);
	T_CHECK(at[0].ip[1] == 2 && at[0].scope == turned_32(3) && at[0].port == 0x3412);
	T_CHECK(at[1].ip[0] == 4 && at[1].scope == turned_32(6) && at[1].port == 0x7856);
	TURN(PEER, peer, streams, &alone);
	is_turned_bucket(&alone, &bucket);
	TURN(SESSION, session, budget, &b);
	is_turned_bucket(&b.takeovers, &bucket);
	is_turned_bucket(&b.frames[0], &bucket);
	is_turned_bucket(&b.frames[1], &bucket);
	T_CHECK(b.unproven == 1 && b.credit == turned_32(9));
}

T_CASE(limits_and_challenges_are_turned)
{
	static struct limit_bucket limits[LIMIT_LIMITS][LIMITS];
	static struct challenges c;
	const struct bucket bucket = {.last = 1234, .micro = 5, .used = 1};

	limits[1][LIMITS - 1] = (struct limit_bucket){7, bucket};
	TURN(SERVER, core, limits, limits);
	T_EQUAL(limits[1][LIMITS - 1].key, turned_32(7));
	is_turned_bucket(&limits[1][LIMITS - 1].bucket, &bucket);
	c.period[2] = 5;
	c.bits[0][0] = c.bits[2][CHALLENGE_BITS / 8 - 1] = 1;
	c.taken[CHALLENGE_TAKEN - 1] = (struct answers_taken){.whose = 8, .count = 3};
	TURN(SERVER, core, challenges, &c);
	T_CHECK((uint64_t)c.period[2] == turned_64(5));
	T_CHECK(c.bits[0][0] == 1 && c.bits[2][CHALLENGE_BITS / 8 - 1] == 1);
	T_EQUAL(c.taken[CHALLENGE_TAKEN - 1].whose, turned_32(8));
	T_EQUAL(c.taken[CHALLENGE_TAKEN - 1].count, 3);
}

T_CASE(what_a_call_holds_is_turned)
{
	struct claim_head head = {.seq = 1, .hash = 2};
	struct given_alias given = {.blocks = 2, .block = 1, .in_turn = 1, .seen = 3};
	struct gps gps = {.lat_udeg = 1, .lon_udeg = -2, .error = 3};
	struct morse morse = {.at = 1, .sign = 2, .silence = 3, .tone = 4};
	struct rewrite rewrites[STREAM_REWRITES] = {[1] = {.tg = 91, .coded.header = {1, 2}}};
	struct sequence sequence = {.last = 1, .payload = {1, 2}};

	TURN(CLAIM, claim, header, &head);
	T_CHECK(head.seq == 1 && head.hash == turned_32(2));
	TURN(STREAM, stream, given, &given);
	T_CHECK(given.blocks == turned_32(2) && given.block == turned_32(1));
	T_CHECK(given.in_turn == 1 && given.seen == 3);
	TURN(STREAM, stream, gps, &gps);
	T_CHECK((uint32_t)gps.lat_udeg == turned_32(1) && (uint32_t)gps.lon_udeg == 0xfeffffff);
	T_EQUAL(gps.error, 3);
	TURN(PLAYER, player, morse, &morse);
	T_CHECK(morse.at == 0x0100 && morse.sign == 2 && morse.silence == 3 && morse.tone == 4);
	TURN(STREAM, stream, rewrites, rewrites);
	T_CHECK(rewrites[1].tg == turned_32(91) && rewrites[1].coded.header[1] == 2);
	TURN(STREAM, stream, sequence, &sequence);
	T_CHECK(sequence.last == 1 && sequence.payload[1] == 2);
}

T_MAIN()
