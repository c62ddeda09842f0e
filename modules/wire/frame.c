#include "wire/frame.h"

#define FLAG_SLOT_2 0x80u
#define FLAG_UNIT 0x40u
#define FLAGS_CLASS 0x3Fu

void frame_read(struct rd *r, struct hbp_burst *b)
{
	b->seq = rd_u8(r);
	b->src = rd_u24(r);
	b->dst = rd_u24(r);
	b->client = rd_u32(r);
	uint8_t flags = rd_u8(r);
	b->slot = flags & FLAG_SLOT_2 ? 2 : 1;
	b->unit = (flags & FLAG_UNIT) != 0;
	b->class = (enum burst_class)(flags & FLAGS_CLASS);
	b->stream = rd_u32(r);
	rd_bytes(r, b->payload, sizeof(b->payload));
}

void frame_write(struct wr *w, const struct hbp_burst *b)
{
	unsigned flags = (b->slot == 2 ? FLAG_SLOT_2 : 0) | (b->unit ? FLAG_UNIT : 0) |
	                 ((unsigned)b->class & FLAGS_CLASS);

	wr_u8(w, b->seq);
	wr_u24(w, b->src);
	wr_u24(w, b->dst);
	wr_u32(w, b->client);
	wr_u8(w, (uint8_t)flags);
	wr_u32(w, b->stream);
	wr_bytes(w, b->payload, sizeof(b->payload));
}
