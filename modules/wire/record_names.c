/* The names of the enum values of records. */
#include "wire/record.h"

static const char *const change_names[] = {
	[CHANGE_SNAPSHOT] = "snapshot",
	[CHANGE_BEGIN] = "begin",
	[CHANGE_UPDATE] = "update",
	[CHANGE_END] = "end",
};

static const char *const cause_names[CAUSE_CAUSES] = {
	[CAUSE_NONE] = "none",
	[CAUSE_LOGOUT] = "logout",
	[CAUSE_EXPIRED] = "expired",
	[CAUSE_REPLACED] = "replaced",
	[CAUSE_KICKED] = "kicked",
	[CAUSE_SHUTDOWN] = "shutdown",
	[CAUSE_TERMINATOR] = "terminator",
	[CAUSE_TIMEOUT] = "timeout",
	[CAUSE_TRANSMIT_TIMEOUT] = "transmit-timeout",
	[CAUSE_SUPERSEDED] = "superseded",
	[CAUSE_SESSION_END] = "session-end",
	[CAUSE_OPTIONS] = "options",
	[CAUSE_TIMER] = "timer",
	[CAUSE_SINGLE] = "single",
	[CAUSE_DIALLED] = "dialled",
	[CAUSE_OPERATOR] = "operator",
	[CAUSE_BLOCKED] = "blocked",
};

static const char *const session_state_names[] = {
	[SESSION_AUTHENTICATED] = "authenticated",
	[SESSION_CONNECTED] = "connected",
};

static const char *const slot_state_names[] = {
	[SLOT_IDLE] = "idle", [SLOT_TALKING] = "talking", [SLOT_HEARING] = "hearing",
	[SLOT_HANG] = "hang", [SLOT_PROMPT] = "prompt",
};

static const char *const subscription_mode_names[] = {
	[SUBSCRIPTION_STATIC] = "static",
	[SUBSCRIPTION_USER] = "user",
	[SUBSCRIPTION_DEFAULT] = "default",
	[SUBSCRIPTION_DIAL] = "dial",
};

static const char *const call_state_names[] = {
	[CALL_RUNNING] = "running",
	[CALL_WAITING] = "waiting",
	[CALL_IGNORED] = "ignored",
};

static const char *const link_state_names[LINK_STATES] = {
	[LINK_DOWN] = "down",
	[LINK_UP] = "up",
	[LINK_QUIET] = "nothing heard yet",
	[LINK_UNHEARD] = "sending, nothing heard",
};

static const char *const reload_outcome_names[RELOAD_OUTCOMES] = {
	[RELOAD_APPLIED] = "applied",
	[RELOAD_LOGIN] = "at the next login",
	[RELOAD_DEFERRED] = "deferred",
	[RELOAD_REFUSED] = "refused",
};

static const char *const issuer_names[ISSUERS] = {
	[ISSUER_NONE] = "none",
	[ISSUER_OPERATOR] = "operator",
	[ISSUER_NEIGHBOUR] = "neighbour",
	[ISSUER_SERVER] = "this server",
};

static const char *const quench_reason_names[QUENCH_REASONS] = {
	[QUENCH_ASKED] = "asked",
	[QUENCH_BROUGHT] = "sends it",
};

static const char *name_of(const char *const *names, size_t count, size_t value)
{
	return value < count ? names[value] : "?";
}

const char *change_name(enum change change)
{
	return name_of(change_names, ARRAY_LEN(change_names), change);
}

const char *cause_name(enum cause cause)
{
	return name_of(cause_names, ARRAY_LEN(cause_names), cause);
}

const char *session_state_name(enum session_state state)
{
	return name_of(session_state_names, ARRAY_LEN(session_state_names), state);
}

const char *slot_state_name(enum slot_state state)
{
	return name_of(slot_state_names, ARRAY_LEN(slot_state_names), state);
}

const char *subscription_mode_name(enum subscription_mode mode)
{
	return name_of(subscription_mode_names, ARRAY_LEN(subscription_mode_names), mode);
}

const char *call_state_name(enum call_state state)
{
	return name_of(call_state_names, ARRAY_LEN(call_state_names), state);
}

const char *link_state_name(enum link_state state)
{
	return name_of(link_state_names, ARRAY_LEN(link_state_names), state);
}

const char *issuer_name(enum issuer issuer)
{
	return name_of(issuer_names, ARRAY_LEN(issuer_names), issuer);
}

const char *quench_reason_name(enum quench_reason reason)
{
	return name_of(quench_reason_names, ARRAY_LEN(quench_reason_names), reason);
}

const char *reload_outcome_name(enum reload_outcome outcome)
{
	return name_of(reload_outcome_names, ARRAY_LEN(reload_outcome_names), outcome);
}
