#include "report/http/page.h"

#include <stdlib.h>

#include "base/inflate.h"

const char page_inlined[] = "'sha256-x4XMkRnxQMeu+XZWj0viZ7U5YHCHzdkRaAcm/9uOzok=' "
			    "'sha256-F3uHC3wSLSdQVjNrviqC4dok0uBzVa/p1iQcEUiWZv8='";

/* C cannot include a binary file, but every assembler can. The path is relative to where make runs.
 */
__asm__(".pushsection .rodata\n"
        ".global page_octets\n"
        "page_octets:\n"
        ".incbin \"build/page.html.gz\"\n"
        "page_octets_end:\n"
        ".balign 4\n"
        ".global page_len\n"
        "page_len:\n"
        ".long page_octets_end - page_octets\n"
        ".popsection\n");

size_t page_plain_len(void)
{
	return inflate_size(page_octets, page_len);
}

const char *page_plain(char **made)
{
	size_t len = page_plain_len();

	if (!*made && (*made = malloc(len)) && !inflate_gzip(page_octets, page_len, *made, len)) {
		free(*made);
		*made = NULL;
	}
	return *made;
}
