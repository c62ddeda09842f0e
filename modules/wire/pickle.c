#include "wire/pickle.h"

#include <string.h>

enum opcode {
	OP_MARK = '(',
	OP_STOP = '.',
	OP_BINBYTES = 'B',
	OP_SHORT_BINBYTES = 'C',
	OP_BINFLOAT = 'G',
	OP_BININT = 'J',
	OP_BININT1 = 'K',
	OP_BININT2 = 'M',
	OP_NONE = 'N',
	OP_BINUNICODE = 'X',
	OP_EMPTY_LIST = ']',
	OP_APPENDS = 'e',
	OP_SETITEMS = 'u',
	OP_EMPTY_DICT = '}',
	OP_PROTO = 0x80,
	OP_NEWTRUE = 0x88,
	OP_NEWFALSE = 0x89,
	OP_LONG1 = 0x8a,
};

static void op(struct wr *w, enum opcode code)
{
	wr_u8(w, (uint8_t)code);
}

/* Little-endian, like all arguments except floats. */
static void little(struct wr *w, uint64_t v, int octets)
{
	for (int i = 0; i < octets; i++)
		wr_u8(w, (uint8_t)(v >> 8 * i));
}

void pickle_begin(struct wr *w)
{
	op(w, OP_PROTO);
	wr_u8(w, 3);
}

void pickle_end(struct wr *w)
{
	op(w, OP_STOP);
}

void pickle_none(struct wr *w)
{
	op(w, OP_NONE);
}

void pickle_bool(struct wr *w, bool v)
{
	op(w, v ? OP_NEWTRUE : OP_NEWFALSE);
}

void pickle_int(struct wr *w, int64_t v)
{
	if (v >= 0 && v <= UINT8_MAX) {
		op(w, OP_BININT1);
		little(w, (uint64_t)v, 1);
	} else if (v >= 0 && v <= UINT16_MAX) {
		op(w, OP_BININT2);
		little(w, (uint64_t)v, 2);
	} else if (v >= INT32_MIN && v <= INT32_MAX) {
		op(w, OP_BININT);
		little(w, (uint64_t)v, 4);
	} else {
		op(w, OP_LONG1);
		wr_u8(w, 8);
		little(w, (uint64_t)v, 8);
	}
}

_Static_assert(sizeof(double) == sizeof(uint64_t), "floats are IEEE 754 binary64");

void pickle_float(struct wr *w, double v)
{
	const union {
		double v;
		uint64_t bits;
	} number = {.v = v};

	op(w, OP_BINFLOAT);
	wr_u64(w, number.bits);
}

void pickle_str(struct wr *w, const char *utf8)
{
	size_t len = strlen(utf8);

	op(w, OP_BINUNICODE);
	little(w, len, 4);
	wr_bytes(w, utf8, len);
}

void pickle_bytes(struct wr *w, const void *bytes, size_t len)
{
	bool is_short = len <= UINT8_MAX;

	op(w, is_short ? OP_SHORT_BINBYTES : OP_BINBYTES);
	little(w, len, is_short ? 1 : 4);
	wr_bytes(w, bytes, len);
}

void pickle_dict(struct wr *w)
{
	op(w, OP_EMPTY_DICT);
	op(w, OP_MARK);
}

void pickle_dict_end(struct wr *w)
{
	op(w, OP_SETITEMS);
}

void pickle_list(struct wr *w)
{
	op(w, OP_EMPTY_LIST);
	op(w, OP_MARK);
}

void pickle_list_end(struct wr *w)
{
	op(w, OP_APPENDS);
}
