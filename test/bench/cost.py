#!/usr/bin/env python3
"""Instructions that core_step takes for a message, counted by callgrind and compared with cost.txt.

A figure is the difference of two runs by the difference of their counts, so it is the same on every run of one build.
A figure beyond the baseline by more than 3 % fails; one that is lower by more asks for a new baseline: `make
cost-baseline` writes it. Figures are kept by compiler, since another one makes other code.
"""
import os
import re
import subprocess
import sys

COST = "build/obj/native/test/bench/cost"
BASELINE = "test/bench/cost.txt"
FEW, MANY = 300, 900
TOLERANCE = 0.03
COPIES = 100  # between the scenarios of one and of 101 listeners


def compiler():
    cc = os.environ.get("CC", "gcc")
    version = subprocess.run([cc, "-dumpfullversion"], capture_output=True, text=True, check=True).stdout.strip()
    machine = subprocess.run([cc, "-dumpmachine"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{os.path.basename(cc)}-{version}-{machine}"


def instructions(scenario, count):
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--toggle-collect=core_step", "--callgrind-out-file=/dev/null", COST, scenario,
         str(count)], capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode or not found:
        raise SystemExit(f"not ok cost.{scenario}: {run.stderr[-300:]}")
    return int(found.group(1))


def measure():
    names = subprocess.run([COST], capture_output=True, text=True, check=True).stdout.split()
    figures = {n: round((instructions(n, MANY) - instructions(n, FEW)) / (MANY - FEW)) for n in names}
    figures["copy"] = round((figures["voice-heard-by-101"] - figures["voice-heard-by-1"]) / COPIES)
    return figures


def read_baseline():
    table = {}
    with open(BASELINE, encoding="ascii") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                which, name, figure = line.split()
                table.setdefault(which, {})[name] = int(figure)
    return table


def write_baseline(table):
    with open(BASELINE, "w", encoding="ascii") as file:
        file.write("# Instructions of core_step for a message: compiler, scenario, figure (see cost.py).\n")
        for which in sorted(table):
            for name, figure in table[which].items():
                file.write(f"{which} {name} {figure}\n")


def main():
    figures, table, us = measure(), read_baseline(), compiler()
    if sys.argv[1:] == ["baseline"]:
        write_baseline({**table, us: figures})
        return 0
    if us not in table:
        print(f"skip cost.all: no baseline for {us}; make cost-baseline writes one")
        return 0
    failed = False
    for name, figure in figures.items():
        was = table[us].get(name)
        good = was is not None and abs(figure - was) <= max(TOLERANCE * was, 1)
        failed |= not good
        print(f"ok cost.{name}" if good else f"not ok cost.{name}: {figure} instructions, the baseline has {was}")
    return failed


sys.exit(main())
