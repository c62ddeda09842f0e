#include "voice/recorder.h"

#include <string.h>

#include "base/log.h"
#include "conf/places.h"
#include "conf/print.h"
#include "wire/options.h"

#define HASH_EVERY_MS TICK_MINUTE

void recorder_open(struct recorder *r, void *memory, size_t size)
{
	*r = (struct recorder){.memory = recording_at(memory, size), .due = true, .anew = true};
	if (r->memory.at)
		recording_turn(&r->memory);
}

static bool is_on(const struct recorder *r)
{
	return r->memory.at && !r->too_big;
}

bool recorder_is_due(const struct recorder *r)
{
	return is_on(r) && r->due;
}

/* ---- checkpoints ---- */

static const char options_key[] = "options = ";

/* Passphrases are hidden already. */
static void write_line(void *context, const char *line)
{
	struct wr *w = context;
	size_t len = strlen(line), key = sizeof(options_key) - 1;

	wr_bytes(w, line, len);
	if (!w->bad && strncmp(line, options_key, key) == 0)
		options_hide((char *)w->at - len + key, len - key);
	wr_u8(w, '\n');
}

/* Calls what follows behind its length. */
static void end_part(struct wr *w, size_t len_at)
{
	struct wr len = wr_make(w->start + len_at, 4);

	if (!w->bad)
		wr_u32(&len, (uint32_t)(w->at - len.at) - 4);
}

static size_t begin_part(struct wr *w)
{
	size_t at = (size_t)(w->at - w->start);

	wr_u32(w, 0);
	return at;
}

static void write_name(struct wr *w, const char *name)
{
	wr_u8(w, (uint8_t)strlen(name));
	wr_bytes(w, name, strlen(name));
}

/* Their names and lengths; what they sound like is not needed. */
static void write_words(struct wr *w, const struct conf *conf)
{
	for (uint32_t i = 0; i < conf->listener_count; i++) {
		const struct audio *voice = &conf->listener[i].voice;
		wr_u32(w, voice->count);
		for (uint32_t k = 0; k < voice->count; k++) {
			write_name(w, voice->words[k].language);
			write_name(w, voice->words[k].name);
			wr_u32(w, voice->words[k].clip.count);
		}
	}
}

/* Returns its length, 0 if there is no room. */
static size_t write_checkpoint(const struct recorder *r, const struct core *core,
                               const struct conf *conf)
{
	size_t room, part;
	unsigned char *at = recording_room(&r->memory, &room);
	struct wr w = wr_make(at, room);

	wr_u8(&w, FLIGHT_CHECKPOINT);
	wr_u8(&w, r->anew);
	wr_u64(&w, (uint64_t)r->clock.now);
	wr_u64(&w, r->clock.wall_ns);
	part = begin_part(&w);
	conf_print(conf, write_line, &w);
	end_part(&w, part);
	conf_places_write(&w, conf);
	write_words(&w, conf);
	part = begin_part(&w);
	size_t len = wr_len(&w);
	size_t state = len ? core_checkpoint(core, w.at, room - len) : 0;
	w.at += state;
	end_part(&w, part);
	return state ? len + state : 0;
}

void recorder_checkpoint(struct recorder *r, const struct core *core, const struct conf *conf,
                         tick_t now, uint64_t wall_ns)
{
	r->clock = (struct flight_clock){now, wall_ns};
	r->hashed = now;
	r->due = false;
	size_t len = write_checkpoint(r, core, conf);
	if (!len) {
		recording_turn(&r->memory);
		len = write_checkpoint(r, core, conf);
	}
	r->too_big = !len;
	if (r->too_big)
		log_warn("recorder is too small: %lu octets do not hold the state; nothing is "
		         "recorded",
		         (unsigned long)r->memory.half);
	recording_add(&r->memory, len);
	r->anew = false;
}

/* ---- events ---- */

/* Room for one is left behind each, so that its outcome always fits. */
void recorder_event(struct recorder *r, tick_t now, const struct event *event)
{
	size_t room;

	if (!is_on(r) || event->kind == EVENT_CONF)
		return;
	struct wr w = wr_make(recording_room(&r->memory, &room), FLIGHT_EVENT_MAX);
	flight_write_event(&w, &r->clock, now, event);
	recording_add(&r->memory, wr_len(&w));
}

void recorder_outcome(struct recorder *r, const struct core *core, tick_t now,
                      const struct event *event, const struct actions *actions)
{
	size_t room;

	if (!is_on(r))
		return;
	if (event->kind == EVENT_CONF) {
		r->due = r->anew = true;
		return;
	}
	struct wr w = wr_make(recording_room(&r->memory, &room), FLIGHT_EVENT_MAX);
	flight_write_outcome(&w, actions, event->kind);
	if (now - r->hashed >= HASH_EVERY_MS) {
		wr_u8(&w, FLIGHT_HASH);
		wr_u64(&w, core_hash(core));
		r->hashed = now;
	}
	recording_add(&r->memory, wr_len(&w));
	(void)recording_room(&r->memory, &room);
	if (room < 4 * FLIGHT_EVENT_MAX)
		r->due = true;
}
