"""The hotspot without a radio, as README shows it: two terminals, one talks, one hears."""

import os
import signal
import subprocess

from cases import Skip, case, check, main
from hotspot import keep_time
from server import PATIENCE_S, Server, free_port, wait_for

PROGRAM = os.environ.get("HOTSPOT", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "hotspot"))


class Listener:
    def __init__(self, server, *options, words=("listen",)):
        self.path = os.path.join(server.directory, "listener")
        self.out = open(self.path, "w")
        self.process = subprocess.Popen([PROGRAM, "-p", "rigpass", *options, "127.0.0.1:%d" % server.port, *words],
                                        stdout=self.out, stderr=subprocess.STDOUT)
        check(wait_for(lambda: "logged in" in self.text()), "it does not log in: " + self.text())

    def text(self):
        with open(self.path) as f:
            return f.read()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_S)
        self.out.close()
        return self.text()


def run(*words):
    if not os.access(PROGRAM, os.X_OK):
        raise Skip("build/hotspot is not there")
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=2 * PATIENCE_S, preexec_fn=keep_time)


@case
def one_talks_one_hears():
    if not os.access(PROGRAM, os.X_OK):
        raise Skip("build/hotspot is not there")
    with Server() as server:
        listener = Listener(server, "-i", "2300102", "-o", "TS2=91")
        done = run("-p", "rigpass", "-i", "2300101", "127.0.0.1:%d" % server.port, "talk", "91", "--seconds", "1")
        check(done.returncode == 0, done.stderr)
        wait_for(lambda: "end " in listener.text())
        text = listener.end()
        check("begin 2300101 -> TG 91 slot 2" in text, text)
        check("20 frames, 0 lost" in text, text)


@case  # 29 s
def a_user_dials_asks_unlinks_and_hears_himself():
    with Server() as server:
        listener = Listener(server, "-i", "2300102", "-o", "TS2=235")
        done = run("-p", "rigpass", "127.0.0.1:%d" % server.port, "call", "235", "wait", "8", "talk", "9", "--seconds",
                   "1", "wait", "1", "call", "4000", "wait", "7", "talk", "9990", "--seconds", "1", "wait", "8")
        check(done.returncode == 0, done.stderr)
        said = [line.split(" ", 1)[1] for line in done.stdout.splitlines()]
        check([line for line in said if line.startswith("morse")] == ['morse "235"', 'morse "NL"'], done.stdout)
        check(any(line.startswith("begin 2300101 -> TG 9990 slot 2") for line in said), done.stdout)
        check("begin 2300101 -> TG 235 slot 2" in listener.text(), listener.text())
        listener.end()


@case
def a_recording_plays_back():
    if not os.access(PROGRAM, os.X_OK):
        raise Skip("build/hotspot is not there")
    capture = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "captures", "duplex-two-slots.txt")
    with Server() as server:
        tape = os.path.join(server.directory, "tape")
        listener = Listener(server, "-i", "2300102", "-s", "duplex", "-o", "TS1=92", words=("listen", "--record", tape))
        own = os.path.join(server.directory, "own")
        with open(capture) as f, open(own, "w") as out:
            out.writelines(l for l in f if " 2 > 444d5244" in l and int(l.split()[0]) < 4000)
        done = run("-p", "rigpass", "-s", "duplex", "127.0.0.1:%d" % server.port, "talk", "92", "--slot", "1",
                   "--file", own)
        check(done.returncode == 0, done.stderr)
        wait_for(lambda: "end " in listener.text())
        listener.end()
        with open(tape) as f, open(own) as g:
            heard = [line.split()[-1][2 * 20:2 * 53] for line in f]
            sent = [line.split()[-1][2 * 20:2 * 53] for line in g]
        check(heard == sent and len(heard) == 32, "%d bursts of %d came back" % (len(heard), len(sent)))


@case
def trouble_is_named():
    with Server() as server:
        done = run("-p", "wrong", "127.0.0.1:%d" % server.port, "talk", "91")
        check(done.returncode == 4 and "wrong passphrase" in done.stderr, "%d %s" % (done.returncode, done.stderr))
    done = run("127.0.0.1:%d" % free_port(), "talk", "91")
    check(done.returncode == 3 and "no answer" in done.stderr, "%d %s" % (done.returncode, done.stderr))
    for option, word in (("-h", "usage: hotspot"), ("--help", "usage: hotspot"), ("--version", "hotspot 2")):
        done = run(option)
        check(done.returncode == 0 and done.stdout.startswith(word) and not done.stderr, "%s: %s" % (option, done))
    for words in ([], ["host"], ["host", "sing"], ["-i", "x", "host", "listen"], ["host", "talk", "0"],
                  ["host", "call"], ["host", "listen", "talk"], ["host", "wait", "x"]):
        check(run(*words).returncode == 2, "%s is not called misuse" % words)


main()
