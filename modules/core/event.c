#include "core/event.h"

const char *event_kind_name(enum event_kind kind)
{
	switch (kind) {
	case EVENT_DATAGRAM:
		return "datagram";
	case EVENT_COMMAND:
		return "command";
	case EVENT_TIME:
		return "time";
	case EVENT_ROWS:
		return "rows";
	case EVENT_ADDRESS:
		return "address";
	case EVENT_CONF:
		return "conf";
	case EVENT_STOP:
		return "stop";
	}
	return "?";
}
