#include "conf/access.h"

#include <string.h>

#include "base/text.h"

#define ID_MAX UINT32_MAX
#define PERSONAL_ID_MAX 9999999u /* seven digits */
#define CLIENT_ID_MAX 999999999u

bool access_permits(const struct access *list, uint32_t id)
{
	for (unsigned i = 0; i < list->count; i++)
		if (id >= list->range[i].first && id <= list->range[i].last)
			return !list->deny;
	return list->deny;
}

size_t client_bases(uint32_t id, uint32_t base[static CLIENT_BASES])
{
	size_t count = 0;

	if (id <= PERSONAL_ID_MAX || id > CLIENT_ID_MAX)
		return 0;
	if (id / 10 <= PERSONAL_ID_MAX) /* eight digits: one of a person, two of a repeater */
		base[count++] = id / 10;
	base[count++] = id / 100;
	return count;
}

bool access_permits_client(const struct access *list, uint32_t id)
{
	uint32_t base[CLIENT_BASES];
	size_t count = list->deny ? client_bases(id, base) : 0;

	for (size_t i = 0; i < count; i++)
		if (!access_permits(list, base[i]))
			return false;
	return access_permits(list, id);
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* Is `word` the next word of *at? Then skips it and the blanks after it. */
static bool take_word(const char **at, const char *word)
{
	size_t len = strcspn(*at, " \t,");

	if (len != strlen(word) || strncmp(*at, word, len) != 0)
		return false;
	*at = skip_blanks(*at + len);
	return true;
}

/* Reads a decimal ID and skips it and the blanks after it. */
static bool take_id(const char **at, uint32_t *id)
{
	size_t len = strspn(*at, "0123456789");
	uint64_t number;

	if (!text_to_u64(*at, len, 0, ID_MAX, &number))
		return false;
	*id = (uint32_t)number;
	*at = skip_blanks(*at + len);
	return true;
}

static const char *take_range(const char **at, struct access_range *range)
{
	if (take_word(at, "all")) {
		*range = (struct access_range){.first = 0, .last = ID_MAX};
		return NULL;
	}
	if (!take_id(at, &range->first))
		return "expected all, IDs or ranges of IDs, such as permit 2340000-2349999, "
		       "2300101";
	range->last = range->first;
	if (**at != '-')
		return NULL;
	*at = skip_blanks(*at + 1);
	if (!take_id(at, &range->last))
		return "expected the last ID of the range after the dash";
	return range->last < range->first ? "expected the smaller ID of a range first" : NULL;
}

bool access_parse(const char *text, struct access *out, const char **reason)
{
	const char *at = skip_blanks(text);
	struct access list = {.deny = false};

	*reason = NULL;
	if (strcmp(at, "none") == 0) {
		*out = list;
		return true;
	}
	list.deny = take_word(&at, "deny");
	if (!list.deny)
		(void)take_word(&at, "permit");
	for (;;) {
		if (list.count == ACCESS_RANGES_MAX)
			*reason = "expected at most 64 ranges";
		else
			*reason = take_range(&at, &list.range[list.count]);
		if (*reason)
			return false;
		list.count++;
		if (*at == 0)
			break;
		if (*at != ',') {
			*reason = "expected a comma between IDs";
			return false;
		}
		at = skip_blanks(at + 1);
	}
	*out = list;
	return true;
}

void access_format(const struct access *list, char *out, size_t cap)
{
	struct text t = text_make(out, cap);

	text_put(&t, list->deny ? "deny" : list->count ? "permit" : "none");
	for (unsigned i = 0; i < list->count; i++) {
		const struct access_range *range = &list->range[i];
		text_put(&t, i ? ", " : " ");
		if (range->first == 0 && range->last == ID_MAX)
			text_put(&t, "all");
		else if (range->first == range->last)
			text_format(&t, "%lu", (unsigned long)range->first);
		else
			text_format(&t, "%lu-%lu", (unsigned long)range->first,
			            (unsigned long)range->last);
	}
}
