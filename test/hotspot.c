/*
 * A hotspot without a radio: logs in to a server as MMDVMHost does, and listens, talks and calls.
 * For tests, and for a person who wants to see a server work.
 *
 * DIFFERS from real clients: they wait 10 s before the first RPTL, this one does not.
 *
 * A recording is text, one datagram per line: milliseconds since the first, hex. Whatever stands
 * between the two is skipped on reading, so the captures in test/data play as well.
 */
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "hotspot/ear.h"
#include "hotspot/talk.h"
#include "base/cursor.h"
#include "base/random.h"
#include "base/text.h"
#include "base/tick.h"
#include "dmr/dmr.h"
#include "wire/hbp.h"

#define PING_MS 10000
#define ANSWER_MS 1000 /* how long one answer may take */
#define TRIES 5
#define SILENCE_MS 60000     /* without MSTPONG: the server is gone, as MMDVMHost sees it */
#define CALL_TIMEOUT_MS 1500 /* MMDVMHost's watchdog for network calls */
#define LINE_LEN 1200
#define DEEDS_MAX 32

enum {
	EXIT_NO_ANSWER = 3,
	EXIT_REFUSED = 4,
};

/* What is being heard on one slot. */
struct hearing {
	bool open;
	struct hbp_burst first, last;
	tick_t began, heard;
	unsigned frames, lost;
	struct ear ear;
};

struct hotspot {
	int fd;
	uint32_t id;
	uint32_t radio;
	const char *passphrase;
	const char *options;
	bool simplex;
	const char *host; /* as given, for messages */
	FILE *record;
	tick_t record_began;
	struct hearing slot[2];
};

static volatile sig_atomic_t leaving;

static void on_signal(int number)
{
	(void)number;
	leaving = 1;
}

static tick_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (tick_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static _Noreturn PRINTF_LIKE(2, 3) void die(int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputs("hotspot: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(code);
}

/* A line for the person who watches, with the time of day. */
static PRINTF_LIKE(1, 2) void say(const char *format, ...)
{
	char clock[16];
	time_t t = time(NULL);
	struct tm local;
	localtime_r(&t, &local);
	strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	va_list args;
	va_start(args, format);
	printf("%s ", clock);
	vprintf(format, args);
	putchar('\n');
	fflush(stdout);
	va_end(args);
}

/* The wire. */

static void transmit(const struct hotspot *h, const struct wr *w)
{
	size_t len = wr_len(w);
	if (len == 0)
		die(EXIT_FAILURE, "a message did not fit its buffer");
	if (send(h->fd, w->start, len, 0) < 0 && errno != ECONNREFUSED)
		die(EXIT_FAILURE, "cannot send to %s: %s", h->host, strerror(errno));
}

/* Waits until `deadline` for a datagram; 0 when none came. */
static size_t receive(const struct hotspot *h, uint8_t *buf, size_t cap, tick_t deadline)
{
	for (;;) {
		tick_t left = deadline - now_ms();
		if (left < 0 || leaving)
			return 0;
		struct pollfd p = {.fd = h->fd, .events = POLLIN};
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		ssize_t got = recv(h->fd, buf, cap, 0);
		if (got > 0)
			return (size_t)got;
	}
}

/* Sends until the server answers with an RPTACK. Says what a refusal at this step means. */
static struct hbp_message ask(const struct hotspot *h, const struct wr *w, const char *refusal)
{
	for (int i = 0; i < TRIES && !leaving; i++) {
		transmit(h, w);
		tick_t deadline = now_ms() + ANSWER_MS;
		uint8_t buf[HBP_DATAGRAM_MAX];
		for (size_t len; (len = receive(h, buf, sizeof(buf), deadline)) > 0;) {
			struct hbp_message m;
			const char *reason;
			if (hbp_parse(buf, len, &m, &reason) != PARSE_OK)
				continue;
			if (m.kind == HBP_NAK)
				die(EXIT_REFUSED, "%s refused the login: %s", h->host, refusal);
			if (m.kind == HBP_ACK)
				return m;
		}
	}
	die(EXIT_NO_ANSWER, "no answer from %s: is the server running, and is the port right?",
	    h->host);
}

static struct hbp_config describe(const struct hotspot *h)
{
	return (struct hbp_config){
		.callsign = "TEST",
		.rx_hz = 433000000,
		.tx_hz = h->simplex ? 433000000 : 438000000,
		.power_w = 1,
		.cc = TALK_CC,
		.latitude = "0.000000",
		.longitude = "0.000000",
		.location = "on a desk",
		.description = "hotspot without radio",
		.slots = h->simplex ? '4' : '3',
		.software = "freedmr test hotspot",
		.package = "MMDVM",
	};
}

static void login(const struct hotspot *h)
{
	uint8_t buf[HBP_DATAGRAM_MAX];
	uint8_t digest[SHA256_LEN];
	struct hbp_config config = describe(h);

	struct wr w = wr_make(buf, sizeof(buf));
	hbp_write_login(&w, h->id);
	struct hbp_message challenge = ask(h, &w, "this id may not log in, or the server is full");

	hbp_digest(challenge.salt, h->passphrase, digest);
	w = wr_make(buf, sizeof(buf));
	hbp_write_key(&w, h->id, digest);
	ask(h, &w, "wrong passphrase");

	w = wr_make(buf, sizeof(buf));
	hbp_write_config(&w, h->id, &config);
	ask(h, &w, "the server does not accept this configuration");

	if (h->options[0]) {
		w = wr_make(buf, sizeof(buf));
		hbp_write_options(&w, h->id, h->options, strlen(h->options));
		ask(h, &w, "the server does not accept these options");
	}
	say("logged in to %s as %" PRIu32, h->host, h->id);
}

static void ping(const struct hotspot *h)
{
	uint8_t buf[16];
	struct wr w = wr_make(buf, sizeof(buf));
	hbp_write_ping(&w, h->id);
	transmit(h, &w);
}

static void logout(const struct hotspot *h)
{
	uint8_t buf[16];
	struct wr w = wr_make(buf, sizeof(buf));
	hbp_write_close(&w, h->id);
	transmit(h, &w);
}

/* Listening. */

static void hearing_end(struct hearing *s, const char *how)
{
	if (!s->open)
		return;
	double seconds = (double)(s->heard - s->began) / 1000 + DMR_BURST_MS / 1000.0;
	say("end   %" PRIu32 " -> %s %" PRIu32 " slot %d: %.1f s, %u frames, %u lost%s",
	    s->first.src, s->first.unit ? "user" : "TG", s->first.dst, s->first.slot, seconds,
	    s->frames, s->lost, how);
	const char *morse = ear_end(&s->ear);
	if (*morse)
		say("morse \"%s\"", morse);
	s->open = false;
}

static void hearing_begin(struct hearing *s, const struct hbp_burst *b, tick_t now)
{
	hearing_end(s, ", cut by the next call");
	*s = (struct hearing){.open = true, .first = *b, .last = *b, .began = now};
	s->last.seq = (uint8_t)(b->seq - 1);
	say("begin %" PRIu32 " -> %s %" PRIu32 " slot %d, stream %08" PRIx32, b->src,
	    b->unit ? "user" : "TG", b->dst, b->slot, b->stream);
}

static void hear_burst(struct hotspot *h, const struct hbp_burst *b, tick_t now)
{
	struct hearing *s = &h->slot[b->slot - 1];
	bool terminator = b->class == BURST_TERMINATOR;
	bool voice = !burst_has_type(b) || b->class == BURST_VOICE_HEADER;
	if (!s->open || s->first.stream != b->stream) {
		if (!voice)
			return; /* data, or a repeated terminator */
		hearing_begin(s, b, now);
	}
	uint8_t step = (uint8_t)(b->seq - s->last.seq);
	if (step > 1 && step < 128)
		s->lost += step - 1u;
	if (!burst_has_type(b))
		ear_hear(&s->ear, b->payload);
	s->frames++;
	s->last = *b;
	s->heard = now;
	if (terminator)
		hearing_end(s, "");
}

static void record(struct hotspot *h, const uint8_t *bytes, size_t len, tick_t now)
{
	if (!h->record)
		return;
	if (h->record_began == 0)
		h->record_began = now;
	fprintf(h->record, "%lld ", (long long)(now - h->record_began));
	for (size_t i = 0; i < len; i++)
		fprintf(h->record, "%02x", bytes[i]);
	fputc('\n', h->record);
	fflush(h->record);
}

/* What arrives while logged in. Returns true when it was a pong. */
static bool hear(struct hotspot *h, const uint8_t *bytes, size_t len)
{
	struct hbp_message m;
	const char *reason;
	if (hbp_parse(bytes, len, &m, &reason) != PARSE_OK)
		return false;
	if (m.kind == HBP_NAK)
		die(EXIT_REFUSED, "%s does not know us any more", h->host);
	if (m.kind == HBP_CLOSED)
		die(EXIT_REFUSED, "%s closed the session", h->host);
	if (m.kind == HBP_BURST) {
		record(h, bytes, len, now_ms());
		hear_burst(h, &m.burst, now_ms());
	}
	return m.kind == HBP_PONG;
}

static void listen_turn(struct hotspot *h, tick_t *pong_at)
{
	uint8_t buf[HBP_DATAGRAM_MAX];
	size_t len = receive(h, buf, sizeof(buf), now_ms() + 100);
	tick_t now = now_ms();
	if (len > 0 && hear(h, buf, len))
		*pong_at = now;
	for (int i = 0; i < 2; i++)
		if (h->slot[i].open && now - h->slot[i].heard > CALL_TIMEOUT_MS)
			hearing_end(&h->slot[i], ", no terminator");
	if (now - *pong_at > SILENCE_MS)
		die(EXIT_NO_ANSWER, "no answer from %s for a minute", h->host);
}

static void listen_until(struct hotspot *h, tick_t end)
{
	tick_t pong_at = now_ms();
	tick_t ping_at = pong_at + PING_MS;
	while (!leaving && now_ms() < end) {
		listen_turn(h, &pong_at);
		if (now_ms() >= ping_at) {
			ping(h);
			ping_at += PING_MS;
		}
	}
}

/* Talking. */

/* Hears what comes until the next burst is due. */
static void wait_until(struct hotspot *h, tick_t due)
{
	uint8_t buf[HBP_DATAGRAM_MAX];
	for (size_t len; (len = receive(h, buf, sizeof(buf), due)) > 0;)
		hear(h, buf, len);
}

static void talk_send(struct hotspot *h, const struct hbp_burst *b)
{
	uint8_t buf[HBP_BURST_LEN];
	struct wr w = wr_make(buf, sizeof(buf));
	hbp_write_burst(&w, b);
	transmit(h, &w);
}

static struct talk talk_make(const struct hotspot *h, uint32_t to, bool unit, uint8_t slot)
{
	struct talk t = {.next = {.src = h->radio, .dst = to, .unit = unit, .slot = slot}};
	t.next.client = h->id;
	if (!random_fill(&t.next.stream, sizeof(t.next.stream)))
		die(EXIT_FAILURE, "no randomness: %s", strerror(errno));
	talk_code(&t);
	return t;
}

static void talk_generated(struct hotspot *h, struct talk t, unsigned seconds)
{
	static const uint8_t silence[9] = {0xb9, 0xe8, 0x81, 0x52, 0x61, 0x73, 0x00, 0x2a, 0x6b};
	uint8_t ambe[TALK_AMBE_LEN];
	for (size_t i = 0; i < sizeof(ambe); i++)
		ambe[i] = silence[i % sizeof(silence)];

	tick_t due = now_ms();
	unsigned superframes = (seconds * 1000 + 359) / 360;
	struct hbp_burst b = talk_lc(&t, DMR_VOICE_HEADER);
	talk_send(h, &b);
	for (unsigned i = 0; i < superframes * 6 && !leaving; i++) {
		wait_until(h, due += DMR_BURST_MS);
		b = talk_voice(&t, ambe);
		talk_send(h, &b);
	}
	wait_until(h, due += DMR_BURST_MS);
	b = talk_lc(&t, DMR_TERMINATOR);
	talk_send(h, &b);
}

/* Reads "MS ... HEX"; false when the line holds no datagram. */
static bool read_line(const char *line, tick_t *ms, uint8_t *bytes, size_t cap, size_t *len)
{
	char *end;
	*ms = strtoll(line, &end, 10);
	if (end == line)
		return false;
	const char *hex = strrchr(line, ' ');
	if (!hex)
		return false;
	size_t n = 0;
	unsigned octet;
	for (hex++; n < cap && sscanf(hex, "%2x", &octet) == 1; hex += 2)
		bytes[n++] = (uint8_t)octet;
	*len = n;
	return n > 0;
}

/* Plays the bursts of a recording under our own ids, as fast as they were recorded. */
static void talk_file(struct hotspot *h, struct talk t, const char *path)
{
	FILE *f = fopen(path, "r");
	if (!f)
		die(EXIT_FAILURE, "%s: %s", path, strerror(errno));
	char line[LINE_LEN];
	tick_t began = now_ms(), first = -1, ms;
	uint8_t bytes[HBP_DATAGRAM_MAX];
	size_t len;
	while (!leaving && fgets(line, sizeof(line), f)) {
		struct hbp_message m;
		const char *reason;
		if (!read_line(line, &ms, bytes, sizeof(bytes), &len) ||
		    hbp_parse(bytes, len, &m, &reason) != PARSE_OK || m.kind != HBP_BURST)
			continue;
		if (first < 0)
			first = ms;
		wait_until(h, began + ms - first);
		m.burst.client = h->id;
		m.burst.stream = t.next.stream;
		m.burst.dst = t.next.dst;
		m.burst.unit = t.next.unit;
		m.burst.slot = t.next.slot;
		m.burst.seq = t.next.seq++;
		talk_send(h, &m.burst);
	}
	fclose(f);
	if (first < 0)
		die(EXIT_FAILURE, "%s: no bursts in it", path);
}

/* The command line. */

static const char usage[] =
	"usage: hotspot [-o OPTIONS] [-p PASSPHRASE] [-i ID] [-r RADIO] [-s simplex|duplex] "
	"HOST[:PORT] WORD...\n"
	"  listen [--record FILE]    says who is heard, until interrupted\n"
	"  talk TG [HOW]             keys up on a talkgroup\n"
	"  call NUMBER [HOW]         calls privately: 4000, 5000, a talkgroup, a radio\n"
	"  wait SECONDS              listens for so long\n"
	"One after the other, then it leaves. HOW: --slot N, --seconds S, --file FILE.\n"
	"\n"
	"  -o OPTIONS     option string, such as TS2=91;DIAL=0\n"
	"  -p PASSPHRASE  default passw0rd\n"
	"  -i ID          id of the hotspot, default 2300101\n"
	"  -r RADIO       id of the radio that talks, default the first seven digits of ID\n"
	"  -s simplex     one frequency, slot 2 only (default); duplex for both slots\n"
	"exit: 0 done, 1 trouble here, 2 usage, 3 no answer, 4 refused\n";

static _Noreturn void misuse(const char *what)
{
	fprintf(stderr, "hotspot: %s\n%s", what, usage);
	exit(2);
}

static uint32_t number(const char *text, uint32_t max, const char *what)
{
	uint64_t v;
	if (!text_to_u64(text, strlen(text), 1, max, &v))
		misuse(what);
	return (uint32_t)v;
}

/* "host", "host:port", "[v6]:port" or a bare IPv6 address. */
static void connect_to(struct hotspot *h)
{
	char host[256], port[8] = "62031";
	const char *last = strrchr(h->host, ':');
	bool bracket = h->host[0] == '[';
	const char *close = bracket ? strchr(h->host, ']') : NULL;
	bool bare_v6 = !bracket && last && strchr(h->host, ':') != last;
	size_t len = close              ? (size_t)(close - h->host - 1)
	             : last && !bare_v6 ? (size_t)(last - h->host)
	                                : strlen(h->host);
	if (len >= sizeof(host) || (bracket && !close))
		misuse("the address is not HOST[:PORT]");
	snprintf(host, sizeof(host), "%.*s", (int)len, h->host + bracket);
	if (last && !bare_v6 && (!close || last > close))
		snprintf(port, sizeof(port), "%s", last + 1);

	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *found;
	int e = getaddrinfo(host, port, &hints, &found);
	if (e != 0)
		die(EXIT_FAILURE, "%s: %s", h->host, gai_strerror(e));
	h->fd = socket(found->ai_family, SOCK_DGRAM, 0);
	if (h->fd < 0 || connect(h->fd, found->ai_addr, found->ai_addrlen) < 0)
		die(EXIT_FAILURE, "%s: %s", h->host, strerror(errno));
	freeaddrinfo(found);
}

/* The value of a long option, or NULL if this is not one. */
static const char *value_of(char ***at, const char *name)
{
	if (strcmp(**at, name) != 0)
		return NULL;
	if (!*++*at)
		misuse("an option lacks its value");
	return **at;
}

/* One thing after the other. */
struct deed {
	enum { LISTEN, TALK } kind;
	unsigned seconds; /* LISTEN: 0 = until interrupted */
	uint32_t to;
	bool unit;
	uint8_t slot;
	const char *path;
};

static struct deed read_talk(char ***at, bool unit)
{
	struct deed d = {.kind = TALK, .unit = unit, .slot = 2, .seconds = unit ? 1 : 3};
	if (!**at)
		misuse("talk and call need a number");
	d.to = number(*(*at)++, DMR_ID_MAX, "talk and call take a number up to 16777215");
	for (const char *value; **at && ***at == '-'; ++*at) {
		if ((value = value_of(at, "--slot")))
			d.slot = (uint8_t)number(value, 2, "a slot is 1 or 2");
		else if ((value = value_of(at, "--seconds")))
			d.seconds = number(value, 3600, "--seconds takes 1 to 3600");
		else if ((value = value_of(at, "--file")))
			d.path = value;
		else
			misuse("talk and call take --slot, --seconds and --file");
	}
	return d;
}

static void read_record(struct hotspot *h, char ***at)
{
	for (const char *path; **at; ++*at) {
		if (!(path = value_of(at, "--record")))
			misuse("listen takes --record FILE, and nothing comes after it");
		h->record = fopen(path, "w");
		if (!h->record)
			die(EXIT_FAILURE, "%s: %s", path, strerror(errno));
	}
}

static struct deed read_deed(struct hotspot *h, char ***at)
{
	const char *word = *(*at)++;
	struct deed d = {.kind = LISTEN};

	if (strcmp(word, "talk") == 0)
		return read_talk(at, false);
	if (strcmp(word, "call") == 0)
		return read_talk(at, true);
	if (strcmp(word, "wait") == 0 && **at)
		d.seconds = number(*(*at)++, 86400, "wait takes 1 to 86400 seconds");
	else if (strcmp(word, "listen") == 0)
		read_record(h, at);
	else
		misuse("the words are listen, talk, call and wait");
	return d;
}

static void do_deed(struct hotspot *h, const struct deed *d)
{
	if (d->kind == LISTEN) {
		listen_until(h, d->seconds ? now_ms() + (tick_t)d->seconds * 1000 : TICK_NEVER);
		return;
	}
	struct talk t = talk_make(h, d->to, d->unit, d->slot);
	say("talk  %" PRIu32 " -> %s %" PRIu32 " slot %d, stream %08" PRIx32, h->radio,
	    d->unit ? "user" : "TG", d->to, d->slot, t.next.stream);
	if (d->path)
		talk_file(h, t, d->path);
	else
		talk_generated(h, t, d->seconds);
}

static void run(struct hotspot *h, char **words)
{
	struct deed deeds[DEEDS_MAX];
	size_t count = 0;

	while (*words) {
		if (count == DEEDS_MAX)
			misuse("too many words");
		deeds[count++] = read_deed(h, &words);
	}
	connect_to(h);
	login(h);
	for (size_t i = 0; i < count && !leaving; i++)
		do_deed(h, &deeds[i]);
	for (int i = 0; i < 2; i++)
		hearing_end(&h->slot[i], ", we leave");
	logout(h);
	say("done");
}

/* Those with two hyphens, which must come first. */
static bool is_asked(int argc, char **argv, const char *option)
{
	return argc > 1 && strcmp(argv[1], option) == 0;
}

int main(int argc, char **argv)
{
	struct hotspot h = {
		.id = 2300101, .passphrase = "passw0rd", .options = "", .simplex = true};

	if (is_asked(argc, argv, "--version")) {
		puts("hotspot " VERSION);
		return EXIT_SUCCESS;
	}
	if (is_asked(argc, argv, "--help")) {
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	for (int o; (o = getopt(argc, argv, "+ho:p:i:r:s:")) != -1;) {
		switch (o) {
		case 'o':
			h.options = optarg;
			break;
		case 'p':
			h.passphrase = optarg;
			break;
		case 'i':
			h.id = number(optarg, UINT32_MAX, "an id is a number");
			break;
		case 'r':
			h.radio = number(optarg, DMR_ID_MAX, "a radio id has up to 8 digits");
			break;
		case 's':
			h.simplex = strcmp(optarg, "duplex") != 0;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			misuse("unknown option");
		}
	}
	if (argc - optind < 2)
		misuse("an address and a word are needed");
	if (h.radio == 0)
		for (h.radio = h.id; h.radio > 9999999;)
			h.radio /= 10;
	h.host = argv[optind];

	struct sigaction quit = {.sa_handler = on_signal};
	sigaction(SIGINT, &quit, NULL);
	sigaction(SIGTERM, &quit, NULL);

	run(&h, argv + optind + 1);
	return EXIT_SUCCESS;
}
