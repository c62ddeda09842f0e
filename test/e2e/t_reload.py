"""SIGHUP: what changes at once, what waits for the next start, and that nothing is lost by it."""

import json
import os
import re
import signal
import subprocess

from cases import Skip, case, check, main
from control import Control, ask, settle
from dmr import call
from hotspot import Hotspot, talk
from server import Server, command, wait_for


def edit(server, old, new):
    with open(server.config) as f:
        text = f.read()
    check(old in text, "%s is not in the configuration" % old)
    with open(server.config, "w") as f:
        f.write(text.replace(old, new, 1))


def reload(server, expect="reload done"):
    before = server.stderr().count(expect)
    server.process.send_signal(signal.SIGHUP)
    check(wait_for(lambda: server.stderr().count(expect) > before), "no \"%s\": %s" % (expect, server.stderr()))
    settle(server.control)  # voice was signalled before the log line
    return server.stderr()


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
            check("reload done applied=3 deferred=1" in log, log)

        sent = call(2300101, 2300101, 91, 4)
        talk(one, sent, [two], middle=change)
        check(len(two.drain()) >= len(sent), "frames were lost")
        check(subscriptions(server, 2300102) == {91}, "a session was changed under way")
        three = Hotspot(2300103, server.port).login()
        check(subscriptions(server, 2300103) == {91, 235}, "the new talkgroup does not count")
        log = reload(server)
        check("reload done applied=0 deferred=1" in log, log)  # the one that waits is told again
        three.close()


@case
def passphrases_and_lists_count_at_once():
    with Server("static-2 = 91") as server:
        Hotspot(2300101, server.port).login()
        edit(server, "passphrase = rigpass", "passphrase = another one")
        log = reload(server)
        check("[listener hotspots] passphrase" in log and "another one" not in log, log)
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
        check("reload applied: [client 2300104]" in log, log)
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
        check("applied 1, deferred to the next start 0" in text, text)
        check(wait_for(lambda: "reload done applied=1 deferred=0" in server.stderr()), server.stderr())
        settle(server.control)
        check(re.search("order=reload number=[0-9]+ by uid=%d pid=" % os.getuid(), server.stderr()), server.stderr())
        Hotspot(2300101, server.port).login()
        check(subscriptions(server, 2300101) == {235}, "it does not count")


def rows_of(server):
    done = subprocess.run(command("ctl", "-s", server.control, "--json", "reload"), capture_output=True, text=True,
                          timeout=30)
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
            waiting = Control(server.control, 60)
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
            check(wait_for(lambda: "freedmr-%s is back" % role in server.stderr(), 5), server.stderr())
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
                wait_for(lambda: "freedmr-report is back" in server.stderr(), 5)
                pid = server.child("report")
            check(not holds(pid, b"xyzzyplugh"), "the reporter knows it")
        check(holds(server.child("voice"), b"xyzzyplugh"), "nobody knows it: the search is no good")


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


main()
