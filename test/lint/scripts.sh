#!/bin/sh
# Shell scripts are shellcheck-clean.
cd "$(dirname "$0")/../.." || exit 1
command -v shellcheck >/dev/null || { echo "skip scripts.shellcheck: there is no shellcheck"; exit; }

# shellcheck disable=SC2046  # names without blanks
if shellcheck -x $(git grep -lI -E '^#!/bin/sh' -- .); then
	echo "ok scripts.shellcheck"
else
	echo "not ok scripts.shellcheck: see above"
fi
