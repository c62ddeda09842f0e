/*
 * What a process is to the system besides its work: its name, whom it dies with, who
 * may look into it. None of it is POSIX, so each system has its own body
 * (process_linux.c).
 */
#ifndef IO_PROCESS_H
#define IO_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The room for a name that `ps` shows: where the arguments of main stand. */
struct process_title {
	char *start;
	size_t room; /* octets with the terminator */
};

struct process_title process_title_of(int argc, char **argv);

/* Takes a name, for `ps` and in crash reports. The arguments are gone afterwards. */
void process_rename(const struct process_title *title, const char *name);

/* No core dump, no debugger of the same user: the process holds secrets. */
void process_hide(void);

/*
 * Ends with `parent`: it gets SIGTERM when that dies. False when it has died already. Changing
 * the user undoes this, so change first.
 */
bool process_die_with(pid_t parent);

/* The most memory it ever had in use; 0 when the system does not tell. */
uint64_t process_peak_bytes(void);

/* Is this the static binary? */
bool process_is_static(void);

#endif
