#include "dmr/bptc.h"

#include <stdbool.h>
#include <stddef.h>

#include "dmr/bits.h"
#include "dmr/hamming.h"

#define ROWS 13
#define DATA_ROWS 9
#define COLUMNS 15
#define ALL_COLUMNS 0x7FFFu
#define ROUNDS_MAX 5

/* Position of the matrix bit after the one at `place`: 181 further, modulo 196. */
static size_t next_place(size_t place)
{
	return place < 196 - 181 ? place + 181 : place + 181 - 196;
}

static size_t burst_bit(size_t place)
{
	return place < 98 ? place : place + 68;
}

static void matrix_get(const uint8_t burst[static DMR_BURST_LEN], uint16_t rows[static ROWS])
{
	size_t place = 0;
	for (size_t r = 0; r < ROWS; r++) {
		unsigned row = 0;
		for (size_t c = 0; c < COLUMNS; c++) {
			place = next_place(place);
			row = row << 1 | bit_get(burst, burst_bit(place));
		}
		rows[r] = (uint16_t)row;
	}
}

static void matrix_put(uint8_t burst[static DMR_BURST_LEN], const uint16_t rows[static ROWS])
{
	size_t place = 0;
	bit_put(burst, 0, false);
	for (size_t r = 0; r < ROWS; r++) {
		for (size_t c = 0; c < COLUMNS; c++) {
			place = next_place(place);
			bit_put(burst, burst_bit(place), rows[r] >> (COLUMNS - 1 - c) & 1);
		}
	}
}

/* Is data row r summed into parity row 9 + k? */
static bool in_check(size_t k, size_t r)
{
	return hamming_13_9.check[k] >> (DATA_ROWS - 1 - r) & 1;
}

/* What parity row 9 + k must be. Rows are words, so this works on all 15 columns at once. */
static uint16_t parity_row(const uint16_t rows[static ROWS], size_t k)
{
	unsigned sum = 0;
	for (size_t r = 0; r < DATA_ROWS; r++) {
		if (in_check(k, r))
			sum ^= rows[r];
	}
	return (uint16_t)sum;
}

/* Flips the one wrong data bit of every column that has one. */
static void correct_columns(uint16_t rows[static ROWS])
{
	unsigned wrong[ROWS - DATA_ROWS];
	for (size_t k = 0; k < ARRAY_LEN(wrong); k++)
		wrong[k] = rows[DATA_ROWS + k] ^ (unsigned)parity_row(rows, k);

	for (size_t r = 0; r < DATA_ROWS; r++) {
		unsigned match = ALL_COLUMNS; /* the columns whose syndrome names row r */
		for (size_t k = 0; k < ARRAY_LEN(wrong); k++)
			match &= in_check(k, r) ? wrong[k] : ~wrong[k];
		rows[r] = (uint16_t)(rows[r] ^ match);
	}
}

/* The same for the rows; did it flip any? */
static bool correct_rows(uint16_t rows[static ROWS])
{
	bool flipped = false;
	for (size_t r = 0; r < ROWS; r++) {
		uint16_t before = rows[r];
		if (hamming_correct(&hamming_15_11, &rows[r])) /* never: a perfect code */
			flipped |= rows[r] != before;
	}
	return flipped;
}

void bptc_put(uint8_t burst[static DMR_BURST_LEN], const uint8_t block[static DMR_BLOCK_LEN])
{
	uint16_t rows[ROWS];
	rows[0] = hamming_encode(&hamming_15_11, block[0]); /* after the three zero bits */
	for (size_t r = 1; r < DATA_ROWS; r++) {
		uint32_t data = bits_get(block, 11 * r - 3, 11);
		rows[r] = hamming_encode(&hamming_15_11, (uint16_t)data);
	}
	for (size_t k = 0; k < ROWS - DATA_ROWS; k++)
		rows[DATA_ROWS + k] = parity_row(rows, k);
	matrix_put(burst, rows);
}

void bptc_get(const uint8_t burst[static DMR_BURST_LEN], uint8_t block[static DMR_BLOCK_LEN])
{
	uint16_t rows[ROWS];
	matrix_get(burst, rows);
	for (int round = 0; round < ROUNDS_MAX; round++) {
		correct_columns(rows);
		if (!correct_rows(rows))
			break; /* so the columns have nothing new to correct either */
	}
	block[0] = (uint8_t)(rows[0] >> 4);
	for (size_t r = 1; r < DATA_ROWS; r++)
		bits_put(block, 11 * r - 3, 11, rows[r] >> 4);
}
