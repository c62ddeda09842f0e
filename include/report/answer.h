/*
 * Requests and their answers, line by line: the interface of the control socket.
 *
 * A request is one line of at most REQUEST_MAX octets: a word, for some arguments, all
 * separated by blanks; `text` before the word asks for the form people read.
 *
 *   status            server, listeners, use of tables, counters
 *   sessions          who is logged in
 *   session ID        one session with its slots, subscriptions and calls
 *   conferences       talkgroups that somebody listens to or talks in
 *   conference TG     one of them: who listens, the calls in it
 *   calls             running calls
 *   peers             links to other servers
 *   trace TG          where the calls of a conference came from, hop by hop
 *   lastheard         calls that ended, newest first
 *   events [FILTER]   events from now on, until the caller hangs up
 *   report            health of the reporter
 *   why ID            what was decided about a client or a radio, and how it stands now
 *   loglevel [LEVEL]  how much is logged, until the reporter starts again
 *   reload            reads the configuration again: what was applied, deferred, refused
 *   help              these words
 *
 * and orders, which are logged with who gave them:
 *
 *   kick ID           ends a session
 *   block [WHAT]      an id or an address, with a time (10m) or for good; alone shows the blocks
 *   unblock WHAT      ends a block
 *   peer NAME ORDER   stun: no traffic with that server; clear: again; reset: forgets what was
 *                     learned of it
 *   link ID SLOT TG   turns a talkgroup on, as if the user had keyed it
 *   unlink ID SLOT TG turns one off
 *   default ID TG     the default reflector; 0 = none
 *   options ID [TEXT] option string, as if the client had sent it; without one shows it
 *
 * Requests on one connection are answered one after the other, in order. An answer is
 * any number of lines and a last one:
 *
 *   {"row":"session",...}                              see report/view.h
 *   {"end":true,"ok":true,"rows":12,"stale":false}     or
 *   {"end":true,"ok":false,"error":"no session 1"}
 *
 * The last line begins with exactly {"end":true,"ok": and no other does. In text form
 * the first octet tells: ' ' a line to show, '.' the end, '!' the end of what was
 * refused, with the reason.
 *
 * An answer shows rows no older than a second; when the voice process does not show
 * them within another second they are what was known before, and "stale" is true.
 *
 * FILTER is any of: kinds of events (server, listener, session, slot, subscription, call, log,
 * dropped), `client ID`, `conference TG`. An event has to be of one of the kinds, about the client
 * and about the conference, as far as these are given.
 *
 * `events` is an answer without an end: first the event hello
 * with the number of the line published last (report/event.h), then each line as it is published.
 * Numbers rise by one, but for lines a filter left out; who falls too far behind is hung up on.
 */
#ifndef REPORT_ANSWER_H
#define REPORT_ANSWER_H

#include "report/answering.h"

#define REQUEST_MAX 512u
#define ANSWER_FRESH_MS TICK_SECOND /* how old rows may be, and how long to wait for newer ones */

const char *answer_step_name(enum answer_step step);

/* Begins the answer to one line without its newline. False: a bad request; its answer says so. */
bool answer_begin(struct answer *a, const char *line, size_t len, const struct clock *clock);

/* Begins the answer to what was no line at all. `why` is constant text. */
void answer_refuse(struct answer *a, const char *why);

/* Adds the next lines, at most VIEW_LINE_MAX octets. Only while an answer runs. */
enum answer_step answer_next(struct answer *a, const struct sources *s, const struct clock *clock,
                             struct text *t);

/* Hands a record to the answer that waits for it, if it does: a row, or the reply that ends it. */
void answer_reply(struct answer *a, const struct record *r);

/* Does it follow the events? And when does waiting end, TICK_NEVER when on nothing timed. */
bool answer_follows(const struct answer *a);
tick_t answer_deadline(const struct answer *a);

#endif
