#!/bin/sh
# Text: tabs for indent, at most 100 columns (a tab counts eight), no blanks at the end of a line.
cd "$(dirname "$0")/../.." || exit 1

# rule NAME: fails with the first line it is given.
rule() {
	if read -r first; then
		echo "not ok format.$1: $first ($(($(wc -l) + 1)))"
	else
		echo "ok format.$1"
	fi
}

sources=$(git ls-files '*.[ch]')
# shellcheck disable=SC2086  # names without blanks
{
	grep -nE '^ +[^ *]' $sources | grep -vE ':[0-9]+: \*' | rule tabs_for_indent
	grep -nE '[ 	]$' $sources | rule no_trailing_blanks
	for source in $sources; do
		expand "$source" | awk -v f="$source" 'length > 100 { print f ":" NR ": " length " columns" }'
	done | rule at_most_100_columns
}
