#!/usr/bin/env python3
"""Checks that every test that REQUIREMENTS.md, TRAPS.md and LIFE.md of this directory name was run and passed.

    requirements.py build/test/results

In backticks in the last column is one of
    SUITE/CASE      a test, or SUITE/PROGRAM for all cases of one program: it was run and passed
    make GOAL       a command: the Makefile has that goal
    FILE: WORDS     a text: the file has these words
One line for each row: "ok requirements.R3", "not ok traps.5/11: why", or "skip ..." when a test it needs was skipped.
What the head of a table promises, as in "R1 to R54", has a row for every number.
"""

import os
import re
import sys

TABLES = ("requirements", "traps", "life")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


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


def read(*path):
    with open(os.path.join(ROOT, *path)) as f:
        return f.read()


def says(path, words):
    """Does that file? White space, and what only marks words up, is one blank."""
    try:
        return " ".join(words.split()) in re.sub(r"[\s`*|]+", " ", read(path))
    except OSError:
        return False


def complaint(name, found):
    """What is wrong with one proof; "" if it holds, None if it could not be run."""
    if name.startswith("make "):
        there = re.search(r"^%s:" % re.escape(name[len("make "):]), read("Makefile"), re.M)
        return "" if there else name + ": there is no such goal"
    path, colon, words = name.partition(": ")
    if colon:
        return "" if says(path, words) else "%s does not say \"%s\"" % (path, words)
    how = verdict(name, found)
    return {"ok": "", "skip": None}.get(how, "%s %s" % (name, "failed" if how else "was not run"))


def rows(text):
    """[(numbers, what, proofs)] of a table."""
    lines = [line.strip().strip("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split("|")] for line in lines[2:]]


def promised(text):
    """The numbers its head says there are."""
    return ["%s%d" % (letter, n) for letter, last in re.findall(r"\b([A-Z])1 to \1(\d+)", text.partition("\n|")[0])
            for n in range(1, int(last) + 1)]


def judge(table, found):
    """Prints a line for each number; returns whether all hold."""
    text = read("test", table.upper() + ".md")
    stands = True
    told = set()
    for numbers, _, proofs in rows(text):
        names = re.findall(r"`([^`]+)`", proofs)
        complaints = {n: complaint(n, found) for n in names}
        bad = [c for c in complaints.values() if c] or ([] if names else ["nothing shows it"])
        skipped = [n for n, c in complaints.items() if c is None]
        for number in numbers.split(", "):
            told.add(number)
            if bad:
                stands = False
                print("not ok %s.%s: %s" % (table, number, ", ".join(bad)))
            elif skipped:
                print("skip %s.%s: %s" % (table, number, ", ".join(skipped)))
            else:
                print("ok %s.%s" % (table, number))
    missing = [number for number in promised(text) if number not in told]
    for number in missing:
        print("not ok %s.%s: has no row" % (table, number))
    return stands and not missing


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: requirements.py RESULTS")
    found = results(sys.argv[1])
    sys.exit(0 if all([judge(table, found) for table in TABLES]) else 1)


main()
