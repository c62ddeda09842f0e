/*
 * Writes Python pickles, protocol 3, which `pickle.loads` of every Python 3 reads without looking
 * up names. One call writes one opcode with its argument. Containers are opened and closed, so
 * nothing is counted in advance; there is no memo.
 *
 *   pickle_begin(w); pickle_dict(w); key; value; ...; pickle_dict_end(w); pickle_end(w);
 *
 * Text must be UTF-8, or the reader refuses the whole pickle. Opcodes: Lib/pickletools.py in
 * Python.
 */
#ifndef WIRE_PICKLE_H
#define WIRE_PICKLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

void pickle_begin(struct wr *w);
void pickle_end(struct wr *w);

void pickle_none(struct wr *w);
void pickle_bool(struct wr *w, bool v);
void pickle_int(struct wr *w, int64_t v);
void pickle_float(struct wr *w, double v);
void pickle_str(struct wr *w, const char *utf8);
void pickle_bytes(struct wr *w, const void *bytes, size_t len);

void pickle_dict(struct wr *w); /* then key, value, key, value, ... */
void pickle_dict_end(struct wr *w);
void pickle_list(struct wr *w);
void pickle_list_end(struct wr *w);

#endif
