/*
 * SHA-1 (FIPS 180-4). For HMAC on the mesh only, where its collisions do no harm; nothing new
 * should use it.
 */
#ifndef BASE_SHA1_H
#define BASE_SHA1_H

#include "base/sha.h"

#define SHA1_LEN 20

void sha1_begin(struct sha *s);

#endif
