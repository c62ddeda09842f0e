#include "base/siphash.h"

#include "harness/t.h"

static struct siphash_key paper_key(void)
{
	uint8_t bytes[16];

	for (uint8_t i = 0; i < 16; i++)
		bytes[i] = i;
	return siphash_key_from(bytes);
}

/* Appendix A of the paper, and the first and further rows of its authors' vectors. */
T_CASE(the_authors_vectors_hold)
{
	static const struct {
		size_t len;
		uint64_t hash;
	} rows[] = {
		{0, 0x726fdb47dd0e0e31},  {1, 0x74f839c593dc67fd},  {7, 0xab0200f58b01d137},
		{8, 0x93f5f5799a932462},  {15, 0xa129ca6149be45e5}, {16, 0x3f2acc7f57c29bdb},
		{63, 0x958a324ceb064572},
	};
	uint8_t message[64];

	for (uint8_t i = 0; i < 64; i++)
		message[i] = i;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		T_CHECK(siphash(paper_key(), t_guarded(message, rows[i].len), rows[i].len) ==
		        rows[i].hash);
}

T_CASE(key_and_length_matter)
{
	static const uint8_t zeros[16];
	struct siphash_key key = paper_key(), other = paper_key();

	other.k1 ^= 1;
	T_CHECK(siphash(key, zeros, 8) != siphash(other, zeros, 8));
	T_CHECK(siphash(key, zeros, 8) != siphash(key, zeros, 9));
	T_CHECK(siphash(key, NULL, 0) == 0x726fdb47dd0e0e31);
}

T_MAIN()
