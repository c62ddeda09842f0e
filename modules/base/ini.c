#include "base/ini.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A piece of the line; never terminated. */
struct span {
	const char *at;
	size_t len;
};

const char *ini_kind_name(enum ini_kind kind)
{
	switch (kind) {
	case INI_EMPTY:
		return "empty";
	case INI_SECTION:
		return "section";
	case INI_PAIR:
		return "pair";
	case INI_BAD:
		return "bad";
	}
	return "?";
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span trimmed(struct span s)
{
	while (s.len > 0 && is_blank(s.at[0]))
		s = (struct span){s.at + 1, s.len - 1};
	while (s.len > 0 && is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

/* Position of the first `c`, s.len when there is none. */
static size_t position(struct span s, char c)
{
	size_t i = 0;

	while (i < s.len && s.at[i] != c)
		i++;
	return i;
}

static struct span from(struct span s, size_t start)
{
	return (struct span){s.at + start, s.len - start};
}

/* The part before a comment; `at_start` says whether a comment may start at the first octet. */
static struct span without_comment(struct span s, bool at_start)
{
	for (size_t i = 0; i < s.len; i++) {
		bool may_start = i == 0 ? at_start : is_blank(s.at[i - 1]);
		if (may_start && (s.at[i] == ';' || s.at[i] == '#'))
			s.len = i;
	}
	return trimmed(s);
}

static bool copy(char *out, size_t cap, struct span s)
{
	if (s.len >= cap)
		return false;
	memcpy(out, s.at, s.len);
	out[s.len] = 0;
	return true;
}

/* Each check and split below returns NULL or the reason for failure. */

static const char *check_octets(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t octet = (uint8_t)s.at[i];
		if (octet == 0)
			return "NUL octet in the line: is this a text file?";
		if ((octet < 0x20 && octet != '\t') || octet == 0x7f)
			return "control character in the line";
	}
	return NULL;
}

static const char *split_section(struct span s, struct ini_line *out)
{
	size_t end = position(s, ']');

	if (end == s.len)
		return "missing ] after the section";
	if (end + 1 < s.len)
		return "text after the section's ]";
	s = trimmed((struct span){s.at + 1, end - 1});
	size_t word_len = 0;
	while (word_len < s.len && !is_blank(s.at[word_len]))
		word_len++;
	struct span name = trimmed(from(s, word_len));
	if (word_len == 0)
		return "empty section name";
	if (!copy(out->section, sizeof(out->section), (struct span){s.at, word_len}))
		return "section type longer than 63 octets";
	for (size_t i = 0; i < name.len; i++)
		if (is_blank(name.at[i]))
			return "expected [TYPE] or [TYPE NAME], the name without blanks";
	if (!copy(out->name, sizeof(out->name), name))
		return "section name longer than 63 octets";
	return NULL;
}

/* `s` begins with the opening quote. */
static const char *split_quoted(struct span s, struct ini_line *out)
{
	struct span literal = from(s, 1);

	literal.len = position(literal, '"');
	if (literal.len + 2 > s.len)
		return "missing closing quote";
	if (without_comment(from(s, literal.len + 2), false).len > 0)
		return "text after the closing quote";
	if (!copy(out->value, sizeof(out->value), literal))
		return "value longer than 1023 octets";
	return NULL;
}

/* `s` follows the equals sign; its comment, which may hold quotes, is still there. */
static const char *split_value(struct span s, struct ini_line *out)
{
	struct span all = trimmed(s);

	if (all.len > 0 && all.at[0] == '"')
		return split_quoted(all, out);
	if (!copy(out->value, sizeof(out->value), without_comment(s, false)))
		return "value longer than 1023 octets";
	return NULL;
}

static const char *split_pair(struct span line, struct span bare, struct ini_line *out)
{
	size_t equals = position(bare, '=');

	if (equals == bare.len)
		return "missing = after the key";
	struct span key = trimmed((struct span){bare.at, equals});
	if (key.len == 0)
		return "missing key before the =";
	if (!copy(out->key, sizeof(out->key), key))
		return "key longer than 63 octets";
	return split_value(from(line, equals + 1), out);
}

enum ini_kind ini_split(const char *line, size_t len, struct ini_line *out)
{
	if (len > 0 && line[len - 1] == '\r')
		len--;
	struct span s = trimmed((struct span){line, len});
	struct span bare = without_comment(s, true);

	*out = (struct ini_line){.kind = INI_EMPTY};
	out->reason = check_octets(s);
	if (!out->reason && bare.len > 0 && bare.at[0] == '[') {
		out->kind = INI_SECTION;
		out->reason = split_section(bare, out);
	} else if (!out->reason && bare.len > 0) {
		out->kind = INI_PAIR;
		out->reason = split_pair(s, bare, out);
	}
	if (out->reason)
		out->kind = INI_BAD;
	return out->kind;
}
