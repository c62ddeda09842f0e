"""The server relinked with some functions replaced, for what cannot be seen from outside."""

import os
import shutil
import subprocess

from cases import Skip, check
from server import BINARY

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
ROOMS = ("command", "parent", "report", "voice", "core", "state", "io", "wire", "conf", "dmr", "base")


def special_build(directory, source, wrapped):
    """
    The path of a server in which calls of each FUNCTION in `wrapped` go to __wrap_FUNCTION in `source`. It is made of
    the objects of the one under test; of the native one where those hold a sanitiser.
    """
    musl = shutil.which("musl-gcc")  # as the Makefile has it
    cc = [musl or shutil.which("gcc") or "", "-static" if musl else "-g", "-no-pie", "-fno-lto"]  # or there is no call to wrap
    objects = os.path.join(ROOT, "build/obj/native")
    parts = [os.path.join(objects, "freedmr.o")] + [os.path.join(objects, room + ".a") for room in ROOMS]
    if "/poll/" in BINARY:
        parts = [part.replace("/native/io.a", "/poll/io.a") for part in parts]
    if os.environ.get("COUNTED_OBJECTS"):  # of `make coverage`
        cc = [os.environ["COUNTED_CC"], *os.environ["COUNTERS"].split(), "-no-pie"]
        parts = os.environ["COUNTED_OBJECTS"].split()
    if not cc[0]:
        raise Skip("there is no compiler")
    with open(os.path.join(directory, "special.c"), "w") as f:
        f.write(source)
    binary = os.path.join(directory, "freedmr")
    compiled = os.path.join(directory, "special.o")
    flags = ["-std=c11", "-O1", "-D_GNU_SOURCE", "-c", "-o", compiled, os.path.join(directory, "special.c")]
    done = subprocess.run([cc[0], *flags], capture_output=True, text=True)
    check(done.returncode == 0, "does not compile: " + done.stderr[:300])
    done = subprocess.run([*cc, "-Wl," + ",".join("--wrap=" + w for w in wrapped), "-o", binary,
                           compiled, "-Wl,--start-group", *parts, "-Wl,--end-group"],
                          capture_output=True, text=True)
    check(done.returncode == 0, "does not build: " + done.stderr[:300])
    os.chmod(directory, 0o755)
    return binary
