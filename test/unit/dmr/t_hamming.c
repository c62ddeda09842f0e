#include "dmr/hamming.h"

#include "dmr/bits.h"
#include "unit/dmr/vectors.h"

static unsigned length(const struct hamming *h)
{
	return h->data_bits + h->parity_bits;
}

/* Each parity bit written out as the standard gives it; bit i of the mask is d(i). */
T_CASE(parity_bits_are_the_sums_of_the_standard)
{
	static const uint16_t sums_11[] = {
		1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 5 | 1 << 7 | 1 << 8,
		1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 6 | 1 << 8 | 1 << 9,
		1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 9 | 1 << 10,
		1 << 0 | 1 << 1 | 1 << 2 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 10,
		1 << 0 | 1 << 2 | 1 << 5 | 1 << 6 | 1 << 8 | 1 << 9 | 1 << 10,
	};
	static const uint16_t sums_9[] = {
		1 << 0 | 1 << 1 | 1 << 3 | 1 << 5 | 1 << 6,
		1 << 0 | 1 << 1 | 1 << 2 | 1 << 4 | 1 << 6 | 1 << 7,
		1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 5 | 1 << 7 | 1 << 8,
		1 << 0 | 1 << 2 | 1 << 4 | 1 << 5 | 1 << 8,
	};
	static const struct {
		const struct hamming *code;
		const uint16_t *sums;
	} codes[] = {{&hamming_15_11, sums_11}, {&hamming_16_11, sums_11}, {&hamming_13_9, sums_9}};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		const struct hamming *h = codes[i].code;
		for (unsigned d = 0; d < h->data_bits; d++) {
			uint16_t word = hamming_encode(h, (uint16_t)(1u << (h->data_bits - 1 - d)));
			T_EQUAL(word >> h->parity_bits, 1 << (h->data_bits - 1 - d));
			for (unsigned k = 0; k < h->parity_bits; k++) {
				unsigned parity = word >> (h->parity_bits - 1 - k) & 1;
				T_EQUAL(parity, codes[i].sums[k] >> d & 1);
			}
		}
	}
}

static void corrects_every_single_flip(const struct hamming *h)
{
	for (unsigned data = 0; data < 1u << h->data_bits; data++) {
		uint16_t sent = hamming_encode(h, (uint16_t)data);
		for (unsigned bit = 0; bit <= length(h); bit++) {
			unsigned wrong = bit == length(h) ? 0 : 1u << bit;
			uint16_t word = (uint16_t)(sent ^ wrong);
			T_CHECK(hamming_correct(h, &word));
			T_EQUAL(word, sent);
		}
	}
}

T_CASE(every_word_survives_every_single_flip)
{
	corrects_every_single_flip(&hamming_15_11);
	corrects_every_single_flip(&hamming_13_9);
	corrects_every_single_flip(&hamming_16_11);
}

T_CASE(hamming_16_11_refuses_every_double_flip)
{
	for (unsigned a = 0; a < 16; a++) {
		for (unsigned b = 0; b < a; b++) {
			uint16_t sent = hamming_encode(&hamming_16_11, 0x2A5);
			uint16_t word = (uint16_t)(sent ^ 1u << a ^ 1u << b);
			T_CHECK(!hamming_correct(&hamming_16_11, &word));
			T_EQUAL(word, sent ^ 1 << a ^ 1 << b);
		}
	}
}

T_MAIN()
