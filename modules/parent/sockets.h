/*
 * The datagram sockets of the server, by the numbers of conf_socket_bind: opened at startup, opened
 * and closed by a reload, and passed to the running voice process.
 *
 * Plain, owned by the parent.
 */
#ifndef PARENT_SOCKETS_H
#define PARENT_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/tick.h"
#include "base/util.h"
#include "conf/conf.h"

struct sockets {
	int fd[CONF_SOCKETS_MAX];         /* -1: none */
	struct addr at[CONF_SOCKETS_MAX]; /* as last configured */
	bool is_new[CONF_SOCKETS_MAX];    /* not yet passed to voice */
	uint32_t room;                    /* capacity in voice */
};

void sockets_none(struct sockets *s);

/* Opens socket `i` of the configuration. -1 with errno. */
MUST_CHECK int sockets_open(struct sockets *s, const struct conf *conf, uint32_t i);

/* Its name for log lines. */
const char *socket_name(const struct conf *conf, uint32_t i);

/* Receives a line about each address that cannot be had: where it is said, and why not. */
typedef void sockets_complain(void *context, const char *line);

struct complaint {
	sockets_complain *complain;
	void *context;
};

/* What a reload needs, opened beside what is in use. */
struct sockets_plan {
	int fd[CONF_SOCKETS_MAX]; /* -1: none */
};

/* Opens what `conf` has and we have not. False if something is missing; drop the plan then. */
MUST_CHECK bool sockets_plan(const struct sockets *s, const struct conf *conf,
                             struct sockets_plan *p, const struct complaint *c);
void sockets_drop(const struct sockets *s, struct sockets_plan *p);

/* Closes what the plan does without and takes over what it has. */
void sockets_follow(struct sockets *s, const struct conf *conf, const struct sockets_plan *p);

/* Passes new sockets to voice; false if there is no room in the pair. */
MUST_CHECK bool sockets_hand(struct sockets *s, int link, tick_t now);

/* After forking a voice process, which inherits all of them. */
void sockets_known(struct sockets *s);

void sockets_close(struct sockets *s);

#endif
