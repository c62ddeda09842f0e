/*
 * The configuration in effect: who gets what of it. One table of keys (conf/keys.h) says what may
 * stand in the file, its type, range, default and help; the reader (conf/parse.h), `freedmr check`,
 * the sample file and the check of the manual all use that table.
 *
 * Secrets (passphrases) live only here; conf_forget_secrets wipes them in a process
 * that has no use for them.
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

/* Gives back what conf_parse has claimed, and wipes the secrets. */
void conf_release(struct conf *conf);

/* Wipes what only the voice process needs to know, what only the reporter needs, or both. */
void conf_forget_passphrases(struct conf *conf);
void conf_forget_report_secrets(struct conf *conf);
void conf_forget_secrets(struct conf *conf);

/* The exceptions for this id: exact id first, then its first seven digits; NULL when none. */
const struct conf_client *conf_client_find(const struct conf *conf, uint32_t id);

/* What a session of `id` on `listener` starts with: the listener's defaults, then the client's own.
 */
struct session_defaults conf_defaults_for(const struct conf *conf,
                                          const struct conf_listener *listener, uint32_t id);

/* The passphrase that counts for this id on this listener, and whether any answer is accepted
 * instead. */
const char *conf_passphrase_for(const struct conf *conf, const struct conf_listener *listener,
                                uint32_t id, bool *anybody);

/* A passphrase everybody knows from sample files (passw0rd, password, ...), or an empty one. */
bool conf_passphrase_is_sample(const char *passphrase);

/* What datagram socket `index` is bound to: first come the listeners, then the distinct binds of
 * the peers, then one of each uplink, whose port the system chooses. */
const struct addr *conf_socket_bind(const struct conf *conf, uint32_t index);

/* The place of the broker among names that are resolved, which is the last (wire/record.h). */
uint32_t conf_broker_place(const struct conf *conf);

#endif
