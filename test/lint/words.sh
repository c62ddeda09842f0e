#!/bin/sh
# Comments, messages and manuals read as an engineer would speak: none of these phrases occurs in them.
cd "$(dirname "$0")/../.." || exit 1

# An extended regular expression each, and behind ": " what to say instead.
phrases='who keys (it|a|up): key up on
what it takes to: needs
as far as it is known: if known
(is|are|was|were|be) told: gets, is sent, is notified, is reported
says no: refuses
decided lately: recent decisions
lately: recently
stands (at|in|there|here|behind|beside|where): is
how it stands: state
left out of account: ignored
is there already: already exists
shown nowhere: never displayed
is no (conference|talkgroup|number|file|index|section|client|key|line): is not a
h[au]ngs? up on: closes the connection
the inside of: private to
(made|makes?|begins?|began|begun|starts?|started|logs in|counts?|signed|numbered|linked|written)( [a-z]+){0,3} anew: restarts, again
obeyed: is accepted
looks? on: watches
(it|that|what) is [a-z]+.s business: see
by turns: in turn
whose wish: who asked'

# Each file as one line, without the marks of comments and of breaks in strings.
# shellcheck disable=SC2016
flat='function out() { gsub(/[ \t]+/, " ", text); if (name) print name ": " text; text = "" }
FNR == 1 { out(); name = FILENAME }
{ gsub(/^[ \t]*(\*|#)?[ \t]*|"$/, ""); sub(/^"/, ""); text = text " " $0 }
END { out() }'

found() {
	grep -aoiE "(^[^ ]*:|.{0,30}[^a-z_])($(echo "$phrases" | sed 's/: .*//' | paste -sd '|' -))([^a-z_].{0,30}|$)"
}

planted=$(mktemp) || exit 1
trap 'rm -f "$planted"' EXIT
printf '/* The operator\n * is told. */\nint x;\nlog_warn("what was decided "\n         "lately");\n' >"$planted"
if [ "$(awk "$flat" "$planted" | found | wc -l)" = 2 ]; then
	echo "ok words.planted_ones_are_found"
else
	echo "not ok words.planted_ones_are_found: $(awk "$flat" "$planted" | found)"
fi

# Text written here: not the recordings and samples of others, nor this list.
said=$(git ls-files freedmr.c include modules man pi cross test README.md CONTRIBUTING.md |
	grep -vE '^(test/data|test/fuzz/corpus|pi/apt|pi/monitoring/grafana)|words\.sh$' | xargs grep -Il . |
	xargs awk "$flat" | found)
if [ -z "$said" ]; then
	echo "ok words.none_to_avoid"
else
	echo "not ok words.none_to_avoid: $(echo "$said" | head -n 5 | tr '\n' ';')"
fi
