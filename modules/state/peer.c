#include "state/peer.h"

#include <string.h>

void peers_open(struct peers *t, struct arena *arena, uint32_t capacity)
{
	pool_open(&t->pool, arena, "peers", capacity, sizeof(struct peer));
}

void peer_reset_address(struct peer *p, const struct conf *conf)
{
	const struct conf_peer *c = &conf->peer[p->row.index];

	p->at = (struct endpoint){.to = c->address, .from = c->bind, .socket = c->socket};
	p->has_address = c->target[0] && !c->host[0];
	p->remembered = false;
	p->target = p->has_address ? c->address : (struct addr){.port = 0};
}

struct peer *peer_add(struct peers *t, const struct conf *conf, uint32_t place)
{
	struct peer *p = pool_take_at(&t->pool, place);
	const struct conf_peer *c = &conf->peer[place];

	if (!p)
		return NULL;
	p->key = obp_key_make(c->passphrase, c->full_key);
	p->heard = p->stunned_until = p->version_due = p->keepalive_due = TICK_LONG_AGO;
	p->server = c->remote_id;
	p->timer = expiry_none();
	peer_reset_address(p, conf);
	return p;
}

void peer_take_key(struct peer *p)
{
	struct obp_key key = p->key;

	p->key = p->admission.other;
	p->admission.other = key;
	p->admission.state = ADMISSION_RENEWED;
	p->stun_spent = false; /* with another key it has other octets */
}

static bool same_key(const struct obp_key *a, const struct obp_key *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool peer_renew(struct peer *p, tick_t now, const struct obp_key *key)
{
	if (same_key(key, &p->key) ||
	    (p->admission.state == ADMISSION_RENEWING && same_key(key, &p->admission.other)))
		return false;
	p->admission = (struct admission){
		.state = ADMISSION_RENEWING, .other = *key, .until = now + ADMISSION_GRACE};
	return true;
}

void peer_renewal_due(struct peer *p, tick_t now)
{
	if (p->admission.state == ADMISSION_BY_KEY || now < p->admission.until)
		return;
	if (p->admission.state == ADMISSION_RENEWING)
		peer_take_key(p);
	p->admission = (struct admission){.state = ADMISSION_BY_KEY};
}

bool peer_is_authentic(const struct peer *p, tick_t now, const uint8_t *bytes, size_t len,
                       const struct obp_message *m)
{
	bool both = p->admission.state != ADMISSION_BY_KEY && now < p->admission.until;
	bool renewed = p->admission.state == ADMISSION_RENEWING && !both;

	return (!renewed && obp_authentic(&p->key, bytes, len, m)) ||
	       ((both || renewed) && obp_authentic(&p->admission.other, bytes, len, m));
}

bool peer_signs_anew(const struct peer *p, const uint8_t *bytes, size_t len,
                     const struct obp_message *m)
{
	return p->admission.state == ADMISSION_RENEWING && !obp_authentic(&p->key, bytes, len, m);
}

struct peer *peer_at(const struct peers *t, uint32_t index)
{
	return pool_at(&t->pool, index);
}
