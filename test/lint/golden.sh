#!/bin/sh
# Every scenario has its line in test/golden, and none that is gone.
cd "$(dirname "$0")/../.." || exit 1

lines=$(sed -n 's/^scenario \([^ ]*\) .*/\1/p' test/golden)
files=$(printf '%s\n' test/sim/*.scn | sed 's,.*/,,; s,\.scn$,,')
differ=$(printf '%s\n' "$lines" "$files" | sort | uniq -u)
if [ -n "$differ" ]; then
	echo "not ok golden.has_every_scenario: $(echo "$differ" | tr '\n' ' ')(make golden)"
else
	echo "ok golden.has_every_scenario"
fi
