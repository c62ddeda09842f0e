/*
 * Configuration files of FreeDMR, HBlink and their forks, several files one after the other, in
 * three grammars: Python's configparser, the part of YAML that ADN's servers use, and JSON. For the
 * meaning of keys see command/import_keys.h.
 */
#ifndef COMMAND_STANZA_H
#define COMMAND_STANZA_H

#include <stdbool.h>
#include <stddef.h>

struct entry {
	char *key, *value; /* the key in lower case */
	unsigned line;
};

struct stanza {
	const char *file;
	char *name;
	unsigned line;
	struct entry *entries;
	size_t count;
};

struct stanzas {
	struct stanza *stanza;
	size_t count;
};

/* Adds the sections of one file. Errors go to standard error; false if the file itself cannot be
 * read. */
bool stanzas_read(struct stanzas *all, const char *file);
void stanzas_release(struct stanzas *all);

/* Each mapping of mappings of YAML is a stanza, named by its last key. */
bool stanzas_read_yaml(struct stanzas *all, const char *file);

/*
 * Each JSON object is a stanza, named by its path: "a.b.0"; an array is the value of its key,
 * "1,2", and [[1,2],[7,9]] is "1-2,7-9". False if it is not JSON, which is reported.
 */
bool stanzas_read_json(struct stanzas *all, const char *file);

/* Adds the sections of a text, which it changes. */
void stanzas_split(struct stanzas *all, const char *file, char *text);

/* The whole file, to be freed; NULL if it cannot be read, which is reported. */
char *stanzas_text(const char *file);

void stanzas_add(struct stanzas *m, const char *file, const char *name, unsigned line);

/* Adds to the last stanza, or to the one at an index. */
void stanzas_put(struct stanzas *m, const char *key, const char *value, unsigned line);
void stanzas_put_to(struct stanzas *m, size_t place, const char *key, const char *value,
                    unsigned line);

/* The last entry with this key; NULL when there is none. */
const struct entry *entry_of(const struct stanza *s, const char *key);
const char *value_of(const struct stanza *s, const char *key, const char *otherwise);

#endif
