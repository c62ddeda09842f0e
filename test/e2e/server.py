"""Runs the server under test in a directory of its own and ends it whatever happens."""

import errno
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

BINARY = os.path.abspath(os.environ.get("FREEDMR", "build/freedmr"))
PATIENCE_S = 120.0  # to wait for what is to come: a busy machine is no fault. Ends in success as soon as it is there.
FIRST, COUNT = 11000, 20000  # browsers refuse 10080; test/cross has those above
PORTS = itertools.count(os.getpid() * 64)
RESERVED = []


def reserve(port):
    """For this process, until it ends, among all tests on this machine: by a name in the abstract namespace."""
    name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    name.bind("\0freedmr-test-port-%d" % port)
    RESERVED.append(name)


def free_port(family=socket.AF_INET, host="127.0.0.1"):
    """Below those the system gives to any socket, or a hotspot would have it before the server has."""
    while True:
        port = FIRST + next(PORTS) % COUNT
        try:
            reserve(port)
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                with socket.socket(family, kind) as s:
                    s.bind((host, port))
            return port
        except OSError as why:
            if why.errno != errno.EADDRINUSE:
                raise


def has_ipv6():
    try:
        free_port(socket.AF_INET6, "::1")
        return True
    except OSError:
        return False


def wait_for(what, seconds=PATIENCE_S, every=0.02):
    """The first true value of what(), or the last false one when time is up."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > end:
            return value
        time.sleep(every)


def kept_waiting(*tasks):
    """Seconds that these processes, or "thread-self", could have run and others had the processors."""
    total = 0
    for task in tasks:
        with open("/proc/%s/schedstat" % task) as f:
            total += int(f.read().split()[1])
    return total / 1e9


def go_on(pid):
    """Wakes a process that was stopped. Who sleeps too long is replaced by the parent, and then is not there."""
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        pass


def command(*words):
    qemu = os.environ.get("FREEDMR_QEMU")
    return ([qemu] if qemu else []) + [BINARY] + list(words)


def listens(port):
    """Does a program accept connections there?"""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def is_bound(port):
    """Has a program that UDP port?"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.bind(("127.0.0.1", port))
            return False
        except OSError as why:
            return why.errno == errno.EADDRINUSE


def kill_group(process):
    """A process that began a session of its own, and all that it has started."""
    ended = process.poll() is not None
    if not (ended and os.path.exists("/proc/%d" % process.pid)):  # which would be somebody else's number by now
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.wait()


class Started:
    """For `with`: start() begins it, close() ends it, also when it could not start."""

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()


class Server(Started):
    """with Server("static-2 = 91") as server: `listener` continues the section of the one listener there is."""

    def __init__(self, listener="", more="", bind="127.0.0.1", passphrase="rigpass", port=None, wrap=(), http="",
                 server_id=2345, server=""):
        self.directory = tempfile.mkdtemp(prefix="freedmr-")
        self.port = port or free_port()
        self.control = os.path.join(self.directory, "control.sock")
        self.config = os.path.join(self.directory, "freedmr.conf")
        self.wrap = list(wrap)
        self.process = None
        with open(self.config, "w") as f:
            f.write("[server]\nid = %d\n%s\n[listener hotspots]\nbind = %s:%d\npassphrase = %s\n%s\n" %
                    (server_id, server, bind, self.port, passphrase, listener))
            f.write("[report]\ncontrol = %s\nhttp = %s\n%s\n" % (self.control, http, more))

    def start(self):
        self.log = open(os.path.join(self.directory, "stderr"), "ab+")
        self.seen = self.log.tell()
        self.process = subprocess.Popen(self.wrap + command("-c", self.config), stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, start_new_session=True,
                                        cwd=self.directory)
        ready = wait_for(lambda: "freedmr: ready" in self.stderr() or self.process.poll() is not None, PATIENCE_S)
        if not ready or self.process.poll() is not None:
            raise AssertionError("the server did not become ready: " + self.stderr()[-500:])

    def stderr(self):
        with open(os.path.join(self.directory, "stderr"), errors="replace") as f:
            f.seek(self.seen)
            return f.read()

    def stop(self, seconds=PATIENCE_S):
        """As an operator would: TERM. Returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError("the server does not end on TERM")

    def kill(self):
        """All processes at once, as a power cut would; they are a process group of their own."""
        kill_group(self.process)
        wait_for(lambda: not self.members())

    def close(self):
        if self.process:
            self.kill()
            self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def members(self):
        """{name: pid} of the processes of this server."""
        found = {}
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open("/proc/%s/stat" % entry) as f:
                    head, _, tail = f.read().rpartition(") ")
                    fields = tail.split()
                    if int(fields[2]) == self.process.pid and fields[0] != "Z":
                        found[head.partition("(")[2]] = int(entry)
            except (OSError, ValueError):
                pass
        return found

    def child(self, role):
        """The pid of the voice or report process."""
        pid = wait_for(lambda: self.members().get("freedmr-" + role))
        if not pid:
            raise AssertionError("no process freedmr-%s among %s" % (role, self.members()))
        return pid

    def kill_child(self, role, how=signal.SIGKILL):
        """Ends that process, and waits until it is there again."""
        back = "freedmr-%s is back" % role
        lives = self.stderr().count(back)
        os.kill(self.child(role), how)
        if not wait_for(lambda: self.stderr().count(back) > lives):
            raise AssertionError("%s does not come back: %s" % (role, self.stderr()[-800:]))

    def resident_kb(self, role):
        with open("/proc/%d/status" % self.child(role)) as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))

    def ctl(self, *words, timeout=PATIENCE_S):
        """One command of `freedmr ctl`: exit code and output."""
        done = subprocess.run(command("ctl", "-s", self.control, *words), capture_output=True, text=True,
                              timeout=timeout)
        return done.returncode, done.stdout + done.stderr

    def ctl_json(self, *words):
        """The JSON objects it prints, one per line."""
        code, text = self.ctl("--json", *words)
        if code != 0:
            raise AssertionError("ctl %s: exit %d: %s" % (" ".join(words), code, text))
        return [json.loads(line) for line in text.splitlines() if line.strip()]
