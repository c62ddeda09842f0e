/*
 * The result of a decoder. Decoders are total: any input gives one of three results, and the output
 * is written only on PARSE_OK. They check only the form; the core checks the sender.
 */
#ifndef WIRE_PARSE_H
#define WIRE_PARSE_H

#include "base/util.h"

enum parse {
	PARSE_OK,
	PARSE_IGNORE, /* well-formed, not for us */
	PARSE_BAD,    /* the caller's *reason names the fault */
};

const char *parse_name(enum parse p);

#endif
