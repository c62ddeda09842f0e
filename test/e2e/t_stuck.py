"""All observers stop in mid-call, at once; the delay histogram of /metrics is read before and after."""

import os
import re
import signal
import socket
import subprocess
import threading
import time

import hotspot
from broker import Broker, is_online
from cases import case, check, main
from control import ask
from dmr import call
from hotspot import Hotspot, be32, same_call, talk
from legacy import Dashboard
from server import command, free_port, wait_for
from web import Events, WebServer

IDLE = 200


def delays(server, bursts):
    """{upper bound in seconds: frames forwarded within it} when so many have come; the bound of the last is
    infinite."""
    text = ""

    def counts():
        nonlocal text
        text = server.get("/metrics")[2].decode()  # the voice process shows its figures every 5 s
        found = re.search(r"^freedmr_bursts_total (\d+)$", text, re.M)
        return found and int(found[1]) >= bursts

    check(wait_for(counts, every=0.2), "fewer than %d bursts are counted" % bursts)
    prefix = 'freedmr_forwarding_seconds_bucket{le="'
    return {float(line[len(prefix):].partition('"')[0]): int(line.rpartition(" ")[2])
            for line in text.splitlines() if line.startswith(prefix)}


def slower_than(bound, before, after):
    """How many frames took longer than that, of those between the two."""
    grown = {le: after[le] - before[le] for le in after}
    return grown[float("inf")] - grown[bound]


def stopped_socket(address, hello=b""):
    """A connection that asks and never reads, with a small receive buffer."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    s.connect(address)
    s.sendall(hello)
    return s


class Crowd:
    """Who stops: browsers, `freedmr ctl events`, dashboards, the MQTT broker, and idle connections."""

    def __init__(self, server, broker):
        self.server, self.broker = server, broker
        self.sockets = []
        told = os.path.join(server.directory, "told")
        with open(told, "w") as f:
            self.follower = subprocess.Popen(command("ctl", "-s", server.control, "events"), stdout=f)
        check(wait_for(lambda: os.path.getsize(told)), "ctl events prints nothing")

    def stop(self):
        """The connections stop; each first sends its request."""
        self.follower.send_signal(signal.SIGSTOP)
        self.broker.process.send_signal(signal.SIGSTOP)
        web, old = ("127.0.0.1", self.server.web), ("127.0.0.1", self.server.legacy)
        for path in (b"/api/v2/events", b"/api/v2/snapshot", b"/metrics", b"/"):
            self.sockets.append(stopped_socket(web, b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        self.sockets.append(stopped_socket(old))
        self.sockets += [self.server.raw(b"GET / HTTP/1.1\r\nX: y" if n % 2 else b"") for n in range(IDLE)]

    def go_on(self):
        self.broker.process.send_signal(signal.SIGCONT)
        self.follower.send_signal(signal.SIGCONT)

    def close(self):
        self.follower.kill()
        self.follower.wait()
        for s in self.sockets:
            s.close()


class Stuck(WebServer):
    def __init__(self, broker):
        self.legacy = free_port()
        super().__init__("static-2 = 91", "mqtt = 127.0.0.1:%d\nlegacy = 127.0.0.1:%d\nlegacy-systems = 1000" %
                         (broker.port, self.legacy))


class Beside:
    """with Beside(what): calls it again and again beside what goes on, and says at the end what it raised."""

    def __init__(self, what):
        self.what, self.done, self.fault = what, threading.Event(), None
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            while not self.done.is_set():
                self.what()
        except Exception as why:
            self.fault = why

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.done.set()
        self.thread.join()
        check(kind or not self.fault, "%s" % self.fault)


def chatter(rig):
    """Many talkgroups come and go: more events than the socket of a stopped reader takes."""
    lists = [b",".join(b"%d" % n for n in range(first, first + 40)) for first in (100, 150)]

    def change():
        lists.reverse()
        rig.send(b"RPTO" + be32(rig.client) + b"TS1=" + lists[0])
        rig.receive(0.1)
        time.sleep(0.1)

    return change


class Control:
    """A server that nobody observes: what the machine does to its frames at the same time is not the observers' fault."""

    def __init__(self):
        self.server = WebServer("static-2 = 91")

    def __enter__(self):
        self.server.__enter__()
        self.one, self.two = [Hotspot(2300101 + n, self.server.port).login() for n in range(2)]
        self.fresh = delays(self.server, 0)
        return self

    def __exit__(self, *_):
        self.server.close()

    def talk(self):
        sent = call(2300101, 2300555, 91, 10)
        talk(self.one, sent, [self.two])
        same_call(sent, self.two.drain(len(sent)))

    def slower_than(self, bound):
        return slower_than(bound, self.fresh, delays(self.server, 62))


def judge_delays(fresh, before, stuck, calm, after, control):
    """A busy machine delays frames by itself, now more and now less: what counts is the worst of the calls before and
    after, and of the one at the same time. Voice that waits for somebody who stopped delays all frames that follow."""
    print("# frames within so many seconds, before, with all stopped and after: " + ", ".join(
        "%g: %d %d %d" % (le, before[le] - fresh[le], stuck[le] - before[le], after[le] - calm[le])
        for le in sorted(stuck)), flush=True)
    frames = stuck[float("inf")] - before[float("inf")]
    check(frames >= 31, "the call was not measured")  # what comes at once is measured once
    for bound in (0.005, 0.01, 0.025):
        was = max(slower_than(bound, fresh, before), slower_than(bound, calm, after), control.slower_than(bound))
        now = slower_than(bound, before, stuck)
        check(now <= was + frames // 4, "slower than %g s: %d frames with all of them stopped, %d without" %
              (bound, now, was))


@case  # 40 s
def whoever_stops_in_mid_call_costs_no_frame_and_no_time():
    with Broker() as broker, Stuck(broker) as server, Control() as control:
        one, two, rig = [Hotspot(2300101 + n, server.port).login() for n in range(3)]
        check(is_online(broker), "not online")
        crowd, follower, dashboard, seen = Crowd(server, broker), Events(server), Dashboard(server.legacy), []

        def frames(middle=lambda: None):
            sent = call(2300101, 2300555, 91, 10)
            talk(one, sent, [two], middle=middle)
            same_call(sent, two.drain(len(sent)))
            return int.from_bytes(sent[0][16:20], "big")

        def ends(stream):
            return [e for e in seen if e["ev"] == "call.end" and e["stream"] == "%08x" % stream] and \
                [e for e in dashboard.events() if e[1:3] == ["END", "RX"] and e[4] == str(stream)]

        with Beside(chatter(rig)), Beside(lambda: seen.append(follower.next()[2])), \
                Beside(lambda: dashboard.listen(0.5)):
            fresh = delays(server, 0)
            frames()
            before = delays(server, 62)
            memory = server.resident_kb("report")
            stop, same = threading.Thread(target=crowd.stop), hotspot.Beside(control.talk)
            last = frames(middle=stop.start)
            stop.join()
            same.wait()
            stuck = delays(server, 124)
            check(wait_for(lambda: ends(last)), "observers that read get nothing")
            check(server.get("/")[0] == 200 and len(ask(server.control, "sessions")) == 3, "requests are not answered")
            grown = server.resident_kb("report") - memory  # pages of its ring that are used for the first time
        crowd.go_on()
        check(is_online(broker), "the broker does not come back")
        calm = delays(server, 124)
        frames()
        judge_delays(fresh, before, stuck, calm, delays(server, 186), control)
        check(grown < 2048, "the reporter grew by %d kB" % grown)
        first = seen[0]["seq"]
        check([e["seq"] for e in seen] == list(range(first, first + len(seen))), "who reads missed something")
        crowd.close()


main()
