#include "sim/scenario.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/text.h"
#include "base/util.h"
#include "dmr/dmr.h"
#include "dmr/lc.h"
#include "hotspot/talk.h"
#include "wire/hbp.h"

#define LINE_MAX_LEN 1024
#define CONFIG_MAX 8192u /* octets of each of the two blocks */
#define HISTORY 16u

static const char server_head[] = "[server]\n", server_id[] = "id = 2345\n";
static const char listener_head[] =
	"[listener hotspots]\nbind = 192.0.2.1:62031\npassphrase = " PASSPHRASE "\n";

/* A transmission under way while the file is read. */
struct talker {
	uint32_t client;
	struct talk talk;
	uint32_t lc_dst; /* 0 = as the DMRD says */
	tick_t every;
	size_t len;
	struct addr from;
	uint32_t speaker; /* whose voice it is */
	unsigned voice;   /* and which burst of it is next */
	struct step history[HISTORY];
	unsigned sent;
	unsigned began; /* `sent` before the statement: data of two of them can be alike */
	struct mesh mesh;
};

void *rows_grow(void *rows, size_t *cap, size_t need, size_t size)
{
	if (need <= *cap)
		return rows;
	*cap = need * 2;
	rows = realloc(rows, *cap * size);
	if (!rows)
		abort();
	return rows;
}

int scenario_data_type(const char *word)
{
	static const struct {
		const char *word;
		int type;
	} names[] = {
		{"header", 1}, {"terminator", 2}, {"csbk", 3}, {"data-header", 6}, {"rate-12", 7}};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].word, word) == 0)
			return names[i].type;
	return -1;
}

static struct scenario *reading;
static int reading_line;

static _Noreturn PRINTF_LIKE(1, 2) void unreadable(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fprintf(stderr, "%s:%d: ", reading->path, reading_line);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(2);
}

static struct step *step_add(struct scenario *s, tick_t at)
{
	s->steps = rows_grow(s->steps, &s->cap, s->count + 1, sizeof(*s->steps));
	struct step *st = &s->steps[s->count];
	*st = (struct step){.at = at, .order = (unsigned)s->count, .line = reading_line};
	s->count++;
	return st;
}

static struct talker *talker_of(struct scenario *s, uint32_t client)
{
	for (size_t i = 0; i < s->talker_count; i++)
		if (s->talkers[i].client == client)
			return &s->talkers[i];
	s->talkers = realloc(s->talkers, (s->talker_count + 1) * sizeof(*s->talkers));
	if (!s->talkers)
		abort();
	struct talker *t = &s->talkers[s->talker_count++];
	*t = (struct talker){
		.client = client, .speaker = client, .every = DMR_BURST_MS, .len = JUDGE_FRAME_LEN};
	uint32_t radio = client;
	while (radio > 9999999)
		radio /= 10;
	t->talk.next = (struct hbp_burst){.src = radio, .slot = 2, .client = client};
	return t;
}

static void talker_code(struct talker *t)
{
	struct talk coded = t->talk;
	if (t->lc_dst)
		coded.next.dst = t->lc_dst;
	talk_code(&coded);
	t->talk.coded = coded.coded;
}

/* Replaces the embedded LC, and only that, by a talker alias block. */
static void talker_alias(struct talker *t)
{
	struct lc lc = {{FLCO_ALIAS_HEADER, 0, 0x4C, 'R', 'I', 'G', '1', ' ', 'O'}};
	struct lc_coded alias;
	lc_encode(&lc, &alias);
	memcpy(t->talk.coded.fragment, alias.fragment, sizeof(alias.fragment));
}

static void talk_put(struct scenario *s, struct talker *t, tick_t *at, const struct hbp_burst *b)
{
	struct step *st = step_add(s, *at);
	struct wr w = wr_make(st->frame, sizeof(st->frame));
	hbp_write_burst(&w, b);
	st->client = t->client;
	st->from = t->from;
	st->len = t->len;
	st->honest = t->lc_dst == 0;
	st->mesh = t->mesh;
	t->history[t->sent++ % HISTORY] = *st;
	s->end_of_talk = *at;
	*at += t->every;
}

static void talk_again(struct scenario *s, struct talker *t, tick_t at, unsigned back)
{
	struct step old = t->history[(t->sent - 1 - back) % HISTORY];
	struct step *st = step_add(s, at);
	st->client = old.client;
	st->from = old.from;
	st->len = old.len;
	st->honest = old.honest;
	st->mesh = t->mesh;
	memcpy(st->frame, old.frame, sizeof(old.frame));
}

static void talk_one_voice(struct scenario *s, struct talker *t, tick_t *at)
{
	uint8_t ambe[TALK_AMBE_LEN];
	for (size_t i = 0; i < sizeof(ambe); i++)
		ambe[i] = (uint8_t)((t->voice * 31 + t->speaker * 7 + i * 13) ^ t->voice >> 3);
	t->voice++;
	struct hbp_burst b = talk_voice(&t->talk, ambe);
	talk_put(s, t, at, &b);
}

static void talk_data(struct scenario *s, struct talker *t, tick_t *at, int type)
{
	struct hbp_burst b = t->talk.next;
	b.class = burst_of_type((enum dmr_data_type)type);
	for (size_t i = 0; i < sizeof(b.payload); i++)
		b.payload[i] = (uint8_t)(i * 29 + t->sent - t->began);
	t->talk.next.seq++;
	talk_put(s, t, at, &b);
}

static unsigned talk_count(char **word, size_t *i)
{
	if (!word[*i + 1])
		unreadable("\"%s\" lacks its number", word[*i]);
	char *end;
	const char *what = word[(*i)++];
	unsigned long v = strtoul(word[*i], &end, strcmp(what, "stream") == 0 ? 16 : 10);
	if (*end)
		unreadable("\"%s %s\" is not a number", what, word[*i]);
	return (unsigned)v;
}

static void talk_from(struct talker *t, const char *text)
{
	if (!text || !addr_parse(text, 0, &t->from))
		unreadable("an address is expected, not \"%s\"", text ? text : "");
}

/* A word that changes what follows. False when it is not one. */
static bool talk_setting(struct talker *t, char **word, size_t *i)
{
	const char *w = word[*i];
	struct hbp_burst *next = &t->talk.next;
	if (strcmp(w, "tg") == 0 || strcmp(w, "unit") == 0) {
		next->unit = w[0] == 'u';
		next->dst = talk_count(word, i);
	} else if (strcmp(w, "slot") == 0)
		next->slot = (uint8_t)talk_count(word, i);
	else if (strcmp(w, "src") == 0)
		next->src = talk_count(word, i);
	else if (strcmp(w, "stream") == 0)
		next->stream = talk_count(word, i);
	else if (strcmp(w, "seq") == 0)
		next->seq = (uint8_t)talk_count(word, i);
	else if (strcmp(w, "speaker") == 0)
		t->speaker = talk_count(word, i);
	else if (strcmp(w, "said") == 0)
		t->voice = talk_count(word, i);
	else if (strcmp(w, "ber") == 0)
		next->ber = (uint8_t)talk_count(word, i);
	else if (strcmp(w, "every") == 0)
		t->every = talk_count(word, i);
	else if (strcmp(w, "octets") == 0)
		t->len = talk_count(word, i);
	else if (strcmp(w, "lc-names") == 0)
		t->lc_dst = talk_count(word, i);
	else if (strcmp(w, "from") == 0)
		talk_from(t, word[++*i]);
	else if (strcmp(w, "server") == 0)
		t->mesh.server = talk_count(word, i);
	else if (strcmp(w, "repeater") == 0)
		t->mesh.repeater = talk_count(word, i);
	else if (strcmp(w, "hops") == 0)
		t->mesh.hops = (uint8_t)talk_count(word, i);
	else if (strcmp(w, "id") == 0)
		t->mesh.id = talk_count(word, i);
	else if (strcmp(w, "age") == 0)
		t->mesh.age = talk_count(word, i);
	else if (strcmp(w, "ahead") == 0)
		t->mesh.age = -(int64_t)talk_count(word, i);
	else if (strcmp(w, "pass") == 0)
		snprintf(t->mesh.passphrase, sizeof(t->mesh.passphrase), "%s", word[++*i]);
	else
		return false;
	talker_code(t);
	return true;
}

static void talk_part(struct scenario *s, struct talker *t, tick_t *at, char **word, size_t *i)
{
	const char *w = word[*i];
	int type = scenario_data_type(w);
	struct hbp_burst b;
	if (type == DMR_VOICE_HEADER || type == DMR_TERMINATOR) {
		b = talk_lc(&t->talk, (enum dmr_data_type)type);
		talk_put(s, t, at, &b);
	} else if (type >= 0) {
		talk_data(s, t, at, type);
	} else if (strcmp(w, "voice") == 0 || strcmp(w, "superframes") == 0) {
		unsigned each = w[0] == 's' ? 6 : 1;
		for (unsigned n = talk_count(word, i) * each; n > 0; n--)
			talk_one_voice(s, t, at);
	} else if (strcmp(w, "burst") == 0) {
		t->talk.position = word[++*i][0] - 'A';
		talk_one_voice(s, t, at);
	} else if (strcmp(w, "skip") == 0) {
		unsigned lost = talk_count(word, i);
		t->talk.next.seq = (uint8_t)(t->talk.next.seq + lost);
		t->talk.position = (t->talk.position + (int)lost) % 6;
		*at += (tick_t)lost * t->every;
	} else if (strcmp(w, "wait") == 0) {
		*at += talk_count(word, i);
	} else if (strcmp(w, "again") == 0) {
		talk_again(s, t, *at - t->every, 0);
	} else if (strcmp(w, "late") == 0) {
		talk_again(s, t, *at - t->every, talk_count(word, i));
	} else if (strcmp(w, "alias") == 0) {
		talker_alias(t);
	} else if (strcmp(w, "no-alias") == 0) {
		talker_code(t);
	} else {
		unreadable("\"%s\" is nothing one can send", w);
	}
}

/* The number of a peer within the scenario; a new name gets the next one. */
static uint32_t peer_number(struct scenario *s, const char *name)
{
	for (uint32_t i = 0; i < s->peer_count; i++)
		if (strcmp(s->peers[i], name) == 0)
			return i;
	if (s->peer_count == PEERS_MAX)
		unreadable("more than %u peers", PEERS_MAX);
	s->peers[s->peer_count] = strdup(name);
	return s->peer_count++;
}

static void read_talk(struct scenario *s, tick_t at, char **word)
{
	bool peer = strcmp(word[0], "peer") == 0;
	word += peer;
	struct talker *t = talker_of(s, peer ? PEER_ID + peer_number(s, word[0])
	                                     : (uint32_t)strtoul(word[0], NULL, 10));
	t->from.port = 0;
	t->began = t->sent;
	if (peer) {
		t->talk.next.slot = 1;
		if (t->sent == 0)
			t->talk.next.src = 2340001;
		t->mesh.age = 0;
		t->mesh.passphrase[0] = 0;
	}
	t->len = JUDGE_FRAME_LEN;
	t->every = DMR_BURST_MS;
	for (size_t i = 2; word[i]; i++)
		if (!talk_setting(t, word, &i))
			talk_part(s, t, &at, word, &i);
}

static void words_free(char **word)
{
	for (char **w = word; w && *w; w++)
		free(*w);
	free(word);
}

/* N, Ns, Nm, +N, end, end+N. */
static tick_t read_time(const struct scenario *s, const char *text, tick_t last)
{
	tick_t base = 0;
	const char *at = text;
	if (strncmp(at, "end", 3) == 0) {
		base = s->end_of_talk;
		at += 3;
		if (!*at)
			return base;
		if (*at != '+')
			unreadable("\"%s\" is no time", text);
	} else if (*at == '+') {
		base = last;
	}
	char *end;
	tick_t v = strtoll(at, &end, 10);
	if (*end == 's')
		v *= 1000, end++;
	else if (*end == 'm')
		v *= 60000, end++;
	if (*end || end == at)
		unreadable("\"%s\" is no time", text);
	return base + v;
}

/* Cuts a line into words; quotes group, '#' at the start of a word begins a comment. */
static size_t split(char *line, char *word[WORDS_MAX])
{
	size_t n = 0;
	for (char *at = line; *at;) {
		while (isspace((unsigned char)*at))
			at++;
		if (!*at || *at == '#')
			break;
		if (n == WORDS_MAX - 1)
			unreadable("too many words");
		bool quoted = *at == '"';
		at += quoted;
		word[n++] = at;
		while (*at && (quoted ? *at != '"' : !isspace((unsigned char)*at)))
			at++;
		if (*at)
			*at++ = '\0';
	}
	word[n] = NULL;
	return n;
}

static char **words_copy(char **word, size_t n)
{
	char **copy = calloc(n + 1, sizeof(*copy));
	if (!copy)
		abort();
	for (size_t i = 0; i < n; i++)
		copy[i] = strdup(word[i]);
	return copy;
}

static void read_statement(struct scenario *s, char *line, tick_t *now)
{
	char *word[WORDS_MAX];
	size_t n = split(line, word), first = 0;
	if (n == 0)
		return;
	if (strcmp(word[0], "at") == 0) {
		if (n < 2)
			unreadable("at which time?");
		*now = read_time(s, word[1], *now);
		first = 2;
	}
	if (n == first)
		return;
	if (n - first > 3 && strcmp(word[first], "peer") == 0 &&
	    strcmp(word[first + 2], "talks") == 0)
		read_talk(s, *now, word + first);
	else if (n - first > 2 && strcmp(word[first + 1], "talks") == 0)
		read_talk(s, *now, word + first);
	else
		step_add(s, *now)->word = words_copy(word + first, n - first);
}

static int by_time(const void *a, const void *b)
{
	const struct step *x = a, *y = b;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static char *config_text(const char *server, const char *config)
{
	bool has_id = strncmp(server, "id = ", 5) == 0;
	const char *part[] = {server_head, has_id ? "" : server_id, server, listener_head, config};
	size_t cap = 1;
	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		cap += strlen(part[i]);
	char *text = calloc(1, cap);
	if (!text)
		abort();
	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		strncat(text, part[i], cap - strlen(text) - 1);
	return text;
}

void scenario_read(struct scenario *s, const char *path)
{
	*s = (struct scenario){.path = path};
	reading = s;
	FILE *f = fopen(path, "r");
	if (!f) {
		perror(path);
		exit(2);
	}
	char line[LINE_MAX_LEN], name[64];
	char server[CONFIG_MAX] = "", config[CONFIG_MAX] = "";
	char *block = NULL; /* what the lines belong to; NULL = they are statements */
	tick_t now = 0;
	for (reading_line = 1; fgets(line, sizeof(line), f); reading_line++) {
		if (block && line[0] == '}') {
			block = NULL;
		} else if (block) {
			if (sscanf(line, "[peer %63[^]]", name) == 1)
				peer_number(s, name);
			strncat(block, line, CONFIG_MAX - strlen(block) - 1);
		} else if (sscanf(line, "seed %hhu %hhu", &s->seed[0], &s->seed[1]) == 2) {
			s->has_seed = true;
		} else if (strncmp(line, "server {", 8) == 0) {
			block = server;
		} else if (strncmp(line, "config {", 8) == 0) {
			block = config;
		} else {
			read_statement(s, line, &now);
		}
	}
	fclose(f);
	s->config = config_text(server, config);
	qsort(s->steps, s->count, sizeof(*s->steps), by_time);
}

void scenario_free(struct scenario *s)
{
	for (size_t i = 0; i < s->count; i++)
		words_free(s->steps[i].word);
	free(s->steps);
	for (uint32_t i = 0; i < s->peer_count; i++)
		free(s->peers[i]);
	free(s->talkers);
	free(s->config);
}
