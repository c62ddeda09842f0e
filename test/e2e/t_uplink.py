"""A real server that logs in to another one as a hotspot would, over loopback."""

import os
import time

from cases import case, check, main
from control import ask
from dmr import Frame, call, judge
from hotspot import Hotspot, same_call, talk
from mesh import peer_section
from server import PATIENCE_S, Server, Started, free_port, wait_for

UPLINK_ID = 234567899


def uplink(port, passphrase="rigpass", more="", target="127.0.0.1", tg=3100):
    return "[uplink up]\ntarget = %s:%d\nid = %d\npassphrase = %s\nmap = 2:%d = 91\n%s\n" % (
        target, port, UPLINK_ID, passphrase, tg, more)


def is_up(server):
    return any(row.get("name") == "up" and row["up"] for row in server.ctl_json("peers"))


def links_up(server):
    return sum(row.get("up", False) for row in server.ctl_json("peers"))


class Pair(Started):
    """A master, a server that logs in to it, and a hotspot at each; the conference is `tg` there and 91 here."""

    def __init__(self, passphrase="rigpass", more="", target="127.0.0.1", tg=3100, above=""):
        self.tg = tg
        self.master = Server("static-2 = %d" % tg, above, port=free_port(), server_id=3100)
        self.below = Server("static-2 = 91", uplink(self.master.port, passphrase, more, target, tg))
        self.hotspots = []

    def start(self):
        self.master.start()
        self.below.start()
        self.there = Hotspot(3100101, self.master.port)
        self.here = Hotspot(2300101, self.below.port)
        self.hotspots = [self.there.login(), self.here.login()]

    def close(self):
        for hotspot in self.hotspots:
            hotspot.close()
        self.below.close()
        self.master.close()

    def wait(self, seconds=PATIENCE_S):
        check(wait_for(lambda: is_up(self.below), seconds), "the uplink does not come up: " + self.below.stderr()[-300:])

    def exchange(self):
        for talker, listener, tg, other in [(self.here, self.there, 91, self.tg), (self.there, self.here, self.tg, 91)]:
            sent = call(talker.client, talker.client, tg, 3)
            talk(talker, sent, [listener])
            heard = listener.drain(len(sent))
            judge(heard)
            expected = [Frame(o) for o in call(talker.client, talker.client, other, 3, stream=sent[0][16:20])]
            check([f.octets[4:11] + f.octets[15:20] for f in heard] ==
                  [f.octets[4:11] + f.octets[15:20] for f in expected], "heard %s" % heard)
            check([f.voice() for f in heard if f.is_voice()] ==
                  [f.voice() for f in map(Frame, sent) if f.is_voice()], "the voice was changed")
            check(not talker.drain(quiet=0.1), "the talker heard himself")
            time.sleep(0.7)  # decision 7: the pause between two talkers


@case
def calls_cross_both_ways():
    with Pair() as pair:
        pair.wait()
        check(UPLINK_ID in [row.get("client") for row in ask(pair.master.control, "sessions")], "no session at the master")
        check(UPLINK_ID not in [row.get("client") for row in pair.below.ctl_json("sessions")], "it is no session here")
        pair.exchange()


@case
def a_name_is_resolved():
    with Pair(target="localhost") as pair:
        pair.wait()
        pair.exchange()


@case
def options_reach_the_master():
    with Pair(more="options = TS1=3101") as pair:
        pair.wait()

        def rows():
            return ask(pair.master.control, "session %d" % UPLINK_ID)

        check(wait_for(lambda: any(row.get("rf_tg") == 3101 for row in rows())), "not subscribed: %s" % rows())


@case
def wrong_passphrase_is_refused_and_said():
    with Pair(passphrase="wrong") as pair:
        check(wait_for(lambda: "uplink refused name=up after=passphrase" in pair.below.stderr()),
              "not said: " + pair.below.stderr()[-300:])
        check(not is_up(pair.below), "it is up")


@case  # 25 s
def a_restarted_master_is_found_again():
    with Pair() as pair:
        pair.wait()
        pair.master.kill()
        time.sleep(0.5)
        pair.master.start()
        pair.there.login()
        pair.wait()  # the first ping after the restart is refused
        check(wait_for(lambda: UPLINK_ID in [row.get("client") for row in pair.master.ctl_json("sessions")]),
              "no session at the new master")
        pair.wait()
        pair.exchange()


@case
def it_logs_out_when_it_stops():
    with Pair() as pair:
        pair.wait()
        check(pair.below.stop() == 0, "exit code")
        check(wait_for(lambda: UPLINK_ID not in [row.get("client") for row in pair.master.ctl_json("sessions")]),
              "the session is still there")


@case  # 16 s
def the_next_target_is_tried():
    with Pair(target="127.0.0.1:%d, localhost" % free_port()) as pair:
        pair.wait()  # after the round with the first, of 10 s and some
        pair.exchange()


@case
def an_operator_resets_it():
    with Pair() as pair:
        pair.wait()
        check(pair.below.ctl("peer", "up", "reset")[0] == 0, "refused")
        check(wait_for(lambda: "uplink down name=up" in pair.below.stderr()), "not said")
        pair.wait()
        pair.exchange()
        check(pair.below.ctl("peer", "up", "stun")[0] != 0, "an uplink was stunned")


def data_call(client, dst):
    """A CSBK, a data header and two blocks to one radio, as a message is sent."""
    stream = os.urandom(4)
    return [b"DMRD" + bytes([seq]) + client.to_bytes(3, "big") + dst.to_bytes(3, "big") + client.to_bytes(4, "big") +
            bytes([0x80 | 0x40 | 0x20 | kind]) + stream + bytes((seq * 29 + i) & 255 for i in range(33)) + b"\0\0"
            for seq, kind in enumerate([3, 6, 7, 7])]


@case  # 15 s
def data_finds_a_radio_above_and_below():
    with Pair() as pair:
        pair.wait()
        pair.exchange()  # so both servers know where the radios are
        time.sleep(6)    # hang time: data waits for no idle slot
        for talker, listener in [(pair.here, pair.there), (pair.there, pair.here)]:
            sent = data_call(talker.client, listener.client)
            talk(talker, sent, [listener])
            same_call(sent, listener.drain(len(sent)))
            time.sleep(1.5)  # until the message is over for both servers


@case  # 19 s
def linked_twice_calls_are_heard_once():
    """As client and as neighbour, with transit between the two paths: every call comes twice and could loop."""
    ports = [free_port(), free_port()]
    with Pair(tg=91, more="transit = all\n" + peer_section("m", "fbp", ports[0], ports[1], 3100),
              above=peer_section("b", "fbp", ports[1], ports[0], 2345)) as pair:
        pair.wait()
        check(wait_for(lambda: links_up(pair.below) == 2), "the link does not come up")
        check(wait_for(lambda: links_up(pair.master) == 1), "nor over there")
        for _ in range(2):
            pair.exchange()


main()
