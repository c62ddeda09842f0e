#include "parent/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "conf/parse.h"
#include "harness/t.h"
#include "io/ipc.h"
#include "io/pipe.h"
#include "io/udp.h"
#include "parent/load.h"

static char path[] = "/tmp/t_reload.XXXXXX";
static char logged[2000];
static struct conf running;
static struct conf_client clients[1];
static struct conf_peer peers[4];
static const struct conf_room room = {.clients = ARRAY_LEN(clients), .peers = ARRAY_LEN(peers)};
static struct sockets sockets;
static struct listening listening;
static const struct user same = {.change = false};
static int far; /* the reporter's end */

static void keep(void *context, enum log_level level, const char *line)
{
	size_t len = strlen(logged);

	(void)context;
	(void)level;
	snprintf(logged + len, sizeof(logged) - len, "%s\n", line);
}

static uint16_t port; /* of its listener */

/* The file, with that behind what it always has. */
static void write_file(const char *more)
{
	FILE *f = fopen(path, "w");

	if (!f)
		abort();
	fprintf(f,
	        "[server]\nid = 2345\n[report]\ncontrol =\nhttp =\n[listener one]\nbind = "
	        "127.0.0.1:%u\n"
	        "passphrase = kilo tango\n%s",
	        port, more);
	fclose(f);
}

static uint16_t free_port(void)
{
	static const uint8_t loopback[4] = {127, 0, 0, 1};
	struct addr at = addr_v4(loopback, 0);
	int fd = udp_open(&at, false);

	if (fd < 0 || !udp_bound(fd, &at))
		abort();
	close(fd);
	return at.port;
}

/* As a server that was started with the shortest one. */
static struct reload begin(void)
{
	static int ends[2];
	struct conf conf;

	strcpy(path, "/tmp/t_reload.XXXXXX");
	close(mkstemp(path));
	port = free_port();
	write_file("");
	*logged = 0;
	log_set_sink(keep, NULL);
	if (load_conf(path, &conf, NULL, NULL) != STATUS_OK || pipe_pair(ends) != 0)
		abort();
	running = conf;
	running.client = clients;
	running.peer = peers;
	running.client_count = running.peer_count = 0;
	conf_release(&conf);
	sockets_none(&sockets);
	sockets.room = 1 + 8;
	if (sockets_open(&sockets, &running, 0) < 0)
		abort();
	listening_none(&listening);
	far = ends[1];
	*logged = 0;
	return (struct reload){.path = path,
	                       .running = &running,
	                       .room = &room,
	                       .sockets = &sockets,
	                       .listening = &listening,
	                       .reporter_user = &same,
	                       .reporter = ends[0],
	                       .number = 7};
}

static void end(struct reload *r)
{
	log_set_sink(NULL, NULL);
	sockets_close(&sockets);
	close(r->reporter);
	close(far);
	unlink(path);
}

/* The next row of it that the reporter gets: its outcome and what it says; or the reply. */
static const char *row(void)
{
	static const char *const outcomes[RELOAD_OUTCOMES] = {[RELOAD_APPLIED] = "applied",
	                                                      [RELOAD_LOGIN] = "login",
	                                                      [RELOAD_DEFERRED] = "deferred",
	                                                      [RELOAD_REFUSED] = "refused"};
	static char words[400];
	struct record r;

	if (ipc_take_record(far, &r) != IPC_MESSAGE)
		return "";
	if (r.kind == RECORD_REPLY)
		snprintf(words, sizeof(words), "%s: %s", r.reply.done ? "yes" : "no", r.reply.text);
	else
		snprintf(words, sizeof(words), "%s %s", outcomes[r.reload.outcome], r.reload.what);
	return words;
}

T_CASE(a_change_is_applied_and_reported)
{
	struct reload r = begin();

	write_file("static-2 = 91\n");
	T_CHECK(reload_read(&r));
	T_CHECK(r.same_reach && !r.used_voices);
	reload_finish(&r, false);
	T_TEXT(row(), "applied [listener one] static-2");
	T_TEXT(row(), "yes: applied 1, at the next login 0, deferred to the next start 0; voice "
	              "gets them when it restarts");
	T_CHECK(strstr(logged, "voice does not respond and gets the changes when it restarts"));
	end(&r);
}

T_CASE(more_clients_than_there_is_room_for_are_refused)
{
	struct reload r = begin();

	write_file("[client 2340001]\nnotes = a\n"
	           "[client 2340002]\nnotes = b\n");
	T_CHECK(!reload_read(&r));
	T_TEXT(row(), "refused more [client] sections than fit before a restart (1)");
	T_TEXT(row(), "no: refused, nothing changed");
	T_EQUAL(running.client_count, 0);
	write_file("[client 2340001]\nnotes = a\n");
	T_CHECK(reload_read(&r));
	T_EQUAL(running.client_count, 1);
	end(&r);
}

/* While voice may still play from the memory of the last change, or the files are not there. */
T_CASE(other_voice_files_wait_for_the_last_ones)
{
	static _Alignas(CACHE_LINE) unsigned char octets[1 << 16];
	struct audio_room voices = {.at = octets, .size = sizeof(octets)};
	struct reload r = begin();

	write_file("audio = test/data/audio/both\n");
	T_CHECK(!reload_read(&r));
	T_TEXT(row(), "refused audio: the last change is not in use yet, try again");
	T_TEXT(row(), "no: refused, nothing changed");
	r.voices = &voices;
	T_CHECK(reload_read(&r));
	T_CHECK(r.used_voices);
	T_CHECK(running.listener[0].voice.count > 0);
	while (*row())
		;
	write_file("audio = test/data/audio/nowhere\n");
	T_CHECK(!reload_read(&r));
	T_TEXT(row(), "refused [listener one] audio: no voice files, see the log");
	T_TEXT(running.listener[0].audio, "test/data/audio/both");
	end(&r);
}

T_MAIN()
