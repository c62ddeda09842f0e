#include "base/wipe.h"

void wipe(void *secret, size_t len)
{
	volatile unsigned char *octet = secret;

	while (len--)
		*octet++ = 0;
}
