/*
 * The state of a core as octets, for the binary that replaces this one: a head that lists the kinds
 * of rows and their fields, then the rows.
 *
 *   magic        16 octets
 *   version      u32 (CARRIED_VERSION), then the number of rows, u32
 *   kinds        u8, and for each its name, the number of its fields (u16), and for each of these
 *                its name, type u8 and size u32
 *   rows         kind u8 + 1, index u32, generation u32, section, binding u64, then the fields;
 *                a 0 ends them
 *
 * A name is its length, u8, and its octets. Fields of a row come in the order of the head; numbers
 * are as the machine has them, references as index and generation or as names. The reader must know
 * every field of the head by name, type and size; a field it knows that is not there keeps its
 * initial value.
 *
 * For a recording, numbers are little-endian, secrets are left out, and of long fields the zeros:
 * such a field is pieces of zeros to skip (u16), octets that follow (u16), and those; its end ends
 * the last of them.
 */
#ifndef CORE_HANDOVER_H
#define CORE_HANDOVER_H

#include "core/telling/carried.h"

#define HANDOVER_MAGIC "freedmr handover"
#define HANDOVER_COUNT_AT 20u /* offset of the number of rows */
#define HANDOVER_NAME_MAX 96u /* with its terminator */

/* Room for every row there can be. */
size_t handover_size(const struct core *measured);

/* The number of octets written; 0 when they do not fit. */
size_t handover_write(const struct core *core, enum carried_reader reader, void *at, size_t room);

/* A head without rows. */
size_t handover_write_head(void *at, size_t room);

#endif
