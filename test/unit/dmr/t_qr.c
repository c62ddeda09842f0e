#include "dmr/qr.h"

#include "unit/dmr/vectors.h"

T_CASE(all_128_emb_words)
{
	for (unsigned data = 0; data < 128; data++) {
		char name[32];
		uint8_t word[2];
		snprintf(name, sizeof(name), "emb_%u_%u_%u", data >> 3, data >> 2 & 1, data & 3);
		t_vector("hbp.txt", name, word, sizeof(word));
		T_EQUAL(qr_encode((uint8_t)data), word[0] << 8 | word[1]);
	}
}

T_CASE(up_to_two_errors_are_corrected)
{
	for (unsigned data = 0; data < 128; data++) {
		uint16_t sent = qr_encode((uint8_t)data);
		for (unsigned a = 0; a <= 16; a++) {
			for (unsigned b = a; b <= 16; b++) {
				uint8_t out = 0xFF; /* bit 16 lies outside: no flip */
				uint16_t word = (uint16_t)(sent ^ 1u << a ^ (b == a ? 0 : 1u << b));
				T_CHECK(qr_decode(word, &out));
				T_EQUAL(out, data);
			}
		}
	}
}

T_CASE(three_errors_are_refused)
{
	uint16_t sent = qr_encode(0x0A);
	for (unsigned a = 2; a < 16; a++) {
		uint8_t out = 0x5A;
		T_CHECK(!qr_decode((uint16_t)(sent ^ 1u << a ^ 3u), &out));
		T_EQUAL(out, 0x5A);
	}
}

T_MAIN()
