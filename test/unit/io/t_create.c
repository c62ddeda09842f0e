#include "io/create.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "harness/t.h"

static char directory[64], path[96];

static void begin(void)
{
	text_copy(directory, sizeof(directory), "/tmp/freedmr-create-XXXXXX");
	if (!mkdtemp(directory))
		abort();
	struct text t = text_make(path, sizeof(path));
	text_format(&t, "%s/file", directory);
}

static void end(void)
{
	unlink(path);
	rmdir(directory);
}

/* Is it a private file that can be written? Closes it. */
static bool is_private(FILE *f)
{
	struct stat s;

	return f && fputs("x", f) >= 0 && fstat(fileno(f), &s) == 0 &&
	       (s.st_mode & 0777) == 0600 && fclose(f) == 0;
}

T_CASE(first_is_refused_where_there_is_something)
{
	begin();
	T_CHECK(is_private(create_first(path)));
	T_CHECK(!create_first(path) && errno == EEXIST);
	T_CHECK(unlink(path) == 0 && symlink("elsewhere", path) == 0);
	T_CHECK(!create_first(path) && errno == EEXIST);
	end();
}

T_CASE(new_replaces_a_file_and_a_link)
{
	struct stat s;

	begin();
	T_CHECK(is_private(create_new(path)) && is_private(create_new(path)));
	T_CHECK(unlink(path) == 0 && symlink("elsewhere", path) == 0);
	T_CHECK(is_private(create_new(path)));
	T_CHECK(lstat(path, &s) == 0 && S_ISREG(s.st_mode) && s.st_size == 1);
	T_CHECK(unlink(path) == 0 && mkdir(path, 0700) == 0);
	T_CHECK(!create_new(path));
	T_CHECK(rmdir(path) == 0);
	end();
}

T_CASE(beside_has_another_name_each_time)
{
	char one[CREATE_PATH_MAX], two[CREATE_PATH_MAX], longest[CREATE_PATH_MAX];

	begin();
	T_CHECK(is_private(create_beside(path, one)) && is_private(create_beside(path, two)));
	T_CHECK(strcmp(one, two) != 0 && strncmp(one, path, strlen(path)) == 0);
	T_CHECK(access(path, F_OK) != 0);
	T_CHECK(unlink(one) == 0 && unlink(two) == 0);
	for (size_t i = 0; i < sizeof(longest); i++)
		longest[i] = i % 2 ? '/' : 'x';
	longest[sizeof(longest) - 1] = 0;
	T_CHECK(!create_beside(longest, one) && errno == ENAMETOOLONG);
	T_CHECK(!create_beside("/nonexistent/file", one) && errno == ENOENT);
	end();
}

/* A name has 255 octets at most: of a longer path all directories stay. */
T_CASE(beside_fits_whatever_has_a_name)
{
	char longest[sizeof(path) + 255], beside[CREATE_PATH_MAX];

	begin();
	struct text t = text_make(longest, sizeof(longest));
	text_format(&t, "%s/", directory);
	for (size_t directories = t.len; t.len < directories + 255;)
		text_char(&t, 'x');
	T_CHECK(!t.cut && is_private(create_beside(longest, beside)));
	T_EQUAL(strlen(beside), strlen(longest));
	T_CHECK(rename(beside, longest) == 0 && unlink(longest) == 0);
	memcpy(longest + strlen(longest) - 8, "\xe2\x82\xac", 3); /* it is cut before a character */
	T_CHECK(is_private(create_beside(longest, beside)));
	T_EQUAL(strlen(beside), strlen(longest) - 1);
	T_CHECK(unlink(beside) == 0);
	end();
}

T_MAIN()
