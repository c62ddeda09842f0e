/*
 * The web page, modules/report/page.html as it is, linked into the binary.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <stdint.h>

extern const char page_octets[];
extern const uint32_t page_len;

#endif
