#include "core/kind.h"

bool burst_is_carried(const struct hbp_burst *b)
{
	switch (b->type) {
	case HBP_VOICE:
		return b->detail >= 1 && b->detail <= 5;
	case HBP_VOICE_SYNC:
		return true;
	case HBP_DATA_SYNC:
		return b->detail <= DMR_RATE_1_DATA && b->detail != DMR_IDLE;
	}
	return false;
}

bool burst_is_data(const struct hbp_burst *b)
{
	return b->type == HBP_DATA_SYNC && b->detail != DMR_PI_HEADER &&
	       b->detail != DMR_VOICE_HEADER && b->detail != DMR_TERMINATOR;
}

bool burst_is_terminator(const struct hbp_burst *b)
{
	return b->type == HBP_DATA_SYNC && b->detail == DMR_TERMINATOR;
}

bool burst_is_header(const struct hbp_burst *b)
{
	return b->type == HBP_DATA_SYNC && b->detail == DMR_VOICE_HEADER;
}
