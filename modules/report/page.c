#include "report/page.h"

const char page_inlined[] =
	"'sha256-gCI0YfLUOAw5dF4lAsnJScxfd9j+KxObjh+QqkRD5gA=' "
	"'sha256-KGiXNXlQm8/tnDmjD9Q1/8u7lclNk5zxX3vDARY8IQk='";

/* C has no way to include octets; every assembler has. The path counts from where make runs. */
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
