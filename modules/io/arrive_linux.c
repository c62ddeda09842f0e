#include "io/arrive.h"

#include <stdint.h>

#include <sys/socket.h>

#include "base/util.h"
#include "io/filter.h"

/* As in linux/filter.h, which not every libc brings. */
enum {
	LOAD_LENGTH = 0x80,
	IF_GREATER = 0x25,
	RETURN = 0x06,
};

#define UDP_HEADER 8u /* is part of the length */

void arrive_at_most(int fd, size_t octets)
{
	struct filter_step code[] = {
		{LOAD_LENGTH, 0, 0, 0},
		{IF_GREATER, 0, 1, UDP_HEADER + (uint32_t)octets},
		{RETURN, 0, 0, 0},
		{RETURN, 0, 0, UINT32_MAX},
	};
	const struct {
		unsigned short len;
		const struct filter_step *code;
	} program = {ARRAY_LEN(code), code};

	(void)!setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}
