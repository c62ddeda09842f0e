"""A real server that logs in to another one as a hotspot would, over loopback."""

import time

from cases import case, check, main
from dmr import Frame, call, judge
from hotspot import Hotspot, same_call, talk
from server import Server, free_port, wait_for

UPLINK_ID = 234567899


def uplink(port, passphrase="rigpass", more="", target="127.0.0.1"):
    return "[uplink up]\ntarget = %s:%d\nid = %d\npassphrase = %s\nmap = 2:3100 = 91\n%s\n" % (
        target, port, UPLINK_ID, passphrase, more)


def is_up(server):
    return any(row.get("name") == "up" and row["up"] for row in server.ctl_json("peers"))


class Pair:
    """A master, a server that logs in to it, and a hotspot at each; the conference is 3100 there and 91 here."""

    def __init__(self, passphrase="rigpass", more="", target="127.0.0.1"):
        self.master = Server("static-2 = 3100", port=free_port(), server_id=3100)
        self.below = Server("static-2 = 91", uplink(self.master.port, passphrase, more, target))
        self.hotspots = []

    def __enter__(self):
        try:
            self.master.start()
            self.below.start()
            self.there = Hotspot(3100101, self.master.port)
            self.here = Hotspot(2300101, self.below.port)
            self.hotspots = [self.there.login(), self.here.login()]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for hotspot in self.hotspots:
            hotspot.close()
        self.below.close()
        self.master.close()

    def wait(self, seconds=5.0):
        check(wait_for(lambda: is_up(self.below), seconds), "the uplink does not come up: " + self.below.stderr()[-300:])

    def exchange(self):
        for talker, listener, tg, other in [(self.here, self.there, 91, 3100), (self.there, self.here, 3100, 91)]:
            sent = call(talker.client, talker.client, tg, 3)
            talk(talker, sent, [listener])
            heard = listener.drain()
            judge(heard)
            expected = [Frame(o) for o in call(talker.client, talker.client, other, 3, stream=sent[0][16:20])]
            check([f.octets[4:11] + f.octets[15:20] for f in heard] ==
                  [f.octets[4:11] + f.octets[15:20] for f in expected], "heard %s" % heard)
            check([f.voice() for f in heard if f.is_voice()] ==
                  [f.voice() for f in map(Frame, sent) if f.is_voice()], "the voice was changed")
            check(not talker.drain(0.1), "the talker heard himself")
            time.sleep(0.7)  # decision 7: the pause between two talkers


@case
def calls_cross_both_ways():
    with Pair() as pair:
        pair.wait()
        check(UPLINK_ID in [row.get("client") for row in pair.master.ctl_json("sessions")], "no session at the master")
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
        rows = pair.master.ctl_json("session", str(UPLINK_ID))
        check(any(row.get("rf_tg") == 3101 for row in rows), "not subscribed: %s" % rows)


@case
def wrong_passphrase_is_refused_and_said():
    with Pair(passphrase="wrong") as pair:
        check(wait_for(lambda: "uplink refused name=up after=passphrase" in pair.below.stderr()), "not said")
        check(not is_up(pair.below), "it is up")


@case
def a_restarted_master_is_found_again():
    with Pair() as pair:
        pair.wait()
        pair.master.kill()
        time.sleep(0.5)
        pair.master.start()
        pair.there.login()
        pair.wait(25)  # the first ping after the restart is refused
        check(wait_for(lambda: UPLINK_ID in [row.get("client") for row in pair.master.ctl_json("sessions")], 30),
              "no session at the new master")
        pair.wait()
        pair.exchange()


@case
def it_logs_out_when_it_stops():
    with Pair() as pair:
        pair.wait()
        check(pair.below.stop() == 0, "exit code")
        check(wait_for(lambda: UPLINK_ID not in [row.get("client") for row in pair.master.ctl_json("sessions")], 2),
              "the session is still there")


main()
