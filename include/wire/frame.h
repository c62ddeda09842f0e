/*
 * The burst as the Homebrew protocol and OpenBridge carry it: the same 49 octets after the tag.
 * What follows (bit errors, signal strength, a MAC) depends on the protocol.
 *
 *   4 seq  5 src(3)  8 dst(3)  11 id(4)  15 flags  16 stream(4)  20 burst(33)
 *   flags: 0x80 slot 2, 0x40 unit call, 0x30 frame type, 0x0F data type or burst number
 */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "dmr/dmr.h"

/*
 * What a burst is, settled once, where it is read: the low six bits of the flags. A value without a
 * name is well-formed and never carried. Names of TS 102 361-1; bursts A to F are those of a voice
 * superframe, the others have a data sync and the enum dmr_data_type in the low four bits.
 */
enum burst_class {
	BURST_B = 0x01,
	BURST_C,
	BURST_D,
	BURST_E,
	BURST_F,
	BURST_A = 0x10, /* voice sync */
	BURST_PI_HEADER = 0x20,
	BURST_VOICE_HEADER,
	BURST_TERMINATOR,
	BURST_CSBK,
	BURST_MBC_HEADER,
	BURST_MBC_CONTINUATION,
	BURST_DATA_HEADER,
	BURST_RATE_12_DATA,
	BURST_RATE_34_DATA,
	BURST_IDLE,
	BURST_RATE_1_DATA,
};

struct hbp_burst {
	uint32_t src;
	uint32_t dst;
	uint32_t client; /* on the mesh: the network ID of the server that sent this datagram */
	uint32_t stream; /* opaque; read big-endian for keys and logs only */
	enum burst_class class;
	uint8_t seq;
	uint8_t slot; /* 1 or 2 */
	uint8_t ber;  /* this and the next follow the 49 octets, or are 0 */
	uint8_t rssi;
	uint8_t payload[DMR_BURST_LEN]; /* aligned, because it is copied for every listener */
	bool unit;
};

static inline enum burst_class burst_of_type(enum dmr_data_type type)
{
	return (enum burst_class)(0x20u | (uint32_t)type);
}

/* 0..5 for A..F. */
static inline enum burst_class burst_of_position(uint32_t position)
{
	return position ? (enum burst_class)position : BURST_A;
}

/* Has a data sync, not voice. */
static inline bool burst_has_type(const struct hbp_burst *b)
{
	return (b->class & 0x30) == 0x20;
}

/* Only of a burst that has one. */
static inline enum dmr_data_type burst_type(const struct hbp_burst *b)
{
	return (enum dmr_data_type)(b->class & 0x0f);
}

/* Of a voice burst: 0..5 for A..F. */
static inline uint8_t burst_position(const struct hbp_burst *b)
{
	return (uint8_t)(b->class & 0x0f);
}

/* Is its class one of these? The set has a bit for each class. */
static inline bool burst_is_among(const struct hbp_burst *b, uint64_t set)
{
	return set >> b->class & 1;
}

#define BURST_BIT(class) (UINT64_C(1) << (class))
#define BURST_BITS(first, last) (2 * BURST_BIT(last) - BURST_BIT(first))

static inline bool burst_is_data(const struct hbp_burst *b)
{
	return burst_is_among(b, BURST_BITS(BURST_CSBK, 0x2f));
}

/* Can be decoded without an earlier burst: a header or a CSBK. */
static inline bool burst_begins(const struct hbp_burst *b)
{
	return burst_is_among(b, BURST_BIT(BURST_VOICE_HEADER) | BURST_BIT(BURST_CSBK) |
	                                 BURST_BIT(BURST_DATA_HEADER) |
	                                 BURST_BIT(BURST_MBC_HEADER));
}

/* B to E: contains a part of the embedded link control. */
static inline bool burst_has_fragment(const struct hbp_burst *b)
{
	return b->class >= BURST_B && b->class <= BURST_E; /* never: asked of voice alone */
}

/* Of a kind that we carry. */
static inline bool burst_is_carried(const struct hbp_burst *b)
{
	return burst_is_among(b, BURST_BITS(BURST_B, BURST_F) | BURST_BIT(BURST_A) |
	                                 (BURST_BITS(BURST_PI_HEADER, BURST_RATE_1_DATA) &
	                                  ~BURST_BIT(BURST_IDLE)));
}

/* Reads the 49 octets; leaves ber and rssi alone. */
void frame_read(struct rd *r, struct hbp_burst *b);
void frame_write(struct wr *w, const struct hbp_burst *b);

#endif
