/*
 * What the policy of the page lets run is what stands in the page.
 */
#include "report/page.h"

#include <stdio.h>
#include <string.h>

#include "base/sha256.h"
#include "base/text.h"
#include "harness/t.h"

static char page[65536];

/* " 'sha256-...'" of what stands between two marks. */
static void put_digest(struct text *t, const char *begin, const char *end)
{
	const char *from = strstr(page, begin);
	const char *to = from ? strstr(from, end) : NULL;
	uint8_t digest[SHA256_LEN];
	struct sha s;

	if (!to)
		return;
	from += strlen(begin);
	sha256_begin(&s);
	sha_add(&s, from, (size_t)(to - from));
	sha_end(&s, digest);
	text_put(t, t->len ? " 'sha256-" : "'sha256-");
	text_base64(t, digest, sizeof(digest));
	text_char(t, '\'');
}

T_CASE(the_policy_names_what_stands_in_the_page)
{
	char wanted[160];
	struct text t = text_make(wanted, sizeof(wanted));
	FILE *f = fopen("modules/report/page.html", "r");

	T_CHECK(f && fread(page, 1, sizeof(page) - 1, f) > 0);
	fclose(f);
	put_digest(&t, "<script>", "</script>");
	put_digest(&t, "<style>", "</style>");
	T_TEXT(page_inlined, wanted);
}

T_CASE(the_page_is_linked_in_compressed)
{
	T_CHECK(page_len > 1000 && page_len < 65536);
	T_BYTES(page_octets, "\x1f\x8b\x08", 3);
}

T_MAIN(T_ENTRY(the_policy_names_what_stands_in_the_page), T_ENTRY(the_page_is_linked_in_compressed))
