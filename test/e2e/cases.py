"""Named cases that state a fact: one line each, "ok t_file.case" or "not ok t_file.case: why"."""

import os
import signal
import sys
import time
import traceback

CASES = []


class Skip(Exception):
    pass


def case(function):
    CASES.append(function)
    return function


def check(condition, why):
    if not condition:
        raise AssertionError(why)


def main():
    """Runs the cases, or those named on the command line."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # when time is up, servers are ended all the same
    name = os.path.basename(sys.argv[0]).rsplit(".", 1)[0]
    failed = 0
    for function in CASES:
        if len(sys.argv) > 1 and function.__name__ not in sys.argv[1:]:
            continue
        began = time.monotonic()
        try:
            function()
            print("ok %s.%s" % (name, function.__name__), flush=True)
        except Skip as why:
            print("skip %s.%s: %s" % (name, function.__name__, why), flush=True)
        except Exception as why:
            failed += 1
            text = " ".join(str(why).split()) or type(why).__name__
            print("not ok %s.%s: %s" % (name, function.__name__, text[:600]), flush=True)
            traceback.print_exc()
        print("%s took %.1f s" % (function.__name__, time.monotonic() - began), file=sys.stderr, flush=True)
    sys.exit(1 if failed else 0)
