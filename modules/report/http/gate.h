/*
 * May a request change something? Three questions, answered before a secret is looked at:
 *
 * - Is it safe from eavesdroppers: does it come directly from this machine, or from a proxy on this
 * machine that reports https (X-Forwarded-Proto)? A proxy that reports nothing is recognised by
 * Origin: the page must have been loaded by https, or from localhost.
 * - Does it come from our own page: is Origin the host that was asked, and is the secret in a
 * header field of its own, which no form and no other page can send?
 * - Are too many wrong secrets being tried? For one address GATE_DEPTH are checked, then one every
 * 10 s; the log gets one line for each such window. Repeating the same wrong one is not a new
 * attempt: a page left open after the secret was changed locks nobody out. Addresses share
 * GATE_PLACES, except the last GATE_OWN that gave a right secret: whoever tries from many addresses
 * does not keep those out.
 *
 * Behind a proxy on this machine the address is the one that it names (X-Forwarded-For).
 */
#ifndef REPORT_GATE_H
#define REPORT_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bucket.h"
#include "base/tick.h"
#include "wire/http.h"

#define GATE_SEED 32u /* octets */
#define GATE_RATE 100 /* thousandths of a token per second */
#define GATE_DEPTH 5
#define GATE_PLACES 256u
#define GATE_OWN 64u
#define GATE_KNOWN 8u

struct gate_place {
	uint64_t whose; /* digest of the address that has it alone; 0: shared */
	struct bucket wrong;
	struct bucket questions;
	uint64_t known[GATE_KNOWN]; /* recent wrong ones, as digests */
	uint32_t next;
};

struct gate {
	struct gate_place places[GATE_PLACES];
	struct gate_place own[GATE_OWN];
	uint32_t own_next;
	struct bucket questions; /* of all viewers */
	struct bucket lines;     /* of the log */
	uint64_t wrong_total;
	const uint8_t *seed; /* so that nobody can choose which place to share; NULL: anyone can */
};

/* May this viewer ask the voice process something? Limited for each address, so that one does not
 * use up what there is for all. */
bool gate_may_ask(struct gate *g, const struct addr *viewer, tick_t now);

/* The address of the browser, not of the proxy, if known. */
struct addr gate_viewer(const struct http_request *r, const struct addr *from);

/* On this machine itself, without a proxy? */
bool gate_is_here(const struct http_request *r, const struct addr *from);

/* NULL if it may continue, else the reason. */
const char *gate_refuses(const struct http_request *r, const struct addr *from);

/* Checks only the second question. */
bool gate_is_ours(const struct http_request *r);

/* A given secret, its sender, and its name in the log. */
struct gate_try {
	struct http_text given;
	const struct addr *viewer;
	const char *what;
};

enum gate_verdict { GATE_RIGHT, GATE_WRONG, GATE_TOO_MANY };

/* Compared in constant time; a wrong one is counted and logged. "" is never right. */
enum gate_verdict gate_judge(struct gate *g, const struct gate_try *t, const char *secret,
                             tick_t now);

#endif
