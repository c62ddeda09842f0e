#!/bin/sh
# What the linker sees: the deterministic floors call nothing but themselves, base, and a few string functions;
# and nothing in base that reads a clock, takes chance or writes a log. Nobody has a second thread, or a lock.
cd "$(dirname "$0")/../.." || exit 1
objects=build/obj/native

for room in base dmr conf wire state core; do
	[ -e "$objects/$room.a" ] || { echo "skip symbols.deterministic_floors: $room.a is not built"; exit; }
done

nm --defined-only "$objects"/base.a "$objects"/dmr.a "$objects"/conf.a "$objects"/wire.a "$objects"/state.a \
	"$objects"/core.a 2>/dev/null | awk 'NF == 3 { print $3 }' | grep -vE '^(log_[^l]|random_)' | sort -u >build/test/defined
nm -A -u "$objects"/dmr.a "$objects"/wire.a "$objects"/state.a "$objects"/core.a 2>/dev/null |
	awk 'NR == FNR { known[$1] = 1; next } NF > 1 && $(NF - 1) == "U" && !known[$NF] { print $1 " " $NF }' build/test/defined - |
	grep -vE ' (mem(cpy|move|set|cmp|chr)|str(n?len|n?cmp|chr|spn|cspn)|__assert_fail|_GLOBAL_OFFSET_TABLE_)$' \
		>build/test/foreign

if [ -s build/test/foreign ]; then
	echo "not ok symbols.deterministic_floors: $(head -3 build/test/foreign | tr '\n' ';')"
else
	echo "ok symbols.deterministic_floors"
fi

# none NAME SYMBOLS: nobody calls for one of these.
none() {
	found=$(nm -A -u "$objects"/*.a | grep -m1 -E " ($2)$")
	if [ -n "$found" ]; then
		echo "not ok symbols.$1: $found"
	else
		echo "ok symbols.$1"
	fi
}

none one_thread 'pthread_create|thrd_create|clone'
none no_lock '(pthread_(mutex|rwlock|spin|cond)|mtx|cnd|sem)_[a-z]*|flock|lockf|flockfile'
