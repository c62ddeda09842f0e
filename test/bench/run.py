#!/usr/bin/env python3
"""Measures the server beside a bare reflector, on loopback, in real time both at once, and prints a table.

The server's processes (or the reflector) have the first processor, the clients the second. Time is
what the kernel has counted for the processes of the server, all three, divided by the copies that
have arrived; a ratio is the server's by the reflector's in the same round, and what is printed is the
median over the rounds. A missed goal is listed at the end, and the status is 1. BENCH_ROUNDS (5) and
BENCH_SECONDS (4) may be set.
"""
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
FREEDMR = os.environ.get("FREEDMR", "build/freedmr")
LOAD = "build/obj/native/test/bench/load"
REFLECTOR = "build/obj/native/test/bench/reflector"
ARM = "build/arm/freedmr"
DIR = "build/bench"
TICK = os.sysconf("SC_CLK_TCK")
PROCESSORS = sorted(os.sched_getaffinity(0))

CONFIGURATION = """\
[server]
id = 2345
[listener bench]
bind = 127.0.0.1:{port}
passphrase = benchmark
[limits]
sessions = 1024
frames-per-second = 0
[report]
control = {dir}/control.sock
"""


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def on_processor(n):
    return lambda: os.sched_setaffinity(0, {PROCESSORS[n % len(PROCESSORS)]})


def configuration(port):
    os.makedirs(DIR, exist_ok=True)
    path = f"{DIR}/freedmr.conf"
    with open(path, "w", encoding="ascii") as f:
        f.write(CONFIGURATION.format(port=port, dir=DIR))
    return path


class Side:
    """The server or the reflector, running."""

    def __init__(self, reflector):
        self.reflector = reflector
        self.port = free_port()
        self.log = open(f"{DIR}/{'reflector' if reflector else 'server'}.log", "w+", encoding="utf-8")
        if reflector:
            command = [REFLECTOR, str(self.port)]
        else:
            command = [FREEDMR, "-c", configuration(self.port)]
        self.process = subprocess.Popen(command, stderr=self.log, preexec_fn=on_processor(0))
        self.wait_ready()

    def wait_ready(self):
        if self.reflector:
            time.sleep(0.2)
            return
        for _ in range(500):
            self.log.seek(0)
            if "freedmr: ready" in self.log.read():
                time.sleep(0.1)
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        self.log.seek(0)
        sys.exit("the server does not start: " + self.log.read())

    def pids(self):
        found = [self.process.pid]
        for pid in found:
            try:
                with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
                    found.extend(int(child) for child in f.read().split())
            except OSError:
                pass
        return found

    def cpu(self):
        """Seconds of processor time so far: (all of it, in user space by the ticks, in ticks)."""
        total = user = ticks = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/schedstat", encoding="ascii") as f:
                total += int(f.read().split()[0]) / 1e9
            with open(f"/proc/{pid}/stat", encoding="ascii") as f:
                fields = f.read().rsplit(")", 1)[1].split()
            user += int(fields[11]) / TICK
            ticks += (int(fields[11]) + int(fields[12])) / TICK
        return total, user, ticks

    def memory(self):
        """KB resident: each process counted in full, and shared pages counted once."""
        rss = pss = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
                text = f.read()
            rss += int(re.search(r"^Rss:\s+(\d+)", text, re.M).group(1))
            pss += int(re.search(r"^Pss:\s+(\d+)", text, re.M).group(1))
        return rss, pss

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Clients:
    """A load program whose clients are all logged in."""

    def __init__(self, side, arguments):
        command = [LOAD, "-p", str(side.port), *(["-r"] if side.reflector else []), *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, preexec_fn=on_processor(1))
        if self.process.stdout.readline() != "ready\n":
            sys.exit("the clients cannot log in: " + " ".join(command))

    def begin(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def result(self):
        line = self.process.stdout.readline()
        return {name: float(value) for name, value in (p.split("=") for p in line.split())}

    def stop(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


class Run:
    """One side and its clients: what it has cost, and what they have heard."""

    def __init__(self, reflector, arguments):
        self.side = Side(reflector)
        self.clients = Clients(self.side, arguments)

    def begin(self):
        self.before = self.side.cpu()
        self.clients.begin()

    def end(self):
        result = self.clients.result()
        total, user, ticks = (after - before for after, before in zip(self.side.cpu(), self.before))
        self.clients.stop()
        self.side.stop()
        copies = max(result["copies"], 1)
        result["cpu_s"] = total
        result["us_per_copy"] = total * 1e6 / copies
        # The kernel samples which side of a system call a tick falls on, and scales; the sum is exact.
        result["user_s"] = total * user / ticks if ticks else 0.0
        return result


def in_turn(order, arguments):
    results = {}
    for reflector in order:
        run = Run(reflector, arguments)
        run.begin()
        results[reflector] = run.end()
    return results


def side_by_side(order, arguments, apart):
    """Both at once, the second so many seconds later, and so between the bursts of the first."""
    runs = {reflector: Run(reflector, arguments) for reflector in order}
    for run in runs.values():
        run.begin()
        time.sleep(apart)
    return {reflector: run.end() for reflector, run in runs.items()}


def median(values):
    return statistics.median(values)


def rounds(arguments, groups=0):
    """Pairs of results, the order within a pair turning from round to round. Where a processor is idle most of the time,
    both sides are measured at once: `groups` talkers each, or 1 where nobody talks."""
    pairs = []
    for n in range(ROUNDS):
        order = (n % 2 == 0, n % 2 == 1)
        results = side_by_side(order, arguments, 0.03 / groups) if groups else in_turn(order, arguments)
        pairs.append((results[False], results[True]))
    return pairs


def ratio(pairs, name):
    return median([ours[name] / theirs[name] if theirs[name] else 0.0 for ours, theirs in pairs])


def user_us(pairs):
    """Of all rounds together: the share that was sampled is too coarse for one."""
    return sum(o["user_s"] for o, _ in pairs) * 1e6 / sum(max(o["copies"], 1) for o, _ in pairs)


missed = []  # goals


def at_most(what, value, goal):
    if value > goal:
        missed.append(f"{what}: {value:.2f}, at most {goal}")


def at_least(what, value, goal):
    if value < goal:
        missed.append(f"{what}: {value:.2f}, at least {goal}")


HEAD = ("scenario", "CPU us/copy", "reflector", "ratio", "user us/copy", "copies/s", "reflector",
        "p50 us", "ratio", "p99 us", "ratio", "lost", "doubled", "reordered")
RATIOS = {"us_per_copy": "CPU", "p50_us": "p50", "p99_us": "p99"}


def row(cells, out):
    line = "| " + " | ".join(str(c) for c in cells) + " |"
    print(line, flush=True)
    out.write(line + "\n")


def report(name, pairs, goals, out):
    """A row; goals are the highest ratios, as in {"p50_us": 1.1}."""
    def ours(field):
        return median([o[field] for o, _ in pairs])

    def theirs(field):
        return median([t[field] for _, t in pairs])

    def by_theirs(field):
        value = ratio(pairs, field)
        if field not in goals:
            return f"{value:.2f}"
        at_most(f"{name}, {RATIOS[field]} by the reflector's", value, goals[field])
        return f"{value:.2f} (goal {goals[field]})"

    def never(field):
        count = sum(o[field] for o, _ in pairs)
        at_most(f"{name}, frames {field}", count, 0)
        return f"{count:.0f}"

    row((name, f"{ours('us_per_copy'):.2f}", f"{theirs('us_per_copy'):.2f}", by_theirs("us_per_copy"),
         f"{user_us(pairs):.2f}", f"{ours('copies_per_s'):.0f}", f"{theirs('copies_per_s'):.0f}",
         f"{ours('p50_us'):.0f}", by_theirs("p50_us"), f"{ours('p99_us'):.0f}", by_theirs("p99_us"),
         *map(never, ("lost", "doubled", "reordered"))), out)


REAL_TIME_200 = {"us_per_copy": 1.1, "p50_us": 1.1, "p99_us": 1.2}
SATURATED = {"us_per_copy": 1.15}
SATURATED_GROUPS = {"us_per_copy": 1.2}


def speed(out):
    row(HEAD, out)
    row(["---"] * len(HEAD), out)

    def scenario(name, goals, *arguments, groups=0, seconds=SECONDS):
        pairs = rounds([*arguments, "-s", str(seconds)], groups)
        report(name, pairs, goals, out)
        return pairs

    for listeners in (10, 50, 200, 1000):
        # The slowest hundredth of copies is one burst of a hundred.
        goals, seconds = (REAL_TIME_200, 3 * SECONDS) if listeners == 200 else ({}, SECONDS)
        scenario(f"real time, 1 to {listeners}", goals, "-m", "realtime", "-n", str(listeners + 1), groups=1, seconds=seconds)
    scenario("real time, 10 times 1 to 20", {}, "-m", "realtime", "-n", "210", "-g", "10", groups=10)
    full = scenario("saturation, 1 to 200", SATURATED, "-m", "closed", "-n", "201", "-w", "4")
    scenario("saturation, 10 times 1 to 20", SATURATED_GROUPS, "-m", "closed", "-n", "210", "-g", "10", "-w", "4")
    copies = min(median([o["copies_per_s"] for o, _ in full]), median([t["copies_per_s"] for _, t in full]))
    scenario("three quarters of saturation, 1 to 200", {}, "-m", "rate", "-n", "201",
             "-f", f"{0.75 * copies / 200:.1f}")
    return ratio(full, "copies_per_s")


def idle():
    """Processor time of 200 clients that only ping, over one ping interval: ours by the reflector's."""
    pairs = rounds(["-m", "ping", "-n", "200", "-s", "10"], 1)
    return [median([side["cpu_s"] * 1000 for side in column]) for column in zip(*pairs)]


def memory():
    side = Side(False)
    empty = side.memory()
    clients = Clients(side, ["-m", "ping", "-n", "1000"])
    full = side.memory()
    clients.stop()
    side.stop()
    return empty, full


def start_ms():
    times = []
    for _ in range(max(ROUNDS, 5)):
        port = free_port()
        command = [LOAD, "-p", str(port), "-m", "start", "--", FREEDMR, "-c", configuration(port)]
        text = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              check=True).stdout
        times.append(float(text.split("=")[1]) / 1000)
    return median(times)


def system_calls():
    """System calls of the server's processes for one burst to 200 listeners, by strace; None without it."""
    counts = []
    for reflector in (False, True):
        side = Side(reflector)
        clients = Clients(side, ["-m", "realtime", "-n", "201", "-s", "3"])
        try:
            tracer = subprocess.Popen(["strace", "-c", "-o", f"{DIR}/strace", *(
                word for pid in side.pids() for word in ("-p", str(pid)))], stderr=subprocess.DEVNULL)
        except FileNotFoundError:
            clients.process.kill()
            side.stop()
            return None
        time.sleep(0.5)
        clients.begin()
        frames = clients.result()["frames"]
        tracer.send_signal(signal.SIGINT)
        tracer.wait()
        clients.stop()
        side.stop()
        with open(f"{DIR}/strace", encoding="ascii") as f:
            total = [line.split() for line in f if line.rstrip().endswith("total")]
        counts.append(int(total[0][3 if len(total[0]) > 4 else 2]) / frames if total else 0.0)
    return counts


def facts(out, throughput):
    def fact(what, value, goal, digits=0, remark=""):
        at_most(what, value, goal)
        row((what, f"{value:.{digits}f}{remark}", goal), out)

    row(("fact", "value", "goal"), out)
    row(("---",) * 3, out)
    what = "throughput without loss, by the reflector's"
    at_least(what, throughput, 0.9)
    row((what, f"{throughput:.2f}", "0.9 or more"), out)
    for what, (rss, pss), goal in zip(("empty", "1000 sessions"), memory(), (4096, 6144)):
        fact(f"resident, three processes, {what}, KB", pss, goal, remark=f" (what they share counted each time: {rss})")
    fact("start to first login, ms", start_ms(), 10, 1)
    fact("ARM binary, static and stripped, octets", os.path.getsize(ARM), 512000)
    ours, theirs = idle()
    fact("200 clients pinging, CPU by the reflector's", ours / theirs, 2, 2,
         f" ({ours:.2f} ms in 10 s, reflector {theirs:.2f})")
    calls = system_calls()
    if calls:
        row(("system calls for a burst to 200", f"{calls[0]:.1f}, reflector {calls[1]:.1f}", "-"), out)


def main():
    os.makedirs(DIR, exist_ok=True)
    with open(f"{DIR}/table.md", "w", encoding="ascii") as out:
        throughput = speed(out)
        print()
        out.write("\n")
        facts(out, throughput)
    for miss in missed:
        print("missed:", miss)
    sys.exit(bool(missed))


main()
