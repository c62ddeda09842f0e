#!/usr/bin/env python3
"""How many functions of its decoder each fuzz harness reaches with what is committed: see test/fuzz/README.

A harness names its decoder in its first comment, up to an empty line: `Decoder: wire/hbp.c core/mesh without f g` are a
file and the files of a folder, below modules/, but for two functions."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BUILT = 'build/obj/coverage/shared'
LIBRARY = f'{BUILT}/libfreedmr.so'
OUT = 'build/fuzz/reach'


def tool(name):
    found = shutil.which(f'{name}-19') or shutil.which(name)
    if not found:
        raise SystemExit(f'skip fuzz.reach: there is no {name}')
    return found


def decoder(source):
    """The files that the harness names, and the functions that it leaves out."""
    with open(source, encoding='utf-8') as f:
        comment = f.read().split('*/')[0]
    found = re.search(r'Decoder: ((?:.|\n)*?)(?:\n[ *]*\n|$)', comment)
    names, _, left_out = re.sub(r'\n \*', ' ', found[1] if found else '').partition(' without ')
    return sorted(name for n in names.split()
                  for name in glob.glob(f'modules/{n}' if n.endswith('.c') else f'modules/{n}/*.c')), left_out.split()


def profile(name):
    """Runs the harness over its corpus and the vectors."""
    env = dict(os.environ, LD_LIBRARY_PATH=BUILT, LLVM_PROFILE_FILE=f'{OUT}/{name}.%m.profraw')
    subprocess.run([f'{BUILT}/test/fuzz/{name}', '-w'], env=env, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([tool('llvm-profdata'), 'merge', '--sparse', '--failure-mode=all', '-o', f'{OUT}/{name}.profdata',
                    *glob.glob(f'{OUT}/{name}.*.profraw')], check=True, stderr=subprocess.DEVNULL)


def functions(name, files):
    """Each function of the files, and whether it was called."""
    exported = subprocess.run([tool('llvm-cov'), 'export', LIBRARY, '-instr-profile', f'{OUT}/{name}.profdata', *files],
                              check=True, stdout=subprocess.PIPE).stdout
    top = os.getcwd() + '/'
    return {f['name']: f['count'] > 0 for f in json.loads(exported)['data'][0]['functions']
            if f['filenames'][0].replace(top, '') in files}


def main():
    os.chdir(f'{HERE}/../..')
    if not os.path.exists(LIBRARY):
        print('skip fuzz.reach: it is counted by clang-19')
        return False
    shutil.rmtree(OUT, ignore_errors=True)
    os.makedirs(OUT)
    bad = False
    for source in sorted(sys.argv[1:] or glob.glob('test/fuzz/fuzz_*.c')):
        name = os.path.basename(source)[:-2]
        files, left_out = decoder(source)
        profile(name)
        found = {f: called for f, called in functions(name, files).items() if f.split(':')[-1] not in left_out}
        missing = [f.split(':')[-1] for f, called in sorted(found.items()) if not called]
        bad = bad or bool(missing) or not found
        print(f'{"ok" if found and not missing else "not ok"} {name}.reach: {len(found) - len(missing)} of {len(found)} '
              f'functions in {len(files)} files{"; not " if missing else ""}{", ".join(missing)}', flush=True)
    return bad


if __name__ == '__main__':
    sys.exit(main())
