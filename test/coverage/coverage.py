#!/usr/bin/env python3
"""What of the code the tests run: a table by room, and a list of what they do not. See test/coverage/README."""
import collections
import concurrent.futures
import glob
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = 'build/coverage'
SHARED = 'build/obj/coverage/shared'
SERVER = f'{SHARED}/freedmr'
WHOLE = ['base', 'dmr', 'conf', 'wire', 'state', 'core']  # each branch of these is taken, or marked with a reason
GOALS = {**dict.fromkeys(WHOLE, 100), **dict.fromkeys(['io', 'voice', 'report', 'parent', 'command'], 90)}
MARKS_MAX = 30
CORE_MCDC = 95
MARK = re.compile(rb'/\* never: \S.*\*/')
# The compiler, not a test, checks that a switch has a case for each value: what is in none, and the case of
# the number of values, are branches on paper only.
SWITCH = re.compile(rb'switch \($')
NUMBER = re.compile(rb'\s*case ([A-Z_]+_)?(KINDS|SETS):')
PATIENCE_S = 1800
WAITING = int(os.environ.get('WAITING', '10'))  # tests that wait, at a time, as in test/run
COUNTS_MAX = 1 << 25  # of the file that all processes count in, which has holes
# What a browser asks for is asked for by t_web, t_proxy and t_day as well; the last find that the counts are written, and
# run the native binary.
LEFT_OUT = ('t_page', 't_picture', 't_writes', 't_run')


def tool(name):
    found = shutil.which(f'{name}-19') or shutil.which(name)
    if not found:
        raise SystemExit(f'there is no {name}: install llvm-19')
    return found


def computing():
    """Commands, what takes long first. They are nice to what waits."""
    meshes = [[f'{SHARED}/test/mesh/run', shape] for shape in ('random', 'mesh', 'ring', 'line')]
    scenarios = [[f'{SHARED}/test/sim/run', *sorted(glob.glob('test/sim/*.scn'))]]
    sources = sorted(glob.glob('test/fuzz/fuzz_*.c')) + sorted(glob.glob('test/unit/*/t_*.c'))
    return [['nice', *command] for command in scenarios + meshes + [[f'{SHARED}/{s[:-2]}'] for s in sources]]


def waiting():
    """The faults, and a command for each case of the end-to-end tests, what takes long first."""
    found = []
    for script in sorted(glob.glob('test/e2e/t_*.py')):
        if os.path.basename(script)[:-3] in LEFT_OUT:
            continue
        with open(script, encoding='utf-8') as f:
            cases = re.findall(r'^@case(?: +# *(\d+))?.*\ndef (\w+)\(', f.read(), re.M)
        found += [(int(seconds or 0), ['python3', script, case]) for seconds, case in cases]
    faults = [['test/faults/faults.py']] if os.environ.get('COUNTED_OBJECTS') else []  # which make gives
    return faults + [command for _, command in sorted(found, key=lambda row: -row[0])]


def run(command):
    """Why it did not run as it should, or None."""
    # Bound at the start: a call that is bound when it is made saves registers on the stack, and they may hold a secret.
    env = dict(os.environ, LD_LIBRARY_PATH=os.path.abspath(SHARED), LD_BIND_NOW='1', SEEDS='100', SEED='1', FREEDMR=SERVER)
    name = ' '.join(command[:3])
    try:
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            try:
                out = process.communicate(timeout=PATIENCE_S)[0].decode(errors='replace')
            except subprocess.TimeoutExpired:
                process.terminate()  # which ends the servers of a test
                return f'{name} does not end'
    except OSError as why:
        return f'{name}: {why}'
    bad = [line[:200] for line in out.splitlines() if line.startswith(('not ok', 'skip'))]
    return bad[0] if bad else f'{name} ends with {process.returncode}' if process.returncode else None


def measure(only, more):
    """Runs the tests of whose commands one word contains `only`; with `more`, on top of the last count."""
    os.makedirs(OUT, exist_ok=True)
    if not more:
        with open(f'{OUT}/counts', 'wb') as f:
            f.truncate(COUNTS_MAX)
        os.chmod(f'{OUT}/counts', 0o666)  # servers count on when they are nobody
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as computes, \
            concurrent.futures.ThreadPoolExecutor(WAITING) as waits:
        runs = [pool.submit(run, command) for pool, commands in ((computes, computing()), (waits, waiting()))
                for command in commands if any(only in word for word in command)]
        failures = [r.result() for r in runs if r.result()]
    print(f'{len(runs)} runs')
    raw = os.path.abspath(f'{OUT}/all.profraw')
    subprocess.run([SERVER, 'version'], env=dict(os.environ, COUNTED=raw), check=True)
    subprocess.run([tool('llvm-profdata'), 'merge', '--sparse', raw, '-o', f'{OUT}/all.profdata'], check=True)
    return failures


def files():
    """What llvm-cov knows of each file below modules/."""
    exported = subprocess.run([tool('llvm-cov'), 'export', f'{SHARED}/libfreedmr.so', '-instr-profile',
                               f'{OUT}/all.profdata'], check=True, stdout=subprocess.PIPE).stdout
    top = os.getcwd() + '/'
    found = {f['filename'].replace(top, ''): f for f in json.loads(exported)['data'][0]['files']}
    return {name: f for name, f in sorted(found.items()) if name.startswith(('modules/', 'include/'))}


def untaken(name, file):
    """Branches never taken, as (line, column, what); how many are marked; the lines whose mark is wrong; all sides."""
    with open(name, 'rb') as f:
        lines = f.read().split(b'\n')
    sides = collections.Counter()
    for line, column, last, end, yes, no, *_ in file['branches']:
        if SWITCH.search(lines[line - 1][:column - 1]) or NUMBER.match(lines[line - 1]):
            continue
        sides[line, column, last, end, True] += yes
        sides[line, column, last, end, False] += no
    found, marked = [], set()
    wrong = {line for line, *_ in sides if MARK.search(lines[line - 1])}
    for (line, column, last, end, side), count in sorted(sides.items()):
        if count:
            continue
        if MARK.search(lines[line - 1]):
            marked.add(line)
            wrong.discard(line)
            continue
        text = lines[line - 1][column - 1:end - 1 if last == line else None].decode(errors='replace')
        found.append((line, column, f'{text}  never {"true" if side else "false"}'))
    return found, len(marked), sorted(wrong), len(sides)


class Room:
    def __init__(self):
        self.sum = collections.Counter()
        self.untaken = []
        self.wrong = []

    def add(self, name, file):
        summary = file['summary']
        for what in ('lines', 'mcdc'):
            self.sum[what] += summary[what]['count']
            self.sum[what, 'covered'] += summary[what]['covered']
        found, marked, wrong, sides = untaken(name, file)
        self.wrong += [(name, line) for line in wrong]
        self.untaken += [(name, *place) for place in found]
        self.sum['marked'] += marked
        self.sum['branches'] += sides
        self.sum['branches', 'covered'] += sides - len(found)

    def percent(self, what):
        return 100 * self.sum[what, 'covered'] / self.sum[what] if self.sum[what] else 100


def below(rooms):
    """The goals that are missed, as lines."""
    for room, goal in GOALS.items():
        if len(rooms[room].untaken) > rooms[room].sum['branches'] * (100 - goal) / 100:
            yield f'{room}: {rooms[room].percent("branches"):.2f} % of branches, not {goal}'
    if rooms['core'].percent('mcdc') < CORE_MCDC:
        yield f'core: MC/DC of {rooms["core"].percent("mcdc"):.2f} %, not {CORE_MCDC}'
    marks = sum(r.sum['marked'] for r in rooms.values())
    if marks > MARKS_MAX:
        yield f'{marks} marks, not {MARKS_MAX}'


def main():
    os.chdir(f'{HERE}/../..')
    words = sys.argv[1:]
    more = words[:1] == ['more']
    only = (words[more:] or [''])[0]
    failures = measure(only, more) if only != 'again' else []
    rooms = collections.defaultdict(Room)
    for name, file in files().items():
        rooms[name.split('/')[1]].add(name, file)
    with open(f'{OUT}/untaken', 'w', encoding='utf-8') as f:
        for room in GOALS:
            f.writelines(f'{n}:{line}:{column}: {what}\n' for n, line, column, what in rooms[room].untaken)
    for room in WHOLE:
        for name, line, column, what in rooms[room].untaken:
            print(f'{name}:{line}:{column}: {what}')
    for room in GOALS:
        for name, line in rooms[room].wrong:
            print(f'{name}:{line}: has a mark, and is taken both ways')
    print(f'{"room":8} {"lines":>7} {"branches":>9} {"MC/DC":>7}  untaken  marked')
    for room in GOALS:
        r = rooms[room]
        print(f'{room:8} {r.percent("lines"):6.2f} {r.percent("branches"):9.2f} {r.percent("mcdc"):7.2f} '
              f'{len(r.untaken):8} {r.sum["marked"]:7}')
    for failure in failures:
        print(f'not counted in full: {failure}')
    print(f'all branches not taken, of the other rooms as well: {OUT}/untaken')
    missed = list(below(rooms))
    for line in missed:
        print(f'below its goal: {line}')
    sys.exit(1 if missed else 0)


if __name__ == '__main__':
    main()
