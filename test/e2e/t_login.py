"""The door of the real binary: logins, refusals, addresses."""

import os
import select
import socket
import threading

from cases import Skip, case, check, main
from control import ask, counter, settle
from dmr import Frame, call, judge
from hotspot import Hotspot, be32, digest, rptc, same_call, talk
from many import Many
from server import PATIENCE_S, Server, free_port, has_ipv6, wait_for


@case
def two_hotspots_talk():
    with Server("static-2 = 91") as server:
        one = Hotspot(2300101, server.port, simplex=True).login()
        two = Hotspot(2300102, server.port).login("TS2=91")
        sent = call(2300101, 2300101, 91, 4)
        talk(one, sent, [two])
        heard = two.drain(len(sent))
        same_call(sent, heard)
        judge(heard)
        check(not one.drain(), "the talker heard himself")
        two.ping()
        one.ping()


@case
def wrong_passphrase_gets_nak():
    with Server() as server:
        one = Hotspot(2300101, server.port)
        salt = one.challenge()
        one.ask(b"RPTK" + be32(one.client) + digest(salt, "wrong"), b"MSTNAK")
        check(wait_for(lambda: "client=2300101" in server.stderr()), "nothing about it in the log")
        check("wrong passphrase" in server.stderr(), "the log does not name the reason: " + server.stderr())
        one.login()


@case
def unknown_ping_gets_one_nak():
    with Server() as server:
        one = Hotspot(2300101, server.port)
        for _ in range(5):
            one.send(b"RPTPING" + be32(2300101))
        first, second = one.receive(PATIENCE_S), one.receive(0.3)
        check(first == b"MSTNAK" + be32(2300101), "answer %r" % first)
        check(second is None, "a second answer within 5 s: %r" % second)


@case
def forged_messages_change_nothing():
    with Server("static-2 = 91") as server:
        one = Hotspot(2300101, server.port).login()
        two = Hotspot(2300102, server.port).login()
        forger = Hotspot(2300101, server.port)
        forger.challenge()
        forger.send(b"RPTCL" + be32(2300101))
        forger.send(b"RPTK" + be32(2300101) + bytes(32))
        for octets in call(2300101, 2300101, 91, 1):
            forger.send(octets)
        check(not two.drain(), "a forged call was heard")
        one.ping()
        sent = call(2300101, 2300101, 91, 1)
        talk(one, sent, [two])
        same_call(sent, two.drain(len(sent)))


@case
def garbage_is_survived():
    with Server() as server:
        one = Hotspot(2300101, server.port).login()
        stranger = Hotspot(1, server.port)
        for length in list(range(0, 60)) + [301, 302, 303, 1400, 9000]:
            for tag in (b"", b"RPTL", b"RPTK", b"RPTC", b"RPTO", b"RPTPING", b"RPTCL", b"DMRD", b"DMRA"):
                stranger.send((tag + os.urandom(length))[:max(length, 1)])
            one.send(b"DMRD" + os.urandom(length))
        settle(server.control)
        one.drain()
        one.ping()
        check(len(server.members()) >= 3, "a process is gone: %s" % server.members())


@case
def hostile_config_text_is_harmless():
    with Server() as server:
        one = Hotspot(2300101, server.port)
        salt = one.challenge()
        one.ask(b"RPTK" + be32(one.client) + digest(salt, "rigpass"), b"RPTACK")
        text = b"RPTC" + be32(2300101) + b'\x1b[2J\n"<b>\xff\xc3' * 30
        one.ask(text[:302], b"RPTACK")
        one.ask(b"RPTO" + be32(2300101) + b'TS2=91;\n\x1b"\0\0;PASS=geheimnis', b"RPTACK")
        settle(server.control)
        code, out = server.ctl("session", "2300101")
        check(code == 0, "ctl session: " + out)
        for seen in (out, server.stderr()):
            check("\x1b" not in seen, "an escape character got through")
            check("geheimnis" not in seen, "a password in the options is shown")


@case
def short_config_is_accepted():
    with Server() as server:
        one = Hotspot(2300101, server.port)
        salt = one.challenge()
        one.ask(b"RPTK" + be32(one.client) + digest(salt, "rigpass"), b"RPTACK")
        one.ask(rptc(one.client)[:98], b"RPTACK")
        one.ping()


@case
def ipv6_and_ipv4_meet():
    if not has_ipv6():
        raise Skip("no IPv6 on this machine")
    with Server("static-2 = 91", bind="[::]") as server:
        four = Hotspot(2300101, server.port, "127.0.0.1").login()
        six = Hotspot(2300102, server.port, "::1").login()
        sent = call(2300101, 2300101, 91, 2)
        talk(four, sent, [six])
        same_call(sent, six.drain(len(sent)))


@case
def several_listeners_are_one_server():
    port = free_port()
    more = "[listener second]\nbind = 127.0.0.1:%d\npassphrase = other words\nstatic-2 = 91" % port
    with Server("static-2 = 91", more) as server:
        one = Hotspot(2300101, server.port).login()
        two = Hotspot(2300102, port, passphrase="other words").login()
        sent = call(2300101, 2300101, 91, 2)
        talk(one, sent, [two])
        same_call(sent, two.drain(len(sent)))
        Hotspot(2300103, port).ask(b"RPTPING" + be32(2300103), b"MSTNAK")


@case
def a_forged_login_directs_no_voice_at_a_victim():
    """The victim's socket sends what somebody who forges its address would, and reads no answer before it sends: a login
    with any digest, then pings. A minute's worth of pings goes out at once; the call lasts some seconds."""
    with Server("open = yes\nstatic-2 = 91", passphrase="") as server:
        talker = Hotspot(2300101, server.port, passphrase="").login()
        honest = Hotspot(2300102, server.port, passphrase="passw0rd").login()
        victim = Hotspot(2300103, server.port, bind=("127.0.0.77", 0))
        sent = 0
        for octets in [b"RPTL" + be32(2300103), b"RPTK" + be32(2300103) + bytes(32), rptc(2300103)] + \
                6 * [b"RPTPING" + be32(2300103)]:
            victim.send(octets)
            sent += len(octets)
            settle(server.control)
        check(any(r["client"] == 2300103 for r in ask(server.control, "sessions")), "not even logged in")
        frames = call(2300101, 2300101, 91, 12)
        talk(talker, frames, [honest])
        same_call(frames, honest.drain(len(frames)))
        came = 0
        while (octets := victim.receive(0.3)):
            came += len(octets)
        print("a forged login of %d octets brought %d: x%.1f" % (sent, came, came / sent))
        check(came <= 3 * sent, "%d octets for %d" % (came, sent))


@case
def answers_leave_from_the_address_asked():
    """A connected socket hears only 127.0.0.2: an answer from 127.0.0.1 would be lost, as with a real client."""
    with Server("static-2 = 91", bind="0.0.0.0") as server:
        one = Hotspot(2300101, server.port, "127.0.0.2").login()
        two = Hotspot(2300102, server.port, "127.0.0.3").login()
        one.ping()
        sent = call(2300101, 2300101, 91, 1)
        talk(one, sent, [two])
        same_call(sent, two.drain(len(sent)))


@case
def thousand_clients_behind_one_port():
    """From four addresses: one address may ask for 500 logins at once, then for 50 in a second."""
    with Server("static-2 = 91") as server:
        crowd = [Hotspot(2310000 + i, server.port, bind=("127.0.0.%d" % (i % 4 + 10), 0)) for i in range(1000)]
        for step in (lambda c: b"RPTL" + be32(c.client),
                     lambda c: b"RPTK" + be32(c.client) + digest(c.salt, "rigpass"),
                     lambda c: rptc(c.client)):
            for batch in range(0, len(crowd), 100):
                for c in crowd[batch:batch + 100]:
                    c.send(step(c))
                for c in crowd[batch:batch + 100]:
                    answer = c.receive(PATIENCE_S)
                    check(answer and answer[:6] == b"RPTACK", "%d got %r" % (c.client, answer))
                    c.salt = answer[6:]
        sent = call(crowd[0].client, 2310000, 91, 2)
        talk(crowd[0], sent, crowd[1:3])
        settle(server.control)
        for c in crowd[1:]:
            same_call(sent, c.drain(len(sent), 0))
        for c in crowd:
            c.close()


def counted(server):
    """The sessions in voice's table, which says so once in a while."""
    return next(r["used"] for r in ask(server.control, "status") if r.get("name") == "sessions")


@case  # 40 s
def ten_thousand_behind_one_address_come_back():
    """Behind a balancer, after a restart. On a quiet machine that takes two or three seconds; what is asked here is that no
    limit of ours delays them, however busy the machine is."""
    with Server("static-2 = 91", "[limits]\nsessions = 11000\nsubscriptions = 22000\n") as server:
        with Many(10000, server.port) as many:
            check(many.log_in() is not None, "not all got in")
            server.stop()
            server.start()
            took = many.log_in()
            check(took is not None, "not all came back")
            rows = {r.get("name"): r for r in ask(server.control, "status")}
            print("ten thousand came back in %.1f s" % took)
            check(rows["answers_rate_limited_total"]["value"] <= 200, "%s" % rows["answers_rate_limited_total"])
            check(wait_for(lambda: counted(server) == 10000, every=0.5), "%d sessions" % counted(server))
            talker = Hotspot(2300101, server.port).login()
            listener = Hotspot(2300102, server.port).login()
            frames = call(2300101, 2300101, 91, 1)
            talk(talker, frames, [listener])
            same_call(frames, listener.drain(len(frames)))


@case
def wrong_passphrases_behind_a_shared_address_are_their_own():
    """A client with a wrong one, again and again, uses up only its own budget, not that of others behind the balancer."""
    with Server("static-2 = 91") as server:
        over = threading.Event()

        def guess():
            wrong = Hotspot(2300199, server.port)
            while not over.is_set():
                wrong.send(b"RPTL" + be32(2300199))
                wrong.send(b"RPTK" + be32(2300199) + bytes(32))
                wrong.receive(0.002)  # so that what waits is not more than a socket holds

        guesser = threading.Thread(target=guess)
        guesser.start()
        try:
            check(wait_for(lambda: counter(server.control, "answers_rate_limited_total") > 100), "all were judged")
            for n in range(3):
                Hotspot(2300101 + n, server.port).login()
        finally:
            over.set()
            guesser.join()


@case
def client_without_a_port_of_its_own():
    """Many ids from one socket: identity is the id, not the address."""
    with Server("static-2 = 91") as server:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.connect(("127.0.0.1", server.port))
        for client in (2300101, 2300102):
            for n in range(3):
                octets = b"RPTL" + be32(client) if n == 0 else \
                    b"RPTK" + be32(client) + digest(salt, "rigpass") if n == 1 else rptc(client)
                s.send(octets)
                check(select.select([s], [], [], PATIENCE_S)[0], "no answer")
                answer = s.recv(100)
                check(answer[:6] == b"RPTACK", "%r" % answer)
                salt = answer[6:]
        for octets in call(2300101, 2300101, 91, 1):
            s.send(octets)
        heard = []
        while select.select([s], [], [], PATIENCE_S if len(heard) < 8 else 0.3)[0]:
            heard.append(Frame(s.recv(100)))
        check({f.client for f in heard} == {2300102} and len(heard) == 8, "%s" % heard[:2])


@case
def term_tells_everybody():
    with Server("static-2 = 91") as server:
        crowd = [Hotspot(2300100 + i, server.port).login() for i in range(20)]
        frames = call(2300100, 2300100, 91, 3, terminator=False)
        talk(crowd[0], frames, crowd[1:])
        check(server.stop() == 0, "exit code")
        for c in crowd:
            heard = c.drain(quiet=0.2)
            check(b"MSTCL" + be32(c.client) in c.other, "no MSTCL for %d: %s" % (c.client, c.other))
            if c is not crowd[0]:
                check(heard and heard[-1].is_terminator(), "the running call was not ended for %d" % c.client)


main()
