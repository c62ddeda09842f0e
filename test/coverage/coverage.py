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
PROGRAMS = 'build/obj/coverage/shared/test'
WHOLE = ['base', 'dmr', 'conf', 'wire', 'state', 'core']  # each branch of these is taken, or marked with a reason
ROOMS = WHOLE + ['io', 'voice', 'report', 'parent', 'command']
MARK = re.compile(rb'/\* never: \S.*\*/')
# The compiler, not a test, checks that a switch has a case for each value: what is in none, and the case of
# the number of values, are branches on paper only.
SWITCH = re.compile(rb'switch \($')
NUMBER = re.compile(rb'\s*case ([A-Z_]+_)?(KINDS|SETS):')
PATIENCE_S = 900


def tool(name):
    found = shutil.which(f'{name}-19') or shutil.which(name)
    if not found:
        raise SystemExit(f'there is no {name}: install llvm-19')
    return found


def runs():
    """Commands, what takes long first."""
    meshes = [[f'{PROGRAMS}/mesh/run', shape] for shape in ('random', 'mesh', 'ring', 'line')]
    scenarios = [[f'{PROGRAMS}/sim/run', *sorted(glob.glob('test/sim/*.scn'))]]
    sources = sorted(glob.glob('test/fuzz/fuzz_*.c')) + sorted(glob.glob('test/unit/*/t_*.c'))
    return scenarios + meshes + [[f'build/obj/coverage/shared/{s[:-2]}'] for s in sources]


def run(command):
    env = dict(os.environ, LD_LIBRARY_PATH=os.path.dirname(os.environ['LIBRARY']), SEEDS='100', SEED='1',
               LLVM_PROFILE_FILE=os.path.abspath(f'{OUT}/raw/%m.%p.profraw'))
    try:
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
                              timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        return f'{command[0]} does not end'
    bad = [line for line in done.stdout.decode(errors='replace').splitlines() if line.startswith('not ok')]
    return bad[0] if bad else f'{command[0]} ends with {done.returncode}' if done.returncode else None


def measure():
    shutil.rmtree(f'{OUT}/raw', ignore_errors=True)
    os.makedirs(f'{OUT}/raw')
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = [f for f in pool.map(run, runs()) if f]
    raw = glob.glob(f'{OUT}/raw/*.profraw')
    with open(f'{OUT}/raw/list', 'w', encoding='utf-8') as f:
        f.write('\n'.join(raw))
    subprocess.run([tool('llvm-profdata'), 'merge', '--sparse', '--failure-mode=all', '-f', f'{OUT}/raw/list', '-o',
                    f'{OUT}/all.profdata'], check=True, stderr=subprocess.DEVNULL)
    shutil.rmtree(f'{OUT}/raw')
    return failures


def files():
    """What llvm-cov knows of each file below modules/."""
    exported = subprocess.run([tool('llvm-cov'), 'export', os.environ['LIBRARY'], '-instr-profile',
                               f'{OUT}/all.profdata'], check=True, stdout=subprocess.PIPE).stdout
    top = os.getcwd() + '/'
    found = {f['filename'].replace(top, ''): f for f in json.loads(exported)['data'][0]['files']}
    return {name: f for name, f in sorted(found.items()) if name.startswith(('modules/', 'include/'))}


def untaken(name, file):
    """Branches never taken, as (line, column, what), and how many are marked."""
    with open(name, 'rb') as f:
        lines = f.read().split(b'\n')
    sides = collections.Counter()
    for line, column, last, end, yes, no, *_ in file['branches']:
        if SWITCH.search(lines[line - 1][:column - 1]) or NUMBER.match(lines[line - 1]):
            continue
        sides[line, column, last, end, True] += yes
        sides[line, column, last, end, False] += no
    found, marked = [], set()
    for (line, column, last, end, side), count in sorted(sides.items()):
        if count:
            continue
        if MARK.search(lines[line - 1]):
            marked.add(line)
            continue
        text = lines[line - 1][column - 1:end - 1 if last == line else None].decode(errors='replace')
        found.append((line, column, f'{text}  never {"true" if side else "false"}'))
    return found, len(marked), len(sides)


class Room:
    def __init__(self):
        self.sum = collections.Counter()
        self.untaken = []

    def add(self, name, file):
        summary = file['summary']
        for what in ('lines', 'mcdc'):
            self.sum[what] += summary[what]['count']
            self.sum[what, 'covered'] += summary[what]['covered']
        found, marked, sides = untaken(name, file)
        self.untaken += [(name, *place) for place in found]
        self.sum['marked'] += marked
        self.sum['branches'] += sides
        self.sum['branches', 'covered'] += sides - len(found)

    def percent(self, what):
        return 100 * self.sum[what, 'covered'] / self.sum[what] if self.sum[what] else 100


def main():
    os.chdir(f'{HERE}/../..')
    failures = measure() if sys.argv[1:] != ['again'] else []
    rooms = collections.defaultdict(Room)
    for name, file in files().items():
        rooms[name.split('/')[1]].add(name, file)
    with open(f'{OUT}/untaken', 'w', encoding='utf-8') as f:
        for room in ROOMS:
            f.writelines(f'{n}:{line}:{column}: {what}\n' for n, line, column, what in rooms[room].untaken)
    for room in WHOLE:
        for name, line, column, what in rooms[room].untaken:
            print(f'{name}:{line}:{column}: {what}')
    print(f'{"room":8} {"lines":>7} {"branches":>9} {"MC/DC":>7}  untaken  marked')
    for room in ROOMS:
        r = rooms[room]
        print(f'{room:8} {r.percent("lines"):6.2f} {r.percent("branches"):9.2f} {r.percent("mcdc"):7.2f} '
              f'{len(r.untaken):8} {r.sum["marked"]:7}')
    for failure in failures:
        print(f'not counted in full: {failure}')
    print(f'all branches not taken, of the other rooms as well: {OUT}/untaken')


if __name__ == '__main__':
    main()
