"""What each process may still do after its start, and that one which does not answer is replaced."""

import os
import pwd
import re
import signal
import socket
import stat
import subprocess
import tempfile
import time

from cases import Skip, case, check, main
from control import Control, ask, counter, settle, wait_until_answering
from dmr import call
from hotspot import Hotspot, same_call, talk
from server import PATIENCE_S, Server, command, free_port, wait_for
from special import special_build

KILLED = r"freedmr-%s does not respond: killed"


def make_index(directory, rows):
    """G0AB, G1AB and so on, from id 2000000 on."""
    with open(os.path.join(directory, "user.csv"), "w") as f:
        f.write("RADIO_ID,CALLSIGN,FIRST_NAME\n" + "".join("%d,G%dAB,Al\n" % (2000000 + i, i) for i in range(rows)))
    done = subprocess.run(command("aliases", directory + "/user.csv", "-o", directory + "/aliases"),
                          capture_output=True, text=True, timeout=PATIENCE_S)
    check(done.returncode == 0, "no index: %s" % done)


def status(pid):
    with open("/proc/%d/status" % pid) as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def all_three(server):
    return {"parent": server.process.pid, "voice": server.child("voice"), "report": server.child("report")}


def may_be_root():
    if os.geteuid() != 0:
        raise Skip("only root can start a server that changes its user")


@case
def rights_are_gone_in_all_three():
    with Server() as server:
        wait_until_answering(server.control)
        for role, pid in all_three(server).items():
            s = status(pid)
            check(s["NoNewPrivs"] == "1", "%s may gain privileges" % role)
            few = 0b10111100000 if role == "parent" else 0  # kill, setgid, setuid, setpcap, net_bind_service
            for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                if kind == "CapBnd" and os.geteuid() != 0:
                    continue
                check(int(s[kind], 16) & ~few == 0, "%s: %s %s" % (role, kind, s[kind]))
            check(role == "parent" or s["Seccomp"] == "2", "%s has no filter" % role)


@case
def voice_and_report_are_two_users():
    may_be_root()
    with Server(server="run-as = daemon\nrun-voice-as = nobody\n") as server:
        uid = {role: int(status(pid)["Uid"].split()[0]) for role, pid in all_three(server).items()}
        check(uid["voice"] == pwd.getpwnam("nobody").pw_uid, "%s" % uid)
        check(uid["report"] == pwd.getpwnam("daemon").pw_uid, "%s" % uid)
        check(os.stat(server.control).st_uid == uid["report"], "the socket is not the reporter's")
        check(server.ctl("status")[0] == 0, "no answer")
        os.kill(server.child("voice"), signal.SIGKILL)  # and so is its successor
        check(wait_for(lambda: "freedmr-voice is back" in server.stderr()), "voice did not come back")
        check(int(status(server.child("voice"))["Uid"].split()[0]) == uid["voice"], "voice is somebody else now")


@case
def configuration_that_the_reporter_can_read_is_told():
    may_be_root()
    server = Server(server="run-as = daemon\n")
    os.chmod(server.directory, 0o755)
    os.chmod(server.config, 0o644)
    with server:
        check("is readable by the reporter's user" in server.stderr(), server.stderr())
        os.chmod(server.config, 0o600)
        os.kill(server.child("report"), signal.SIGKILL)
        check(wait_for(lambda: "freedmr-report is back" in server.stderr()), "it did not come back")
        check(server.stderr().count("is readable") == 1, server.stderr())
        server.process.send_signal(signal.SIGHUP)
        check(wait_for(lambda: "reload done" in server.stderr()), "the parent cannot read it any more")


@case
def file_of_somebody_else_is_read_again_at_a_reload():
    may_be_root()
    server = Server(server="run-as = daemon\n")
    os.chown(server.config, pwd.getpwnam("nobody").pw_uid, 0)
    os.chmod(server.config, 0o400)
    with server:
        server.process.send_signal(signal.SIGHUP)
        check(wait_for(lambda: "reload done" in server.stderr()), server.stderr())


@case
def reporter_gives_way():
    def niceness(pid):
        with open("/proc/%d/stat" % pid) as f:
            return int(f.read().rpartition(") ")[2].split()[16])

    with Server() as server:
        pids = all_three(server)
        check(niceness(pids["voice"]) == niceness(pids["parent"]), "voice has another priority")
        check(niceness(pids["report"]) == min(19, niceness(pids["voice"]) + 10), "report does not give way")


# Each attempt that is not refused sets a bit of what is otherwise the peak of memory; report has a heap, and may so
# map memory.
PROBE = """
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
static int bits, at;
static void attempt(long result) { if (result >= 0 || errno != EPERM) bits |= 1 << at; at++; }
uint64_t __wrap_process_peak_bytes(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(0x7f000001)};
	char *const argv[] = {(char[]){"true"}, NULL};
	bits = at = 0;
	attempt(open("/etc/passwd", O_RDONLY));
	attempt(open("CONFIG", O_RDONLY));
	attempt(open("/tmp/made", O_CREAT | O_WRONLY, 0600));
	attempt(socket(AF_INET, SOCK_STREAM, 0));
	attempt(socket(AF_INET, SOCK_DGRAM, 0));
	attempt(socket(AF_UNIX, SOCK_STREAM, 0));
	for (int fd = 3; fd < 20; fd++)
		connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 ? bits |= 1 << 30 : 0;
	attempt(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
	attempt(execv("/bin/true", argv));
	attempt(kill(getppid(), 0));
	attempt(ptrace(PTRACE_ATTACH, getppid(), 0, 0));
	attempt(syscall(SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	attempt(setuid(0));
	attempt(chmod("/tmp", 0777));
	attempt(unlink("CONFIG"));
	attempt(syscall(SYS_memfd_create, "x", 0));
	attempt(dup(0));
	return (uint64_t)bits;
}
"""


@case
def forbidden_calls_from_inside_are_refused():
    import server as server_module
    with tempfile.TemporaryDirectory() as directory:
        server = Server("static-2 = 91")
        binary = special_build(directory, PROBE.replace("CONFIG", server.config), ("process_peak_bytes",))
        usual, server_module.BINARY = server_module.BINARY, binary
        try:
            with server:
                one, two = Hotspot(2300101, server.port).login(), Hotspot(2300102, server.port).login()
                ask(server.control, "sessions")
                for name in ("memory_peak_bytes", "report_memory_peak_bytes"):
                    got = counter(server.control, name)
                    check(got == 0, "%s: attempts that were not refused: %#x" % (name, got))
                sent = call(2300101, 2300101, 91, 2)
                talk(one, sent, [two])
                same_call(sent, two.drain(len(sent)))  # and whoever is refused goes on
                for role in ("voice", "report"):
                    def told():
                        return re.findall(r"sandbox: system call (\d+) of freedmr-%s refused" % role, server.stderr())

                    check(wait_for(lambda: len(told()) >= 10), "%s: %s" % (role, told()))
                    lines = told()
                    check(len(lines) == len(set(lines)), "reported more than once: %s" % lines)
        finally:
            server_module.BINARY = usual


@case
def nothing_that_is_needed_is_refused():
    """A server with all that the reporter can have, through its life: no call is stopped."""
    with tempfile.TemporaryDirectory() as directory:
        server = Server("static-2 = 91\nalias = yes", http="127.0.0.1:%d" % free_port(),
                        more="aliases = %s/aliases\nmqtt = 127.0.0.1:1\nlegacy = 127.0.0.1:%d\n" %
                        (directory, free_port()), server="state = %s/state\n" % directory)
        os.chmod(directory, 0o777)
        os.chmod(server.directory, 0o777)
        make_index(directory, 100)
        with server:
            one, two = Hotspot(2000001, server.port).login("TS1=92"), Hotspot(2300102, server.port).login()
            talk(one, call(2000001, 2000001, 91, 1), [two])
            for word in ("sessions", "calls", "lastheard", "status", "report", "why 2000001"):
                ask(server.control, word)
            make_index(directory, 200)
            check(wait_for(lambda: "subscribers=200" in server.stderr(), 2 * PATIENCE_S), "the new index is not taken")  # looked at every minute
            check(wait_for(lambda: os.path.exists(directory + "/state"), 2 * PATIENCE_S), "no state is written")
            mode = stat.S_IMODE(os.stat(directory + "/state").st_mode)
            check(mode == 0o600, "the mode of the state is %o" % mode)
            for role in ("voice", "report"):
                os.kill(server.child(role), signal.SIGKILL)
                check(wait_for(lambda: "freedmr-%s is back" % role in server.stderr()), "%s is gone" % role)
            check(server.stop() == 0, "does not end well")
            check("sandbox" not in server.stderr(), server.stderr())


@case
def state_is_written_through_no_link():
    with tempfile.TemporaryDirectory() as directory:
        precious = os.path.join(directory, "precious")
        with open(precious, "w") as f:
            f.write("precious")
        os.chmod(precious, 0o666)
        os.chmod(directory, 0o777)
        os.symlink(precious, os.path.join(directory, "state.new"))
        with Server("static-2 = 91", server="state = %s/state\n" % directory) as server:
            server.ctl("block", "2300999")
            server.stop()
            check(os.path.exists(directory + "/state"), server.stderr())
        with open(precious) as f:
            check(f.read() == "precious", "it was written through the link")


@case
def index_that_is_cut_short_ends_nothing():
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        make_index(directory, 20000)
        with Server("static-2 = 91\nalias = yes", more="aliases = %s/aliases" % directory) as server:
            reporter = server.child("report")
            one, two = Hotspot(2000001, server.port).login(), Hotspot(2300102, server.port).login()
            talk(one, call(2000001, 2000001, 91, 1), [two])
            settle(server.control)
            check("G1AB" in server.ctl("lastheard")[1], "no names to begin with")
            os.truncate(directory + "/aliases", 100)
            for client in (2000001, 2010000, 2019999):
                talk(one, call(2000001, client, 91, 1), [two])
            check(server.ctl("lastheard")[0] == 0, "no answer")
            check(server.child("report") == reporter, "the reporter has died: " + server.stderr())


def stopped_is_replaced(role):
    with Server("static-2 = 91") as server:
        wait_until_answering(server.control)
        before = server.child(role)
        os.kill(before, signal.SIGSTOP)
        check(wait_for(lambda: "freedmr-%s is back" % role in server.stderr()), server.stderr())
        check(re.search(KILLED % role, server.stderr()), server.stderr())
        check(server.child(role) != before, "it is the same process")
        one, two = Hotspot(2300101, server.port).login(), Hotspot(2300102, server.port).login()
        sent = call(2300101, 2300101, 91, 1)
        talk(one, sent, [two])
        same_call(sent, two.drain(len(sent)))
        check(wait_for(lambda: server.ctl("status")[0] == 0), "no answer")


@case
def stopped_voice_comes_back():
    stopped_is_replaced("voice")


@case
def stopped_reporter_comes_back():
    stopped_is_replaced("report")


@case
def stopped_parent_is_told_and_ends_nothing():
    with Server("static-2 = 91") as server:
        wait_until_answering(server.control)
        before = all_three(server)
        one, two = Hotspot(2300101, server.port).login(), Hotspot(2300102, server.port).login()
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            def told():
                sent = call(2300101, 2300101, 91, 1)
                talk(one, sent, [two])
                same_call(sent, two.drain(len(sent)))
                time.sleep(1)
                return server.stderr().count("the parent has not responded for 10 s") == 2

            check(wait_for(told), server.stderr())
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        check(wait_for(lambda: server.stderr().count("the parent is back") == 2), server.stderr())
        time.sleep(6)
        check(all_three(server) == before, "somebody was killed: " + server.stderr())


@case
def service_manager_hears_how_we_are():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(PATIENCE_S)
            with Server(wrap=["env", "NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=2000000"]) as server:
                check(manager.recv(200) == b"WATCHDOG=1", "not the watchdog first")
                while (words := manager.recv(200)) == b"WATCHDOG=1":
                    pass
                check(words == b"READY=1\nSTATUS=serving", "%s" % words)
                began = time.monotonic()
                beats = [manager.recv(200) for _ in range(6)]
                took = time.monotonic() - began
                check(beats == [b"WATCHDOG=1"] * 6 and took > 3, "%s in %.1f s" % (beats, took))
                os.kill(server.child("voice"), signal.SIGKILL)
                words = []
                while b"STATUS=serving" not in words:
                    words.append(manager.recv(200))
                check(b"STATUS=restarting a process" in words, "%s" % words)
                server.stop()
                while manager.recv(200) != b"STOPPING=1":
                    pass


def cpu(pid):
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@case
def reloads_are_rationed():
    with Server("static-2 = 91") as server:
        control = Control(server.control)
        before, began = cpu(server.process.pid), time.monotonic()
        ends = []

        def spent():
            ends.append(control.request("reload")[1])
            return time.monotonic() - began > 4 and not ends[-1]["ok"]

        wait_for(spent, every=0)
        done = [e for e in ends if e["ok"]]
        took = time.monotonic() - began
        check(5 <= len(done) <= 6 + took, "%d of %d in %.1f s" % (len(done), len(ends), took))
        check(len(ends) > len(done), "none was refused")
        check(cpu(server.process.pid) - before < 0.1 * took, "the parent took %.2f s" % (cpu(server.process.pid) - before))
        time.sleep(6)
        check("killed" not in server.stderr(), server.stderr())
        check(wait_for(lambda: control.request("reload")[1]["ok"]), "it does not reload any more")
        control.close()


main()
