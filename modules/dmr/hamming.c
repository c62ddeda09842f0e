#include "dmr/hamming.h"

#include "dmr/bits.h"

const struct hamming hamming_15_11 = {11, 4, {0x7AC, 0x3D6, 0x1EB, 0x759}};
const struct hamming hamming_13_9 = {9, 4, {0x1AC, 0x1D6, 0x1EB, 0x159}};
const struct hamming hamming_16_11 = {11, 5, {0x7AC, 0x3D6, 0x1EB, 0x759, 0x537}};

uint16_t hamming_encode(const struct hamming *h, uint16_t data)
{
	unsigned word = data;
	for (unsigned k = 0; k < h->parity_bits; k++)
		word = word << 1 | bits_parity(data & h->check[k]);
	return (uint16_t)word;
}

/* The syndrome: parity bits that disagree with the data bits; 0 for a code word. */
static unsigned syndrome(const struct hamming *h, uint16_t word)
{
	return word ^ hamming_encode(h, (uint16_t)(word >> h->parity_bits));
}

bool hamming_correct(const struct hamming *h, uint16_t *word)
{
	unsigned wrong = syndrome(h, *word);
	if (wrong == 0)
		return true;
	for (unsigned bit = 0; bit < h->data_bits + h->parity_bits; bit++) {
		if (syndrome(h, (uint16_t)(1u << bit)) != wrong)
			continue;
		*word = (uint16_t)(*word ^ 1u << bit);
		return true;
	}
	return false;
}
