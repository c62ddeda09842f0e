#include "dmr/golay.h"

#include "unit/dmr/vectors.h"

T_CASE(all_256_slot_types)
{
	char line[256];
	unsigned cc, type, word, seen = 0;
	FILE *f = fopen("test/data/hbp.txt", "r");
	T_CHECK(f != NULL);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "slottype_%u_%u = %x", &cc, &type, &word) != 3)
			continue;
		seen++;
		if (golay_24(cc << 4 | type) != word)
			t_fail(__FILE__, __LINE__, "colour code %u, type %u", cc, type);
	}
	fclose(f);
	T_EQUAL(seen, 256);
}

T_CASE(every_word_decodes)
{
	for (unsigned data = 0; data < 256; data++) {
		uint8_t out = (uint8_t)~data;
		T_CHECK(golay_decode(golay_24(data), &out));
		T_EQUAL(out, data);
	}
}

T_CASE(up_to_three_errors_are_corrected)
{
	for (unsigned data = 0x11; data < 256; data += 61) {
		uint32_t sent = golay_24(data);
		for (unsigned a = 0; a < 20; a++) {
			for (unsigned b = 0; b <= a; b++) {
				uint8_t out = (uint8_t)~data;
				uint32_t two = sent ^ 1u << a ^ (b == a ? 0 : 1u << b);
				T_CHECK(golay_decode(two, &out));
				T_EQUAL(out, data);
				for (unsigned c = 0; c < b; c++) {
					T_CHECK(golay_decode(two ^ 1u << c, &out));
					T_EQUAL(out, data);
				}
			}
		}
	}
}

T_CASE(four_errors_are_refused)
{
	uint32_t sent = golay_24(0x11);
	for (unsigned a = 3; a < 20; a++) {
		uint8_t out = 0x5A;
		T_CHECK(!golay_decode(sent ^ 1u << a ^ 7u, &out));
		T_EQUAL(out, 0x5A);
	}
}

T_MAIN()
