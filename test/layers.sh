#!/bin/sh
# Includes point down and have no cycle; the deterministic floors make no system call; some functions are banned.
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

# The folders of a room, the lowest first: a file may include those of its own folder and of the lines above.
# A file outside the folders is on top.
floors_of() {
	case $1 in
	core) echo 'step
telling
delivery
conference
routing
mesh
access' ;;
	report) echo 'model
connection history
event
control legacy mqtt persist
http' ;;
	esac
}

# result NAME FILE: fails with the first lines of FILE, passes when it is empty.
result() {
	if [ -s "$2" ]; then
		echo "not ok layers.$1: $(head -3 "$2" | tr '\n' ';') ($(wc -l <"$2"))"
		failed=1
	else
		echo "ok layers.$1"
	fi
}

# code FILE...: FILE:LINE:TEXT without comments and string literals, except the names of includes.
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

sed 's,^include/,,; s,^modules/\(.*\)\.c ,\1.h ,; s,^modules/,,' "$work/includes" | awk '$1 != $2' |
	sed 's,\([a-z]*\)/[^ ]*/\([^ /]*\)\.h,\1/\2.h,g' | awk '$1 != $2' | sort -u |
	tsort 2>&1 >/dev/null | sed -n 's/^tsort: \([^-]\)/\1/p' >"$work/circles"
result no_circular_include "$work/circles"

# Of a room with folders, each module and its folder; a public header belongs to the folder of its body.
folders() {
	find "modules/$1" -name '*.[ch]' | awk -F/ '{ sub(/\.[ch]$/, "", $NF); print $NF, (NF > 3 ? $3 : "top") }' | sort -u
}

for room in core report; do
	{ floors_of "$room"; echo top; } | awk 'NF { for (i = 1; i <= NF; i++) print "floor", $i, NR }' >"$work/floors"
	{ cat "$work/floors"; folders "$room"; echo includes; cat "$work/includes"; } | awk -v room="$room" '
		function module(path) { sub(/.*\//, "", path); sub(/\.[ch]$/, "", path); return path }
		$1 == "floor" { floor[$2] = $3; next }
		$1 == "includes" { reading = 1; next }
		!reading { folder[$1] = $2; next }
		$1 !~ "^(include|modules)/" room "/" || $2 !~ "^" room "/" { next }
		{ from = folder[module($1)]; to = folder[module($2)] }
		from != to && !(floor[from] > floor[to]) { print $1 " includes " $2 }' >"$work/$room"
	result "no_upward_include_in_$room" "$work/$room"
done

awk '{ print $2 }' "$work/includes" | sort -u | while read -r header; do
	[ -e "include/$header" ] || [ -e "modules/$header" ] || echo "$header does not exist"
done >"$work/lost"
result every_include_exists "$work/lost"

# A header is in include/ if a file of another room includes it, whichever header may bring it along; else beside
# its body. What a header in include/ includes is there too.
awk '{ split($1, from, "/"); split($2, to, "/")
	print $2, from[2] != to[1] ? "other" : from[1] == "include" ? "face" : "own" }' "$work/includes" |
	sort -u >"$work/uses"
{
	while read -r header use; do
		[ "$use" = own ] || [ -e "include/$header" ] || echo "$header is private, and another room needs it"
	done <"$work/uses"
	find include -name '*.h' | sed 's,^include/,,' | while read -r header; do
		grep -qx "$header other" "$work/uses" || grep -qF "\"$header\"" freedmr.c ||
			echo "include/$header is for its own room only"
	done
} >"$work/faces"
result headers_stand_where_they_are_used "$work/faces"

# A function that others call begins with the name of its file, of its room, or of a struct that its header declares.
in_rooms state core | sed -nE '/\.c:/s/^([^:]*):[0-9]*:(const |struct |enum )*[a-z0-9_]+ \**([a-z0-9]+)(_[a-z0-9_]*)?\(.*/\1 \3/p' |
	while read -r file word; do
		name=$(basename "$file" .c) room=${file#modules/}
		case $word in "$name" | "${name}s" | "${name%y}ies" | "${name}es" | "${room%%/*}") continue ;; esac
		cat "${file%.c}.h" "include/${room%.c}.h" 2>/dev/null | grep -q "^struct ${word} {" || echo "$file calls a function $word"
	done >"$work/prefixes"
result a_prefix_is_the_name_of_a_file "$work/prefixes"

# shellcheck disable=SC2086
in_rooms $deterministic | grep -E '#[ \t]*include[ \t]*<' |
	grep -vE '<(inttypes|limits|stdalign|stdarg|stdarg|stdbool|stddef|stdint|string)\.h>' |
	grep -v '^modules/wire/recording\.c:.*<stdatomic\.h>' >"$work/system" # memory that three processes share
result deterministic_floors_know_no_system "$work/system"

# calls NAMES: lines in which one of the functions is called.
calls() {
	grep -E "(^|[^A-Za-z0-9_.>])($1)[ \t]*\\("
}

calls 'strcpy|strcat|sprintf|vsprintf|atoi|atol|strtok|gets|alloca' <"$work/code" >"$work/unsafe"
result no_unsafe_function "$work/unsafe"

calls 'malloc|calloc|realloc|free|strdup' <"$work/code" |
	grep -vE '^modules/(base/arena\.c|io/linked\.c|command/|report/|parent/)' >"$work/heap"
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

# The tables of a core are seen by the core alone; others hand it events and get actions.
{
	grep -E 'struct core \{' "$work/code" | grep -v '^modules/core/step/step\.h:'
	grep -E '^include/.*struct core \*' "$work/code" |
		grep -vE 'const struct core \*|struct core \*core_(open|find)\(|void core_step\(|core_(adopt|lost_client|take_over|resume)\('
} >"$work/doors"
result state_changes_by_core_step_only "$work/doors"

calls 'epoll_wait|epoll_pwait|poll|ppoll|select|pselect' <"$work/code" |
	grep -vE '^modules/(io/poller_|command/)' >"$work/waits"
result whoever_waits_waits_in_the_poller "$work/waits"

exit "${failed:-0}"
