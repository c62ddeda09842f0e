#include "command/replay.h"

#include "face.h"
#include "harness/t.h"

T_CASE(what_is_not_a_recording_is_told)
{
	char *path = face_path(), wanted[128];

	face_write(path, "", 0);
	T_EQUAL(FACE_RUN(replay_main, "replay", path), 1);
	snprintf(wanted, sizeof(wanted), "freedmr replay: %s: not a recording\n", path);
	T_TEXT(face_err, wanted);
	face_write(path, "nonsense", 8);
	T_EQUAL(FACE_RUN(replay_main, "replay", path, "--why", "2345001"), 1);
	T_CHECK(strstr(face_err, path));
	T_TEXT(face_out, "");
	face_forget(path);
	T_EQUAL(FACE_RUN(replay_main, "replay", "/"), 1);
	T_CHECK(strncmp(face_err, "freedmr replay: /: ", 19) == 0);
	T_EQUAL(FACE_RUN(replay_main, "replay", "/nowhere/recording"), 1);
	T_TEXT(face_err, "freedmr replay: /nowhere/recording: No such file or directory\n");
}

T_MAIN()
