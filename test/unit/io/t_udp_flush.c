#include "harness/t.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/messages.h"
#include "io/udp.h"

/*
 * The outbox against a system that answers as the script says, one letter per call:
 * 1..9 = so many sent, a = all sent, F = EAGAIN, B = ENOBUFS, I = EINTR, R = ECONNREFUSED, N =
 * ENETUNREACH, A = EADDRNOTAVAIL. This body of io/messages.h takes the place of the real one.
 */
static const char *script;
static char asked[64]; /* "first+count " of each call */
static struct msghdr headers[UDP_OUTBOX + UDP_INBOX];
static uint32_t headers_used;

struct messages {
	struct msghdr *rows;
};

struct messages *messages_open(struct arena *arena, uint32_t count)
{
	struct messages *m = arena_cut(arena, "messages", 1, sizeof(*m));

	if (!m)
		return NULL;
	m->rows = headers + headers_used;
	headers_used += count;
	return m;
}

void messages_prepare(int fd)
{
	(void)fd;
}

struct msghdr *messages_header(struct messages *m, uint32_t i)
{
	return &m->rows[i];
}

size_t messages_len(const struct messages *m, uint32_t i)
{
	(void)m;
	return i;
}

int messages_receive(struct messages *m, int fd, uint32_t first, uint32_t count)
{
	(void)m;
	(void)fd;
	(void)first;
	(void)count;
	errno = EAGAIN;
	return -1;
}

int messages_send(struct messages *m, int fd, uint32_t first, uint32_t count)
{
	size_t len = strlen(asked);

	(void)m;
	(void)fd;
	snprintf(asked + len, sizeof(asked) - len, "%u+%u ", first, count);
	switch (*script++) {
	case 'a':
		return (int)count;
	case 'F':
		errno = EAGAIN;
		return -1;
	case 'B':
		errno = ENOBUFS;
		return -1;
	case 'I':
		errno = EINTR;
		return -1;
	case 'R':
		errno = ECONNREFUSED;
		return -1;
	case 'N':
		errno = ENETUNREACH;
		return -1;
	case 'A':
		errno = EADDRNOTAVAIL;
		return -1;
	default:
		return script[-1] - '0';
	}
}

T_CASE(every_answer_of_the_system_is_counted_once)
{
	static const struct {
		uint32_t copies;
		const char *script, *asked;
		uint64_t sent, dropped, refused;
	} rows[] = {
		{0, "", "", 0, 0, 0},
		{5, "a", "0+5 ", 5, 0, 0},
		{5, "3a", "0+5 3+2 ", 5, 0, 0},
		{5, "122", "0+5 1+4 3+2 ", 5, 0, 0},
		/* a datagram of its own fault is skipped alone */
		{5, "Ra", "0+5 1+4 ", 4, 0, 1},
		{5, "2Na", "0+5 2+3 3+2 ", 4, 0, 1},
		{5, "4R", "0+5 4+1 ", 4, 0, 1},
		{3, "1Aa", "0+3 1+2 2+1 ", 2, 0, 1},
		{3, "RNR", "0+3 1+2 2+1 ", 0, 0, 3},
		/* a full buffer is tried once more, then the rest is dropped */
		{5, "FF", "0+5 0+5 ", 0, 5, 0},
		{5, "Fa", "0+5 0+5 ", 5, 0, 0},
		{5, "BB", "0+5 0+5 ", 0, 5, 0},
		{5, "2FF", "0+5 2+3 2+3 ", 2, 3, 0},
		{5, "2F1FF", "0+5 2+3 2+3 3+2 3+2 ", 3, 2, 0},
		{5, "1RFF", "0+5 1+4 2+3 2+3 ", 1, 3, 1},
		/* a signal changes nothing */
		{5, "IIa", "0+5 0+5 0+5 ", 5, 0, 0},
		{5, "FIF", "0+5 0+5 0+5 ", 0, 5, 0},
		/* nothing sent and no reason: never a circle */
		{5, "0", "0+5 ", 0, 5, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		static const uint8_t any[4] = {0};
		struct addr here = addr_v4(any, 0), nowhere = {.port = 0};
		struct arena measure, arena;
		int fd = udp_open(&here, false);

		arena_measure(&measure);
		udp_attach(&measure, fd);
		T_CHECK(arena_claim(&arena, measure.used));
		headers_used = 0;
		struct udp *u = udp_attach(&arena, fd);
		T_CHECK(u);
		for (uint32_t n = 0; n < rows[i].copies; n++)
			udp_add(u, &(struct udp_copy){
					   .bytes = any, .len = 4, .to = &here, .from = &nowhere});
		script = rows[i].script;
		asked[0] = '\0';
		udp_flush(u);
		T_TEXT(asked, rows[i].asked);
		T_CHECK(*script == '\0');
		T_EQUAL(udp_counters(u)->sent_total, rows[i].sent);
		T_EQUAL(udp_counters(u)->dropped_total, rows[i].dropped);
		T_EQUAL(udp_counters(u)->refused_total, rows[i].refused);
		udp_flush(u);
		T_TEXT(asked, rows[i].asked);
		close(fd);
		arena_release(&arena);
	}
}

T_MAIN()
