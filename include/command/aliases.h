/*
 * freedmr aliases [-f] FILE... -o INDEX: makes the index of names from the files of radioid.net and
 * others. Nothing is downloaded.
 */
#ifndef COMMAND_ALIASES_H
#define COMMAND_ALIASES_H

extern const char aliases_usage[];

/* 0: the index was written. 1: it was not, or has less than half the rows of the old one; the
 * reason was printed. */
int aliases_main(int argc, char **argv);

#endif
