#include "io/kin.h"

#include "io/pipe.h"

const char *kin_name(enum kin kin)
{
	switch (kin) {
	case KIN_NOTHING:
		return "nothing";
	case KIN_MESSAGE:
		return "message";
	case KIN_END:
		return "end";
	}
	return "?";
}

bool kin_order(int fd, const struct command *c)
{
	uint8_t octets[COMMAND_LEN];
	struct wr w = wr_make(octets, sizeof(octets));

	command_write(&w, c);
	return pipe_put(fd, octets, wr_len(&w));
}

bool kin_tell(int fd, const struct record *r)
{
	uint8_t octets[RECORD_MAX];
	struct wr w = wr_make(octets, sizeof(octets));

	record_write(&w, r);
	return pipe_put(fd, octets, wr_len(&w));
}

enum kin kin_take_order(int fd, struct command *out)
{
	uint8_t octets[COMMAND_LEN + 1]; /* so that one that is too long is seen to be */
	const char *reason;
	ssize_t len = pipe_take(fd, octets, sizeof(octets));

	if (len < 0)
		return KIN_END;
	return command_parse(octets, (size_t)len, out, &reason) == PARSE_OK ? KIN_MESSAGE
	                                                                    : KIN_NOTHING;
}

enum kin kin_take_record(int fd, struct record *out)
{
	uint8_t octets[RECORD_MAX + 1];
	const char *reason;
	ssize_t len = pipe_take(fd, octets, sizeof(octets));

	if (len < 0)
		return KIN_END;
	return record_parse(octets, (size_t)len, out, &reason) == PARSE_OK ? KIN_MESSAGE
	                                                                   : KIN_NOTHING;
}
