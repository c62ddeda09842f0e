#include "command/replay.h"

#include "face.h"
#include "harness/t.h"
#include "unit/core/world.h"
#include "voice/recorder.h"

#define CLIENT 2345001u
#define CONFIG                                                                                     \
	"[server]\nid = 2345\n[listener one]\nbind = 192.0.2.1:62031\npassphrase "                 \
	"= " WORLD_PASSPHRASE "\n"

T_CASE(what_is_not_a_recording_is_told)
{
	char *path = face_path(), wanted[128];

	face_write(path, "", 0);
	T_EQUAL(FACE_RUN(replay_main, "replay", path), 1);
	snprintf(wanted, sizeof(wanted), "freedmr replay: %s: not a recording\n", path);
	T_TEXT(face_err, wanted);
	face_write(path, "nonsense", 8);
	T_EQUAL(FACE_RUN(replay_main, "replay", path, "--why", "2345001"), 1);
	T_CHECK(strstr(face_err, path));
	T_TEXT(face_out, "");
	face_forget(path);
	T_EQUAL(FACE_RUN(replay_main, "replay", "/"), 1);
	T_CHECK(strncmp(face_err, "freedmr replay: /: ", 19) == 0);
	T_EQUAL(FACE_RUN(replay_main, "replay", "/nowhere/recording"), 1);
	T_TEXT(face_err, "freedmr replay: /nowhere/recording: No such file or directory\n");
}

static void say(struct recorder *r, struct world *w, const uint8_t *bytes, size_t len)
{
	struct event e = {
		.kind = EVENT_DATAGRAM,
		.datagram = {.bytes = bytes, .len = len, .from = world_endpoint(1, 4000)}};

	recorder_event(r, w->now, &e);
	core_step(w->core, w->now, &e, &w->actions);
	recorder_outcome(r, w->core, w->now, &e, &w->actions);
	actions_empty(&w->actions);
}

/* A login of a client that is kept out, as `octets`; their number. The reason is in the state. */
static size_t record_a_refusal(const char *reason, unsigned char *octets, size_t room)
{
	static unsigned char memory[1 << 20];
	struct addr at = world_endpoint(1, 4000).to;
	struct command refuse = {.kind = COMMAND_REFUSE, .refuse = {.client = CLIENT, .at = at}};
	struct world w;
	struct recorder r;
	struct recording_reader reader;
	uint8_t login[HBP_DATAGRAM_MAX];
	struct wr out = wr_make(login, sizeof(login));
	size_t len = 0, more;

	world_open(&w, CONFIG, 7);
	world_step(&w, &(struct event){.kind = EVENT_COMMAND, .command = &refuse});
	world_step(&w, &(struct event){.kind = EVENT_DERIVE});
	actions_empty(&w.actions);
	recorder_open(&r, memory, sizeof(memory));
	recorder_checkpoint(&r, w.core, &w.conf, w.now, 0);
	hbp_write_login(&out, CLIENT);
	say(&r, &w, login, wr_len(&out));
	if (recording_open(&r.memory, false, &reader))
		while (recording_read(&r.memory, &reader, octets + len, room - len, &more) && more)
			len += more;
	for (size_t i = 0; i + strlen(reason) < len; i++)
		if (memcmp(octets + i, reason, strlen(reason)) == 0)
			octets[i] = 0x1B;
	world_close(&w);
	return len;
}

/* A terminal would obey them. */
T_CASE(words_of_a_recording_are_printed_without_control_characters)
{
	static unsigned char octets[1 << 20];
	const char *reason = unregistered_name(UNREGISTERED_ID);
	char *path = face_path();

	size_t len = record_a_refusal(reason, octets, sizeof(octets));
	T_CHECK(len > 0);
	face_write(path, octets, len);
	FACE_RUN(replay_main, "replay", path, "--why", "2345001");
	T_CHECK(strstr(face_out, "RPTL of 2345001 at 10.0.1.1:4000: ?"));
	T_CHECK(strstr(face_out, reason + 1));
	T_CHECK(!strchr(face_out, 0x1B));
	face_forget(path);
}

T_MAIN()
