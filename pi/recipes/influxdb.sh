#!/bin/sh
# Follows an MQTT broker and prints InfluxDB line protocol, times in milliseconds, see README:
# influxdb.sh [OPTION of mosquitto_sub ...]
#
# Tags are few by nature: server, talkgroup, slot, link. Who talked is a field.
mosquitto_sub "$@" -t 'dmr/+/ev/call' -F '%t %p' |
	jq --unbuffered -Rr '
		def tag: tostring | gsub("[\\x00-\\x1f\\\\]"; "_") | gsub("(?<c>[ ,=])"; "\\\(.c)");
		def text: "\"" + (gsub("[\\x00-\\x1f]"; " ") | gsub("(?<c>[\"\\\\])"; "\\\(.c)")) + "\"";
		capture("^[^/]*/(?<server>[^/]*)/[^ ]* (?<json>.*)$") | .server as $server |
		.json | fromjson | select(.ev == "call.end" or .ev == "call.lost") |
		"call,server=\($server | tag),talkgroup=\(if .unit then 0 else .conference end)" +
		",slot=\(.slot)" + (if .peer == "" then "" else ",link=\(.peer | tag)" end) +
		" radio=\(.src)i,callsign=\(.src_callsign // "" | text),seconds=\(.dur),frames=\(.frames)i" +
		",lost=\(.lost)i,loss=\(.loss),ber=\(.ber),reason=\(.reason | text) \(.t * 1000 | floor)"
	'
