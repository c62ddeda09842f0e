/*
 * An independent reader of what the server sends: it shares no code with dmr/ and
 * corrects nothing, so whatever is not a clean code word is a fault. TS 102 361-1
 * §B.1.1 (BPTC), §B.2.1 (embedded LC), §B.3.2 (EMB), §B.3.6 (RS(12,9)).
 *
 * It judges every slot of every client by itself: one call at a time, sequence
 * forward, bursts A..F in order, and every link control names what the DMRD names.
 */
#ifndef SIM_JUDGE_H
#define SIM_JUDGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define JUDGE_FRAME_LEN 55

/* A DMRD as its octets say. */
struct seen {
	uint8_t seq, slot, type, detail;
	bool unit;
	uint32_t src, dst, client, stream;
	const uint8_t *burst;
};

struct judge {
	bool open; /* a voice call has begun and has not been terminated */
	bool any;  /* `last` holds a frame of `stream` */
	uint32_t stream;
	uint8_t last_seq;
	int last_position; /* of a voice burst; -1 after anything else */
	int fragments;     /* B.. gathered without a gap */
	uint8_t columns[16];
	uint8_t alias[28]; /* of the last call, blocks with FLCO 4..7 */
	unsigned has_alias; /* bit n: block n is there */
};

static inline uint32_t judge_number(const uint8_t *at, int octets)
{
	uint32_t v = 0;
	for (int i = 0; i < octets; i++)
		v = v << 8 | at[i];
	return v;
}

static inline struct seen judge_read(const uint8_t frame[static JUDGE_FRAME_LEN])
{
	return (struct seen){
		.seq = frame[4],
		.slot = frame[15] & 0x80 ? 2 : 1,
		.type = frame[15] >> 4 & 3,
		.detail = frame[15] & 15,
		.unit = frame[15] & 0x40,
		.src = judge_number(frame + 5, 3),
		.dst = judge_number(frame + 8, 3),
		.client = judge_number(frame + 11, 4),
		.stream = judge_number(frame + 16, 4),
		.burst = frame + 20,
	};
}

static inline bool judge_voice(const struct seen *f)
{
	return f->type < 2;
}

/* Neither voice nor the header or terminator of a call. */
static inline bool judge_data(const struct seen *f)
{
	return f->type == 2 && f->detail != 1 && f->detail != 2;
}

static inline int judge_bit(const uint8_t *octets, int at)
{
	return octets[at / 8] >> (7 - at % 8) & 1;
}

/* The sum of chosen data bits: `which` lists them, -1 ends. */
static inline int judge_sum(const int *bits, const int *which)
{
	int sum = 0;
	for (; *which >= 0; which++)
		sum ^= bits[*which];
	return sum;
}

static const int judge_row_15[4][8] = {
	{0, 1, 2, 3, 5, 7, 8, -1},
	{1, 2, 3, 4, 6, 8, 9, -1},
	{2, 3, 4, 5, 7, 9, 10, -1},
	{0, 1, 2, 4, 6, 7, 10, -1},
};
static const int judge_row_16[8] = {0, 2, 5, 6, 8, 9, 10, -1};
static const int judge_column_13[4][8] = {
	{0, 1, 3, 5, 6, -1},
	{0, 1, 2, 4, 6, 7, -1},
	{0, 1, 2, 3, 5, 7, 8, -1},
	{0, 2, 4, 5, 8, -1},
};

static inline bool judge_bptc(const uint8_t *burst, uint8_t block[static 12])
{
	int m[196];
	for (int i = 0; i < 196; i++) {
		int place = i * 181 % 196;
		m[i] = judge_bit(burst, place < 98 ? place : place + 68);
	}
	if (m[0])
		return false;
	for (int row = 0; row < 9; row++)
		for (int p = 0; p < 4; p++)
			if (judge_sum(m + 1 + 15 * row, judge_row_15[p]) !=
			    m[1 + 15 * row + 11 + p])
				return false;
	for (int column = 0; column < 15; column++) {
		int bits[13];
		for (int row = 0; row < 13; row++)
			bits[row] = m[1 + 15 * row + column];
		for (int p = 0; p < 4; p++)
			if (judge_sum(bits, judge_column_13[p]) != bits[9 + p])
				return false;
	}
	memset(block, 0, 12);
	for (int i = 0; i < 96; i++) /* behind three zero bits */
		if (m[1 + 15 * ((i + 3) / 11) + (i + 3) % 11])
			block[i / 8] = (uint8_t)(block[i / 8] | 0x80 >> i % 8);
	return true;
}

/* In GF(256), polynomial 0x11D. */
static inline uint8_t judge_times(uint8_t a, uint8_t b)
{
	unsigned product = 0;
	for (int i = 0; i < 8; i++)
		if (b >> i & 1)
			product ^= (unsigned)a << i;
	for (int i = 14; i >= 8; i--)
		if (product >> i & 1)
			product ^= 0x11Du << (i - 8);
	return (uint8_t)product;
}

/* All three syndromes are zero. */
static inline bool judge_rs(const uint8_t block[static 12], uint8_t mask)
{
	for (int root = 1; root <= 3; root++) {
		uint8_t x = (uint8_t)(1 << root), sum = 0;
		for (int i = 0; i < 12; i++)
			sum = judge_times(sum, x) ^ (uint8_t)(i < 9 ? block[i] : block[i] ^ mask);
		if (sum)
			return false;
	}
	return true;
}

static inline bool judge_emb(const uint8_t *burst, int *lcss)
{
	unsigned word = 0;
	for (int i = 0; i < 8; i++)
		word = word << 1 | (unsigned)judge_bit(burst, 108 + i);
	for (int i = 0; i < 8; i++)
		word = word << 1 | (unsigned)judge_bit(burst, 148 + i);
	unsigned parity = 0;
	for (int i = 0; i < 16; i++)
		parity ^= word >> i & 1;
	unsigned rest = word >> 1;
	for (int i = 14; i >= 8; i--)
		if (rest >> i & 1)
			rest ^= 0x139u << (i - 8);
	*lcss = (int)(word >> 9 & 3);
	return parity == 0 && rest == 0;
}

static inline bool judge_embedded(const uint8_t columns[static 16], uint8_t lc[static 9])
{
	int bits[77], n = 0, checksum = 0;
	for (int c = 0; c < 16; c++) {
		int sum = 0;
		for (int row = 0; row < 8; row++)
			sum ^= judge_bit(columns, c * 8 + row);
		if (sum)
			return false;
	}
	for (int row = 0; row < 7; row++) {
		int r[16];
		for (int c = 0; c < 16; c++)
			r[c] = judge_bit(columns, c * 8 + row);
		for (int p = 0; p < 4; p++)
			if (judge_sum(r, judge_row_15[p]) != r[11 + p])
				return false;
		if (judge_sum(r, judge_row_16) != r[15])
			return false;
		for (int c = 0; c < (row < 2 ? 11 : 10); c++)
			bits[n++] = r[c];
		if (row >= 2)
			checksum = checksum << 1 | r[10];
	}
	int sum = 0;
	for (int i = 0; i < 9; i++) {
		lc[i] = 0;
		for (int b = 0; b < 8; b++)
			lc[i] = (uint8_t)(lc[i] << 1 | bits[8 * i + b]);
		sum += lc[i];
	}
	return sum % 31 == checksum;
}

/* NULL when the LC names the call of the frame, else what is wrong. */
static inline const char *judge_names(const uint8_t lc[static 9], const struct seen *f)
{
	if ((lc[0] & 0x3F) != (f->unit ? 3 : 0))
		return "LC has another call type than the DMRD";
	if (judge_number(lc + 3, 3) != f->dst)
		return "LC has another destination than the DMRD";
	if (judge_number(lc + 6, 3) != f->src)
		return "LC has another source than the DMRD";
	return NULL;
}

static inline const char *judge_full_lc(const struct seen *f)
{
	uint8_t block[12];
	if (!judge_bptc(f->burst, block))
		return "BPTC of the LC is no code word";
	if (!judge_rs(block, f->detail == 1 ? 0x96 : 0x99))
		return "Reed-Solomon parity of the LC does not hold";
	return judge_names(block, f);
}

static inline const char *judge_fragment(struct judge *j, const struct seen *f, bool gap)
{
	static const int lcss_of[6] = {0, 1, 3, 3, 2, 0};
	int lcss;
	if (f->type == 1 || f->detail > 5) {
		j->fragments = 0;
		return f->type == 1 ? NULL : "a voice burst beyond F";
	}
	if (!judge_emb(f->burst, &lcss))
		return "EMB is no code word";
	if (lcss != lcss_of[f->detail])
		return "LCSS does not fit the burst";
	if (f->detail == 1 || gap || f->detail != j->fragments + 1)
		j->fragments = 0;
	if (f->detail != j->fragments + 1 || f->detail > 4)
		return NULL;
	for (int i = 0; i < 4; i++) {
		uint8_t octet = 0;
		for (int b = 0; b < 8; b++)
			octet = (uint8_t)(octet << 1 | judge_bit(f->burst, 116 + 8 * i + b));
		j->columns[4 * j->fragments + i] = octet;
	}
	if (++j->fragments < 4)
		return NULL;
	uint8_t lc[9];
	j->fragments = 0;
	if (!judge_embedded(j->columns, lc))
		return "embedded LC is no code word";
	int flco = lc[0] & 0x3F;
	if (flco >= 4 && flco <= 7) {
		memcpy(j->alias + 7 * (flco - 4), lc + 2, 7);
		j->has_alias |= 1u << (flco - 4);
	}
	return flco == 0 || flco == 3 ? judge_names(lc, f) : NULL;
}

/* The alias of the last call as its octets say; "" when a block is missing. Formats of 8 bits only.
 */
static inline const char *judge_alias(const struct judge *j, char out[static 28])
{
	int len = j->alias[0] >> 1 & 31;
	unsigned blocks = (1u << (len + 7) / 7) - 1;
	bool whole = (j->has_alias & blocks) == blocks && j->alias[0] >> 7 == 1 && len <= 27;
	snprintf(out, 28, "%.*s", whole ? len : 0, (const char *)j->alias + 1);
	return out;
}

/* The order of frames within a call. `jumps` = the sequence may restart. */
static inline const char *judge_order(struct judge *j, const struct seen *f, bool jumps, bool *gap)
{
	*gap = true;
	if (!j->any || j->stream != f->stream) {
		if (j->open && j->stream != f->stream)
			return "another call begins before the open one was terminated";
		j->last_position = -1;
		j->has_alias = 0;
		return NULL;
	}
	uint8_t step = (uint8_t)(f->seq - j->last_seq);
	*gap = step != 1;
	/* one lost frame apart, the end of what faded and the header of what goes on meet */
	bool again = !j->open && f->type == 2 && f->detail == 1;
	if (step == 0 && !jumps && !again)
		return "the sequence number came twice";
	if (step > 127 && !jumps && j->open)
		return "the sequence went back";
	if (judge_voice(f) && j->last_position >= 0 && step <= 127 && !jumps &&
	    (j->last_position + step) % 6 != f->detail)
		return "burst letter and sequence number do not agree";
	return NULL;
}

/* Takes one frame to this slot. NULL when it is right, else what is wrong. */
static inline const char *judge_frame(struct judge *j, const struct seen *f, bool jumps)
{
	bool gap;
	if (f->type == 3)
		return "frame type 3";
	if (f->type == 1 && f->detail != 0)
		return "burst A with a number";
	if (judge_data(f))
		return j->open ? "data in the middle of a call" : NULL;
	const char *fault = judge_order(j, f, jumps, &gap);
	if (fault)
		return fault;
	bool terminator = f->type == 2 && f->detail == 2;
	j->any = true;
	j->open = !terminator;
	j->stream = f->stream;
	j->last_seq = f->seq;
	j->last_position = judge_voice(f) ? f->detail : -1;
	if (f->type == 2) {
		j->fragments = 0;
		return judge_full_lc(f);
	}
	return judge_fragment(j, f, gap);
}

#endif
