#include "state/claim.h"

#include "dmr/dmr.h"
#include "harness/t.h"

static struct arena arena;
static struct claims claims;
static const struct source uplink = {SOURCE_UPLINK, 0}, other_uplink = {SOURCE_UPLINK, 1};
static const struct source peer = {SOURCE_PEER, 0}, other_peer = {SOURCE_PEER, 1};

static void open_table(uint32_t rows)
{
	arena_release(&arena);
	arena_measure(&arena);
	claims_open(&claims, &arena, rows, 1);
	if (arena_claim(&arena, arena.used))
		claims_open(&claims, &arena, rows, 1);
}

static struct claim *take(uint64_t key, uint32_t client, tick_t now)
{
	return claim_take(&claims, key, source_client(client), now);
}

T_CASE(a_claim_is_of_stream_number_and_kind)
{
	open_table(8);
	struct claim *c = take(claim_key(1, 2345678, 91, false, false), 7, 1000);
	T_CHECK(claim_find(&claims, claim_key(1, 2345678, 91, false, false), 1000) == c);
	T_CHECK(!claim_find(&claims, claim_key(1, 2345678, 92, false, false), 1000));
	T_CHECK(!claim_find(&claims, claim_key(2, 2345678, 91, false, false), 1000));
	T_CHECK(!claim_find(&claims, claim_key(1, 2345678, 91, true, false), 1000));
	T_CHECK(!claim_find(&claims, claim_key(1, 2345678, 91, false, true), 1000));
	T_EQUAL(source_number(c->origin), 7);
}

T_CASE(a_claim_counts_for_three_minutes)
{
	open_table(8);
	uint64_t key = claim_key(1, 2345678, 91, false, false);
	take(key, 7, 1000);
	T_CHECK(claim_find(&claims, key, 1000 + CLAIM_KEEP_MS - 1));
	T_CHECK(!claim_find(&claims, key, 1000 + CLAIM_KEEP_MS));
	struct claim *c = take(key, 8, 1000 + CLAIM_KEEP_MS);
	T_CHECK(source_equal(c->origin, source_client(8)));
	T_EQUAL(claims.used, 1);
}

/* ... from its last frame. */
T_CASE(what_is_carried_keeps_a_claim)
{
	open_table(8);
	uint64_t key = claim_key(1, 2345678, 91, false, false);
	struct claim *c = take(key, 7, 1000);
	claim_carry(c, &(struct hbp_burst){.class = BURST_B, .seq = 1}, true, 50000);
	T_CHECK(claim_find(&claims, key, 50000 + CLAIM_KEEP_MS - 1) == c);
	T_CHECK(!claim_find(&claims, key, 50000 + CLAIM_KEEP_MS));
}

T_CASE(who_has_to_give_way)
{
	const struct source client = source_client(234567801);

	open_table(8);
	struct claim *c =
		claim_take(&claims, claim_key(1, 2345678, 91, false, false), client, 1000);
	T_CHECK(!claim_outranks(c, client, 1000));
	T_CHECK(claim_outranks(c, uplink, 1000) && claim_outranks(c, peer, 1999));
	T_CHECK(!claim_outranks(c, uplink, 2000) && !claim_outranks(c, peer, 2000));
	c->ended = true;
	T_CHECK(claim_outranks(c, uplink, 1000) && claim_outranks(c, peer, 100000));
	c = claim_take(&claims, claim_key(2, 2345678, 91, false, false), uplink, 1000);
	T_CHECK(!claim_outranks(c, uplink, 1000));
	T_CHECK(claim_outranks(c, other_uplink, 1999) && claim_outranks(c, peer, 1999));
	T_CHECK(!claim_outranks(c, other_uplink, 2000) && !claim_outranks(c, peer, 2000));
}

static const struct hbp_burst voice = {.class = BURST_B};
static const struct hbp_burst header = {.class = BURST_VOICE_HEADER};
static const struct hbp_burst terminator = {.class = BURST_TERMINATOR};

static void carry(struct claim *c, struct hbp_burst b, uint8_t seq, tick_t now)
{
	b.seq = seq;
	claim_carry(c, &b, !c->carried, now);
}

static bool has_carried(const struct claim *c, struct hbp_burst b, uint8_t seq)
{
	b.seq = seq;
	return claim_has_carried(c, &b, c->carried_at + 4000);
}

static bool has_carried_at(const struct claim *c, struct hbp_burst b, uint8_t seq, tick_t now)
{
	b.seq = seq;
	return claim_has_carried(c, &b, now);
}

T_CASE(a_terminator_ends_it_for_good_whoever_carried_it)
{
	const struct source origins[] = {source_client(234567801), uplink, peer};

	for (uint32_t i = 0; i < ARRAY_LEN(origins); i++) {
		open_table(8);
		struct claim *c = claim_take(&claims, claim_key(1, 2345678, 91, false, false),
		                             origins[i], 1000);
		carry(c, voice, 1, 1000);
		carry(c, terminator, 2, 1060);
		claim_carry(c, &(struct hbp_burst){.class = BURST_B, .seq = 1}, true, 1100);
		claim_carry(c, &(struct hbp_burst){.class = BURST_B, .seq = 2}, true, 1200);
		T_CHECK(claim_outranks(c, other_peer, 1000 + CLAIM_KEEP_MS));
		T_CHECK(!claim_outranks(c, origins[i], 1100));
		carry(c, header, 0, 1120); /* a new call under the same id */
		T_CHECK(!claim_outranks(c, other_peer, 3000));
	}
}

/* Its master ends what faded on its own path: no more than silence. */
T_CASE(a_late_terminator_of_an_uplink_is_silence)
{
	open_table(8);
	struct claim *c =
		claim_take(&claims, claim_key(1, 2345678, 91, false, false), uplink, 1000);
	carry(c, voice, 1, 1000);
	carry(c, terminator, 2, 1000 + CLAIM_FADED_MS);
	T_CHECK(claim_outranks(c, peer, 1999));
	T_CHECK(!claim_outranks(c, peer, 2000));
	carry(c, voice, 3, 3000);
	c = claim_take(&claims, claim_key(1, 2345678, 91, false, false), other_uplink, 4000);
	carry(c, terminator, 4, 4000); /* another master has no more of it */
	T_CHECK(!claim_outranks(c, peer, 5000));
	c = claim_take(&claims, claim_key(2, 2345678, 91, false, false), peer, 1000);
	carry(c, voice, 1, 1000);
	carry(c, terminator, 2, 9000);
	T_CHECK(claim_outranks(c, uplink, 90000));
}

T_CASE(who_takes_over_goes_on_behind_what_was_carried)
{
	open_table(8);
	uint64_t key = claim_key(1, 2345678, 91, false, false);
	struct claim *c = take(key, 7, 1000);
	T_CHECK(!has_carried(c, voice, 0));
	carry(c, voice, 250, 1000);
	T_CHECK(has_carried(c, voice, 250) && has_carried(c, voice, 249));
	T_CHECK(has_carried(c, voice, 122) && !has_carried(c, voice, 251));
	T_CHECK(!has_carried(c, voice, 3) && !has_carried(c, voice, 121));
	c = take(key, 8, 2500); /* and what it knows stays */
	T_CHECK(has_carried(c, voice, 250) && !has_carried(c, voice, 251));
	c = take(key, 9, 2500 + CLAIM_KEEP_MS);
	T_CHECK(!has_carried(c, voice, 250));
}

/* Numbers repeat after 15 s: a path that failed blocks none of them for the whole call. */
T_CASE(who_takes_over_late_goes_on_at_any_number)
{
	open_table(8);
	struct claim *c = take(claim_key(1, 2345678, 91, false, false), 7, 1000);
	struct claim *data = take(claim_key(1, 2345678, 91, false, true), 7, 1000);
	carry(c, voice, 250, 1000);
	carry(data, header, 250, 1000);
	for (uint32_t said = 20; said < 1000; said++) {
		tick_t now = 1000 + (tick_t)said * DMR_BURST_MS;
		T_CHECK(!has_carried_at(c, voice, (uint8_t)(250 + said), now));
		T_CHECK(!has_carried_at(c, voice, (uint8_t)(250 + said + 40), now));
		T_CHECK(!has_carried_at(c, voice, (uint8_t)(250 + said / 2), now));
		T_CHECK(has_carried_at(c, voice, 240, now) == (said < 201));
		T_CHECK(has_carried_at(c, voice, 250, now) == (said < 210));
		T_CHECK(has_carried_at(data, header, 250, now));
	}
}

T_CASE(numbers_that_stand_still_tell_nothing)
{
	static const struct hbp_burst next = {.class = BURST_C};
	open_table(8);
	uint64_t key = claim_key(1, 2345678, 91, false, false);
	struct claim *c = take(key, 7, 1000);
	carry(c, voice, 5, 1000);
	carry(c, voice, 5, 1001); /* once more is no sign of it */
	T_CHECK(!has_carried(c, voice, 6));
	carry(c, next, 6, 1002);
	carry(c, voice, 5, 1003); /* nor is one that comes late */
	carry(c, next, 6, 1004);
	T_CHECK(!has_carried(c, voice, 7));
	carry(c, voice, 6, 1060);
	T_CHECK(has_carried(c, voice, 6) && has_carried(c, voice, 7));
	c = take(key, 8, 3000);
	T_CHECK(has_carried(c, voice, 7));
	carry(c, voice, 7, 3000); /* now they count */
	T_CHECK(!has_carried(c, voice, 8));
}

/* It carried nothing before with the number 0, which is that of an empty row. */
T_CASE(the_first_frame_that_is_carried_counts)
{
	open_table(8);
	struct claim *c = take(claim_key(1, 2345678, 91, false, false), 7, 1000);
	claim_carry(c, &voice, false, 1000);
	T_CHECK(c->carried && !c->still);
	T_CHECK(has_carried(c, voice, 0) && !has_carried(c, voice, 1));
}

T_CASE(what_was_lost_on_the_way_that_counted_is_no_other_data)
{
	const struct hbp_burst begin = {.class = BURST_DATA_HEADER};
	const struct hbp_burst block = {.class = BURST_RATE_34_DATA};
	const struct hbp_burst csbk = {.class = BURST_CSBK};

	open_table(8);
	struct claim *c = take(claim_key(1, 2345678, 2345678, true, true), 7, 1000);
	carry(c, csbk, 1, 1000); /* without number 0, and without its header, 2 */
	carry(c, block, 4, 1060);
	carry(c, block, 3, 1120); /* late */
	T_CHECK(has_carried(c, csbk, 0) && has_carried(c, csbk, 1) && has_carried(c, begin, 2));
	T_CHECK(has_carried(c, block, 4) && !has_carried(c, block, 5));
}

T_CASE(data_is_known_by_its_headers)
{
	const struct hbp_burst begin = {.class = BURST_DATA_HEADER};
	const struct hbp_burst block = {.class = BURST_RATE_34_DATA};
	struct hbp_burst csbk = {.class = BURST_CSBK}, other = begin;

	csbk.payload[0] = 1;
	other.payload[7] = 1;
	open_table(8);
	struct claim *c = take(claim_key(1, 2345678, 2345678, true, true), 7, 1000);
	carry(c, csbk, 0, 1000);
	carry(c, begin, 1, 1060);
	carry(c, block, 2, 1120);
	T_CHECK(has_carried(c, csbk, 0) && has_carried(c, begin, 1) && has_carried(c, block, 2));
	T_CHECK(!has_carried(c, block, 3) && !has_carried(c, other, 0));
	T_CHECK(!has_carried(c, csbk, 3) && !has_carried(c, begin, 3));
	other = begin;
	other.payload[9] = 1; /* as many preambles before it, but another message */
	T_CHECK(!has_carried(c, other, 1));
	c = take(claim_key(1, 2345678, 2345678, true, true), 8, 2500);
	T_CHECK(has_carried(c, csbk, 0) && has_carried(c, begin, 1) && !has_carried(c, other, 1));
}

T_CASE(full_table_replaces_the_oldest_that_is_silent)
{
	open_table(4);
	for (uint32_t i = 0; i < 4; i++)
		take(claim_key(i, 2345678, 91, false, false), i, 1000);
	claim_find(&claims, claim_key(0, 2345678, 91, false, false), 1000)->last = 2500;
	take(claim_key(9, 2345678, 91, false, false), 9, 2600);
	const struct claim *kept =
		claim_find(&claims, claim_key(0, 2345678, 91, false, false), 2600);
	T_CHECK(kept && source_number(kept->origin) == 0);
	T_CHECK(!claim_find(&claims, claim_key(1, 2345678, 91, false, false), 2600));
	const struct claim *taken =
		claim_find(&claims, claim_key(9, 2345678, 91, false, false), 2600);
	T_CHECK(taken && source_number(taken->origin) == 9);
	T_EQUAL(claims.by_key.count, 4);
}

/* However many want one: a claim in use is kept, and a search looks at few rows. */
T_CASE(a_claim_in_use_is_nobody_elses)
{
	open_table(600);
	for (uint32_t i = 0; i < 600; i++)
		take(claim_key(i, 2345678, 91, false, false), i, 1000);
	for (uint32_t i = 0; i < 600; i++)
		T_CHECK(!take(claim_key(1000 + i, 2345678, 91, false, false), 9, 1900));
	for (uint32_t i = 0; i < 600; i++)
		T_CHECK(claim_find(&claims, claim_key(i, 2345678, 91, false, false), 1900));
	T_CHECK(take(claim_key(7, 2345678, 91, false, false), 9, 1900));
	T_CHECK(take(claim_key(2000, 2345678, 91, false, false), 9, 2100));
	T_EQUAL(claims.by_key.count, 600);
}

/* Whatever a dead process left of the index, each row is found by one key, and none is beyond the
 * end. */
T_CASE(a_torn_table_is_listed_anew)
{
	open_table(4);
	for (uint32_t i = 0; i < 4; i++)
		take(claim_key(i, 2345678, 91, false, false), i, 1000);
	claims.used = 99;
	claims.rows[1].key = claims.rows[0].key;
	claims_relist(&claims);
	T_EQUAL(claims.used, 4);
	T_EQUAL(claims.by_key.count, 4);
	for (uint32_t i = 0; i < 4; i++)
		T_EQUAL(hash_get(&claims.by_key, claims.rows[i].key), i);
}

/* The key a double is given may be taken as well, and the one after that. */
T_CASE(doubles_of_doubles_are_listed)
{
	open_table(4);
	for (uint32_t i = 0; i < 4; i++)
		take(claim_key(i, 2345678, 91, false, false), i, 1000);
	claims.rows[1].key = ~claims.rows[0].key + 2;
	claims.rows[2].key = ~claims.rows[0].key + 3;
	claims.rows[3].key = claims.rows[2].key;
	claims.rows[2].key = claims.rows[0].key;
	claims_relist(&claims);
	T_EQUAL(claims.by_key.count, 4);
	for (uint32_t i = 0; i < 4; i++)
		T_EQUAL(hash_get(&claims.by_key, claims.rows[i].key), i);
}

T_CASE(what_is_restored_takes_no_place_twice)
{
	struct claim from = {.key = 7, .last = 1000, .seen = 1000};

	open_table(2);
	claim_restore(&claims, &from);
	claim_restore(&claims, &from);
	T_EQUAL(claims.used, 1);
	from.key = 8;
	claim_restore(&claims, &from);
	from.key = 9;
	claim_restore(&claims, &from);
	T_EQUAL(claims.used, 2);
	T_CHECK(claim_find(&claims, 7, 1000) && claim_find(&claims, 8, 1000));
	T_CHECK(!claim_find(&claims, 9, 1000));
}

/* A frame long after the end is no straggler of it: it is carried. */
T_CASE(a_frame_long_after_its_terminator_is_carried)
{
	struct hbp_burst end = {.class = BURST_TERMINATOR, .seq = 9},
			 late = {.class = BURST_A, .seq = 5};

	open_table(4);
	struct claim *c = take(claim_key(1, 2345678, 91, false, false), 7, 1000);
	claim_carry(c, &end, true, 1000);
	T_CHECK(c->ended);
	claim_carry(c, &late, false, 1000 + CLAIM_SILENCE_MS - 1);
	T_CHECK(c->ended);
	claim_carry(c, &late, false, 1000 + CLAIM_SILENCE_MS);
	T_CHECK(!c->ended);
}

T_MAIN()
