"""The list of changes that no test can notice, test/mutate/equivalent: read, written, and checked against the code.

An entry has four lines, and is known by its function and source text, not by a line number:

    modules/ROOM/FILE.c FUNCTION
    	the lines as they are
    	the lines as they would be
    	= why this makes no difference
"""
import os

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'equivalent')


def entry(mutant, why=''):
    return f'{mutant.path} {mutant.function}\n\t{mutant.old_line}\n\t{mutant.new_line}\n\t= {why}\n'


def read(path=PATH):
    """Keys and the reason of each."""
    with open(path, encoding='utf-8') as f:
        lines = [line.rstrip('\n') for line in f if line.strip() and not line.startswith('#')]
    found = {}
    for head, old, new, why in zip(*[iter(lines)] * 4):
        file, function = head.split(' ')
        if old[:1] != '\t' or new[:1] != '\t' or why[:3] != '\t= ' or not why[3:]:
            raise SystemExit(f'{path}: the entry of {head} has not the four lines of an entry')
        found[file, function, old[1:], new[1:]] = why[3:]
    if len(lines) % 4:
        raise SystemExit(f'{path}: the last entry is not whole')
    return found
