/*
 * Numbers that mean something of their own here, whatever conference others make of them.
 */
#ifndef CORE_NUMBER_H
#define CORE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#define DIAL_TG 9u /* what is dialled is heard as TG 9 on slot 2 */
#define DIAL_SLOT 2
#define DIAL_CLEAR 4000u /* group or unit: drop every dynamic subscription */
#define DIAL_STATUS 5000u
#define ECHO_TG 9990u
#define RADIO_MIN 1000000u

/* Is it a radio's id? What is called below is a command or a conference. */
static inline bool number_is_radio(uint32_t number)
{
	return number >= RADIO_MIN;
}

#endif
