/*
 * Lists of talkgroups, as configuration keys and option strings hold them.
 * Tokens are decimal, separated by commas, blanks tolerated; a bad token is
 * skipped and reported, the good ones in the same list count.
 */
#ifndef CONF_TGLIST_H
#define CONF_TGLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

#define TGLIST_MAX 50u /* talkgroups per list */
#define TGLIST_BAD_MAX 4u

struct tg_list {
	uint32_t count;
	uint32_t tg[TGLIST_MAX]; /* in the order given, no duplicates */
};

/* A token that was skipped: its offset in the text, length and reason. */
struct bad_token {
	uint16_t at;
	uint16_t len;
	const char *reason; /* constant text */
};

struct bad_tokens {
	unsigned total;
	struct bad_token first[TGLIST_BAD_MAX];
};

void bad_tokens_add(struct bad_tokens *bad, size_t at, size_t len, const char *reason);

/* Numbers that cannot be a static talkgroup: 0..5, 9, 4000, 5000, 9990..9999, 16777215 and up. */
bool tg_is_prohibited(uint32_t tg);

/* Adds one token; NULL on success, else the reason. */
MUST_CHECK const char *tg_list_add(struct tg_list *list, const char *token, size_t len);

/*
 * Reads the list at text[from .. from+len) into `list` (emptied first). Positions in `bad` count
 * from the start of `text`.
 */
void tg_list_parse(const char *text, size_t from, size_t len, struct tg_list *list,
                   struct bad_tokens *bad);

bool tg_list_has(const struct tg_list *list, uint32_t tg);

#endif
