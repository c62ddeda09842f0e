#!/bin/sh
# The stack that functions of base, dmr, wire, state and core take, and that none of them calls itself.
cd "$(dirname "$0")/../.." || exit 1
for room in base dmr wire state core; do
	[ -e "build/lint/modules/$room" ] && continue
	echo "skip stack.all: gcc has not written about $room (make made-stack)"
	exit
done
# shellcheck disable=SC2046  # names without blanks
exec test/lint/stack.py $(find build/lint/modules/base build/lint/modules/dmr build/lint/modules/wire \
	build/lint/modules/state build/lint/modules/core -name '*.ci')
