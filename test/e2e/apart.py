"""A case that is run in namespaces of its own, as only root may."""

import os
import subprocess
import sys

from cases import Skip, check


def apart(case, *namespaces):
    """Runs the case again in these namespaces, options of unshare(1). True inside, where it goes on."""
    if os.environ.get("APART"):
        return True
    if os.getuid() != 0:
        raise Skip("only root may have namespaces of its own")
    done = subprocess.run(["unshare", *namespaces, sys.executable, sys.argv[0], case.__name__], capture_output=True, text=True,
                          env=dict(os.environ, APART="yes"))
    check(done.returncode == 0, done.stdout + done.stderr)
    if done.stdout.startswith("skip "):
        raise Skip(done.stdout.partition(": ")[2].strip())
    return False
