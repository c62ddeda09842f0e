/*
 * `freedmr version`: what this binary is and how it was built.
 */
#ifndef COMMAND_VERSION_H
#define COMMAND_VERSION_H

extern const char version_usage[];
int version_main(int argc, char **argv);

#endif
