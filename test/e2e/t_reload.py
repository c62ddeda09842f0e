"""SIGHUP: what changes at once, what waits for the next start, and that nothing is lost by it."""

import json
import os
import re
import signal
import socket
import subprocess

from cases import Skip, case, check, main
from control import Control, ask, settle
from dmr import call
from hotspot import Hotspot, same_call, talk
from mesh import Neighbour, peer_section
from reloading import edit, reaches_voice, reload, section
from server import PATIENCE_S, Server, command, free_port, wait_for


def subscriptions(server, client):
    return {r["rf_tg"] for r in ask(server.control, "session %d" % client) if r["row"] == "subscription"}


@case
def a_call_goes_on_and_changes_count():
    with Server("static-2 = 91\n[limits]\nsessions = 10") as server:
        one, two = Hotspot(2300101, server.port).login(), Hotspot(2300102, server.port).login()

        def change():
            edit(server, "static-2 = 91", "static-2 = 91, 235\ntimer = 1m")
            edit(server, "sessions = 10", "sessions = 20\ntransmit-timeout = 60s")
            log = reload(server)
            check("reload applied: [listener hotspots] static-2" in log, log)
            check("reload applied: [listener hotspots] timer" in log, log)
            check("reload applied: [limits] transmit-timeout" in log, log)
            check("reload deferred to the next start: [limits] sessions" in log, log)
            check("reload done applied=3 login=0 deferred=1" in log, log)

        sent = call(2300101, 2300101, 91, 4)
        sent = talk(one, sent, [two], beside=change)
        check(len(two.drain(len(sent))) >= len(sent), "frames were lost")
        check(subscriptions(server, 2300102) == {91, 235}, "a session that was there did not get it")
        three = Hotspot(2300103, server.port).login()
        check(subscriptions(server, 2300103) == {91, 235}, "the new talkgroup does not count")
        log = reload(server)
        check("reload done applied=0 login=0 deferred=1" in log, log)  # the deferred one is reported again
        three.close()


@case
def passphrases_and_lists_count_at_once():
    with Server("static-2 = 91") as server:
        Hotspot(2300101, server.port).login()
        edit(server, "passphrase = rigpass", "passphrase = another one")
        log = reload(server)
        check("reload at the next login: [listener hotspots] passphrase" in log and "another one" not in log, log)
        check(Hotspot(2300102, server.port, passphrase="another one").login(), "the new passphrase")
        try:
            Hotspot(2300103, server.port).login()
            refused = False
        except AssertionError:
            refused = True
        check(refused, "the old passphrase still counts")
        with open(server.config, "a") as f:
            f.write("[client 2300104]\npassphrase = of its own\n")
        log = reload(server)
        check("reload at the next login: [client 2300104]" in log, log)
        Hotspot(2300104, server.port, passphrase="of its own").login()
        edit(server, "[client 2300104]\npassphrase = of its own\n", "")
        reload(server)
        Hotspot(2300104, server.port, passphrase="another one").login()
        check(len(ask(server.control, "sessions")) == 3, "a session was lost")


@case
def a_file_with_faults_changes_nothing():
    with Server("static-2 = 91") as server:
        edit(server, "static-2 = 91", "static-2 = 235\ntimer = soon")
        log = reload(server, "reload refused, nothing changed")
        check("timer" in log and "freedmr.conf:" in log, log)
        Hotspot(2300101, server.port).login()
        check(subscriptions(server, 2300101) == {91}, "half of it was taken")
        edit(server, "timer = soon", "timer = 1m")
        reload(server)
        Hotspot(2300102, server.port).login()
        check(subscriptions(server, 2300102) == {235}, "it did not recover")


@case
def operators_order_it():
    with Server("static-2 = 91") as server:
        edit(server, "static-2 = 91", "static-2 = 235")
        code, text = server.ctl("reload")
        check(code == 0, text)
        check(re.search("applied +\\[listener hotspots\\] static-2\n", text), text)
        check("applied 1, at the next login 0, deferred to the next start 0" in text, text)
        check(wait_for(lambda: "reload done applied=1 login=0 deferred=0" in server.stderr()), server.stderr())
        reaches_voice(server)
        check(re.search("command=reload number=[0-9]+ by uid=%d pid=" % os.getuid(), server.stderr()), server.stderr())
        Hotspot(2300101, server.port).login()
        check(subscriptions(server, 2300101) == {235}, "it does not count")


def rows_of(server):
    done = subprocess.run(command("ctl", "-s", server.control, "--json", "reload"), capture_output=True, text=True,
                          timeout=PATIENCE_S)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, [(r["outcome"], r["what"]) for r in lines if r.get("row") == "reload"], lines


@case
def who_orders_it_is_told_what_became_of_it():
    with Server("static-2 = 91\n[limits]\nsessions = 10") as server:
        follower = Control(server.control)
        follower.send("events reload")
        check(follower.line()["ev"] == "hello", "no first line")
        check(rows_of(server)[:2] == (0, []), "nothing was changed")
        edit(server, "sessions = 10", "sessions = 20\ntransmit-timeout = 60s")
        code, rows, lines = rows_of(server)
        check(code == 0 and sorted(rows) == [("applied", "[limits] transmit-timeout"),
                                             ("deferred", "[limits] sessions")], "%s" % lines)
        check({follower.line()["outcome"], follower.line()["outcome"]} == {"applied", "deferred"}, "events")
        edit(server, "sessions = 20", "sessions = many\nnonsense = 1")
        code, rows, lines = rows_of(server)
        check(code == 1 and len(rows) == 2 and not lines[-1]["ok"] and "nothing changed" in lines[-1]["error"],
              "%s" % lines)
        for outcome, what in rows:
            check(outcome == "refused" and re.search("freedmr.conf:[0-9]+: ", what), "%s" % rows)
        code, text = server.ctl("reload")
        check(code == 1 and "freedmr.conf:" in text and "refused, nothing changed" in text, text)
        os.rename(server.config, server.config + ".away")
        code, rows, lines = rows_of(server)
        check(code == 1 and "No such file" in rows[0][1], "%s" % lines)


@case
def many_changes_are_counted_and_the_first_told():
    with Server("static-2 = 91") as server:
        with open(server.config, "a") as f:
            f.writelines("[client %d]\nsingle = no\n" % (2300100 + i) for i in range(300))
        code, rows, lines = rows_of(server)
        check(code == 0 and 50 <= len(rows) < 300, "%d rows" % len(rows))
        check("applied 300, " in lines[-2]["text"], "%s" % lines[-2:])


@case
def a_parent_that_does_not_answer_holds_up_nobody():
    with Server("static-2 = 91") as server:
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            waiting = Control(server.control)
            waiting.send("reload")
            Hotspot(2300101, server.port).login()
            check(len(ask(server.control, "sessions")) == 1, "others wait too")
            end = waiting.line()
            check(not end["ok"] and "no reply from the parent" in end["error"], "%s" % end)
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        settle(server.control)
        check(rows_of(server)[0] == 0, "it takes no orders any more")


@case
def who_is_started_again_has_the_new_one():
    with Server("static-2 = 91") as server:
        for step in range(3):  # both places for it are used in turns
            edit(server, "static-2 = %d" % (91 + step), "static-2 = %d" % (92 + step))
            reload(server)
            Hotspot(2300101 + step, server.port).login()
            check(subscriptions(server, 2300101 + step) == {92 + step}, "reload %d" % step)
        for role in ("voice", "report"):
            os.kill(server.child(role), signal.SIGKILL)
            check(wait_for(lambda: "freedmr-%s is back" % role in server.stderr()), server.stderr())
        Hotspot(2300109, server.port).login()
        check(subscriptions(server, 2300109) == {94}, "the old configuration is back")
        edit(server, "static-2 = 94", "static-2 = 95")
        reload(server)
        Hotspot(2300108, server.port).login()
        check(subscriptions(server, 2300108) == {95}, "it reloads no more")


@case
def the_reporter_never_holds_a_passphrase():
    if os.getuid() != 0:
        raise Skip("only root looks into the memory of others")
    with Server() as server:
        with open(server.config, "a") as f:
            f.write("[client 2300104]\npassphrase = xyzzyplugh\n")
        reload(server)
        for kill in (False, True):
            pid = server.child("report")
            if kill:
                os.kill(pid, signal.SIGKILL)
                wait_for(lambda: "freedmr-report is back" in server.stderr())
                pid = server.child("report")
            check(not holds(pid, b"xyzzyplugh"), "the reporter knows it")
        check(holds(server.child("voice"), b"xyzzyplugh"), "not found anywhere: the search does not work")


def holds(pid, secret):
    with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", 0) as memory:
        for line in maps:
            begin, end = (int(n, 16) for n in re.match(r"(\w+)-(\w+) rw", line).groups()) if " rw" in line else (0, 0)
            if end - begin > 64 << 20:
                continue
            try:
                memory.seek(begin)
                if secret in memory.read(end - begin):
                    return True
            except (OSError, ValueError):
                pass
    return False


class Undisturbed:
    """A call that runs while something is done to the server, and of which nothing may be missing."""

    def __init__(self, server):
        self.one, self.two = Hotspot(2300101, server.port).login(), Hotspot(2300102, server.port).login()

    def during(self, *changes):
        for change in changes:
            self.two.drain()
            sent = talk(self.one, call(2300101, 2300101, 91, 3), [self.two], beside=change)
            same_call(sent, self.two.drain(len(sent)))
        check(not self.one.other and not self.two.other, "somebody was sent away")


@case
def a_listener_comes_moves_and_goes():
    with Server("static-2 = 91") as server:
        still, port, other = Undisturbed(server), free_port(), free_port()
        two = "[listener two]\nbind = 127.0.0.1:%d\npassphrase = rigpass\nstatic-2 = 91\n"

        def come():
            section(server, two % port)
            check("reload applied: [listener two]" in reload(server), server.stderr())

        still.during(come)
        new = Hotspot(2300103, port).login()
        sent = call(2300101, 2300101, 91, 2)
        talk(still.one, sent, [new])
        same_call(sent, new.drain(len(sent)))
        rows = ask(server.control, "session 2300103")
        check([r["listener"] for r in rows if r["row"] == "session"] == ["two"], "%s" % rows)
        voice = server.child("voice")
        os.kill(voice, signal.SIGKILL)  # a new voice process is given what was opened meanwhile
        check(wait_for(lambda: "freedmr-voice is back" in server.stderr()), server.stderr())
        new, still = Hotspot(2300103, port).login(), Undisturbed(server)

        def move():
            edit(server, "127.0.0.1:%d" % port, "127.0.0.1:%d" % other)
            check("reload applied: [listener two] bind" in reload(server), server.stderr())

        still.during(move)
        new.drain()
        check([o[:5] for o in new.other] == [b"MSTCL"], "its client got %s" % new.other)
        check(Hotspot(2300103, other).login(), "it is not at the new address")

        def go():
            edit(server, two % other, "")
            reload(server)

        still.during(go)
        check(wait_for(lambda: len(ask(server.control, "sessions")) == 2), "its session is still there")


@case
def a_port_that_is_taken_refuses_all_of_it():
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", 0))
    with taken, Server("static-2 = 91") as server:
        still, port = Undisturbed(server), taken.getsockname()[1]

        edit(server, "127.0.0.1:%d" % server.port, "127.0.0.1:%d\ntimer = 1m" % port)
        still.during(lambda: reload(server, "reload refused, nothing changed"))
        check("[listener hotspots] bind: cannot bind 127.0.0.1:%d: Address" % port in server.stderr(), server.stderr())
        code, rows, lines = rows_of(server)
        check(code == 1 and [outcome for outcome, _ in rows] == ["refused"], "%s" % lines)
        edit(server, "127.0.0.1:%d\ntimer = 1m" % port, "127.0.0.1:%d" % server.port)
        still.during(lambda: reload(server))
        check("applied=0 login=0 deferred=0" in server.stderr(), "something of it was taken: " + server.stderr())


@case
def an_address_takes_in_the_one_before():
    """From one interface to all of them on the same port, and back."""
    with Server("static-2 = 91") as server:
        one, all_of_them = "bind = 127.0.0.1:%d" % server.port, "bind = 0.0.0.0:%d" % server.port
        for before, after in ((one, all_of_them), (all_of_them, one)):
            edit(server, before, after)
            check("reload applied: [listener hotspots] bind" in reload(server), server.stderr())
            Hotspot(2300101, server.port).login()


@case
def listeners_change_places():
    with Server("static-2 = 91") as server:
        port = free_port()
        section(server, "[listener two]\nbind = 127.0.0.1:%d\npassphrase = other pass\n" % port)
        reload(server)
        edit(server, "127.0.0.1:%d" % server.port, "127.0.0.1:0")
        edit(server, "127.0.0.1:%d" % port, "127.0.0.1:%d" % server.port)
        edit(server, "127.0.0.1:0", "127.0.0.1:%d" % port)
        reload(server)
        check(Hotspot(2300101, port).login() and Hotspot(2300102, server.port, passphrase="other pass").login(),
              "they did not")


def hears(server, neighbour, still):
    """The neighbour gets a whole call, and other listeners miss none of it."""
    settle(server.control)  # its keepalive has been taken
    neighbour.take(0.1).heard.clear()
    sent = call(2300101, 2300101, 91, 3)
    talk(still.one, sent, [still.two])
    same_call(sent, still.two.drain(len(sent)))
    settle(server.control)
    return len(neighbour.take(0.2).heard) == len(sent)


@case
def a_neighbour_comes_gets_another_key_and_goes():
    with Server("static-2 = 91") as server:
        still, port, there = Undisturbed(server), free_port(), Neighbour(2346)
        there.connect(port)
        peer = peer_section("n", "fbp", port, there.port, 2346)
        still.during(lambda: (section(server, peer), reload(server)))
        there.send(there.keepalive())
        check(wait_for(lambda: any(r.get("up") for r in server.ctl_json("peers"))), "the link is down")
        check(hears(server, there, still), "the neighbour does not get the call")
        new = Neighbour(2346, "another key")
        edit(server, "passphrase = kilo tango", "passphrase = another key")
        still.during(lambda: reload(server))
        there.take(0.1)
        there.send(there.keepalive())
        check(hears(server, there, still), "the old key does not hold")
        there.key = new.key  # from the other end: it is used as soon as it was seen
        there.send(there.keepalive())
        check(hears(server, there, still), "the new key does not hold")
        still.during(lambda: (edit(server, peer.replace("kilo tango", "another key"), ""), reload(server)))
        check(not [r for r in server.ctl_json("peers") if r.get("name") == "n"], "it is still there")
        there.take(0.1).heard.clear()
        sent = call(2300101, 2300101, 91, 2)
        talk(still.one, sent, [still.two])
        check(not there.take(0.2).heard, "it still gets calls")


@case
def an_uplink_comes_and_goes():
    with Server("static-2 = 91") as server, Server("static-2 = 3100", server_id=3100) as above:
        still = Undisturbed(server)
        up = "[uplink up]\ntarget = 127.0.0.1:%d\nid = 234567899\npassphrase = rigpass\nmap = 2:3100 = 91\n" % above.port
        still.during(lambda: (section(server, up), reload(server)))
        check(wait_for(lambda: any(r.get("up") for r in server.ctl_json("peers"))), server.stderr()[-300:])
        there = Hotspot(3100101, above.port).login()
        sent = call(2300101, 2300101, 91, 3)
        talk(still.one, sent, [still.two, there])
        check(len(there.drain(len(sent))) == len(sent), "calls do not go up")
        still.during(lambda: (edit(server, up, ""), reload(server)))
        check(wait_for(lambda: not [r for r in ask(above.control, "sessions") if r.get("client") == 234567899]),
              "it did not log out")
        check(not [r for r in server.ctl_json("peers") if r.get("name") == "up"], "it is still there")


main()
