#include "io/ipc.h"

#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "io/pipe.h"
#include "wire/parse.h"

bool ipc_order(int fd, const struct command *c)
{
	uint8_t octets[COMMAND_LEN];
	struct wr w = wr_make(octets, sizeof(octets));

	command_write(&w, c);
	return pipe_put(fd, octets, wr_len(&w));
}

bool ipc_hand(int fd, const struct record *r, int handed)
{
	uint8_t octets[RECORD_MAX];
	struct wr w = wr_make(octets, sizeof(octets));

	record_write(&w, r);
	return pipe_put_with(fd, octets, wr_len(&w), handed);
}

bool ipc_tell(int fd, const struct record *r)
{
	return ipc_hand(fd, r, -1);
}

void ipc_reply(int fd, tick_t now, uint32_t number, bool done, const char *words)
{
	struct record r = {
		.kind = RECORD_REPLY, .at = now, .reply = {.number = number, .done = done}};

	text_copy(r.reply.text, sizeof(r.reply.text), words);
	if (number && fd >= 0)
		(void)ipc_tell(fd, &r);
}

void ipc_beat(struct ipc_pulse *p, int fd, tick_t now)
{
	if (p->missed)
		log_info("the parent is back");
	*p = (struct ipc_pulse){.heard = now};
	(void)ipc_order(fd, &(struct command){.kind = COMMAND_BEAT});
}

void ipc_listen(struct ipc_pulse *p, tick_t now)
{
	if (p->missed || now - p->heard < IPC_SILENCE)
		return;
	p->missed = true;
	log_error("the parent has not responded for %d s: calls go on, but a process that dies is "
	          "not restarted",
	          (int)(IPC_SILENCE / TICK_SECOND));
}

enum ipc ipc_take_order(int fd, struct command *out)
{
	uint8_t octets[COMMAND_LEN + 1]; /* so that a message that is too long is noticed */
	const char *reason;
	ssize_t len = pipe_take(fd, octets, sizeof(octets));

	if (len < 0)
		return IPC_END;
	return command_parse(octets, (size_t)len, out, &reason) == PARSE_OK ? IPC_MESSAGE
	                                                                    : IPC_NOTHING;
}

static enum ipc read_record(const uint8_t *octets, ssize_t len, struct record *out)
{
	const char *reason;

	if (len < 0)
		return IPC_END;
	return record_parse(octets, (size_t)len, out, &reason) == PARSE_OK ? IPC_MESSAGE
	                                                                   : IPC_NOTHING;
}

enum ipc ipc_take_record(int fd, struct record *out)
{
	uint8_t octets[RECORD_MAX + 1];

	return read_record(octets, pipe_take(fd, octets, sizeof(octets)), out);
}

enum ipc ipc_take_handed(int fd, struct record *out, int *handed)
{
	uint8_t octets[RECORD_MAX + 1];
	enum ipc ipc = read_record(octets, pipe_take_with(fd, octets, sizeof(octets), handed), out);

	if (ipc == IPC_NOTHING && *handed >= 0) {
		close(*handed);
		*handed = -1;
	}
	return ipc;
}
