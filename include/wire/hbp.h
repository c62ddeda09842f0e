/*
 * Homebrew protocol between a client (hotspot, repeater) and a server: octets to
 * structs and back. Sources: MMDVMHost and DMRGateway as observed, HBlink, and the
 * Brandmeister "Homebrew repeater protocol" paper. All numbers big-endian.
 *
 *   RPTL id                          8   login
 *   RPTK id digest(32)              40   answer to the challenge
 *   RPTC id text(294)        98 .. 302   configuration; a short tail reads as blanks
 *   RPTO id text                 8 + n   options
 *   RPTPING id                      11   keepalive
 *   RPTCL id                         9   log-out
 *   DMRD ...              53, 54 or 55   burst: wire/frame.h, then ber, rssi
 *   DMRA / DMRG / RPTG      15 / 14 / 25 talker alias, position, home position
 *
 *   RPTACK x(4)                     10   x: challenge or id
 *   MSTNAK id                       10
 *   MSTPONG id                      11
 *   MSTCL id                         9
 */
#ifndef WIRE_HBP_H
#define WIRE_HBP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/sha.h"
#include "wire/frame.h"
#include "wire/parse.h"

#define HBP_BURST_LEN 55u     /* the length every client accepts; DMRGateway drops others */
#define HBP_DATAGRAM_MAX 512u /* longer datagrams are not Homebrew */
#define HBP_OPTIONS_MAX 300u
#define HBP_BURST_ID_AT 11u /* offset of the receiver's ID in a DMRD */
#define HBP_NOTICE_ID_AT 5u /* ... in an MSTCL */
#define HBP_PING_MS 10000   /* ping interval of clients */

enum hbp_kind {
	HBP_LOGIN,    /* RPTL */
	HBP_KEY,      /* RPTK */
	HBP_CONFIG,   /* RPTC */
	HBP_OPTIONS,  /* RPTO */
	HBP_PING,     /* RPTPING */
	HBP_CLOSE,    /* RPTCL */
	HBP_BURST,    /* DMRD */
	HBP_ALIAS,    /* DMRA */
	HBP_POSITION, /* DMRG */
	HBP_HOME,     /* RPTG */
	HBP_ACK,      /* RPTACK: the server's messages to an uplink */
	HBP_NAK,      /* MSTNAK */
	HBP_PONG,     /* MSTPONG */
	HBP_CLOSED,   /* MSTCL */
	HBP_KINDS,
};

const char *hbp_kind_name(enum hbp_kind kind);

/* The text fields of RPTC, cleaned for display, and their values; 0 if unreadable. */
struct hbp_config {
	char callsign[9];
	uint32_t rx_hz;
	uint32_t tx_hz;
	uint8_t power_w;
	uint8_t cc;
	char latitude[9];
	char longitude[10];
	int height_m;
	char location[41]; /* twice the octets on the wire: Latin-1 grows as UTF-8 */
	char description[39];
	char slots; /* '0'..'4'; '4' = simplex */
	char url[249];
	char software[81];
	char package[81];
};

struct hbp_message {
	enum hbp_kind kind;
	uint32_t id; /* the client's; unset for a bare RPTACK/MSTNAK/MSTCL */
	bool has_id;
	union {
		uint8_t digest[SHA256_LEN];
		uint8_t salt[4]; /* HBP_ACK: the four octets after the tag */
		struct hbp_config config;
		struct {
			const char *text; /* in the datagram, not terminated */
			size_t len;
		} options;
		struct hbp_burst burst;
		struct {
			uint32_t src;
			uint8_t block; /* DMRA: 0..3 */
			uint8_t octets[7];
		} alias; /* DMRA and DMRG */
		struct {
			char latitude[9];
			char longitude[10];
		} home;
	};
};

/*
 * Reads one datagram. PARSE_IGNORE: a tag that is not ours or not for us (DMRC, DTC?, PRIN, ...).
 * PARSE_BAD sets *reason to constant text. Messages of both directions are read.
 *
 * DMRGateway relays DMRA and DMRG with its ID inserted after the tag and the last four of seven
 * octets cut off. That form cannot be recognised, and the rest contains no alias or position; it
 * reads as a message of another radio, with the first three octets of that ID as `src`. The
 * complete data is in the embedded link control of the same call.
 */
MUST_CHECK enum parse hbp_parse(const uint8_t *bytes, size_t len, struct hbp_message *out,
                                const char **reason);

void hbp_write_challenge(struct wr *w, const uint8_t salt[static 4]);
void hbp_write_ack(struct wr *w, uint32_t id);
void hbp_write_nak(struct wr *w, uint32_t id);
void hbp_write_pong(struct wr *w, uint32_t id);
void hbp_write_closed(struct wr *w, uint32_t id);
void hbp_write_burst(struct wr *w, const struct hbp_burst *b);

/* The client's side (uplinks, the test client). `options` has no terminator. */
void hbp_write_login(struct wr *w, uint32_t id);
void hbp_write_key(struct wr *w, uint32_t id, const uint8_t digest[static SHA256_LEN]);
void hbp_write_config(struct wr *w, uint32_t id, const struct hbp_config *config);
void hbp_write_options(struct wr *w, uint32_t id, const char *options, size_t len);
void hbp_write_ping(struct wr *w, uint32_t id);
void hbp_write_close(struct wr *w, uint32_t id);

/* SHA-256 over the salt and the configured passphrase, as in RPTK. */
void hbp_digest(const uint8_t salt[static 4], const char *passphrase,
                uint8_t digest[static SHA256_LEN]);

#endif
