/*
 * Makes a random passphrase.
 */
#ifndef COMMAND_PHRASE_H
#define COMMAND_PHRASE_H

#include <stdbool.h>

#define PHRASE_GROUPS 4u
#define PHRASE_GROUP_LEN 4u /* letters; 16 of them at 5 bits are 80 bits */
#define PHRASE_MAX (PHRASE_GROUPS * (PHRASE_GROUP_LEN + 1))

/* Like k7mq-x3ad-...: easy to read out over the telephone. False if the system has no random
 * octets. */
bool phrase_make(char out[static PHRASE_MAX]);

#endif
