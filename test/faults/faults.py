#!/usr/bin/env python3
"""
Every call of the libc that can fail, fails once: at start, in a busy while, at a reload, at an upgrade, at the stop.

    test/faults/faults.py [--workers N] [--phase NAME]... [--site TEXT] [-v]

A first run counts which calls are made where, by which process, in each phase. Then each (process, place, fault) has a
run of its phase in which it fails. While it does, a call goes on, which may lose what the fault itself cost, and no
more; nothing crashes, hangs, leaks a descriptor or ends that could have gone on. A start may be refused, with words.
"""

import argparse
import errno
import hashlib
import http.client
import itertools
import json
import multiprocessing
import mmap
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "test", "e2e"))

import server as server_module  # noqa: E402
from broker import Broker  # noqa: E402
from control import Control  # noqa: E402
from dmr import Frame, call  # noqa: E402
from hotspot import Hotspot, be32  # noqa: E402
from mesh import peer_section  # noqa: E402
from server import Server, free_port, wait_for  # noqa: E402
from special import ROOMS  # noqa: E402
from web import WebServer  # noqa: E402

BUILD = os.path.join(ROOT, "build", "faults")
COUNTED = bool(os.environ.get("COUNTED_OBJECTS"))  # test/coverage has this run as well
BINARY = os.path.join(BUILD, "counted" if COUNTED else "freedmr")
SAN = os.path.join(ROOT, "build", "obj", "san")
ROLES = ("parent", "voice", "report", "child", "trial")
SITES = 4096
PLAN, SITE = struct.Struct("<QIIII"), struct.Struct("<QII")
SPECIAL = {"short": 1000, "jump": 1001, "EAI_AGAIN": 3}
PHASES = ("start", "busy", "reload", "upgrade", "stop")
LOST = {"voice": 2}  # frames that a fault of that process may cost
REVIVED = 18


def functions():
    with open(os.path.join(ROOT, "test/faults/functions")) as f:
        rows = [line.split() for line in f if line.strip() and not line.startswith("#")]
    return {row[0]: row[1:] for row in rows}


FUNCTIONS = functions()


def unknown(parts):
    """What these objects call that is neither made to fail nor left out for a reason, and is not theirs."""
    with open(os.path.join(ROOT, "test/faults/left-out")) as f:
        known = {word for line in f if not line.startswith("#") for word in line.split()} | set(FUNCTIONS)
    listed = subprocess.run(["nm", *parts], capture_output=True, text=True, check=True).stdout.splitlines()
    symbols = [line.split()[-2:] for line in listed if len(line.split()) >= 2]
    own = {name for kind, name in symbols if kind not in "Uw"}
    return sorted({name for kind, name in symbols if kind == "U"} - own - known -
                  {name for _, name in symbols if re.match(r"__(asan|ubsan|sanitizer|lsan)_|_GLOBAL_OFFSET_TABLE_", name)})


def build():
    """The server with the sanitisers, its calls of the libc going by test/faults/fault.c."""
    os.makedirs(BUILD, exist_ok=True)
    with open(os.path.join(BUILD, "functions.h"), "w") as f:
        f.write("enum function {\n%s};\n" % "".join("\tFUNCTION_%s,\n" % name for name in FUNCTIONS))
    parts = [os.path.join(SAN, "freedmr.o")] + [os.path.join(SAN, room + ".a") for room in ROOMS]
    if not COUNTED and unknown(parts):
        sys.exit("neither in test/faults/functions nor in left-out: " + " ".join(unknown(parts)))
    cc, flags = ["gcc"], ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    if COUNTED:
        cc, flags, parts = [os.environ["COUNTED_CC"]], os.environ["COUNTERS"].split(), os.environ["COUNTED_OBJECTS"].split()
    compiled = BINARY + ".fault.o"
    subprocess.run([*cc, "-std=c11", "-O1", "-g", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-I" + BUILD, "-c", "-o", compiled,
                    os.path.join(ROOT, "test/faults/fault.c"), *([] if COUNTED else flags)], check=True)
    subprocess.run([*cc, *flags, "-Wl," + ",".join("--wrap=" + n for n in FUNCTIONS), "-o", BINARY + ".new", compiled,
                    "-Wl,--start-group", *parts, "-Wl,--end-group"], check=True)
    os.rename(BINARY + ".new", BINARY)


class Plan:
    """The file that the processes share."""

    def __init__(self, path):
        self.path = path
        with open(path, "wb") as f:
            f.truncate(PLAN.size + SITES * SITE.size)
        with open(path, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), 0)

    def visits(self):
        """{key: how often}"""
        rows = (SITE.unpack_from(self.map, PLAN.size + n * SITE.size) for n in range(SITES))
        return {key: visits for key, visits, _ in rows if key}

    def arm(self, key, fault, left=1):
        number = SPECIAL.get(fault) or getattr(errno, fault)
        PLAN.pack_into(self.map, 0, 0, number, left, 0, 0)
        struct.pack_into("<Q", self.map, 0, key)

    def disarm(self):
        """How often it failed."""
        done = PLAN.unpack_from(self.map, 0)[3]
        PLAN.pack_into(self.map, 0, 0, 0, 0, 0, 0)
        return done

    def done(self):
        return PLAN.unpack_from(self.map, 0)[3]


def role_of(key):
    return ROLES[key >> 56]


def function_of(key):
    return list(FUNCTIONS)[(key >> 48 & 255) - 1]


PLACES = {}


def places(keys):
    """The places in the source, by one run of addr2line."""
    want = [k for k in keys if k not in PLACES]
    if want:
        # the address is the one behind the call
        answer = subprocess.run(["addr2line", "-f", "-e", BINARY] + ["%#x" % ((k & (1 << 48) - 1) - 1) for k in want],
                                capture_output=True, text=True, check=True).stdout.splitlines()
        for n, key in enumerate(want):
            file = answer[2 * n + 1].split(" ")[0]
            PLACES[key] = "%s %s %s %s" % (role_of(key), function_of(key), answer[2 * n],
                                           file[file.find("modules/"):] if "modules/" in file else file)
    return PLACES


def impossible():
    with open(os.path.join(ROOT, "test/faults/impossible")) as f:
        return [line.split()[:4] for line in f if line.strip() and not line.startswith("#")]


def is_impossible(rows, phase, fault, place):
    _, function, caller, _ = place.split(" ", 3)
    return any(row[0] in ("*", phase) and row[1:] == [fault, function, caller] for row in rows)


class Radio(threading.Thread):
    """One call after the other, heard by a second hotspot; reports what was missed between two times."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.ends = False
        self.one, self.two = Hotspot(2300101, port), Hotspot(2300102, port)
        self.sent, self.heard, self.closed = [], set(), 0
        self.lock = threading.Lock()

    def login(self):
        """As a hotspot does, that begins again if an answer is lost."""
        for client in (self.one, self.two):
            if not wait_for(lambda: Story.quietly(client.login, "TS2=91", "RIG1", 2), 10):
                raise Fault("%d cannot log in" % client.client)
        return self

    def take(self):
        for client in (self.one, self.two):
            while True:
                octets = client.receive(0)
                if not octets:
                    break
                if octets[:5] == b"MSTCL":
                    self.closed += 1
                if client is self.two and octets[:4] == b"DMRD":
                    f = Frame(octets)
                    with self.lock:
                        self.heard.add((octets[16:20], f.seq))

    def run(self):
        due = pinged = time.monotonic()
        while not self.ends:
            frames = call(2300101, 2300101, 91, 40)
            for n, octets in enumerate(frames):
                while time.monotonic() < due:
                    select.select([self.one.socket, self.two.socket], [], [], max(0, due - time.monotonic()))
                    self.take()
                if self.ends:
                    octets, n = frames[-1][:4] + bytes([n & 255]) + frames[-1][5:], None
                self.one.send(octets)
                with self.lock:
                    self.sent.append((time.monotonic(), (octets[16:20], octets[4])))
                if n is None:
                    break
                due = max(due + 0.06, time.monotonic() - 1)
                if due - pinged > 5:
                    pinged = due
                    for client in (self.one, self.two):
                        client.send(b"RPTPING" + be32(client.client))
            due += 0.3
        self.take()

    def missed(self, since, until):
        with self.lock:
            return [n for t, n in self.sent if since <= t < until and n not in self.heard]

    def end(self):
        self.ends = True
        self.join()
        self.one.close()
        self.two.close()


class Fault(Exception):
    pass


class Around:
    """What is there for all servers under test: a neighbour, a broker, an index of names."""

    def __init__(self):
        self.far, self.link = free_port(), free_port()
        self.neighbour = Server("static-2 = 91", peer_section("here", "fbp", self.far, self.link, 2345), server_id=2346)
        self.broker = Broker()
        self.aliases = os.path.join(self.neighbour.directory, "aliases")
        rows = os.path.join(self.neighbour.directory, "users.csv")
        with open(rows, "w") as f:
            f.write("RADIO_ID,CALLSIGN,FIRST_NAME\n" + "".join("%d,G%dX,Name\n" % (n, n) for n in range(2300100, 2300600)))
        subprocess.run([server_module.BINARY, "aliases", rows, "-o", self.aliases], check=True, capture_output=True)
        os.chmod(self.neighbour.directory, 0o755)

    def __enter__(self):
        self.broker.start()
        self.neighbour.start()
        return self

    def __exit__(self, *_):
        self.neighbour.close()
        self.broker.stop(signal.SIGKILL)
        shutil.rmtree(self.broker.directory, ignore_errors=True)


class Story:
    """A server under test, two hotspots and observers."""

    def __init__(self, around):
        self.legacy = free_port()
        more = ("mqtt = localhost:%d\nhistory = %s\nlegacy = 127.0.0.1:%d\ncall-log = yes\naliases = %s\n" %
                (around.broker.port, "history", self.legacy, around.aliases))
        more += "self-care = yes\nadmin-token = a.token.of.this.test\n"
        more += ("[uplink up]\ntarget = localhost:%d\nid = 234501\npassphrase = rigpass\nmap = 2:3100 = 93\n" %
                 around.neighbour.port)
        more += peer_section("far", "fbp", around.link, around.far, 2346).replace("target = 127.0.0.1", "target = localhost")
        self.server = WebServer("static-2 = 91\naudio = AUDIO\nprompts = voice", more, bind="0.0.0.0",
                                server="state = state\nrecorder = 1M")
        os.chmod(self.server.directory, 0o777)
        self.make_audio()
        with open(self.server.config) as f:
            text = f.read().replace("AUDIO", os.path.join(self.server.directory, "audio"))
        for name in ("state", "history"):
            text = text.replace("%s = %s\n" % (name, name), "%s = %s/kept-%s\n" % (name, self.server.directory, name))
        with open(self.server.config, "w") as f:
            f.write(text)
        self.conf = text
        self.plan = Plan(os.path.join(self.server.directory, "faults"))
        self.radio = None
        self.over = False

    def make_audio(self):
        """Voice files in both forms."""
        directory = os.path.join(self.server.directory, "audio")
        os.makedirs(os.path.join(directory, "en_GB"))
        files = {"en_GB/busy.ambe": bytes(54), "en_GB/1.ambe": bytes(54), "de_DE.ambe": bytes(108),
                 "de_DE.indx": b"busy 0 6\n1 6 6\n"}
        for name, octets in files.items():
            with open(os.path.join(directory, name), "wb") as f:
                f.write(octets)

    def start(self):
        """False when it refused to."""
        s = self.server
        s.log = open(os.path.join(s.directory, "stderr"), "ab+")
        s.seen = s.log.tell()
        env = {**os.environ, "FAULTS": self.plan.path, "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1"}
        s.process = subprocess.Popen([BINARY, "-c", s.config], stdin=subprocess.DEVNULL, stdout=s.log, stderr=s.log,
                                     start_new_session=True, cwd=s.directory, env=env)
        if not wait_for(lambda: "freedmr: ready" in s.stderr() or s.process.poll() is not None, 75):
            raise Fault("neither ready nor ended")
        if s.process.poll() is None:
            return True
        self.says_why()
        return False

    @staticmethod
    def is_sane(text):
        for bad in ("AddressSanitizer", "runtime error", "LeakSanitizer", " bug: ", "was ended by signal"):
            if bad in text:
                raise Fault("%s: %s" % (bad, text[max(0, text.find(bad) - 200):][:1500]))

    def says_why(self):
        code, text = self.server.process.returncode, self.server.stderr()
        self.is_sane(text)
        if code <= 0 or "error: " not in text:
            raise Fault("ended with %d and no words: %s" % (code, text[-300:]))

    def join(self):
        self.radio = Radio(self.server.port).login()
        self.radio.start()

    def ask(self, word):
        c = Control(self.server.control, 20)
        try:
            return c.request(word)
        finally:
            c.close()

    def get(self, path, seconds=10):
        with socket.create_connection(("127.0.0.1", self.server.web), seconds) as s:
            s.settimeout(seconds)
            s.sendall(("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path).encode())
            return s.recv(1 << 16)

    @staticmethod
    def quietly(what, *arguments):
        """What may fail while a fault is armed, and must not hang."""
        try:
            return what(*arguments)
        except (OSError, AssertionError, ValueError, http.client.HTTPException):
            return None

    def post(self, path, **headers):
        status, _, body = self.server.get("/api/v2/self/" + path, "POST", Origin="http://127.0.0.1:%d" % self.server.web, **headers)
        return json.loads(body) if status == 200 else {}

    def owner(self):
        """The owner of the visitor signs in on the page, and sets its options."""
        salt = self.post("challenge").get("salt", "")
        digest = hashlib.sha256((salt + "rigpass").encode()).hexdigest()
        token = self.post("login", X_Freedmr_Owner="2300555 %s %s" % (salt, digest)).get("token", "")
        self.post("options", X_Freedmr_Token=token, X_Freedmr_Command="TS1=92")

    def tour(self):
        """A busy while: logins, data, questions, pages, a kick; what each asks of the machine is done once at least."""
        visitor = Hotspot(2300555, self.server.port)
        self.quietly(visitor.login, "TS1=92;TS2=93", "VIS", 2)
        visitor.send(b"DMRD\0" + b"\x23\x18\xad" * 2 + be32(2300555) + b"\x66" + os.urandom(4) + bytes(35))
        self.quietly(self.owner)
        for word in ("status", "sessions", "why 2300101", "history talkgroups", "lastheard", "peers", "calls", "refusals", "report",
                     "record", "record kept", "loglevel", "trace 91", "quenches", "options 2300555 TS1=94",
                     "block 2300777 1m", "unblock 2300777", "link 2300102 1 95", "unlink 2300102 1 95", "kick 2300555"):
            self.quietly(self.ask, word)
        for path in ("/", "/metrics", "/api/v2/snapshot", "/api/v2/history?of=talkgroups&period=week", "/api/v2/lastheard",
                     "/api/v2/why?id=2300101", "/api/v2/access", "/nothing"):
            self.quietly(self.get, path)
        self.quietly(self.get, "/api/v2/events", 0.3)
        self.quietly(lambda: socket.create_connection(("127.0.0.1", self.legacy), 2).close())
        visitor.logout()
        visitor.close()
        time.sleep(0.6)

    def reload(self, turn):
        more = ("[listener more%d]\nbind = 127.0.0.1:%d\npassphrase = alfa bravo\n" % (turn, free_port())) if turn % 2 else ""
        with open(self.server.config, "w") as f:
            f.write(self.conf.replace("static-2 = 91", "static-2 = 91" if turn % 2 else "static-2 = 91, 99") + more)
        self.quietly(self.ask, "reload")
        time.sleep(0.4)

    def settle(self):
        """As it was configured first; the answer may be that reloads come too fast."""
        self.reload(2)
        wait_for(lambda: (self.quietly(self.ask, "reload") or ((), {}))[1].get("ok"), 20, 1.0)

    def upgrade(self):
        count = self.server.stderr().count("freedmr: ready")
        _, end = self.quietly(self.ask, "upgrade") or (None, {"ok": None})
        if end["ok"] is not False:  # it may go on although the answer was lost
            wait_for(lambda: self.server.stderr().count("freedmr: ready") > count, 3 if end["ok"] is None else 15)
        time.sleep(0.4)

    def descriptors(self):
        def count():
            pids = {name: pid for name, pid in self.server.members().items() if name in ("freedmr-voice", "freedmr-report")}
            pids["freedmr"] = self.server.process.pid
            return {name: len(os.listdir("/proc/%d/fd" % pid)) for name, pid in pids.items()}
        return self.quietly(count)

    def has_more_than(self, first):
        return any(count > (first or {}).get(name, count) for name, count in (self.descriptors() or {}).items())

    def judge(self, since, role, revival=False):
        """All is as before: every process answers, the call was heard."""
        s = self.server
        text = s.stderr()
        self.is_sane(text)
        if s.process.poll() is not None:
            raise Fault("it ended with %s: %s" % (s.process.returncode, text[-600:]))
        died = re.findall(r"freedmr-\w+ exited.*", text)
        if died and not revival:
            raise Fault("a process ended: %s" % died[-1])
        end = None
        for _ in range(40):
            _, end = self.quietly(self.ask, "status") or (None, None)
            if end and end.get("ok"):
                break
            time.sleep(0.25)
        disabled = re.findall(r"warning: (\S.*) disabled: ", text)
        if "control socket" not in disabled and not (end and end.get("ok")):
            raise Fault("ctl status is not answered: %s" % s.stderr()[-600:])
        if "web page" not in disabled and not (self.quietly(self.get, "/metrics", 10) or b"").startswith(b"HTTP/1.1 200"):
            raise Fault("no metrics")
        now = time.monotonic()
        may = REVIVED if revival else LOST.get(role, 0)
        if not wait_for(lambda: len(self.radio.missed(since, now)) <= may, 5):
            raise Fault("missed %d frames of the call" % len(self.radio.missed(since, now)))
        if not wait_for(lambda: any(n in self.radio.heard for t, n in list(self.radio.sent) if t > now), 5):
            raise Fault("the call is heard no more: %s" % text[-800:])
        if self.radio.closed:
            raise Fault("clients were sent away")

    def stop(self):
        """With words, and 0."""
        try:
            self.server.process.send_signal(signal.SIGTERM)
            code = self.server.process.wait(15)
        except subprocess.TimeoutExpired:
            raise Fault("it does not end on TERM: %s" % self.server.stderr()[-300:]) from None
        if not wait_for(lambda: not self.server.members(), 5):
            raise Fault("left behind: %s" % self.server.members())
        return code

    def close(self):
        if self.radio:
            self.radio.end()
        if self.server.process:
            self.server.close()


def visited(before, after):
    return {k: n - before.get(k, 0) for k, n in after.items() if n > before.get(k, 0)}


def reference(around):
    """{phase: keys visited}."""
    story, seen, before = Story(around), {}, {}

    def passed(phase):
        nonlocal before
        now = story.plan.visits()
        seen.setdefault(phase, {}).update(visited(before, now))
        before = now

    try:
        if not story.start():
            raise Fault("the server does not start: %s" % story.server.stderr())
        wait_for(lambda: all(word in story.server.stderr() for word in ("mqtt=up", "uplink up", "link up")), 20)
        passed("start")
        story.join()
        time.sleep(1)
        before = story.plan.visits()
        for _ in range(3):
            story.tour()
        passed("busy")
        for turn in (1, 2, 3):
            story.reload(turn)
        passed("reload")
        story.upgrade()
        passed("upgrade")
        story.radio.end()
        story.radio = None
        story.stop()
        passed("stop")
    finally:
        story.close()
    return seen


def attempt(story, phase, key, fault, turn):
    """One fault in that phase of a server that runs. Returns whether it happened."""
    since = time.monotonic()
    story.plan.arm(key, fault)
    if phase == "busy":
        for _ in range(4):
            story.tour()
            if story.plan.done():
                break
    elif phase == "reload":
        story.reload(turn)
        if not story.plan.done():
            story.reload(turn + 1)
    else:
        story.upgrade()
    done = story.plan.disarm()
    if phase == "reload":
        story.settle()
    if phase == "upgrade" and story.server.process.poll():
        story.says_why()  # after the switch there is no way back: as at a start, a message is required
        story.over = True
    elif "error: sessions lost: " in story.server.stderr():
        story.over = True
    else:
        story.judge(since, role_of(key), phase == "upgrade")
    return done > 0


def once(around, phase, key, fault):
    """A start or a stop, for which each fault has a server of its own."""
    story = Story(around)
    try:
        if phase == "start":
            story.plan.arm(key, fault)
            begun = story.start()
            if begun:
                since = time.monotonic()
                story.join()
                time.sleep(0.5)
                story.judge(since + 0.2, "parent")
            done = story.plan.disarm()
            if begun and story.stop() != 0:
                raise Fault("stopped with an error: %s" % story.server.stderr()[-600:])
            return done > 0
        if not story.start():
            raise Fault("the server does not start: %s" % story.server.stderr())
        story.join()
        time.sleep(0.2)
        story.radio.end()
        story.radio = None
        story.plan.arm(key, fault)
        story.stop()
        story.is_sane(story.server.stderr())
        return story.plan.disarm() > 0
    finally:
        story.close()


def work(number, tasks, results):
    server_module.PORTS = itertools.count(number * 4000)
    with Around() as around:
        try_all(around, tasks, results)
    results.put(None)


def try_all(around, tasks, results):
    story, turn, used, first, again = None, 0, 0, None, None
    while True:
        task, tried = again or tasks.get(), again is not None
        again = None
        if task is None:
            break
        phase, key, fault = task
        try:
            if phase in ("start", "stop"):
                if story:  # its ports are those of the next
                    story.close()
                    story = None
                done = once(around, phase, key, fault)
                again = None if done or tried else task
                if not again:
                    results.put((task, done, None))
                continue
            if story is None:
                story = Story(around)
                if not story.start():
                    raise Fault("the server does not start: %s" % story.server.stderr())
                story.join()
                story.tour()
                story.settle()
                wait_for(lambda: "mqtt=up" in story.server.stderr())
                first, used = wait_for(story.descriptors), 0
            turn += 1
            done, used = attempt(story, phase, key, fault, turn), used + 1
            if not story.over and not wait_for(lambda: not story.has_more_than(first), 8):
                raise Fault("descriptors: %s, were %s" % (story.descriptors(), first))
            again = None if done or tried else task  # with a server that refuses no reload or upgrade as one too many
            if not again:
                results.put((task, done, None))
            if again or used == 25 or story.over:
                story.close()
                story = None
        except Exception as why:  # what is found goes to the one who prints
            results.put((task, True, "%s: %s" % (type(why).__name__, why)))
            again = None if tried else task
            if story:
                story.close()
                story = None
    if story:
        story.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--phase", action="append", choices=PHASES)
    parser.add_argument("--site", default="", help="only where this expression is found in the line printed")
    parser.add_argument("-v", action="store_true")
    options = parser.parse_args()
    build()
    with Around() as around:
        seen = reference(around)
    tasks, results = multiprocessing.Queue(), multiprocessing.Queue()
    all_tasks, excused = [], impossible()
    for phase in options.phase or PHASES:
        for key in sorted(seen[phase]):
            place = places(seen[phase])[key]
            all_tasks += [(phase, key, fault) for fault in FUNCTIONS[function_of(key)]
                          if re.search(options.site, "%s %s %s" % (phase, fault, place))
                          and not is_impossible(excused, phase, fault, place) and " count_in_file " not in place]
    for phase in options.phase or PHASES:
        print("%-8s %4d places, %4d faults" % (phase, len(seen[phase]), sum(t[0] == phase for t in all_tasks)), flush=True)
    for task in all_tasks:
        tasks.put(task)
    workers = [multiprocessing.Process(target=work, args=(n + 1, tasks, results)) for n in range(options.workers)]
    for w in workers:
        tasks.put(None)
        w.start()
    left, failed, idle, harmed = len(workers), [], [], []
    while left:
        got = results.get()
        if got is None:
            left -= 1
            continue
        (phase, key, fault), done, why = got
        name = "%s %s %s" % (phase, fault, places([key])[key])
        if why:
            (harmed if name in failed else failed).append(name)
            print("%s %s: %s" % ("not ok" if name in harmed else "once", name, " ".join(why.split())[:1500]), flush=True)
        elif not done:
            idle.append(name)
        elif options.v:
            print("ok %s" % name, flush=True)
    for name in idle:
        print("not visited: %s" % name)
    print("%d faults, %d did not come about, %d harmed, %d harmed only the first of two times" %
          (len(all_tasks), len(idle), len(harmed), len(failed) - len(harmed)))
    sys.exit(1 if harmed else 0)


if __name__ == "__main__":
    main()
