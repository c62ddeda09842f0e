/*
 * Erases secrets. Unlike a memset before the memory goes out of scope, the compiler may not remove
 * the stores.
 */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stddef.h>

void wipe(void *secret, size_t len);

#endif
