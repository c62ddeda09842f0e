#!/bin/sh
# Includes point down and never round; the deterministic floors know no system; some functions nobody uses.
# Prints one result line per rule. TREE=DIR looks at another tree.
cd "${TREE:-$(dirname "$0")/..}" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# The rooms a room may include, besides itself.
allowed='
base
dmr base
conf base
wire conf dmr base
io wire base
state wire conf dmr base
core state wire conf dmr base
voice core state io wire conf dmr base
report io wire conf dmr base
parent voice report core state io wire conf dmr base
command parent voice report core state io wire conf dmr base
'
deterministic='dmr wire state core'

# The floors within the core, the lowest first: a module may include those of the lines above its own.
core='
actions counter event filter kind number sequence
step
contention limit prompt rewrite rows transit
check snapshot why
deliver link
relay
call
locate player
announce subscribe
dial
place restore
route
way
arrive login uplink
block mesh
intake obey
core
'

# result NAME FILE: fails with the first lines of FILE, passes when it is empty.
result() {
	if [ -s "$2" ]; then
		echo "not ok layers.$1: $(head -3 "$2" | tr '\n' ';') ($(wc -l <"$2"))"
		failed=1
	else
		echo "ok layers.$1"
	fi
}

# code FILE...: FILE:LINE:TEXT without comments and what stands in quotes, except the names of includes.
code() {
	awk '
	FNR == 1 { inside = 0 }
	{
		line = $0
		if (line !~ /^[ \t]*#[ \t]*include/)
			gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
		out = ""
		while (line != "") {
			if (inside) {
				at = index(line, "*/")
				if (!at) break
				line = substr(line, at + 2); inside = 0
			} else {
				at = index(line, "/*")
				if (!at) { out = out line; break }
				out = out substr(line, 1, at - 1); line = substr(line, at + 2); inside = 1
			}
		}
		sub(/\/\/.*/, "", out)
		print FILENAME ":" FNR ":" out
	}' "$@"
}

# files ROOM...: their headers and bodies.
files() {
	for room; do
		find "include/$room" "modules/$room" -name '*.[ch]' 2>/dev/null
	done | sort
}

rooms=$(echo "$allowed" | awk 'NF { print $1 }')
# shellcheck disable=SC2046,SC2086  # lists of names without blanks
code $(files $rooms) >"$work/code"

# in_rooms ROOM...: their lines of code.
in_rooms() {
	for room; do
		grep -E "^(include|modules)/$room/" "$work/code"
	done
}

# FILE INCLUDED, for each include of one of ours.
sed -n 's/^\([^:]*\):[0-9]*:[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*/\1 \2/p' "$work/code" >"$work/includes"

echo "$allowed" | awk '
	NR == FNR { for (i = 1; i <= NF; i++) may[$1, $i] = 1; next }
	{ split($1, from, "/"); split($2, to, "/"); if (!may[from[2], to[1]]) print $1 " includes " $2 }
	' - "$work/includes" >"$work/upward"
result no_upward_include "$work/upward"

sed 's,^include/,,; s,^modules/\(.*\)\.c ,\1.h ,' "$work/includes" | awk '$1 != $2' | sort -u |
	tsort 2>&1 >/dev/null | sed -n 's/^tsort: \([^-]\)/\1/p' >"$work/circles"
result no_circular_include "$work/circles"

echo "$core" | awk '
	NR == FNR { for (i = 1; i <= NF; i++) floor[$i] = NR; next }
	{ split($1, from, "[/.]"); split($2, to, "[/.]") }
	from[2] != "core" || to[1] != "core" || from[3] == to[2] { next }
	!floor[from[3]] || !floor[to[2]] || floor[from[3]] <= floor[to[2]] { print $1 " includes " $2 }
	' - "$work/includes" >"$work/core"
result no_upward_include_in_the_core "$work/core"

awk '{ print $2 }' "$work/includes" | sort -u | while read -r header; do
	[ -e "include/$header" ] || echo "include/$header does not exist"
done >"$work/lost"
result every_include_exists "$work/lost"

# shellcheck disable=SC2086
in_rooms $deterministic | grep -E '#[ \t]*include[ \t]*<' |
	grep -vE '<(inttypes|limits|stdalign|stdarg|stdarg|stdbool|stddef|stdint|string)\.h>' >"$work/system"
result deterministic_floors_know_no_system "$work/system"

# calls NAMES: lines in which one of the functions is called.
calls() {
	grep -E "(^|[^A-Za-z0-9_.>])($1)[ \t]*\\("
}

calls 'strcpy|strcat|sprintf|vsprintf|atoi|atol|strtok|gets|alloca' <"$work/code" >"$work/unsafe"
result no_unsafe_function "$work/unsafe"

calls 'malloc|calloc|realloc|free|strdup' <"$work/code" |
	grep -vE '^modules/(base/arena\.c|command/|report/|parent/)' >"$work/heap"
result no_heap_after_start "$work/heap"

# A libc's printf is as large as a room of ours; assert brings it along.
calls 'v?[sdf]?n?printf|assert' <"$work/code" >"$work/printf"
grep -nrE '%[-0-9.*lz]*[aAeEfFgGhijLnoptX]' modules --include='*.c' >>"$work/printf"
result formats_are_those_of_base_text "$work/printf"

calls 'clock_gettime|gettimeofday|time' <"$work/code" |
	grep -vE '^modules/(voice/voice\.c|report/report\.c|parent/|command/|base/log\.c)' >"$work/clock"
result clock_is_read_in_the_loops_only "$work/clock"

# shellcheck disable=SC2086
in_rooms $deterministic | calls 'print|fopen|socket|rand|random|getenv|log_[a-z]*' \
	>"$work/world"
result deterministic_floors_touch_no_world "$work/world"

grep -E '#[ \t]*include[ \t]*<(sys/(epoll|signalfd|timerfd|eventfd|prctl)|linux/[a-z_]*)\.h>' "$work/code" |
	grep -v '_linux\.c:' >"$work/linux"
result linux_stays_in_files_that_say_so "$work/linux"

public='core/(core|actions|counter|event)\.h'
find include/core -name '*.h' | grep -vE "$public" >"$work/inside"
{
	awk '{ print $1 ": includes " $2 }' "$work/includes" | grep -E 'includes core/' |
		grep -vE "^(modules|include)/core/|includes $public\$"
	grep -E 'struct core \{' "$work/code" | grep -v '^include/core/step\.h:'
	grep -E '^include/.*struct core \*' "$work/code" | grep -vFf "$work/inside" |
		grep -vE 'const struct core \*|struct core \*core_open\(|void core_step\('
} >"$work/doors"
result state_changes_by_core_step_only "$work/doors"

calls 'epoll_wait|epoll_pwait|poll|ppoll|select|pselect' <"$work/code" |
	grep -vE '^modules/(io/poller_|command/)' >"$work/waits"
result whoever_waits_waits_in_the_poller "$work/waits"

exit "${failed:-0}"
