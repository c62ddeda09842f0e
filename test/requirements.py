#!/usr/bin/env python3
"""Checks that every test that REQUIREMENTS.md and TRAPS.md of this directory name was run and passed.

    requirements.py build/test/results

A name in backticks in the last column is SUITE/CASE, or SUITE/PROGRAM for all cases of one program. One line for each
row: "ok requirements.R3", "not ok traps.5/11: why", or "skip ..." when a test it needs was skipped.
"""

import os
import re
import sys

TABLES = ("requirements", "traps")


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


def rows(table):
    """[(numbers, what, tests)] of a table of this directory."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), table.upper() + ".md")
    with open(path) as f:
        lines = [line.strip().strip("|") for line in f if line.startswith("|")]
    return [[cell.strip() for cell in line.split("|")] for line in lines[2:]]


def judge(table, found):
    """Prints a line for each number; whether all stand."""
    stands = True
    for numbers, _, tests in rows(table):
        names = [n for n in re.findall(r"`([^`]+)`", tests) if not n.startswith("make ")]
        verdicts = {n: verdict(n, found) for n in names}
        bad = ["%s %s" % (n, "was not run" if v is None else "failed")
               for n, v in verdicts.items() if v in (None, "not ok")]
        skipped = [n for n, v in verdicts.items() if v == "skip"]
        for number in numbers.split(", "):
            if bad:
                stands = False
                print("not ok %s.%s: %s" % (table, number, ", ".join(bad)))
            elif skipped:
                print("skip %s.%s: %s" % (table, number, ", ".join(skipped)))
            else:
                print("ok %s.%s" % (table, number))
    return stands


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: requirements.py RESULTS")
    found = results(sys.argv[1])
    sys.exit(0 if all([judge(table, found) for table in TABLES]) else 1)


main()
