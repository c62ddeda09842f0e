/*
 * Files that are linked into the binary, compressed (gzip): a third of their size, and unlike
 * tables of strings they have no pointers, each of which needs a relocation in a binary that runs
 * at any address.
 */
#ifndef IO_LINKED_H
#define IO_LINKED_H

#include <stddef.h>
#include <stdint.h>

/*
 * Defines NAME_octets and NAME_len, to be declared as `extern const char` [] and `extern const
 * uint32_t`. C cannot include a binary file, but every assembler can. The path is relative to where
 * make runs.
 */
#define LINKED_FILE(name, path)                                                                    \
	__asm__(".pushsection .rodata\n"                                                           \
	        ".global " #name "_octets\n" #name "_octets:\n"                                    \
	        ".incbin \"" path "\"\n" #name "_octets_end:\n"                                    \
	        ".balign 4\n"                                                                      \
	        ".global " #name "_len\n" #name "_len:\n"                                          \
	        ".long " #name "_octets_end - " #name "_octets\n"                                  \
	        ".popsection\n")

/* Its text, NUL-terminated, to be freed; NULL: out of memory. */
char *linked_text(const char *octets, size_t len);

#endif
