/*
 * "handover FILE", for the parent alone: would this binary, with this configuration, take over from
 * the one that runs? What it would be handed is on standard input. It says "handover whole
 * VERSION", or "handover clean VERSION" where it cannot read that, or what is wrong with the
 * configuration.
 */
#ifndef COMMAND_HANDOVER_H
#define COMMAND_HANDOVER_H

int handover_main(int argc, char **argv);

#endif
