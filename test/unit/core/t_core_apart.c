/*
 * What is kept apart: the calls of one conference from those of another, whatever order their
 * events come in; and the rows that voice may change from those it only reads.
 */
#include "harness/t.h"
#include "hotspot/talk.h"
#include "unit/core/world.h"
#include "wire/obp.h"

#define HEAD                                                                                       \
	"[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\npassphrase "                   \
	"= " WORLD_PASSPHRASE "\nprompts = none\n"
#define PEER                                                                                       \
	"[peer uk]\nbind = 192.0.2.1:62044\ntarget = 10.0.9.1:62044\npassphrase = kilo tango\n"    \
	"remote-id = 2340\n"
#define FRAME_MS 60
#define NEIGHBOUR 9

static struct world w;

static struct endpoint place(unsigned n)
{
	return world_endpoint((uint8_t)(n + 1), 62031);
}

static uint32_t client(unsigned n)
{
	return 234500001 + n;
}

static void options(unsigned n, const char *text)
{
	uint8_t bytes[64];
	struct wr out = wr_make(bytes, sizeof(bytes));
	struct endpoint at = place(n);

	hbp_write_options(&out, client(n), text, strlen(text));
	world_datagram(&w, &at, bytes, wr_len(&out));
}

/* ---- two groups of clients that have nothing in common ---- */

#define GROUPS 2u
#define MEMBERS 3u /* the first talks, the second keys the same conference, the third listens */
#define TURNS 40u
#define HEARD_MAX 300u

/* Everything that was sent to one client, and when. */
struct heard {
	uint32_t count;
	struct {
		tick_t at;
		size_t len;
		uint8_t bytes[SEND_MAX];
	} datagram[HEARD_MAX];
};

static struct heard heard[2][GROUPS * MEMBERS]; /* [alone or together] */
static struct talk voice[GROUPS][2];
static const char *const has[GROUPS] = {"TS1=91", "TS2=92"};

static void begin(void)
{
	world_open(&w, HEAD, 1);
	for (unsigned n = 0; n < GROUPS * MEMBERS; n++) {
		struct endpoint at = place(n);
		if (!world_login(&w, &at, client(n), '3'))
			t_fail(__FILE__, __LINE__, "no login");
		options(n, has[n / MEMBERS]);
	}
	actions_empty(&w.actions);
	for (unsigned group = 0; group < GROUPS; group++)
		for (unsigned who = 0; who < 2; who++) {
			struct talk *t = &voice[group][who];
			*t = (struct talk){.next = {.src = 2345001 + group * MEMBERS + who,
			                            .dst = 91 + group,
			                            .client = client(group * MEMBERS + who),
			                            .slot = (uint8_t)(1 + group),
			                            .stream = 16 * group + who + 1}};
			talk_code(t);
		}
}

static void say(unsigned n, const struct hbp_burst *b)
{
	struct endpoint at = place(n);

	world_burst(&w, &at, b);
}

static void talk_on(unsigned group, unsigned who, unsigned turn, unsigned first, unsigned last)
{
	static const uint8_t ambe[TALK_AMBE_LEN];
	struct talk *t = &voice[group][who];

	if (turn < first || turn > last)
		return;
	struct hbp_burst b = turn == first  ? talk_lc(t, DMR_VOICE_HEADER)
	                     : turn == last ? talk_lc(t, DMR_TERMINATOR)
	                                    : talk_voice(t, ambe);
	say(group * MEMBERS + who, &b);
}

/*
 * A turn of one group: a call, a second one that has to wait, options and a log-out of the
 * listener, octets that are nothing, all from its own clients.
 */
static void act(unsigned group, unsigned turn)
{
	unsigned listener = group * MEMBERS + 2;
	struct endpoint at = place(listener);
	uint8_t bytes[64];
	struct wr out = wr_make(bytes, sizeof(bytes));

	talk_on(group, 0, turn, 3 + group, 15);
	talk_on(group, 1, turn, 6, 30 + group);
	if (turn == 10)
		options(listener, "TS1=;TS2=");
	if (turn == 12)
		options(listener, has[group]);
	if (turn == 25)
		hbp_write_close(&out, client(listener));
	if (wr_len(&out))
		world_datagram(&w, &at, bytes, wr_len(&out));
	if (turn == 27)
		world_datagram(&w, &at, "DMRDgarbage", 11);
}

static void listen(struct heard *to)
{
	for (uint32_t i = 0; i < w.actions.target_count; i++) {
		struct heard *h =
			&to[(w.actions.targets[i].where.to.ip[14] - 1u) % (GROUPS * MEMBERS)];
		if (h->count == HEARD_MAX)
			continue;
		h->datagram[h->count].at = w.now;
		h->datagram[h->count].len = world_sent(&w, i, h->datagram[h->count].bytes);
		h->count++;
	}
	actions_empty(&w.actions);
}

/* Time passes in steps that the listeners see one by one. */
static void sleep_on(struct heard *to)
{
	for (int ms = 0; ms < FRAME_MS; ms++) {
		world_sleep(&w, 1);
		listen(to);
	}
}

/* Bit n of `groups`: that group acts; of one instant the group `first` does so first. */
static void play(unsigned groups, unsigned first, struct heard *to)
{
	begin();
	for (unsigned turn = 0; turn < TURNS; turn++) {
		for (unsigned i = 0; i < GROUPS; i++) {
			unsigned group = (first + i) % GROUPS;
			if (groups >> group & 1)
				act(group, turn);
			listen(to);
		}
		sleep_on(to);
	}
	T_TEXT(core_check(w.core) ? core_check(w.core) : "", "");
	world_close(&w);
}

T_CASE(a_group_hears_the_same_whatever_the_others_do)
{
	memset(heard, 0, sizeof(heard));
	play(1, 0, heard[0]);
	play(2, 0, heard[0]);
	for (unsigned n = 0; n < GROUPS * MEMBERS; n++)
		T_CHECK(heard[0][n].count > 3);
	for (unsigned first = 0; first < GROUPS; first++) {
		memset(heard[1], 0, sizeof(heard[1]));
		play(3, first, heard[1]);
		for (unsigned n = 0; n < GROUPS * MEMBERS; n++)
			T_CHECK(memcmp(&heard[0][n], &heard[1][n], sizeof(heard[0][n])) == 0);
	}
}

T_CASE(of_one_instant_the_first_to_come_counts)
{
	for (unsigned first = 0; first < 2; first++) {
		begin();
		for (unsigned i = 0; i < 2; i++) {
			unsigned who = (first + i) % 2;
			struct hbp_burst b = talk_lc(&voice[0][who], DMR_VOICE_HEADER);
			say(who, &b);
		}
		uint8_t sent[SEND_MAX];
		uint32_t listeners = 0;
		for (uint32_t i = 0; i < w.actions.target_count; i++) {
			world_sent(&w, i, sent);
			if (w.actions.targets[i].id != client(2))
				continue;
			T_EQUAL(sent[19], first + 1); /* its stream id */
			listeners++;
		}
		T_EQUAL(listeners, 1);
		world_close(&w);
	}
}

/* ---- what a frame of voice may change ---- */

#define ROWS_MAX 40u

struct picture {
	struct record row[ROWS_MAX];
	uint32_t count;
};

static void keep_row(void *to, const struct record *r)
{
	struct picture *p = to;

	if (r->kind < RECORD_TABLE && p->count < ROWS_MAX)
		p->row[p->count++] = *r;
}

static void look(struct picture *p)
{
	p->count = 0;
	world_snapshot(&w, keep_row, p);
}

static bool same_field(const struct record *a, const struct record *b, const struct record_field *f,
                       char *text[2])
{
	struct text x = text_make(text[0], 200), y = text_make(text[1], 200);

	record_json_field(&x, a, f, 0);
	record_json_field(&y, b, f, 0);
	return strcmp(text[0], text[1]) == 0;
}

/* The fields that differ, "kind.field " each once; "rows " when there are others than before. */
static const char *changes(const struct picture *before, const struct picture *after)
{
	static char told[600];
	char room[2][200], name[80];
	struct text t = text_make(told, sizeof(told));

	if (before->count != after->count)
		text_put(&t, "rows ");
	for (uint32_t i = 0; i < before->count && i < after->count; i++) {
		const struct record_info *info = record_info(before->row[i].kind);
		for (size_t n = 0; n < info->field_count; n++) {
			if (same_field(&before->row[i], &after->row[i], &info->fields[n],
			               (char *[2]){room[0], room[1]}))
				continue;
			snprintf(name, sizeof(name), "%s.%s ", info->name, info->fields[n].name);
			if (!strstr(told, name))
				text_put(&t, name);
		}
	}
	return told;
}

static void neighbour_says(const struct hbp_burst *frame)
{
	struct obp_key key = obp_key_make("kilo tango", false);
	struct endpoint at = world_endpoint(NEIGHBOUR, 62044);
	uint8_t bytes[SEND_MAX];
	struct wr out = wr_make(bytes, sizeof(bytes));
	struct obp_burst b = {.frame = *frame, .source_server = 2340, .hops = 1};

	at.socket = CONF_PEER_SOCKETS;
	b.frame.client = 2340;
	if (frame->stream)
		obp_write_v5(&out, &key, &b, w.wall_ns);
	else
		obp_write_keepalive(&out, &key);
	world_datagram(&w, &at, bytes, wr_len(&out));
}

/* A call to 235 of the client, or of the neighbour; what its fourth burst changes. The clock stops
 * between the two snapshots, so that no row changes by itself. */
static const char *fourth_burst_changes(bool mesh)
{
	static struct picture before, after;
	static const uint8_t ambe[TALK_AMBE_LEN];
	struct talk t = {.next = {.src = 2345001,
	                          .dst = 235,
	                          .client = client(0),
	                          .slot = 2,
	                          .stream = mesh ? 7 : 8}};

	talk_code(&t);
	for (int i = 0; i < 4; i++) {
		struct hbp_burst b = i == 0 ? talk_lc(&t, DMR_VOICE_HEADER) : talk_voice(&t, ambe);
		world_sleep(&w, FRAME_MS);
		w.wall_ns += 1000000 * FRAME_MS;
		look(&before);
		if (mesh)
			neighbour_says(&b);
		else
			say(0, &b);
		look(&after);
	}
	return changes(&before, &after);
}

T_CASE(voice_counts_and_changes_nothing_else)
{
	world_open(&w, HEAD "static-2 = 235\n" PEER, 1);
	w.wall_ns = UINT64_C(1800000000000000000);
	for (unsigned n = 0; n < MEMBERS; n++) {
		struct endpoint at = place(n);
		T_CHECK(world_login(&w, &at, client(n), '3'));
	}
	options(0, "TS2="); /* it keys the talkgroup: its subscription has a timer */
	neighbour_says(&(struct hbp_burst){.stream = 0});
	const char *told = fourth_burst_changes(false);
	T_TEXT(told, "session.frames_in_total session.frames_out_total call.frames "
	             "peer.frames_out_total ");
	world_sleep(&w, 10000);
	told = fourth_burst_changes(true);
	T_TEXT(told, "session.frames_out_total call.frames peer.heard peer.frames_in_total ");
	world_close(&w);
}

T_MAIN()
