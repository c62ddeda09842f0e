/*
 * The policy of the page allows exactly the script that the page has.
 */
#include "report/http/page.h"

#include <stdio.h>
#include <string.h>

#include "base/inflate.h"
#include "base/sha.h"
#include "base/text.h"
#include "harness/t.h"
#include "report/http/token_page.h"

static char page[131072];

/* " 'sha256-...'" of the text between two marks. */
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
	FILE *f = fopen("build/page.html", "r");

	T_CHECK(f && fread(page, 1, sizeof(page) - 1, f) > 0);
	fclose(f);
	put_digest(&t, "<script>", "</script>");
	put_digest(&t, "<style>", "</style>");
	T_TEXT(page_inlined, wanted);
}

T_CASE(the_policy_of_the_question_for_the_token_names_its_style)
{
	char wanted[80];
	struct text w, t;

	for (int why = TOKEN_PAGE_ASK; why <= TOKEN_PAGE_TOO_MANY; why++) {
		t = text_make(page, TOKEN_PAGE_MAX);
		w = text_make(wanted, sizeof(wanted));
		token_page_write(&(struct http_request){.field_count = 0}, (enum token_page)why,
		                 &t);
		T_CHECK(!t.cut && t.len + 200 < TOKEN_PAGE_MAX);
		put_digest(&w, "<style>", "</style>");
		T_TEXT(token_page_inlined, wanted);
	}
}

T_CASE(the_page_is_linked_in_compressed)
{
	T_CHECK(page_len > 1000 && page_len < 65536);
	T_BYTES(page_octets, "\x1f\x8b\x08", 3);
}

T_CASE(what_is_linked_in_is_the_page)
{
	static char linked[sizeof(page)];
	FILE *f = fopen("build/page.html", "r");
	size_t len = f ? fread(page, 1, sizeof(page), f) : 0;

	T_CHECK(f && len < sizeof(page));
	fclose(f);
	T_EQUAL(inflate_size(page_octets, page_len), len);
	T_CHECK(inflate_gzip(page_octets, page_len, linked, len));
	T_CHECK(memcmp(linked, page, len) == 0);
}

T_MAIN()
