/*
 * The burst as the Homebrew protocol and OpenBridge carry it: 49 octets behind the tag, the
 * same in all of them. What follows (bit errors, signal strength, a MAC) is the codec's own.
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

enum hbp_frame_type {
	HBP_VOICE = 0,      /* bursts B..F */
	HBP_VOICE_SYNC = 1, /* burst A */
	HBP_DATA_SYNC = 2,  /* `detail` is an enum dmr_data_type */
};

struct hbp_burst {
	uint8_t seq;
	uint32_t src;
	uint32_t dst;
	uint32_t client; /* on the mesh: the network id, of the server that sent this datagram */
	uint8_t slot;    /* 1 or 2 */
	bool unit;
	enum hbp_frame_type type;
	uint8_t detail;  /* data type, or 1..5 for B..F, 0 for A */
	uint32_t stream; /* opaque; read big-endian for keys and logs only */
	uint8_t payload[DMR_BURST_LEN];
	uint8_t ber; /* this and the next stand behind the 49 octets, or are 0 */
	uint8_t rssi;
};

/* Reads the 49 octets; leaves ber and rssi alone. */
void frame_read(struct rd *r, struct hbp_burst *b);
void frame_write(struct wr *w, const struct hbp_burst *b);

#endif
