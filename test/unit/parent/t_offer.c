#include "parent/offer.h"

#include "io/shared.h"
#include "unit/parent/here.h"

static void begin(void)
{
	here_begin();
	for (int i = 0; i < CHILDREN; i++) {
		p.offer[i].at = shared_claim(conf_offer_size(&p.room));
		if (!p.offer[i].at)
			abort();
	}
}

static void end(void)
{
	for (int i = 0; i < CHILDREN; i++)
		shared_release(p.offer[i].at, conf_offer_size(&p.room));
	here_end();
}

/* Does the child hear of it? Other records are passed over. */
static bool hears(int which)
{
	struct record r;
	bool heard = false;

	while (ipc_take_record(far[which], &r) == IPC_MESSAGE)
		heard = heard || r.kind == RECORD_OFFER;
	return heard;
}

T_CASE(a_configuration_is_offered_once)
{
	begin();
	p.conf.server.id = 2345;
	T_CHECK(offer_configuration(&p, VOICE));
	T_CHECK(hears(VOICE) && !hears(REPORT));
	T_EQUAL(conf_offer_look(p.offer[VOICE].at)->server.id, 2345);
	offer_again(&p);
	T_CHECK(!hears(VOICE));
	end();
}

/* It is offered again at the next heartbeat. */
T_CASE(one_that_is_not_taken_yet_holds_up_the_next)
{
	begin();
	p.conf.server.id = 2345;
	T_CHECK(offer_configuration(&p, VOICE));
	T_CHECK(hears(VOICE));
	p.conf.server.id = 2346;
	T_CHECK(!offer_configuration(&p, VOICE));
	offer_again(&p);
	T_CHECK(!hears(VOICE));
	T_EQUAL(conf_offer_look(p.offer[VOICE].at)->server.id, 2345);
	conf_offer_take(p.offer[VOICE].at);
	offer_again(&p);
	T_CHECK(hears(VOICE));
	T_EQUAL(conf_offer_look(p.offer[VOICE].at)->server.id, 2346);
	end();
}

/* The configuration is there, but who is to take it does not know. */
T_CASE(one_that_cannot_be_notified_is_notified_later)
{
	const struct record r = {.kind = RECORD_BEAT};

	begin();
	while (ipc_tell(p.child[REPORT].link, &r))
		;
	T_CHECK(!offer_configuration(&p, REPORT));
	offer_again(&p);
	T_CHECK(!hears(REPORT)); /* which makes room */
	offer_again(&p);
	T_CHECK(hears(REPORT));
	offer_again(&p);
	T_CHECK(!hears(REPORT));
	end();
}

T_CASE(one_that_has_died_will_start_with_it)
{
	begin();
	T_CHECK(offer_configuration(&p, VOICE));
	close(p.child[VOICE].link);
	p.child[VOICE].link = -1;
	T_CHECK(!offer_configuration(&p, VOICE));
	T_CHECK(!p.offer[VOICE].to_put);
	offer_known(&p, VOICE);
	T_CHECK(!conf_offer_look(p.offer[VOICE].at));
	T_CHECK(!p.offer[VOICE].to_put);
	end();
}

T_MAIN()
