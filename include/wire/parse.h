/*
 * What a decoder answers. Decoders are total: any octets in, one of three answers
 * out; the result is written only on PARSE_OK. They check form only; who may send
 * it is the core's question.
 */
#ifndef WIRE_PARSE_H
#define WIRE_PARSE_H

#include "base/util.h"

enum parse {
	PARSE_OK,
	PARSE_IGNORE, /* well-formed, not for us */
	PARSE_BAD,    /* the caller's *reason names what is wrong */
};

const char *parse_name(enum parse p);

#endif
