#include "command/check.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "conf/keys.h"
#include "conf/print.h"
#include "conf/sample.h"
#include "core/actions.h"
#include "core/core.h"
#include "io/print.h"
#include "io/sandbox.h"
#include "parent/load.h"
#include "report/report.h"

const char check_usage[] =
	"usage: freedmr check FILE\n       freedmr check --keys\n       freedmr check --sample\n\n"
	"  FILE       read it as the server would and print its errors, or the settings in\n"
	"             effect and the memory of the tables\n"
	"  --keys     list all configuration keys\n"
	"  --sample   print a sample configuration that explains each key\n";

static void print_line(void *context, const char *line)
{
	(void)context;
	puts(line);
}

/* Only FILE:LINE: WHAT, which editors understand. */
static void print_fault(void *context, enum log_level level, const char *line)
{
	(void)context;
	if (level < LOG_INFO)
		print(stderr, "%s\n", line);
}

static const char *default_of(const struct conf_key *key)
{
	if (key->required)
		return "(required)";
	if (!key->initial)
		return "(listener)";
	return key->initial[0] ? key->initial : "\"\"";
}

static int print_keys(void)
{
	for (enum section_kind kind = 0; kind < SECTION_KINDS; kind++) {
		const struct conf_section *section = section_info(kind);
		for (size_t i = 0; i < section->key_count; i++)
			print(stdout, "%s %s %s %s\n", section_name(kind), section->keys[i].name,
			      key_type_name(section->keys[i].type), default_of(&section->keys[i]));
	}
	return STATUS_OK;
}

static int print_sample(void)
{
	sample_write(sample_values, sample_value_count, print_line, NULL);
	return STATUS_OK;
}

static void print_arena(const struct arena *arena)
{
	for (size_t i = 0; i < arena->cuts; i++)
		print(stdout, "memory %-28s %7zu rows %10zu bytes\n", arena->cut[i].name,
		      arena->cut[i].rows, arena->cut[i].bytes);
}

/* The tables of the server, measured as at startup; nothing is allocated. */
static void print_memory(const struct conf *conf)
{
	static const uint8_t seed[CORE_SEED_LEN];
	struct arena tables;
	struct actions actions;

	arena_measure(&tables);
	(void)core_open(&tables, conf, seed, 0);
	actions_open(&actions, &tables, &conf->limits);
	print_arena(&conf->arena);
	print_arena(&tables);
	print(stdout, "memory %-28s %12s %10zu bytes\n", "total", "",
	      conf->arena.used + tables.used);
	print(stdout, "memory %-28s %7u rows %10zu bytes at most\n", "history (reporter)",
	      (unsigned)conf->report.history_top, report_history_size(&conf->report));
}

/* The voice files of one listener, by language. */
static void print_audio(const struct conf_listener *l)
{
	uint32_t words = 0;

	for (uint32_t i = 0; i < l->voice.count; i++) {
		const struct audio_word *word = &l->voice.words[i];
		words++;
		if (i + 1 < l->voice.count && strcmp(word[1].language, word->language) == 0)
			continue;
		print(stdout, "audio %s %s %u words\n", l->name, word->language, (unsigned)words);
		words = 0;
	}
}

static int check_file(const char *path)
{
	struct conf conf;

	log_set_sink(print_fault, NULL);
	if (load_conf(path, &conf, NULL, NULL) != STATUS_OK)
		return STATUS_FAILED;
	conf_print(&conf, print_line, NULL);
	load_audio(&conf);
	puts("");
	for (uint32_t i = 0; i < conf.listener_count; i++)
		print_audio(&conf.listener[i]);
	print_memory(&conf);
	print(stdout, "sandbox %s\n", sandbox_offers());
	release_audio(&conf);
	conf_release(&conf);
	return STATUS_OK;
}

int check_main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--keys") == 0)
		return print_keys();
	if (argc == 2 && strcmp(argv[1], "--sample") == 0)
		return print_sample();
	if (argc == 2 && argv[1][0] != '-')
		return check_file(argv[1]);
	fputs(check_usage, stderr);
	return STATUS_USAGE;
}
