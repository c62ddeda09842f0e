#include "report/http/token_page.h"

#include <string.h>

const char token_page_inlined[] = "'sha256-pgX41rtMaEuyDk2OzlJoShw+lm3/J5sCKnKEmTkr5nk='";

static const char style[] =
	"\n"
	":root{color-scheme:light "
        "dark;--back:#f3f5f6;--card:#fff;--ink:#17212b;--soft:#52606d;--line:#dde3e8;--accent:#"
        "0b5f8a;--bad:#b3261e;--on:#fff}\n"
	"@media(prefers-color-scheme:dark){:root{--back:#0f1418;--card:#181f25;--ink:#e6ebef;--"
        "soft:#9eabb6;--line:#2a343c;--accent:#6cc0ec;--bad:#ff8a80;--on:#0f1418}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--back);"
        "color:var(--ink);font:15px/1.45 system-ui,sans-serif}\n"
	"main{width:min(23rem,calc(100vw - 2rem));background:var(--card);border:1px solid "
        "var(--line);border-radius:.7rem;padding:1.3rem 1.5rem 1.5rem}\n"
	"h1{font-size:1.25rem;font-weight:650;margin:0}\n"
	"p{margin:.3rem 0 1rem;color:var(--soft)}\n"
	"p[role]{color:var(--bad);font-weight:550}\n"
	"form,label{display:grid;gap:.3rem}\n"
	"input,button{font:inherit;color:inherit;padding:.45rem .7rem;border:1px solid "
        "var(--soft);border-radius:.45rem;background:var(--back)}\n"
	"button{margin-top:.7rem;cursor:pointer;background:var(--accent);border-color:var(--accent)"
        ";color:var(--on);font-weight:600}\n"
	":focus-visible{outline:2px solid var(--accent);outline-offset:2px}\n"
	"";

/* Of each text English and German. */
static const char *const texts[][2] = {
	{"en", "de"},
	{"Token", "Token"},
	{"This page is shown to those who know its token.",
         "Diese Seite sieht nur, wer ihr Token kennt."},
	{"The token is wrong.", "Das Token ist falsch."},
	{"Too many attempts; wait a little.", "Zu viele Versuche; bitte etwas warten."},
	{"Show the page", "Seite zeigen"},
};

/* What is said is in the order of enum token_page. */
enum { LANGUAGE, LABEL, ABOUT, WRONG, TOO_MANY, SHOW };

void token_page_write(const struct http_request *r, enum token_page why, struct text *t)
{
	struct http_text wanted = http_field(r, "accept-language");
	size_t nth = wanted.len >= 2 && memcmp(wanted.at, "de", 2) == 0;

	text_format(t,
	            "<!doctype html><html lang=\"%s\"><meta charset=\"utf-8\">"
	            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
	            "<link rel=\"icon\" href=\"data:,\"><title>freedmr</title><style>",
	            texts[LANGUAGE][nth]);
	text_put(t, style);
	text_format(t, "</style><main><h1>freedmr</h1><p%s>%s</p><form><label>%s",
	            why != TOKEN_PAGE_ASK ? " role=\"alert\"" : "", texts[ABOUT + why][nth],
	            texts[LABEL][nth]);
	text_format(t,
	            "<input type=\"password\" name=\"token\" autocomplete=\"current-password\" "
	            "autofocus required></label><button>%s</button></form></main></html>\n",
	            texts[SHOW][nth]);
}
