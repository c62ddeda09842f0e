/*
 * Log lines for operators: one line of `key=value`, starting with whose fault it is. The sink is
 * the only mutable global besides the signal flag: standard error by default; after "ready" the
 * voice process replaces it with one that makes records.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/util.h"

enum log_level {
	LOG_BUG,    /* an invariant broke: report it */
	LOG_ERROR,  /* something of ours failed */
	LOG_WARN,   /* it works, but needs attention */
	LOG_REMOTE, /* a client's or neighbour's fault */
	LOG_INFO,   /* worth knowing */
	LOG_DEBUG,
};

typedef void log_sink(void *context, enum log_level level, const char *line);

const char *log_level_name(enum log_level level);
MUST_CHECK bool log_level_find(const char *name, enum log_level *out); /* false: no such level */
void log_set_sink(log_sink *sink, void *context);                      /* NULL = standard error */
void log_set_level(enum log_level highest);                            /* default LOG_INFO */
enum log_level log_highest(void);
void log_set_name(const char *name); /* static text before each line, "freedmr" */
const char *log_name(void);
log_sink log_stderr; /* the default sink */

/* Writes one line; what exceeds 400 octets is cut; control characters become '?'. */
void log_line(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

#define log_bug(...) log_line(LOG_BUG, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN, __VA_ARGS__)
#define log_remote(...) log_line(LOG_REMOTE, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

#endif
