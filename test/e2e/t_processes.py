"""Three processes: what the death or the sleep of one does to the others."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from cases import Skip, case, check, main
from control import Control, ask, counter, wait_until_answering
from dmr import call
from hotspot import Hotspot, be32, same_call, talk
from server import BINARY, PATIENCE_S, Server, free_port, go_on, kept_waiting, wait_for
from special import special_build


def pair(server):
    return Hotspot(2300101, server.port).login(), Hotspot(2300102, server.port).login()


def carries_a_call(one, two, middle=None, superframes=3):
    sent = call(one.client, 2300101, 91, superframes)
    talk(one, sent, [two], middle=middle)
    same_call(sent, two.drain(len(sent)))


def tasks(pid):
    return len(os.listdir("/proc/%d/task" % pid))


@case
def three_processes_of_one_thread_each():
    with Server() as server:
        pids = [server.process.pid, server.child("voice"), server.child("report")]
        check(len(set(pids)) == 3, "%s" % pids)
        for pid in pids:
            check(tasks(pid) == 1, "process %d has %d tasks" % (pid, tasks(pid)))


def wake_ups(pid):
    with open("/proc/%d/status" % pid) as f:
        return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", f.read(), re.M)[1])


@case
def nobody_is_woken_while_nothing_happens():
    with Server() as server:
        wait_until_answering(server.control)
        pids = [server.process.pid, server.child("voice"), server.child("report")]
        before, began = [wake_ups(pid) for pid in pids], time.monotonic()
        time.sleep(10)
        woken = [wake_ups(pid) - b for pid, b in zip(pids, before)]
        tens = max(1, (time.monotonic() - began) / 10)
        # Each asks or answers for a sign of life every 2.5 s.
        check(woken[0] <= 14 * tens and woken[1] <= 10 * tens and woken[2] <= 20 * tens,
              "woken in %.1f s: %s" % (10 * tens, woken))


@case
def killed_reporter_loses_no_frame():
    with Server("static-2 = 91") as server:
        one, two = pair(server)
        victim, voice = server.child("report"), server.child("voice")
        carries_a_call(one, two, lambda: os.kill(victim, signal.SIGKILL), 6)
        again = wait_for(lambda: server.members().get("freedmr-report", victim) != victim)
        check(again, "the reporter was not restarted")
        wait_until_answering(server.control)
        sessions = wait_for(lambda: {row["client"] for row in ask(server.control, "sessions")}
                            == {2300101, 2300102})
        check(sessions, "the new reporter does not know the sessions")
        carries_a_call(one, two)
        check(server.child("voice") == voice, "the voice process died as well")


@case
def stopped_reporter_loses_no_frame():
    with Server("static-2 = 91") as server:
        one, two = pair(server)
        sleeper = server.child("report")
        try:
            carries_a_call(one, two, lambda: os.kill(sleeper, signal.SIGSTOP), 4)
            crowd = [Hotspot(2310000 + i, server.port).login("TS2=92,93,94") for i in range(150)]
            carries_a_call(one, two)
            for c in crowd:
                c.logout()
        finally:
            go_on(sleeper)
        right = wait_for(lambda: {row["client"] for row in ask(server.control, "sessions")}
                         == {2300101, 2300102}, every=0.2)
        check(right, "after the sleep the sessions are wrong: %d" % len(ask(server.control, "sessions")))


@case
def killed_voice_comes_back_and_so_do_the_clients():
    with Server("static-2 = 91") as server:
        one, two = pair(server)
        carries_a_call(one, two)
        for answer in (b"MSTPONG", b"MSTNAK"):  # the second starts clean
            server.kill_child("voice")
            one.drain(quiet=0.1)
            said = wait_for(lambda: ping_answer(one), every=0.5)
            check(said == answer + be32(one.client), "ping after the restart: %r" % said)
        two.drain(quiet=0.1)
        one.login()
        two.login()
        carries_a_call(one, two)
        check("voice" in server.stderr(), "nothing about it in the log")
        wait_until_answering(server.control)
        right = wait_for(lambda: {row["client"] for row in ask(server.control, "sessions")}
                         == {2300101, 2300102}, every=0.2)
        check(right, "the reporter does not know the new sessions")


def ping_answer(client):
    client.send(b"RPTPING" + be32(client.client))
    return client.receive(0.4)


@case
def killed_parent_leaves_nobody_behind():
    with Server() as server:
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        check(wait_for(lambda: not server.members()), "still there: %s" % server.members())


def is_running(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def tcp_answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False


@case
def after_a_killed_parent_the_next_start_takes_every_port():
    """Its orphans say goodbye and leave; the next server waits for their ports rather than failing."""
    http, legacy, mesh = free_port(), free_port(), free_port()
    more = ("legacy = 127.0.0.1:%d\n[peer x]\nbind = 127.0.0.1:%d\ntarget = 127.0.0.1:9\npassphrase = kilo nine\n" %
            (legacy, mesh))
    with Server("static-2 = 91", more=more, http="127.0.0.1:%d" % http) as server:
        for late in (0, 0, 1.2):  # the orphans have no time to leave
            clients = pair(server)
            orphans = server.child("voice"), server.child("report")
            for pid in orphans if late else ():
                os.kill(pid, signal.SIGSTOP)
            os.kill(server.process.pid, signal.SIGKILL)
            server.process.wait()
            for pid in orphans if late else ():
                threading.Timer(late, os.kill, (pid, signal.SIGCONT)).start()
            server.start()
            check(wait_for(lambda: not any(map(is_running, orphans))), "orphans stay")
            check("warning: no " not in server.stderr() and "cannot bind" not in server.stderr(), server.stderr()[-600:])
            wait_until_answering(server.control)
            check(tcp_answers(http) and tcp_answers(legacy), "a TCP port is not served: %s" % server.stderr()[-600:])
            for client in clients:
                client.close()
        carries_a_call(*pair(server))


@case
def a_port_that_stays_taken_is_told():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", free_port()))
        started = time.monotonic()
        try:
            with Server(port=taken.getsockname()[1]):
                check(False, "it serves on a port of another")
        except AssertionError as why:
            check("cannot bind 127.0.0.1:%d: Address" % taken.getsockname()[1] in str(why), "%s" % why)
        check(time.monotonic() - started > 2, "reported after %.1f s" % (time.monotonic() - started))


@case
def follower_that_does_not_read_is_dropped():
    with Server("static-2 = 91") as server:
        reads, sleeps = Control(server.control), Control(server.control)
        for c in (reads, sleeps):
            c.send("events")
            check(c.line()["ev"] == "hello", "no first line")
        one, two = pair(server)
        seen = []

        def read_on():
            reads.socket.settimeout(0.05)
            try:
                while True:
                    row = reads.line()
                    check(row is not None, "the follower that reads was dropped")
                    seen.append(row["seq"])
            except TimeoutError:
                pass

        operator = Control(server.control)

        def dropped():
            for n in range(200):
                operator.request("%s 2300102 1 100" % ("unlink" if n % 2 else "link"))
            read_on()
            return counter(server.control, "report_control_slow_followers_total") == 1

        check(wait_for(dropped), "%d events, and it was not dropped" % len(seen))
        check(seen == list(range(seen[0], seen[0] + len(seen))), "the other one missed events")
        check(wait_for(lambda: sleeps.line() is None, every=0), "its connection is still open")
        carries_a_call(one, two)


def memory(pid):
    """What a process has in readable memory, piece by piece."""
    with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", 0) as mem:
        for line in maps:
            span, rights = line.split()[:2]
            if "r" not in rights or "[v" in line:
                continue
            begin, end = (int(x, 16) for x in span.split("-"))
            try:
                mem.seek(begin)
                yield mem.read(end - begin)
            except (OSError, OverflowError, ValueError):
                pass


def holds(pid, secret):
    try:
        return any(secret in piece for piece in memory(pid))
    except PermissionError:
        raise Skip("may not read the memory of a process of one's own")


@case
def reporter_memory_holds_no_passphrase():
    secret, own = "zebra-quagga-73", "okapi-giraffe-41"
    more = "[client 2300101]\npassphrase = " + own
    with Server(passphrase=secret, more=more) as server:
        Hotspot(2300101, server.port, passphrase=own).login()
        Hotspot(2300102, server.port, passphrase=secret).login("TS2=91;PASS=tapir-okapi-55")
        ask(server.control, "sessions")
        voice, report = server.child("voice"), server.child("report")
        check(holds(voice, secret.encode()), "the search does not even find it in the voice process")
        for word in (secret, own, "tapir-okapi-55"):
            check(not holds(report, word.encode()), "the reporter knows \"%s\"" % word)
        for pid in (voice, report):
            with open("/proc/%d/cmdline" % pid, "rb") as f:
                check(secret.encode() not in f.read(), "it is in the command line")


@case
def voice_stays_in_the_voice_process():
    """Observers learn who talks, never what is said."""
    with Server("static-2 = 91") as server:
        one, two = pair(server)
        said = b"What is said is none of his busi!"
        frames = call(2300101, 2300101, 91, 3)
        sent = [f[:20] + said + f[53:] if f[15] & 0x30 == 0 and f[15] & 15 else f for f in frames]  # bursts B to F

        def search():
            check(ask(server.control, "calls"), "the reporter knows of no call")
            check(wait_for(lambda: holds(server.child("voice"), said[:13])), "it is not even in the voice process")
            check(not holds(server.child("report"), said[:13]), "the reporter has heard it")

        talk(one, sent, [two], beside=search)
        check(any(said[:13] in f.octets for f in two.drain(len(sent))), "the other one does not hear it")


def blocking(pid):
    """The descriptors of a process that could make it wait, but for those it began with and plain files."""
    found = []
    for fd in os.listdir("/proc/%d/fd" % pid):
        try:
            what = os.readlink("/proc/%d/fd/%s" % (pid, fd))
            with open("/proc/%d/fdinfo/%s" % (pid, fd)) as f:
                flags = int(re.search(r"^flags:\s+([0-7]+)", f.read(), re.M).group(1), 8)
        except FileNotFoundError:
            continue  # that of a caller who has just left
        if int(fd) > 2 and not flags & os.O_NONBLOCK and not re.match(r"/|anon_inode:\[?eventpoll", what):
            found.append("%s %s" % (fd, what))
    return found


@case
def no_descriptor_blocks():
    with Server("static-2 = 91") as server:
        pair(server)
        callers = [Control(server.control) for _ in range(3)]
        ask(server.control, "sessions")
        for role in ("voice", "report"):
            pid = server.child(role)
            check(len(os.listdir("/proc/%d/fd" % pid)) > 5, "no descriptors are seen")
            check(not blocking(pid), "%s: %s" % (role, blocking(pid)))
        check(callers[0].request("status")[1]["ok"], "a caller that waited is not answered")


SLOW_NAMES = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", "/etc/hosts", "-e", "trace=?open,openat",
              "-e", "inject=?open,openat:delay_enter=2000000"]


@case
def who_is_started_again_inherits_no_more():
    """While names are looked up, which takes its time."""
    if not shutil.which("strace"):
        raise Skip("there is no strace")
    uplink = "[uplink u]\ntarget = localhost\nid = 234567800\npassphrase = x\nmap = 2:91 = 91\n"
    with Server(more=uplink, wrap=SLOW_NAMES) as server:
        for role in ("voice", "report"):
            before = server.child(role)
            count = len(os.listdir("/proc/%d/fd" % before))
            os.kill(before, signal.SIGKILL)
            line = "freedmr-%s is back" % role
            check(wait_for(lambda: line in server.stderr()), server.stderr())

            def now():
                return len(os.listdir("/proc/%d/fd" % server.child(role)))

            check(wait_for(lambda: now() == count), "%s had %d descriptors and has %d" % (role, count, now()))


def under_load(server):
    """Some of everything a voice process does."""
    one, two = pair(server)
    for i in range(40):
        Hotspot(2310000 + i, server.port).login("TS1=92;TS2=91,93;bad").close()
    carries_a_call(one, two, superframes=1)
    stranger = Hotspot(5, server.port)
    stranger.send(b"RPTPING" + be32(5))
    stranger.send(os.urandom(100))
    ask(server.control, "sessions")
    ask(server.control, "kick 2310001")


def writable_maps(pid):
    """Without the stack, which may grow."""
    with open("/proc/%d/maps" % pid) as f:
        return [line.split()[0] for line in f if (" rw-p " in line or " rw-s " in line) and "[stack]" not in line]


@case
def voice_claims_no_memory_after_ready():
    """Neither the heap nor any mapping grows."""
    with Server("static-2 = 91") as server:
        voice = server.child("voice")
        before = writable_maps(voice)
        under_load(server)
        new = [m for m in writable_maps(voice) if m not in before]
        check(not new, "new mappings: %s" % new)


@case
def voice_calls_for_no_memory_after_ready():
    if not shutil.which("strace"):
        raise Skip("there is no strace")
    with Server("static-2 = 91") as server:
        trace = os.path.join(server.directory, "trace")
        tracer = subprocess.Popen(["strace", "-f", "-o", trace, "-p", str(server.child("voice"))],
                                  stderr=subprocess.PIPE, text=True)
        try:
            line = tracer.stderr.readline()
            if "attached" not in line:
                raise Skip("strace may not attach: " + line.strip())
            under_load(server)
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait(PATIENCE_S)
            tracer.stderr.close()
        with open(trace) as f:
            calls = re.findall(r"^\d+ +([a-z_0-9]+)\(", f.read(), re.M)
    check(len(calls) > 50, "the trace is empty")
    for name in ("brk", "mmap", "mmap2", "mremap", "open", "openat", "connect", "futex", "clone", "fork", "nanosleep"):
        check(name not in calls, "the voice process called %s %d times" % (name, calls.count(name)))


COUNTER = """
#include <stdlib.h>
unsigned long allocations;
void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__wrap_malloc(size_t n) { allocations++; return __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t m) { allocations++; return __real_calloc(n, m); }
void *__wrap_realloc(void *p, size_t n) { allocations++; return __real_realloc(p, n); }
"""


def counting_build(directory):
    """The server with every allocation counted, and where in memory the count is."""
    binary = special_build(directory, COUNTER, ("malloc", "calloc", "realloc"))
    symbols = subprocess.run(["nm", binary], capture_output=True, text=True).stdout
    return binary, int(re.search(r"^([0-9a-f]+) [BD] allocations$", symbols, re.M).group(1), 16)


def count_in(pid, address):
    try:
        with open("/proc/%d/mem" % pid, "rb", 0) as mem:
            mem.seek(address)
            return int.from_bytes(mem.read(8), "little")
    except PermissionError:
        raise Skip("may not read the memory of a process of one's own")


@case  # 15 s
def allocations_of_the_voice_process_stand_still():
    import server as server_module
    with tempfile.TemporaryDirectory() as directory:
        binary, address = counting_build(directory)
        usual, server_module.BINARY = server_module.BINARY, binary
        try:
            with Server("static-2 = 91") as server:
                voice, report = server.child("voice"), server.child("report")
                before, others = count_in(voice, address), count_in(report, address)
                under_load(server)
                after = count_in(voice, address)
                check(after == before, "%d allocations after ready" % (after - before))
                check(count_in(report, address) > others, "the count does not even count in the reporter")
        finally:
            server_module.BINARY = usual


def delays(voice, one, two, crowd, first):
    """How long each frame of a call takes that comes behind a hundred records, less what other programs on the machine
    have kept us and voice waiting. Who waits for a pipe could not have run, so that stays."""
    found, talkgroups = [], ",".join(str(first + n) for n in range(50))
    for octets, rig in zip(call(one.client, 2300101, 91, 10), crowd):
        waited, began = kept_waiting(voice, "thread-self"), time.monotonic()
        rig.send(b"RPTO" + be32(rig.client) + ("TS1=%s;TS2=%s" % (talkgroups, talkgroups)).encode())
        one.send(octets)
        check(two.receive(PATIENCE_S), "a frame was lost")
        took = time.monotonic() - began
        found.append(took - (kept_waiting(voice, "thread-self") - waited))
        time.sleep(0.045)
    return sorted(found)


@case
def voice_keeps_time_while_nobody_reads():
    """A stopped reporter, a full pipe, and each frame takes as long as before and after."""
    with Server("static-2 = 91") as server:
        those = (server.child("voice"), *pair(server), [Hotspot(2310000 + n, server.port).login() for n in range(62)])
        late = {}
        for _ in range(5):  # what holds up a whole virtual machine is counted nowhere, and passes; voice that waits does so each time
            for hotspot in those[1:3]:
                hotspot.ping()  # or their sessions end in a later round
            before = delays(*those, 100)
            os.kill(server.child("report"), signal.SIGSTOP)
            try:
                stuck = delays(*those, 200)
            finally:
                go_on(server.child("report"))
            after = delays(*those, 300)
            check(counter(server.control, "records_dropped_total") > 0, "the pipe was not full")
            for at in (len(stuck) // 2, len(stuck) * 9 // 10, len(stuck) - 2):
                told = "%d of %d frames take up to %.2f ms, and took %.2f ms before and %.2f after" % (
                    at + 1, len(stuck), *(1000 * found[at] for found in (stuck, before, after)))
                print("  " + told)
                late[at] = late.get(at, told) and ("" if stuck[at] < 0.003 + 3 * max(before[at], after[at]) else told)
            if not any(late.values()):
                break
        check(not any(late.values()), "%s" % late)


main()
