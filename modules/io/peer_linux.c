#include "io/peer.h"

#include <sys/socket.h>

bool peer_identify(int fd, struct peer_identity *out)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0)
		return false;
	*out = (struct peer_identity){.uid = (long)who.uid, .pid = (long)who.pid};
	return true;
}
