#include "parent/messages.h"

#include <errno.h>

#include "io/shared.h"
#include "parent/switchover.h"
#include "unit/parent/here.h"
#include "wire/recording.h"

/* Child `who` orders that, and it is taken. */
static void order(int who, struct command c)
{
	if (!ipc_order(far[who], &c))
		t_fail(__FILE__, __LINE__, "cannot order");
	messages_take(&p, &p.child[who]);
}

/* The reply to child `who`: "no: " or "yes: " and its words; "": none. */
static const char *reply_to(int who)
{
	static char words[300];
	struct record r;

	*words = 0;
	while (ipc_take_record(far[who], &r) == IPC_MESSAGE)
		if (r.kind == RECORD_REPLY)
			snprintf(words, sizeof(words), "%s: %s", r.reply.done ? "yes" : "no",
			         r.reply.text);
	return words;
}

/* It is the reporter that answers operators, and only voice records. */
T_CASE(no_child_orders_what_is_for_the_other)
{
	static const enum command_kind for_report[] = {COMMAND_RELOAD, COMMAND_UPGRADE,
	                                               COMMAND_UPGRADED};

	here_begin();
	p.recorder.size = recording_size(4096);
	p.recorder.at = shared_claim(p.recorder.size);
	for (size_t i = 0; i < ARRAY_LEN(for_report); i++) {
		order(VOICE, (struct command){.kind = for_report[i], .number = 7});
		T_TEXT(reply_to(VOICE), "");
		T_TEXT(reply_to(REPORT), "");
	}
	order(REPORT, (struct command){.kind = COMMAND_KEEP});
	T_TEXT(logged, "");
	order(VOICE, (struct command){.kind = COMMAND_KEEP});
	T_TEXT(logged, "recording kept: freedmr ctl record kept FILE\n");
	*logged = 0;
	for (unsigned i = 0; i < 2 * CHILD_RELOADS_DEPTH; i++)
		order(VOICE, (struct command){.kind = COMMAND_KEEP});
	T_EQUAL(strlen(logged) / strlen("recording kept: freedmr ctl record kept FILE\n"),
	        CHILD_RELOADS_DEPTH - 1); /* not as often as voice likes */
	shared_release(p.recorder.at, p.recorder.size);
	here_end();
}

T_CASE(what_the_sandbox_refused_is_in_the_log)
{
	here_begin();
	order(VOICE, (struct command){.kind = COMMAND_DENIED, .denied = {59}});
	T_TEXT(logged, "sandbox: system call 59 of voice refused\n");
	T_CHECK(pipe_put(far[VOICE], "no order", 8));
	messages_take(&p, &p.child[VOICE]);
	T_TEXT(logged, "sandbox: system call 59 of voice refused\n");
	here_end();
}

/* Until the next heartbeat. */
T_CASE(who_says_too_much_is_not_heard)
{
	struct poller_event e;
	unsigned taken = 0;

	here_begin();
	while (!p.child[REPORT].muted && taken < 1000) {
		order(REPORT, (struct command){.kind = COMMAND_BEAT});
		taken++;
	}
	T_EQUAL(taken, CHILD_MESSAGES_DEPTH + 1);
	T_EQUAL(poller_wait(p.poller, &e, 1, 0), 0);
	order(VOICE, (struct command){.kind = COMMAND_DENIED, .denied = {59}});
	T_CHECK(*logged); /* the other is */
	here_end();
}

T_CASE(too_many_reloads_and_upgrades_are_refused)
{
	here_begin();
	for (unsigned i = 0; i < CHILD_RELOADS_DEPTH; i++)
		(void)bucket_take(&p.child[REPORT].reloads, p.now, 1000, CHILD_RELOADS_DEPTH);
	order(REPORT, (struct command){.kind = COMMAND_RELOAD, .number = 7});
	T_TEXT(reply_to(REPORT), "no: too many reloads: at most one per second");
	for (unsigned i = 0; i < CHILD_UPGRADES_DEPTH; i++)
		(void)bucket_take(&p.upgrades, p.now, CHILD_UPGRADES_MILLI, CHILD_UPGRADES_DEPTH);
	order(REPORT, (struct command){.kind = COMMAND_UPGRADE, .number = 7});
	T_TEXT(reply_to(REPORT), "no: too many upgrades: at most one in 5 seconds");
	T_CHECK(!upgrade_is_on(&p.upgrade));
	here_end();
}

/* ---- upgrades ---- */

T_CASE(what_came_of_an_upgrade_is_known_when_it_is_over)
{
	const struct command asks = {.kind = COMMAND_UPGRADED, .number = 7};

	here_begin();
	order(REPORT, asks);
	T_TEXT(reply_to(REPORT), "no: there was no upgrade");
	text_copy(p.upgrade.said, sizeof(p.upgrade.said), "the last one");
	order(REPORT, asks);
	T_TEXT(reply_to(REPORT), "yes: the last one");
	p.upgrade.failed = true;
	order(REPORT, asks);
	T_TEXT(reply_to(REPORT), "no: the last one");
	p.upgrade.go_at = p.now + UPGRADE_PAUSE;
	order(REPORT, asks);
	T_TEXT(reply_to(REPORT), "no: " UPGRADED_NOT_YET);
	order(REPORT, (struct command){.kind = COMMAND_RELOAD, .number = 8});
	T_TEXT(reply_to(REPORT), "no: an upgrade is running: reload after it");
	p.upgrade.go_at = TICK_NEVER;
	p.leaving = true;
	order(REPORT, asks);
	T_TEXT(reply_to(REPORT), "no: " UPGRADED_NOT_YET);
	p.leaving = false;
	p.ready = false;
	order(REPORT, asks);
	T_TEXT(reply_to(REPORT), "no: " UPGRADED_NOT_YET);
	here_end();
}

/* Nothing is tried then. */
T_CASE(there_is_one_upgrade_at_a_time)
{
	bool *const reasons[] = {&p.stop, &p.leaving};

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		here_begin();
		*reasons[i] = true;
		switchover_try(&p, 7);
		T_TEXT(reply_to(REPORT), "no: an upgrade is already running");
		T_TEXT(p.upgrade.said, "");
		here_end();
	}
}

/* No memory for the state, memory that others would not see, and too little. */
T_CASE(without_memory_for_the_state_there_is_no_upgrade)
{
	static _Alignas(4096) unsigned char own[8192];
	void *shared = shared_claim(4096);
	const struct memory places[] = {{NULL, 0, -1}, {own, sizeof(own), -1}, {shared, 8, -1}};

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		here_begin();
		p.handover = places[i];
		text_copy(p.upgrade.path, sizeof(p.upgrade.path), "/bin/true");
		switchover_try(&p, 7);
		T_TEXT(reply_to(REPORT), "no: cannot run the installed binary");
		T_TEXT(p.upgrade.said, "/bin/true cannot be run");
		T_CHECK(!upgrade_is_on(&p.upgrade));
		T_CHECK(places[i].at != own || strstr(logged, strerror(EINVAL)));
		here_end();
	}
	shared_release(shared, 4096);
}

/* ---- names ---- */

T_CASE(an_address_goes_to_whom_it_is_for)
{
	struct record r, found = {.kind = RECORD_RESOLVED,
	                          .resolved = {.of = {.kind = SOURCE_PEER, .index = 3}}};
	int answers[2];

	here_begin();
	T_EQUAL(pipe_pair(answers), 0);
	p.resolver.answers = answers[0];
	T_CHECK(pipe_put(answers[1], "no record", 9));
	messages_take_address(&p);
	T_CHECK(ipc_tell(answers[1], &found));
	messages_take_address(&p);
	T_EQUAL(ipc_take_record(far[VOICE], &r), IPC_MESSAGE);
	T_EQUAL(r.resolved.of.index, 3);
	found.resolved.of = (struct source){.kind = SOURCE_LOCAL};
	T_CHECK(ipc_tell(answers[1], &found));
	messages_take_address(&p);
	T_EQUAL(ipc_take_record(far[REPORT], &r), IPC_MESSAGE);
	T_EQUAL(r.resolved.of.kind, SOURCE_LOCAL);
	T_EQUAL(ipc_take_record(far[VOICE], &r), IPC_NOTHING);
	close(p.child[REPORT].link);
	p.child[REPORT].link = -1; /* it has died */
	T_CHECK(ipc_tell(answers[1], &found));
	messages_take_address(&p);
	close(answers[1]);
	messages_take_address(&p); /* the end of the round */
	T_EQUAL(p.resolver.answers, -1);
	here_end();
}

T_MAIN()
