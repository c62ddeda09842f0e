#!/bin/sh
# All that does not end in _linux.c is C11 and POSIX.1-2008 and nothing else, by the headers of musl, which hide the rest; and
# modules/README.md names every file that another system needs a body for.
cd "$(dirname "$0")/../.." || exit 1
command -v musl-gcc >/dev/null || { echo "skip portable.strict_posix: there is no musl-gcc"; exit; }

faults=
# shellcheck disable=SC2046  # names without blanks
for source in $(git ls-files 'modules/*.c' freedmr.c | grep -v '_linux\.c$'); do
	musl-gcc -std=c11 -pedantic -Wall -Wextra -Werror -D_POSIX_C_SOURCE=200809L -Iinclude -Imodules -DVERSION='""' \
		-DCOMMIT='""' -fsyntax-only "$source" || faults="$faults $source"
done
if [ -z "$faults" ]; then
	echo "ok portable.strict_posix"
else
	echo "not ok portable.strict_posix:$faults"
fi

unnamed=
for source in $(git ls-files 'modules/*_linux.c'); do
	grep -q "\`${source##*/}\`" modules/README.md || unnamed="$unnamed $source"
done
if [ -z "$unnamed" ]; then
	echo "ok portable.what_another_system_needs_is_listed"
else
	echo "not ok portable.what_another_system_needs_is_listed:$unnamed"
fi
