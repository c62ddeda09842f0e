#!/bin/sh
# Every counter of the core is moved by a test that says how far: a scenario, or a program that names it.
cd "$(dirname "$0")/../.." || exit 1

names=$(sed -n 's/.*X([A-Z_]*, "\([a-z_]*\)").*/\1/p' modules/core/step/counter.h)
still=$(for name in $names; do
	git grep -qE "counter name $name value [1-9]" -- 'test/sim/*.scn' ||
		git grep -qwE "(freedmr_)?$name" -- 'test/unit/*.c' 'test/e2e/*.py' 'test/mesh/*.c' || echo "$name"
done)
if [ -n "$still" ] || [ -z "$names" ]; then
	echo "not ok counters.each_is_moved_by_a_test: $(echo "$still" | tr '\n' ' ')"
else
	echo "ok counters.each_is_moved_by_a_test"
fi

reasons=$(grep -oE 'X\(REFUSED_[A-Z_0-9]+' modules/core/delivery/refuse.h | cut -d'(' -f2)
unused=$(for reason in $reasons; do
	git grep -qw "$reason" -- 'modules/core/*.c' || echo "$reason"
done)
if [ -n "$unused" ] || [ -z "$reasons" ]; then
	echo "not ok counters.each_reason_is_given: $(echo "$unused" | tr '\n' ' ')"
else
	echo "ok counters.each_reason_is_given"
fi
