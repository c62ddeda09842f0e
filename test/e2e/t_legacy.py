"""The legacy report socket, as a dashboard of FreeDMR sees it."""

import pickle
import socket
import time

from cases import case, check, main
from control import counter, settle
from dmr import call
from hotspot import Hotspot, be32, rptc, same_call, talk
from legacy import Dashboard
from mesh import wait_for_links
from server import PATIENCE_S, Server, free_port, wait_for

KEYS = {
    "OPENBRIDGE": {"MODE": str, "ENABLED": bool, "NETWORK_ID": bytes, "TARGET_IP": str, "TARGET_PORT": int},
    "PEER": {"MODE": str, "ENABLED": bool, "LOCATION": bytes, "DESCRIPTION": bytes, "URL": bytes, "CALLSIGN": bytes,
             "RADIO_ID": bytes, "MASTER_IP": str, "MASTER_PORT": int, "SLOTS": bytes, "STATS": dict},
    "MASTER": {"MODE": str, "ENABLED": bool, "REPEAT": bool, "SINGLE_MODE": bool, "TS1_STATIC": str, "TS2_STATIC": str,
               "_default_options": str, "PEERS": dict},
}
CLIENT = {"CONNECTION": str, "CONNECTED": float, "IP": str, "PORT": int, "CALLSIGN": bytes, "RX_FREQ": bytes,
          "TX_FREQ": bytes, "COLORCODE": bytes, "LOCATION": bytes, "DESCRIPTION": bytes, "SLOTS": bytes, "URL": bytes,
          "SOFTWARE_ID": bytes, "PACKAGE_ID": bytes}
LEG = {"SYSTEM": str, "TS": int, "TGID": bytes, "ACTIVE": bool, "TO_TYPE": str, "TIMER": float, "ON": list, "OFF": list}


class Legacy(Server):
    def __init__(self, listener="static-2 = 91", systems=4, more=""):
        self.legacy = free_port()
        super().__init__(listener, "legacy = 127.0.0.1:%d\nlegacy-systems = %d\n%s" % (self.legacy, systems, more))

    def dashboard(self):
        settle(self.control)  # the first picture has all that was done
        d = Dashboard(self.legacy)
        check(d.wait(lambda: d.bridges is not None), "no CONFIG and BRIDGES: %s" % d.frames)
        return d


class Neighbour(Server):
    """A server with another id."""

    def start(self):
        with open(self.config) as f:
            text = f.read()
        with open(self.config, "w") as f:
            f.write(text.replace("id = 2345\n", "id = 2340\n", 1))
        super().start()


def same_types(what, row, types):
    check({k: type(v) for k, v in row.items()} == types, "%s: %s" % (what, row))


@case
def config_and_bridges_come_at_once_and_have_the_keys_dashboards_read():
    with Legacy() as server:
        Hotspot(2300101, server.port, simplex=True).login("TS2=91,2350;DIAL=235;SINGLE=0")
        Hotspot(2300102, server.port).login()
        d = server.dashboard()
        check([kind for kind, _ in d.frames[:2]] == ["config", "bridges"], "%s" % d.frames)
        check(list(d.config) == ["SYSTEM-%d" % n for n in range(4)], "%s" % list(d.config))
        for name, system in d.config.items():
            same_types(name, system, KEYS[system["MODE"]])
            for peer, row in system["PEERS"].items():
                check(type(peer) is bytes and len(peer) == 4, "%r" % peer)
                same_types(name, row, CLIENT)
        one = d.config[d.system_of(2300101)]
        check(one["TS2_STATIC"] == "91,2350" and one["SINGLE_MODE"] is False, "%s" % one)
        row = d.client(2300101)
        check(row["SLOTS"] == b"4" and row["RX_FREQ"] == b"433000000" and row["CALLSIGN"] == b"RIG1", "%s" % row)
        check(row["CONNECTION"] == "YES" and abs(row["CONNECTED"] - time.time()) < PATIENCE_S, "%s" % row)
        check(d.client(2300102)["SLOTS"] == b"3", "duplex")
        for legs in d.bridges.values():
            for leg in legs:
                same_types("leg", leg, LEG)
                check(len(leg["TGID"]) == 3, "%s" % leg)
        check(set(d.bridges) == {"91", "2350", "#235"}, "%s" % d.bridges)
        dialled = d.bridges["#235"][0]
        check(dialled["TGID"] == bytes([0, 0, 9]) and dialled["TS"] == 2, "%s" % dialled)
        for bridge, legs in d.bridges.items():  # what no user keyed is shown as held, not as a user's with no time left
            check({leg["TO_TYPE"] for leg in legs} == {"OFF"}, "%s: %s" % (bridge, legs))
        check("rigpass" not in repr(d.frames), "a secret")


@case
def a_call_is_told_on_both_sides():
    with Legacy() as server:
        one = Hotspot(2300101, server.port).login()
        two = Hotspot(2300102, server.port).login()
        d = server.dashboard()
        sent = call(2300101, 2300101, 91, 6)  # 2.2 s
        began = time.monotonic()
        talk(one, sent, [two])
        d.wait(lambda: len(d.events()) == 4)
        took = time.monotonic() - began
        a, b = d.system_of(2300101), d.system_of(2300102)
        stream = str(int.from_bytes(sent[0][16:20], "big"))
        tail = [stream, "2300101", "2300101", "2", "91"]
        told = [fields[:9] for fields in d.events()]
        check(told == [["GROUP VOICE", "START", "RX", a] + tail, ["GROUP VOICE", "START", "TX", b] + tail,
                       ["GROUP VOICE", "END", "TX", b] + tail, ["GROUP VOICE", "END", "RX", a] + tail], "%s" % told)
        for fields in d.events()[2:]:
            check(1 < float(fields[9]) < took + 0.1, "%s of %.2f s" % (fields[9], took))


@case
def private_calls_are_not_told():
    with Legacy("static-2 = 91\nprivate-calls = yes\nhang-time = 0s") as server:
        one = Hotspot(2300101, server.port).login()
        two = Hotspot(2300102, server.port).login()
        d = server.dashboard()
        talk(two, call(2300102, 2300102, 91, 0), [one])  # says where the radio is
        d.wait(lambda: len(d.events()) == 4)
        del d.frames[:]
        one.drain(2)
        time.sleep(0.7)  # decision 7: the pause between two talkers
        talk(one, call(2300101, 2300101, 2300102, 1, unit=True), [two])
        check(any(f.unit for f in two.drain(8)), "it was not carried")
        time.sleep(0.7)
        talk(one, call(2300101, 2300101, 91, 0), [two])
        d.wait(lambda: len(d.events()) >= 4)
        check({fields[8] for fields in d.events()} == {"91"}, "%s" % d.events())


@case
def a_call_on_air_is_told_to_who_comes_later():
    with Legacy() as server:
        one = Hotspot(2300101, server.port).login()
        two = Hotspot(2300102, server.port).login()
        late = []
        talk(one, call(2300101, 2300101, 91, 6), [two], beside=lambda: late.append(server.dashboard()))
        d = late[0]
        d.wait(lambda: len(d.events()) == 4)
        told = [(f[1], f[2]) for f in d.events()]
        check(told == [("START", "RX"), ("START", "TX"), ("END", "TX"), ("END", "RX")], "%s" % told)


@case
def the_start_is_repeated_when_another_call_has_ended_since():
    for repeat, wanted in (("yes", ["START", "START", "END", "START", "END"]), ("no", ["START", "START", "END", "END"])):
        with Legacy("", more="legacy-repeat = " + repeat) as server:
            one = Hotspot(2300101, server.port).login("TS2=91")
            two = Hotspot(2300102, server.port).login("TS2=92")
            d = server.dashboard()
            talk(one, call(2300101, 2300101, 91, 4),
                 middle=lambda: talk(two, call(2300102, 2300102, 92, 0)[:1] + call(2300102, 2300102, 92, 0)[-1:]))
            d.wait(lambda: len(d.events()) == len(wanted))
            d.listen(0.5)
            check([f[1] for f in d.events()] == wanted, "%s: %s" % (repeat, d.events()))


@case
def changes_are_told_within_seconds_and_seats_are_kept():
    with Legacy() as server:
        d = server.dashboard()
        one = Hotspot(2300101, server.port).login()
        two = Hotspot(2300102, server.port).login()
        check(d.wait(lambda: d.shown_on(2300101) and d.shown_on(2300102)), "they do not appear")
        seat = d.system_of(2300102)
        one.logout()
        check(d.wait(lambda: d.shown_on(2300101) is None), "it does not go")
        check(d.system_of(2300102) == seat, "the other was moved")
        Hotspot(2300103, server.port).login()
        check(d.wait(lambda: d.shown_on(2300103)), "the third does not appear")
        check(d.system_of(2300103) == "SYSTEM-2", "a seat was not left empty: " + d.system_of(2300103))
        two.send(b"RPTO" + be32(2300102) + b"TS2=4400")
        check(d.wait(lambda: "4400" in d.bridges), "new options are not reported")
        check(d.wait(lambda: d.frames[-1][0] == "text"), "no frame says so")
        check(not d.ended, "the connection was closed")


@case
def a_keyed_talkgroup_counts_down_from_its_deadline():
    with Legacy("static-2 = 91\nsingle = no\ntimer = 5m") as server:
        d = server.dashboard()
        one = Hotspot(2300101, server.port).login()

        def deadline():
            """Of the talkgroup as a user's, by the clock."""
            for leg in (d.bridges or {}).get("235", []):
                if leg["ACTIVE"] and leg["TO_TYPE"] == "ON":
                    return leg["TIMER"]
            return 0

        def key():
            before = time.time()
            talk(one, call(2300101, 2300101, 235, 4), [])
            return before + 300

        first = key()
        check(d.wait(deadline), "it is not shown: %s" % d.bridges)
        check(first - 1 < deadline() < time.time() + 301, "%s seconds are left" % (deadline() - time.time()))
        time.sleep(5)
        again = key()
        check(d.wait(lambda: deadline() > again - 1), "%s seconds are left, the timer has restarted" %
              (deadline() - time.time()))


@case
def more_sessions_than_systems_do_no_harm():
    with Legacy(systems=2) as server:
        crowd = [Hotspot(2300101 + n, server.port).login() for n in range(4)]
        d = server.dashboard()
        check(len(d.config) == 2 and all(len(s["PEERS"]) == 1 for s in d.config.values()), "%s" % d.config)
        talk(crowd[3], call(2300104, 2300104, 91, 1), crowd[:3])
        d.wait(lambda: len(d.events()) >= 4)
        d.listen(0.5)
        check({f[2] for f in d.events()} == {"TX"} and len(d.events()) == 4, "%s" % d.events())
        crowd[0].logout()
        check(d.wait(lambda: d.shown_on(2300103) or d.shown_on(2300104)), "no client moved up")


@case
def hostile_text_is_made_harmless():
    with Legacy() as server:
        rig = Hotspot(2300101, server.port)
        salt = rig.challenge()
        import hashlib
        rig.ask(b"RPTK" + be32(2300101) + hashlib.sha256(salt + b"rigpass").digest(), b"RPTACK")
        message = bytearray(rptc(2300101))
        at = message.index(b"Reading")
        message[at:at + 20] = b"Z\xfcrich\0<b>,\x1b[2J\n".ljust(20)
        rig.ask(bytes(message), b"RPTACK")
        d = server.dashboard()
        location = d.client(2300101)["LOCATION"].decode("utf-8")
        check(location.startswith("Z\u00fcrich"), "%r" % location)
        check(all(c >= " " for c in location) and location == location.strip(), "%r" % location)


@case
def requests_are_answered_and_nonsense_ends_the_connection():
    with Legacy() as server:
        d = server.dashboard()
        check(d.wait(lambda: d.frames[-1] == ("text", "bridge updated")), "the first picture is not whole: %s" % d.frames)
        before = len(d.frames)
        d.ask(0)
        check(d.wait(lambda: len(d.frames) >= before + 2), "CONFIG_REQ was not answered")
        check([k for k, _ in d.frames[before:before + 2]] == ["config", "bridges"], "%s" % d.frames[before:])
        for nonsense in (b"GET / HTTP/1.1\r\n\r\n", b"03:abc,", b"99999999:", b"\xff" * 5000):
            bad = Dashboard(server.legacy)
            bad.socket.sendall(nonsense)
            bad.wait(lambda: bad.ended)
            check(bad.ended, "%r was borne" % nonsense[:20])
        check(not d.ended, "the good connection was closed")


@case
def who_may_not_call_is_hung_up_on():
    with Legacy(more="legacy-allow = 192.0.2.0/24") as server:
        d = Dashboard(server.legacy)
        d.wait(lambda: d.ended)
        check(d.ended and not d.frames, "it was let in")


@case
def two_hundred_systems_stay_below_what_simple_tools_take():
    with Legacy(systems=200) as server:
        for n in range(50):
            Hotspot(2300101 + n, server.port).login()
        d = server.dashboard()
        check(len(d.config) == 200 and d.longest < 99999, "%d octets" % d.longest)


@case
def a_stuck_dashboard_is_dropped_alone_and_voice_is_untouched():
    with Legacy("static-2 = 91", systems=2000) as server:
        one = Hotspot(2300101, server.port).login()
        two = Hotspot(2300102, server.port).login()
        stuck = socket.socket()
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect(("127.0.0.1", server.legacy))  # a picture of 480 kB, of which it never reads anything
        d = server.dashboard()
        sent = call(2300101, 2300101, 91, 5)
        talk(one, sent, [two], beside=lambda: [Hotspot(2300110 + n, server.port).login() for n in range(3)])
        same_call(sent, two.drain(len(sent)))
        check(d.wait(lambda: len(d.events()) >= 4), "the other dashboard was held up")

        def dropped():
            extra = Hotspot(2300200 + int(time.monotonic()) % 100, server.port).login()
            d.listen(1)
            extra.logout()
            return counter(server.control, "report_legacy_slow_followers_total") + \
                counter(server.control, "report_legacy_idle_callers_total")

        check(wait_for(dropped, 120), "the stuck one stays")
        check(not d.ended, "the other one went too")
        stuck.close()


@case
def calls_of_the_mesh_are_told_at_the_neighbour_in_both_directions():
    ports = [free_port(), free_port()]
    link = "\n[peer n]\nbind = 127.0.0.1:%d\ntarget = 127.0.0.1:%d\npassphrase = mesh key\nlocal-id = %d\nremote-id = %d\n"
    with Legacy("static-2 = 235", more=link % (ports[0], ports[1], 2345, 2340)) as ours, \
            Neighbour("static-2 = 235", more=link % (ports[1], ports[0], 2340, 2345)) as theirs:
        near = Hotspot(2300101, ours.port).login()
        far = Hotspot(2400101, theirs.port).login()
        d = ours.dashboard()
        check("OBP-n" in d.config, "%s" % list(d.config))
        same_types("OBP-n", d.config["OBP-n"], KEYS["OPENBRIDGE"])
        check(d.config["OBP-n"]["NETWORK_ID"] == be32(2340), "%s" % d.config["OBP-n"])

        for server in (ours, theirs):
            wait_for_links(server)
        talk(near, call(2300101, 2300101, 235, 1), [far])
        d.wait(lambda: len(d.events()) >= 4)
        told = [(f[1], f[2], f[3], f[5], f[7]) for f in d.events()]
        here = d.system_of(2300101)
        check(told == [("START", "RX", here, "2300101", "2"), ("START", "TX", "OBP-n", "2300101", "1"),
                       ("END", "TX", "OBP-n", "2300101", "1"), ("END", "RX", here, "2300101", "2")], "%s" % told)
        far.drain(8)
        time.sleep(6)  # hang time
        del d.frames[:]
        talk(far, call(2400101, 2400101, 235, 1), [near])
        d.wait(lambda: len(d.events()) >= 4)
        told = [(f[1], f[2], f[3], f[5], f[7], f[8]) for f in d.events()]
        check(told == [("START", "RX", "OBP-n", "2340", "1", "235"), ("START", "TX", here, "2340", "2", "235"),
                       ("END", "TX", here, "2340", "2", "235"), ("END", "RX", "OBP-n", "2340", "1", "235")], "%s" % told)


@case
def an_uplink_is_a_system_of_its_own():
    master = Server("static-2 = 3100", port=free_port(), server_id=3100)
    more = "\n[uplink up]\ntarget = 127.0.0.1:%d\nid = 234567899\npassphrase = rigpass\nmap = 2:3100 = 91\n" % master.port
    with master, Legacy(more=more) as server:
        there, here = Hotspot(3100101, master.port).login(), Hotspot(2300101, server.port).login()
        d = server.dashboard()
        same_types("PEER-up", d.config["PEER-up"], KEYS["PEER"])
        check(d.wait(lambda: d.config["PEER-up"]["STATS"]["CONNECTION"] == "YES"), "%s" % d.config["PEER-up"])
        check(abs(d.config["PEER-up"]["STATS"]["CONNECTED"] - time.time()) < PATIENCE_S, "%s" % d.config["PEER-up"])
        talk(here, call(2300101, 2300101, 91, 1), [there])
        d.wait(lambda: len(d.events()) >= 4)
        told = [(f[1], f[2], f[3], f[5], f[8]) for f in d.events()]
        seat = d.system_of(2300101)
        check(told == [("START", "RX", seat, "2300101", "91"), ("START", "TX", "PEER-up", "2300101", "3100"),
                       ("END", "TX", "PEER-up", "2300101", "3100"), ("END", "RX", seat, "2300101", "91")], "%s" % told)


@case
def a_restarted_reporter_serves_again():
    with Legacy() as server:
        Hotspot(2300101, server.port).login()
        d = server.dashboard()
        import os
        import signal
        os.kill(server.child("report"), signal.SIGKILL)
        check(d.wait(lambda: d.ended), "its connection stays")

        def again():
            try:
                return server.dashboard().system_of(2300101)
            except (AssertionError, OSError):
                return None

        check(wait_for(again, every=0.3), "it does not come back")


main()
