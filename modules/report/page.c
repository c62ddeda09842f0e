#include "report/page.h"

/* C has no way to include octets; every assembler has. The path counts from where make runs. */
__asm__(".pushsection .rodata\n"
        ".global page_octets\n"
        "page_octets:\n"
        ".incbin \"modules/report/page.html\"\n"
        "page_octets_end:\n"
        ".balign 4\n"
        ".global page_len\n"
        "page_len:\n"
        ".long page_octets_end - page_octets\n"
        ".popsection\n");
