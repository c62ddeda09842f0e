#include "report/http/gate.h"

#include <string.h>

#include "base/log.h"
#include "base/sha.h"
#include "base/text.h"

/* Questions to the voice process, in thousandths per second: of one address, and of all. */
#define EACH_RATE 3000
#define EACH_DEPTH 60
#define ALL_RATE 20000
#define ALL_DEPTH 400

static bool same(struct http_text a, struct http_text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static bool is_forwarded(const struct http_request *r)
{
	return http_field(r, "x-forwarded-proto").at || http_field(r, "x-forwarded-for").at ||
	       http_field(r, "forwarded").at || http_field(r, "via").at;
}

static bool begins(struct http_text text, const char *front)
{
	return text.len >= strlen(front) && memcmp(text.at, front, strlen(front)) == 0;
}

/* Was the page loaded by https, or from a name that is this machine for every browser? A proxy that
 * adds no field to requests looks like this machine, but the browser behind it does not. */
static bool is_secure(struct http_text origin)
{
	char host[ADDR_TEXT_MAX];
	struct text t = text_make(host, sizeof(host));
	struct addr a;

	if (begins(origin, "https://"))
		return true;
	if (!begins(origin, "http://"))
		return false;
	text_bytes(&t, origin.at + strlen("http://"), origin.len - strlen("http://"));
	if (!t.cut && addr_parse(host, 80, &a))
		return addr_is_loopback(&a);
	host[strcspn(host, ":")] = 0;
	const char *last = strrchr(host, '.');
	return !t.cut && strcmp(last ? last + 1 : host, "localhost") == 0;
}

static bool is_private(const struct http_request *r, const struct addr *from)
{
	if (!addr_is_loopback(from))
		return false;
	return is_forwarded(r) ? http_is(http_field(r, "x-forwarded-proto"), "https")
	                       : is_secure(http_field(r, "origin"));
}

bool gate_is_here(const struct http_request *r, const struct addr *from)
{
	return addr_is_loopback(from) && !is_forwarded(r);
}

struct addr gate_viewer(const struct http_request *r, const struct addr *from)
{
	struct http_text list = http_field(r, "x-forwarded-for");
	char text[ADDR_TEXT_MAX];
	struct text t = text_make(text, sizeof(text));
	struct addr a;
	size_t at = list.len;

	while (at > 0 && list.at[at - 1] != ',' && list.at[at - 1] != ' ')
		at--;
	bool bare = at < list.len && list.at[at] != '[' &&
	            memchr(list.at + at, ':', list.len - at) &&
	            !memchr(list.at + at, '.', list.len - at);
	text_put(&t, bare ? "[" : "");
	text_bytes(&t, list.at ? list.at + at : "", list.len - at);
	text_put(&t, bare ? "]" : "");
	return addr_is_loopback(from) && !t.cut && addr_parse(text, 1, &a) ? a : *from;
}

/* The host behind "https://"; as sent by the browser to the proxy, if there is one. */
bool gate_is_ours(const struct http_request *r)
{
	struct http_text origin = http_field(r, "origin"), host = http_field(r, "x-forwarded-host");
	const char *sign = origin.len > 8 ? memchr(origin.at, ':', 6) : NULL;

	if (!host.at)
		host = http_field(r, "host");
	if (!sign || !host.at || memcmp(sign, "://", 3) != 0)
		return false;
	size_t scheme = (size_t)(sign + 3 - origin.at);
	origin.at += scheme;
	origin.len -= scheme;
	return same(origin, host);
}

const char *gate_refuses(const struct http_request *r, const struct addr *from)
{
	if (!is_private(r, from))
		return "only from this machine or by https through a proxy on it";
	if (!gate_is_ours(r))
		return "only from the page of this server";
	return NULL;
}

/* The beginning of a digest of the seed and these octets. */
static uint64_t digest_of(const struct gate *g, const void *octets, size_t len)
{
	static const uint8_t none[GATE_SEED];
	uint8_t digest[SHA256_LEN];
	uint64_t front;
	struct sha sha;

	sha256_begin(&sha);
	sha_add(&sha, g->seed ? g->seed : none, GATE_SEED);
	sha_add(&sha, octets, len);
	sha_end(&sha, digest);
	memcpy(&front, digest, sizeof(front));
	return front;
}

static struct gate_place *place_of(struct gate *g, const struct addr *viewer)
{
	uint64_t site = digest_of(g, viewer->ip, addr_site_octets(viewer));

	for (uint32_t i = 0; i < GATE_OWN; i++)
		if (g->own[i].whose == site)
			return &g->own[i];
	return &g->places[site % GATE_PLACES];
}

/* With what was counted of its address so far. */
static void give_place(struct gate *g, const struct gate_place *shared, const struct addr *viewer)
{
	struct gate_place *p = &g->own[g->own_next++ % GATE_OWN];

	*p = *shared;
	p->whose = digest_of(g, viewer->ip, addr_site_octets(viewer));
}

bool gate_may_ask(struct gate *g, const struct addr *viewer, tick_t now)
{
	return bucket_take(&place_of(g, viewer)->questions, now, EACH_RATE, EACH_DEPTH) &&
	       bucket_take(&g->questions, now, ALL_RATE, ALL_DEPTH);
}

static bool is_known(const struct gate_place *p, uint64_t digest)
{
	for (size_t i = 0; i < GATE_KNOWN; i++)
		if (p->known[i] == digest)
			return true;
	return false;
}

static void count_wrong(struct gate *g, struct gate_place *p, const struct gate_try *t, tick_t now)
{
	bool first = bucket_is_full(&p->wrong, now, GATE_RATE, GATE_DEPTH);
	char text[ADDR_TEXT_MAX];

	g->wrong_total++;
	(void)bucket_take(&p->wrong, now, GATE_RATE, GATE_DEPTH);
	if (first && bucket_take(&g->lines, now, GATE_RATE, GATE_DEPTH))
		log_warn("web page: wrong %s from=%s", t->what, addr_format_host(t->viewer, text));
}

enum gate_verdict gate_judge(struct gate *g, const struct gate_try *t, const char *secret,
                             tick_t now)
{
	const char *given = t->given.at ? t->given.at : "";
	struct gate_place *p = place_of(g, t->viewer);
	uint64_t digest = digest_of(g, given, t->given.len);
	uint64_t right = digest_of(g, secret, strlen(secret));
	bool is_right = *secret && t->given.at && digest_equal(&digest, &right, sizeof(right));
	struct bucket probe = p->wrong;

	if (!is_right && is_known(p, digest))
		return GATE_WRONG;
	if (!bucket_take(&probe, now, GATE_RATE, GATE_DEPTH))
		return GATE_TOO_MANY;
	if (is_right && !p->whose)
		give_place(g, p, t->viewer);
	if (is_right)
		return GATE_RIGHT;
	p->known[p->next++ % GATE_KNOWN] = digest;
	count_wrong(g, p, t, now);
	return GATE_WRONG;
}
