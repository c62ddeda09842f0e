"""What is written to disk: nothing by voice, and by the reporter what is to outlive it."""

import os
import stat
import tempfile
import time

from cases import Skip, case, check, main
from control import ask, wait_until_answering
from dmr import call
from hotspot import Hotspot, talk
from server import Server, wait_for


PAGE = os.sysconf("SC_PAGESIZE")


def written(pid):
    """Octets that this process has made to be written to storage, at any time."""
    try:
        with open("/proc/%d/io" % pid) as f:
            return int(dict(line.split(": ") for line in f)["write_bytes"])
    except (OSError, KeyError):
        raise Skip("the kernel does not tell who writes what")


def files_for_writing(pid):
    """Those that are open, but for the log, which is standard error."""
    found = []
    for fd in os.listdir("/proc/%d/fd" % pid):
        try:
            with open("/proc/%d/fdinfo/%s" % (pid, fd)) as f:
                flags = int(next(line for line in f if line.startswith("flags:")).split()[1], 8)
            if int(fd) > 2 and flags & os.O_ACCMODE and stat.S_ISREG(os.stat("/proc/%d/fd/%s" % (pid, fd)).st_mode):
                found.append(os.readlink("/proc/%d/fd/%s" % (pid, fd)))
        except FileNotFoundError:
            pass  # that of a caller who has just left
    return found


def busy(clients, seconds):
    """Calls one after the other, pings, options and dialled talkgroups."""
    end, n = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        talker = clients[n % len(clients)]
        talk(talker, call(talker.client, talker.client, 91 + n % 4, 2), clients)
        for c in clients:
            c.drain(quiet=0.01)
            c.ping()
        n += 1


def run(server):
    """What was written in a busy time, by role."""
    wait_until_answering(server.control)
    clients = [Hotspot(2300101 + i, server.port).login("TS2=91,92,93,94") for i in range(6)]
    busy(clients, 3)
    pids = {role: server.child(role) for role in ("voice", "report")}
    log = os.path.join(server.directory, "stderr")
    before, said = {role: written(pid) for role, pid in pids.items()}, os.path.getsize(log)
    busy(clients, 12)
    ask(server.control, "sessions")
    for role, pid in pids.items():
        check(wait_for(lambda: not files_for_writing(pid)), "%s keeps open: %s" % (role, files_for_writing(pid)))
    amount = {role: written(pid) - before[role] for role, pid in pids.items()}
    if os.path.getsize(log) > said:  # the log is a file here, and counts by pages
        amount["report"] = max(0, amount["report"] - PAGE * (2 + (os.path.getsize(log) - said) // PAGE))
    return amount


def counts_at_all(directory):
    """Does the kernel count where the test runs?"""
    before = written(os.getpid())
    with open(os.path.join(directory, "probe"), "wb") as f:
        f.write(b"x" * 100000)
        f.flush()
        os.fsync(f.fileno())
    if written(os.getpid()) - before < 100000:
        raise Skip("what is written here is not counted")


@case  # 20 s
def nothing_is_written_where_nothing_is_kept():
    with Server("static-2 = 91") as server:
        counts_at_all(server.directory)
        check(run(server) == {"voice": 0, "report": 0}, "written")


@case  # 20 s
def what_is_kept_is_written_once_a_minute():
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o777)
        state, history = os.path.join(directory, "state"), os.path.join(directory, "history")
        with Server("static-2 = 91", "history = %s\n" % history, server="state = %s\n" % state) as server:
            counts_at_all(directory)
            wrote = run(server)
            kept = sum(os.path.getsize(path) if os.path.exists(path) else 0 for path in (state, history))
            check(wrote["voice"] == 0, "voice wrote %d octets" % wrote["voice"])
            # each of them at most once in that time, in whole blocks, and the directory
            check(wrote["report"] <= kept + 5 * 4096, "%d octets written, for files of %d" % (wrote["report"], kept))


main()
