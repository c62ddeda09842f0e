#!/bin/sh
# What the linker sees: the deterministic floors call nothing but themselves, base, and a few string functions, and
# nothing in base that reads a clock, takes chance or writes a log; all they know is in what they are given. Nobody has
# a second thread, a lock, or storage of a thread. A table's rows are made and ended by their owner alone.
# symbols.sh [DIRECTORY]: where the archives of the rooms are
cd "$(dirname "$0")/../.." || exit 1
objects=${1:-build/obj/native}

for room in base dmr conf wire state core; do
	[ -e "$objects/$room.a" ] || { echo "skip symbols.deterministic_floors: $room.a is not built"; exit; }
done

# result NAME: fails with the first lines of standard input, passes when there are none.
result() {
	if first=$(grep -m 3 .); then
		echo "not ok symbols.$1: $(echo "$first" | tr '\n' ';')"
	else
		echo "ok symbols.$1"
	fi
}

nm --defined-only "$objects"/base.a "$objects"/dmr.a "$objects"/conf.a "$objects"/wire.a "$objects"/state.a \
	"$objects"/core.a 2>/dev/null | awk 'NF == 3 { print $3 }' | grep -vE '^(log_[^l]|random_)' | sort -u >"$objects/defined"
nm -A -u "$objects"/dmr.a "$objects"/wire.a "$objects"/state.a "$objects"/core.a 2>/dev/null |
	awk 'NR == FNR { known[$1] = 1; next } NF > 1 && $(NF - 1) == "U" && !known[$NF] { print $1 " " $NF }' "$objects/defined" - |
	grep -vE ' (mem(cpy|move|set|cmp|chr)|str(n?len|n?cmp|chr|spn|cspn)|__assert_fail|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_)$' |
	result deterministic_floors

# Tables of pointers are written once, by who loads a program that may lie anywhere.
for room in dmr wire state core; do
	nm -f sysv "$objects/$room.a" 2>/dev/null |
		awk -F'|' -v room="$room" '$7 ~ /^\.?(data|bss|tdata|tbss|\*COM\*)/ && $7 !~ /^\.data\.rel\.ro/ { print room ":" $1 }'
done | result deterministic_floors_keep_nothing

# called NAMES: who calls for one of these.
called() {
	nm -A -u "$objects"/*.a 2>/dev/null | grep -E " U ($1)\$" | sed 's,.*/,,' | tr -s ' '
}

called 'pthread_create|thrd_create|clone' | result one_thread
called '(pthread_(mutex|rwlock|spin|cond)|mtx|cnd|sem)_[a-z]*|flock|lockf|flockfile' | result no_lock
nm -f sysv "$objects"/*.a 2>/dev/null | awk -F'|' '$4 ~ /TLS/ { print $1 }' | result nothing_belongs_to_a_thread

# What makes or ends rows, or opens sockets, and the modules that may.
owners='
session_(add|add_uplink|place|remove) session uplink takeover
subscription_(add|remove) subscribe uplink takeover
conference_(hold|let_go) call takeover
stream_(add|bury) stream player
claim_take relay claim
quench_make relay link
quenches_forget mesh
location_learn locate restore takeover
location_hear locate
peer_reset_address mesh takeover
blocklist_add blocklist
decision_add decision
udp_open|tcp_listen|unix_listen open sockets listening doctor
'
echo "$owners" | while read -r functions modules; do
	[ -n "$functions" ] || continue
	called "$functions" | grep -vE "^[a-z]+\.a:($(echo "$modules" | tr ' ' '|'))\.o:"
	called "$functions" | grep -q . || echo "no code calls $functions"
done | result owners_alone_change_tables
