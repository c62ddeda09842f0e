/*
 * The memory of the flight recorder. Voice writes it, the reporter reads it for `ctl record`, and
 * the parent, which allocated it, keeps a copy when something went wrong. It has two halves that
 * take turns, so the last minutes are always there; each begins with a checkpoint of the core, so
 * each can be replayed alone. What is in them only voice and `freedmr replay` know
 * (voice/recorder.h).
 *
 * Nobody waits: a half only grows, and what was published in it stays. Its number tells a reader
 * when its memory has been used again.
 */
#ifndef WIRE_RECORDING_H
#define WIRE_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORDING_MAGIC "freedmr recording 1\n" /* a file begins with it; the halves follow */

struct recording {
	unsigned char *at; /* NULL = off */
	size_t half;       /* octets in one */
};

/* Octets of memory for `recorder = size`, 0 for 0; pages that are not touched cost nothing. */
size_t recording_size(size_t size);

/* The recording in memory of that size; zeroed memory is an empty one. */
struct recording recording_at(void *memory, size_t memory_size);

/* ---- voice ---- */

/* Begins the half that is older, or the first one. A voice process does so before it writes. */
void recording_turn(const struct recording *r);

/* The free part of the current half; *room are its octets. */
unsigned char *recording_room(const struct recording *r, size_t *room);

/* Publishes that many octets that were written there. */
void recording_add(const struct recording *r, size_t len);

/* ---- the parent ---- */

/* Keeps a copy of what is there, instead of the one kept before. */
void recording_keep(const struct recording *r);

/* ---- the reporter ---- */

/* What is read: where the file goes on. */
struct recording_reader {
	bool kept;
	uint32_t keeps;     /* copies that had been made */
	uint32_t number[2]; /* of the halves, the older one first; 0 = there is none */
	size_t len[2];      /* of them, when reading began */
	size_t at;          /* octets of the file read so far */
};

/* False if it is off, or no copy was kept. */
bool recording_open(const struct recording *r, bool kept, struct recording_reader *out);

/* The next octets of the file, at most `cap`; 0 at the end. False if they were overwritten. */
bool recording_read(const struct recording *r, struct recording_reader *reader, void *out,
                    size_t cap, size_t *len);

#endif
