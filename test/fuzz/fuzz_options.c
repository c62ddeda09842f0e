/*
 * Option strings of any octets: the positions reported lie in the string, what is kept is allowed,
 * and what is shown is terminated text.
 *
 * Decoder: wire/options.c
 */
#include "fuzz/fuzz.h"
#include "wire/options.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_bad(const struct bad_tokens *bad, size_t size)
{
	for (unsigned i = 0; i < bad->total && i < TGLIST_BAD_MAX; i++) {
		assert(bad->first[i].reason);
		assert(size > UINT16_MAX || (size_t)bad->first[i].at + bad->first[i].len <= size);
	}
}

static void check_kept(const struct options *o)
{
	for (size_t slot = 0; slot < 2; slot++) {
		assert(o->own.value.statics[slot].count <= TGLIST_MAX);
		for (uint32_t i = 0; i < o->own.value.statics[slot].count; i++)
			assert(!tg_is_prohibited(o->own.value.statics[slot].tg[i]));
	}
	assert(o->own.value.dial == 0 || !tg_is_prohibited(o->own.value.dial));
	assert(o->own.value.timer_ms <= OPTIONS_TIMER_MAX_S * 1000 && o->ident_tg <= 0xffffff);
	assert(memchr(o->language, 0, sizeof(o->language)) && memchr(o->key, 0, sizeof(o->key)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options options;
	struct bad_tokens bad;
	char shown[304];
	char *text = fuzz_text(data, size);

	options_parse(text, size, &options, &bad);
	options_clean(text, size, shown, sizeof(shown));
	free(text);
	check_bad(&bad, size);
	check_kept(&options);
	assert(memchr(shown, 0, sizeof(shown)));
	return 0;
}
