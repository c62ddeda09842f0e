/*
 * Several sockets at one address: two processes while one takes over from the other. Without it
 * the second cannot bind, which its caller notices.
 */
#ifndef IO_SHARE_H
#define IO_SHARE_H

#include <stdbool.h>

void share_port(int fd, bool yes);

#endif
