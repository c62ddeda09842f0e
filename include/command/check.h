/*
 * `freedmr check FILE`: reads a configuration with the parser of the server and prints
 * every setting that counts, secrets hidden, and what memory its tables take. Faults go
 * to standard error, one line each; the status is 1 then.
 *
 * `freedmr check --keys` lists the table of keys, `freedmr check --sample` prints the
 * sample file; tests compare the manual and pi/freedmr.conf with them.
 */
#ifndef COMMAND_CHECK_H
#define COMMAND_CHECK_H

extern const char check_usage[];
int check_main(int argc, char **argv);

#endif
