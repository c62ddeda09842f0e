#include "core/delivery/refuse.h"

#include "core/delivery/link.h"
#include "core/step/limit.h"
#include "core/telling/decision.h"
#include "core/telling/rows.h"

/*
 * The answer to a refused sender. The Homebrew protocol has one refusal, MSTNAK, which gives no
 * reason: DMRGateway takes it from the message that was refused, and shows an ID that is not
 * permitted at RPTL, a wrong password at RPTK, and a rejected configuration at RPTC and RPTO.
 */
enum answer {
	NOTHING,
	NAK,
	NAK_LOGIN,  /* RPTL only: at RPTK it would be taken for a wrong password */
	NAK_SELDOM, /* once in 5 s, enough to make a client without a session log in again */
	QUENCH,     /* asks the neighbour not to send the rest of the call */
};

/* The log line, once a minute per reason and address. */
enum saying { SILENT, SAY_CLIENT, SAY_DATAGRAM, SAY_MESH, SAY_FULL };

/* The record sent to the reporter: of each refusal, but in a flood, like the seldom ones, only with
 * the log line. */
enum report { UNTOLD, TELL_REFUSAL, TELL_SELDOM, TELL_LOOP };

#define REFUSALS_RATE 20000 /* thousandths of a record per second, of all refused clients */
#define REFUSALS_DEPTH 200

#define REASON_RULE(name, ...) [name] = {__VA_ARGS__},

static const struct rule {
	uint8_t counter; /* enum counter */
	const char *words;
	uint8_t saying; /* enum saying */
	uint8_t answer; /* enum answer */
	uint8_t report; /* enum report */
} rules[VERDICTS] = {REASONS(REASON_RULE)};

static void note(struct step *step, const struct subject *s, const char *words)
{
	if (words && (s->who.kind != SOURCE_CLIENT || s->who.index))
		decision_note(step, (struct decision){.who = s->who,
		                                      .radio = s->radio,
		                                      .slot = s->slot,
		                                      .tg = s->tg,
		                                      .words = words,
		                                      .number = s->number});
}

static void answer(struct step *step, enum answer answer, const struct subject *s)
{
	switch (answer) {
	case NOTHING:
		break;
	case NAK_LOGIN:
		if (!s->client || /* never: it is of a message */
		    s->client->message->kind != HBP_LOGIN)
			break;
		/* fall through */
	case NAK:
	case NAK_SELDOM:
		count(step, COUNT_NAKS);
		actions_notice(step->actions, s->from, s->who.index, hbp_write_nak);
		break;
	case QUENCH:
		if (s->burst && /* never: it is of a burst */
		    !s->burst->unit)
			link_quench(step, s->peer, s->burst->dst, s->burst->stream);
		break;
	}
}

static void say(struct step *step, enum saying saying, const struct subject *s, const char *words)
{
	char from[ADDR_TEXT_MAX];

	switch (saying) {
	case SILENT: /* never: the rule would not say so */
		break;
	case SAY_CLIENT:
		if (!s->client) /* never: it is of a message */
			break;
		core_log(step, LOG_REMOTE,
		         "refused client=%lu from=%s listener=%s message=%s reason=\"%s\"",
		         (unsigned long)s->who.index, addr_format(&s->from->to, from),
		         s->client->listener->name, hbp_kind_name(s->client->message->kind), words);
		break;
	case SAY_DATAGRAM:
		core_log(step, LOG_REMOTE, "dropped datagram from=%s len=%u reason=\"%s\"",
		         addr_format(&s->from->to, from), (unsigned)s->len, words);
		break;
	case SAY_MESH:
		core_log(step, LOG_REMOTE, "refused on the mesh from=%s reason=\"%s\"",
		         addr_format(&s->from->to, from), words);
		break;
	case SAY_FULL:
		core_log(step, LOG_WARN, "subscriptions full client=%lu tg=%lu",
		         (unsigned long)s->who.index, (unsigned long)s->tg);
		break;
	}
}

/* As many refusals as a server has without a flood. */
static bool is_usual(struct step *step)
{
	return bucket_take(&step->core->refusals, step->now, REFUSALS_RATE, REFUSALS_DEPTH);
}

static void report(struct step *step, const struct rule *rule, const struct subject *s,
                   const char *words)
{
	bool said = rule->saying && s->from &&
	            limit_allows(step, LIMIT_LOG, &s->from->to, rule->counter);

	if (said)
		say(step, rule->saying, s, words);
	if (s->client && (rule->report == TELL_REFUSAL ? is_usual(step) || said
	                                               : rule->report == TELL_SELDOM && said))
		rows_refusal(step, s->client, words);
	if (s->peer && rule->report == TELL_LOOP &&
	    limit_allows(step, LIMIT_LOOP, &s->peer->at.to, s->call + s->peer->row.index))
		rows_loop(step, s->peer, s->burst, s->winner);
}

void refuse(struct step *step, enum verdict verdict, const struct subject *s)
{
	const struct rule *rule = &rules[verdict];
	const char *words = s->words ? s->words : rule->words;

	if (rule->answer == NAK_SELDOM &&
	    !limit_allows(step, LIMIT_NAK, &s->from->to, s->who.index)) {
		count(step, COUNT_RATE_LIMITED);
		return;
	}
	count(step, rule->counter);
	if (s->peer)
		s->peer->refused_total++;
	note(step, s, words);
	answer(step, rule->answer, s);
	report(step, rule, s, words);
}

void refuse_source(struct step *step, enum verdict verdict, struct source who)
{
	refuse(step, verdict, &(struct subject){.who = who});
}

void refuse_message(struct step *step, enum verdict verdict, const struct incoming *in)
{
	refuse(step, verdict,
	       &(struct subject){
		       .who = source_client(in->message->id), .from = in->from, .client = in});
}

void refuse_datagram(struct step *step, enum verdict verdict, const struct endpoint *from)
{
	refuse(step, verdict, &(struct subject){.from = from});
}

struct subject refuse_subject(const struct stream *x)
{
	return (struct subject){.who = x->origin, .radio = x->src, .slot = x->slot, .tg = x->dst};
}

void refuse_call(struct step *step, enum verdict verdict, const struct stream *x)
{
	struct subject subject = refuse_subject(x);

	refuse(step, verdict, &subject);
}
