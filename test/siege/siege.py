#!/usr/bin/env python3
"""Runs a call between hotspots while one flood after the other comes in, and prints what the call felt.

    test/siege/siege.py [--short] [NAME...]     floods by the names of their functions, or all

No frame may be lost, the 99th percentile of the delay may be 60 ms above the quiet run's, no process may grow,
and a hotspot that arrives during the flood must get in. --short sends a twentieth, takes two seconds for each, does
not judge the delay, and prints "ok NAME" or "not ok NAME: why" for each flood (test/run siege).
"""

import argparse
import itertools
import multiprocessing
import os
import re
import select
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "e2e"))

from dmr import call  # noqa: E402
from floods import FLOODS, Flood  # noqa: E402
from hotspot import Hotspot, be32  # noqa: E402
from mesh import peer_section  # noqa: E402
from server import PATIENCE_S, Server, free_port  # noqa: E402

FRAME_S = 0.06
TG = 91
TALKER = 2345001
LISTENERS = 8
NEWCOMER = 2345900
BEFORE_S = AFTER_S = 1.5
LISTENS = 5  # frames long after the call, for what comes twice
WORSE_MS = 60.0
GROWTH_KB = 768
PROCESSES = ("voice", "report", "")
AS_THE_UNIT = ["nice", "-n", "-5"]  # pi/freedmr.service


def nice(by):
    try:
        os.nice(by)
    except PermissionError:
        pass


def log_in_call(port):
    talker = Hotspot(TALKER, port).login("TS2=%d" % TG)
    return talker, [Hotspot(TALKER + 1 + n, port).login("TS2=%d" % TG) for n in range(LISTENERS)]


def talk(port, started, over, out):
    """A call until it is over. Sends back (frames sent, [(when sent, delay)], lost, doubled or out of order)."""
    nice(-10)
    talker, listeners = log_in_call(port)
    by_fd = {h.socket.fileno(): h for h in listeners}
    header, *voice = call(TALKER, TALKER, TG, 1, terminator=False)
    sent_at, heard, last, wrong = {}, [], {}, 0
    started.set()
    begin, end = time.monotonic(), None
    poll = select.poll()
    for fd in by_fd:
        poll.register(fd, select.POLLIN)
    for n in itertools.count():
        if end is None and over.is_set():
            count, end = n, time.monotonic()
        if end and n >= count + LISTENS and (len(heard) >= count * LISTENERS or time.monotonic() > end + PATIENCE_S):
            break
        due = begin + n * FRAME_S
        while (left := due - time.monotonic()) > 0:
            for fd, _ in poll.poll(left * 1000):
                octets, now = by_fd[fd].socket.recv(2048), time.monotonic()
                if octets[:4] != b"DMRD" or octets[5:8] != be32(TALKER)[1:]:
                    continue
                number = n - (n - octets[4]) % 256 if n else 0
                wrong += number <= last.get(fd, -1)
                last[fd] = number
                if number in sent_at:
                    heard.append((sent_at[number], now - sent_at[number]))
        if end is None:
            octets = voice[(n - 1) % len(voice)] if n else header
            sent_at[n] = time.monotonic()
            talker.send(octets[:4] + bytes([n & 255]) + octets[5:])
            if n % 100 == 50:
                for h in [talker] + listeners:
                    h.send(b"RPTPING" + be32(h.client))
    out.send((count, heard, count * LISTENERS - len(heard), wrong))


def arrive(port, out):
    """A hotspot of another address logs in, and tries again each second as hotspots do. Sends back how long that took."""
    nice(-10)
    begin = time.monotonic()
    newcomer = Hotspot(NEWCOMER, port, bind=("127.0.0.200", 0))
    while time.monotonic() < begin + PATIENCE_S:
        try:
            while newcomer.receive(0):
                pass  # late answers
            newcomer.login(seconds=1.0)
            out.send(time.monotonic() - begin)
            return
        except AssertionError:
            time.sleep(0.1)
    out.send(None)


def send_flood(flood, siege, out):
    nice(10)
    out.send(flood.send(siege))


def beside(function, *arguments):
    process = multiprocessing.Process(target=function, args=arguments, daemon=True)
    process.start()
    return process


class Siege:
    """One server, one call, one flood."""

    def __init__(self, flood, scale, seconds):
        self.flood, self.seconds = flood, seconds
        self.rate = max(int(flood.rate * scale), 40) if flood else 0
        self.begun, self.enough = multiprocessing.Event(), multiprocessing.Event()
        self.http_port, self.mesh_port, self.peer_port = free_port(), free_port(), free_port()
        more = ""
        for n in range(flood.peers if flood else 0):
            target = self.peer_port if n == 0 else free_port()
            more += peer_section("n%d" % n, "fbp", self.mesh_port, target, 2399 + n)
            more += "relaxed = yes\n" if flood.relaxed else ""
        self.server = Server("", more, http="127.0.0.1:%d" % self.http_port, wrap=AS_THE_UNIT)
        self.port, self.control = self.server.port, self.server.control

    def processes(self):
        found = self.server.members()
        return {role: found.get("freedmr" + ("-" + role if role else "")) for role in PROCESSES}

    def cpu(self):
        total = {}
        for role, pid in self.processes().items():
            with open("/proc/%d/schedstat" % pid) as f:
                total[role] = int(f.read().split()[0]) / 1e9
        return total

    def memory(self):
        kb = {}
        for role, pid in self.processes().items():
            with open("/proc/%d/status" % pid) as f:
                kb[role] = int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))
        return kb

    def run(self):
        started, over, (heard, tell) = multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Pipe(False)
        caller = beside(talk, self.port, started, over, tell)
        if not started.wait(3 * PATIENCE_S):
            raise AssertionError("the hotspots cannot log in")
        time.sleep(BEFORE_S)
        if self.flood:
            counted, say = multiprocessing.Pipe(False)
            flooder = beside(send_flood, self.flood, self, say)
            if not self.begun.wait(PATIENCE_S):
                raise AssertionError("the flood does not begin")
        begin, cpu = time.monotonic(), self.cpu()
        time.sleep(self.seconds / 2)
        # the first part of a flood touches pages that were never used; what counts is whether it goes on
        memory, flooded = self.memory(), 0
        if self.flood:
            arrived, say = multiprocessing.Pipe(False)
            newcomer = beside(arrive, self.port, say)
        time.sleep(self.seconds / 2)
        if self.flood:
            self.arrival = arrived.recv()
            newcomer.join()
            self.enough.set()
            flooded = counted.recv()
            flooder.join()
        end = time.monotonic()
        self.used = {role: (now - cpu[role]) / (end - begin) for role, now in self.cpu().items()}
        self.growth = {role: now - memory[role] for role, now in self.memory().items()}
        time.sleep(AFTER_S)
        over.set()
        if not heard.poll(2 * PATIENCE_S):
            raise AssertionError("the call did not come to its end")
        self.frames, delays, self.lost, self.wrong = heard.recv()
        caller.join()
        self.flooded = flooded / (end - begin)
        during = sorted(d for at, d in delays if begin <= at <= end) or [0.0]
        self.p50, self.p99 = (1000 * during[int(len(during) * part)] for part in (0.5, 0.99))
        late = [at for at, d in delays if at > end and 1000 * d > self.p50 + WORSE_MS]
        self.recovery = max(late) - end if late else 0.0

    def faults(self, quiet):
        found = []
        if self.lost:
            found.append("%d of %d copies lost" % (self.lost, self.frames * LISTENERS))
        if self.wrong:
            found.append("%d doubled or out of order" % self.wrong)
        for role, kb in self.growth.items():
            if kb > GROWTH_KB:
                found.append("%s grew by %d KB" % (role or "parent", kb))
        if quiet and self.p99 > quiet.p99 + WORSE_MS:
            found.append("p99 %.0f ms, quiet %.0f ms" % (self.p99, quiet.p99))
        if self.flood and (self.arrival is None or quiet and self.arrival > self.seconds / 2):
            found.append("a newcomer did not get in")
        return found

    def row(self, quiet):
        verdict = "; ".join(self.faults(quiet)) or "holds"
        return "| %s | %.0f | %d of %d | %.1f | %.1f | %s | %s | %.1f | %s | %s |" % (
            self.flood.name if self.flood else "quiet", self.flooded, self.lost, self.frames * LISTENERS, self.p50, self.p99,
            " / ".join("%.0f" % (100 * self.used[role]) for role in PROCESSES),
            " / ".join("%+d" % self.growth[role] for role in PROCESSES), self.recovery,
            "-" if not self.flood or self.arrival is None else "%.1f" % self.arrival, verdict)


def besiege(flood, scale, seconds):
    siege = Siege(flood, scale, seconds)
    with siege.server:
        siege.run()
    return siege


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--short", action="store_true")
    options.add_argument("names", nargs="*")
    options = options.parse_args()
    floods = [f for f in FLOODS if not options.names or f.send.__name__ in options.names]
    scale, seconds = (0.05, 2.0) if options.short else (1.0, 10.0)
    failed = 0
    if options.short:
        for flood in floods:
            found = besiege(flood, scale, seconds).faults(None)
            name = "siege." + flood.send.__name__
            print("not ok %s: %s" % (name, "; ".join(found)) if found else "ok " + name, flush=True)
            failed += bool(found)
        sys.exit(failed > 0)
    print("| flood | datagrams/s | copies lost | p50 ms | p99 ms | CPU % voice / report / parent | "
          "growth KB | recovery s | login s | verdict |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    quiet = besiege(None, scale, seconds)
    print(quiet.row(None), flush=True)
    for flood in floods:
        siege = besiege(flood, scale, seconds)
        print(siege.row(quiet), flush=True)
        failed += bool(siege.faults(quiet))
    print("\n%d of %d floods do harm" % (failed, len(floods)) if failed else "\nno flood does harm")
    sys.exit(failed > 0)


main()
