#include "command/phrase.h"

#include <string.h>

#include "harness/t.h"

T_CASE(a_phrase_is_four_groups_of_letters_that_sound_apart)
{
	char phrase[PHRASE_MAX], before[PHRASE_MAX] = "";
	bool used[128] = {false};
	int letters = 0;

	for (int i = 0; i < 400; i++) {
		T_CHECK(phrase_make(phrase));
		T_EQUAL(strlen(phrase), 19);
		for (int at = 0; at < 19; at++) {
			T_EQUAL(phrase[at] == '-', at % 5 == 4);
			used[(unsigned char)phrase[at]] = true;
		}
		T_EQUAL(strspn(phrase, "abcdefghijkmnpqrstuvwxyz23456789-"), 19);
		T_CHECK(strcmp(phrase, before) != 0);
		memcpy(before, phrase, sizeof(before));
	}
	for (int c = 0; c < 128; c++)
		letters += used[c];
	T_EQUAL(letters, 32 + 1); /* all of them come */
}

T_MAIN()
