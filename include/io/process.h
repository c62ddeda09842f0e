/*
 * Process attributes: its name, the parent it dies with, who may inspect it. None of it is POSIX,
 * so each system has its own body (process_linux.c).
 */
#ifndef IO_PROCESS_H
#define IO_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The room for the name that `ps` shows: the arguments of main. */
struct process_title {
	char *start;
	size_t room; /* octets with the terminator */
};

/* Where the program of this process was when it was started. False when that is not known. */
bool process_path(char *out, size_t cap);

struct process_title process_title_of(int argc, char **argv);

/* Sets the name shown by `ps` and in crash reports. Overwrites the arguments. */
void process_rename(const struct process_title *title, const char *name);

/* No core dump, no debugger of the same user: the process holds secrets. */
void process_hide(void);

/*
 * Sends us SIGTERM when `parent` dies. False if it is already dead. Changing the user undoes this,
 * so change first.
 */
bool process_die_with(pid_t parent);

/* Lowers our priority below that of the other processes. */
void process_yield(void);

/* Peak resident memory; 0 if unknown. */
uint64_t process_peak_bytes(void);

/* Is this the static binary? */
bool process_is_static(void);

#endif
