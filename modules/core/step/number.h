/*
 * Numbers with a fixed meaning on this server.
 */
#ifndef CORE_NUMBER_H
#define CORE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#define DIAL_TG 9u /* dialled talkgroups are heard as TG 9 on slot 2 */
#define DIAL_SLOT 2
#define DIAL_CLEAR 4000u /* group or unit: drop every dynamic subscription */
#define DIAL_STATUS 5000u
#define ECHO_TG 9990u
#define DATA_NUMBER 900999u /* position reports: for the gateway only */
#define RADIO_MIN 1000000u

/* Is it a radio ID? Lower numbers are commands or talkgroups. */
static inline bool number_is_radio(uint32_t number)
{
	return number >= RADIO_MIN;
}

#endif
