/*
 * What fuzzers of texts share.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The input in a block of its own, so that the sanitiser sees one octet too far. Release it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);

	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	return text;
}

#endif
