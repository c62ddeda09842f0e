#include "base/cursor.h"

#include "harness/t.h"

static const uint8_t octets[18] = {1,    2,    3,    4,    5,    6,    7,    8,    9,
                                   0xa0, 0xb0, 0xc0, 0xd0, 0xe0, 0xf0, 0xf1, 0xf2, 0xf3};

T_CASE(numbers_are_big_endian)
{
	struct rd r = rd_make(t_guarded(octets, 18), 18);

	T_EQUAL(rd_u8(&r), 0x01);
	T_EQUAL(rd_u16(&r), 0x0203);
	T_EQUAL(rd_u24(&r), 0x040506);
	T_EQUAL(rd_left(&r), 12);
	T_EQUAL(rd_u32(&r), 0x070809a0);
	T_CHECK(rd_more(&r) && !rd_done(&r));
	T_CHECK(rd_u64(&r) == 0xb0c0d0e0f0f1f2f3);
	T_CHECK(rd_done(&r) && rd_ok(&r) && !rd_more(&r));
}

static uint64_t read_one(struct rd *r, size_t size)
{
	switch (size) {
	case 1:
		return rd_u8(r);
	case 2:
		return rd_u16(r);
	case 3:
		return rd_u24(r);
	case 4:
		return rd_u32(r);
	default:
		return rd_u64(r);
	}
}

T_CASE(a_short_read_is_bad_and_yields_zeros_from_then_on)
{
	static const size_t sizes[] = {1, 2, 3, 4, 8};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t len = 0; len < sizes[i]; len++) {
			struct rd r = rd_make(t_guarded(octets, len), len);
			T_EQUAL(read_one(&r, sizes[i]), 0);
			T_CHECK(!rd_ok(&r) && !rd_done(&r) && !rd_more(&r));
			T_EQUAL(rd_left(&r), 0);
			T_EQUAL(rd_u8(&r), 0); /* although an octet may be there */
			T_CHECK(!rd_ok(&r));
		}
	}
}

T_CASE(bytes_come_whole_or_as_zeros)
{
	static const uint8_t zeros[4];
	uint8_t out[4] = {9, 9, 9, 9};
	struct rd r = rd_make(t_guarded(octets, 7), 7);

	rd_bytes(&r, out, 4);
	T_BYTES(out, octets, 4);
	rd_bytes(&r, out, 4);
	T_BYTES(out, zeros, 4);
	T_CHECK(!rd_ok(&r));
	rd_bytes(&r, NULL, 0);
}

T_CASE(a_skip_past_the_end_is_bad)
{
	struct rd r = rd_make(octets, 5);

	rd_skip(&r, 5);
	T_CHECK(rd_done(&r));
	rd_skip(&r, 0);
	T_CHECK(rd_done(&r));
	rd_skip(&r, SIZE_MAX);
	T_CHECK(!rd_ok(&r));
}

T_CASE(a_part_has_its_own_reader)
{
	struct rd r = rd_make(octets, 6);
	struct rd part = rd_sub(&r, 4);

	T_EQUAL(rd_u32(&part), 0x01020304);
	T_CHECK(rd_done(&part));
	T_EQUAL(rd_u8(&part), 0);
	T_CHECK(!rd_ok(&part));
	T_EQUAL(rd_u16(&r), 0x0506); /* the bad part did not spoil the whole */
	T_CHECK(rd_done(&r));
	part = rd_sub(&r, 0);
	T_CHECK(rd_done(&part) && rd_done(&r));
	part = rd_sub(&r, 1);
	T_CHECK(!rd_ok(&part) && !rd_ok(&r) && !rd_more(&part));
	part = rd_sub(&r, 0); /* of a bad reader */
	T_CHECK(!rd_ok(&part));
}

T_CASE(nothing_can_be_read_from_nowhere)
{
	struct rd r = rd_make(NULL, 0);

	T_CHECK(rd_done(&r) && !rd_more(&r));
	rd_bytes(&r, NULL, 0);
	T_CHECK(rd_done(&r));
	T_EQUAL(rd_u8(&r), 0);
	T_CHECK(!rd_ok(&r));
}

T_CASE(what_is_written_can_be_read)
{
	uint8_t buf[24];
	struct wr w = wr_make(buf, sizeof(buf));

	wr_u8(&w, 1);
	wr_u16(&w, 0x0203);
	wr_u24(&w, 0xff040506); /* the top octet is not part of it */
	wr_u32(&w, 0x070809a0);
	wr_u64(&w, 0xb0c0d0e0f0f1f2f3);
	wr_bytes(&w, "abc", 3);
	wr_bytes(&w, NULL, 0);
	wr_fill(&w, 0xee, 3);
	T_EQUAL(wr_len(&w), sizeof(buf));
	T_BYTES(buf, octets, 18);
	T_BYTES(buf + 18, "abc\xee\xee\xee", 6);
	wr_fill(&w, 0, 0);
	T_EQUAL(wr_len(&w), sizeof(buf));
}

static void write_one(struct wr *w, size_t size)
{
	switch (size) {
	case 1:
		wr_u8(w, 0xff);
		break;
	case 2:
		wr_u16(w, 0xffff);
		break;
	case 3:
		wr_u24(w, 0xffffff);
		break;
	case 4:
		wr_u32(w, UINT32_MAX);
		break;
	case 8:
		wr_u64(w, UINT64_MAX);
		break;
	case 5:
		wr_bytes(w, octets, 5);
		break;
	default:
		wr_fill(w, 0xff, size);
	}
}

T_CASE(a_writer_without_room_writes_nothing_and_stays_bad)
{
	for (size_t size = 1; size <= 8; size++) {
		for (size_t cap = 0; cap < size; cap++) {
			uint8_t buf[9] = {0};
			static const uint8_t zeros[9];
			struct wr w = wr_make(buf, cap);
			write_one(&w, size);
			T_EQUAL(wr_len(&w), 0);
			T_CHECK(w.bad);
			wr_bytes(&w, "", 0);
			wr_u8(&w, 1); /* would fit */
			T_EQUAL(wr_len(&w), 0);
			T_BYTES(buf, zeros, sizeof(buf));
		}
	}
	uint8_t two[2];
	struct wr w = wr_make(two, sizeof(two));
	wr_u8(&w, 1);
	wr_u16(&w, 2);
	T_EQUAL(wr_len(&w), 0); /* what went well before must not be sent either */
	struct wr nowhere = wr_make(NULL, 0);
	T_EQUAL(wr_len(&nowhere), 0);
	T_CHECK(!nowhere.bad);
	wr_u8(&nowhere, 1);
	T_CHECK(nowhere.bad);
}

T_MAIN()
