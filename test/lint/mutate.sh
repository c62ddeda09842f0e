#!/bin/sh
# The tool behind `make mutate`, and its list of changes that make no difference.
cd "$(dirname "$0")/../.." || exit 1
exec test/mutate/selftest.py
