/*
 * freedmr top [-s SOCKET]: who is on air and who is there, live, on the whole terminal.
 *
 * Asks the control socket once a second and shows the answers; a server that goes away is waited
 * for. The terminal is as before however this ends.
 */
#ifndef COMMAND_TOP_H
#define COMMAND_TOP_H

extern const char top_usage[];

/* 0: told to stop. 69: no server at the start. 1: no terminal, or it went away. */
int top_main(int argc, char **argv);

#endif
