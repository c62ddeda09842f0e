#!/usr/bin/env python3
"""Checks that every test that REQUIREMENTS.md, TRAPS.md and LIFE.md of this directory name was run and passed.

    requirements.py build/test/results

In backticks in the last column is one of
    SUITE/CASE      a test: it was run and passed
    make GOAL       a command: the Makefile has that goal
    FILE: WORDS     a text: the file has these words
One line for each row: "ok requirements.R3" where its status is *shown*; else the status, as in "differs requirements.M43",
which counts neither as passed nor as failed; "not ok traps.5/11: why" when something named is not so, whatever the status;
"skip ..." when a test it needs was skipped. What the head of a table promises, as in "R1 to R54", has a row for every number,
and so has every decision.
"""

import os
import re
import sys

TABLES = ("requirements", "traps", "life")
STATUSES = ("shown", "differs", "not built", "text only")
NEED_TESTS = ("shown", "differs")
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
    how = found.get(name)
    return {"ok": "", "skip": None}.get(how, "%s %s" % (name, "failed" if how else "was not run"))


def rows(table):
    """[(numbers, status, proofs)] of a table."""
    lines = [line.strip().strip("|") for line in read("test", table.upper() + ".md").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines[2:]]
    return [(row[0].split(", "), row[-2], re.findall(r"`([^`]+)`", row[-1])) for row in cells]


def is_test(name):
    return not name.startswith("make ") and ": " not in name


def promised(table):
    """The numbers its head says there are, and what is decided."""
    head = read("test", table.upper() + ".md").partition("\n|")[0]
    numbers = ["%s%d" % (letter, n) for letter, last in re.findall(r"\b([A-Z])1 to \1(\d+)", head)
               for n in range(1, int(last) + 1)]
    if "modules/DECISIONS.md, each of which has a line" in " ".join(head.split()):
        numbers += ["decision " + n for n in re.findall(r"^(\d+)\. \*\*", read("modules", "DECISIONS.md"), re.M)]
    return numbers


def faults(status, proofs, complaints):
    """What is wrong with a row."""
    found = [c for c in complaints.values() if c]
    if status not in STATUSES:
        found.append("\"%s\" is no status" % status)
    if not proofs or (status in NEED_TESTS and not any(is_test(n) for n in proofs)):
        found.append("nothing shows it")
    return found


def judge(table, found):
    """Prints a line for each number; returns whether all hold."""
    stands = True
    told = set()
    for numbers, status, proofs in rows(table):
        complaints = {n: complaint(n, found) for n in proofs}
        bad = faults(status, proofs, complaints)
        skipped = [n for n, c in complaints.items() if c is None]
        stands = stands and not bad
        told.update(numbers)
        for number in numbers:
            if bad:
                print("not ok %s.%s: %s" % (table, number, ", ".join(bad)))
            elif skipped:
                print("skip %s.%s: %s" % (table, number, ", ".join(skipped)))
            else:
                print("%s %s.%s" % ("ok" if status == "shown" else status, table, number))
    missing = [number for number in promised(table) if number not in told]
    for number in missing:
        print("not ok %s.%s: has no row" % (table, number))
    return stands and not missing


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: requirements.py RESULTS")
    found = results(sys.argv[1])
    sys.exit(0 if all([judge(table, found) for table in TABLES]) else 1)


if __name__ == "__main__":
    main()
