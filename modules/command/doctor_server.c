/* Checks that ask the running server. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/text.h"
#include "command/finding.h"
#include "command/top_list.h"
#include "io/peer.h"
#include "io/unix.h"

#define PATIENCE_S 5
#define HOUR_S 3600
#define FIELD_MAX 128

typedef void see_row(struct doctor *d, const char *row);

/* Sends one request and passes each line of the answer to `see`. False if there is no answer. */
static bool ask(struct doctor *d, const char *request, see_row *see)
{
	static const char end[] = "{\"end\":true";
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	int fd = unix_connect(d->conf.report.control);
	char *line = NULL;
	size_t cap = 0;
	bool answered = false;

	struct peer_identity server;

	if (fd < 0)
		return false;
	if (peer_identify(fd, &server))
		d->pid = server.pid;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	FILE *f = fdopen(fd, "r+");
	if (!f) {
		(void)close(fd);
		return false;
	}
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) > 0)
		while (!answered && getline(&line, &cap, f) > 0) {
			answered = strncmp(line, end, sizeof(end) - 1) == 0;
			if (!answered)
				see(d, line);
		}
	free(line);
	(void)fclose(f);
	return answered;
}

static void see_listener(struct doctor *d, const char *row)
{
	char kind[16] = "", name[FIELD_MAX] = "", at[ADDR_TEXT_MAX] = "";
	struct addr bind;

	if (!top_field(row, "row", kind, sizeof(kind)) || strcmp(kind, "listener") != 0 ||
	    !top_field(row, "name", name, sizeof(name)) ||
	    !top_field(row, "bind", at, sizeof(at)) || !addr_parse(at, 0, &bind))
		return;
	for (uint32_t i = 0; i < d->conf.listener_count; i++)
		d->listens[i] |= strcmp(d->conf.listener[i].name, name) == 0 &&
		                 addr_equal(&d->conf.listener[i].bind, &bind);
}

static void see_link(struct doctor *d, const char *row)
{
	char name[FIELD_MAX] = "", up[8] = "", heard[32] = "", differs[8] = "";

	if (!top_field(row, "name", name, sizeof(name)) || !top_field(row, "up", up, sizeof(up)))
		return;
	bool never = !top_field(row, "heard", heard, sizeof(heard));
	if (top_field(row, "clock_differs", differs, sizeof(differs)) &&
	    strcmp(differs, "true") == 0)
		finding(d, FINDING_WRONG, "set both clocks: sudo timedatectl set-ntp true",
		        "server link %s: the clocks of the two servers differ", name);
	else if (never) /* without keepalives that may be as it should */
		finding(d, strcmp(up, "true") == 0 ? FINDING_HINT : FINDING_WRONG,
		        "compare target, passphrase and remote-id with the other operator, and "
		        "allow the port in both firewalls",
		        "server link %s: nothing received yet", name);
	else if (strcmp(up, "true") == 0)
		finding(d, FINDING_OK, NULL, "server link %s is up", name);
	else
		finding(d, FINDING_WRONG, "ask the other operator whether that server is running",
		        "server link %s is down", name);
}

/* A session from another network shows that the port is open to it. */
static void see_session(struct doctor *d, const char *row)
{
	char name[FIELD_MAX] = "", at[ADDR_TEXT_MAX] = "";
	struct addr from;

	if (!top_field(row, "listener", name, sizeof(name)) ||
	    !top_field(row, "at", at, sizeof(at)) || !addr_parse(at, 0, &from) ||
	    addr_is_private(&from))
		return;
	for (uint32_t i = 0; i < d->conf.listener_count; i++)
		d->outside[i] += strcmp(d->conf.listener[i].name, name) == 0;
}

static void see_refusal(struct doctor *d, const char *row)
{
	char client[16] = "", reason[FIELD_MAX] = "", last[32] = "", times[16] = "";

	if (!top_field(row, "client", client, sizeof(client)) ||
	    !top_field(row, "reason", reason, sizeof(reason)) ||
	    !top_field(row, "last", last, sizeof(last)))
		return;
	(void)top_field(row, "times", times, sizeof(times));
	if (strtoll(last, NULL, 10) + HOUR_S < time(NULL))
		return;
	char mend[192];
	struct text t = text_make(mend, sizeof(mend));
	finding_put_ctl(&t, d);
	text_format(&t, " why %s", client);
	finding(d, FINDING_HINT, mend, "hotspot %s was refused %s times: %s", client, times,
	        reason);
}

void doctor_ask_server(struct doctor *d)
{
	const char *socket = d->conf.report.control;

	if (!*socket) {
		finding(d, FINDING_HINT, "set control in [report]",
		        "cannot query the server: control is empty");
		return;
	}
	d->running = ask(d, "status\n", see_listener);
	if (!d->running) {
		char mend[256];
		struct text t = text_make(mend, sizeof(mend));
		if (strcmp(d->path, DOCTOR_CONF) != 0)
			text_format(&t, "freedmr -c %s", d->path);
		else
			text_put(&t, access("/run/systemd/system", F_OK) == 0
			                     ? "sudo systemctl start freedmr"
			                     : "sudo service freedmr start");
		finding(d, FINDING_HINT, mend,
		        "no answer from %s (server not running, or owned by another user)", socket);
		return;
	}
	finding(d, FINDING_OK, NULL, "the server answers at %s", socket);
	(void)ask(d, "peers\n", see_link);
	(void)ask(d, "refusals\n", see_refusal);
	(void)ask(d, "sessions\n", see_session);
}
