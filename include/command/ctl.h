/*
 * freedmr ctl: asks or tells the running server over its control socket and prints
 * the answer. The language and its two forms are the server's (report/answer.h); ctl
 * adds nothing but the socket, the exit status and where the lines go.
 */
#ifndef COMMAND_CTL_H
#define COMMAND_CTL_H

#define CTL_SOCKET_DEFAULT "/run/freedmr/control.sock"
#define CTL_SOCKET_LOCAL "./freedmr.sock" /* when that is there and the default is not */
#define CTL_UNAVAILABLE 69                /* exit status: EX_UNAVAILABLE of sysexits(3) */

/* The control socket that is meant: `wanted`, or the first of the two that is there. */
const char *ctl_socket(const char *wanted);

/*
 * freedmr ctl [-s SOCKET] [--json] WORD [ARG...]; argv[0] is "ctl". Returns the exit status: 0
 * done, 1 refused, 64 usage, 69 no server or it hung up.
 */
int ctl_main(int argc, char **argv);

#endif
