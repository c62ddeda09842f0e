/*
 * OpenBridge and the FreeDMR Bridge Protocol between servers: octets to structs and back. Sources:
 * FreeDMR, ADN and HBlink as observed, and the BrandMeister page on Open Bridge. All numbers
 * big-endian. Every datagram ends with a MAC that stands right behind what it covers.
 *
 *   DMRD  frame(49)  mac(20)                                                       73  v1
 *   DMRE  frame(49)  ber rssi version time(8) server(4) repeater(4) hops mac(16)   89  v5
 *   DMRE  frame(49)  ber rssi version time(8) server(4) hops mac(16)               85  v4
 *   BCKA  mac(20)                            24   keepalive
 *   BCST  mac(20)                            24   stun: stop all traffic with me
 *   BCVE  version mac(20)                    25   covers the version alone, not the tag
 *   BCSQ  tg(3) stream(4) mac(20)            31   quench: not this stream on this talkgroup
 *
 * frame: wire/frame.h. 20 octets of MAC are HMAC-SHA1, 16 are BLAKE2b with a key of 20 octets.
 *
 * DIFFERS: FreeDMR takes DMRE for v4 or v5 by its version octet and lets octets follow the MAC.
 * Here the length decides, and it is exact: a FreeDMR set to version 4 sends 85 octets that say 5.
 */
#ifndef WIRE_OBP_H
#define WIRE_OBP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/blake2b.h"
#include "base/cursor.h"
#include "base/hmac.h"
#include "wire/frame.h"
#include "wire/parse.h"

#define OBP_KEY_LEN 20u
#define OBP_DATAGRAM_MAX 89u /* longer ones are no OpenBridge */

enum obp_kind {
	OBP_BURST,     /* DMRD, DMRE */
	OBP_KEEPALIVE, /* BCKA */
	OBP_STUN,      /* BCST */
	OBP_VERSION,   /* BCVE */
	OBP_QUENCH,    /* BCSQ */
	OBP_KINDS,
};

const char *obp_kind_name(enum obp_kind kind);

/* A burst on its way from server to server. What a version does not carry reads as 0. */
struct obp_burst {
	struct hbp_burst frame;   /* `client` is the network id; `slot` is always 1 */
	bool slot_bit;            /* it was set: v1 has to drop such a frame, v4 and v5 count it */
	uint64_t timestamp_ns;    /* since 1970, when the last server sent it */
	uint32_t source_server;   /* where the call entered the mesh */
	uint32_t source_repeater; /* whose user speaks there; 0: unknown */
	uint8_t hops;             /* 1: straight from that server; 0: v1 */
};

struct obp_message {
	enum obp_kind kind;
	uint8_t version; /* OBP_BURST: 1, 4 or 5, by length. OBP_VERSION: any, as told */
	union {
		struct obp_burst burst;
		struct {
			uint32_t tg; /* as seen on this link */
			uint32_t stream;
		} quench;
	};
};

/* What a passphrase becomes, once per link. Opaque. */
struct obp_key {
	struct hmac hmac;
	struct blake2b blake2b;
};

/*
 * FreeDMR's key: 20 octets, a longer passphrase cut, a shorter one padded with zeros. `full` signs
 * v1 with all of it, as HBlink4 and DMRHub do; control packets too, so it is not for FBP links.
 */
struct obp_key obp_key_make(const char *passphrase, bool full);

/*
 * Reads one datagram, its form only: nobody may act on it before obp_authentic has said yes.
 * PARSE_IGNORE: DMRF (versions 2 and 3), EOBP, and control packets that are not ours (BCTO, BC??).
 * PARSE_BAD sets *reason to constant text.
 */
MUST_CHECK enum parse obp_parse(const uint8_t *bytes, size_t len, struct obp_message *out,
                                const char **reason);

/* Does the MAC hold? `m` is what obp_parse has made of these octets. */
MUST_CHECK bool obp_authentic(const struct obp_key *key, const uint8_t *bytes, size_t len,
                              const struct obp_message *m);

/*
 * Each writes one whole datagram. The caller has put our id for this link into `client`; the slot
 * bit is never set. v5 leaves with `now_ns` as its time, and with the hops it is given.
 */
void obp_write_v1(struct wr *w, const struct obp_key *key, const struct hbp_burst *frame);
void obp_write_v5(struct wr *w, const struct obp_key *key, const struct obp_burst *b,
                  uint64_t now_ns);
void obp_write_keepalive(struct wr *w, const struct obp_key *key);
void obp_write_stun(struct wr *w, const struct obp_key *key);
void obp_write_version(struct wr *w, const struct obp_key *key, uint8_t version);
void obp_write_quench(struct wr *w, const struct obp_key *key, uint32_t tg, uint32_t stream);

#endif
