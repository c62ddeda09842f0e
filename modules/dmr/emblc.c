#include "dmr/emblc.h"

#include <stddef.h>

#include "dmr/bits.h"
#include "dmr/crc.h"
#include "dmr/hamming.h"

#define ROWS 8
#define COLUMNS 16

/* First LC bit and number of LC bits in rows 0..6; a row of ten ends in a checksum bit. */
static const struct {
	uint8_t at;
	uint8_t count;
} lc_part[ROWS - 1] = {{0, 11}, {11, 11}, {22, 10}, {32, 10}, {42, 10}, {52, 10}, {62, 10}};

/* The checksum bit of row r, most significant in row 2, least in row 6. */
static unsigned checksum_shift(size_t r)
{
	return (unsigned)(ROWS - 2 - r);
}

void emblc_encode(const uint8_t lc[static DMR_LC_LEN],
                  uint8_t fragment[static EMBLC_FRAGMENTS][DMR_FRAGMENT_LEN])
{
	uint16_t rows[ROWS] = {0};
	uint8_t checksum = checksum5(lc);
	for (size_t r = 0; r < ARRAY_LEN(lc_part); r++) {
		uint32_t data = bits_get(lc, lc_part[r].at, lc_part[r].count);
		if (lc_part[r].count == 10)
			data = data << 1 | (checksum >> checksum_shift(r) & 1);
		rows[r] = hamming_encode(&hamming_16_11, (uint16_t)data);
		rows[ROWS - 1] ^= rows[r];
	}
	for (size_t c = 0; c < COLUMNS; c++) {
		unsigned column = 0;
		for (size_t r = 0; r < ROWS; r++)
			column = column << 1 | (rows[r] >> (COLUMNS - 1 - c) & 1);
		fragment[c / DMR_FRAGMENT_LEN][c % DMR_FRAGMENT_LEN] = (uint8_t)column;
	}
}

/* Row 7 is a sum of code words, hence one itself, and is corrected like the others. */
static bool rows_get(const uint8_t fragment[static EMBLC_FRAGMENTS][DMR_FRAGMENT_LEN],
                     uint16_t rows[static ROWS])
{
	unsigned sum = 0;
	for (size_t r = 0; r < ROWS; r++) {
		unsigned row = 0;
		for (size_t c = 0; c < COLUMNS; c++) {
			uint8_t column = fragment[c / DMR_FRAGMENT_LEN][c % DMR_FRAGMENT_LEN];
			row = row << 1 | (column >> (ROWS - 1 - r) & 1);
		}
		rows[r] = (uint16_t)row;
		if (!hamming_correct(&hamming_16_11, &rows[r]))
			return false;
		sum ^= rows[r];
	}
	return sum == 0;
}

bool emblc_decode(const uint8_t fragment[static EMBLC_FRAGMENTS][DMR_FRAGMENT_LEN],
                  uint8_t lc[static DMR_LC_LEN])
{
	uint16_t rows[ROWS];
	if (!rows_get(fragment, rows))
		return false;

	uint8_t octets[DMR_LC_LEN] = {0};
	unsigned checksum = 0;
	for (size_t r = 0; r < ARRAY_LEN(lc_part); r++) {
		uint32_t data = (uint32_t)rows[r] >> hamming_16_11.parity_bits;
		if (lc_part[r].count == 10) {
			checksum |= (data & 1) << checksum_shift(r);
			data >>= 1;
		}
		bits_put(octets, lc_part[r].at, lc_part[r].count, data);
	}
	if (checksum != checksum5(octets))
		return false;
	for (size_t i = 0; i < DMR_LC_LEN; i++)
		lc[i] = octets[i];
	return true;
}
