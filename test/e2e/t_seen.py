"""All observers at once during varied traffic: the data each of them gets is checked, and is the same."""

import hashlib
import json
import os
import shutil
import subprocess
import time

from broker import Broker, is_online
from cases import case, check, main
from control import Control, settle
from dmr import call, judge
from hotspot import Hotspot, be32, rptc, same_call, talk
from legacy import Dashboard
from mesh import FIRST_SERVER, Neighbour, peer_section, wait_for_links
from schema import SCHEMA, Schema
from server import PATIENCE_S, Server, free_port, wait_for
from web import Events, WebServer

GOLDEN = os.path.join(os.path.dirname(SCHEMA), "..", "test", "data", "golden", "mqtt-topics.txt")
HOSTILE = b"Z\xfcrich\0<b>,\x1b[2J\n"
TOPIC = "dmr/%d/" % FIRST_SERVER


def hostile_login(hotspot):
    """Logs in with Latin-1, NUL, markup and control characters for its location."""
    salt = hotspot.challenge()
    hotspot.ask(b"RPTK" + be32(hotspot.client) + hashlib.sha256(salt + b"rigpass").digest(), b"RPTACK")
    message = bytearray(rptc(hotspot.client))
    at = message.index(b"Reading")
    message[at:at + 20] = HOSTILE.ljust(20)
    hotspot.ask(bytes(message), b"RPTACK")
    return hotspot


class Follower:
    """freedmr's own event stream, followed to the end of the run: `end` is the ID of the last client to log out."""

    def __init__(self, take):
        self.take, self.events = take, [take()]
        check(self.events[0]["ev"] == "hello", "%s" % self.events)
        self.began = self.events[0]["seq"]

    def until_gone(self, client):
        while not (self.events[-1]["ev"] == "client.down" and self.events[-1]["client"] == client):
            self.events.append(self.take())

    def since(self, number):
        """The events after that number."""
        return [e for e in self.events[1:] if e["seq"] > number]


class Seen(WebServer):
    """A server with every consumer there is switched on, and a neighbour."""

    def __init__(self, broker, ports):
        self.legacy = free_port()
        super().__init__("static-2 = 91", "mqtt = 127.0.0.1:%d\nlegacy = 127.0.0.1:%d\nlegacy-systems = 4\n%s" % (
            broker.port, self.legacy, peer_section("far", "fbp", ports[0], ports[1], FIRST_SERVER + 1)))


def stream_of(sent):
    return sent[0][16:20].hex()


def happen(near, far):
    """The run itself: {stream: (who speaks, from which neighbour, its state, how it ends)} in the order they begin."""
    one, two = near
    long, over = call(one.client, 2300555, 91, 6), call(two.client, 2300666, 91, 1)
    long = talk(one, long, [far], beside=lambda: talk(two, over, pace=0.03))
    same_call(long, far.drain(len(long)))
    judge(two.drain())  # a talker has not heard all of it
    time.sleep(0.7)  # decision 7: the pause between two talkers
    back = call(far.client, 2400777, 91, 2)
    talk(far, back, near)
    for hotspot in near:
        judge(hotspot.drain(len(back)))
    time.sleep(0.7)
    lost = call(one.client, 2300555, 91, 1, terminator=False)
    talk(one, lost, [two, far])
    judge(two.drain(len(lost) + 1))  # a terminator is added
    return {
        stream_of(long): (2300555, "", "running", "call.end"),
        stream_of(over): (2300666, "", "waiting", "call.end"),
        stream_of(back): (2400777, "far", "running", "call.end"),
        stream_of(lost): (2300555, "", "running", "call.lost"),
    }


def judge_sequence(events):
    numbers = [e["seq"] for e in events]
    check(numbers == list(range(numbers[0], numbers[0] + len(numbers))), "events are missing: %s" % numbers)


def judge_calls(events, truth):
    """Every call begins once, ends once after that, and its legs are opened and closed in between."""
    begun = [e for e in events if e["ev"] == "call.start"]
    ended = {e["stream"]: e for e in events if e["ev"] in ("call.end", "call.lost")}
    check([e["stream"] for e in begun] == list(truth), "begun: %s" % [(e["stream"], e["src"]) for e in begun])
    check(len([e for e in events if e["ev"] in ("call.end", "call.lost")]) == len(truth), "not each ends once")
    for start in begun:
        stream, end = start["stream"], ended[start["stream"]]
        told = (start["src"], start["peer"], start["state"], end["ev"])
        check(told == truth[stream] and end["conference"] == 91, "%s %s" % (start, end))
        check(end["seq"] > start["seq"] and end["lost"] == 0, "%s" % end)
        open_legs = []
        for e in events:
            if e["ev"].startswith("leg.") and e["stream"] == stream:
                check(start["seq"] < e["seq"], "a leg before its call: %s" % e)
                for leg in e["legs"]:
                    (open_legs.append if e["ev"] == "leg.start" else open_legs.remove)(leg)
        stay = [leg for leg in open_legs if leg["client"] < 0xE0000000]  # a neighbour is left when the call ends
        check(not stay, "legs of %s stay open: %s" % (start, stay))


def judge_text(what):
    check(what.startswith("Z\u00fcrich") and all(c >= " " for c in what), "%r" % what)


def judge_mqtt(messages, events):
    """Each event under the topic of its family, in order, and the same object as everywhere."""
    with open(GOLDEN) as f:
        expected = set(f.read().split())
    topics = {topic for topic, _ in messages} | {TOPIC + "ev/mesh"}  # events of the neighbour may come or not
    check(topics == expected, "topics: %s" % (topics ^ expected))
    published = [(topic, json.loads(payload)) for topic, payload in messages if topic.startswith(TOPIC + "ev/")]
    by_number = {e["seq"]: e for e in events}
    numbers = [e["seq"] for _, e in published]
    check(numbers == sorted(set(numbers)), "disorder: %s" % numbers)
    for topic, e in published:
        check(topic == TOPIC + "ev/" + e["ev"].partition(".")[0], "%s: %s" % (topic, e))
        check(by_number.get(e["seq"], e) == e, "%s is not %s" % (e, by_number.get(e["seq"])))
    for family in ("client", "subscription", "call", "leg"):
        want = [e["seq"] for e in events if e["ev"].startswith(family + ".")]
        have = [e["seq"] for _, e in published if e["ev"].startswith(family + ".") and e["seq"] in by_number]
        check(have == want, "%s: %d published, %d expected" % (family, len(have), len(want)))
    ends = [e for e in events if e["ev"] in ("call.end", "call.lost")]
    last = [json.loads(payload) for topic, payload in messages if topic == TOPIC + "call/last"]
    check([e["seq"] for e in last] == [e["seq"] for e in ends], "%s" % last)


def judge_legacy(dashboard, systems, truth):
    """START and END of each call that is carried, where it came in, in order."""
    carried = {stream: (src, peer) for stream, (src, peer, state, _) in truth.items() if state == "running"}
    told = [(f[1], f[3], "%08x" % int(f[4]), int(f[6])) for f in dashboard.events() if f[2] == "RX"]
    for stream, (src, peer) in carried.items():
        system = "OBP-" + peer if peer else systems[src]
        check([t for t in told if t[2] == stream] == [(what, system, stream, src) for what in ("START", "END")],
              "%s of %s: %s" % (stream, src, told))
    check([t[2] for t in told if t[0] == "START"] == list(carried) and len(told) == 2 * len(carried), "%s" % told)


def figures(server):
    text = server.get("/metrics")[2].decode()
    if shutil.which("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True)
        check(done.returncode == 0 and not done.stderr, done.stdout + done.stderr)
    return {k: float(v) for k, v in (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))}


@case  # 19 s
def all_are_told_the_same():
    schema = Schema()
    ports = [free_port(), free_port()]
    other = peer_section("near", "fbp", ports[1], ports[0], FIRST_SERVER)
    with Broker() as broker, Seen(broker, ports) as server, \
            Server("static-2 = 91", other, server_id=FIRST_SERVER + 1) as neighbour:
        check(is_online(broker), "not online")
        control = Control(server.control, timeout=PATIENCE_S)
        control.send("events")
        web, line = Events(server), Follower(control.line)
        page = Follower(lambda: web.next()[2])
        mqtt, before = broker.listen(TOPIC + "#"), wait_for(lambda: "freedmr_calls_total" in figures(server) and figures(server))
        dashboard = Dashboard(server.legacy)

        one = Hotspot(2300101, server.port).login()
        two = hostile_login(Hotspot(2300102, server.port))
        far = Hotspot(2400101, neighbour.port).login()
        for linked in (server, neighbour):
            wait_for_links(linked)
        dashboard.wait(lambda: dashboard.system_of(one.client) and dashboard.system_of(two.client))
        systems = {2300555: dashboard.system_of(one.client), 2300666: dashboard.system_of(two.client)}
        judge_text(dashboard.client(two.client)["LOCATION"].decode())

        truth = happen([one, two], far)
        check(wait_for(lambda: figures(server)["freedmr_calls_total"] - before["freedmr_calls_total"] >= len(truth)),
              "%s" % figures(server))  # reported every 5 s
        after, snapshot = figures(server), server.snapshot()
        two.logout()

        for follower in (page, line):
            follower.until_gone(two.client)
        both = max(page.began, line.began)  # between the two hellos there may be an event
        by_page, by_line = page.since(both), line.since(both)
        check(by_page == by_line, "page and control socket differ")
        for event in by_page:
            schema.judge_event(event)
        judge_sequence(by_page)
        judge_calls(by_page, truth)
        judge_text(next(e["location"] for e in by_page if e["ev"] == "client.up" and e["client"] == two.client))
        check(wait_for(lambda: '"client.down"' in "".join(mqtt.of(TOPIC + "ev/client"))), "%s" % mqtt.messages)
        judge_mqtt(list(mqtt.messages), by_page)
        dashboard.wait(lambda: len([f for f in dashboard.events() if f[1:3] == ["END", "RX"]]) >= 3)
        dashboard.listen(0.5)
        judge_legacy(dashboard, systems, truth)
        calls = after["freedmr_calls_total"] - before["freedmr_calls_total"]
        check(calls == len(truth), "%d calls were counted" % calls)
        check(after["freedmr_sessions"] == 2 and after["freedmr_calls_active"] == 0, "%s" % after)
        schema.judge("snapshot", snapshot)
        heard = {c["stream"] for c in snapshot["lastheard"]}
        check(heard == set(truth), "last heard: %s" % snapshot["lastheard"])
        check("rigpass" not in json.dumps(by_page) + repr(dashboard.frames) + repr(mqtt.messages), "a secret leaks")
        mqtt.close()


@case
def refusals_and_loops_are_told():
    schema = Schema()
    near, far = Neighbour(FIRST_SERVER + 1), Neighbour(FIRST_SERVER + 2)
    ports = [free_port(), free_port()]
    links = [peer_section(name, "fbp", port, n.port, n.id)
             for name, port, n in (("near", ports[0], near), ("far", ports[1], far))]
    with Broker() as broker, \
            WebServer("static-2 = 91", "mqtt = 127.0.0.1:%d\n%s" % (broker.port, "".join(links))) as server:
        check(is_online(broker), "not online")
        web, mqtt = Events(server), broker.listen(TOPIC + "ev/#")
        follower = Control(server.control)
        follower.send("events")
        check(follower.line()["ev"] == "hello", "no hello")  # from here on it gets everything
        stranger = Hotspot(2300199, server.port)
        stranger.ask(b"RPTK" + be32(2300199) + bytes(32), b"MSTNAK")
        for _ in range(2):
            stranger.send(b"RPTK" + be32(2300199) + bytes(32))
        for neighbour, port in ((near, ports[0]), (far, ports[1])):
            neighbour.connect(port)
            neighbour.send(neighbour.keepalive())
            neighbour.send(neighbour.version())
        for frame in call(2400101, 2400777, 91, 1):
            for neighbour in (near, far):  # one after the other
                neighbour.send(neighbour.v5(frame))
                settle(server.control)
            time.sleep(0.04)
        seen = web.until("call.end")
        for event in seen:
            schema.judge_event(event)
        told = [e for e in seen if e["ev"] in ("client.reject", "loop.suppressed")]
        check([e["ev"] for e in told] == ["client.reject", "loop.suppressed"], "not once each: %s" % told)
        rejected, loop = told
        check((rejected["client"], rejected["message"]) == (2300199, "RPTK"), "%s" % rejected)
        check(rejected["why"] in server.stderr(), "the log does not say so: " + server.stderr())
        check((loop["peer"], loop["winner"], loop["src"], loop["dst"]) == ("far", "near", 2400777, 91), "%s" % loop)
        lines = []
        while not lines or lines[-1]["ev"] != "call.end":
            lines.append(follower.line())
        check(all(e in lines for e in told), "not on the control socket")
        check(wait_for(lambda: mqtt.of(TOPIC + "ev/loop")), "MQTT does not tell")
        check([json.loads(p) for p in mqtt.of(TOPIC + "ev/loop")] == [loop], "%s" % mqtt.messages)
        check(rejected in [json.loads(p) for p in mqtt.of(TOPIC + "ev/client")], "%s" % mqtt.messages)
        mqtt.close()


main()
