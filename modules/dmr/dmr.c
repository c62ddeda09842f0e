#include "dmr/dmr.h"

const char *dmr_data_type_name(enum dmr_data_type type)
{
	switch (type) {
	case DMR_PI_HEADER:
		return "pi-header";
	case DMR_VOICE_HEADER:
		return "voice-header";
	case DMR_TERMINATOR:
		return "terminator";
	case DMR_CSBK:
		return "csbk";
	case DMR_MBC_HEADER:
		return "mbc-header";
	case DMR_MBC_CONTINUATION:
		return "mbc-continuation";
	case DMR_DATA_HEADER:
		return "data-header";
	case DMR_RATE_12_DATA:
		return "rate-1/2-data";
	case DMR_RATE_34_DATA:
		return "rate-3/4-data";
	case DMR_IDLE:
		return "idle";
	case DMR_RATE_1_DATA:
		return "rate-1-data";
	}
	return "reserved";
}

const char *dmr_flco_name(enum dmr_flco flco)
{
	switch (flco) {
	case FLCO_GROUP:
		return "group";
	case FLCO_UNIT:
		return "unit";
	case FLCO_ALIAS_HEADER:
		return "alias-header";
	case FLCO_ALIAS_1:
		return "alias-1";
	case FLCO_ALIAS_2:
		return "alias-2";
	case FLCO_ALIAS_3:
		return "alias-3";
	case FLCO_GPS:
		return "gps";
	}
	return "reserved";
}

const char *dmr_lcss_name(enum dmr_lcss lcss)
{
	switch (lcss) {
	case LCSS_SINGLE:
		return "single";
	case LCSS_FIRST:
		return "first";
	case LCSS_LAST:
		return "last";
	case LCSS_CONTINUATION:
		return "continuation";
	}
	return "reserved";
}
