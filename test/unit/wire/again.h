/*
 * Writes a message that was read once more, for the kinds that have a writer: what the test and the
 * fuzzer of wire/hbp share.
 */
#ifndef UNIT_WIRE_AGAIN_H
#define UNIT_WIRE_AGAIN_H

#include "wire/hbp.h"

/* False for what we never write: alias, position, home, and the bare forms without an id. */
static inline bool again(struct wr *w, const struct hbp_message *m)
{
	switch (m->kind) {
	case HBP_LOGIN:
		hbp_write_login(w, m->id);
		return true;
	case HBP_KEY:
		hbp_write_key(w, m->id, m->digest);
		return true;
	case HBP_CONFIG:
		hbp_write_config(w, m->id, &m->config);
		return true;
	case HBP_OPTIONS:
		hbp_write_options(w, m->id, m->options.text, m->options.len);
		return true;
	case HBP_PING:
		hbp_write_ping(w, m->id);
		return true;
	case HBP_CLOSE:
		hbp_write_close(w, m->id);
		return true;
	case HBP_BURST:
		hbp_write_burst(w, &m->burst);
		return true;
	case HBP_ACK:
		hbp_write_challenge(w, m->salt);
		return true;
	case HBP_NAK:
		hbp_write_nak(w, m->id);
		return m->has_id;
	case HBP_PONG:
		hbp_write_pong(w, m->id);
		return true;
	case HBP_CLOSED:
		hbp_write_closed(w, m->id);
		return m->has_id;
	case HBP_ALIAS:
	case HBP_POSITION:
	case HBP_HOME:
	case HBP_KINDS:
		return false;
	}
	return false;
}

#endif
