#include "io/print.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

bool print(FILE *out, const char *format, ...)
{
	char buf[PRINT_MAX];
	struct text t = text_make(buf, sizeof(buf));
	va_list args;

	va_start(args, format);
	text_vformat(&t, format, args);
	va_end(args);
	return fwrite(t.at, 1, t.len, out) == t.len && !t.cut;
}

void print_errno(const char *face, const char *of)
{
	print(stderr, "%s: %s: %s\n", face, of, strerror(errno));
}
