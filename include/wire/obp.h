/*
 * OpenBridge and the FreeDMR Bridge Protocol between servers: octets to structs and back. Sources:
 * FreeDMR, ADN and HBlink as observed, and the BrandMeister page on Open Bridge. All numbers
 * big-endian. Every datagram ends with a MAC, right after the octets it covers.
 *
 *   DMRD  frame(49)  mac(20)                                                       73  v1
 *   DMRE  frame(49)  ber rssi version time(8) server(4) repeater(4) hops mac(16)   89  v5
 *   DMRE  frame(49)  ber rssi version time(8) server(4) hops mac(16)               85  v4
 *   BCKA  mac(20)                            24   keepalive
 *   BCST  time(8) mac(20)                    32   stun: stop all traffic with me
 *   BCST  mac(20)                            24   the same as FreeDMR sends it
 *   BCVE  version mac(20)                    25   covers the version alone, not the tag
 *   BCSQ  tg(3) stream(4) mac(20)            31   quench: not this stream on this talkgroup
 *
 * frame: wire/frame.h. 20 octets of MAC are HMAC-SHA1, 16 are BLAKE2b with a key of 20 octets.
 *
 * DIFFERS: FreeDMR distinguishes v4 and v5 by the version octet and accepts octets after the MAC.
 * Here the exact length decides: a FreeDMR set to version 4 sends 85 octets with version 5 in them.
 *
 * DIFFERS: FreeDMR's stun is the same octets each time, so a recorded one is as good as a new one.
 * Ours has a time stamp. FreeDMR understands neither.
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
#define OBP_BLAKE2B_LEN 16u
#define OBP_DATAGRAM_MAX 89u /* longer datagrams are not OpenBridge */

enum obp_kind {
	OBP_BURST,     /* DMRD, DMRE */
	OBP_KEEPALIVE, /* BCKA */
	OBP_STUN,      /* BCST */
	OBP_VERSION,   /* BCVE */
	OBP_QUENCH,    /* BCSQ */
	OBP_KINDS,
};

const char *obp_kind_name(enum obp_kind kind);

/* A burst between servers. Members that a version does not carry read as 0. */
struct obp_burst {
	struct hbp_burst frame; /* `client` is the network ID; `slot` is always 1 */
	bool slot_bit;         /* the slot bit was set: v1 drops such a frame, v4 and v5 count it */
	uint64_t timestamp_ns; /* since 1970, when the previous server sent it */
	uint32_t source_server;   /* server where the call entered the mesh */
	uint32_t source_repeater; /* the talker's client there; 0: unknown */
	uint8_t hops;             /* 1: straight from that server; 0: v1 */
};

struct obp_message {
	enum obp_kind kind;
	uint8_t version; /* OBP_BURST: 1, 4 or 5, by length. OBP_VERSION: as received */
	union {
		struct obp_burst burst;
		struct {
			uint32_t tg; /* as seen on this link */
			uint32_t stream;
		} quench;
		uint64_t stun_ns; /* since 1970, when it was sent; 0: not given */
	};
};

/* The keys derived from a passphrase, once per link. Opaque. */
struct obp_key {
	struct hmac hmac;
	struct blake2b blake2b;
};

/*
 * FreeDMR's key: 20 octets, a longer passphrase cut, a shorter one padded with zeros. `full` signs
 * v1 with the whole passphrase, as HBlink4 and DMRHub do, including control packets, so it is not
 * for FBP links.
 */
struct obp_key obp_key_make(const char *passphrase, bool full);

/*
 * Reads one datagram, its form only: verify it with obp_authentic before using it. PARSE_IGNORE:
 * DMRF (versions 2 and 3), EOBP, and control packets that are not ours (BCTO, BC??). PARSE_BAD sets
 * *reason to constant text.
 */
MUST_CHECK enum parse obp_parse(const uint8_t *bytes, size_t len, struct obp_message *out,
                                const char **reason);

/* Is the MAC correct? `m` is the result of obp_parse for these octets. */
MUST_CHECK bool obp_authentic(const struct obp_key *key, const uint8_t *bytes, size_t len,
                              const struct obp_message *m);

/*
 * Each writes one whole datagram. The caller sets `client` to our ID for this link; the slot bit is
 * never set. v5 gets the time `now_ns` and the given hops.
 */
void obp_write_v1(struct wr *w, const struct obp_key *key, const struct hbp_burst *frame);
void obp_write_v5(struct wr *w, const struct obp_key *key, const struct obp_burst *b,
                  uint64_t now_ns);
void obp_write_keepalive(struct wr *w, const struct obp_key *key);
void obp_write_stun(struct wr *w, const struct obp_key *key, uint64_t now_ns); /* 0: FreeDMR's */
void obp_write_version(struct wr *w, const struct obp_key *key, uint8_t version);
void obp_write_quench(struct wr *w, const struct obp_key *key, uint32_t tg, uint32_t stream);

/* Octets of the MAC at the end of a datagram, 0 if it has none. */
size_t obp_mac_len(const uint8_t *bytes, size_t len);

#endif
