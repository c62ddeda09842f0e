/*
 * The web page, build/page.html, linked into the binary compressed (gzip): a third of it,
 * and every browser takes it so.
 *
 * Its policy lets nothing run or paint but the one script and the one style that stand in it, named
 * by their digests; a test compares those with the page.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <stddef.h>
#include <stdint.h>

extern const char page_octets[];
extern const uint32_t page_len;
extern const char page_inlined[];

/* The page for clients that cannot read it compressed, made when the first asks and kept in
 * `*made`, which the caller frees. NULL: out of memory. */
const char *page_plain(char **made);
size_t page_plain_len(void);

#endif
