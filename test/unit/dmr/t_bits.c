#include "dmr/bits.h"

#include "unit/dmr/vectors.h"

/* The field bit by bit, the slow way. */
static uint32_t field(const uint8_t *octets, size_t at, size_t count)
{
	uint32_t value = 0;
	for (size_t i = at; i < at + count; i++)
		value = value << 1 | (octets[i / 8] >> (7 - i % 8) & 1);
	return value;
}

T_CASE(bit_0_is_the_highest_of_octet_0)
{
	const uint8_t octets[] = {0x80, 0x01};
	T_CHECK(bit_get(octets, 0));
	T_CHECK(!bit_get(octets, 1));
	T_CHECK(!bit_get(octets, 14));
	T_CHECK(bit_get(octets, 15));
}

T_CASE(bit_put_changes_one_bit)
{
	for (size_t at = 0; at < 24; at++) {
		uint8_t zeros[3] = {0, 0, 0}, ones[3] = {0xFF, 0xFF, 0xFF};
		bit_put(zeros, at, true);
		bit_put(ones, at, false);
		T_EQUAL(field(zeros, 0, 24), 0x800000u >> at);
		T_EQUAL(field(ones, 0, 24), 0xFFFFFFu ^ 0x800000u >> at);
	}
}

T_CASE(every_field_of_six_octets_reads_as_its_bits)
{
	const uint8_t octets[] = {0xA5, 0x3C, 0x0F, 0x96, 0xE1, 0x7B};
	for (size_t at = 0; at < 48; at++) {
		for (size_t count = 1; count <= 32 && at + count <= 48; count++)
			T_EQUAL(bits_get(octets, at, count), field(octets, at, count));
	}
}

T_CASE(reading_stops_at_the_last_octet_of_the_field)
{
	const uint8_t octets[] = {0x12, 0x34, 0x56};
	T_EQUAL(bits_get(t_guarded(octets, 3), 0, 24), 0x123456);
	T_EQUAL(bits_get(t_guarded(octets, 3), 23, 1), 0);
}

T_CASE(every_field_is_written_without_its_neighbours)
{
	uint32_t state = 1;
	for (size_t at = 0; at < 48; at++) {
		for (size_t count = 1; count <= 32 && at + count <= 48; count++) {
			uint8_t before[6], after[6];
			random_fill(&state, before, 6);
			memcpy(after, before, 6);
			uint32_t value = random32(&state);
			bits_put(after, at, count, value);
			T_EQUAL(field(after, at, count), value & (0xFFFFFFFFu >> (32 - count)));
			bits_put(after, at, count, field(before, at, count));
			T_BYTES(after, before, 6);
		}
	}
}

T_CASE(ones_are_counted)
{
	T_EQUAL(bits_count(0), 0);
	T_EQUAL(bits_count(0xFFFFFFFF), 32);
	T_EQUAL(bits_count(0x80000001), 2);
	uint32_t state = 2;
	for (int i = 0; i < 1000; i++) {
		uint32_t word = random32(&state);
		T_EQUAL(bits_parity(word), bits_count(word) % 2);
	}
}

T_MAIN()
