"""Every kind of event comes from a live server, and says what was done."""

import os
import re
import signal
import threading
import time

from cases import case, check, main
from control import settle
from dmr import call
from hotspot import Hotspot, be32, rptc, talk
from mesh import Neighbour, peer_section
from reloading import edit, reload
from schema import Schema
from server import PATIENCE_S, free_port, go_on, wait_for
from web import Events, WebServer

KINDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "modules", "report", "event", "event_kind.c")

ELSEWHERE = {
    "server.clock": "nobody but root sets the clock: unit/t_calls",
    "call.update": "e2e/t_calls",
}

# The schema has them and no server sends them today.
NEVER = {
    "server.start": "the first snapshot is no news, and the row is the same when the voice process comes back",
    "server.update": "nothing of that row changes while a server runs",
    "server.stop": "the row does not end",
    "listener.update": "a listener that changes ends and begins; its sessions are counted in snapshots",
    "block.update": "a block that is set again begins again",
    "data.update": "nothing of data changes while it is under way",
}


def kinds():
    with open(KINDS) as f:
        return set(re.findall(r'= \{"([a-z]+\.?[a-z]*)", RECORD', f.read()))


class Watched:
    """A server with a page and two neighbours made by hand, and every event of it since it began."""

    def __init__(self):
        ports, self.near, self.far = [free_port(), free_port()], Neighbour(7301), Neighbour(7302)
        spare = free_port()
        peers = peer_section("near", "fbp", ports[0], self.near.port, 7301) + "accept-stun = yes\nrelaxed = yes\n" + \
            peer_section("far", "fbp", ports[1], self.far.port, 7302)
        self.server = WebServer("static-2 = 91,92\ntimer = 3s\nhang-time = 0s",
                                peers + "[listener spare]\nbind = 127.0.0.1:%d\npassphrase = %s\n" % (spare, "rigpass"))
        self.near.connect(ports[0])
        self.far.connect(ports[1])
        self.ports, self.seen, self.schema = ports, [], Schema()

    def __enter__(self):
        self.server.start()
        self.seen.append(wait_for(self.hello))
        self.events = Events(self.server, last="%s-0" % self.seen[0]["boot"], timeout=PATIENCE_S)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        return self

    def hello(self):
        """The first event of a connection, once the reporter knows the number of the server."""
        events = Events(self.server)
        event = events.next()[2]
        events.close()
        return event if "srv" in event else None

    def __exit__(self, *_):
        self.near.close()
        self.far.close()
        self.server.close()

    def read(self):
        try:
            while True:
                self.seen.append(self.events.next()[2])
        except (AssertionError, OSError, ValueError):
            pass

    def tells(self, ev, **values):
        """The first event of that kind with these values; waits for it."""
        def found():
            return next((e for e in list(self.seen) if e["ev"] == ev and
                         all(e.get(name) == value for name, value in values.items())), None)

        event = wait_for(found)
        check(event, "no %s with %s among %s" % (ev, values, [e for e in self.seen if e["ev"] == ev]))
        return event


def clients(w):
    """What a hotspot does; returns it."""
    one = Hotspot(2300101, w.server.port)
    one.login()
    w.tells("client.up", client=2300101, callsign="RIG1")
    w.tells("subscription.on", client=2300101, slot=2, rf_tg=91, mode="static")
    one.ask(rptc(2300101, callsign="RIG2"), b"RPTACK")
    w.tells("client.update", client=2300101, callsign="RIG2")
    one.ask(b"RPTO" + be32(2300101) + b"TS2=92", b"RPTACK")
    w.tells("client.options", client=2300101, options="TS2=92")
    w.tells("subscription.off", client=2300101, rf_tg=91, reason="options")
    time.sleep(1.1)  # once a second
    one.ping()
    pinged = w.tells("ping")
    check([p["client"] for p in pinged["pings"]] == [2300101], "%s" % pinged)
    stranger = Hotspot(2300103, w.server.port, passphrase="wrong")
    stranger.challenge()
    stranger.ask(b"RPTK" + be32(2300103) + bytes(32), b"MSTNAK")
    stranger.close()
    w.tells("client.reject", client=2300103)
    return one


def calls(w, one):
    two = Hotspot(2300102, w.server.port)
    two.login()
    sent = call(2300101, 2300555, 92, 4, stream=b"\0\0\0\x0a")  # 1.5 s
    talk(one, sent, [two])
    started = w.tells("call.start", stream="0000000a")
    check((started["src"], started["conference"], started["slot"]) == (2300555, 92, 2), "%s" % started)
    leg = w.tells("leg.start", stream="0000000a")
    check([(x["client"], x["slot"], x["tg"]) for x in leg["legs"]][:1] == [(2300102, 2, 92)], "%s" % leg)
    w.tells("leg.end", stream="0000000a")
    ended = w.tells("call.end", stream="0000000a", reason="terminator", frames=len(sent), lost=0)
    check(0.3 < ended["dur"] < PATIENCE_S, "%s" % ended)
    talk(one, call(2300101, 2300555, 235, 1, stream=b"\0\0\0\x0b"))
    w.tells("subscription.on", client=2300101, rf_tg=235, mode="user")
    w.tells("subscription.suspend", client=2300101, rf_tg=92)
    w.tells("subscription.extend", client=2300101, rf_tg=235)
    talk(one, call(2300101, 2300555, 236, 1, stream=b"\0\0\0\x0c", terminator=False))
    w.tells("call.lost", stream="0000000c", src=2300555, reason="timeout")
    w.tells("subscription.expire", client=2300101, rf_tg=236)
    block = bytes([0x80 | 0x20 | 6])
    one.send(b"DMRD\0" + (2300555).to_bytes(3, "big") + (92).to_bytes(3, "big") + be32(2300101) + block + b"\0\0\0\x0d" +
             bytes(33) + b"\0\0")
    w.tells("data.start", stream="0000000d", src=2300555, dst=92)
    w.tells("data.end", stream="0000000d", src=2300555, frames=1)
    two.close()


def links(w):
    near, far = w.near, w.far
    for n in (near, far):
        n.send(n.keepalive())
    w.tells("mesh.up", name="near", up=True)
    near.send(near.version(5))
    w.tells("mesh.version", name="near", version=5)
    w.server.ctl("peer", "near", "stun")
    w.tells("mesh.stun", name="near", stunned=True)
    w.server.ctl("peer", "near", "clear")
    w.tells("mesh.clear", name="near", stunned=False)
    sent = call(7301001, 2351111, 91, 1, stream=b"\0\0\0\x1a")
    for octets in sent[:3] + sent[5:]:
        near.send(near.v5(octets))
        settle(w.server.control)  # it has come by this one first
        far.send(far.v5(octets))
    looped = w.tells("loop.suppressed", stream="0000001a")
    check((looped["src"], looped["peer"]) == (2351111, "far"), "%s" % looped)
    near.send(near.quench(91, b"\0\0\0\x1b"))
    w.tells("mesh.quench", name="near", quenches_in_total=1)
    far.send(far.v5(sent[0], age_s=30))
    w.tells("mesh.skew", name="far", clock_differs=True)
    for octets in call(7302001, 2352222, 91, 1, stream=b"\0\0\0\x1c")[::2]:
        far.send(far.v5(octets))
    w.tells("mesh.loss", name="far")
    again = Neighbour(7301)
    again.connect(w.ports[0])
    for octets in call(7301001, 2351111, 91, 0, stream=b"\0\0\0\x1d"):
        again.send(again.v5(octets))
    w.tells("mesh.address", name="near")
    again.close()


def orders(w):
    w.server.ctl("block", "2300999", "10m")
    told = w.tells("block.on", what="2300999")
    check(599 < told["until"] - told["since"] < 601, "%s" % told)
    w.server.ctl("unblock", "2300999")
    w.tells("block.off", what="2300999")


def overflow(w):
    """More records than the pipe holds while the reporter sleeps, for less than the ten seconds after which it is replaced."""
    sleeper = w.server.child("report")
    crowd = [Hotspot(2310000 + n, w.server.port).login() for n in range(40)]
    statics = ",".join(str(100 + n) for n in range(50))
    os.kill(sleeper, signal.SIGSTOP)
    try:
        for h in crowd:
            h.send(b"RPTO" + be32(h.client) + ("TS1=%s;TS2=%s" % (statics, statics)).encode())
        for h in crowd:
            check(h.receive(PATIENCE_S), "options are not answered")
    finally:
        go_on(sleeper)
    check(wait_for(lambda: any(e.get("count", 0) > 0 for e in list(w.seen) if e["ev"] == "gap")), "no event of a gap")


@case  # 40 s
def each_kind_comes_and_says_what_was_done():
    with Watched() as w:
        w.tells("hello", srv=2345)
        one = clients(w)
        calls(w, one)
        links(w)
        orders(w)
        one.logout()
        w.tells("client.down", client=2300101, reason="logout")
        down = w.tells("mesh.down", name="far", up=False)
        edit(w.server, "[peer far]", "[peer another]")
        edit(w.server, "[listener spare]\n", "[listener other]\n")
        reload(w.server)
        w.tells("server.reload")
        w.tells("mesh.removed", name="far")
        w.tells("listener.down", name="spare")
        w.tells("listener.up", name="other")
        overflow(w)
        w.tells("health")
        settle(w.server.control)
        w.tells("log.line")
        check(down["t"] < time.time(), "%s" % down)
        for event in list(w.seen):
            w.schema.judge_event(event)

        def missing():
            return kinds() - {e["ev"] for e in list(w.seen)} - set(ELSEWHERE) - set(NEVER)

        check(wait_for(lambda: not missing()), "never seen: %s" % sorted(missing()))
        check(not set(NEVER) & {e["ev"] for e in w.seen}, "they are sent now: judge them here")


main()
