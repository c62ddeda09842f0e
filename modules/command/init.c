#include "command/init.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/log.h"
#include "base/util.h"
#include "command/ctl.h"
#include "command/phrase.h"
#include "conf/keys.h"
#include "conf/sample.h"
#include "io/create.h"
#include "io/print.h"
#include "parent/load.h"
#include "parent/parent.h"

#define FILE_DEFAULT "freedmr.conf"

const char init_usage[] =
	"usage: freedmr init [--set SECTION.KEY=VALUE]... [FILE]\n"
	"       freedmr init --show [FILE]\n\n"
	"  FILE     the configuration to write (default " FILE_DEFAULT "); an existing file\n"
	"           is left unchanged\n"
	"  --set    a setting of server, listener, limits or report, such as\n"
	"           report.http=[::]:8080\n"
	"  --show   print what to enter in the hotspot, and the address of the web page\n";

/* The settings for the file: later ones replace earlier ones. */
#define SETTINGS_MAX 32u
#define SETTING_LEN_MAX 160u

struct settings {
	struct sample_value rows[SETTINGS_MAX];
	size_t count;
};

static bool set(struct settings *s, enum section_kind section, const char *key, const char *value)
{
	size_t i = 0;

	while (i < s->count && (s->rows[i].section != section || strcmp(s->rows[i].key, key) != 0))
		i++;
	if (i == SETTINGS_MAX)
		return false;
	if (i == s->count)
		s->count++;
	s->rows[i] = (struct sample_value){section, key, value};
	return true;
}

/* Splits a setting in place. NULL, or what is wrong with it. */
static const char *set_word(struct settings *s, char *word)
{
	char *key = strchr(word, '.');
	char *value = key ? strchr(key, '=') : NULL;

	if (!value)
		return "is not SECTION.KEY=VALUE";
	if (strlen(value) > SETTING_LEN_MAX || strpbrk(value, "\r\n"))
		return "has a value that is too long or has several lines";
	*key++ = 0;
	*value++ = 0;
	const struct conf_section *section = section_find(word);
	if (!section || (section->title && section->kind != SECTION_LISTENER))
		return "is not in server, listener, limits or report";
	const struct conf_key *known = key_find(section, key);
	if (!known)
		return "is not a key of that section";
	return set(s, section->kind, known->name, value) ? NULL : "exceeds the number of settings";
}

static void write_line(void *context, const char *line)
{
	print(context, "%s\n", line);
}

static bool write_file(const char *path, const struct settings *settings)
{
	FILE *f = create_first(path);

	if (!f)
		return false;
	sample_write(settings->rows, settings->count, write_line, f);
	bool whole = !ferror(f);
	if (fclose(f) == 0 && whole)
		return true;
	int saved = errno;
	(void)unlink(path); /* a partial file would only be in the way */
	errno = saved;
	return false;
}

static int fail(const char *path, const char *why)
{
	print(stderr, "freedmr: %s: %s\n", path, why);
	return STATUS_FAILED;
}

/* Only FILE:LINE: WHAT. */
static void print_fault(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	print(stderr, "%s\n", line);
}

/* Prints what hotspots need to log in to one listener. */
static void show_listener(const struct conf_listener *l)
{
	char at[ADDR_TEXT_MAX] = "name or address of this machine";
	const char *phrase = *l->passphrase ? l->passphrase : "any (the listener is open)";

	if (!addr_is_any(&l->bind))
		(void)addr_format_host(&l->bind, at);
	print(stdout, "    address     %s\n    port        %u\n    passphrase  %s\n\n", at,
	      (unsigned)l->bind.port, phrase);
}

static void show_page(const struct conf_report *report)
{
	char text[ADDR_TEXT_MAX];

	if (!report->http.port)
		puts("No web page: http in [report] is empty");
	else
		print(stdout, "Web page: http://%s/\n", addr_format(&report->http, text));
}

/* Prints what to enter, and with `page` the address of the web page, from the file as it is now. */
static int show(const char *path, bool page)
{
	static struct conf conf;

	log_set_sink(print_fault, NULL);
	enum status status = load_conf(path, &conf, NULL, NULL);
	if (status != STATUS_OK)
		return (int)status;
	puts("Enter in the hotspot\n");
	for (uint32_t i = 0; i < conf.listener_count; i++)
		show_listener(&conf.listener[i]);
	if (page)
		show_page(&conf.report);
	conf_release(&conf);
	return STATUS_OK;
}

static int write_new(const char *path, struct settings *settings)
{
	if (!write_file(path, settings))
		return fail(path,
		            errno == EEXIST ? "already exists, left unchanged" : strerror(errno));
	int status = show(path, false);
	if (status != STATUS_OK) {
		(void)unlink(path);
		return status;
	}
	print(stdout, "Wrote %s. Start the server with\n\n    freedmr -c %s\n\n", path, path);
	puts("Before you link to other servers, set id in [server] to the server ID you were "
	     "assigned.");
	return STATUS_OK;
}

/* The file of the machine is read by its service, others by who starts a server by hand. */
static bool is_of_service(const char *path)
{
	return strncmp(path, "/etc/", 5) == 0;
}

static int print_usage(void)
{
	fputs(init_usage, stderr);
	return STATUS_USAGE;
}

int init_main(int argc, char **argv)
{
	struct settings settings = {.count = 0};
	const char *path = FILE_DEFAULT;
	char phrase[PHRASE_MAX];
	int at = 1;

	if (argc > 1 && strcmp(argv[1], "--show") == 0)
		return argc > 3 || (argc > 2 && argv[2][0] == '-')
		               ? print_usage()
		               : show(argc > 2 ? argv[2] : path, true);
	if (!phrase_make(phrase))
		return fail("cannot get random bytes from the system", strerror(errno));
	set(&settings, SECTION_SERVER, "id", "9999");
	set(&settings, SECTION_LISTENER, "bind", "[::]:62031");
	set(&settings, SECTION_LISTENER, "passphrase", phrase);
	set(&settings, SECTION_REPORT, "control",
	    is_of_service(argv[argc - 1]) ? CTL_SOCKET_DEFAULT : CTL_SOCKET_LOCAL);
	for (; at + 1 < argc && strcmp(argv[at], "--set") == 0; at += 2) {
		const char *wrong = set_word(&settings, argv[at + 1]);
		if (wrong) {
			print(stderr, "freedmr: --set %s %s\n", argv[at + 1], wrong);
			return STATUS_USAGE;
		}
	}
	if (argc > at + 1 || (at < argc && argv[at][0] == '-'))
		return print_usage();
	return write_new(at < argc ? argv[at] : path, &settings);
}
