/*
 * Makes secrets unreadable before their memory goes to others: a store the compiler may not leave
 * out, unlike memset before the end of a life.
 */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stddef.h>

void wipe(void *secret, size_t len);

#endif
