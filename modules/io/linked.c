#include "io/linked.h"

#include <stdlib.h>

#include "base/inflate.h"

char *linked_text(const char *octets, size_t len)
{
	size_t size = inflate_size(octets, len);
	char *text = malloc(size + 1);

	if (text && inflate_gzip(octets, len, text, size)) {
		text[size] = 0;
		return text;
	}
	free(text);
	return NULL;
}
