#!/bin/sh
# Follows an MQTT broker into SQLite, see README: sqlite.sh DATABASE [OPTION of mosquitto_sub ...]
# The topics are those servers have by default, dmr/ID/...
database=${1:?sqlite.sh DATABASE [OPTION ...]}
shift

# A quote is doubled; nothing else in a line counts.
mosquitto_sub "$@" -t 'dmr/+/ev/call' -F '%t %p' |
	sed -u "s/'/''/g; s/^\([^ ]*\) \(.*\)/insert into line values ('\1', '\2');/" |
	sqlite3 -batch -cmd '.timeout 10000' "$database"
