#include "command/check.h"

#include "face.h"
#include "conf/keys.h"
#include "harness/t.h"

#define GOOD                                                                                       \
	"[server]\nid = 2345\n[listener hotspots]\nbind = [::]:62031\npassphrase = hotel mike "    \
	"nine\n"                                                                                   \
	"[client 2345678]\npassphrase = quebec seven\n"

static char text[FACE_TEXT_MAX];

/* Runs `freedmr check` on a file of this content. */
static int check(const char *content)
{
	return face_run_on(check_main, "check", content);
}

T_CASE(a_good_file_is_printed_without_secrets)
{
	T_EQUAL(check(GOOD), 0);
	T_TEXT(face_err, "");
	T_CHECK(strstr(face_out, "\nid = 2345\n") && strstr(face_out, "\ntimer = 10m\n"));
	T_CHECK(strstr(face_out, "[client 2345678]\npassphrase = (hidden)\n"));
	T_CHECK(!strstr(face_out, "mike") && !strstr(face_out, "quebec"));
}

T_CASE(memory_rows_add_up_to_the_total)
{
	unsigned long sum = 0, bytes = 0;
	unsigned rows = 0;

	T_EQUAL(check(GOOD), 0);
	for (char *line = strstr(face_out, "\nmemory "); line;
	     line = strstr(line + 1, "\nmemory ")) {
		char *end = strchr(line + 1, '\n');
		T_CHECK(end != NULL);
		char *at = end - strlen(" bytes");
		while (at > line && at[-1] != ' ')
			at--;
		bytes = strtoul(at, NULL, 10);
		if (strncmp(line, "\nmemory total ", 14) == 0)
			break;
		sum += bytes;
		rows++;
	}
	T_CHECK(rows > 5);
	T_EQUAL(sum, bytes);
	T_CHECK(strstr(face_out, "\nmemory clients "));
}

T_CASE(every_fault_goes_to_standard_error)
{
	char *path = face_path();
	FILE *f = fopen(path, "w");
	char expected[512];

	fputs("[server]\nid = x\n[listener a]\nbnd = [::]:1\nopen = yes\n", f);
	fclose(f);
	T_EQUAL(face_run(check_main, "check", path, NULL), 1);
	snprintf(expected, sizeof(expected),
	         "%s:2: id = x: expected 4 to 7 digits\n"
	         "%s:3: [listener a] has no bind; expected one such as bind = [::]:62031\n"
	         "%s:4: unknown key \"bnd\" in [listener a]; did you mean \"bind\"?\n",
	         path, path, path);
	T_TEXT(face_err, expected);
	T_TEXT(face_out, "");
	face_forget(path);
}

/* Routing has one thread of one process, and nothing asks for more. */
T_CASE(no_key_asks_for_workers)
{
	static const char *const keys[] = {"workers", "threads", "processes", "shards"};
	char content[256];

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		snprintf(content, sizeof(content), GOOD "[limits]\n%s = 2\n", keys[i]);
		T_EQUAL(check(content), 1);
		T_CHECK(strstr(face_err, "unknown key \"") && strstr(face_err, keys[i]));
	}
}

T_CASE(a_file_must_be_named_and_there)
{
	T_EQUAL(face_run(check_main, "check", NULL, NULL), 64);
	T_CHECK(strstr(face_err, "usage: freedmr check FILE"));
	T_EQUAL(face_run(check_main, "check", "a", "b"), 64);
	T_EQUAL(face_run(check_main, "check", "--key", NULL), 64);
	T_EQUAL(face_run(check_main, "check", "/nowhere/freedmr.conf", NULL), 1);
	T_TEXT(face_err, "/nowhere/freedmr.conf: No such file or directory; freedmr init writes a "
	                 "first one\n");
}

T_CASE(the_table_of_keys_is_listed)
{
	size_t lines = 0, keys = 0;

	T_EQUAL(face_run(check_main, "check", "--keys", NULL), 0);
	for (const char *c = face_out; *c; c++)
		lines += *c == '\n';
	for (enum section_kind kind = 0; kind < SECTION_KINDS; kind++)
		keys += section_info(kind)->key_count;
	T_EQUAL(lines, keys);
	T_CHECK(strstr(face_out, "server id id (required)\n"));
	T_CHECK(strstr(face_out, "listener clients access permit all\n"));
	T_CHECK(strstr(face_out, "client timer duration (listener)\n"));
	T_CHECK(strstr(face_out, "listener static-1 talkgroups \"\"\n"));
}

T_CASE(the_sample_file_is_the_one_shipped)
{
	T_EQUAL(face_run(check_main, "check", "--sample", NULL), 0);
	T_CHECK(face_read("pi/freedmr.conf", text) > 0);
	T_TEXT(face_out, text);
}

/* The sample file with what `from` says replaced by `to`, checked. */
static int check_sample(const char *from, const char *to)
{
	char changed[FACE_TEXT_MAX];

	face_run(check_main, "check", "--sample", NULL);
	char *at = strstr(face_out, from);
	if (!at)
		return -1;
	snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - face_out), face_out, to,
	         at + strlen(from));
	return check(changed);
}

T_CASE(the_sample_file_wants_nothing_but_a_passphrase)
{
	T_EQUAL(check_sample("passphrase =\n", "passphrase = hotel mike nine\n"), 0);
	T_EQUAL(check_sample("passphrase =\n", "passphrase =\n"), 1);
	T_CHECK(strstr(face_err, "the passphrase is empty"));
	T_CHECK(strchr(face_err, '\n')[1] == 0);
}

/* The position of `needle` between `from` and the next `end`; NULL if it is not there. */
static const char *within(const char *from, const char *end, const char *needle)
{
	const char *stop = strstr(from + 1, end);
	const char *at = strstr(from, needle);

	return at && (!stop || at < stop) ? at : NULL;
}

T_CASE(every_default_and_example_of_the_sample_is_good)
{
	char *to = text;

	T_EQUAL(face_run(check_main, "check", "--sample", NULL), 0);
	for (const char *c = face_out; *c; c++) {
		if (*c == ';' && c[-1] == '\n')
			continue; /* what it shows is the current value */
		*to++ = *c;
	}
	*to = 0;
	T_EQUAL(check(text), 1);
	for (const char *line = face_err; *line; line = strchr(line, '\n') + 1)
		T_CHECK(within(line, "\n", "the passphrase is empty")); /* of listener and peer */
}

/* Is the key in the manual, below the heading of its section, with its default? */
static bool manual_tells(const char *section, const struct conf_key *key)
{
	char heading[64], item[64];

	snprintf(heading, sizeof(heading), "\n.Ss Section %s", section);
	snprintf(item, sizeof(item), "\n.It Ic %s No = Ar %s\n", key->name,
	         key_type_name(key->type));
	const char *from = strstr(text, heading);
	const char *at = from ? within(from, "\n.S", item) : NULL;
	if (!at)
		return false;
	if (key->required)
		return within(at, "\n.Dl", "\nRequired.\n");
	return within(at, "\n.Dl", "Default:") &&
	       within(at, "\n.Dl", key->initial ? key->initial : "Default: the listener's");
}

/* From when a change counts is said where it is not at once, and nowhere else. */
static bool manual_tells_when(const char *section, const struct conf_key *key)
{
	char heading[64], item[64], when[64];

	snprintf(heading, sizeof(heading), "\n.Ss Section %s", section);
	snprintf(item, sizeof(item), "\n.It Ic %s No = Ar ", key->name);
	snprintf(when, sizeof(when), "\nA change takes effect %s.\n", conf_when_name(key->when));
	const char *from = strstr(text, heading);
	const char *at = from ? within(from, "\n.S", item) : NULL;
	if (!at)
		return false;
	bool told = within(at, "\n.Dl", "\nA change takes effect ");
	bool right = within(at, "\n.Dl", when);
	bool anew = within(at, "\n.Dl", "\nA change restarts the reporter.\n");
	return (key->when == CONF_NOW ? !told : right) && anew == key->anew;
}

T_CASE(the_manual_tells_when_a_change_counts)
{
	T_CHECK(face_read("man/freedmr.conf.5", text) > 0);
	for (enum section_kind kind = 0; kind < SECTION_KINDS; kind++)
		for (size_t i = 0; i < section_info(kind)->key_count; i++)
			if (!manual_tells_when(section_name(kind), &section_info(kind)->keys[i]))
				t_fail(__FILE__, __LINE__,
				       "[%s] %s: the manual does not say when a change counts",
				       section_name(kind), section_info(kind)->keys[i].name);
}

T_CASE(the_manual_tells_every_key)
{
	T_CHECK(face_read("man/freedmr.conf.5", text) > 0);
	for (enum section_kind kind = 0; kind < SECTION_KINDS; kind++)
		for (size_t i = 0; i < section_info(kind)->key_count; i++)
			if (!manual_tells(section_name(kind), &section_info(kind)->keys[i]))
				t_fail(__FILE__, __LINE__, "[%s] %s is not in the manual as it is",
				       section_name(kind), section_info(kind)->keys[i].name);
}

T_MAIN()
