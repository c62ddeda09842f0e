#!/usr/bin/env python3
"""The tool that judges tests is judged: it finds the changes it should, and knows a killed one from a survivor.

    selftest.py [golden]        with `golden` the list of the sample's changes is rewritten
"""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
try:
    import sites
except ImportError:
    print('skip mutate.all: there is no python3-clang')
    sys.exit(0)
import equivalent  # noqa: E402
import mutate  # noqa: E402

SAMPLE = 'test/mutate/sample.c'
GOLDEN = f'{HERE}/sample.changes'
JUDGED = ('note', 'inside')  # the others may do anything when changed, and would differ by compiler
FLAGS = ['-std=c11', '-Iinclude', '-Imodules', '-Itest', '-D_POSIX_C_SOURCE=200809L', '-DVERSION="x"']
PROGRAMS = {  # of a judge: its end, and what is to be made of it
    'passes': ('echo ok t.x', None), 'says_no': ('echo ok t.x; echo not ok t.y: why; sleep 100', 't.y'),
    'fails': ('exit 3', 'fails (exit 3)'), 'crashes': ('kill -SEGV $$', 'crashes (exit -11)'),
    'spins': ('while :; do :; done', 'spins (exit -24)'),
}


def case(name, fault):
    print(f'not ok mutate.{name}: {fault}' if fault else f'ok mutate.{name}')


def verdict(mutant, text, folder):
    """Of the sample's own main()."""
    def compiled(octets, *more):
        return subprocess.run(['cc', '-O2', '-w', '-x', 'c', '-', '-o', f'{folder}/x', *more], input=octets,
                              stderr=subprocess.DEVNULL, check=False).returncode == 0
    if not compiled(mutant.applied(text)):
        return 'invalid'
    try:
        code = subprocess.run([f'{folder}/x'], timeout=10, check=False).returncode
    except subprocess.TimeoutExpired:
        code = 1
    return 'killed' if code else 'survived'


def of_sample(folder):
    with open(SAMPLE, 'rb') as f:
        text = f.read()
    found = [m for m in sites.sites(SAMPLE, FLAGS) if m.function != 'main']
    return ''.join(f'{verdict(m, text, folder) if m.function in JUDGED else "found"} '
                   f'{m.function}: {m.old_line}  =>  {m.new_line}\n' for m in found)


def difference(found):
    with open(GOLDEN, encoding='utf-8') as f:
        wanted = f.read()
    lost = set(wanted.split('\n')) ^ set(found.split('\n'))
    return '; '.join(sorted(lost)[:3])


def wrong_judgement(folder):
    mutate.SHARED = folder
    tests = mutate.Tests()
    tests.cost = dict.fromkeys(PROGRAMS, -0.3)
    mutate.signal.signal(mutate.signal.SIGALRM, mutate.out_of_time)
    for name, (end, wanted) in PROGRAMS.items():
        with open(f'{folder}/{name}', 'w', encoding='utf-8') as f:
            f.write(f'#!/bin/sh\n{end}\n')
        os.chmod(f'{folder}/{name}', 0o755)
        got = tests.run(name, '', 'elsewhere')
        if got != wanted:
            return f'{name} is taken for {got}, not {wanted}'
    return None


def stale():
    """Reviewed changes that the code no longer has room for."""
    known = equivalent.read()
    possible = {m.key() for path in {k[0] for k in known} for m in sites.sites(path, FLAGS)}
    return '; '.join(f'{k[0]} {k[1]}: {k[2]}' for k in known if k not in possible)


def main():
    os.chdir(f'{HERE}/../..')
    folder = tempfile.mkdtemp()
    found = of_sample(folder)
    if sys.argv[1:] == ['golden']:
        with open(GOLDEN, 'w', encoding='utf-8') as f:
            f.write(found)
    case('every_change_of_the_sample_is_found_and_judged', difference(found))
    case('a_test_that_fails_crashes_or_hangs_kills', wrong_judgement(folder))
    case('what_was_reviewed_as_equivalent_still_exists', stale())
    shutil.rmtree(folder)


if __name__ == '__main__':
    main()
