"""Many calls, and whether every observer sees each of them end."""

import json
import time

from broker import Broker, is_online
from browser import Browser
from cases import case, check, main
from control import settle
from dmr import call
from hotspot import Hotspot, be32, talk
from schema import SCHEMA
from server import wait_for
from web import Events, WebServer


def keys_of(part):
    """The fields that identify a row, as the schema says."""
    with open(SCHEMA) as f:
        return json.load(f)["$defs"][part].get("x-key", ["origin", "stream", "started"])


@case
def a_hundred_calls_leave_nobody_on_air():
    """Kerchunks with stream ids that come again, each begun and ended at any part of a millisecond."""
    fields = keys_of("call")
    with Broker() as broker, Browser() as b, \
            WebServer("static-2 = 91\nhang-time = 0s", "mqtt = 127.0.0.1:%d" % broker.port) as server:
        heard = broker.listen()
        hotspots = [Hotspot(2300101 + n, server.port).login() for n in range(4)]
        check(is_online(broker), "no broker")
        events = Events(server)
        b.open(server.url)
        b.wait("the connection", "return document.getElementById('state').textContent === 'live'")
        b.run("window.fetched = 0; const f = window.fetch; window.fetch = (...a) => { fetched++; return f(...a); };")
        for n in range(100):
            h = hotspots[n % 4]
            stream = be32(0x5000 + n % 13) if n % 3 else None  # again after two seconds: for one, it would be the same call
            for frame in call(h.client, 2300500 + n, 100 + n % 4, 0, stream=stream):
                h.send(frame)
                time.sleep(0.0137)
            time.sleep(0.0111)
            if n % 10 == 9:
                settle(server.control)  # voice is not behind by more
        on_air, begun = {}, 0
        while begun < 100 or on_air:
            e = events.next()[2]
            key = tuple(e.get(f) for f in fields)
            if e["ev"] == "call.start":
                check(key not in on_air, "it begins twice: %s" % e)
                on_air[key] = e
                begun += 1
            elif e["ev"] in ("call.end", "call.lost"):
                check(key in on_air, "it ends and never began: %s" % e)
                check(on_air.pop(key)["started"] == e["started"], "it began at another time: %s" % e)
        snapshot = server.snapshot()
        check(snapshot["calls"] == [], "the model: %s" % snapshot["calls"])
        check(len({tuple(c.get(f) for f in fields) for c in snapshot["lastheard"]}) == 100, "last heard is not 100 calls")
        b.wait("an empty page", "return document.querySelectorAll('#cards li').length === 0")
        talk(hotspots[0], call(hotspots[0].client, 2300999, 91, 1), beside=lambda: b.wait(
            "a call", "return document.querySelectorAll('#cards li').length === 1"))  # it does show them
        b.wait("an empty page again", "return document.querySelectorAll('#cards li').length === 0")
        check(b.run("return fetched") == 0, "it was a snapshot that mended the page")
        check(wait_for(lambda: sum('"ev":"call.end"' in m for m in heard.of("dmr/2345/ev/call")) >= 101), "MQTT")
        left = set()
        for e in (json.loads(m) for m in heard.of("dmr/2345/ev/call")):
            key = tuple(e.get(f) for f in fields)
            (left.add if e["ev"] in ("call.start", "call.update") else left.discard)(key)
        check(not left, "on air by MQTT: %s" % left)
        heard.close()


main()
