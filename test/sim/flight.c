#include "sim/flight.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "voice/playback.h"

#define SIZE ((size_t)256 << 20) /* pages that are not touched cost nothing */
#define PAUSE(steps) (3 + (steps) / 6)

/* Pages of the recording, and one behind them that must not be touched. */
static size_t pages(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (recording_size(SIZE) + page - 1) / page * page + page;
}

/* From malloc() a sanitiser would mark all of it, which takes longer than most scenarios. It ends
 * where that page begins. */
static unsigned char *memory_of_recording(void)
{
	size_t len = pages(), page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *map = mmap(NULL, len, PROT_READ | PROT_WRITE,
	                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED || mprotect(map + len - page, page, PROT_NONE) != 0)
		abort();
	return map + len - page - recording_size(SIZE);
}

static void release(unsigned char *memory)
{
	size_t len = pages(), page = (size_t)sysconf(_SC_PAGESIZE);

	munmap(memory + recording_size(SIZE) + page - len, len);
}

void flight_begin(struct flight_test *f, bool records)
{
	if (records && !f->memory) {
		f->memory = memory_of_recording();
		recorder_open(&f->recorder, f->memory, recording_size(SIZE));
	}
	f->recorder.due = f->recorder.anew = true;
}

bool flight_is_due(struct flight_test *f)
{
	bool due = f->recorder.due || f->steps >= f->next;

	if (due)
		f->next = f->steps + 1 + PAUSE(f->steps);
	f->steps++;
	f->recorder.due = false;
	return due;
}

void flight_checkpoint(struct flight_test *f, const struct core *core, const struct conf *conf,
                       tick_t now, const struct event *derived)
{
	if (f->memory)
		recorder_checkpoint(&f->recorder, core, conf, now, derived->wall_ns);
}

void flight_before(struct flight_test *f, tick_t now, const struct event *event)
{
	if (f->memory)
		recorder_event(&f->recorder, now, event);
}

void flight_after(struct flight_test *f, const struct core *core, tick_t now,
                  const struct event *event, const struct actions *actions)
{
	if (f->memory)
		recorder_outcome(&f->recorder, core, now, event, actions);
}

const char *flight_end(struct flight_test *f, char *why, size_t cap)
{
	struct recording_reader reader;
	struct playback sum;
	const struct playback_view view = {.step = NULL};
	const char *fault = NULL;

	if (!f->memory)
		return NULL;
	if (recording_open(&f->recorder.memory, false, &reader)) {
		size_t all = sizeof(RECORDING_MAGIC) - 1 + reader.len[0] + reader.len[1], len = 0;
		unsigned char *octets = malloc(all);
		if (!octets)
			abort();
		for (size_t some;
		     recording_read(&f->recorder.memory, &reader, octets + len, all - len, &some) &&
		     some;)
			len += some;
		if (!playback_run(octets, len, &view, &sum)) {
			struct text t = text_make(why, cap);
			text_format(&t, "played back, event %lu of %lu, %lu ms after the start: %s",
			            (unsigned long)sum.events, (unsigned long)f->steps,
			            (unsigned long)(sum.last - sum.first), sum.fault);
			fault = why;
		}
		free(octets);
	}
	release(f->memory);
	*f = (struct flight_test){.memory = NULL};
	return fault;
}
