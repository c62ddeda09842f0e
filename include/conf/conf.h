/*
 * The configuration in effect, and questions about it. One table of keys (conf/keys.h) has the
 * type, range, default and help of every key in the file; the reader (conf/parse.h), `freedmr
 * check`, the sample file and the check of the manual all use it.
 *
 * Secrets (passphrases) live only here; conf_forget_secrets wipes them in a process that has no use
 * for them.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "conf/settings.h"

#define CONF_CLIENT_ID_MIN 100000u
#define CONF_CLIENT_ID_MAX 999999999u

/* Gets one line about one fault, without newline: "FILE:LINE: what, expected, nearest known name".
 */
typedef void conf_complain(void *context, const char *line);

/* Frees what conf_parse has allocated, and wipes the secrets. */
void conf_release(struct conf *conf);

/* Wipes the secrets of the voice process, of the reporter, or of both. */
void conf_forget_passphrases(struct conf *conf);
void conf_forget_report_secrets(struct conf *conf);
void conf_forget_secrets(struct conf *conf);

/* The [client] section for this ID: an exact match first, then its first seven digits; NULL if
 * none. */
const struct conf_client *conf_client_find(const struct conf *conf, uint32_t id);

/* The initial settings of a session of `id` on `listener`: the listener's, overridden by the client
 * section's. */
struct session_defaults conf_defaults_for(const struct conf *conf,
                                          const struct conf_listener *listener, uint32_t id);

/* The passphrase for this ID on this listener, and whether any answer is accepted. */
const char *conf_passphrase_for(const struct conf *conf, const struct conf_listener *listener,
                                uint32_t id, bool *anybody);

/* Is it a well-known passphrase from sample files (passw0rd, password, ...), or empty? */
bool conf_passphrase_is_sample(const char *passphrase);

/* A default password of hotspot software, numbered from 0; NULL after the last. */
const char *conf_open_passphrase(size_t number);

/* Whose socket it is, by its number. */
enum conf_user { USER_LISTENER, USER_PEERS, USER_UPLINK };

struct conf_socket {
	enum conf_user user;
	uint32_t index; /* of its section; of peers that share it, the first of them */
};

struct conf_socket conf_socket(const struct conf *conf, uint32_t socket);

/* The address it is bound to; the system chooses the port of an uplink. NULL if there is no such
 * socket. */
const struct addr *conf_socket_bind(const struct conf *conf, uint32_t socket);

/* Is the listener at that index the same in both, at the same address? */
bool conf_keeps_listener(const struct conf *a, const struct conf *b, uint32_t index);

/* Are two rows the same, in name and keys? */
bool conf_same_uplink(const struct conf_uplink *a, const struct conf_uplink *b);

#endif
