/*
 * freedmr replay FILE [--why ID]: does again what `freedmr ctl record` has saved, and says whether
 * it comes to the same; with --why, what happened to a client or radio.
 */
#ifndef COMMAND_REPLAY_H
#define COMMAND_REPLAY_H

extern const char replay_usage[];

/* argv[0] is "replay". Returns the exit status: 0 = all is as recorded. */
int replay_main(int argc, char **argv);

#endif
