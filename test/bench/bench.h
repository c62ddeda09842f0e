/*
 * What the two programs of the benchmark share.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdint.h>

#define BENCH_BATCH 64      /* datagrams of one recvmmsg */
#define BENCH_DATAGRAM 512

/*
 * JOIN tg(3): a client of the reflector asks for a talkgroup; answered with the same. It
 * replaces the login, so that the reflector knows no protocol.
 */
#define BENCH_JOIN "JOIN"
#define BENCH_JOIN_LEN 7u

int64_t bench_now_us(void);

/* Prints to standard error and ends the program. */
_Noreturn void bench_die(const char *what);

/* A UDP socket on that port (0: any) with buffers as large as the kernel allows. */
int bench_socket(uint32_t address, uint16_t port);

#endif
