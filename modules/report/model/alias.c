#include "report/model/alias.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "base/util.h"

/* While a file is read: its computed digest, and the expected one. */
struct proof {
	struct blake2b digest;
	uint8_t head[ALIAS_BODY_AT];
	size_t seen;
};

static void prove(void *context, const void *octets, size_t len)
{
	struct proof *p = context;
	struct rd r = rd_make(octets, len);
	size_t of_head = p->seen < ALIAS_BODY_AT ? ALIAS_BODY_AT - p->seen : 0;

	if (of_head > len)
		of_head = len;
	rd_bytes(&r, p->head + (p->seen < ALIAS_BODY_AT ? p->seen : 0), of_head);
	blake2b_add(&p->digest, r.at, rd_left(&r));
	p->seen += len;
}

static bool is_proven(struct proof *p)
{
	uint8_t digest[ALIAS_DIGEST_LEN];

	blake2b_end(&p->digest, digest);
	return p->seen > ALIAS_BODY_AT &&
	       memcmp(digest, p->head + ALIAS_DIGEST_AT, sizeof(digest)) == 0;
}

static void take(struct aliases *a)
{
	struct alias_index index;
	struct proof proof = {.seen = 0};
	struct map map;

	blake2b_begin(&proof.digest, ALIAS_DIGEST_LEN, NULL, 0);
	if (!map_open(a->path, ALIAS_INDEX_MAX, prove, &proof, &map)) {
		log_warn("aliases=%s ignored: %s", a->path, strerror(errno));
		return;
	}
	if (!is_proven(&proof) || !alias_index_open(map.octets, map.len, &index)) {
		log_warn("aliases=%s ignored: damaged (rebuild it with freedmr aliases)", a->path);
		map_close(&map);
		return;
	}
	map_close(&a->map);
	a->map = map;
	a->index = index;
	log_info("aliases=%s subscribers=%" PRIu32 " repeaters=%" PRIu32 " talkgroups=%" PRIu32,
	         a->path, index.count[ALIAS_SUBSCRIBER], index.count[ALIAS_REPEATER],
	         index.count[ALIAS_TALKGROUP]);
}

static void look(struct aliases *a)
{
	struct map_stamp stamp;

	if (!map_look(a->path, &stamp)) {
		if (!a->missing)
			log_warn("aliases=%s: %s; no names are shown until it exists", a->path,
			         strerror(errno));
		a->missing = true;
		return;
	}
	if (!a->missing && map_same(&stamp, &a->stamp))
		return;
	a->missing = false;
	a->stamp = stamp;
	take(a);
}

void aliases_open(struct aliases *a, const char *path, tick_t now)
{
	*a = (struct aliases){.path = path, .looked_at = now};
	if (*path)
		look(a);
}

void aliases_close(struct aliases *a)
{
	map_close(&a->map);
	a->index = (struct alias_index){.octets = NULL};
}

void aliases_look(struct aliases *a, tick_t now)
{
	if (!*a->path || now - a->looked_at < ALIAS_LOOK_MS)
		return;
	a->looked_at = now;
	look(a);
}

static void fill_conference(const struct alias_index *index, uint32_t tg, struct alias *out)
{
	if (tg)
		alias_index_find(index, ALIAS_TALKGROUP, tg, out);
}

static void fill_call(const struct alias_index *index, struct call_row *call)
{
	alias_index_who(index, call->src, &call->caller);
	if (call->unit)
		alias_index_who(index, call->dst, &call->called);
	fill_conference(index, call->conference, &call->conference_alias);
}

static void fill_slot(const struct alias_index *index, struct slot_row *slot)
{
	alias_index_who(index, slot->src, &slot->caller);
	fill_conference(index, slot->conference, &slot->conference_alias);
}

void aliases_fill(const struct alias_index *index, struct record *r)
{
	if (!index->octets)
		return;
	if (r->kind == RECORD_CALL)
		fill_call(index, &r->call);
	if (r->kind == RECORD_SLOT)
		fill_slot(index, &r->slot);
	if (r->kind == RECORD_SUBSCRIPTION)
		fill_conference(index, r->subscription.conference,
		                &r->subscription.conference_alias);
	if (r->kind == RECORD_SESSION)
		alias_index_who(index, r->session.client, &r->session.owner);
}

bool aliases_say(const char *format, const struct alias *who, char *out, size_t cap)
{
	const struct {
		const char *word, *value;
	} words[] = {{"{callsign}", who->callsign}, {"{name}", who->name}};
	struct text t = text_make(out, cap);

	if (!who->callsign[0])
		return false;
	while (*format) {
		size_t i = 0;
		while (i < ARRAY_LEN(words) &&
		       strncmp(format, words[i].word, strlen(words[i].word)) != 0)
			i++;
		if (i < ARRAY_LEN(words)) {
			text_put(&t, words[i].value);
			format += strlen(words[i].word);
		} else {
			text_char(&t, *format++);
		}
	}
	return out[0];
}
