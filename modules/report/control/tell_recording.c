#include "report/control/tell_recording.h"

#define PIECE 4500u /* a line of 6000 characters */

_Static_assert(PIECE / 3 * 4 + 64 < VIEW_LINE_MAX, "a line fits");

static const char *begin(struct answer *a, const struct sources *s)
{
	a->at.entered = true;
	if (recording_open(&s->recording, a->optional, &a->recording))
		return NULL;
	return s->recording.at ? "no recording was kept" : "recorder = 0: nothing is recorded";
}

enum answer_step tell_recording(struct answer *a, const struct sources *s,
                                const struct clock *clock, struct text *t)
{
	unsigned char octets[PIECE];
	size_t len = 0;

	(void)clock;
	if (!a->at.entered)
		a->error = begin(a, s);
	if (!a->error && !recording_read(&s->recording, &a->recording, octets, PIECE, &len))
		a->error = "overwritten while it was read: try again";
	if (a->error || len == 0)
		return ANSWER_DONE;
	a->rows++;
	text_put(t, a->form == FORM_TEXT ? " " : "{\"row\":\"recording\",\"octets\":\"");
	text_base64(t, octets, len);
	text_put(t, a->form == FORM_TEXT ? "\n" : "\"}\n");
	return ANSWER_LINE;
}
