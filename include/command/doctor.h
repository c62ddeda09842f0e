/*
 * `freedmr doctor`: what a helper would ask first when something does not work, each with the
 * command that mends it. Looks at the configuration, this machine, and the running server.
 */
#ifndef COMMAND_DOCTOR_H
#define COMMAND_DOCTOR_H

extern const char doctor_usage[];

/* STATUS_OK when nothing is wrong, STATUS_FAILED when something is. */
int doctor_main(int argc, char **argv);

#endif
