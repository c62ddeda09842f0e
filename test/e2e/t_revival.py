"""A voice process that dies comes back with its sessions, calls, links and players."""

import os
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from cases import Skip, case, check, main
from control import ask, settle, wait_until_answering
from dmr import call
from hotspot import Hotspot, be32, talk
from mesh import Mesh
from server import PATIENCE_S, Server, free_port, wait_for

MISSED_MAX = 17  # frames, of a call that is running: a second
UNNOTICED_S = 10  # after which a process that gives no sign of life is replaced


def kill_voice(server, how=signal.SIGKILL):
    """Returns the line that says what became of its sessions."""
    server.kill_child("voice", how)
    settle(server.control)  # it has said goodbye where it says that
    return (re.findall(r"freedmr-voice: .*(took over.*|started with empty tables.*)", server.stderr()) or ["nothing taken over"])[-1]


def is_at_home(client):
    """It still has its session: a ping is answered by a pong."""
    client.send(b"RPTPING" + be32(client.client))
    while True:
        answer = client.receive(PATIENCE_S)
        if answer is None or answer[:4] != b"DMRD":
            return answer == b"MSTPONG" + be32(client.client)


def is_told_to_go(client):
    client.drain(quiet=0.1)
    return b"MSTCL" + be32(client.client) in client.other


def is_sent_away(client):
    """It gets one MSTCL and nothing else."""
    wait_for(lambda: is_told_to_go(client), every=0)
    check(client.other == [b"MSTCL" + be32(client.client)], "%r" % client.other)


def heard_most(sent, frames):
    """All but a second of a call, in one piece: begun once, ended once, all of one stream."""
    check(len(frames) >= len(sent) - MISSED_MAX, "%d frames of %d were heard" % (len(frames), len(sent)))
    check(len({f.stream for f in frames}) == 1, "heard as several calls: %s" % frames)
    ends = [f for f in frames if f.is_terminator()]
    check(frames[0].is_header() and frames[-1].is_terminator() and len(ends) == 1, "begun or ended in between: %s" % frames)
    check(not any(f.is_header() for f in frames[2:]), "begun twice: %s" % frames)


def call_with_a_death(server, how, listeners, talker, superframes=8):
    said = []
    for listener in listeners:
        listener.drain(quiet=0.05)
    sent = talk(talker, call(talker.client, talker.client, 91, superframes), listeners,
                beside=lambda: said.append(kill_voice(server, how)))
    for listener in listeners:
        heard_most(sent, listener.drain(len(sent) - MISSED_MAX))
    return said[0]


def survives(how):
    with Server("static-2 = 91") as server:
        clients = [Hotspot(2300101 + i, server.port).login("TS2=91,92%d" % (i % 5)) for i in range(60)]
        said = call_with_a_death(server, how, clients[1:4], clients[0])
        check("took over" in said and "sessions=60" in said, said)
        for client in clients:
            check(is_at_home(client), "%d has lost its session" % client.client)
        wait_until_answering(server.control)
        check(wait_for(lambda: len(ask(server.control, "sessions")) == 60, every=0.2), "the reporter does not know them")
        listeners = [row["active"] for row in ask(server.control, "conferences") if row["conference"] == 91]
        check(listeners == [60], "%s clients are subscribed" % listeners)
        sent = call(2300102, 2300102, 91, 2)  # and the next call is as any other
        talk(clients[1], sent, [clients[0]])
        check(len(clients[0].drain(len(sent))) == len(sent), "the next call is not heard whole")


@case
def killed_in_mid_call():
    survives(signal.SIGKILL)


@case
def broken_in_mid_call():
    survives(signal.SIGSEGV)


def many_calls_survive(*deaths):
    """Twelve calls at once, each with a listener of its own, while processes die."""
    pairs = 12
    with Server("static-2 = 91", more="[limits]\nshared-addresses = 127.0.0.0/8\n") as server:
        talkers = [Hotspot(2300101 + i, server.port).login("TS2=3%02d" % i) for i in range(pairs)]
        listeners = [Hotspot(2300201 + i, server.port).login("TS2=3%02d" % i) for i in range(pairs)]
        others = [Hotspot(2300301 + i, server.port).login() for i in range(60)]

        taken_over = "took over sessions=%d calls=%d" % (2 * pairs + 60, pairs)
        begun, over = threading.Barrier(pairs + 1), threading.Event()

        def in_mid_call():
            begun.wait(PATIENCE_S)
            check(over.wait(2 * PATIENCE_S), "nobody took over")

        def speak(i):
            return talk(talkers[i], call(talkers[i].client, talkers[i].client, 300 + i, 3), [listeners[i]], beside=in_mid_call)

        def die():
            begun.wait(PATIENCE_S)
            pids = [server.child(role) for role, _ in deaths]
            for pid, (_, how) in zip(pids, deaths):
                os.kill(pid, how)
            wait_for(lambda: taken_over in server.stderr())
            over.set()

        with ThreadPoolExecutor(pairs + 1) as pool:
            said = [pool.submit(speak, i) for i in range(pairs)]
            pool.submit(die).result()
            sent = [one.result() for one in said]
        check(taken_over in server.stderr(), server.stderr()[-800:])
        for listener, frames in zip(listeners, sent):
            heard_most(frames, listener.drain(len(frames) - MISSED_MAX))
        for client in talkers + listeners + others:
            check(is_at_home(client), "%d has lost its session" % client.client)
            check(not client.other, "%d got %s" % (client.client, client.other))
        wait_until_answering(server.control)
        check(wait_for(lambda: len(ask(server.control, "sessions")) == 2 * pairs + 60, every=0.2), "the reporter does not know them")


@case
def broken_under_load():
    many_calls_survive(("voice", signal.SIGSEGV))


@case
def killed_together_with_the_reporter():
    for how in (signal.SIGKILL, signal.SIGSEGV):
        many_calls_survive(("voice", how), ("report", how))
        many_calls_survive(("report", how), ("voice", how))


@case
def death_is_over_in_a_moment():
    with Server("static-2 = 91") as server:
        one = Hotspot(2300101, server.port).login()
        began = time.monotonic()
        os.kill(server.child("voice"), signal.SIGKILL)
        check(is_at_home(one), "it has lost its session")
        check(time.monotonic() - began < UNNOTICED_S, "answered after %.2f s" % (time.monotonic() - began))


@case
def second_death_within_a_minute_starts_clean():
    """State that killed it twice is not taken over a third time; the clients get MSTCL."""
    with Server("static-2 = 91") as server:
        clients = [Hotspot(2300101 + i, server.port).login() for i in range(20)]
        check("took over" in kill_voice(server), server.stderr()[-500:])
        said = kill_voice(server)
        check("started with empty tables" in said and "clients asked to log in again=20" in said, said)
        for client in clients:
            is_sent_away(client)
            client.login()
        check("started with empty tables" in kill_voice(server), "a third death in a minute")


def shared_memory(pid):
    """The block with the core: the largest that is shared."""
    with open("/proc/%d/maps" % pid) as f:
        spans = [[int(x, 16) for x in line.split()[0].split("-")] for line in f if " rw-s " in line and "memfd" not in line]
    check(spans, "nothing is shared")
    return max(spans, key=lambda span: span[1] - span[0])


def damage(server, first, length=None, octet=b"\xa5"):
    if os.geteuid() != 0:
        raise Skip("only root may write into another process")
    pid = server.child("voice")
    begin, end = shared_memory(pid)
    os.kill(pid, signal.SIGSTOP)
    with open("/proc/%d/mem" % pid, "r+b", 0) as mem:
        mem.seek(begin + first)
        mem.write(octet * min(length or 1 << 20, end - begin - first))


@case  # 15 s
def broken_session_ends_alone():
    """An inconsistent row goes within a few seconds, with a line of the class "bug"; other calls lose nothing."""
    if os.geteuid() != 0:
        raise Skip("only root may write into another process")
    with Server("static-2 = 91") as server:
        clients = [Hotspot(2300101 + i, server.port).login() for i in range(5)]
        clients[4].login(callsign="PLANTED")
        pid = server.child("voice")
        begin, end = shared_memory(pid)
        with open("/proc/%d/mem" % pid, "r+b", 0) as mem:
            mem.seek(begin)
            octets = mem.read(end - begin)
            at = octets.find(b"PLANTED\0")
            check(at > 0, "its row is not found")
            mem.seek(begin + at)
            mem.write(b"NOWHERE!!")  # a text without an end
        sent = call(clients[0].client, 2300101, 91, 12)
        talk(clients[0], sent, clients[1:])
        for client in clients[1:4]:
            heard = client.drain(len(sent))
            check(len(heard) == len(sent), "%d heard %d of %d frames" % (client.client, len(heard), len(sent)))
            check(is_at_home(client), "%d has lost its session" % client.client)
        check(wait_for(lambda: "session client=2300105 is inconsistent" in server.stderr()), server.stderr()[-600:])
        check(wait_for(lambda: is_told_to_go(clients[4]), every=0), "it got no MSTCL: %r" % clients[4].other)
        check(server.child("voice") == pid, "the process has died of it")


@case
def what_is_not_whole_is_not_taken_over():
    with Server("static-2 = 91") as server:
        one = Hotspot(2300101, server.port).login()
        damage(server, 0, 16)
        said = kill_voice(server)
        check("started with empty tables" in said and "clients asked to log in again=1" in said, said)
        is_sent_away(one)
        one.login().ping()


@case
def rubbish_starts_clean():
    for first, octet in ((0, b"\xa5"), (64, b"\xff"), (64, b"\0"), (4096, b"\x5a")):
        with Server("static-2 = 91") as server:
            one = Hotspot(2300101, server.port).login()
            damage(server, first, octet=octet)
            kill_voice(server)
            one.drain(quiet=0.2)
            one.login().ping()


@case
def stop_by_signal_is_no_death():
    """A process that was asked to stop has closed its sessions: there is nothing to take over."""
    with Server("static-2 = 91") as server:
        one = Hotspot(2300101, server.port).login()
        said = kill_voice(server, signal.SIGTERM)
        check("took over" not in said, said)
        is_sent_away(one)
        one.login().ping()


@case
def links_go_on():
    """A call from one server to the other survives the death of either voice process; no frame is heard twice."""
    with Mesh(2, {(0, 1): "fbp"}) as mesh:
        one, two = mesh.hotspots
        for server in mesh.servers:
            said = call_with_a_death(server, signal.SIGKILL, [two], one)
            check("took over" in said, said)
        up = [row["up"] for server in mesh.servers for row in ask(server.control, "peers")]
        check(up == [True, True], "links: %s" % up)


@case
def uplink_goes_on():
    port = free_port()
    uplink = "[uplink u]\ntarget = 127.0.0.1:%d\nid = 2345001\npassphrase = rigpass\nmap = 2:91 = 91\n" % port
    with Server("static-2 = 91", port=port) as above, Server("static-2 = 91", uplink) as below:
        one, two = Hotspot(2300101, above.port).login(), Hotspot(2300102, below.port).login()
        check(wait_for(lambda: len(ask(above.control, "sessions")) == 2), "no uplink")
        said = call_with_a_death(below, signal.SIGKILL, [two], one)
        check("took over" in said, said)
        check("session down" not in above.stderr(), "the uplink logged in again")
        call_with_a_death(above, signal.SIGKILL, [one], two)
        check("session down" not in above.stderr(), "the uplink logged in again")


@case
def echo_plays_on():
    with Server() as server:
        one = Hotspot(2300101, server.port).login()
        sent = call(one.client, 2300101, 9990, 15, unit=True)
        talk(one, sent)
        wait_for(lambda: one.receive(0.1), every=0)
        said = kill_voice(server)
        check("took over" in said, said)
        heard = one.drain(quiet=1.5)
        check(len(heard) > len(sent) // 2 and heard[-1].is_terminator(), "heard %s" % heard)


main()
