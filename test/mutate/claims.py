#!/usr/bin/env python3
"""Makes statements of REQUIREMENTS.md, TRAPS.md and LIFE.md false, one at a time: do the tests named in that row notice?

    claims.py check            every text that is to be changed occurs once, in a row that is shown
    claims.py [ROW...]         the changes of those rows, as in requirements.M32 or requirements.decision_7; without ROW, all

The list is the file `claims` here. An entry has the rows that the change makes false, the file, its text and the new one:

    requirements.M32, traps.4.6: modules/ROOM/FILE.c
    - text as it stands, which may have several lines
    + new text
"""
import collections
import contextlib
import glob
import os
import re
import shutil
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import requirements  # noqa: E402

SHARED = 'build/obj/mutate/shared'
NATIVE = 'build/obj/native'
RUN_BY = ('unit', 'sim', 'mesh', 'lint', 'e2e')
SEEDS = '40'  # of a mesh
SECONDS = 300
SECTIONS = {  # rows that shall have a change each
    'sessions': r'requirements\.(M1[2-9]|M20|D5[58]|D59|decision [2356])|traps\.1\.6/.*',
    'slots': r'requirements\.(M3[1-7]|D4[1-3]|decision (7|12|28|31))|traps\.4\.6',
    'subscriptions': r'requirements\.(M4[0-7]|R4[01]|decision (1|9|15|16))|traps\.4\.[1-5](/.*)?',
    'streams': r'requirements\.(M49|M5[0-6]|R39|R43|D62|decision (8|10|11|13|29|32|35))|traps\.4\.(7|8|13)(/.*)?',
    'mesh': r'requirements\.(M5[89]|M6\d|M7[0-5]|R42|mesh .*|decision (19|20|21|22|23|30|33))',
    'reporting': r'requirements\.(M7[6-9]|M8[0-3]|S19|S3[68]|D8|decision 26)',
    'failure containment': r'requirements\.(D8[4-9]|R18|life [123]|confine 4)',
}


class Claim:
    def __init__(self, head, old, new, line):
        rows, _, self.path = head.rpartition(': ')
        self.rows = rows.split(', ')
        self.old, self.new, self.line = '\n'.join(old).encode(), '\n'.join(new).encode(), line

    def applied(self, text):
        return text.replace(self.old, self.new)

    def __str__(self):
        def flat(octets):
            return ' '.join(octets.decode().split())
        return f'{self.path}: {flat(self.old)}  =>  {flat(self.new)}'


def read(path=f'{HERE}/claims'):
    found, head, old, new = [], None, [], []
    with open(path, encoding='utf-8') as f:
        lines = [line.rstrip('\n') for line in f] + ['']
    for number, line in enumerate(lines, 1):
        if line[:1] == '-':
            old.append(line[2:])
        elif line[:1] == '+':
            new.append(line[2:])
        elif line and line[0] != '#':
            head = line
        elif head and not line:
            found.append(Claim(head, old, new, number))
            head, old, new = None, [], []
    return found


def cited():
    """{row: (status, tests)} of all tables."""
    found = {}
    for table in requirements.TABLES:
        for numbers, status, proofs in requirements.rows(table):
            for number in numbers:
                tests = [n for n in proofs if requirements.is_test(n)]
                before = found.get(f'{table}.{number}', (status, []))
                found[f'{table}.{number}'] = (status, before[1] + tests)
    return found


def fault(claim, rows):
    """Why it cannot be applied."""
    try:
        with open(claim.path, 'rb') as f:
            times = f.read().count(claim.old)
    except OSError:
        return 'there is no such file'
    if times != 1 or not claim.old:
        return f'its text occurs {times} times'
    if claim.old == claim.new:
        return 'it changes nothing'
    for row in claim.rows:
        if row not in rows or rows[row][0] != 'shown':
            return f'{row} is no row that is shown'
    return None


def without(rows, claims):
    """Of each section the rows that no change makes false, and how many there are."""
    changed = {row for c in claims for row in c.rows}
    for section, pattern in SECTIONS.items():
        mine = [r for r, (status, _) in rows.items() if status == 'shown' and re.fullmatch(pattern, r)]
        yield section, [r for r in mine if r not in changed], len(mine)


def check(claims, rows):
    bad = [f'{c.path} before line {c.line} of the list: {why}' for c in claims for why in [fault(c, rows)] if why]
    print(f'not ok claims.each_text_occurs_once: {"; ".join(bad)}' if bad else 'ok claims.each_text_occurs_once')


class Judge:
    """Runs tests on changed code, and on the code as it is before one of them counts as having noticed."""

    def __init__(self, builder):
        self.builder, self.sound = builder, {}
        self.binary = f'{builder.folder}/freedmr'
        self.rooms = f'{builder.folder}/rooms'

    def link(self, changed=None, path=''):
        mine = f'build/obj/mutate/{path[:-2]}.o'
        objects = [changed if o == mine else o for o in self.builder.objects]
        subprocess.run(self.builder.compiler[:1] + ['-o', self.binary, 'build/obj/mutate/freedmr.o'] + objects, check=True)

    def archive(self, changed=None, path=''):
        os.makedirs(self.rooms, exist_ok=True)
        for room in glob.glob(f'{NATIVE}/*.a'):
            shutil.copy(room, self.rooms)
        if changed:
            mine = f'{self.rooms}/{os.path.basename(path)[:-2]}.o'
            shutil.copy(changed, mine)
            subprocess.run(['ar', 'r', f'{self.rooms}/{path.split("/")[1]}.a', mine], check=True)

    def prepare(self, test, changed=None, path=''):
        """What a test needs beside the library."""
        prepare = {'e2e': self.link, 'lint': self.archive}.get(test.split('/')[0])
        if prepare:
            prepare(changed, path)

    def command(self, test):
        suite, _, name = test.partition('/')
        program, _, case = name.partition('.')
        if suite == 'unit':
            return [glob.glob(f'{SHARED}/test/unit/*/{program}')[0]]
        if suite == 'sim':
            return [f'{SHARED}/test/sim/run', f'test/sim/{name}.scn']
        if suite == 'mesh':
            return [f'{SHARED}/test/mesh/run', name]
        if suite == 'lint':
            return [f'test/lint/{program}.sh', self.rooms]
        return ['python3', f'test/e2e/{program}.py', case]

    def passes(self, test, library):
        """Did it say that it passed?"""
        env = dict(os.environ, LD_LIBRARY_PATH=library, SEEDS=SEEDS, SEED='1', FREEDMR=self.binary)
        run = subprocess.Popen(self.command(test), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env,
                               start_new_session=True)
        try:
            said = run.communicate(timeout=SECONDS)[0].decode(errors='replace').splitlines()
        except subprocess.TimeoutExpired:
            return False
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)  # a case that hangs is a child of its program
            run.wait()
        name = test.partition('/')[2]
        return any(re.match(rf'ok (?:\w+\.)?{re.escape(name)}$', line) for line in said)

    def is_sound(self, test):
        if test not in self.sound:
            self.prepare(test)
            self.sound[test] = self.passes(test, SHARED)
        return self.sound[test]

    def killer(self, claim, tests, passed):
        """The first of the tests that notices; those in `passed` have not."""
        for test in sorted(tests, key=lambda t: RUN_BY.index(t.split('/')[0]) if t.split('/')[0] in RUN_BY else 9):
            if test in passed or test.split('/')[0] not in RUN_BY or not self.is_sound(test):
                continue
            self.prepare(test, f'{self.builder.folder}/changed.o', claim.path)
            if not self.passes(test, self.builder.folder):
                return test
            passed.add(test)
        return None

    def judge(self, claim, rows):
        """Of each row of it: who noticed, or None."""
        found, passed, noticed = {}, set(), set()
        for row in claim.rows:
            tests = rows[row][1]
            found[row] = next((t for t in tests if t in noticed), None) or self.killer(claim, tests, passed)
            noticed.add(found[row])
        return found


def run(claims, rows):
    import mutate  # needs clang's module, which `check` does without
    os.makedirs(mutate.OUT, exist_ok=True)
    os.nice(10)
    builder, counts = mutate.Builder(), collections.Counter()
    judge = Judge(builder)
    for claim in claims:
        why = fault(claim, rows) or {'invalid': 'it does not compile', 'same': 'it compiles to the same code'}.get(
            builder.build(claim))
        verdicts = {row: why for row in claim.rows} if why else judge.judge(claim, rows)
        for row, by in verdicts.items():
            verdict = 'does not apply' if why else 'killed' if by else 'SURVIVED'
            counts[verdict] += 1
            print(f'{verdict:9} {row}: {by or "no test of the row notices"}', flush=True)
        print(f'          {claim}', flush=True)
    for test, sound in judge.sound.items():
        if not sound:
            print(f'not asked: {test}, which fails without any change')
    print(f'{len(claims)} changes make {sum(counts.values())} statements false: {counts["killed"]} noticed, '
          f'{counts["SURVIVED"]} not, {counts["does not apply"]} do not apply')
    return counts['killed'] == sum(counts.values())


def main():
    os.chdir(f'{HERE}/../..')
    claims, rows = read(), cited()
    if sys.argv[1:] == ['check']:
        check(claims, rows)
        return
    wanted = {row.replace('_', ' ') for row in sys.argv[1:]}
    all_noticed = run([c for c in claims if not wanted or wanted & set(c.rows)], rows)
    if not wanted:
        for section, missing, count in without(rows, claims):
            print(f'{section}: {count - len(missing)} of {count} rows{"; not " if missing else ""}'
                  + ', '.join(r.partition(".")[2] for r in missing))
    sys.exit(0 if all_noticed else 1)


if __name__ == '__main__':
    main()
