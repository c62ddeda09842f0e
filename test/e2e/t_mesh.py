"""Real servers as neighbours on the mesh, over loopback; and a neighbour made by hand at one of them."""

import os
import select
import socket
import threading
import time

from cases import case, check, main
from control import ask, settle
from dmr import Frame, call, judge
from hotspot import Hotspot, same_call, talk
from mesh import FIRST_SERVER, Mesh, Neighbour, peer_section
from server import PATIENCE_S, Server, Started, free_port, kept_waiting


def exchange(mesh, superframes=2):
    """Each hotspot talks in turn, and all the others hear it, whole and once."""
    for n, talker in enumerate(mesh.hotspots):
        others = [h for h in mesh.hotspots if h is not talker]
        sent = [octets[:53] + bytes([n + 1, 40]) for octets in call(talker.client, talker.client, 91, superframes)]
        talk(talker, sent, others)
        for other in others:
            heard = other.drain(len(sent))
            judge(heard)
            without_tail = [f.octets[53:] == b"\0\0" for f in heard]
            if all(without_tail):  # OpenBridge does not carry it
                same_call([octets[:53] + b"\0\0" for octets in sent], heard)
            else:
                same_call(sent, heard)
        check(not talker.drain(quiet=0.1), "the talker heard himself")
        time.sleep(0.7)  # decision 7: the pause between two talkers


@case
def two_servers_speak_fbp():
    with Mesh(2, {(0, 1): "fbp"}) as mesh:
        exchange(mesh)
        heard_tail = []
        sent = [o[:53] + b"\x07\x21" for o in call(2300101, 2300101, 91, 1)]
        talk(mesh.hotspots[0], sent, mesh.hotspots[1:])
        heard_tail = {f.octets[53:] for f in mesh.hotspots[1].drain(len(sent))}
        check(heard_tail == {b"\x07\x21"}, "bit errors and signal strength became %s" % heard_tail)


@case
def two_servers_speak_obp():
    with Mesh(2, {(0, 1): "obp"}) as mesh:
        exchange(mesh)


@case
def three_in_a_line_speak_both():
    with Mesh(3, {(0, 1): "fbp", (1, 2): "obp"}) as mesh:
        exchange(mesh)


@case
def a_ring_of_three_carries_each_call_once():
    with Mesh(3, {(0, 1): "fbp", (1, 2): "fbp", (2, 0): "fbp"}) as mesh:
        exchange(mesh)


@case
def a_mixed_ring_carries_each_call_once():
    with Mesh(3, {(0, 1): "fbp", (1, 2): "obp", (2, 0): "obp"}) as mesh:
        exchange(mesh)


def data_call(client, src, dst):
    """A data header and two blocks to one radio."""
    stream = os.urandom(4)
    return [b"DMRD" + bytes([seq]) + src.to_bytes(3, "big") + dst.to_bytes(3, "big") + client.to_bytes(4, "big") +
            bytes([0x80 | 0x40 | 0x20 | kind]) + stream + bytes((seq * 29 + i) & 255 for i in range(33)) + b"\0\0"
            for seq, kind in enumerate([6, 7, 7])]


@case
def data_finds_the_radio_on_another_server():
    with Mesh(3, {(0, 1): "fbp", (1, 2): "fbp", (2, 0): "fbp"}) as mesh:
        here, there, elsewhere = mesh.hotspots
        talk(there, call(there.client, there.client, 91, 1), [here, elsewhere])
        for hotspot in (here, elsewhere):
            hotspot.drain(8)
        time.sleep(6)  # hang time: data waits for no idle slot
        sent = data_call(here.client, here.client, there.client)
        talk(here, sent, [there, elsewhere])
        heard = there.drain(len(sent))
        same_call(sent, heard)
        check(not elsewhere.drain(quiet=0.1), "data for one radio came to another")


@case
def a_listener_s_server_restarts_in_mid_call():
    with Mesh(2, {(0, 1): "fbp"}) as mesh:
        here, there = mesh.hotspots
        back = []

        def restart():
            there.wait(20)
            mesh.servers[1].kill()
            time.sleep(0.2)
            mesh.servers[1].start()
            again = Hotspot(there.client, mesh.servers[1].port).login()
            back.append(again)
            again.wait(20)

        sent = talk(here, call(here.client, here.client, 91, 8), beside=restart)
        before, heard = there.drain(), back[0].drain(21)
        judge(heard)
        back[0].close()
        check([f.seq for f in before[:20]] == list(range(20)), "before it: %s" % before)
        numbers = [f.seq for f in heard[1:]]
        check(numbers == [n & 255 for n in range(len(sent) - len(numbers), len(sent))], "after it: %s" % heard)
        check(heard[-1].is_terminator(), "the call did not end: %s" % heard[-1])


@case
def another_way_takes_over_when_a_server_dies():
    with Mesh(4, {(0, 1): "fbp", (1, 2): "fbp", (2, 3): "fbp", (3, 0): "fbp"}) as mesh:
        here, listener = mesh.hotspots[0], mesh.hotspots[2]
        sent = call(here.client, here.client, 91, 34)  # 12 s
        talk(here, sent[:75], [listener])  # by now the quenched neighbour has answered a probe
        first = listener.drain(75, 0.05)
        check(len(first) == 75, "%d of 75 frames came" % len(first))
        # whichever server the call came by, one of them carries it and the other is quenched
        carrier = 1 if carries(mesh, 1) else 3
        mesh.servers[carrier].kill()
        tasks = ["thread-self"] + [server.child("voice") for n, server in enumerate(mesh.servers) if n != carrier]
        waited = kept_waiting(*tasks)
        talk(here, sent[75:], [listener])
        waited = kept_waiting(*tasks) - waited
        heard = listener.drain(1)
        judge(first + heard)
        numbers = [f.seq for f in first + heard if f.is_voice()]
        check(len(set(numbers)) == len(numbers), "a frame was heard twice")
        lost = len(sent) - 75 - len(heard)
        # a probe just before the lost path's second of silence is over, the next one, and half a second without an answer
        longest = round((1 + 3 + 0.5 + waited) / 0.06) + 3
        check(lost <= longest, "%d frames (%.1f s) were lost in the change, %.1f s of waiting for a processor" % (lost, lost * 0.06, waited))


def carries(mesh, n):
    """Does the call come to server 2 by server n?"""
    rows = mesh.servers[2].ctl_json("calls")
    return any("n%d" % n in str(row) for row in rows)


class Balancer:
    """Passes each client on to one of the servers, always the same one, as a balancer that assigns by source address does."""

    def __init__(self, ports):
        self.ports, self.ways, self.back = ports, {}, {}
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind(("127.0.0.1", 0))
        self.port = self.front.getsockname()[1]
        self.done = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def way(self, client):
        if client not in self.ways:
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.connect(("127.0.0.1", self.ports[len(self.ways) % len(self.ports)]))
            self.ways[client], self.back[s] = s, client
        return self.ways[client]

    def run(self):
        while not self.done:
            for s in select.select([self.front, *self.back], [], [], 0.1)[0]:
                octets, sender = s.recvfrom(2048)
                if s is self.front:
                    self.way(sender).send(octets)
                else:
                    self.front.sendto(octets, self.back[s])

    def close(self):
        self.done = True
        self.thread.join()
        for s in [self.front, *self.back]:
            s.close()


@case
def two_servers_share_a_port_behind_a_balancer():
    with Mesh(2, {(0, 1): "fbp"}) as mesh:
        balancer = Balancer([server.port for server in mesh.servers])
        try:
            rigs = [Hotspot(2300201 + n, balancer.port).login() for n in range(4)]
            for n, server in enumerate(mesh.servers):
                here = {row["client"] for row in ask(server.control, "sessions")} - {2300101 + n}
                check(here == {2300201 + n, 2300203 + n}, "on server %d are %s" % (n, here))
            sent = call(2300201, 2300201, 91, 2)
            talk(rigs[0], sent, rigs[1:])
            for rig in rigs[1:]:
                same_call(sent, rig.drain(len(sent)))
        finally:
            balancer.close()


class Alone(Started):
    """One server, and a neighbour of it made by hand that the server takes for an FBP or OBP one."""

    def __init__(self, protocol="fbp", more=""):
        self.neighbour, self.protocol = Neighbour(7301), protocol
        port = free_port()
        self.server = Server("static-2 = 91", peer_section("hand", protocol, port, self.neighbour.port, 7301) + more)
        self.neighbour.connect(port)

    def start(self):
        self.server.start()
        self.hotspot = Hotspot(2300101, self.server.port).login()
        if self.protocol == "fbp":
            self.neighbour.wait(lambda: self.neighbour.told("BCKA") and self.neighbour.told("BCVE"))
        self.neighbour.send(self.neighbour.keepalive())
        self.neighbour.take(0.1)

    def close(self):
        self.neighbour.close()
        self.server.close()


def received(alone, octets):
    """What the hotspot heard of datagrams the neighbour sent."""
    for one in octets:
        alone.neighbour.send(one)
        alone.neighbour.take(0.02)
    settle(alone.server.control)
    return alone.hotspot.drain(quiet=0.1)


def other_call(tg=91):
    return call(7301001, 2351111, tg, 1)


@case
def an_fbp_link_says_hello():
    with Alone() as alone:
        check(alone.neighbour.told("BCKA"), "no keepalive at the start")
        told = alone.neighbour.told("BCVE")
        check(told and told[0][4] == 5, "no version 5 at the start: %s" % told)


@case
def a_call_leaves_with_its_metadata():
    with Alone() as alone:
        sent = [o[:53] + b"\x05\x2f" for o in call(2300101, 2300101, 91, 1)]
        talk(alone.hotspot, sent)
        heard = alone.neighbour.heard
        check(alone.neighbour.wait(lambda: len(heard) >= len(sent)), "%d of %d frames" % (len(heard), len(sent)))
        same_call(sent, [b.frame for b in heard])
        for b in heard:
            check((b.version, b.network, b.server, b.repeater, b.hops, b.slot_bit) ==
                  (5, 2345, 2345, 2300101, 1, False), "it left as %s" % vars(b))
            check(abs(b.stamp_s - time.time()) < PATIENCE_S, "its time is %f" % b.stamp_s)


@case
def v1_leaves_cut_and_signed():
    with Alone("obp") as alone:
        check(not alone.neighbour.controls, "control packets on OpenBridge: %s" % alone.neighbour.controls)
        sent = call(2300101, 2300101, 91, 1)
        talk(alone.hotspot, sent)
        heard = alone.neighbour.heard
        check(alone.neighbour.wait(lambda: len(heard) >= len(sent)), "%d of %d frames" % (len(heard), len(sent)))
        same_call(sent, [b.frame for b in heard])
        check({(b.version, b.network, b.slot_bit) for b in heard} == {(1, 2345, False)}, "not as v1 demands")


@case
def v5_and_v4_are_taken():
    with Alone() as alone:
        for version in (5, 4):
            sent = other_call()
            heard = received(alone, [alone.neighbour.v5(o, repeater=730100101, version=version) for o in sent])
            same_call(sent, heard)
            time.sleep(0.7)


@case
def what_is_wrong_is_refused():
    with Alone() as alone:
        me = alone.neighbour
        stranger = Neighbour(7302, "another")
        wrong = {
            "old": lambda o: me.v5(o, age_s=8),
            "far": lambda o: me.v5(o, hops=10),
            "unsigned": lambda o: me.v5(o)[:-16] + bytes(16),
            "signed with another key": lambda o: stranger.v5(o),
            "from another server": lambda o: altered(stranger, me.key).v5(o),
            "long": lambda o: me.v5(o) + b"\0",
            "of version 1": lambda o: me.v1(o),
        }
        for what, make in wrong.items():
            check(not received(alone, [make(o) for o in other_call()]), "a call that is %s was heard" % what)
        check(received(alone, [me.v5(o) for o in other_call()]), "a good call is not heard after them")
        for tg in (9, 79, 4000, 9990, 900999):
            check(not received(alone, [me.v5(o) for o in other_call(tg)]), "TG %d came in" % tg)
        stranger.close()


def altered(neighbour, key):
    neighbour.key = key
    return neighbour


@case
def a_frame_is_played_once():
    with Alone() as alone:
        sent = other_call()
        heard = received(alone, [again for o in sent for again in [alone.neighbour.v5(o)] * 2])
        same_call(sent, heard)


PROBE_S = 3


@case
def a_quenched_stream_is_held_to_probes():
    with Alone() as alone:
        me = alone.neighbour
        sent = call(2300101, 2300101, 91, 20)  # 7.2 s
        stream = sent[0][16:20]
        talk(alone.hotspot, sent[:10])
        last, gaps = time.monotonic(), 0
        check(me.wait(lambda: len(me.heard) == 10), "%d of 10 frames came before the quench" % len(me.heard))
        probes, began = 0, time.monotonic()
        me.send(me.quench(91, stream))
        for octets in sent[10:]:
            settle(alone.server.control)
            gaps += time.monotonic() - last > 0.8  # after a second of silence it is another call
            last = time.monotonic()
            me.heard.clear()
            talk(alone.hotspot, [octets])
            settle(alone.server.control)
            if me.take(0.005).heard:
                probes += 1
                me.send(me.quench(91, stream))
        most = 1 + (time.monotonic() - began) / PROBE_S + gaps
        check(1 <= probes <= most, "%d probes in %d frames" % (probes, len(sent) - 10))


@case
def two_copies_draw_one_quench():
    one, two = Neighbour(7301), Neighbour(7302)
    port = free_port()
    with Server("static-2 = 91", peer_section("one", "fbp", port, one.port, 7301) +
                peer_section("two", "fbp", port, two.port, 7302)) as server:
        hotspot = Hotspot(2300101, server.port).login()
        for n in (one, two):
            n.connect(port)
            n.send(n.keepalive())
            n.take(0.1)
            n.heard.clear()
        sent = other_call()
        for octets in sent:
            one.send(one.v5(octets))
            settle(server.control)
            one.take(0.01)
            two.send(two.v5(octets, server=7301))
            settle(server.control)
            two.take(0.01)
            if len(two.heard) == 1:
                two.send(two.quench(91, octets[16:20]))
        heard = hotspot.drain(len(sent))
        same_call(sent, heard)
        quenches = two.told("BCSQ")
        check(len(quenches) == 1 and quenches[0][4:11] == b"\0\0\x5b" + sent[0][16:20],
              "the second copy drew %s" % [q.hex() for q in quenches])
        check(not one.told("BCSQ"), "the first copy was quenched")
        check(not one.heard, "the call went back where it came from")
        check(len(two.heard) <= 2, "%d frames came in spite of the quench" % len(two.heard))
        for n in (one, two):
            n.close()


main()
