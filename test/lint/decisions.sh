#!/bin/sh
# Every decision that is cited is one of modules/DECISIONS.md.
cd "$(dirname "$0")/../.." || exit 1

known=$(sed -n 's/^\([0-9]*\)\. \*\*.*/\1/p' modules/DECISIONS.md)
cited=$(git grep -hoE '[Dd]ecisions? [0-9]+((, | and | to )[0-9]+)*' -- '*.[ch]' '*.scn' '*.py' '*.md' | grep -oE '[0-9]+' | sort -un)
lost=$(for number in $cited; do echo "$known" | grep -qx "$number" || echo "$number"; done)
if [ -n "$lost" ] || [ -z "$cited" ]; then
	echo "not ok decisions.cited_ones_exist: $(echo "$lost" | tr '\n' ' ')"
else
	echo "ok decisions.cited_ones_exist"
fi
