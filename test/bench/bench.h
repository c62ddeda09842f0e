/*
 * What the two programs of the benchmark share.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdint.h>

#define BENCH_BATCH 64      /* datagrams of one recvmmsg */
#define BENCH_DATAGRAM 512

/*
 * JOIN tg(3): how a client of the reflector says what it wants to hear; answered with the same. It
 * stands in for the login, so that nothing of a protocol is left in the reflector.
 */
#define BENCH_JOIN "JOIN"
#define BENCH_JOIN_LEN 7u

int64_t bench_now_us(void);

/* Prints to standard error and ends the program. */
_Noreturn void bench_die(const char *what);

/* A UDP socket on that port (0: any) with buffers as large as the kernel allows. */
int bench_socket(uint32_t address, uint16_t port);

#endif
