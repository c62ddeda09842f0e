#!/bin/sh
# Follows a FreeDMR server into PostgreSQL, see README: postgresql.sh [SOCKET]
# FREEDMR is the program; PGHOST, PGDATABASE and the like say where the database is.
freedmr=${FREEDMR:-freedmr}
socket=${1:-/run/freedmr/control.sock}

ctl() {
	"$freedmr" ctl -s "$socket" --json "$@"
}

# Each line becomes a statement of its own; a quote in it is doubled, and nothing else in it counts.
load() {
	sed -u "s/'/''/g; s/.*/select freedmr.take($1, '&');/" |
		psql -qXAt -v ON_ERROR_STOP=1 -c 'set standard_conforming_strings = on' -f - >/dev/null
}

while :; do
	server=$(ctl status | sed -n 's/^{"row":"server","id":\([0-9]*\).*/\1/p')
	if [ -n "$server" ]; then
		# What was missed, once the events are followed; what comes twice is kept once.
		{ sleep 2; ctl lastheard | load "$server"; } &
		ctl events | load "$server"
		wait
	fi
	sleep "${RETRY:-5}"
done
