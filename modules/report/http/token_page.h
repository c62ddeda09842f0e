/*
 * Where a browser asks for the http-token: a small page of its own in the style of the page,
 * because the page itself is shown only to those who know the token.
 */
#ifndef REPORT_TOKEN_PAGE_H
#define REPORT_TOKEN_PAGE_H

#include "base/text.h"
#include "wire/http.h"

#define TOKEN_PAGE_MAX 2560u

/* What its policy lets run: its style. */
extern const char token_page_inlined[];

enum token_page { TOKEN_PAGE_ASK, TOKEN_PAGE_WRONG, TOKEN_PAGE_TOO_MANY };

/* Writes it, in the language the browser asks for. */
void token_page_write(const struct http_request *r, enum token_page why, struct text *t);

#endif
