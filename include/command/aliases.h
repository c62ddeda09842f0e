/*
 * freedmr aliases [-f] FILE... -o INDEX: makes the index of names from the files of radioid.net and
 * others. Nothing is downloaded.
 */
#ifndef COMMAND_ALIASES_H
#define COMMAND_ALIASES_H

/* 0: the index stands. 1: it does not, or holds less than half of the one before; why is told. */
int aliases_main(int argc, char **argv);

#endif
