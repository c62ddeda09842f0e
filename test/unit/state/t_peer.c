/* A link's key is renewed: which of two keys is accepted when, and which one signs. */
#include "state/peer.h"

#include <string.h>

#include "conf/conf.h"
#include "conf/parse.h"
#include "harness/t.h"

static const char text[] = "[server]\nid = 2345\n[listener l]\nbind = 192.0.2.1:62031\n"
			   "passphrase = correct horse\n[limits]\npeers = 2\n"
			   "[peer near]\nbind = 192.0.2.1:62040\ntarget = 192.0.2.9:62040\n"
			   "remote-id = 2346\npassphrase = first key\n";

static struct conf conf;
static struct arena arena;
static struct peers peers;
static struct obp_key first, second, third;
static uint8_t by_first[64], by_second[64], by_third[64];
static size_t len;

static void complain(void *context, const char *line)
{
	(void)context;
	(void)line;
}

static size_t signed_by(const struct obp_key *key, uint8_t bytes[static 64])
{
	struct wr w = wr_make(bytes, 64);

	obp_write_keepalive(&w, key);
	return wr_len(&w);
}

static struct peer *open_peer(void)
{
	memset(&conf, 0, sizeof(conf));
	if (conf_parse(text, sizeof(text) - 1, "text", &conf, complain, NULL) != 0)
		return NULL;
	arena_release(&arena);
	arena_measure(&arena);
	peers_open(&peers, &arena, 2);
	if (!arena_claim(&arena, arena.used))
		return NULL;
	peers_open(&peers, &arena, 2);
	first = obp_key_make("first key", false);
	second = obp_key_make("second key", false);
	third = obp_key_make("third key", false);
	len = signed_by(&first, by_first);
	signed_by(&second, by_second);
	signed_by(&third, by_third);
	return peer_add(&peers, &conf, 0);
}

static bool accepts(struct peer *p, tick_t now, const uint8_t *bytes)
{
	struct obp_message m;
	const char *reason = "";

	return obp_parse(bytes, len, &m, &reason) == PARSE_OK &&
	       peer_is_authentic(p, now, bytes, len, &m);
}

static void has_signed(struct peer *p, const uint8_t *bytes)
{
	struct obp_message m;
	const char *reason = "";

	if (obp_parse(bytes, len, &m, &reason) == PARSE_OK)
		if (peer_signs_anew(p, bytes, len, &m))
			peer_take_key(p);
}

static bool signs_with(const struct peer *p, const struct obp_key *key)
{
	return memcmp(&p->key, key, sizeof(*key)) == 0;
}

T_CASE(a_row_has_the_address_and_key_of_its_section)
{
	struct peer *p = open_peer();
	T_CHECK(p && p == peer_at(&peers, 0));
	T_CHECK(p->has_address && p->at.to.port == 62040 && addr_equal(&p->target, &p->at.to));
	T_EQUAL(p->server, 2346);
	T_CHECK(signs_with(p, &first));
	T_CHECK(accepts(p, 0, by_first) && !accepts(p, 0, by_second));
	T_CHECK(!peer_add(&peers, &conf, 0));
	T_CHECK(!peer_at(&peers, 1));
	p->at.to.port = 1;
	p->has_address = false;
	peer_reset_address(p, &conf);
	T_CHECK(p->has_address && p->at.to.port == 62040);
	conf_release(&conf);
}

T_CASE(both_keys_are_valid_until_the_neighbour_uses_the_new_one)
{
	struct peer *p = open_peer();
	T_CHECK(p && !peer_renew(p, 1000, &first));
	T_CHECK(peer_renew(p, 1000, &second));
	T_CHECK(!peer_renew(p, 2000, &second)); /* pending */
	T_EQUAL(p->admission.until, 1000 + ADMISSION_GRACE);
	T_CHECK(accepts(p, 1000, by_first) && accepts(p, 1000, by_second));
	T_CHECK(!accepts(p, 1000, by_third));
	has_signed(p, by_first);
	T_CHECK(signs_with(p, &first));
	p->stun_spent = true;
	has_signed(p, by_second);
	T_CHECK(signs_with(p, &second) && !p->stun_spent);
	T_CHECK(accepts(p, 2000, by_first) && accepts(p, 2000, by_second));
	has_signed(p, by_first); /* late: it stays */
	T_CHECK(signs_with(p, &second));
	peer_renewal_due(p, 1000 + ADMISSION_GRACE - 1);
	T_CHECK(accepts(p, 1000 + ADMISSION_GRACE - 1, by_first));
	T_CHECK(!accepts(p, 1000 + ADMISSION_GRACE, by_first)); /* before the timer came, too */
	peer_renewal_due(p, 1000 + ADMISSION_GRACE);
	T_CHECK(!accepts(p, 1000, by_first) && accepts(p, 1000, by_second));
	conf_release(&conf);
}

T_CASE(the_new_key_counts_alone_when_the_time_is_over)
{
	struct peer *p = open_peer();
	T_CHECK(p && peer_renew(p, 1000, &second));
	T_CHECK(!accepts(p, 1000 + ADMISSION_GRACE, by_first));
	T_CHECK(accepts(p, 1000 + ADMISSION_GRACE, by_second));
	peer_renewal_due(p, 1000 + ADMISSION_GRACE - 1);
	T_CHECK(signs_with(p, &first));
	peer_renewal_due(p, 1000 + ADMISSION_GRACE);
	T_CHECK(signs_with(p, &second));
	T_CHECK(!accepts(p, 1000, by_first) && accepts(p, 1000, by_second));
	T_EQUAL(p->admission.state, ADMISSION_BY_KEY);
	conf_release(&conf);
}

/* An operator may go back to it after a mistake. */
T_CASE(the_old_key_may_be_the_next_again)
{
	struct peer *p = open_peer();
	T_CHECK(p && peer_renew(p, 1000, &second));
	has_signed(p, by_second);
	T_EQUAL(p->admission.state, ADMISSION_RENEWED);
	T_CHECK(peer_renew(p, 2000, &first));
	T_EQUAL(p->admission.state, ADMISSION_RENEWING);
	conf_release(&conf);
}

T_CASE(a_third_key_replaces_the_pending_one)
{
	struct peer *p = open_peer();
	T_CHECK(p && peer_renew(p, 1000, &second) && peer_renew(p, 2000, &third));
	T_CHECK(accepts(p, 2000, by_first) && accepts(p, 2000, by_third));
	T_CHECK(!accepts(p, 2000, by_second));
	T_EQUAL(p->admission.until, 2000 + ADMISSION_GRACE);
	conf_release(&conf);
}

T_MAIN()
