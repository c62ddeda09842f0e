#!/bin/sh
# What `make mutate-claims` changes is still there.
cd "$(dirname "$0")/../.." || exit 1
exec test/mutate/claims.py check
