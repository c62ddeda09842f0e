"""The HTTP side: who may see, what is served, and callers that behave badly. Every event and snapshot is held against
the schema that is shipped."""

import json
import os
import resource
import shutil
import socket
import subprocess
import threading
import time

from cases import Skip, case, check, main
from dmr import call
from hotspot import Hotspot, talk
from schema import SCHEMA, Schema
from server import command, wait_for
from web import Events, WebServer

GOLDEN = os.path.join(os.path.dirname(SCHEMA), "..", "test", "data", "golden", "events.jsonl")
TOKEN = "kilo-tango-four-delta"


def busy(server):
    one, two = Hotspot(2300101, server.port), Hotspot(2300102, server.port)
    one.login(options="TS2=91;SINGLE=0")
    two.login()
    return one, two


@case
def every_event_is_as_the_schema_says():
    schema = Schema()
    with WebServer("static-2 = 91") as server:
        events = Events(server)
        one, two = busy(server)
        talk(one, call(2300101, 2300555, 91, 2), [two])
        talk(one, call(2300101, 2300555, 2350, 1, terminator=False), [two])
        one.ask(b"RPTO" + (2300101).to_bytes(4, "big") + b"TS2=92;bad", b"RPTACK")
        server.ctl("kick", "2300102")
        seen = events.until("call.lost") + events.until("health")
        one.logout()
        seen += events.until("client.down")
        for event in seen:
            schema.judge_event(event)
        numbers = [e["seq"] for e in seen]
        check(numbers == list(range(numbers[0], numbers[0] + len(numbers))), "%s" % numbers)
        names = {e["ev"] for e in seen}
        expected = {"hello", "client.up", "client.options", "client.down", "subscription.on",
                    "subscription.off", "call.start", "call.end", "call.lost", "leg.start", "leg.end", "health"}
        check(expected <= names, "missing: %s" % (expected - names))
        ended = next(e for e in seen if e["ev"] == "call.end")
        check(ended["reason"] == "terminator" and ended["loss"] == 0 and 0.5 < ended["dur"] < 2, "%s" % ended)
        check("127.0.0.1:" not in json.dumps([e for e in seen if e["ev"].startswith("client.")]), "an address is shown")
        snapshot = server.snapshot()
        schema.judge("snapshot", snapshot)
        check([c["src"] for c in snapshot["lastheard"]] == [2300555, 2300555], "%s" % snapshot["lastheard"])


@case
def golden_events_are_as_the_schema_says():
    schema = Schema()
    with open(GOLDEN) as f:
        for line in f:
            schema.judge_event(json.loads(line))


@case
def control_tells_the_same_events():
    schema = Schema()
    with WebServer("static-2 = 91") as server:
        from control import Control
        events, follower = Events(server), Control(server.control)
        follower.send("events")
        check(follower.line()["ev"] == "hello", "no hello")
        one, two = busy(server)
        talk(one, call(2300101, 2300555, 91, 1), [two])
        by_web = {e["seq"]: e for e in events.until("call.end")}
        line = follower.line()
        while line["ev"] != "call.end":
            schema.judge_event(line)
            check(by_web[line["seq"]] == line, "%s" % line)
            line = follower.line()


@case
def follower_goes_on_where_it_was():
    with WebServer("static-2 = 91") as server:
        events = Events(server)
        last, _, hello = events.next()
        check(last == "%s-%d" % (hello["boot"], hello["seq"]), last)
        events.close()
        busy(server)
        again = Events(server, last)
        _, name, event = again.next()
        check(name == "message" and event["seq"] == hello["seq"] + 1 and event["ev"] == "client.up", "%s" % event)
        for stale in ("0123456789abcdef-1", "%s-999999" % hello["boot"], "%s-x" % hello["boot"], "x"):
            _, name, event = Events(server, stale).next()
            check(name == "resync" and event["ev"] == "hello", "%s: %s %s" % (stale, name, event))


@case
def what_is_served_and_how():
    with WebServer() as server:
        for path, kind in (("/", "text/html; charset=utf-8"), ("/api/v2/snapshot", "application/json"),
                           ("/metrics", "text/plain; version=0.0.4; charset=utf-8")):
            status, headers, body = server.get(path)
            check(status == 200 and headers["Content-Type"] == kind and body, "%s: %s %s" % (path, status, headers))
            check(headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store" and
                  headers["Referrer-Policy"] == "no-referrer" and "unsafe" not in headers["Content-Security-Policy"] and
                  "default-src 'none'" in headers["Content-Security-Policy"], "%s: %s" % (path, headers))
            status, headers, body = server.get(path, "HEAD")
            check(status == 200 and headers["Content-Type"] == kind and not body, "HEAD %s: %s" % (path, status))
        check(len(server.get("/")[2]) < 65536, "the page is too large")
        check(server.get("/nothing")[0] == 404, "nothing is there")
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            status, headers, _ = server.get("/", method)
            check(status == 405 and headers["Allow"] == "GET, HEAD", "%s: %s" % (method, status))
        check(server.get("/", Host="evil.example")[0] == 403, "a name that was moved here is served")
        check(server.get("/", Host="localhost:8080")[0] == 200, "localhost is refused")
    with WebServer(more="metrics = no") as server:
        check(server.get("/metrics")[0] == 404, "metrics are off")


@case
def metrics_are_what_prometheus_reads():
    with WebServer("static-2 = 91") as server:
        one, two = busy(server)
        talk(one, call(2300101, 2300555, 91, 1), [two])
        time.sleep(5.2)
        text = server.get("/metrics")[2].decode()
        values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        check(values["freedmr_sessions"] == "2" and values["freedmr_calls_total"] == "1", text[:2000])
        for what in ("forwarding", "turn"):
            check(int(values["freedmr_%s_seconds_count" % what]) > 5, "nothing was measured: " + what)
            check(float(values["freedmr_%s_seconds_sum" % what]) > 0, "it took no time: " + what)
        check(values['freedmr_forwarding_seconds_bucket{le="+Inf"}'] == values["freedmr_forwarding_seconds_count"],
              "the last bucket does not hold all")
        families = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
        check(len(set(families)) == len(families), "a family comes twice")
        check(not [line for line in text.splitlines() if line.startswith("# HELP") and len(line.split()) < 4], "no help")
        check("See freedmr(8)" not in text, "not described: %s" % [
            line for line in text.splitlines() if "See freedmr(8)" in line])
        check(values["freedmr_report_alias_subscribers"] == "0", "names out of nowhere")
        if not shutil.which("promtool"):
            raise Skip("there is no promtool")
        done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True)
        check(done.returncode == 0 and not done.stderr, done.stdout + done.stderr)


@case
def token_is_asked_for():
    with WebServer(more="http-token = " + TOKEN) as server:
        status, headers, body = server.get("/")
        check(status == 401 and headers["WWW-Authenticate"] == "Bearer" and b"<form>" in body, "%s" % status)
        for path in ("/api/v2/snapshot", "/api/v2/events", "/metrics"):
            check(server.get(path)[0] == 401, path)
            for wrong in ("Bearer " + TOKEN[:-1], "Bearer " + TOKEN + "x", "Bearer ", "Bearer x", "Basic " + TOKEN):
                check(server.get(path, Authorization=wrong)[0] == 401, "%s with %s" % (path, wrong))
        check(server.get("/metrics", Authorization="Bearer " + TOKEN)[0] == 200, "the right token is refused")
        check(server.get("/?token=" + TOKEN[:-1])[0] == 401, "a wrong token in the address")
        status, headers, _ = server.get("/?token=" + TOKEN)
        cookie = headers["Set-Cookie"]
        check(status == 303 and headers["Location"] == "/" and "HttpOnly" in cookie and "SameSite=Strict" in cookie,
              "%s %s" % (status, headers))
        check(server.get("/", Cookie="a=b; " + cookie.split(";")[0])[0] == 200, "the cookie is refused")
        check(TOKEN not in server.stderr(), "the token is in the log")


@case
def page_for_others_wants_a_token_or_a_list():
    with WebServer(more="http-allow = 192.0.2.0/24") as server:
        check(server.get("/")[0] == 403, "a stranger is served")
    with WebServer(more="http-allow = 127.0.0.0/8") as server:
        check(server.get("/")[0] == 200, "who is on the list is refused")
        config = server.config + ".open"
        with open(server.config) as f, open(config, "w") as g:
            g.write(f.read().replace("http = 127.0.0.1", "http = 0.0.0.0").replace("http-allow = 127.0.0.0/8", ""))
        done = subprocess.run(command("check", config), capture_output=True, text=True)
        check(done.returncode != 0 and "expected http-allow or http-token" in done.stderr, done.stderr)


@case
def a_thousand_idle_callers_harm_nobody():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    with WebServer("static-2 = 91") as server:
        one, two = busy(server)
        follower = Events(server)
        follower.next()
        server.get("/")
        before = server.resident_kb("report")
        sent = call(2300101, 2300555, 91, 4)
        callers = []

        def come():
            for n in range(1000):
                callers.append(server.raw(b"GET / HTTP/1.1\r\nHost: x" if n % 2 else b""))

        crowd = threading.Thread(target=come)
        talk(one, sent, [two], middle=crowd.start)
        crowd.join()
        check(len(two.drain()) == len(sent), "frames were lost")
        follower.until("call.end")
        status = server.get("/api/v2/snapshot")[0]
        check(status == 200, "who asks is not served: %s" % status)
        check(server.resident_kb("report") - before < 2048, "%d kB were %d" % (server.resident_kb("report"), before))
        check(wait_for(lambda: max(t["used"] for t in server.snapshot()["tables"] if t["name"] == "report_http") < 10, 14, 0.5),
              "half requests are kept")
        for c in callers:
            c.close()


@case
def bad_heads_are_refused():
    with WebServer() as server:
        for octets, status in ((b"GET / HTTP/1.1\r\nX: " + b"x" * 5000, b"431"), (b"NONSENSE\r\n\r\n", b"400"),
                               (b"GET / HTTP/2.0\r\n\r\n", b"400"), (b"\x16\x03\x01\x02\x00\n\n", b"400"),
                               (b"GET / HTTP/1.1\r\nA: b\x00\r\n\r\n", b"400")):
            s = server.raw(octets)
            answer = s.makefile("rb").read()
            check(answer.startswith(b"HTTP/1.1 " + status), "%r: %r" % (octets[:30], answer[:60]))


@case
def stopped_reader_is_dropped_and_voice_goes_on():
    with WebServer("static-2 = 91") as server:
        one, two = busy(server)
        stuck = socket.socket()
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        stuck.connect(("127.0.0.1", server.web))
        stuck.sendall(b"GET /api/v2/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        quick = Events(server)
        quick.next()

        def slow():
            rows = server.snapshot()["counters"]
            return next(r["value"] for r in rows if r["name"] == "report_http_slow_followers_total")

        end = time.monotonic() + 150
        while not slow() and time.monotonic() < end:
            for _ in range(300):
                two.send(b"RPTO" + (2300102).to_bytes(4, "big") + b"TS2=91,%d" % (100 + time.monotonic_ns() % 800))
                two.receive(0.2)
                quick.next()
        check(slow() >= 1, "it was not dropped")
        sent = call(2300101, 2300555, 91, 3)
        talk(one, sent, [two])
        check(len([f for f in two.drain() if f.stream == sent[0][16:20]]) == len(sent), "frames were lost")


main()
