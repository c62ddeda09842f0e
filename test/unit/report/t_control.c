#include "report/control/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "harness/t.h"
#include "io/ipc.h"
#include "io/pipe.h"
#include "io/unix.h"
#include "unit/report/connection.h"
#include "unit/report/publish.h"

#define CONNECTIONS_MAX 80

/* A reporter without its loop, on a clock of the test's, and the voice process at the other end. */
struct desk {
	struct arena arena;
	struct poller *poller;
	struct voice_pipe link;
	struct model *model;
	struct events events;
	struct sources sources;
	struct conf conf;
	struct control *control;
	struct connections *connections;
	struct clock clock;
	int listening;
	int records[2], commands[2], parent[2];
	char path[64];
	struct command last; /* what was sent to the voice process */
	unsigned commands_count, snapshots_count;
	bool silent; /* the voice process answers nothing */
};

static struct desk d;

static void ignore_log(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

static bool desk_open(void)
{
	static const struct conf_limits limits = {
		.sessions = 2000, .subscriptions = 2000, .streams = 100};
	struct arena measure;

	memset(&d, 0, sizeof(d));
	log_set_sink(ignore_log, NULL);
	d.clock = (struct clock){.now = 100000, .epoch_ms = 1700000000000};
	snprintf(d.path, sizeof(d.path), "/tmp/t_control.%d", (int)getpid());
	arena_measure(&measure);
	(void)poller_open(&measure, CONTROL_CONNECTIONS + 4);
	d.listening = unix_listen(d.path);
	if (d.listening < 0 || !arena_claim(&d.arena, measure.used) || pipe_open(d.records) != 0 ||
	    pipe_open(d.commands) != 0 || pipe_pair(d.parent) != 0)
		return false;
	d.poller = poller_open(&d.arena, CONTROL_CONNECTIONS + 4);
	d.model = model_open(&limits);
	voice_pipe_open(&d.link, d.records[0], d.commands[1], d.parent[1]);
	d.sources = (struct sources){.model = d.model, .events = &d.events, .link = &d.link};
	d.conf.report.history_top = d.conf.report.last_heard = 10;
	d.sources.history = history_open(&d.conf, &d.clock);
	d.control = control_open(d.listening, d.poller, &d.sources);
	if (!d.control)
		return false;
	d.connections = control_connections(d.control);
	d.sources.figures[SERVICE_CONTROL] = &d.connections->figures;
	return true;
}

static void desk_close(void)
{
	control_close(d.control);
	history_close(d.sources.history, &d.clock);
	model_close(d.model);
	ring_close(&d.events.ring);
	poller_close(d.poller);
	arena_release(&d.arena);
	close(d.listening);
	unlink(d.path);
	for (int i = 0; i < 2; i++) {
		close(d.records[i]);
		close(d.commands[i]);
		close(d.parent[i]);
	}
	log_set_sink(NULL, NULL);
}

static void take(struct record r)
{
	model_take(d.model, &r, d.clock.now);
	history_take(d.sources.history, &r, &d.clock);
}

static void voice(void)
{
	uint8_t octets[COMMAND_LEN];
	const char *reason;

	while (pipe_take(d.commands[0], octets, sizeof(octets)) == (ssize_t)sizeof(octets)) {
		if (command_parse(octets, sizeof(octets), &d.last, &reason) != PARSE_OK)
			continue;
		d.commands_count++;
		if (d.last.kind != COMMAND_SNAPSHOT)
			continue;
		d.snapshots_count++;
		if (d.silent)
			continue;
		/* The current state: each row of the mirror is shown again. */
		take((struct record){.kind = RECORD_SNAPSHOT, .snapshot = {d.last.number, true}});
		for (enum record_kind k = 0; k < RECORD_ROWS; k++) {
			struct model_walk walk = model_walk_kind(k);
			struct record r;
			while (model_next(d.model, &walk, &r))
				model_take(d.model, &r, d.clock.now);
		}
		take((struct record){.kind = RECORD_SNAPSHOT, .snapshot = {d.last.number, false}});
	}
}

/* Some turns of the loop, until all is quiet. */
static void spin(void)
{
	for (int i = 0; i < 40; i++) {
		struct poller_event events[32];
		int count = poller_wait(d.poller, events, 32, 0);
		for (int k = 0; k < count; k++)
			connections_event(d.connections, &events[k], &d.clock);
		connections_serve(d.connections, &d.clock);
		voice();
		if (count == 0 && i > 3)
			break;
	}
}

static int call_in(void)
{
	int fd = unix_connect(d.path);

	if (fd >= 0 && pipe_prepare(fd) != 0)
		return -1;
	spin();
	return fd;
}

static const char *ask(int fd, const char *line)
{
	say(fd, line, strlen(line));
	return hear(fd);
}

static unsigned count_of(const char *text, const char *what)
{
	unsigned count = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		count++;
	return count;
}

static void publish(const char *line)
{
	publish_log(&d.events, &d.clock, line);
}

/* Returns how many octets a follower gets of it. */
static size_t publish_one_long(void)
{
	publish_long(&d.events, &d.clock);
	return strlen(events_line(&d.events, d.events.ring.last, FORM_JSON)) + 1;
}

static void log_in(uint32_t client)
{
	struct record r = {.kind = RECORD_SESSION,
	                   .change = CHANGE_BEGIN,
	                   .session = {.client = client,
	                               .listener = "hotspots",
	                               .state = SESSION_CONNECTED,
	                               .since = d.clock.now - 7500,
	                               .last_ping = d.clock.now - 2000,
	                               .callsign = "G0ABC",
	                               .software = "MMDVM",
	                               .options = "TS2=91;TS3=5;DIAL=x"}};

	take(r);
}

#define OK(rows) "{\"end\":true,\"ok\":true,\"rows\":" #rows ",\"stale\":false}\n"
#define REFUSED(why) "{\"end\":true,\"ok\":false,\"error\":\"" why "\"}\n"

T_CASE(sessions_are_told_in_both_forms)
{
	T_CHECK(desk_open());
	log_in(234567801);
	int fd = call_in();
	const char *json = ask(fd, "sessions\n");
	T_CHECK(strstr(json,
	               "{\"row\":\"session\",\"client\":234567801,\"listener\":\"hotspots\","));
	T_CHECK(strstr(json, "\"since\":1700000092.500,"));
	T_CHECK(strstr(json, "}\n" OK(1)));
	T_TEXT(ask(fd, "text sessions\n"),
	       "    CLIENT  CALLSIGN   STATE          LISTENER      SINCE    PING    ADDRESS"
	       "                 SOFTWARE              NAME\n"
	       " 234567801  G0ABC      connected      hotspots      7s       2s      [::]:0 "
	       "                 MMDVM                 -\n"
	       ".\n");
	close(fd);
	desk_close();
}

T_CASE(a_session_is_told_with_all_that_hangs_on_it)
{
	T_CHECK(desk_open());
	log_in(234567801);
	log_in(234567802);
	take((struct record){
		.kind = RECORD_SLOT,
		.slot = {234567801, 2, SLOT_HANG, 91, 2345678, 0xab, d.clock.now + 3000}});
	take((struct record){.kind = RECORD_SUBSCRIPTION,
	                     .subscription = {234567801, 2, 91, 91, SUBSCRIPTION_USER, true,
	                                      d.clock.now + 599000}});
	take((struct record){
		.kind = RECORD_SUBSCRIPTION,
		.subscription = {234567802, 2, 92, 92, SUBSCRIPTION_STATIC, true, TICK_NEVER}});
	int fd = call_in();
	const char *json = ask(fd, "session 234567801\n");
	T_CHECK(strstr(json, "\"skipped\":[{\"token\":\""));
	T_EQUAL(count_of(json, "{\"row\":\"subscription\""), 1);
	T_EQUAL(count_of(json, "{\"row\":\"slot\""), 1);
	T_CHECK(strstr(json, OK(3)));
	const char *text = ask(fd, "text session 234567801\n");
	T_CHECK(strstr(text, "\n options           TS2=91;TS3=5;DIAL=x\n"));
	T_EQUAL(count_of(text, "\n skipped           "), 2);
	T_CHECK(strstr(text, "\n 234567801     2  hang              91   2345678  -         "
	                     "000000ab  3s       -             -\n"));
	T_CHECK(strstr(
		text,
		"\n 234567801     2         91          91  user      yes     9m59s    -\n.\n"));
	close(fd);
	desk_close();
}

T_CASE(a_session_that_is_not_there_is_refused_with_its_end)
{
	T_CHECK(desk_open());
	int fd = call_in();
	T_TEXT(ask(fd, "session 5\n"), REFUSED("no session 5"));
	log_in(5);
	struct record end = {.kind = RECORD_SESSION,
	                     .change = CHANGE_END,
	                     .cause = CAUSE_EXPIRED,
	                     .at = 99000,
	                     .session = {.client = 5}};
	take(end);
	T_TEXT(ask(fd, "text session 5\n"),
	       "!no session 5; the last one ended 2023-11-14T22:14:59Z: expired\n");
	close(fd);
	desk_close();
}

T_CASE(a_call_is_traced_as_far_as_its_frames_tell)
{
	T_CHECK(desk_open());
	int fd = call_in();
	take((struct record){.kind = RECORD_CALL,
	                     .call = {.origin = {SOURCE_PEER, 0},
	                              .stream = 0xab,
	                              .started = 99000,
	                              .src = 2340001,
	                              .conference = 91,
	                              .caller = {"G0ABC", "Zoe", ""},
	                              .conference_alias = {.name = "World"},
	                              .listeners = 3,
	                              .peer = "uk",
	                              .server = 2350,
	                              .repeater = 235001,
	                              .hops = 4,
	                              .delay_ms = 43}});
	const char *told = ask(fd, "text trace 91\n");
	T_CHECK(strstr(told, " radio 2340001 (G0ABC Zoe) in talkgroup 91 (World), "
	                     "stream 000000ab, "));
	T_CHECK(strstr(told, "\n   repeater 235001\n   server 2350\n"
	                     "   2 more servers, not named in the frames\n   link uk, 43 ms\n"
	                     "   here: running, 3 listeners\n"));
	T_TEXT(ask(fd, "text trace 92\n"), " (none)\n.\n");
	close(fd);
	desk_close();
}

T_CASE(people_are_told_no_number_of_our_own)
{
	struct record call = {.kind = RECORD_CALL,
	                      .call = {.origin = {SOURCE_PEER, 1},
	                               .stream = 0xab,
	                               .started = 99000,
	                               .src = 2340001,
	                               .conference = 91,
	                               .peer = "uk"}};

	T_CHECK(desk_open());
	int fd = call_in();
	take(call);
	take((struct record){.kind = RECORD_SLOT, .slot = {.client = 5, .slot = 2}});
	const char *told = ask(fd, "text calls\n");
	T_CHECK(strstr(told, "\n        uk     -   2340001"));
	T_CHECK(strstr(told, "FROM"));
	call.change = CHANGE_END;
	take(call);
	T_CHECK(strstr(ask(fd, "text lastheard\n"), "Z         uk     -   2340001"));
	T_CHECK(strstr(ask(fd, "calls\n"), OK(0)));
	close(fd);
	desk_close();
}

T_CASE(events_for_people_name_links_and_tell_none)
{
	static struct conf_peer peers[] = {{.name = "uk"}, {.name = "de"}};
	static struct conf conf = {.peer = peers, .peer_count = 2, .uplink_count = 1};
	const struct clock clock = {.now = 100000};
	char line[VIEW_LINE_MAX];
	struct record legs = {
		.kind = RECORD_LEGS,
		.legs = {.origin = {SOURCE_PEER, 1},
	                 .stream = 0xab,
	                 .generation = 3,
	                 .src = 2340001,
	                 .open = true,
	                 .list = {3,
	                          {{.to = {SOURCE_PEER, 0}, .tg = 91, .slot = 1},
	                           {.to = {SOURCE_UPLINK, 0}, .tg = 91, .slot = 2},
	                           {.to = {SOURCE_CLIENT, 2340002}, .tg = 9, .slot = 2}}}}};

	text_copy(conf.uplink[0].name, sizeof(conf.uplink[0].name), "bm");
	struct text t = text_make(line, sizeof(line));
	view_event(&t, &legs, &clock, &conf);
	T_CHECK(strstr(line, " origin=de "));
	T_CHECK(strstr(line, " conference=- "));
	T_CHECK(strstr(line, " legs=uk/91,bm/2/91,2340002/2/9"));
	t = text_make(line, sizeof(line));
	legs.legs.list.leg[0].to = (struct source){SOURCE_PEER, 7};
	view_event(&t, &legs, &clock, &conf);
	T_CHECK(strstr(line, " legs=a link/91,"));
}

T_CASE(status_conferences_calls_and_lastheard_are_told)
{
	T_CHECK(desk_open());
	take((struct record){.kind = RECORD_SERVER,
	                     .server = {2345, "Example", "N0CALL", "1", 40000}});
	take((struct record){.kind = RECORD_TABLE, .table = {"streams", 1, 2, 3}});
	take((struct record){.kind = RECORD_COUNTER, .counter = {"bad_total", 9}});
	take((struct record){.kind = RECORD_CALL,
	                     .call = {{SOURCE_CLIENT, 1}, 0xab, 1, 99000, 2, 7, 91, 91}});
	take((struct record){.kind = RECORD_CALL,
	                     .change = CHANGE_END,
	                     .cause = CAUSE_TIMEOUT,
	                     .at = 98000,
	                     .call = {{SOURCE_CLIENT, 1},
	                              0xac,
	                              1,
	                              97000,
	                              2,
	                              7,
	                              91,
	                              91,
	                              .frames = 50,
	                              .lost = 2}});
	int fd = call_in();
	const char *text = ask(fd, "text status\n");
	T_CHECK(strstr(text, "\n    2345  Example           N0CALL     1                 60s\n"));
	T_CHECK(strstr(text, "\n streams                         1        2        3\n"));
	T_CHECK(strstr(text, "\n bad_total                                            9\n"));
	T_CHECK(strstr(text, "\n report_control                  1        1       64\n"));
	T_CHECK(strstr(text, "\n.\n"));
	T_CHECK(strstr(
		ask(fd, "status\n"),
		"{\"row\":\"counter\",\"name\":\"report_control_requests_total\",\"value\":2}\n"));
	T_TEXT(ask(fd, "conferences\n"),
	       "{\"row\":\"conference\",\"conference\":91,\"subscriptions\":0,"
	       "\"active\":0,\"calls\":1,\"name\":\"\",\"activity\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"
	       "0,0,0,0,0,0,0,0,1]}\n" OK(1));
	T_TEXT(ask(fd, "text conferences\n"), " CONFERENCE  SLOTS  ACTIVE  CALLS  NAME\n"
	                                      "         91      0       0      1  -\n.\n");
	T_CHECK(strstr(ask(fd, "calls\n"), "\"stream\":\"000000ab\""));
	const char *heard = ask(fd, "lastheard\n");
	T_CHECK(strstr(heard, "{\"row\":\"call\",\"change\":\"end\",\"cause\":\"timeout\","
	                      "\"time\":1700000098.000,\"origin\":1,"));
	T_CHECK(strstr(heard, OK(1)));
	T_TEXT(ask(fd, "text sessions\n"), " (none)\n.\n");
	T_CHECK(strstr(ask(fd, "text lastheard\n"), "\n 2023-11-14T22:14:57Z          1     2"));
	size_t verbs = 0;
	while (verb_at(verbs))
		verbs++;
	T_EQUAL(count_of(ask(fd, "help\n"), "{\"row\":\"word\","), verbs);
	close(fd);
	desk_close();
}

T_CASE(conferences_have_the_names_of_their_talkgroups)
{
	static const struct alias_row rows[] = {
		{.kind = ALIAS_TALKGROUP, .id = 91, .alias = {.name = "World \"w\"\n"}},
	};
	struct alias_index index;
	size_t len;

	T_CHECK(desk_open());
	uint8_t *octets = alias_index_make(rows, ARRAY_LEN(rows), &len);
	T_CHECK(octets && alias_index_open(octets, len, &index));
	d.sources.aliases = &index;
	take((struct record){.kind = RECORD_CALL,
	                     .call = {{SOURCE_CLIENT, 1}, 0xab, 1, 99000, 2, 7, 91, 91}});
	take((struct record){.kind = RECORD_CALL,
	                     .call = {{SOURCE_CLIENT, 1}, 0xac, 1, 99000, 1, 7, 92, 92}});
	int fd = call_in();
	const char *json = ask(fd, "conferences\n");
	T_CHECK(strstr(json, ",\"calls\":1,\"name\":\"World \\\"w\\\"?\","));
	T_CHECK(strstr(json, "\"conference\":92,\"subscriptions\":0,\"active\":0,\"calls\":1,"
	                     "\"name\":\"\","));
	T_TEXT(ask(fd, "text conferences\n"), " CONFERENCE  SLOTS  ACTIVE  CALLS  NAME\n"
	                                      "         91      0       0      1  World \"w\"?\n"
	                                      "         92      0       0      1  -\n.\n");
	T_CHECK(strstr(ask(fd, "conference 91\n"), "\"name\":\"World \\\"w\\\"?\","));
	close(fd);
	desk_close();
	free(octets);
}

/* Memory of a recorder with this in it. */
static struct recording record(const char *what, size_t times)
{
	size_t size = recording_size(1 << 20), room;
	struct recording r = recording_at(calloc(1, size), size);

	recording_turn(&r);
	for (; times > 0; times--) {
		memcpy(recording_room(&r, &room), what, strlen(what));
		recording_add(&r, strlen(what));
	}
	return r;
}

#define MAGIC_64 "ZnJlZWRtciByZWNvcmRpbmcgMQo="

T_CASE(a_recording_is_told_in_base64)
{
	T_CHECK(desk_open());
	d.sources.recording = record("foob", 1);
	int fd = call_in();
	T_TEXT(ask(fd, "text record\n"), " " MAGIC_64 "\n Zm9vYg==\n.\n");
	T_TEXT(ask(fd, "record\n"), "{\"row\":\"recording\",\"octets\":\"" MAGIC_64 "\"}\n"
	                            "{\"row\":\"recording\",\"octets\":\"Zm9vYg==\"}\n" OK(2));
	recording_keep(&d.sources.recording);
	T_CHECK(recording_room(&d.sources.recording, &(size_t){0}));
	recording_add(&d.sources.recording, 3);
	T_TEXT(ask(fd, "text record kept\n"), " " MAGIC_64 "\n Zm9vYg==\n.\n");
	T_TEXT(ask(fd, "text record\n"), " " MAGIC_64 "\n Zm9vYgAAAA==\n.\n");
	free(d.sources.recording.at);
	close(fd);
	desk_close();
}

T_CASE(a_recording_that_is_not_there_is_refused)
{
	T_CHECK(desk_open());
	int fd = call_in();
	T_TEXT(ask(fd, "record\n"), REFUSED("recorder = 0: nothing is recorded"));
	T_TEXT(ask(fd, "text record kept\n"), "!recorder = 0: nothing is recorded\n");
	d.sources.recording = record("foo", 1);
	T_TEXT(ask(fd, "record kept\n"), REFUSED("no recording was kept"));
	T_TEXT(ask(fd, "record it\n"), REFUSED("expected kept"));
	free(d.sources.recording.at);
	close(fd);
	desk_close();
}

/* Who asks reads nothing at first: the rest of the answer is made when it does. */
T_CASE(a_recording_overwritten_while_it_is_told_is_refused)
{
	T_CHECK(desk_open());
	d.sources.recording = record("0123456789abcdef", 32000);
	int fd = call_in();
	say(fd, "text record\n", 12);
	recording_turn(&d.sources.recording);
	recording_turn(&d.sources.recording);
	const char *heard = hear(fd);
	T_CHECK(strncmp(heard, " " MAGIC_64 "\n ", 31) == 0);
	T_CHECK(strstr(heard, "\n!overwritten while it was read: try again\n"));
	free(d.sources.recording.at);
	close(fd);
	desk_close();
}

T_CASE(bad_requests_get_a_reason_and_are_counted)
{
	static const struct {
		const char *request;
		size_t len;
		const char *answer;
	} rows[] = {
		{"\n", 1, REFUSED("empty request: try help")},
		{"   \n", 4, REFUSED("empty request: try help")},
		{"text\n", 5, "!empty request: try help\n"},
		{"dance\n", 6, REFUSED("unknown command: try help")},
		{"session\n", 8, REFUSED("missing ID")},
		{"session x\n", 10, REFUSED("not an ID or callsign")},
		{"session 0\n", 10, REFUSED("not an ID or callsign")},
		{"session 4294967296\n", 19, REFUSED("not an ID or callsign")},
		{"session 1 2\n", 12, REFUSED("too many arguments")},
		{"sessions 1\n", 11, REFUSED("too many arguments")},
		{"kick\n", 5, REFUSED("missing ID")},
		{"link 1\n", 7, REFUSED("missing slot")},
		{"link 1 3 91\n", 12, REFUSED("expected slot 1 or 2")},
		{"link 1 2\n", 9, REFUSED("missing talkgroup")},
		{"link 1 2 16777216\n", 18, REFUSED("not a talkgroup")},
		{"link 1 2 91 1\n", 14, REFUSED("too many arguments")},
		{"conference\n", 11, REFUSED("missing talkgroup")},
		{"ses\0sions\n", 10, REFUSED("control character in the request")},
		{"\0\n", 2, REFUSED("control character in the request")},
		{"sessions\t\n", 10, REFUSED("control character in the request")},
		{"help\x7f\n", 6, REFUSED("control character in the request")},
	};

	T_CHECK(desk_open());
	int fd = call_in();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		say(fd, rows[i].request, rows[i].len);
		T_TEXT(hear(fd), rows[i].answer);
	}
	T_EQUAL(d.connections->figures.bad_requests_total, ARRAY_LEN(rows));
	T_TEXT(ask(fd, "  sessions  \r\n"), OK(0));
	T_EQUAL(d.connections->figures.bad_requests_total, ARRAY_LEN(rows));
	close(fd);
	desk_close();
}

T_CASE(half_a_request_waits_for_the_rest)
{
	static const char request[] = "sessions\n";

	T_CHECK(desk_open());
	int fd = call_in();
	for (size_t i = 0; i < strlen(request); i++) {
		T_TEXT(hear(fd), "");
		say(fd, request + i, 1);
	}
	T_TEXT(hear(fd), OK(0));
	close(fd);
	desk_close();
}

T_CASE(half_a_request_at_the_end_orders_nothing)
{
	T_CHECK(desk_open());
	int fd = call_in();
	say(fd, "help\nkick 23456", 15);
	shutdown(fd, SHUT_WR);
	spin();
	const char *heard = hear(fd);
	T_EQUAL(count_of(heard, "{\"end\":true,"), 1);
	T_CHECK(strstr(heard, "}\n(end)"));
	T_EQUAL(d.commands_count, 0);
	T_EQUAL(d.connections->figures.connections, 0);
	close(fd);
	desk_close();
}

T_CASE(the_longest_request_is_read_a_longer_one_passed_over)
{
	char line[3 * REQUEST_MAX];

	T_CHECK(desk_open());
	int fd = call_in();
	memset(line, ' ', sizeof(line));
	line[0] = 'x';
	line[REQUEST_MAX] = '\n';
	say(fd, line, REQUEST_MAX + 1);
	T_TEXT(hear(fd), REFUSED("unknown command: try help"));
	line[REQUEST_MAX] = ' ';
	line[REQUEST_MAX + 1] = '\n';
	say(fd, line, REQUEST_MAX + 2);
	T_TEXT(hear(fd), REFUSED("request too long"));
	line[REQUEST_MAX + 1] = ' ';
	say(fd, line, sizeof(line));
	T_TEXT(hear(fd), REFUSED("request too long"));
	say(fd, line, sizeof(line));
	T_TEXT(hear(fd), "");
	T_TEXT(ask(fd, "sessions\nsessions\n"), OK(0)); /* the first is the end of the long line */
	T_EQUAL(d.connections->figures.requests_total, 4);
	close(fd);
	desk_close();
}

T_CASE(a_hundred_requests_in_one_breath_are_answered_in_order)
{
	char requests[2000];
	struct text t = text_make(requests, sizeof(requests));

	T_CHECK(desk_open());
	int fd = call_in();
	for (int i = 1; i <= 100; i++)
		text_format(&t, "session %d\n", i);
	const char *heard = ask(fd, requests);
	for (int i = 1; i <= 100; i++) {
		char want[80];
		snprintf(want, sizeof(want), REFUSED("no session %d"), i);
		T_CHECK(strncmp(heard, want, strlen(want)) == 0);
		heard += strlen(want);
	}
	T_TEXT(heard, "");
	close(fd);
	desk_close();
}

T_CASE(a_stuck_reader_holds_up_only_itself_and_is_hung_up_on)
{
	T_CHECK(desk_open());
	for (uint32_t i = 1; i <= 2000; i++)
		log_in(i);
	int stuck = call_in(), other = call_in();
	say(stuck, "sessions\nsessions\nsessions\n", 27);
	T_CHECK(strstr(ask(other, "sessions\n"), OK(2000)));
	d.clock.now += CONTROL_IDLE_MS - 1;
	T_TEXT(ask(other, "help me\n"), REFUSED("too many arguments"));
	T_EQUAL(d.connections->figures.connections, 2);
	d.clock.now++;
	spin();
	T_EQUAL(d.connections->figures.connections, 1);
	T_EQUAL(d.connections->figures.idle_total, 1);
	close(stuck);
	close(other);
	desk_close();
}

T_CASE(rows_that_come_and_go_under_a_slow_reader_are_told_once)
{
	T_CHECK(desk_open());
	for (uint32_t i = 1; i <= 2000; i++)
		log_in(i);
	int fd = call_in();
	say(fd, "sessions\n", 9);
	for (uint32_t i = 1; i <= 2000; i += 2)
		take((struct record){
			.kind = RECORD_SESSION, .change = CHANGE_END, .session = {.client = i}});
	const char *heard = hear(fd);
	for (uint32_t i = 2; i <= 2000; i += 2) {
		char row[40];
		snprintf(row, sizeof(row), "\"client\":%u,", i);
		T_EQUAL(count_of(heard, row), 1);
	}
	T_CHECK(count_of(heard, "{\"row\"") < 2000);
	close(fd);
	desk_close();
}

T_CASE(events_reach_every_follower_in_its_form)
{
	T_CHECK(desk_open());
	int json = call_in(), text = call_in();
	publish("early");
	T_CHECK(strncmp(ask(json, "events\n"), "{\"v\":2,\"seq\":1,\"boot\":\"", 23) == 0);
	T_TEXT(ask(text, "text events\n"), "");
	publish("one");
	spin();
	T_TEXT(hear(json), "{\"v\":2,\"seq\":2,\"boot\":\"0000000000000000\",\"t\":1700000100.000,"
	                   "\"ev\":\"log.line\",\"level\":\"info\",\"line\":\"one\"}\n");
	T_TEXT(hear(text), " 2023-11-14T22:15:00Z log info: one\n");
	d.clock.now += 10 * CONTROL_IDLE_MS; /* silence is no fault of a follower */
	spin();
	publish("two");
	spin();
	T_EQUAL(count_of(hear(json), "\"line\":\"two\"}\n"), 1);
	close(json);
	close(text);
	spin();
	T_EQUAL(d.connections->figures.connections, 0);
	desk_close();
}

T_CASE(a_slow_follower_is_dropped_a_hundred_lines_behind_others_are_not)
{
	T_CHECK(desk_open());
	int slow = call_in(), quick = call_in();
	size_t heard = 0, published = 0;
	uint64_t stuck = 0;
	T_CHECK(strstr(ask(slow, "events\n"), "\"hello\""));
	T_CHECK(strstr(ask(quick, "events\n"), "\"hello\""));
	/* Fill what the system holds for the slow one; the quick one reads on. */
	for (int i = 0; i < 1000; i++) {
		published += publish_one_long();
		spin();
		heard += strlen(hear(quick));
		if (d.connections->figures.connections < 2)
			break;
		if (!stuck && connections_next(d.connections) != TICK_NEVER)
			stuck = d.events.ring.last;
	}
	T_EQUAL(d.connections->figures.connections, 1);
	T_EQUAL(d.connections->figures.slow_total, 1);
	T_CHECK(stuck && d.events.ring.last - stuck <= RING_BEHIND_MAX + 1);
	T_EQUAL(heard, published);
	publish("xxxxxxxxxx");
	spin();
	T_EQUAL(count_of(hear(quick), "\"line\":\"xxxxxxxxxx\"}\n"), 1);
	close(slow);
	close(quick);
	desk_close();
}

T_CASE(a_follower_a_hundred_lines_behind_that_reads_again_misses_nothing)
{
	T_CHECK(desk_open());
	int fd = call_in();
	T_CHECK(strstr(ask(fd, "events\n"), "\"hello\""));
	size_t published = 0;
	/* Until nothing more is taken, then RING_BEHIND_MAX lines at most. */
	while (connections_next(d.connections) == TICK_NEVER && d.events.ring.last < 1000) {
		published += publish_one_long();
		spin();
	}
	for (unsigned i = 0; i < RING_BEHIND_MAX - 10; i++)
		published += publish_one_long();
	spin();
	T_EQUAL(d.connections->figures.connections, 1);
	const char *heard = hear(fd);
	T_EQUAL(strlen(heard), published);
	close(fd);
	desk_close();
}

T_CASE(an_idle_caller_is_hung_up_on)
{
	T_CHECK(desk_open());
	int fd = call_in();
	d.clock.now += CONTROL_IDLE_MS - 1;
	T_EQUAL(connections_next(d.connections), d.clock.now + 1);
	say(fd, "k", 1);
	d.clock.now += CONTROL_IDLE_MS - 1;
	spin();
	T_TEXT(hear(fd), "");
	d.clock.now++;
	spin();
	T_TEXT(hear(fd), "(end)");
	T_EQUAL(d.connections->figures.idle_total, 1);
	close(fd);
	desk_close();
}

T_CASE(followers_and_idle_callers_leave_room_for_a_question)
{
	int fds[CONNECTIONS_MAX];

	T_CHECK(desk_open());
	for (size_t i = 0; i < CONTROL_FOLLOWERS + 1; i++) {
		fds[i] = call_in();
		say(fds[i], "events\n", 7);
	}
	T_CHECK(strstr(hear(fds[CONTROL_FOLLOWERS - 1]), "\"hello\""));
	T_TEXT(hear(fds[CONTROL_FOLLOWERS]), REFUSED("too many connections follow the events"));
	for (size_t i = CONTROL_FOLLOWERS + 1; i < CONTROL_CONNECTIONS; i++)
		fds[i] = call_in();
	fds[CONTROL_CONNECTIONS] = call_in();
	T_TEXT(ask(fds[CONTROL_CONNECTIONS], "sessions\n"), OK(0));
	T_TEXT(hear(fds[CONTROL_FOLLOWERS]), "(end)"); /* idle for longest */
	T_EQUAL(d.connections->figures.refused_total, 0);
	for (size_t i = 0; i < CONTROL_CONNECTIONS + 1; i++)
		close(fds[i]);
	spin();
	desk_close();
}

T_CASE(a_caller_beyond_the_room_is_told_so)
{
	int fds[CONNECTIONS_MAX];

	T_CHECK(desk_open());
	d.silent = true;
	for (size_t i = 0; i < CONTROL_CONNECTIONS; i++) {
		fds[i] = call_in();
		say(fds[i], "kick 5\n", 7);
	}
	fds[CONTROL_CONNECTIONS] = call_in();
	T_TEXT(hear(fds[CONTROL_CONNECTIONS]), REFUSED("too many connections") "(end)");
	T_EQUAL(d.connections->figures.refused_total, 1);
	T_EQUAL(d.connections->figures.connections, CONTROL_CONNECTIONS);
	close(fds[0]);
	spin();
	d.silent = false;
	fds[0] = call_in();
	T_TEXT(ask(fds[0], "sessions\n"), OK(0));
	for (size_t i = 0; i < CONTROL_CONNECTIONS + 1; i++)
		close(fds[i]);
	spin();
	T_EQUAL(d.connections->figures.connections, 0);
	desk_close();
}

T_CASE(rows_are_a_second_old_at_most_or_said_to_be_stale)
{
	T_CHECK(desk_open());
	int fd = call_in();
	T_TEXT(ask(fd, "sessions\n"), OK(0));
	T_EQUAL(d.snapshots_count, 1);
	d.clock.now += ANSWER_FRESH_MS;
	T_TEXT(ask(fd, "sessions\n"), OK(0));
	T_EQUAL(d.snapshots_count, 1);
	d.clock.now++;
	T_TEXT(ask(fd, "sessions\n"), OK(0));
	T_EQUAL(d.snapshots_count, 2);
	take((struct record){.kind = RECORD_DROPPED,
	                     .dropped = {1, 1}}); /* not even within the second */
	d.clock.now += ANSWER_FRESH_MS;
	T_TEXT(ask(fd, "sessions\n"), OK(0));
	T_EQUAL(d.snapshots_count, 3);
	d.clock.now += 5000;
	d.silent = true;
	T_TEXT(ask(fd, "sessions\n"), "");
	T_EQUAL(d.snapshots_count, 4);
	T_EQUAL(connections_next(d.connections), d.clock.now + ANSWER_FRESH_MS);
	d.clock.now += ANSWER_FRESH_MS - 1;
	spin();
	T_TEXT(hear(fd), "");
	d.clock.now++;
	spin();
	T_TEXT(hear(fd), "{\"end\":true,\"ok\":true,\"rows\":0,\"stale\":true}\n");
	T_TEXT(ask(fd, "lastheard\n"), OK(0)); /* what does not age needs no snapshot */
	close(fd);
	desk_close();
}

static void reply(uint32_t number, bool done, const char *words)
{
	struct record r = {.kind = RECORD_REPLY, .reply = {.number = number, .done = done}};

	text_copy(r.reply.text, sizeof(r.reply.text), words);
	control_reply(d.control, &r);
	spin();
}

T_CASE(kick_becomes_a_command_and_waits_for_its_reply)
{
	T_CHECK(desk_open());
	int fd = call_in();
	T_TEXT(ask(fd, "kick 234567801\nhelp x\n"), "");
	T_EQUAL(d.last.kind, COMMAND_KICK);
	T_EQUAL(d.last.kick.client, 234567801);
	reply(d.last.number + 1, true, "another's");
	T_TEXT(hear(fd), "");
	reply(d.last.number, true, "kicked 234567801");
	char want[300];
	snprintf(want, sizeof(want),
	         "{\"row\":\"reply\",\"number\":%u,\"done\":true,\"text\":\"kicked "
	         "234567801\"}\n" OK(1) REFUSED("too many arguments"),
	         d.last.number);
	T_TEXT(hear(fd), want);
	T_TEXT(ask(fd, "text kick 1\n"), "");
	reply(d.last.number, false, "no session 1");
	T_TEXT(hear(fd), "!no session 1\n");
	T_TEXT(ask(fd, "text kick 1\n"), "");
	reply(d.last.number, true, "kicked 1");
	T_TEXT(hear(fd), " kicked 1\n.\n");
	close(fd);
	desk_close();
}

T_CASE(orders_become_commands_with_their_arguments)
{
	static const struct {
		const char *line;
		struct command want;
	} rows[] = {
		{"link 5 1 91\n", {.kind = COMMAND_LINK, .link = {5, 1, 91}}},
		{"unlink 6 2 92\n", {.kind = COMMAND_UNLINK, .link = {6, 2, 92}}},
		{"default 7 0\n", {.kind = COMMAND_DEFAULT, .reflector = {7, 0}}},
		{"options 8  TS2=91; 92 \n",
	         {.kind = COMMAND_OPTIONS, .options = {8, "TS2=91; 92"}}},
		{"peer uk stun\n", {.kind = COMMAND_PEER, .peer = {"uk", PEER_STUN}}},
		{"peer uk clear\n", {.kind = COMMAND_PEER, .peer = {"uk", PEER_CLEAR}}},
		{"peer uk reset\n", {.kind = COMMAND_PEER, .peer = {"uk", PEER_RESET}}},
		{"block 2345678\n", {.kind = COMMAND_BLOCK, .block = {{.id = 2345678}, 0, 0}}},
		{"block 2345678 10m\n",
	         {.kind = COMMAND_BLOCK, .block = {{.id = 2345678}, 600000, 0}}},
		{"block 10.9.0.1 2d\n",
	         {.kind = COMMAND_BLOCK,
	          .block = {{0, {.ip = {[10] = 255, 255, 10, 9, 0, 1}}}, 172800000, 0}}},
		{"unblock 10.9.0.1\n",
	         {.kind = COMMAND_UNBLOCK,
	          .block = {{0, {.ip = {[10] = 255, 255, 10, 9, 0, 1}}}, 0, 0}}},
	};

	T_CHECK(desk_open());
	int fd = call_in();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct command want = rows[i].want;
		uint8_t sent[COMMAND_LEN], wanted[COMMAND_LEN];
		struct wr a = wr_make(sent, sizeof(sent)), b = wr_make(wanted, sizeof(wanted));
		T_TEXT(ask(fd, rows[i].line), "");
		want.number = d.last.number;
		command_write(&a, &d.last);
		command_write(&b, &want);
		T_BYTES(sent, wanted, COMMAND_LEN);
		reply(d.last.number, true, "done");
		T_CHECK(strstr(hear(fd), OK(1)));
	}
	unsigned before = d.commands_count;
	log_in(8);
	T_CHECK(strstr(ask(fd, "options 8\n"), "\"skipped\":[{\"token\":"));
	T_EQUAL(d.commands_count, before); /* a query is not a command */
	close(fd);
	desk_close();
}

T_CASE(a_call_is_ended_by_its_stream_or_its_talker)
{
	static const char *const lines[] = {"text call 0a1b2c3d end\n", "text call 0A1B2C3D end\n",
	                                    "text call 2340001 end\n", "text call m0bbb end\n"};
	struct call_row row = {.origin = {SOURCE_PEER, 1},
	                       .stream = 0x0a1b2c3d,
	                       .generation = 7,
	                       .src = 2340001,
	                       .caller = {.callsign = "M0BBB"}};

	T_CHECK(desk_open());
	int fd = call_in();
	take((struct record){.kind = RECORD_CALL, .call = {{0, 1}, 0xab, 1, 99000, 2, 7, 91, 91}});
	take((struct record){.kind = RECORD_CALL, .call = row});
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		T_TEXT(ask(fd, lines[i]), "");
		T_EQUAL(d.last.kind, COMMAND_CALL);
		T_CHECK(source_equal(d.last.call.origin, row.origin));
		T_EQUAL(d.last.call.stream, row.stream);
		T_EQUAL(d.last.call.generation, 7);
		reply(d.last.number, true, "call ended");
		T_TEXT(hear(fd), " call ended\n.\n");
	}
	T_TEXT(ask(fd, "text call 0000dead end\n"), "!no such call\n");
	T_TEXT(ask(fd, "text call 2340002 end\n"), "!no such call\n");
	T_TEXT(ask(fd, "text call 2340001\n"), "!expected end\n");
	T_TEXT(ask(fd, "text call\n"), "!missing call\n");
	close(fd);
	desk_close();
}

T_CASE(an_order_that_cannot_be_read_is_refused_here)
{
	static const struct {
		const char *line, *why;
	} rows[] = {
		{"text block nonsense\n", "!not an ID, callsign or address\n"},
		{"text block 1000000000\n", "!not an ID, callsign or address\n"},
		{"text unblock\n", "!not an ID, callsign or address\n"},
		{"text block 10.9.0.1 soon\n", "!expected a time such as 30s, 10m, 2h or 7d\n"},
		{"text block 5 0m\n", "!expected a time such as 30s, 10m, 2h or 7d\n"},
		{"text block 5 10m more\n", "!too many arguments\n"},
		{"text peer\n", "!missing name\n"},
		{"text peer uk\n", "!expected stun|clear|reset\n"},
		{"text peer uk jump\n", "!expected stun|clear|reset\n"},
		{"text peer uk stun|clear\n", "!expected stun|clear|reset\n"},
		{"text peer uk stun now\n", "!too many arguments\n"},
	};

	T_CHECK(desk_open());
	int fd = call_in();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		T_TEXT(ask(fd, rows[i].line), rows[i].why);
	T_EQUAL(d.commands_count, 0);
	close(fd);
	desk_close();
}

static char last_log[400];

static void keep_log(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	text_copy(last_log, sizeof(last_log), line);
}

T_CASE(orders_are_logged_with_who_gave_them)
{
	char by[60];

	T_CHECK(desk_open());
	log_set_sink(keep_log, NULL);
	int fd = call_in();
	snprintf(by, sizeof(by), " by uid=%ld pid=%ld", (long)getuid(), (long)getpid());
	T_TEXT(ask(fd, "link 5 1 91\n"), "");
	T_CHECK(strstr(last_log, "command=link client=5 slot=1 tg=91 "));
	T_CHECK(strstr(last_log, by));
	reply(d.last.number, true, "done");
	hear(fd);
	T_TEXT(ask(fd, "text loglevel\n"), " info\n.\n");
	T_TEXT(ask(fd, "text loglevel loud\n"), "!expected bug|error|warning|remote|info|debug\n");
	T_TEXT(ask(fd, "loglevel warning\n"),
	       "{\"row\":\"loglevel\",\"level\":\"warning\"}\n" OK(1));
	T_CHECK(strstr(last_log, "command=loglevel level=warning"));
	T_CHECK(strstr(last_log, by));
	T_EQUAL(log_highest(), LOG_WARN);
	log_set_level(LOG_INFO);
	close(fd);
	desk_close();
}

/* A change of a row, as report.c publishes it. */
static void publish_row(struct record r)
{
	r.at = d.clock.now;
	r.change = CHANGE_BEGIN;
	events_publish(&d.events, event_kind_of(&r, NULL), &d.clock)->record = r;
}

/* The kinds of the events in text form, with their clients: "session 5\n". */
static const char *subjects(const char *heard)
{
	static char out[512];
	struct text t = text_make(out, sizeof(out));
	char kind[32];
	unsigned client;

	if (*heard == '!')
		return heard;
	for (const char *at = heard; *at; at = strchr(at, '\n') + 1) {
		if (sscanf(at, " %*s %31s begin client=%u", kind, &client) != 2 &&
		    sscanf(at, " %*s %31s begin origin=%u", kind, &client) != 2)
			return heard;
		text_format(&t, "%s %u\n", kind, client);
	}
	return out;
}

T_CASE(filters_let_through_what_matches_all_of_them)
{
	static const struct {
		const char *request, *heard;
	} rows[] = {
		{"text events\n", "session 5\ncall 5\ncall 6\nsubscription 5\n"},
		{"text events call\n", "call 5\ncall 6\n"},
		{"text events call session\n", "session 5\ncall 5\ncall 6\n"},
		{"text events client 5\n", "session 5\ncall 5\nsubscription 5\n"},
		{"text events client 5 call\n", "call 5\n"},
		{"text events conference 92\n", "call 6\nsubscription 5\n"},
		{"text events log\n", ""},
		{"text events cal\n", "!unknown kind of event\n"},
		{"text events client\n", "!missing ID\n"},
		{"text events client 0\n", "!not an ID or callsign\n"},
	};

	T_CHECK(desk_open());
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int fd = call_in();
		say(fd, rows[i].request, strlen(rows[i].request));
		publish_row((struct record){.kind = RECORD_SESSION, .session = {.client = 5}});
		publish_row(
			(struct record){.kind = RECORD_CALL,
		                        .call = {.origin = {SOURCE_CLIENT, 5}, .conference = 91}});
		publish_row(
			(struct record){.kind = RECORD_CALL,
		                        .call = {.origin = {SOURCE_CLIENT, 6}, .conference = 92}});
		publish_row((struct record){.kind = RECORD_SUBSCRIPTION,
		                            .subscription = {.client = 5, .conference = 92}});
		spin();
		const char *heard = subjects(hear(fd));
		T_TEXT(heard, rows[i].heard);
		close(fd);
		spin();
	}
	desk_close();
}

T_CASE(a_conference_is_told_with_its_listeners_and_calls)
{
	T_CHECK(desk_open());
	take((struct record){
		.kind = RECORD_SUBSCRIPTION,
		.subscription = {5, 2, 91, 91, SUBSCRIPTION_STATIC, true, TICK_NEVER}});
	take((struct record){.kind = RECORD_SUBSCRIPTION,
	                     .subscription = {6, 2, 9, 91, SUBSCRIPTION_DIAL, true, TICK_NEVER}});
	take((struct record){
		.kind = RECORD_SUBSCRIPTION,
		.subscription = {6, 1, 92, 92, SUBSCRIPTION_STATIC, true, TICK_NEVER}});
	take((struct record){.kind = RECORD_CALL,
	                     .call = {{SOURCE_CLIENT, 5}, 0xab, 1, 99000, 2, 7, 91, 91}});
	int fd = call_in();
	const char *json = ask(fd, "conference 91\n");
	T_CHECK(strstr(json, "\"conference\":91,\"subscriptions\":2,"));
	T_EQUAL(count_of(json, "{\"row\":\"subscription\""), 2);
	T_EQUAL(count_of(json, "{\"row\":\"call\""), 1);
	T_CHECK(strstr(json, OK(4)));
	T_TEXT(ask(fd, "conference 90\n"), REFUSED("nobody is in talkgroup 90"));
	T_CHECK(strstr(ask(fd, "report\n"),
	               "\"name\":\"report_control_requests_total\",\"value\":3}"));
	close(fd);
	desk_close();
}

/* What the parent is asked; its number, 0 = nothing. */
static uint32_t reload_wanted(void)
{
	struct command c;

	if (ipc_take_order(d.parent[0], &c) != IPC_MESSAGE || c.kind != COMMAND_RELOAD)
		return 0;
	return c.number;
}

static void tell_change(uint32_t number, enum reload_outcome outcome, const char *what)
{
	struct record r = {.kind = RECORD_RELOAD, .reload = {.number = number, .outcome = outcome}};

	text_copy(r.reload.what, sizeof(r.reload.what), what);
	control_reply(d.control, &r);
}

T_CASE(a_reload_is_the_parents_and_told_change_by_change)
{
	T_CHECK(desk_open());
	int fd = call_in(), other = call_in();
	T_TEXT(ask(fd, "text reload\n"), "");
	uint32_t number = reload_wanted();
	T_CHECK(number);
	T_EQUAL(d.commands_count, 0); /* voice is asked nothing */
	T_TEXT(ask(other, "reload\n"), "");
	uint32_t another = reload_wanted();
	T_CHECK(another && another != number);
	tell_change(number, RELOAD_APPLIED, "[listener a] timer");
	tell_change(0, RELOAD_APPLIED, "[listener b] timer"); /* by a signal */
	tell_change(number, RELOAD_DEFERRED, "[limits] peers");
	tell_change(number, RELOAD_LOGIN, "[client 1] passphrase");
	spin();
	T_TEXT(hear(fd), "");
	reply(number, true, "applied 1, deferred 1");
	T_TEXT(hear(fd), " CHANGE             WHAT\n applied            [listener a] timer\n"
	                 " deferred           [limits] peers\n"
	                 " at the next login  [client 1] passphrase\n applied 1, deferred 1\n.\n");
	tell_change(another, RELOAD_REFUSED, "x.conf:3: no \"such\" key");
	reply(another, false, "refused, nothing changed");
	char want[200];
	snprintf(
		want, sizeof(want),
		"{\"row\":\"reload\",\"number\":%u,\"outcome\":\"refused\",\"what\":\"x.conf:3: no "
		"\\\"such\\\" key\"}\n" REFUSED("refused, nothing changed"),
		another);
	T_TEXT(hear(other), want);
	close(fd);
	close(other);
	desk_close();
}

T_CASE(more_changes_than_an_answer_holds_are_left_out)
{
	char what[sizeof(((struct reload_record *)NULL)->what)];

	T_CHECK(desk_open());
	int fd = call_in();
	T_TEXT(ask(fd, "reload\n"), "");
	uint32_t number = reload_wanted();
	memset(what, 'x', sizeof(what) - 1);
	what[sizeof(what) - 1] = 0;
	for (int i = 0; i < 100; i++)
		tell_change(number, RELOAD_APPLIED, what);
	reply(number, true, "applied 100");
	const char *heard = hear(fd);
	unsigned told = count_of(heard, "\"row\":\"reload\"");
	T_CHECK(told >= 60 && told < 100);
	T_CHECK(strstr(heard, "\"text\":\"applied 100\"}\n"));
	close(fd);
	desk_close();
}

T_CASE(a_parent_that_is_busy_or_gone_holds_up_nobody)
{
	T_CHECK(desk_open());
	int fd = call_in();
	T_TEXT(ask(fd, "reload\n"), "");
	T_EQUAL(connections_next(d.connections), d.clock.now + ANSWER_PARENT_MS);
	T_TEXT(ask(fd, "help me\n"), "");
	d.clock.now += ANSWER_PARENT_MS;
	spin();
	T_TEXT(hear(fd), REFUSED("no reply from the parent") REFUSED("too many arguments"));
	struct command c = {.kind = COMMAND_RELOAD};
	while (ipc_order(d.parent[1], &c))
		;
	T_TEXT(ask(fd, "reload\n"), REFUSED("the parent cannot take commands now: try again"));
	close(fd);
	desk_close();
}

T_CASE(a_command_without_a_reply_is_given_up)
{
	T_CHECK(desk_open());
	int fd = call_in();
	T_TEXT(ask(fd, "kick 1\n"), "");
	T_EQUAL(connections_next(d.connections), d.clock.now + ANSWER_REPLY_MS);
	d.clock.now += ANSWER_REPLY_MS;
	spin();
	T_TEXT(hear(fd), REFUSED("no reply from the voice process"));
	reply(d.last.number, true, "late");
	T_TEXT(hear(fd), "");
	char filler[COMMAND_LEN] = {0};
	while (pipe_put(d.commands[1], filler, sizeof(filler)))
		;
	struct command c = {.kind = COMMAND_KICK};
	T_EQUAL(voice_pipe_command(&d.link, &c), 0);
	T_EQUAL(d.link.commands_full_total, 1);
	close(fd);
	desk_close();
}

T_CASE(who_hangs_up_in_the_middle_of_an_answer_harms_nobody)
{
	T_CHECK(desk_open());
	for (uint32_t i = 1; i <= 2000; i++)
		log_in(i);
	int fd = call_in(), other = call_in();
	say(fd, "sessions\n", 9);
	close(fd);
	spin();
	T_EQUAL(d.connections->figures.connections, 1);
	T_CHECK(strstr(ask(other, "sessions\n"), OK(2000)));
	close(other);
	desk_close();
}

T_CASE(an_event_for_who_was_there_before_is_forgotten)
{
	T_CHECK(desk_open());
	close(call_in());
	spin();
	int fd = call_in();
	struct poller_event end = {.tag = service_tag(SERVICE_CONTROL, 1, 0), .ready = POLLER_END};
	connections_event(d.connections, &end, &d.clock);
	T_TEXT(ask(fd, "sessions\n"), OK(0));
	end.tag = service_tag(SERVICE_CONTROL, 2, 0);
	connections_event(d.connections, &end, &d.clock);
	T_TEXT(hear(fd), "(end)");
	close(fd);
	desk_close();
}

T_MAIN()
