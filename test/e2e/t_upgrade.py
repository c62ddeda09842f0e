"""Another binary takes over from the one that runs, in mid-call."""

import os
import re
import shutil
import signal
import socket
import tempfile
import threading
import time

import server as server_module
from cases import case, check, main
from control import Control, ask, wait_until_answering
from dmr import call
from hotspot import Hotspot, be32, talk
from mesh import FIRST_SERVER, peer_section, wait_for_links
from server import PATIENCE_S, Server, free_port, wait_for
from special import special_build


class Installed:
    """with Installed(Server(...)) as server: it runs from a file of its own, which can be replaced."""

    def __init__(self, *servers):
        self.servers = servers

    def __enter__(self):
        usual = server_module.BINARY
        try:
            for server in self.servers:
                os.chmod(server.directory, 0o755)
                server.binary = os.path.join(server.directory, "freedmr")
                shutil.copy(usual, server.binary)
                server_module.BINARY = server.binary
                server.start()
        except BaseException:
            self.__exit__()
            raise
        finally:
            server_module.BINARY = usual
        return self.servers[0] if len(self.servers) == 1 else self.servers

    def __exit__(self, *_):
        for server in self.servers:
            server.close()


def install(server, source, octets=None):
    """As a package manager does: a new file takes the name."""
    fresh = server.binary + ".new"
    if octets is None:
        shutil.copy(source, fresh)
    else:
        with open(fresh, "wb") as f:
            f.write(octets)
        os.chmod(fresh, 0o755)
    os.rename(fresh, server.binary)


def order(server):
    """The answer to `ctl upgrade`."""
    c = Control(server.control)
    try:
        rows, end = c.request("upgrade")
        return {**end, "said": rows}
    finally:
        c.close()


def upgraded(server, how, before):
    """After what was ordered, the server is ready again, another process each but for the parent."""
    how()
    check(wait_for(lambda: server.stderr().count("freedmr: ready") > before["ready"]), server.stderr()[-1200:])
    for role in ("voice", "report"):
        check(server.child(role) != before[role], "the %s process is the same" % role)


def life(server):
    return {"ready": server.stderr().count("freedmr: ready"), "voice": server.child("voice"),
            "report": server.child("report")}


def is_at_home(client):
    client.send(b"RPTPING" + be32(client.client))
    while True:
        answer = client.receive(PATIENCE_S)
        if answer is None or answer[:4] != b"DMRD":
            return answer == b"MSTPONG" + be32(client.client)


def nearly_all(sent, frames, missed=1):
    check(len(frames) >= len(sent) - missed, "%d frames of %d were heard" % (len(frames), len(sent)))
    check(len({f.seq for f in frames}) == len(frames), "frames came twice")
    ends = [f for f in frames if f.is_terminator()]
    check(frames[0].is_header() and frames[-1].is_terminator() and len(ends) == 1, "begun or ended in between: %s" % frames)
    check(not any(f.is_header() for f in frames[2:]), "begun twice: %s" % frames)


def call_meanwhile(talker, listeners, what, superframes=10, missed=lambda: 1):
    """`what` is done in mid-call, of which so many frames may be lost, and the call goes on until it is done."""
    for listener in listeners:
        listener.drain(quiet=0.05)
    sent = talk(talker, call(talker.client, talker.client, 91, superframes), listeners, beside=what)
    for listener in listeners:
        nearly_all(sent, listener.drain(len(sent) - missed()), missed())


def goes_on(server, clients, how, said=None):
    def takeovers():
        return re.findall(r"took over sessions=(\d+) calls=(\d+) rows-left-out=(\d+)", server.stderr())

    before, pid, known = life(server), server.process.pid, len(takeovers())
    call_meanwhile(clients[0], clients[1:4], lambda: upgraded(server, how, before), 12)
    check(server.process.poll() is None and server.process.pid == pid, "the parent is another")
    took = wait_for(lambda: takeovers()[known:])
    check(took and (int(took[-1][0]), took[-1][1], took[-1][2]) == (len(clients), "1", "0"), "took over %s" % took)
    for client in clients:
        check(is_at_home(client), "%d has lost its session" % client.client)
        check(not any(o[:5] == b"MSTCL" for o in client.other), "%d was sent away" % client.client)
    wait_until_answering(server.control)
    check(wait_for(lambda: len(ask(server.control, "sessions")) == len(clients), every=0.2), "the reporter does not know them")


def many(server, count=40):
    return [Hotspot(2300101 + i, server.port).login("TS2=91,92%d" % (i % 5)) for i in range(count)]


@case
def same_binary_in_mid_call():
    with Installed(Server("static-2 = 91")) as server:
        clients, said = many(server), []
        goes_on(server, clients, lambda: said.append(order(server)))
        check(said[0]["ok"] and "continue" in str(said), "%s" % said)
        goes_on(server, clients, lambda: server.process.send_signal(signal.SIGUSR2))  # and once more, by a signal
        code, text = server.ctl("upgrade")
        check(code == 0 and "sessions and calls continue" in text, text)


def rewrite(server, **changes):
    with open(server.config) as f:
        text = f.read()
    for old, new in changes.values():
        check(old in text, "no %s" % old)
        text = text.replace(old, new)
    with open(server.config, "w") as f:
        f.write(text)


@case
def another_configuration_in_mid_call():
    """Other sizes, another listener before ours, talkgroups that come and go."""
    with Installed(Server("static-2 = 91\n", more="[limits]\nshared-addresses = 127.0.0.0/8\nsessions = 100\n")) as server:
        clients = many(server)
        rewrite(server, limits=("sessions = 100", "sessions = 60\nsubscriptions = 3000\nstreams = 64\nlocations = 100\npeers = 2"),
                listener=("[listener hotspots]", "[listener other]\nbind = 127.0.0.1:%d\npassphrase = x-ray yankee\n[listener hotspots]" % free_port()),
                statics=("static-2 = 91\n", "static-2 = 91, 97\n"))
        goes_on(server, clients, lambda: order(server))
        plain = Hotspot(2300999, server.port).login()  # has what the listener gives now
        sent = call(clients[0].client, 2300101, 91, 1)
        talk(clients[0], sent, [plain])
        check(len(plain.drain(len(sent))) == len(sent), "a new client does not hear")


@case
def what_cannot_take_over_changes_nothing():
    with Installed(Server("static-2 = 91")) as server:
        clients = many(server, 4)
        before = life(server)
        wrong = {"false": b"#!/bin/false\n", "true": b"#!/bin/true\n", "says": b"#!/bin/echo handover maybe\n",
                 "half": b"#!/bin/sh\nprintf 'handover whole'\n", "rubbish": os.urandom(5000), "empty": b""}
        for name, octets in wrong.items():
            install(server, None, octets)
            said = []
            call_meanwhile(clients[0], clients[1:], lambda: said.append(order(server)), 1)
            check(not said[0]["ok"], "%s: %s" % (name, said))
        os.unlink(server.binary)
        check(not order(server)["ok"], "what is not there")
        check(life(server) == before, "it has changed: %s" % server.stderr()[-800:])
        install(server, server_module.BINARY)
        rewrite(server, wrong=("static-2 = 91", "static-2 = ninety-one"))
        said = order(server)
        check(not said["ok"] and "static-2" in str(said), "%s" % said)
        check(life(server) == before, "it has changed")
        rewrite(server, right=("static-2 = ninety-one", "static-2 = 91"))
        goes_on(server, clients, lambda: order(server))


@case
def what_never_answers_is_given_up():
    """Also if it leaves somebody behind who holds its output open."""
    with Installed(Server("static-2 = 91")) as server:
        clients = many(server, 4)
        before, held = life(server), len(os.listdir("/proc/%d/fd" % server.process.pid))
        install(server, None, b"#!/bin/sh\nsleep 50\n")
        server.process.send_signal(signal.SIGUSR2)
        check(wait_for(lambda: "upgrade: trying" in server.stderr()), "it is not tried")
        check("an upgrade is running" in server.ctl("reload")[1], "a reload meanwhile")
        check(wait_for(lambda: all(is_at_home(c) for c in clients) and "it does not answer" in server.stderr(), every=1.0),
              server.stderr()[-800:])
        check("it does not answer" in server.ctl("upgraded")[1], "what came of it")
        check(server.ctl("reload")[0] == 0, "a reload afterwards")
        check(life(server) == before, "it has changed: %s" % server.stderr()[-800:])

        def now():
            return len(os.listdir("/proc/%d/fd" % server.process.pid))

        check(wait_for(lambda: now() == held), "%d descriptors, were %d" % (now(), held))
        install(server, server_module.BINARY)
        goes_on(server, clients, lambda: order(server))


def after_the_order(server, what):
    """The command, and what is done as soon as it was accepted."""
    said = order(server)
    check(said["ok"], "%s" % said)
    what()


@case
def what_was_tried_is_what_is_read():
    """Whatever happens to the file after the command: the text that was checked is used."""
    for spoil in (lambda path: os.unlink(path),
                  lambda path: open(path, "w").close(),
                  lambda path: open(path, "w").write("[nonsense]\n")):
        with Installed(Server("static-2 = 91")) as server:
            clients = many(server, 4)
            rewrite(server, statics=("static-2 = 91\n", "static-2 = 91, 97\n"))
            with open(server.config) as f:
                text = f.read()
            goes_on(server, clients, lambda: after_the_order(server, lambda: spoil(server.config)))
            with open(server.config, "w") as f:
                f.write(text)
            plain = Hotspot(2300999, server.port).login()  # has what was tried
            sent = call(clients[0].client, 2300101, 91, 1)
            talk(clients[0], sent, [plain])
            check(len(plain.drain(len(sent))) == len(sent), "a new client does not hear")
            code, out = server.ctl("reload")
            check(code == 0 and "applied 0," in out, out)


def dies_after_its_trial(server, how):
    """A binary that says all is well, and then ends."""
    real = server.binary + ".real"
    shutil.copy(server_module.BINARY, real)
    install(server, None, ("#!/bin/sh\n[ \"$1\" = handover ] && exec %s \"$@\"\n%s\n" % (real, how)).encode())


@case
def who_dies_after_its_trial_is_replaced_by_the_old_one():
    for how in ("exit 1", "kill -9 $$", "exec true"):
        with Installed(Server("static-2 = 91")) as server:
            clients = many(server, 10)
            before = life(server)
            dies_after_its_trial(server, how)
            told = []
            call_meanwhile(clients[0], clients[1:4], lambda: told.append(server.ctl("upgrade")), 24)
            code, text = told[0]
            check(code != 0 and "ended before it was ready, the old one goes on" in text, "%d: %s" % (code, text))
            check(server.child("voice") != before["voice"], "voice is the same")
            for client in clients:
                check(is_at_home(client), "%d has lost its session" % client.client)
                check(not any(o[:5] == b"MSTCL" for o in client.other), "%d was sent away" % client.client)
            call_meanwhile(clients[0], clients[1:4], None, 1)
            check(wait_for(lambda: server.ctl("status")[0] == 0), "no answer")
            code, text = server.ctl("reload")
            check(code == 0, text)
            install(server, server_module.BINARY)  # and from there to a good one
            code, text = server.ctl("upgrade")
            check(code == 0 and "has taken over" in text, "%d: %s" % (code, text))
            check(wait_for(lambda: is_at_home(clients[0])), "a session is lost")


@case
def the_order_tells_what_came_of_it():
    with Installed(Server("static-2 = 91")) as server:
        clients = many(server, 2)
        code, text = server.ctl("upgraded")
        check(code != 0 and "there was no upgrade" in text, text)
        voice = server.child("voice")
        code, text = server.ctl("upgrade")  # returns when it is done
        check(code == 0 and "sessions and calls continue" in text and "has taken over" in text, "%d: %s" % (code, text))
        check(server.child("voice") != voice, "it was not done yet")
        check(wait_for(lambda: "took over sessions=2" in server.stderr()), server.stderr()[-800:])
        done = server.ctl_json("upgrade")
        check([row.get("end", False) for row in done] == [False] * (len(done) - 1) + [True], "%s" % done)
        code, text = server.ctl("upgraded")
        check(code == 0 and "has taken over" in text, text)
        install(server, None, b"#!/bin/false\n")
        code, text = server.ctl("upgrade")
        check(code != 0 and "cannot take over" in text, "%d: %s" % (code, text))
        check(server.ctl("upgraded")[0] != 0, "the last one failed")
        check(all(is_at_home(client) for client in clients), "a session is lost")


@case
def orders_are_rationed_over_upgrades():
    """A compromised reporter may not make voice stop for ever."""
    with Installed(Server("static-2 = 91")) as server:
        good = refused = 0
        for _ in range(60):
            code, text = server.ctl("upgrade")
            good, refused = good + (code == 0), refused + ("too many upgrades" in text)
            if refused:
                break
        check(refused and good <= 40, "%d upgrades were done" % good)
        Hotspot(2300101, server.port).login()


@case
def reload_during_an_upgrade_is_done_by_whoever_serves_then():
    """Also one that comes while no handler is there."""
    for wait in (0, 0.22, 0.3):
        with Installed(Server("static-2 = 91\n")) as server:
            clients = many(server, 4)

            def both():
                check(order(server)["ok"], "no upgrade")
                time.sleep(wait)
                rewrite(server, statics=("static-2 = 91\n", "static-2 = 91, 97\n"))
                server.process.send_signal(signal.SIGHUP)

            goes_on(server, clients, both)
            check(wait_for(lambda: "reload done" in server.stderr()), "no reload: %s" % server.stderr()[-800:])
            code, out = server.ctl("reload")
            check(code == 0 and "applied 0," in out, "%s: %s" % (wait, out))


@case
def second_order_while_voice_hands_over_takes_no_state_away():
    with Installed(Server("static-2 = 91")) as server:
        clients = many(server, 4)

        def storm():
            check(order(server)["ok"], "no upgrade")
            until = time.monotonic() + 0.5
            while time.monotonic() < until:
                server.process.send_signal(signal.SIGUSR2)

        storm()
        check(wait_for(lambda: "took over sessions=4" in server.stderr()), server.stderr()[-800:])
        check(wait_for(lambda: server.ctl("status")[0] == 0), "nobody answers")
        for client in clients:
            check(is_at_home(client), "%d has lost its session" % client.client)


@case
def orders_in_any_number_and_mixture_are_taken_one_by_one():
    with Installed(Server("static-2 = 91")) as server:
        clients = many(server, 4)

        def storm():
            said = []
            askers = [threading.Thread(target=lambda word=word: said.append((word, server.ctl(word))))
                      for word in ("upgrade", "upgrade", "reload", "upgrade", "reload")]
            for asker in askers:
                asker.start()
            for _ in range(20):
                server.process.send_signal(signal.SIGHUP)
                server.process.send_signal(signal.SIGUSR2)
                time.sleep(0.01)
            for asker in askers:
                asker.join()
            upgrades = [text for word, (_, text) in said if word == "upgrade"]
            check(all("has taken over" in text or "already running" in text
                      for text in upgrades), "%s" % said)

        call_meanwhile(clients[0], clients[1:4], storm, 30, missed=lambda: server.stderr().count("upgrade: changing to "))
        check(server.process.poll() is None, "the server has ended")
        check(wait_for(lambda: server.ctl("status")[0] == 0), "no answer")
        for client in clients:
            check(is_at_home(client), "%d has lost its session" % client.client)
        check(wait_for(lambda: "took over sessions=4" in server.stderr()), server.stderr()[-800:])


@case
def who_is_told_to_end_ends_during_an_upgrade_too():
    for wait in (0, 0.15, 0.25, 0.3, 0.35, 0.45):
        with Installed(Server("static-2 = 91")) as server:
            client = many(server, 1)[0]
            check(order(server)["ok"], "no upgrade")
            time.sleep(wait)
            for _ in range(5):
                server.process.send_signal(signal.SIGTERM)
            check(server.process.wait(PATIENCE_S) == 0, "%s: exit %s" % (wait, server.process.returncode))
            check(wait_for(lambda: not server.members()), "%s: %s goes on" % (wait, server.members()))
            client.drain(quiet=0.1)
            check(b"MSTCL" in [o[:5] for o in client.other], "the client got no MSTCL")


OTHER_VERSION = """
#include <stddef.h>
const char *__wrap_takeover_reads(const void *octets, size_t len);
const char *__wrap_takeover_reads(const void *octets, size_t len)
{
	(void)octets;
	(void)len;
	return "state of another version";
}
"""

NOT_WHOLE = """
#include <stddef.h>
struct core; struct arena;
const char *__real_takeover_fill(struct core *c, const void *at, size_t len, struct arena *room, unsigned *left);
const char *__wrap_takeover_fill(struct core *c, const void *at, size_t len, struct arena *room, unsigned *left);
const char *__wrap_takeover_fill(struct core *c, const void *at, size_t len, struct arena *room, unsigned *left)
{
	(void)__real_takeover_fill(c, at, len, room, left);
	%s;
	return "a planted fault";
}
"""


def starts_clean(source, wrapped):
    """The clients get one MSTCL and log in again; the server is up."""
    with tempfile.TemporaryDirectory() as directory, Installed(Server("static-2 = 91")) as server:
        other = special_build(directory, source, wrapped)
        clients = many(server, 10)
        before = life(server)
        install(server, other)
        said = order(server)
        check(said["ok"], "%s" % said)
        upgraded(server, lambda: None, before)
        for client in clients:
            wait_for(lambda: client.drain(quiet=0.3) or client.other, every=0)
            check(client.other == [b"MSTCL" + be32(client.client)], "%r" % client.other)
            client.login()
        call_meanwhile(clients[0], clients[1:], None, 1)
        return said, server.stderr()


@case
def another_record_version_starts_clean():
    said, _ = starts_clean(OTHER_VERSION, ["takeover_reads"])
    check("another version" in str(said) and "log in again" in str(said), "%s" % said)


@case
def state_that_is_not_whole_starts_clean():
    _, log = starts_clean(NOT_WHOLE % "", ["takeover_fill"])
    check("started with empty tables: a planted fault; clients asked to log in again=10" in log, log[-600:])


@case
def who_dies_taking_over_starts_clean():
    _, log = starts_clean(NOT_WHOLE % "*(volatile int *)8 = 1", ["takeover_fill"])
    check("started with empty tables: incomplete state; clients asked to log in again=10" in log, log[-900:])


@case
def links_and_uplinks_go_on():
    """A call crosses from a hotspot over an uplink and a link while each of the servers is upgraded."""
    ports = free_port(), free_port()
    above = Server("static-2 = 91", peer_section("b", "fbp", ports[0], ports[1], FIRST_SERVER + 1))
    beside = Server("static-2 = 91", peer_section("a", "fbp", ports[1], ports[0], FIRST_SERVER), server_id=FIRST_SERVER + 1)
    below = Server("static-2 = 91", "[uplink u]\ntarget = 127.0.0.1:%d\nid = 2345001\npassphrase = rigpass\nmap = 2:91 = 91\n" % above.port,
                   server_id=FIRST_SERVER + 2)
    with Installed(above, beside, below):
        rewrite(above, transit=("[peer b]", "[peer b]\ntransit = permit all"))
        one, two = Hotspot(2300101, below.port).login(), Hotspot(2300102, beside.port).login()
        three = Hotspot(2300103, above.port).login()
        check(wait_for(lambda: len(ask(above.control, "sessions")) == 2), "no uplink")
        for server in (above, beside, below):
            wait_for_links(server)
        for server in (above, beside, below):
            before = life(server)
            call_meanwhile(one, [three], lambda: upgraded(server, lambda: order(server), before), 12)
            call_meanwhile(two, [three], None, 2)
        check(above.stderr().count("session up client=2345001") == 1, "the uplink logged in again")
        check([row["up"] for row in ask(above.control, "peers")] == [True], "the link is down")
        call_meanwhile(two, [three], lambda: order(above), 12)


@case
def echo_plays_on():
    with Installed(Server()) as server:
        one = Hotspot(2300101, server.port).login()
        sent = call(one.client, 2300101, 9990, 6, unit=True)
        talk(one, sent)
        before = life(server)
        one.wait(3)  # it plays
        upgraded(server, lambda: order(server), before)
        heard = one.drain(quiet=3)
        check(len(heard) > len(sent) - 4 and heard[-1].is_terminator(), "heard %s" % heard)


@case
def ports_stay_open():
    """No connection made meanwhile is refused."""
    http = free_port()
    with Installed(Server("static-2 = 91", http="127.0.0.1:%d" % http)) as server:
        before, refused = life(server), []
        order(server)
        while server.stderr().count("freedmr: ready") == before["ready"]:
            for family, where in ((socket.AF_INET, ("127.0.0.1", http)), (socket.AF_UNIX, server.control)):
                with socket.socket(family) as s:
                    s.settimeout(PATIENCE_S if family == socket.AF_INET else None)  # it waits while many wait
                    try:
                        s.connect(where)
                    except OSError as why:
                        refused.append((where, why))
            time.sleep(0.002)
        check(not refused, "%s" % refused[:3])
        with socket.create_connection(("127.0.0.1", http), PATIENCE_S) as s:
            s.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            check(s.recv(100).startswith(b"HTTP/1.1 200"), "no metrics")


@case
def memory_and_descriptors_are_those_of_a_start():
    """What an upgrade leaves behind, the next leaves again. A mapping more or less is up to the allocator."""
    upgrades = 4
    with Installed(Server("static-2 = 91")) as server:
        many(server, 10)

        def use():
            process = "/proc/%d/" % server.process.pid
            with open(process + "maps") as maps:
                return len(os.listdir(process + "fd")), len(maps.readlines())

        def one_more():
            upgraded(server, lambda: order(server), life(server))
            wait_until_answering(server.control)

        def settled():
            """What the parent has when nothing changes any more."""
            last = [None]

            def same():
                before, last[0] = last[0], use()
                return before == last[0]

            check(wait_for(same, every=0.3), "it goes on changing")
            return last[0]

        one_more()
        descriptors, mappings = settled()
        for _ in range(upgrades):
            one_more()
            check(wait_for(lambda: use()[0] == descriptors), "descriptors grow from %d to %d" % (descriptors, use()[0]))
        now = settled()[1]
        check(now < mappings + upgrades, "mappings grow from %d to %d in %d upgrades" % (mappings, now, upgrades))


@case
def service_manager_is_told():
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        path = os.path.join(directory, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(PATIENCE_S)
            with Installed(Server(wrap=["env", "NOTIFY_SOCKET=" + path])) as server:
                check(b"READY=1" in manager.recv(200), "not ready")
                upgraded(server, lambda: order(server), life(server))
                words = [manager.recv(200), manager.recv(200)]
                check(b"RELOADING=1" in words[0] and words[1].startswith(b"READY=1"), "%s" % words)


main()
