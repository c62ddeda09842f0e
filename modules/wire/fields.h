/*
 * Macros for tables of fields (struct record_field) of the struct FIELDS_OF: each field has a name
 * and a member. Type and size follow from the member; a member of an unsupported type does not
 * compile.
 */
#ifndef WIRE_FIELDS_H
#define WIRE_FIELDS_H

#include <stddef.h>

/* clang-format off */
#define MEMBER(member) (((FIELDS_OF *)NULL)->member)
#define TYPE_OF(member) _Generic(MEMBER(member),            \
	uint8_t: FIELD_U8, uint32_t: FIELD_U32, uint64_t: FIELD_U64, bool: FIELD_BOOL, \
	tick_t: FIELD_TICK, struct addr: FIELD_ADDR, char *: FIELD_TEXT, \
	struct source: FIELD_SOURCE, struct leg_list: FIELD_LEGS)
#define AT(label, member, field) \
	.name = (label), .type = (field), .offset = offsetof(FIELDS_OF, member)
#define FIELD(label, member) \
	AT(label, member, TYPE_OF(member)), .size = sizeof(MEMBER(member))
#define HEX(label, member) \
	AT(label, member, _Generic(MEMBER(member), uint32_t: FIELD_HEX32))
#define ENUM(label, member, values, of) \
	AT(label, member, _Generic(MEMBER(member), unsigned: FIELD_ENUM)), .size = (values), \
	.enum_name = (of)
#define KEY .key = true
/* clang-format on */

#endif
