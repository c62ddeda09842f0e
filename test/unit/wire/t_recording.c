#include "wire/recording.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"
#include "harness/t.h"

#define SIZE ((size_t)8192) /* of both halves */
#define HALF (SIZE / 2)

/* Where the head is written by a process that goes wrong, or is in the middle of a copy. */
enum { LIVE_NUMBER, LIVE_LEN, KEEPS = 6 };

static unsigned char *memory;
static struct recording r;
static unsigned char file[2 * SIZE];

static void fresh(void)
{
	size_t size = recording_size(SIZE);

	free(memory);
	memory = calloc(1, size);
	if (!memory)
		abort();
	r = recording_at(memory, size);
}

static uint32_t *head(void)
{
	return (uint32_t *)(void *)memory;
}

static void record(const char *what)
{
	size_t room;
	unsigned char *at = recording_room(&r, &room);

	if (room < strlen(what))
		abort();
	memcpy(at, what, strlen(what));
	recording_add(&r, strlen(what));
}

/* A new half with that in it. */
static void turn(const char *what)
{
	recording_turn(&r);
	record(what);
}

/* The rest of a file after its magic, as text. */
static const char *rest(struct recording_reader *reader, size_t piece)
{
	const size_t magic = strlen(RECORDING_MAGIC);
	size_t len = 0, more;

	do {
		if (!recording_read(&r, reader, file + len, piece, &more))
			return "overwritten";
		len += more;
	} while (more);
	file[len] = 0;
	return len >= magic && memcmp(file, RECORDING_MAGIC, magic) == 0
	               ? (const char *)file + magic
	               : "no magic";
}

/* All of it. */
static const char *contents(bool kept)
{
	struct recording_reader reader;

	return recording_open(&r, kept, &reader) ? rest(&reader, sizeof(file)) : "nothing";
}

T_CASE(the_size_is_for_two_halves_and_their_copies)
{
	T_EQUAL(recording_size(0), 0);
	fresh();
	T_EQUAL(r.half, HALF);
	T_CHECK(r.at == memory);
	T_CHECK(recording_size(SIZE) >= 2 * SIZE);
	for (size_t more = 0; more < 130; more++)
		T_EQUAL(recording_at(memory, recording_size(SIZE) - more).half % 64, 0);
}

T_CASE(without_memory_it_is_off)
{
	struct recording_reader reader;

	r = recording_at(NULL, 0);
	T_CHECK(!r.at);
	T_CHECK(!recording_open(&r, false, &reader));
	T_CHECK(!recording_open(&r, true, &reader));
}

T_CASE(zeroed_memory_is_an_empty_one)
{
	fresh();
	T_TEXT(contents(false), "");
	T_TEXT(contents(true), "nothing");
	recording_turn(&r);
	T_TEXT(contents(false), "");
}

T_CASE(what_is_published_can_be_read)
{
	size_t room, left;

	fresh();
	turn("one");
	unsigned char *at = recording_room(&r, &room);
	T_EQUAL(room, HALF - 3);
	at[0] = 'x'; /* written, not published */
	T_TEXT(contents(false), "one");
	recording_add(&r, 1);
	T_TEXT(contents(false), "onex");
	T_CHECK(recording_room(&r, &left) == at + 1);
	T_EQUAL(left, room - 1);
}

T_CASE(halves_take_turns_and_the_older_comes_first)
{
	static const char *const want[] = {"a", "ab", "bc", "cd", "de"};
	char what[] = "a";

	fresh();
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		turn(what);
		T_TEXT(contents(false), want[i]);
		what[0]++;
	}
}

T_CASE(a_full_half_has_no_room_and_the_other_is_untouched)
{
	size_t room;

	fresh();
	turn("old");
	recording_turn(&r);
	memset(recording_room(&r, &room), 'n', HALF);
	T_EQUAL(room, HALF);
	recording_add(&r, HALF);
	(void)recording_room(&r, &room);
	T_EQUAL(room, 0);
	const char *all = contents(false);
	T_EQUAL(strlen(all), 3 + HALF);
	T_CHECK(strncmp(all, "oldn", 4) == 0);
	turn("new");
	all = contents(false);
	T_EQUAL(strlen(all), HALF + 3);
	T_TEXT(all + HALF - 1, "nnew");
}

T_CASE(pieces_of_any_size_make_the_same_file)
{
	struct recording_reader reader;

	fresh();
	turn("the first half");
	turn("and the second");
	for (size_t piece = 1; piece < 64; piece++) {
		T_CHECK(recording_open(&r, false, &reader));
		T_TEXT(rest(&reader, piece), "the first halfand the second");
	}
}

T_CASE(what_is_published_while_it_is_read_is_left_out)
{
	struct recording_reader reader;

	fresh();
	turn("one");
	T_CHECK(recording_open(&r, false, &reader));
	record("two");
	T_TEXT(rest(&reader, 64), "one");
}

T_CASE(a_half_used_again_while_it_is_read_is_noticed)
{
	struct recording_reader reader;

	fresh();
	turn("a");
	turn("b");
	T_CHECK(recording_open(&r, false, &reader));
	recording_turn(&r);
	T_TEXT(rest(&reader, 64), "overwritten");
}

/* Only what is still to be read counts. */
T_CASE(a_half_used_again_after_it_was_read_is_no_loss)
{
	struct recording_reader reader;
	unsigned char piece[64];
	size_t len;

	fresh();
	turn("a");
	turn("b");
	T_CHECK(recording_open(&r, false, &reader));
	T_CHECK(recording_read(&r, &reader, piece, sizeof(piece), &len));
	T_EQUAL(len, strlen(RECORDING_MAGIC));
	T_CHECK(recording_read(&r, &reader, piece, sizeof(piece), &len));
	T_EQUAL(len, 1);
	turn("c");
	T_CHECK(recording_read(&r, &reader, piece, sizeof(piece), &len));
	T_EQUAL(len, 1);
	T_EQUAL(piece[0], 'b');
	turn("d");
	T_CHECK(!recording_read(&r, &reader, piece, sizeof(piece), &len));
}

T_CASE(a_kept_copy_stays_while_recording_goes_on)
{
	fresh();
	turn("a");
	turn("b");
	recording_keep(&r);
	turn("c");
	turn("d");
	T_TEXT(contents(true), "ab");
	T_TEXT(contents(false), "cd");
	recording_keep(&r);
	T_TEXT(contents(true), "cd");
}

/* Of a longer copy nothing is left in a shorter one. */
T_CASE(each_copy_replaces_the_one_before)
{
	fresh();
	recording_keep(&r);
	T_TEXT(contents(true), "");
	turn("a");
	recording_keep(&r);
	T_TEXT(contents(true), "a");
	turn("long");
	recording_keep(&r);
	turn("b");
	turn("c");
	recording_keep(&r);
	T_TEXT(contents(true), "bc");
}

T_CASE(a_copy_replaced_while_it_is_read_is_noticed)
{
	struct recording_reader reader;
	unsigned char piece[64];
	size_t len;

	fresh();
	turn("a");
	recording_keep(&r);
	T_CHECK(recording_open(&r, true, &reader));
	turn("b");
	turn("c");
	turn("d"); /* only copies count */
	T_CHECK(recording_read(&r, &reader, piece, sizeof(piece), &len));
	recording_keep(&r);
	T_CHECK(!recording_read(&r, &reader, piece, sizeof(piece), &len));
}

T_CASE(an_unfinished_copy_is_noticed)
{
	struct recording_reader reader, early;

	fresh();
	turn("a");
	head()[KEEPS] = 1; /* the first one is being made */
	T_TEXT(contents(true), "overwritten");
	T_CHECK(recording_open(&r, true, &early));
	recording_keep(&r);
	T_TEXT(contents(true), "a");
	T_TEXT(rest(&early, 64), "overwritten"); /* opened when little was there */
	T_CHECK(recording_open(&r, true, &reader));
	head()[KEEPS]++;
	T_TEXT(rest(&reader, 64), "overwritten");
	T_TEXT(contents(true), "overwritten");
}

T_CASE(no_length_leads_out_of_the_memory)
{
	fresh();
	memset(r.at, 'x', recording_size(SIZE));
	head()[KEEPS] = head()[LIVE_NUMBER] = 2;
	head()[LIVE_LEN] = head()[LIVE_LEN + 1] = UINT32_MAX;
	T_EQUAL(strlen(contents(false)), SIZE);
	recording_keep(&r);
	T_EQUAL(strlen(contents(true)), SIZE);
	head()[LIVE_NUMBER] = UINT32_MAX;
	recording_keep(&r);
	T_EQUAL(strlen(contents(true)), SIZE);
}

/* What happens when the copy is first written to, in the middle of recording_keep. */
static char seen_meanwhile[sizeof("overwritten")];

static void on_fault(int number)
{
	size_t size = recording_size(SIZE);

	(void)number;
	if (mprotect(memory + size - SIZE, SIZE, PROT_READ | PROT_WRITE) != 0)
		_exit(1);
	text_copy(seen_meanwhile, sizeof(seen_meanwhile), contents(true));
	turn("c");
}

T_CASE(a_half_used_again_while_it_is_copied_is_left_out)
{
	size_t size = recording_size(SIZE);

	if (sysconf(_SC_PAGESIZE) > (long)HALF)
		return; /* a half cannot be protected alone */
	free(memory);
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	T_CHECK(memory != MAP_FAILED);
	r = recording_at(memory, size);
	turn("a");
	turn("b");
	recording_keep(&r);
	T_CHECK(mprotect(memory + size - SIZE, SIZE, PROT_READ) == 0);
	signal(SIGSEGV, on_fault);
	recording_keep(&r);
	signal(SIGSEGV, SIG_DFL);
	T_TEXT(seen_meanwhile, "overwritten");
	T_TEXT(contents(true), "b");
	T_TEXT(contents(false), "bc");
	munmap(memory, size);
	memory = NULL;
}

T_MAIN()
