#include "dmr/csbk.h"

#include "dmr/bits.h"
#include "dmr/bptc.h"
#include "dmr/crc.h"
#include "unit/dmr/vectors.h"

/* A burst around ten octets, with their CRC. */
static void burst_of(const char *hex, uint8_t burst[static DMR_BURST_LEN])
{
	uint8_t block[DMR_BLOCK_LEN];
	t_hex(hex, block, 10);
	bits_put(block, 80, 16, (uint32_t)(crc_ccitt(block, 10) ^ CRC_MASK_CSBK));
	memset(burst, 0, DMR_BURST_LEN);
	bptc_put(burst, block);
}

static void is(const struct csbk *c, const struct csbk *e)
{
	T_EQUAL(c->last, e->last);
	T_EQUAL(c->protect, e->protect);
	T_EQUAL(c->opcode, e->opcode);
	T_EQUAL(c->fid, e->fid);
	T_EQUAL(c->dst, e->dst);
	T_EQUAL(c->src, e->src);
	T_EQUAL(c->data_follows, e->data_follows);
	T_EQUAL(c->group, e->group);
	T_EQUAL(c->blocks, e->blocks);
}

T_CASE(the_preamble_of_the_vectors)
{
	static const struct csbk expected = {.last = true,
	                                     .opcode = CSBKO_PREAMBLE,
	                                     .dst = 1234567,
	                                     .src = 2345678,
	                                     .data_follows = true,
	                                     .blocks = 10};
	uint8_t burst[DMR_BURST_LEN], dmrd[55];
	struct csbk c;
	t_vector("hbp.txt", "burst_csbk_preamble_unit", burst, sizeof(burst));
	T_CHECK(csbk_decode(t_guarded(burst, sizeof(burst)), &c));
	is(&c, &expected);
	t_vector("hbp.txt", "dmrd_ts2_unit_csbk", dmrd, sizeof(dmrd));
	T_CHECK(csbk_decode(dmrd + 20, &c));
	is(&c, &expected);
}

T_CASE(every_opcode_we_name)
{
	static const struct {
		const char *block;
		struct csbk expected;
		const char *name;
	} known[] = {
		{"84000000000001000002",
	         {.last = 1, .opcode = 0x04, .dst = 1, .src = 2},
	         "unit-request"},
		{"85000000000001000002",
	         {.last = 1, .opcode = 0x05, .dst = 1, .src = 2},
	         "unit-answer"},
		{"9f100000ffffff000002",
	         {.last = 1, .opcode = 0x1F, .fid = 16, .dst = 0xFFFFFF, .src = 2},
	         "call-alert"},
		{"a0100000000001000002",
	         {.last = 1, .opcode = 0x20, .fid = 16, .dst = 1, .src = 2},
	         "call-alert-ack"},
		{"a4100080000001000002",
	         {.last = 1, .opcode = 0x24, .fid = 16, .dst = 1, .src = 2},
	         "radio-check"},
		{"a6000000000001000002", {.last = 1, .opcode = 0x26, .dst = 2, .src = 1}, "nack"},
		{"a7100000000001000002",
	         {.last = 1, .opcode = 0x27, .fid = 16, .dst = 1, .src = 2},
	         "call-emergency"},
		{"b8000000000001000002",
	         {.last = 1, .opcode = 0x38, .dst = 1, .src = 2},
	         "bs-activation"},
		{"7d00400300005b23cace",
	         {.protect = 1, .opcode = 0x3D, .dst = 91, .src = 2345678, .group = 1, .blocks = 3},
	         "preamble"},
		{"3fffffffffffff000000", {.opcode = 0x3F, .fid = 255, .dst = 0xFFFFFF}, "other"},
	};
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		uint8_t burst[DMR_BURST_LEN];
		struct csbk c;
		burst_of(known[i].block, burst);
		T_CHECK(csbk_decode(burst, &c));
		is(&c, &known[i].expected);
		T_TEXT(csbk_opcode_name((enum csbk_opcode)c.opcode), known[i].name);
	}
}

T_CASE(one_wrong_bit_is_corrected)
{
	uint8_t burst[DMR_BURST_LEN];
	struct csbk c;
	t_vector("hbp.txt", "burst_csbk_preamble_unit", burst, sizeof(burst));
	for (size_t bit = 0; bit < 264; bit++) {
		flip(burst, bit);
		T_CHECK(csbk_decode(burst, &c));
		T_EQUAL(c.dst, 1234567);
		flip(burst, bit);
	}
}

T_CASE(what_is_no_csbk_is_refused)
{
	static const char *const others[] = {"burst_datahdr_unconf_unit", "burst_group91_header",
	                                     "burst_group91_A"};
	uint8_t burst[DMR_BURST_LEN];
	struct csbk c = {.opcode = 0x5A};
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		t_vector("hbp.txt", others[i], burst, sizeof(burst));
		T_CHECK(!csbk_decode(burst, &c));
	}
	T_EQUAL(c.opcode, 0x5A);
}

T_MAIN()
