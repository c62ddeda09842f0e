#include "report/http/page.h"

#include "base/inflate.h"
#include "io/linked.h"

const char page_inlined[] = "'sha256-x4XMkRnxQMeu+XZWj0viZ7U5YHCHzdkRaAcm/9uOzok=' "
			    "'sha256-F3uHC3wSLSdQVjNrviqC4dok0uBzVa/p1iQcEUiWZv8='";

LINKED_FILE(page, "build/page.html.gz");

size_t page_plain_len(void)
{
	return inflate_size(page_octets, page_len);
}

const char *page_plain(char **made)
{
	if (!*made)
		*made = linked_text(page_octets, page_len);
	return *made;
}
