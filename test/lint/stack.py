#!/usr/bin/env python3
"""Of what gcc wrote about each function (-fcallgraph-info=su): how much stack it takes, and whom it calls.

    stack.py FILE.ci...

No function of the deterministic floors takes more than LIMIT octets, but those listed with their own limit and reason.
No function can come to call itself: what is called by pointer is not known here, and nothing of that goes upwards.
"""
import os
import re
import sys

LIMIT = 1024
LARGER = {  # octets, and why that does no harm
    'core_open': (640 << 10, 'once, at start: a core that is only measured'),
    'core_find': (640 << 10, 'once, at start: where the tables of the process before lie'),
    'core_handover_size': (640 << 10, 'once, at start: a core that is only measured'),
    'takeover_reads': (20 << 10, 'once, before an upgrade'),
    'takeover_fill': (20 << 10, 'once, after an upgrade'),
    'takeover_resume': (20 << 10, 'in freedmr replay alone'),
    'checkpoint_read': (2048, 'in freedmr replay alone'),
    'core_take_over': (20 << 10, 'once, after an upgrade'),
    'snapshot_hash': (2048, 'one row of each kind, for tests and the flight of two cores'),
    'http_read': (2560, 'the reporter: the head of a request'),
    'take_dynamic': (2048, 'the reporter: code lengths of a compressed file'),
    'take_fixed': (2048, 'the reporter: code lengths of a compressed file'),
    'options_parse': (2048, 'an option string, one a second for a session'),
    'options_clean': (2048, 'an option string, one a second for a session'),
    'subscribe_options': (2048, 'an option string, one a second for a session'),
    'wanted': (2048, 'an option string, one a second for a session'),
    'uplink_datagram': (2048, 'two messages: one read, one to write'),
}
NODE = re.compile(r'node: \{ title: "([^"]*)" label: "[^"]*\\n([0-9]+) bytes \(([a-z,]+)\)')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"')


def plain(name):
    """Without the file of a static function, and without what the optimiser appended."""
    return re.sub(r'\.(isra|part|constprop|cold)\..*$|\.cold$', '', name.split(':')[-1])


def case(name, fault):
    print(f'not ok stack.{name}: {fault}' if fault else f'ok stack.{name}')


def cycle(calls):
    """The names of functions that call each other in a ring, if there are any."""
    done, path, on_path = set(), [], set()

    def visit(name):
        if name in on_path:
            return path[path.index(name):] + [name]
        if name in done:
            return None
        done.add(name)
        path.append(name)
        on_path.add(name)
        for callee in sorted(calls.get(name, ())):
            ring = visit(callee)
            if ring:
                return ring
        on_path.discard(path.pop())
        return None
    return next((ring for ring in map(visit, sorted(calls)) if ring), None)


def main():
    sys.setrecursionlimit(10000)
    sizes, calls = {}, {}
    for path in sys.argv[1:]:
        with open(path, encoding='utf-8') as f:
            text = f.read()
        for name, octets, kind in NODE.findall(text):
            sizes[name] = (int(octets), kind, path)
        for caller, callee in EDGE.findall(text):
            calls.setdefault(caller, set()).add(callee)
    large = [f'{plain(n)} takes {octets}, not {LARGER.get(plain(n), (LIMIT,))[0]} ({kind})'
             for n, (octets, kind, _) in sorted(sizes.items()) if octets > LARGER.get(plain(n), (LIMIT,))[0]
             or kind == 'dynamic']
    small = [n for n in LARGER if n not in map(plain, sizes)]
    case('no_function_takes_much', '; '.join(large[:5]) if sizes else 'nothing is known')
    case('exceptions_exist', ', '.join(small))
    case('no_function_calls_itself', ' -> '.join(map(os.path.basename, cycle(calls) or ())))


if __name__ == '__main__':
    main()
