#include "wire/resolved.h"

#include "harness/t.h"

T_CASE(an_address_comes_back_as_it_went)
{
	const struct resolved out = {
		.link = 0x01020304,
		.to = {.ip = {0x20, 1, 0xd, 0xb8, [15] = 9}, .scope = 0x0a0b0c0d, .port = 62044}};
	uint8_t bytes[RESOLVED_LEN], want[RESOLVED_LEN];
	struct wr w = wr_make(bytes, sizeof(bytes));

	resolved_write(&w, &out);
	T_EQUAL(wr_len(&w), RESOLVED_LEN);
	T_EQUAL(t_hex("0102030420010db80000000000000000000000090a0b0c0df25c", want, sizeof(want)),
	        RESOLVED_LEN);
	T_BYTES(bytes, want, RESOLVED_LEN);
	struct rd r = rd_make(t_guarded(bytes, RESOLVED_LEN), RESOLVED_LEN);
	struct resolved back = resolved_read(&r);
	T_CHECK(rd_done(&r));
	T_EQUAL(back.link, out.link);
	T_CHECK(addr_equal(&back.to, &out.to));
}

T_MAIN(T_ENTRY(an_address_comes_back_as_it_went))
