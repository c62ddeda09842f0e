#include "command/phrase.h"

#include <stddef.h>

#include "base/random.h"

/* Without 0 and o, 1 and l, which are easily confused. */
bool phrase_make(char out[static PHRASE_MAX])
{
	static const char letters[32 + 1] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char octets[PHRASE_MAX];

	if (!random_fill(octets, sizeof(octets)))
		return false;
	for (size_t i = 0; i < PHRASE_MAX; i++)
		out[i] = (i + 1) % (PHRASE_GROUP_LEN + 1) ? letters[octets[i] % 32] : '-';
	out[PHRASE_MAX - 1] = 0;
	return true;
}
