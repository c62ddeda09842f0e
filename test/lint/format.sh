#!/bin/sh
# Text: at most 100 columns (a tab counts eight), no blanks at the end of a line. Tabs and the rest are .clang-format's.
cd "$(dirname "$0")/../.." || exit 1

# rule NAME: fails with the first line it is given.
rule() {
	if read -r first; then
		printf 'not ok format.%s: %s (%d)\n' "$1" "$first" $(($(wc -l) + 1))
	else
		echo "ok format.$1"
	fi
}

sources=$(git ls-files '*.[ch]')
# shellcheck disable=SC2086  # names without blanks
{
	grep -nE '[ 	]$' $sources | rule no_trailing_blanks
	for source in $sources; do
		expand "$source" | LC_ALL=C.UTF-8 grep -nE '^.{101}' | sed "s,^,$source:,"
	done | rule at_most_100_columns
}
