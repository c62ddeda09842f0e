#include "core/access/owner.h"

#include <string.h>

#include "base/sha.h"
#include "base/text.h"
#include "core/conference/subscribe.h"
#include "core/step/limit.h"
#include "core/telling/decision.h"

static const struct addr nobody; /* for limits per ID, at any address */

/* Is the hex text the digest of the salt's hex digits and the passphrase? */
static bool is_digest(const struct command *c, const char *passphrase)
{
	uint8_t digest[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];
	struct text t = text_make(hex, sizeof(hex));
	struct sha s;

	sha256_begin(&s);
	sha_add(&s, c->verify.salt, strlen(c->verify.salt));
	sha_add(&s, passphrase, strlen(passphrase));
	sha_end(&s, digest);
	for (size_t i = 0; i < SHA256_LEN; i++)
		text_format(&t, "%02x", digest[i]);
	return strlen(c->verify.digest) == t.len && digest_equal(hex, c->verify.digest, t.len);
}

/* Attempts are limited as for clients: wrong ones by address, all by ID. The reporter limits the
 * total. */
static bool may_try(struct step *step, const struct session *s, const struct addr *from)
{
	return limit_would_allow(step, LIMIT_WASTED, from, 0) &&
	       limit_allows(step, LIMIT_OWNER, &nobody, s->id);
}

/* A passphrase that any ID may use proves no ownership. */
const char *owner_verify(struct step *step, struct session *s, const struct command *c)
{
	bool anybody = false;
	const char *passphrase = conf_passphrase_for(step->core->conf, listener_conf(step->core, s),
	                                             s->id, &anybody);

	if (judged(step, anybody || conf_passphrase_is_sample(passphrase)))
		return "anyone can log in with this ID, so its passphrase proves nothing";
	if (!may_try(step, s, &c->verify.from)) {
		count(step, COUNT_RATE_LIMITED);
		decision_client(step, s->id, "rate limited: too many sign-ins on the web page");
		return "too many attempts: try again later";
	}
	count(step, COUNT_DIGESTS);
	if (judged(step, is_digest(c, passphrase)))
		return NULL;
	(void)limit_allows(step, LIMIT_WASTED, &c->verify.from, 0);
	count(step, COUNT_REFUSED_PASSPHRASE);
	decision_client(step, s->id, "sign-in on the web page refused: wrong passphrase");
	return "wrong passphrase";
}

const char *owner_set(struct step *step, struct session *s, const struct command *c)
{
	return subscribe_care(step, s, c->care.text)
	               ? NULL
	               : "only TS1, TS2, DIAL, TIMER and SINGLE can be set here";
}
