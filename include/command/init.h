/*
 * `freedmr init [FILE]`: writes a first configuration with a random passphrase, and
 * says what to enter in the hotspot. It replaces no file, and what it writes needs no
 * rights: a port above 1023 and a control socket in the directory of the start.
 */
#ifndef COMMAND_INIT_H
#define COMMAND_INIT_H

extern const char init_usage[];
int init_main(int argc, char **argv);

#endif
