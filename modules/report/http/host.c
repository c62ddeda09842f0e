#include "report/http/host.h"

#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/text.h"
#include "base/util.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* In lower case, without a trailing dot. */
static void simplify(char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		name[i] = lower(name[i]);
	if (len > 1 && name[len - 1] == '.')
		name[len - 1] = 0;
}

void host_read_own(char own[static HOST_NAME_MAX_OCTETS])
{
	*own = 0;
	if (gethostname(own, HOST_NAME_MAX_OCTETS) != 0)
		*own = 0;
	own[HOST_NAME_MAX_OCTETS - 1] = 0;
	simplify(own);
}

/* Removes the port; false if it is not one. */
static bool split_port(char *text)
{
	char *colon = strchr(text, ':');
	uint64_t port;

	if (!colon)
		return true;
	*colon = 0;
	return text_to_u64(colon + 1, strlen(colon + 1), 1, UINT16_MAX, &port);
}

static bool is_private(const char *name)
{
	static const char *const domains[] = {".local", ".localhost", ".internal", ".home.arpa",
	                                      ".lan"};
	size_t len = strlen(name);

	if (!strchr(name, '.'))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(domains); i++) {
		size_t end = strlen(domains[i]);
		if (len > end && strcmp(name + len - end, domains[i]) == 0)
			return true;
	}
	return false;
}

static bool is_listed(const char *name, const char *allowed)
{
	static const char between[] = ", \t";
	char item[HOST_NAME_MAX_OCTETS];

	for (const char *at = allowed + strspn(allowed, between); *at; at += strspn(at, between)) {
		size_t len = strcspn(at, between);
		struct text t = text_make(item, sizeof(item));
		text_bytes(&t, at, len);
		simplify(item);
		if (!t.cut && strcmp(item, name) == 0)
			return true;
		at += len;
	}
	return false;
}

bool host_is_ours(struct http_text host, const char *own, const char *allowed)
{
	char name[HOST_NAME_MAX_OCTETS + 6]; /* with a port */
	struct text t = text_make(name, sizeof(name));
	struct addr a;

	if (!host.at)
		return true;
	text_bytes(&t, host.at, host.len);
	if (t.cut || host.len == 0)
		return false;
	if (addr_parse(name, 80, &a))
		return true;
	if (!split_port(name) || !*name)
		return false;
	simplify(name);
	for (const char *c = name; *c; c++)
		if (!is_in_name(*c))
			return false;
	return is_private(name) || strcmp(name, own) == 0 || is_listed(name, allowed);
}
