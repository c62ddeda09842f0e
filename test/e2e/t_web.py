"""The HTTP side: who may see, what is served, and callers that behave badly. Every event and snapshot is held against
the schema that is shipped."""

import gzip
import hashlib
import json
import os
import re
import resource
import shutil
import socket
import subprocess
import threading
import time

from apart import apart
from control import Control, settle
from cases import Skip, case, check, main
from dmr import call
from hotspot import Hotspot, talk
from schema import SCHEMA, Schema
from server import PATIENCE_S, command, wait_for
from web import Events, WebServer

PAGE = os.path.join(os.path.dirname(SCHEMA), "..", "build", "page.html")
GOLDEN = os.path.join(os.path.dirname(SCHEMA), "..", "test", "data", "golden", "events.jsonl")
TOKEN = "kilo-tango-four-delta"


def busy(server):
    one, two = Hotspot(2300101, server.port), Hotspot(2300102, server.port)
    one.login(options="TS2=91;SINGLE=0")
    two.login()
    settle(server.control)  # the reporter knows them
    return one, two


@case
def every_event_is_as_the_schema_says():
    schema = Schema()
    with WebServer("static-2 = 91") as server:
        events = Events(server)
        one, two = busy(server)
        talk(one, call(2300101, 2300555, 91, 5), [two])  # 1.9 s
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
        check(ended["reason"] == "terminator" and ended["loss"] == 0 and 0.5 < ended["dur"] < PATIENCE_S, "%s" % ended)
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
        number = hello["seq"]
        while True:
            _, name, event = again.next()
            number += 1
            check(name == "message" and event["seq"] == number, "%s, not %d" % (event, number))
            if event["ev"] != "health":
                break
        check(event["ev"] == "client.up", "%s" % event)
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
        check(len(server.get("/", Accept_Encoding="gzip")[2]) < 32768, "the page is too large")
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
        talk(one, call(2300101, 2300555, 91, 4), [two])

        def look():
            text = server.get("/metrics")[2].decode()
            return text, dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))

        wait_for(lambda: look()[1].get("freedmr_calls_total") == "1")  # figures are sent every 5 s
        text, values = look()
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


OTHERS = ["192.0.2.%d" % n for n in range(1, 5)]  # one of 256 shares its limits with an address that is given


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
        check(len(re.findall("wrong http-token from=127.0.0.1", server.stderr())) == 1, server.stderr())
        status, headers, _ = server.get("/?token=" + TOKEN)
        cookie = headers["Set-Cookie"]
        check(status == 303 and headers["Location"] == "./" and "HttpOnly" in cookie and "SameSite=Strict" in cookie,
              "%s %s" % (status, headers))
        check(server.get("/", Cookie="a=b; " + cookie.split(";")[0])[0] == 200, "the cookie is refused")
        check(TOKEN not in server.stderr(), "the token is in the log")


@case
def wrong_page_tokens_are_limited_and_logged_once():
    with WebServer(more="http-token = " + TOKEN) as server:
        def try_it(token, **headers):
            return server.get("/api/v2/snapshot", Authorization="Bearer " + token, **headers)[0]

        check([try_it(TOKEN + c) for c in "abcdefg"] == [401] * 5 + [429] * 2, "they are not limited")
        status, headers, body = server.get("/?token=x")
        check(status == 429 and headers["Retry-After"] and b"Too many attempts" in body, "%s %s" % (status, body))
        check(try_it(TOKEN) == 429, "the right one is judged meanwhile")
        check([try_it(TOKEN + "a") for _ in range(9)] == [401] * 9, "the same wrong one is a new try")
        check(200 in [try_it(TOKEN, X_Forwarded_For=other) for other in OTHERS], "other viewers are locked out")
        check(server.stderr().count("wrong http-token") == 1 and TOKEN not in server.stderr(), server.stderr())
        check(wait_for(lambda: try_it(TOKEN) == 200, every=1), "it stays closed")


@case
def the_host_is_checked_on_every_bind():
    for bind, more in (("127.0.0.1", ""), ("0.0.0.0", "http-allow = 127.0.0.0/8\n"), ("0.0.0.0", "http-token = %s\n" % TOKEN)):
        server = WebServer(more=more + "admin-token = " + ADMIN + "\nhttp-names = dmr.example.org, b.example\n")
        with open(server.config) as f:
            text = f.read()
        with open(server.config, "w") as f:
            f.write(text.replace("http = 127.0.0.1:", "http = %s:" % bind))
        with server:
            def get(host, path="/api/v2/snapshot", **headers):
                return server.get(path, Host=host, Authorization="Bearer " + TOKEN, **headers)[0]

            for host in ("127.0.0.1", "192.168.1.5:8080", "[::1]:8080", "localhost", "raspberrypi", "raspberrypi.local:8080",
                         "pi.lan", "dmr.example.org", "DMR.Example.org:443", "b.example", socket.gethostname()):
                check(get(host) == 200, "%s %s: %s" % (bind, host, get(host)))
            for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.1.5.nip.io:8080",
                         "example.org", "x.dmr.example.org", ""):
                for path in ("/", "/api/v2/snapshot", "/api/v2/events", "/metrics", "/nothing"):
                    check(get(host, path) == 403, "%s %s%s" % (bind, host, path))
            status, _, _ = server.get("/api/v2/command", "POST", Host="evil.example", Origin="http://evil.example",
                                      X_Freedmr_Token=ADMIN, X_Freedmr_Command="block 1", Authorization="Bearer " + TOKEN)
            check(status == 403, "an order by another name: %s" % status)
            check(len(re.findall("refused host=", server.stderr())) == 1, server.stderr())
            check("http-names" in server.get("/", Host="evil.example")[2].decode(), "it does not say what to do")


@case
def one_viewer_does_not_keep_out_the_others():
    """Each behind a proxy on this machine, which names them."""
    def follow(address):
        head = "GET /api/v2/events HTTP/1.1\r\nHost: localhost\r\n%s\r\n" % (
            "X-Forwarded-For: %s\r\n" % address if address else "")
        s = server.raw(head.encode())
        return s, s.recv(15)[9:12]

    with WebServer("static-2 = 91") as server:
        kept = [follow("192.0.2.1") for _ in range(40)]
        check([status for _, status in kept] == [b"200"] * 32 + [b"429"] * 8, "%s" % [status for _, status in kept])
        kept += [follow("192.0.2.%d" % n) for n in range(2, 120)]
        check([status for _, status in kept].count(b"200") == 127 and kept[-1][1] == b"503", "no place is kept")
        kept.append(follow(None))
        check(kept[-1][1] == b"200", "the operator has no place")
        check(server.get("/api/v2/snapshot")[0] == 200, "others are not served")
        for s, _ in kept:
            s.close()
        check(wait_for(lambda: follow("192.0.2.1")[1] == b"200", every=0.2), "the places are not free again")


@case
def one_address_does_not_keep_out_the_others():
    """Addresses of its own, on a loopback of its own."""
    if not apart(one_address_does_not_keep_out_the_others, "-n"):
        return
    words = "ip link set lo up && ip addr add 192.0.2.7/32 dev lo && ip addr add 192.0.2.8/32 dev lo"
    subprocess.run(["sh", "-c", words], check=True)
    server = WebServer("static-2 = 91", "http-allow = 0.0.0.0/0\n")
    with open(server.config) as f:
        text = f.read()
    with open(server.config, "w") as f:
        f.write(text.replace("http = 127.0.0.1:", "http = 0.0.0.0:"))
    with server:
        def connect(address):
            s = socket.create_connection((address, server.web), timeout=PATIENCE_S, source_address=(address, 0))
            s.sendall(b"GET /api/v2/events HTTP/1.1\r\nHost: localhost\r\n\r\n" if len(kept) % 2 else b"GET /")
            return s

        kept = []
        while len(kept) < 300:
            kept.append(connect("192.0.2.7"))
        used = next(t["used"] for t in server.snapshot()["tables"] if t["name"] == "report_http")
        check(used <= 65, "one address has %d" % used)
        s = socket.create_connection(("192.0.2.8", server.web), timeout=PATIENCE_S, source_address=("192.0.2.8", 0))
        s.sendall(b"GET /api/v2/snapshot HTTP/1.1\r\nHost: 192.0.2.8\r\n\r\n")
        check(s.recv(15)[9:12] == b"200", "another address is not served")
        check(server.get("/api/v2/snapshot")[0] == 200, "the operator is not served")


@case
def page_for_others_wants_a_token_or_a_list():
    with WebServer(more="http-allow = 192.0.2.0/24") as server:
        check(server.get("/")[0] == 403, "a stranger is served")
    with WebServer(more="http-allow = 127.0.0.0/8") as server:
        check(server.get("/")[0] == 200, "a listed address is refused")
        config = server.config + ".open"
        with open(server.config) as f, open(config, "w") as g:
            g.write(f.read().replace("http = 127.0.0.1", "http = 0.0.0.0").replace("http-allow = 127.0.0.0/8", ""))
        done = subprocess.run(command("check", config), capture_output=True, text=True)
        check(done.returncode != 0 and "expected http-allow or http-token" in done.stderr, done.stderr)


@case  # 17 s
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
        check(len(two.drain(len(sent))) == len(sent), "frames were lost")
        follower.until("call.end")
        status = server.get("/api/v2/snapshot")[0]
        check(status == 200, "a request is not answered: %s" % status)
        check(server.resident_kb("report") - before < 2048, "%d kB were %d" % (server.resident_kb("report"), before))
        check(wait_for(lambda: max(t["used"] for t in server.snapshot()["tables"] if t["name"] == "report_http") < 10, every=0.5),
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
        operator = Control(server.control)

        def slow():
            rows = server.snapshot()["counters"]
            return next(r["value"] for r in rows if r["name"] == "report_http_slow_followers_total")

        end = time.monotonic() + 150
        while not slow() and time.monotonic() < end:
            for n in range(300):
                operator.request("%s 2300102 1 %d" % ("unlink" if n % 2 else "link", 100 + n // 2))
                quick.next()
        check(slow() >= 1, "it was not dropped")
        sent = call(2300101, 2300555, 91, 3)
        talk(one, sent, [two])
        check(len([f for f in two.drain(len(sent)) if f.stream == sent[0][16:20]]) == len(sent), "frames were lost")


@case
def compressed_is_told_to_who_accepts_it():
    with WebServer("static-2 = 91") as server, open(PAGE, "rb") as f:
        page = f.read()
        hotspots = [Hotspot(2300101 + n, server.port).login() for n in range(30)]
        settle(server.control)
        for path in ("/", "/api/v2/snapshot", "/metrics"):
            for wanted in ("gzip", "br, gzip", "gzip;q=0.1", "*"):
                status, headers, body = server.get(path, Accept_Encoding=wanted)
                check(status == 200 and headers["Content-Encoding"] == "gzip", "%s for %s: %s" % (path, wanted, headers))
                check(headers["Vary"] == "Accept-Encoding", "%s" % headers)
                whole = gzip.decompress(body)
                check(len(body) < len(whole) / 2.5, "%s: %d are %d" % (path, len(whole), len(body)))
                check(path != "/" or whole == page, "another page")
                if path == "/api/v2/snapshot":
                    check(len(json.loads(whole)["sessions"]) == len(hotspots), "the snapshot is not whole")
            for wanted in ("", "identity", "gzip;q=0", "gzip;q=0.0, br", "*;q=0", "br"):
                status, headers, body = server.get(path, Accept_Encoding=wanted)
                check(status == 200 and headers["Content-Encoding"] is None, "%s for %r: %s" % (path, wanted, headers))
                check(headers["Vary"] == "Accept-Encoding", "%s" % headers)
                check(path != "/" or body == page, "another page")
            head = server.get(path, "HEAD", Accept_Encoding="gzip;q=0")[1]
            check(head["Content-Encoding"] is None, "%s" % head)
            check(path != "/" or head["Content-Length"] == str(len(page)), "%s" % head)
        check("Content-Encoding" not in "".join(Events(server).head), "events are compressed")


@case
def parts_of_the_snapshot_can_be_had():
    with WebServer("static-2 = 91") as server:
        Hotspot(2300101, server.port).login()
        settle(server.control)
        some = json.loads(server.get("/api/v2/snapshot?rows=tables,sessions")[2])
        check(set(some) == {"v", "boot", "seq", "t", "fresh", "server", "sessions", "tables"}, "%s" % set(some))
        check(some["sessions"][0]["client"] == 2300101, "%s" % some)


@case
def one_client_is_shown_as_it_is_now():
    with WebServer("static-2 = 91\nhang-time = 60s") as server:
        one, two = busy(server)
        talk(one, call(2300101, 2300555, 91, 2), [two])

        def slots():
            return json.loads(server.get("/api/v2/snapshot?rows=slots,sessions&client=2300102")[2])["slots"]

        def held():
            return [(s["client"], s["state"], s["conference"]) for s in slots() if s["state"] != "idle"]

        check(wait_for(lambda: held() == [(2300102, "hang", 91)]), "%s" % slots())
        check({s["client"] for s in slots()} == {2300102}, "%s" % slots())


@case
def who_was_refused_is_in_the_snapshot():
    schema = Schema()
    with WebServer("static-2 = 91") as server:
        for _ in range(2):
            try:
                Hotspot(2300999, server.port, passphrase="wrong").login()
            except Exception:  # that is what is wanted
                pass
        rows = wait_for(lambda: server.snapshot()["refusals"])
        check([(r["client"], r["why"]) for r in rows] == [(2300999, "wrong passphrase")], "%s" % rows)
        check(abs(rows[0]["last"] - time.time()) < PATIENCE_S and rows[0]["first"] <= rows[0]["last"], "%s" % rows)
        check("at" not in rows[0] and "127.0.0.1" not in json.dumps(rows), "an address is shown: %s" % rows)
        snapshot = server.snapshot()
        schema.judge("snapshot", snapshot)
        check([t["name"] for t in snapshot["timings"]] == ["forwarding", "turn"], "%s" % snapshot["timings"])


WHY_DEPTH, WHY_RATE = 60, 3  # of one address: at once, and per second


@case
def why_is_answered_to_viewers_at_a_limited_rate():
    with WebServer("static-2 = 91") as server:
        busy(server)
        status, _, body = server.get("/api/v2/why?id=2300101")
        rows = [json.loads(line) for line in body.decode().splitlines()]
        check(status == 200 and rows[-1]["ok"] and rows[0]["text"] == "logged in", "%s" % rows)
        for query in ("", "?id=", "?id=1%201", "?id=" + "9" * 60):
            check(server.get("/api/v2/why" + query)[0] in (200, 400), query)
        check(server.get("/api/v2/why?id=x%0d")[0] in (200, 400), "an octet that is none")
        began, statuses = time.monotonic(), []

        def refused():
            statuses.append(server.get("/api/v2/why?id=2300101")[0])
            return statuses[-1] == 429

        check(wait_for(refused, every=0), "%d questions are answered" % len(statuses))
        check(len(statuses) <= WHY_DEPTH + WHY_RATE * (time.monotonic() - began) + 1, "%d questions are answered" % len(statuses))
        check(200 in [server.get("/api/v2/why?id=2300101", X_Forwarded_For=other)[0] for other in OTHERS], "other viewers are not answered")
        check("command=why id=2300101" not in server.stderr(), server.stderr())


ADMIN = "echo-foxtrot-five-golf"


def order(server, line, token=ADMIN, origin="", **headers):
    """Status and last row of the answer."""
    headers = dict({"X_Freedmr_Token": token, "X_Freedmr_Command": line, "Origin": origin or "http://127.0.0.1:%d" % server.web}, **headers)
    status, _, body = server.get("/api/v2/command", "POST", **{k: v for k, v in headers.items() if v is not None})
    return status, json.loads(body.decode().splitlines()[-1]) if status == 200 else None


@case
def orders_are_for_who_knows_the_token():
    with WebServer("static-2 = 91") as server:
        check(order(server, "kick 2300101")[0] == 404, "without a token it is off")
        check(json.loads(server.get("/api/v2/access")[2])["admin"] is False, "it is offered")
    with WebServer("static-2 = 91", "admin-token = " + ADMIN) as server:
        one, two = busy(server)
        check(json.loads(server.get("/api/v2/access")[2])["admin"] is True, "it is not offered")
        check(server.get("/api/v2/command", X_Freedmr_Token=ADMIN, X_Freedmr_Command="kick 2300101")[0] == 405, "GET")
        for headers in ({"origin": "http://evil.example"}, {"origin": "null"}, {"Origin": None}, {"origin": "http://127.0.0.1"},
                        {"X_Forwarded_For": "192.0.2.1"}, {"X_Forwarded_Proto": "http"},
                        {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "dmr.example"}):
            check(order(server, "kick 2300101", **headers)[0] == 403, "%s" % headers)
        for line in ("reload", "loglevel debug", "peer uk reset", "options 2300101 TS2=1", "default 2300101 91", "kick", "", "status",
                     "kickx 1", "text block 1", "events", "restore 1"):
            check(order(server, line)[0] == 400, line)
        check([s["client"] for s in server.snapshot()["sessions"]] == [2300101, 2300102], "somebody is gone")
        status, end = order(server, "kick 2300199")
        check(status == 200 and not end["ok"] and "no such session" in end["error"], "%s" % end)
        for line in ("link 2300101 2 2350", "unlink 2300101 2 2350", "block 2300777 10m", "unblock 2300777", "kick 2300102"):
            status, end = order(server, line)
            check(status == 200 and end["ok"], "%s: %s %s" % (line, status, end))
            check(re.search("command=%s.* by the web page at 127.0.0.1" % line.split()[0], server.stderr()), line)
        check(order(server, "block 2300777", X_Forwarded_Proto="https", X_Forwarded_For="192.0.2.1", X_Forwarded_Host="dmr.example",
                    origin="https://dmr.example")[0] == 200, "behind a proxy with TLS")
        check(wait_for(lambda: re.search("command=block .* by the web page at 192.0.2.1$", server.stderr(), re.M)), server.stderr())
        check(wait_for(lambda: [s["client"] for s in server.snapshot()["sessions"]] == [2300101]), "it was not kicked")
        check(ADMIN not in server.stderr() and "wrong admin-token" not in server.stderr(), server.stderr())


@case
def a_proxy_that_says_nothing_is_not_this_machine():
    """One without TLS that passes on the name in the browser's address, and no field of its own."""
    with WebServer("static-2 = 91", "admin-token = " + ADMIN) as server:
        Hotspot(2300101, server.port).login()
        for host in ("dmr.lan", "dmr.lan:8080", "dmr", "192.168.1.5", "192.168.1.5:8080", "[fd00::5]:8080", "localhost.lan",
                     "127.0.0.1.lan", "notlocalhost"):
            for field in ({}, {"X_Real_IP": "192.0.2.1"}):
                check(order(server, "kick 2300101", origin="http://" + host, Host=host, **field)[0] == 403, "%s %s" % (host, field))
        for origin in ("http://localhost:8080", "http://localhost", "http://dmr.localhost", "http://[::1]:8080", "http://127.0.0.9",
                       "https://dmr.lan"):
            status, end = order(server, "block 2300777", origin=origin, Host=origin.split("/")[2])
            check(status == 200 and end["ok"], "%s: %s %s" % (origin, status, end))
        check(len(server.snapshot()["sessions"]) == 1, "it was kicked")


@case
def wrong_tokens_are_limited_and_logged_once():
    with WebServer("static-2 = 91", "admin-token = " + ADMIN) as server:
        statuses = [order(server, "kick 2300101", token)[0] for token in ("", "x", ADMIN[:-1], ADMIN + "x", ADMIN.upper(), "y", "z")]
        check(statuses == [401] * 5 + [429] * 2, "%s" % statuses)
        check(order(server, "block 1")[0] == 429, "the right one is judged meanwhile")
        check(server.stderr().count("wrong admin-token") == 1, server.stderr())
        check(server.get("/api/v2/snapshot")[0] == 200, "others are not served")


def own(server, what, **headers):
    """Status and answer of a question of an owner."""
    headers = dict({"Origin": "http://127.0.0.1:%d" % server.web}, **headers)
    status, _, body = server.get("/api/v2/self/" + what, "POST", **{k: v for k, v in headers.items() if v is not None})
    return status, json.loads(body) if status == 200 else None


def sign_in(server, client, passphrase, **headers):
    salt = own(server, "challenge")[1]["salt"]
    digest = hashlib.sha256((salt + passphrase).encode()).hexdigest()
    return own(server, "login", X_Freedmr_Owner="%d %s %s" % (client, salt, digest), **headers), salt, digest


def on(server, client):
    """{talkgroup: slot} of its static talkgroups."""
    return {s["rf_tg"]: s["slot"] for s in server.snapshot()["subscriptions"] if s["client"] == client and s["mode"] == "static"}


class OwnServer(WebServer):
    def __init__(self, listener="static-2 = 91", **others):
        super().__init__(listener, "self-care = yes\n", server="state = state", **others)
        os.chmod(self.directory, 0o777)  # started as root it runs as somebody else


@case
def owners_set_what_is_theirs():
    with OwnServer() as server:
        one = Hotspot(2300101, server.port).login()
        other = Hotspot(2300102, server.port).login()
        settle(server.control)
        (status, answer), salt, digest = sign_in(server, 2300101, "rigpass")
        check(status == 200 and answer["ok"] and answer["options"] == "", "%s" % answer)
        check(own(server, "login", X_Freedmr_Owner="2300101 %s %s" % (salt, digest))[0] == 401, "a salt is good twice")
        token = answer["token"]
        wait_for(lambda: on(server, 2300101) == {91: 2})
        status, answer = own(server, "options", X_Freedmr_Token=token, X_Freedmr_Command="TS1=235,236;TS2=;DIAL=4400;TIMER=5;SINGLE=0")
        check(status == 200 and answer["ok"], "%s" % answer)
        check(wait_for(lambda: on(server, 2300101) == {235: 1, 236: 1}), "%s" % on(server, 2300101))
        check(on(server, 2300102) == {91: 2}, "another hotspot was changed")
        # its own options come before
        one.ask(b"RPTO" + (2300101).to_bytes(4, "big") + b"TS1=91", b"RPTACK")
        check(wait_for(lambda: on(server, 2300101) == {91: 1}), "%s" % on(server, 2300101))
        # it outlives the session, the reporter and the server
        one.logout()
        one.login()
        check(wait_for(lambda: on(server, 2300101) == {235: 1, 236: 1}), "%s" % on(server, 2300101))
        check(server.stop() == 0, "exit code")
        server.start()
        again = Hotspot(2300101, server.port).login()
        check(wait_for(lambda: on(server, 2300101) == {235: 1, 236: 1}), "%s" % on(server, 2300101))
        check(own(server, "options", X_Freedmr_Token=token, X_Freedmr_Command="")[0] == 401, "a token of another life")
        (_, answer), _, _ = sign_in(server, 2300101, "rigpass", X_Forwarded_For="2001:db8::7")
        check("owner signed in from=2001:db8::7\n" in server.stderr(), server.stderr())
        check(answer["options"] == "TS1=235,236;TS2=;DIAL=4400;TIMER=5;SINGLE=0", "%s" % answer)
        own(server, "options", X_Freedmr_Token=answer["token"], X_Freedmr_Command="")
        check(wait_for(lambda: on(server, 2300101) == {91: 2}), "%s" % on(server, 2300101))
        again.close()
        check("rigpass" not in server.stderr() and token not in server.stderr(), server.stderr())


@case
def owners_are_judged_as_clients_are():
    with OwnServer() as server:
        Hotspot(2300101, server.port).login()
        Hotspot(2300102, server.port).login()
        for headers in ({"Origin": "http://evil.example"}, {"Origin": None}):
            check(own(server, "challenge", **headers)[0] == 403, "%s" % headers)
        for line in ("", "2300101", "2300101 x y z", "0 x y", "2300101 " + "a" * 33 + " b", "2300101 a " + "b" * 65):
            check(own(server, "login", X_Freedmr_Owner=line)[0] == 400, line)
        check(own(server, "login", X_Freedmr_Owner="2300101 %s %s" % ("a" * 32, "b" * 64))[0] == 401, "an unknown salt")
        (status, answer), _, _ = sign_in(server, 2300199, "rigpass")
        check(not answer["ok"] and answer["error"] == "no such session", "%s" % answer)
        answers = [sign_in(server, 2300101, "wrong%d" % n)[0][1] for n in range(7)]
        check([a["error"] for a in answers[:5]] == ["wrong passphrase"] * 5 and "too many" in answers[6]["error"], "%s" % answers)
        check("too many" in sign_in(server, 2300101, "rigpass")[0][1]["error"], "the right one is judged meanwhile")
        (_, answer), _, _ = sign_in(server, 2300102, "rigpass")
        check(answer["ok"], "the owner of another hotspot is kept out: %s" % answer)
        for options in ("VOICE=1", "KEY=x", "LANG=en_GB", "TS2=91;x", "IDENTTG=9", "TS9=1", "TS2=dog", "<b>"):
            refused = own(server, "options", X_Freedmr_Token=answer["token"], X_Freedmr_Command=options)[1]
            check(not refused["ok"] and "only TS1" in refused["error"], "%s: %s" % (options, refused))
        check(own(server, "options", X_Freedmr_Token=answer["token"], X_Freedmr_Command="TS2=" + "1," * 90)[0] == 400, "too long")
        for token in ("", "x", answer["token"][:-1], "0" * 32):
            check(own(server, "options", X_Freedmr_Token=token, X_Freedmr_Command="TS2=1")[0] == 401, token)
        check(on(server, 2300102) == {91: 2}, "%s" % on(server, 2300102))
    with WebServer("static-2 = 91") as server:
        check(own(server, "challenge")[0] == 404, "it is not off")
    with OwnServer("open = yes", passphrase="passw0rd") as server:
        Hotspot(2300101, server.port, passphrase="passw0rd").login()
        settle(server.control)
        (_, answer), _, _ = sign_in(server, 2300101, "passw0rd")
        check(not answer["ok"] and "anyone" in answer["error"], "%s" % answer)
    with WebServer() as server:
        config = server.config + ".stateless"
        with open(server.config) as f, open(config, "w") as g:
            g.write(f.read() + "self-care = yes\n")
        done = subprocess.run(command("check", config), capture_output=True, text=True)
        check(done.returncode != 0 and "expected state in [server]" in done.stderr, done.stderr)


def forwarding(server):
    """[(upper bound in seconds, how many were faster)] of the histogram so far; the last bound is infinite."""
    text = server.get("/metrics")[2].decode()
    found = re.findall(r'^freedmr_forwarding_seconds_bucket\{le="([^"]+)"\} (\d+)', text, re.M)
    return [(float(le.replace("+Inf", "inf")), int(count)) for le, count in found]


def quantile(before, after, part):
    """The bound below which this part of what came between two histograms is; the largest for 1."""
    counts = [(le, b - a) for (le, b), (_, a) in zip(after, before)]
    return next(le for le, count in counts if count >= part * counts[-1][1])


def parts_of(late):
    late = sorted(late)
    return [late[int(len(late) * part) - 1] for part in (0.5, 0.99, 1)]


def speak_watched(server, one, two):
    """p50, p99 and the largest of how long voice took with a frame, and of how late the frames arrived."""
    one.ping()  # or their sessions end in the next round
    two.ping()
    time.sleep(5.5)  # figures are shown that often
    before, sent, late = forwarding(server), call(2300101, 2300555, 91, 20), []
    began = time.monotonic()
    for n, octets in enumerate(sent):
        time.sleep(max(0, began + n * 0.06 - time.monotonic()))
        one.send(octets)
        at = time.monotonic()
        answer = two.receive(PATIENCE_S)
        while answer and answer[:4] != b"DMRD":
            answer = two.receive(PATIENCE_S)
        check(answer, "frame %d of %d was not heard" % (n, len(sent)))
        late.append(time.monotonic() - at)
    time.sleep(5.5)
    after = forwarding(server)
    return [quantile(before, after, part) for part in (0.5, 0.99, 1)], parts_of(late)


def cost_of_viewers(server, one, two):
    """Those figures, alone and with fifty observers; what is wrong with them, or nothing."""
    alone, alone_late = speak_watched(server, one, two)
    viewers = [Events(server) for _ in range(50)]
    stop = threading.Event()

    def look():
        for n in range(1000):
            if stop.wait(0.2):
                break
            server.get("/api/v2/snapshot" if n % 5 else "/")

    beside = threading.Thread(target=look)
    beside.start()
    try:
        watched, watched_late = speak_watched(server, one, two)
    finally:
        stop.set()
        beside.join()
    for v in viewers:
        check("call.end" in [e["ev"] for e in v.until("call.end")], "a viewer saw no end")
        v.close()
    told = "p50, p99, max of voice: %s s alone, %s s watched; until heard: %s, %s" % (
        alone, watched, ["%.4f" % x for x in alone_late], ["%.4f" % x for x in watched_late])
    print("  " + told)
    # The largest of voice has no bound in the histogram.
    pairs = list(zip(alone, watched, (0.001, 0.025))) + list(zip(alone_late, watched_late, (0.005, 0.06, 0.5)))
    return "" if all(after <= 10 * before + slack for before, after, slack in pairs) else told


@case  # 30 s
def fifty_viewers_cost_no_frame():
    """The quiet run says what this machine is like now; others who work on it may spoil a run, but not all six."""
    with WebServer("static-2 = 91") as server:
        one, two = busy(server)
        wrong = "none"
        for _ in range(6):
            wrong = wrong and cost_of_viewers(server, one, two)
        check(not wrong, wrong)
        dropped = next(c["value"] for c in server.snapshot()["counters"] if c["name"] == "records_dropped_total")
        check(dropped == 0, "%d records were dropped" % dropped)


@case
def pings_are_told_within_a_second_or_so():
    """By the clock of the server: when it knew, and when it sent."""
    with WebServer("static-2 = 91") as server:
        one = Hotspot(2300101, server.port).login()
        events = Events(server)
        schema = Schema()
        events.next()
        lags = []
        for _ in range(5):
            time.sleep(1.1)  # a client's events are limited to one a second
            sent = time.time()
            one.ping()
            answered = time.time()
            ping = events.until("ping")[-1]
            schema.judge_event(ping)
            pinged = ping["pings"][-1]
            lags.append(ping["t"] - pinged["last_ping"])
            check(pinged["client"] == 2300101 and sent - 0.5 < pinged["last_ping"] < answered + 0.5, "%s" % ping)
            check(server.snapshot()["sessions"][0]["last_ping"] == pinged["last_ping"], "the snapshot does not know")
        check(sorted(lags)[len(lags) // 2] < 2, "sent after %s s" % lags)


main()
