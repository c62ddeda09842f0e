#include "wire/parse.h"

const char *parse_name(enum parse p)
{
	switch (p) {
	case PARSE_OK:
		return "ok";
	case PARSE_IGNORE:
		return "ignore";
	case PARSE_BAD:
		return "bad";
	}
	return "?";
}
