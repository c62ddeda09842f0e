"""`freedmr ctl` and the control socket against the live server."""

import json
import os
import re
import select
import socket
import stat
import subprocess
import sys
import time

from cases import Skip, case, check, main
from control import Control, ask, settle, wait_until_answering
from dmr import call
from hotspot import Hotspot, be32, talk
from server import PATIENCE_S, Server, command, wait_for


def busy(server):
    one = Hotspot(2300101, server.port, simplex=True).login("TS2=91;DIAL=235")
    two = Hotspot(2300102, server.port).login("TS1=92;TS2=91")
    return one, two


@case
def every_word_answers():
    with Server() as server:
        one, two = busy(server)
        talk(one, call(2300101, 2300101, 91, 1), [two])
        settle(server.control)
        for word in (["status"], ["sessions"], ["session", "2300101"], ["conferences"], ["conference", "91"],
                     ["calls"], ["report"], ["loglevel"], ["options", "2300101"], ["help"]):
            for form in ([], ["--json"]):
                done = subprocess.run(command("ctl", "-s", server.control, *form, *word), capture_output=True,
                                      text=True, timeout=PATIENCE_S)
                check(done.returncode == 0, "%s: %s" % (word, done.stderr))
                if form:
                    for line in done.stdout.splitlines():
                        json.loads(line)
                if word[0].startswith("session"):
                    check("2300101" in done.stdout, "%s does not show the client: %s" % (word, done.stdout))
        check(server.ctl("session", "9999")[0] != 0, "a session that is not there is no error")
        check(server.ctl("nonsense")[0] != 0, "an unknown word is no error")


@case
def rows_say_what_is():
    with Server("static-2 = 2350") as server:
        one, two = busy(server)
        rows = {row["client"]: row for row in ask(server.control, "sessions")}
        check(rows[2300101]["simplex"] is True and rows[2300102]["simplex"] is False, "simplex: %s" % rows)
        check(rows[2300101]["callsign"] == "RIG1" and rows[2300101]["options"], "%s" % rows[2300101])
        subscriptions = {(r["slot"], r["rf_tg"], r["conference"]) for r in ask(server.control, "session 2300101")
                         if r["row"] == "subscription"}
        check(subscriptions == {(2, 91, 91), (2, 9, 235)}, "%s" % subscriptions)
        conferences = {r["tg"]: r for r in ask(server.control, "conferences")} if "tg" in \
            ask(server.control, "conferences")[0] else {r["conference"]: r for r in ask(server.control, "conferences")}
        check(set(conferences) >= {91, 92, 235}, "%s" % conferences)


@case
def a_running_call_is_shown():
    with Server() as server:
        one, two = busy(server)
        shown = []
        talk(one, call(2300101, 2300101, 91, 4), [two], beside=lambda: shown.extend(ask(server.control, "calls")))
        calls = [r for r in shown if r["row"] == "call"]
        check(len(calls) == 1 and calls[0]["origin"] == 2300101 and calls[0]["conference"] == 91, "%s" % shown)


@case
def events_tell_a_call_from_begin_to_end():
    with Server() as server:
        one, two = busy(server)
        follower = Control(server.control)
        follower.send("events")
        check(follower.line()["ev"] == "hello", "no first line")
        sent = call(2300101, 2300101, 91, 2)
        talk(one, sent, [two])
        seen = []
        while not seen or seen[-1]["ev"] != "call.end":
            event = follower.line()
            if event["ev"].startswith("call."):
                seen.append(event)
        check(seen[0]["ev"] == "call.start" and seen[0]["stream"] == sent[0][16:20].hex(), "%s" % seen[0])
        check(seen[-1]["reason"] == "terminator" and seen[-1]["frames"] == 14 and seen[-1]["lost"] == 0,
              "%s" % seen[-1])


@case
def kick_ends_a_session_in_mid_call():
    with Server() as server:
        one, two = busy(server)
        answers = []
        sent = call(2300101, 2300101, 91, 12)
        talk(one, sent, [two], middle=lambda: answers.append(server.ctl("kick", "2300101")))
        check(answers[0][0] == 0, "kick: %s" % (answers,))
        heard = two.drain()
        check(heard[-1].is_terminator() and len(heard) < len(sent) - 10, "the call went on: %s" % heard[-1:])
        one.drain()
        check(b"MSTCL" + be32(2300101) in one.other, "no MSTCL: %s" % one.other)
        check(b"MSTNAK" + be32(2300101) in one.other, "its next frame was not answered: %s" % one.other)
        check(server.ctl("kick", "2300101")[0] != 0, "kicking an unknown client is not an error")
        one.login()


@case
def a_call_ends_at_an_operators_word():
    with Server() as server:
        one, two = busy(server)
        answers = []

        def end():
            answers.append(server.ctl("call", "2300101", "end"))
            time.sleep(1)  # he talks on

        sent = talk(one, call(2300101, 2300101, 91, 2), [two], beside=end)
        check(answers[0] == (0, "call ended\n"), "%s" % answers)
        heard = two.drain()
        check(heard[-1].is_terminator() and len(heard) < len(sent) - 10, "the call went on: %s" % heard[-1:])
        check(server.ctl("call", "2300101", "end")[0] == 1, "ending no call is no error")
        talk(one, call(2300101, 2300101, 91, 1), [two])  # the next is heard
        check(two.drain(8)[-1].is_terminator(), "the next call is not heard")


def slot_row(server, client):
    """Rows are at most a second old."""
    return ([r for r in ask(server.control, "session %d" % client) if r.get("row") == "slot"] or [{}])[0]


def session_says(server, client, pattern):
    def text():
        return server.ctl("session", str(client))[1]
    check(wait_for(lambda: re.search(pattern, text()), every=0.3), "%s is not in %s" % (pattern, text()))


@case
def session_tells_what_holds_its_slots_and_how_long():
    with Server("hang-time = 60s\nstatic-2 = 91\n") as server:
        one, two = (Hotspot(id, server.port).login() for id in (2300101, 2300102))

        def look():
            for c, state in ((one, "talking"), (two, "hearing")):
                wanted, seen = (state, 91, 2300101), []

                def told():
                    seen[:] = [slot_row(server, c.client)]
                    return tuple(seen[0].get(what) for what in ("state", "conference", "src")) == wanted

                check(wait_for(told), "%s" % seen)

        talk(one, call(2300101, 2300101, 91, 3), [two], beside=look)
        hangs = wait_for(lambda: slot_row(server, 2300102).get("state") == "hang")
        check(hangs, "%s" % slot_row(server, 2300102))
        session_says(server, 2300102, r"2300102 +2 +hang +91 +2300101 .* [1-5]?\ds ")
        talk(one, call(2300101, 2300101, 92, 1), [two])
        session_says(server, 2300101, r"2300101 +2 +91 +91 +static +no +9m\d+s")  # by single mode, for so long
        session_says(server, 2300101, r"2300101 +2 +92 +92 +user +yes +9m\d+s")


@case
def why_tells_what_was_decided():
    with Server("hang-time = 60s") as server:
        one, two = busy(server)
        talk(one, call(2300101, 2300101, 91, 1), [two])
        rows = [r for r in ask(server.control, "why 2300101") if r.get("row") == "decision"]
        texts = [r["text"] for r in rows]
        check("logged in" in texts and "carried in talkgroup 91" in texts and "now: logged in" in texts, "%s" % texts)
        check(any(t.startswith("now: hang time for 91, ") for t in texts), "%s" % texts)
        code, text = server.ctl("why", "2300101")
        check(code == 0 and "WHAT" in text and "carried in talkgroup 91" in text, text)
        code, text = server.ctl("why", "2399999")
        check(code != 0 and "nothing known" in text, text)


@case
def orders_act_at_once_and_are_logged():
    with Server() as server:
        one, two = busy(server)
        for words in (["link", "2300102", "1", "235"], ["unlink", "2300102", "2", "91"], ["default", "2300102", "2350"]):
            code, text = server.ctl(*words)
            check(code == 0, "%s: %s" % (words, text))
        subscriptions = {(r["slot"], r["rf_tg"], r["conference"], r["mode"]) for r in
                         ask(server.control, "session 2300102") if r["row"] == "subscription"}
        check(subscriptions == {(1, 92, 92, "static"), (1, 235, 235, "user"), (2, 9, 2350, "default")},
              "%s" % subscriptions)
        talk(one, call(2300101, 2300101, 91, 1), [two])
        check(not two.drain(), "unlinked, and still heard")
        check(server.ctl("options", "2300102", "TS2=91")[0] == 0, "options")
        rows = ask(server.control, "options 2300102")
        check(len(rows) == 1 and rows[0]["options"] == "TS2=91", "%s" % rows)
        check(server.ctl("link", "2300109", "1", "235")[0] == 1, "a command for an unknown client is not an error")
        by = " by uid=%d pid=" % os.getuid()
        for order in ("link", "unlink", "default", "options"):
            check(any("command=%s client=2300102 " % order in line and by in line
                      for line in server.stderr().splitlines()), "%s is not in the log" % order)


@case
def events_can_be_filtered():
    with Server() as server:
        one, two = busy(server)
        follower = Control(server.control)
        follower.send("events call conference 91")
        check(follower.line()["ev"] == "hello", "no first line")
        talk(one, call(2300101, 2300101, 235, 1), [two])
        talk(one, call(2300101, 2300101, 91, 1), [two])
        event = follower.line()
        check(event["ev"] == "call.start" and event["conference"] == 91, "%s" % event)


@case
def requests_are_answered_in_order():
    with Server() as server:
        busy(server)
        c = Control(server.control)
        c.socket.sendall(b"sessions\nstatus\nbogus\nsessions\n")
        ends, rows = [], 0
        while len(ends) < 4:
            row = c.line()
            if row.get("end"):
                ends.append(row["ok"])
        check(ends == [True, True, False, True], "%s" % ends)
        c.socket.sendall(b"x" * 100000 + b"\nstatus\n")
        while True:
            row = c.line()
            if row.get("end") and row["ok"]:
                break


@case
def who_does_not_read_is_not_read_from():
    """He has to wait, as with any stream that is full, and nothing he asked is lost."""
    with Server() as server:
        c = Control(server.control)
        asked = 0
        while asked < 4000000 and select.select([], [c.socket], [], 1)[1]:
            asked += c.socket.send(b"session 7\n" * 50, socket.MSG_DONTWAIT)
        check(asked < 4000000, "it reads on and on")
        check(ask(server.control, "status"), "somebody else has to wait")
        for n in range(asked // 10):
            row = c.line()
            check(row and row.get("end") and not row["ok"], "answer %d of %d: %s" % (n, asked // 10, row))


@case
def any_connection_may_order():
    with Server() as server:
        busy(server)
        first, second = Control(server.control), Control(server.control)

        def has():
            return {(r["slot"], r["rf_tg"]) for r in ask(server.control, "session 2300102") if r["row"] == "subscription"}

        check(first.request("link 2300102 1 235")[1]["ok"] and (1, 235) in has(), "%s" % has())
        check(second.request("unlink 2300102 1 235")[1]["ok"] and (1, 235) not in has(), "%s" % has())
        first.send("link 2300102 1 236")  # whether or not the answer is read
        check(wait_for(lambda: (1, 236) in has()), "%s" % has())


@case
def each_server_answers_for_itself():
    with Server(server_id=2345) as here, Server(server_id=2346) as there:
        busy(here)
        for server, number, sessions in ((here, 2345, 2), (there, 2346, 0)):
            own = [row["id"] for row in ask(server.control, "status") if row.get("row") == "server"]
            check(own == [number], "%s" % own)
            follower = Control(server.control)
            follower.send("events")
            hello = follower.line()
            check(hello["ev"] == "hello" and hello["srv"] == number, "%s" % hello)
            check(len(ask(server.control, "sessions")) == sessions, "sessions of %d" % number)
        check(there.ctl("kick", "2300101")[0] != 0, "it kicks a session of another server")


@case
def only_owner_and_group_may_ask():
    with Server() as server:
        mode = stat.S_IMODE(os.stat(server.control).st_mode)
        check(mode & 0o007 == 0, "the control socket has mode %o" % mode)


@case
def slow_caller_delays_nobody():
    with Server() as server:
        busy(server)
        settle(server.control)
        half = Control(server.control)
        half.socket.sendall(b"sess")
        crowd = [Control(server.control) for _ in range(20)]
        for c in crowd:
            rows, end = c.request("sessions")
            check(end["ok"] and len(rows) == 2, "%s" % end)
        half.socket.sendall(b"ions\n")
        rows, end = half.request("")
        check(end["ok"] and len(rows) == 2, "the slow one: %s" % end)


FLOOD = """
import os, socket, sys
os.setgid(1); os.setuid(1)
callers = []
for n in range(40):
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[1])
    s.settimeout(60)
    try:
        s.sendall(b"text help\\n" if n % 2 else b"events\\n")
    except BrokenPipeError:
        pass  # it has been refused already
    callers.append(s)
print([b"too many connections" in s.recv(4096) for s in callers].count(True), flush=True)
sys.stdin.read()
"""


@case
def no_user_keeps_the_operator_out():
    """Another user has 16 connections, whatever is on them; root asks and is answered."""
    if os.geteuid() != 0:
        raise Skip("only root can be another user")
    with Server() as server:
        wait_until_answering(server.control)
        os.chmod(server.directory, 0o755)
        os.chmod(server.control, 0o666)
        floods = [subprocess.Popen([sys.executable, "-c", FLOOD, server.control], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                  for _ in range(2)]
        try:
            refused = [int(flood.stdout.readline()) for flood in floods]
            check(sum(refused) >= 80 - 16, "%s were refused" % refused)
            for _ in range(5):
                check(server.ctl("status")[0] == 0, "the operator is not answered")
        finally:
            for flood in floods:
                flood.stdin.close()
                flood.wait()


main()
