#include "conf/tglist.h"

#include "base/text.h"

#define TG_ALL_CALL 16777215u /* 0xFFFFFF, the highest 24-bit number */

void bad_tokens_add(struct bad_tokens *bad, size_t at, size_t len, const char *reason)
{
	if (bad->total < TGLIST_BAD_MAX)
		bad->first[bad->total] = (struct bad_token){
			.at = (uint16_t)at, .len = (uint16_t)len, .reason = reason};
	bad->total++;
}

bool tg_is_prohibited(uint32_t tg)
{
	return tg <= 5 || tg == 9 || tg == 4000 || tg == 5000 || (tg >= 9990 && tg <= 9999) ||
	       tg >= TG_ALL_CALL;
}

bool tg_list_has(const struct tg_list *list, uint32_t tg)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (list->tg[i] == tg)
			return true;
	return false;
}

const char *tg_list_add(struct tg_list *list, const char *token, size_t len)
{
	uint64_t number;

	if (!text_to_u64(token, len, 0, UINT32_MAX, &number))
		return "not a talkgroup number";
	if (tg_is_prohibited((uint32_t)number))
		return "cannot be a static talkgroup";
	if (tg_list_has(list, (uint32_t)number))
		return NULL;
	if (list->count == TGLIST_MAX)
		return "too many talkgroups";
	list->tg[list->count++] = (uint32_t)number;
	return NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

void tg_list_parse(const char *text, size_t from, size_t len, struct tg_list *list,
                   struct bad_tokens *bad)
{
	size_t end = from + len;

	*list = (struct tg_list){.count = 0};
	for (size_t start = from, comma; start < end; start = comma + 1) {
		for (comma = start; comma < end && text[comma] != ',';)
			comma++;
		size_t stop = comma;
		while (start < stop && is_blank(text[start]))
			start++;
		while (start < stop && is_blank(text[stop - 1]))
			stop--;
		if (start == stop)
			continue; /* an extra comma is harmless */
		const char *reason = tg_list_add(list, text + start, stop - start);
		if (reason)
			bad_tokens_add(bad, start, stop - start, reason);
	}
}
