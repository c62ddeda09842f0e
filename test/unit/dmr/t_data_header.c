#include "dmr/data_header.h"

#include "dmr/bits.h"
#include "dmr/bptc.h"
#include "dmr/crc.h"
#include "unit/dmr/vectors.h"

/* A burst around ten octets, with their CRC. */
static void burst_of(const char *hex, uint8_t burst[static DMR_BURST_LEN])
{
	uint8_t block[DMR_BLOCK_LEN];
	t_hex(hex, block, 10);
	bits_put(block, 80, 16, (uint32_t)(crc_ccitt(block, 10) ^ CRC_MASK_DATA_HEADER));
	memset(burst, 0, DMR_BURST_LEN);
	bptc_put(burst, block);
}

static void is(const struct data_header *h, const struct data_header *e)
{
	T_EQUAL(h->format, e->format);
	T_EQUAL(h->group, e->group);
	T_EQUAL(h->response, e->response);
	T_EQUAL(h->dst, e->dst);
	T_EQUAL(h->src, e->src);
	T_EQUAL(h->blocks, e->blocks);
}

T_CASE(the_header_of_the_vectors)
{
	static const struct data_header expected = {
		.format = DATA_UNCONFIRMED, .dst = 1234567, .src = 2345678, .blocks = 3};
	uint8_t burst[DMR_BURST_LEN], dmrd[55];
	struct data_header h;
	t_vector("hbp.txt", "burst_datahdr_unconf_unit", burst, sizeof(burst));
	T_CHECK(data_header_decode(t_guarded(burst, sizeof(burst)), &h));
	is(&h, &expected);
	t_vector("hbp.txt", "dmrd_ts2_unit_datahdr", dmrd, sizeof(dmrd));
	T_CHECK(data_header_decode(dmrd + 20, &h));
	is(&h, &expected);
}

T_CASE(every_format)
{
	static const struct {
		const char *block;
		struct data_header expected;
		const char *name;
	} known[] = {
		{"800000005b23cacefc00", {0, true, false, 91, 2345678, 1}, "udt"},
		{"c00000005b23caceff00", {0, true, true, 91, 2345678, 4}, "udt"},
		{"01000000010000028200", {1, false, false, 1, 2, 2}, "response"},
		{"42400000010000027f00", {2, false, true, 1, 2, 127}, "unconfirmed"},
		{"c3400000010000028500", {3, true, true, 1, 2, 5}, "confirmed"},
		{"3dff000001000002ffff", {13, false, false, 1, 2, 63}, "short-defined"},
		{"ae7500000100000200ff", {14, true, false, 1, 2, 37}, "short-raw"},
		{"cfffffffffffffffffff", {.format = 15}, "proprietary"},
		{"87000000010000027f00", {7, true, false, 1, 2, 0}, "reserved"},
	};
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		uint8_t burst[DMR_BURST_LEN];
		struct data_header h;
		burst_of(known[i].block, burst);
		T_CHECK(data_header_decode(burst, &h));
		is(&h, &known[i].expected);
		T_TEXT(data_format_name((enum data_format)h.format), known[i].name);
	}
}

T_CASE(what_is_no_data_header_is_refused)
{
	static const char *const others[] = {"burst_csbk_preamble_unit", "burst_group91_header",
	                                     "burst_group91_A"};
	uint8_t burst[DMR_BURST_LEN];
	struct data_header h = {.format = 0x5A};
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		t_vector("hbp.txt", others[i], burst, sizeof(burst));
		T_CHECK(!data_header_decode(burst, &h));
	}
	T_EQUAL(h.format, 0x5A);
}

T_MAIN()
