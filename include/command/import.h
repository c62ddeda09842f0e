/*
 * freedmr import FILE...: reads configurations of FreeDMR and HBlink, and writes ours to standard
 * output. What could not be carried over is told on standard error, one line for each key and why.
 */
#ifndef COMMAND_IMPORT_H
#define COMMAND_IMPORT_H

int import_main(int argc, char **argv);

#endif
