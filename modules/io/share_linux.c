#include "io/share.h"

#include <sys/socket.h>

void share_port(int fd, bool yes)
{
	const int on = yes;

	(void)!setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
}
