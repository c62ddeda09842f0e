/*
 * The unit test harness: named cases that state a fact. A program prints one line
 * per case, "ok NAME", "not ok NAME: file:line: what" or "skip NAME: why", and
 * exits 1 when a case failed. NAME is "t_file.case".
 *
 *   T_CASE(full_table_refuses_newest) { T_CHECK(!table_add(&t)); }
 *   T_MAIN()
 *
 * Cases run in the order of the file.
 */
#ifndef HARNESS_T_H
#define HARNESS_T_H

#include <stddef.h>
#include <stdint.h>

/* How long to wait for what is to come, in milliseconds: a busy machine is not a fault. */
#define T_PATIENCE_MS 60000

struct t_case {
	const char *name;
	void (*run)(void);
	int line;
	struct t_case *next;
};

/* A failing check prints and leaves the case. */
#define T_CHECK(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			t_fail(__FILE__, __LINE__, "%s", #condition);                              \
			return;                                                                    \
		}                                                                                  \
	} while (0)

#define T_EQUAL(actual, expected)                                                                  \
	do {                                                                                       \
		long long t_a = (long long)(actual), t_e = (long long)(expected);                  \
		if (t_a != t_e) {                                                                  \
			t_fail(__FILE__, __LINE__, "%s is %lld, not %lld", #actual, t_a, t_e);     \
			return;                                                                    \
		}                                                                                  \
	} while (0)

#define T_TEXT(actual, expected)                                                                   \
	do {                                                                                       \
		if (!t_same_text((actual), (expected))) {                                          \
			t_fail(__FILE__, __LINE__, "%s is \"%s\", not \"%s\"", #actual, (actual),  \
			       (expected));                                                        \
			return;                                                                    \
		}                                                                                  \
	} while (0)

/* Equal octets; prints both in hex. */
#define T_BYTES(actual, expected, len)                                                             \
	do {                                                                                       \
		if (!t_same_bytes(__FILE__, __LINE__, #actual, (actual), (expected), (len)))       \
			return;                                                                    \
	} while (0)

/* A case makes itself known before main begins. */
#define T_CASE(name)                                                                               \
	static void name(void);                                                                    \
	__attribute__((constructor)) static void t_add_##name(void)                                \
	{                                                                                          \
		static struct t_case one = {#name, name, __LINE__, NULL};                          \
		t_add(&one);                                                                       \
	}                                                                                          \
	static void name(void)

void t_add(struct t_case *one);
int t_run(const char *file);
void t_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int t_failed(void); /* has the running case failed? For helpers called by cases */
int t_same_text(const char *a, const char *b);
int t_same_bytes(const char *file, int line, const char *what, const void *a, const void *b,
                 size_t len);

/* Hex text to octets; returns the length, ends the program on bad hex. */
size_t t_hex(const char *hex, void *out, size_t cap);

/* The value of `name = hex` in a vector file (test/data/NAME); ends the program when it is not
 * there. */
size_t t_vector(const char *file, const char *name, void *out, size_t cap);

/*
 * A copy of `len` octets that ends flush against an inaccessible page: reading one octet too far is
 * a crash. Valid until the next call.
 */
const uint8_t *t_guarded(const void *bytes, size_t len);

/* Runs `body` in a process of its own. Its failed checks are the case's, as is a signal that ends
 * it.
 */
void t_apart(void (*body)(void));

/*
 * From now on the kernel answers that system call of this process with `error` and does not do it;
 * 0: as if it were done. With t_refuse_where() only if the lower half of that argument, from 0, has
 * this value. For good, so in t_apart(). The check fails where the kernel has no filters.
 */
void t_refuse(long call, int error);
void t_refuse_where(long call, int argument, uint32_t value, int error);

#define T_MAIN(...)                                                                                \
	int main(void)                                                                             \
	{                                                                                          \
		return t_run(__FILE__);                                                            \
	}

#endif
