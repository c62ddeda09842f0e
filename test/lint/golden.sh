#!/bin/sh
# Every scenario has its line in test/golden, and none that is gone; so have the other stories.
cd "$(dirname "$0")/../.." || exit 1

lines=$(sed -n 's/^scenario \([^ ]*\) .*/\1/p' test/golden)
files=$(printf '%s\n' test/sim/*.scn | sed 's,.*/,,; s,\.scn$,,')
differ=$(printf '%s\n' "$lines" "$files" | sort | uniq -u)
counts=$(for kind in mesh random fuzz; do grep -c "^$kind" test/golden; done | tr '\n' ' ')
if [ "$counts" != "100 72 3 " ]; then
	echo "not ok golden.has_every_scenario: $counts of 100 meshes, 72 random stories and 3 corpora (make golden)"
elif [ -n "$differ" ]; then
	echo "not ok golden.has_every_scenario: $(echo "$differ" | tr '\n' ' ')(make golden)"
else
	echo "ok golden.has_every_scenario"
fi
