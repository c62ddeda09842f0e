#include "conf/session.h"

#include <stddef.h>
#include <string.h>

#define PLACE(which, member, ...)                                                                  \
	{offsetof(struct session_defaults, member),                                                \
	 sizeof(((struct session_defaults *)NULL)->member)},

static const struct {
	size_t at, size;
} places[SESSION_CHOICES] = {SESSION_KEYS(PLACE)};

bool session_is_given(const struct session_choice *choice, enum session_default which)
{
	return choice->given >> which & 1;
}

void session_merge(struct session_defaults *into, const struct session_choice *choice)
{
	for (enum session_default which = 0; which < SESSION_CHOICES; which++)
		if (session_is_given(choice, which))
			memcpy((char *)into + places[which].at,
			       (const char *)&choice->value + places[which].at, places[which].size);
}
