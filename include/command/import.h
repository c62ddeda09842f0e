/*
 * `freedmr import FILE...`: reads configurations of FreeDMR, HBlink, HBlink4 and ADN, and writes
 * ours to standard output. Standard error lists first what a person has to look after, then what
 * was left out or changed.
 */
#ifndef COMMAND_IMPORT_H
#define COMMAND_IMPORT_H

extern const char import_usage[];
int import_main(int argc, char **argv);

#endif
