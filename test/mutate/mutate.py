#!/usr/bin/env python3
"""Changes the code one place at a time and sees whether a test notices. See test/mutate/README.

    mutate.py [N] [SEED] [FILE...]      N places, chosen by SEED; those of survivors again with N = again
"""
import collections
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sites as clang  # noqa: E402
import equivalent  # noqa: E402

ROOMS = ['base', 'dmr', 'wire', 'state', 'core']
ABOVE = {  # whose unit tests a room's code runs in, the likeliest first
    'base': ['base', 'wire', 'conf', 'state', 'core', 'dmr', 'report', 'command'],
    'dmr': ['dmr', 'wire', 'core', 'state', 'report'],
    'wire': ['wire', 'core', 'report', 'command'],
    'state': ['state', 'core'],
    'core': ['core'],
}
SHARED = 'build/obj/mutate/shared'
OUT = 'build/mutate'
CORE_FUZZERS = ['test/fuzz/fuzz_takeover', 'test/fuzz/fuzz_recording', 'test/fuzz/fuzz_core']  # with golden digests
LONG_FUZZERS = ('fuzz_core', 'fuzz_takeover', 'fuzz_web', 'fuzz_state', 'fuzz_control', 'fuzz_history', 'fuzz_conf')  # minutes, and little to judge by
MESHES = ['line', 'ring', 'mesh', 'random']
CPU_FACTOR, CPU_MORE, WALL = 8, 4, 1200  # seconds; a busy machine is no hang
MEMORY = 4 << 30


def mutable_files(wanted):
    if wanted:
        return wanted
    found = []
    for room in ROOMS:
        for folder, _, names in os.walk(f'modules/{room}'):
            found += [f'{folder}/{n}' for n in names if n.endswith('.c')]
    return sorted(found)


def all_mutants(files):
    flags = [w for w in os.environ['MUTATE_CC'].split()[1:] if not w.startswith('-fsanitize')]
    return [m for f in files for m in clang.sites(f, flags)]


def name_of(file):
    return os.path.basename(file)[:-4]


def choose(mutants, count, seed):
    """A line, then one of its changes, so that long expressions do not crowd out the others."""
    lines = collections.defaultdict(list)
    for m in mutants:
        lines[m.path, m.line].append(m)
    chance = random.Random(seed)
    for changes in lines.values():
        chance.shuffle(changes)
    order = sorted(lines)
    chosen = []
    while len(chosen) < count and order:
        chance.shuffle(order)
        chosen += [lines[place].pop() for place in order[:count - len(chosen)]]
        order = sorted(place for place in order if lines[place])
    return chosen


class Tests:
    """The test programs in rising cost; one that recently killed a change of the same file goes first."""

    def __init__(self):
        self.cost = {}
        self.scenario_cost = {}
        self.killers = collections.defaultdict(collections.Counter)

    @staticmethod
    def units(room):
        folder = f'test/unit/{room}'
        return sorted(f'{folder}/{n[:-2]}' for n in os.listdir(folder) if n.startswith('t_') and n.endswith('.c'))

    def chain(self, path):
        room = path.split('/')[1]
        module = os.path.basename(path)[:-2]
        units = [t for r in ABOVE[room] for t in self.units(r)]
        units.sort(key=lambda t: (not t.endswith(f'{room}/t_{module}'), ABOVE[room].index(t.split('/')[2]),
                                  self.cost.get(t, 0) > 1))
        scenarios = ['test/sim/run'] if room != 'command' else []
        meshes = [f'test/mesh/run {shape}' for shape in MESHES]
        fuzz = CORE_FUZZERS if room in ('state', 'core') else sorted(
            f'test/fuzz/{n[:-2]}' for n in os.listdir('test/fuzz')
            if n.startswith('fuzz_') and n.endswith('.c') and n[:-2] not in LONG_FUZZERS)
        order = units + [f for f in fuzz if self.cost.get(f, 60) < 5] + scenarios + meshes
        order += [f for f in fuzz if f not in order]
        killers = self.killers[path]
        return sorted(order, key=lambda t: (-killers[t] if self.cost.get(t, 0) < 2 else 0, order.index(t)))

    def arguments(self, test, path):
        if test != 'test/sim/run':
            return test.split()
        files = sorted('test/sim/' + n for n in os.listdir('test/sim') if n.endswith('.scn'))
        killers = self.killers[path]
        return [test, '-1'] + sorted(files, key=lambda f: (-killers[name_of(f)], self.scenario_cost.get(name_of(f), 0)))

    def run(self, test, path, library):
        """None, or how the test failed."""
        words = self.arguments(test, path)
        limit = int(self.cost.get(test, 60) * CPU_FACTOR + CPU_MORE)

        def limits():
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        p = subprocess.Popen([f'{SHARED}/{words[0]}'] + words[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             env=dict(os.environ, LD_LIBRARY_PATH=library, SEEDS='10', SEED='1'),
                             preexec_fn=limits, start_new_session=True)
        timer = signal.setitimer(signal.ITIMER_REAL, WALL)
        failure, begun = None, time.monotonic()
        try:
            for line in p.stdout:
                if test == 'test/sim/run' and library == SHARED and line.startswith(b'ok '):
                    now = time.monotonic()
                    self.scenario_cost[line.decode()[3:].strip()], begun = now - begun, now
                if line.startswith(b'not ok '):
                    failure = line.decode(errors='replace')[7:].split(':')[0].strip()
                    break
            if failure is None and p.wait():
                failure = f'{test} (exit {p.returncode})'
        except TimeoutError:
            failure = f'{test} (hangs)'
        signal.setitimer(signal.ITIMER_REAL, 0)
        del timer
        try:
            os.killpg(p.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        p.wait()
        p.stdout.close()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if library == SHARED:
            self.cost[test] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return failure

    def judge(self, path, library):
        for test in self.chain(path):
            failure = self.run(test, path, library)
            if failure:
                self.killers[path][test] += 1
                if test == 'test/sim/run':
                    self.killers[path][failure.split('.')[-1]] += 1
                return failure
        return None

    def must_pass(self, files):
        """Unchanged code first, to measure what each test costs."""
        for test in {t for f in files for t in self.chain(f)}:
            failure = self.run(test, '', SHARED)
            if failure:
                raise SystemExit(f'{failure} fails without any change')


class Builder:
    def __init__(self):
        self.compiler = os.environ['MUTATE_CC'].split()
        self.objects = [w for w in os.environ['MUTATE_OBJECTS'].split() if w.endswith('.o')]
        self.folder = tempfile.mkdtemp(prefix='work.', dir=OUT)
        self.unchanged = {}

    def compile(self, path, text, out):
        """As if it were the file itself, also for assert()."""
        return subprocess.run(self.compiler + ['-w', '-iquote', os.path.dirname(path), '-x', 'c', '-c', '-o', out, '-'],
                              input=f'# 1 "{path}"\n'.encode() + text, stderr=subprocess.DEVNULL, check=False
                              ).returncode == 0

    def same(self, path, text, changed):
        if path not in self.unchanged:
            out = f'{self.folder}/unchanged.o'
            if not self.compile(path, text, out):
                raise SystemExit(f'{path} cannot be compiled')
            with open(out, 'rb') as f:
                self.unchanged[path] = f.read()
        with open(changed, 'rb') as f:
            return f.read() == self.unchanged[path]

    def build(self, mutant):
        """'invalid', 'same' code, or a folder with the library."""
        with open(mutant.path, 'rb') as f:
            text = f.read()
        changed = f'{self.folder}/changed.o'
        if not self.compile(mutant.path, mutant.applied(text), changed):
            return 'invalid'
        if self.same(mutant.path, text, changed):
            return 'same'
        mine = f'build/obj/mutate/{mutant.path[:-2]}.o'
        objects = [changed if o == mine else o for o in self.objects]
        subprocess.run(self.compiler[:1] + ['-shared', '-o', f'{self.folder}/libfreedmr.so'] + objects,
                       check=True)
        return self.folder


def out_of_time(*_):
    raise TimeoutError


def survivors_again(mutants):
    with open(f'{OUT}/survivors.json', encoding='utf-8') as f:
        keys = {tuple(k) for k in json.load(f)}
    return [m for m in mutants if m.key() in keys]


def report(counts, survivors, started):
    told = counts['killed'] + counts['survived']
    print(f"{told + counts['equivalent']} changes: {counts['killed']} killed, {counts['survived']} survived, "
          f"{counts['equivalent']} reviewed as equivalent; besides {counts['same']} that change no code and "
          f"{counts['invalid']} that do not compile; {time.time() - started:.0f} s")
    if told:
        print(f"score {100 * counts['killed'] / told:.1f} % of the changes that are not equivalent")
    with open(f'{OUT}/survivors', 'w', encoding='utf-8') as f:
        for m in survivors:
            f.write(f'# line {m.line}\n{equivalent.entry(m)}\n')
    with open(f'{OUT}/survivors.json', 'w', encoding='utf-8') as f:
        json.dump([m.key() for m in survivors], f)


def main():
    count, seed, files = sys.argv[1], int(sys.argv[2]), mutable_files(sys.argv[3:])
    os.makedirs(OUT, exist_ok=True)
    signal.signal(signal.SIGALRM, out_of_time)
    os.nice(15)
    known = equivalent.read()
    mutants = all_mutants(files)
    chosen = survivors_again(mutants) if count == 'again' else choose(mutants, int(count), seed)
    print(f'{len(chosen)} of {len(mutants)} possible changes in {len(files)} files, seed {seed}', flush=True)
    tests, builder, counts, survivors = Tests(), Builder(), collections.Counter(), []
    tests.must_pass({m.path for m in chosen})
    started = time.time()
    for m in chosen:
        built = 'equivalent' if m.key() in known else builder.build(m)
        killer = tests.judge(m.path, built) if built == builder.folder else None
        verdict = built if built != builder.folder else 'killed' if killer else 'survived'
        counts[verdict] += 1
        if verdict == 'survived':
            survivors.append(m)
        print(f'{verdict:10} {m}{"  by " + killer if killer else ""}', flush=True)
    report(counts, survivors, started)


if __name__ == '__main__':
    main()
