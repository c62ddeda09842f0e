#include "command/handover.h"

#include "core/core.h"
#include "face.h"
#include "harness/t.h"
#include "parent/status.h"

#define GOOD "[server]\nid = 2345\n[listener a]\nbind = [::]:62031\npassphrase = kilo tango\n"

/* Tries that configuration with a state of these octets. */
static int hand_over(const char *text, const void *state, size_t len)
{
	char *path = face_path();
	FILE *in = tmpfile();

	if (!in || fwrite(state, 1, len, in) != len)
		abort();
	rewind(in);
	face_write(path, text, strlen(text));
	int status = FACE_RUN_APART(handover_main, in, "handover", path);
	face_forget(path);
	fclose(in);
	return status;
}

T_CASE(a_state_of_something_else_makes_a_clean_start)
{
	T_EQUAL(hand_over(GOOD, "nonsense", 8), STATUS_OK);
	T_EQUAL(strncmp(face_out, "handover clean ", 15), 0);
	T_CHECK(strstr(face_out, ": "));
	T_TEXT(face_err, "");
}

T_CASE(a_state_that_cannot_be_read_says_nothing)
{
	T_EQUAL(hand_over(GOOD, "", 0), STATUS_SYSTEM);
	T_EQUAL(strncmp(face_out, "cannot read the state: ", 23), 0);
}

T_CASE(a_configuration_with_faults_is_refused_first)
{
	T_EQUAL(hand_over("[server]\nid = x\n", "nonsense", 8), STATUS_CONFIG);
	T_CHECK(strstr(face_out, ":2: id = x: expected 4 to 7 digits\n"));
	T_CHECK(!strstr(face_out, "handover"));
	T_EQUAL(FACE_RUN_APART(handover_main, NULL, "handover"), STATUS_CONFIG);
	T_TEXT(face_out, "");
}

T_MAIN()
