#!/usr/bin/env python3
"""Checks that every test test/REQUIREMENTS.md names was run and passed: requirements.py build/test/results.

A name in backticks in the last column is SUITE/CASE, or SUITE/PROGRAM for all cases of one program. One line for each
requirement: "ok requirements.R3", "not ok requirements.R3: why", or "skip ..." when a test it needs was skipped.
"""

import os
import re
import sys

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "REQUIREMENTS.md")


def results(path):
    """{SUITE/CASE: "ok", "not ok" or "skip"}; a case that failed once has failed."""
    found = {}
    with open(path) as f:
        for line in f:
            m = re.match(r"(ok|not ok|skip) ([^:\s]+)", line)
            if m and found.get(m[2]) != "not ok":
                found[m[2]] = m[1]
    return found


def verdict(name, found):
    """How that test went; None: it was not run. Of a program's cases the worst counts."""
    cases = [v for n, v in found.items() if n == name or n.startswith(name + ".") or n.startswith(name + "/")]
    for worst in ("not ok", "skip", "ok"):
        if worst in cases:
            return worst
    return None


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: requirements.py RESULTS")
    found = results(sys.argv[1])
    failed = False
    with open(TABLE) as f:
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in f if line.startswith("|")]
    for numbers, _, tests in rows[2:]:
        names = [n for n in re.findall(r"`([^`]+)`", tests) if not n.startswith("make ")]
        verdicts = {n: verdict(n, found) for n in names}
        bad = ["%s %s" % (n, "was not run" if v is None else "failed")
               for n, v in verdicts.items() if v in (None, "not ok")]
        skipped = [n for n, v in verdicts.items() if v == "skip"]
        for number in numbers.split(", "):
            if bad:
                failed = True
                print("not ok requirements.%s: %s" % (number, ", ".join(bad)))
            elif skipped:
                print("skip requirements.%s: %s" % (number, ", ".join(skipped)))
            else:
                print("ok requirements.%s" % number)
    sys.exit(1 if failed else 0)


main()
