#include "report/history/history_types.h"

const char *history_kind_name(enum history_kind kind)
{
	switch (kind) {
	case HISTORY_TALKGROUPS:
		return "talkgroups";
	case HISTORY_CLIENTS:
		return "clients";
	case HISTORY_RADIOS:
		return "radios";
	case HISTORY_LINKS:
		return "links";
	case HISTORY_KINDS:
		break;
	}
	return "?";
}

static uint64_t share(uint64_t part, uint64_t whole)
{
	return whole ? part * 10000 / whole : 0;
}

uint64_t history_loss(uint64_t lost, uint64_t frames)
{
	return share(lost, frames + lost);
}

uint64_t history_ber(uint64_t errors, uint64_t frames)
{
	return share(errors, frames * HISTORY_BURST_BITS);
}
