"""What real hotspots sent, sent again: they get the answers they need, and calls arrive.

All captures are replayed at the same time, each against a server of its own, because they take as long as they took.
"""

from concurrent.futures import ThreadPoolExecutor

from capture import Replay, heard_call, read
from cases import case, check, main
from control import ask
from dmr import Frame, judge
from hotspot import Hotspot, be32, same_call, talk
from server import PATIENCE_S, Server, wait_for

LISTENER = "static-2 = 91"
LISTENERS = {
    "direct-calls": "",
    "gateway-calls": "",
    "direct-alias-data": LISTENER,
    "gateway-alias-data": LISTENER,
    "direct-handover-fade": LISTENER,
    "direct-two-talkers": LISTENER,
    "duplex-two-slots": "",
    "direct-logout-crash": LISTENER,
    "direct-wrong-password": LISTENER,
    "rewriting-master": "",
}


def run(name, listener):
    """A finished replay; every client's whole hearing is already judged."""
    with Server(listener) as server:
        r = Replay(name, server.port)
        try:
            r.run()
            check(wait_for(lambda: not ask(server.control, "calls"), every=0.1), "calls go on: %s" % ask(server.control, "calls"))
            for client in r.clients.values():  # all has been sent by now
                while (octets := client.receive(0)):
                    client.take(octets)
            r.lastheard = ask(server.control, "lastheard")
        finally:
            r.close()
    for client in r.clients.values():
        judge(client.frames)
    return r


POOL = ThreadPoolExecutor(len(LISTENERS))
REPLAYS = {name: POOL.submit(run, name, listener) for name, listener in LISTENERS.items()}


def replay(name):
    return REPLAYS[name].result()


def reaches(r, call, listeners):
    """That call came to these clients octet by octet, and to no other."""
    talker, octets = call
    stream = Frame(octets[0]).stream
    for client in r.clients.values():
        heard = heard_call(client, stream)
        if client.client in listeners:
            same_call(octets, heard)
        else:
            check(not heard, "%d heard %s" % (client.client, heard[:1]))


@case  # 17 s
def direct_calls_arrive_octet_by_octet():
    r = replay("direct-calls")
    first, second, third, private = r.calls()
    reaches(r, first, [2300102])
    reaches(r, second, [2300101])
    reaches(r, third, [2300101])
    reaches(r, private, [])


@case
def gateway_calls_arrive_octet_by_octet():
    r = replay("gateway-calls")
    first, second = r.calls()
    reaches(r, first, [2300202])
    reaches(r, second, [2300201])


def alias_and_data(name, listener):
    r = replay(name)
    calls = r.calls()
    check(len(calls) == 4, "%d transmissions in the capture" % len(calls))
    for call in calls:
        reaches(r, call, [listener])
    check(not [o for c in r.clients.values() for o in c.other], "DMRA or DMRG was answered")


def told_alias_and_position(name, src):
    """
    Of the two shapes of DMRA and DMRG datagrams the one of DMRGateway has 3 of 7 octets left, too little for a name or
    a place. Both are whole in the embedded link control of the same bursts, so reports have them either way.
    """
    row = next(row for row in replay(name).lastheard if row["src"] == src and not row["data"])
    check(row["talker"] == "RIG1 Rig Operator", "%s" % row)
    latitude, longitude = (float(degrees) for degrees in row["position"].split(","))
    check(abs(latitude - 0x4740DA * 180 / 2 ** 24) < 1e-4, "%s" % row)
    check(abs(longitude - 0x147AE1 * 360 / 2 ** 25) < 1e-4, "%s" % row)


@case
def alias_and_position_are_told_in_either_shape():
    told_alias_and_position("direct-alias-data", 2300301)
    told_alias_and_position("gateway-alias-data", 2300401)


@case
def direct_alias_and_data_survive():
    alias_and_data("direct-alias-data", 2300302)


@case
def gateway_alias_and_data_survive():
    alias_and_data("gateway-alias-data", 2300402)


@case
def handover_without_header_and_fade():
    r = replay("direct-handover-fade")
    early, first, handover, fade = r.calls()
    listener = r.by_id(2300503)
    reaches(r, first, [2300502, 2300503])
    same = heard_call(listener, Frame(early[1][0]).stream)
    same_call(early[1], same[:8])
    rest = same[8:]
    check(rest[0].is_header(), "the call that goes on without a header has no synthetic one: %s" % rest[:1])
    same_call(handover[1], rest[1:])
    heard = heard_call(listener, Frame(fade[1][0]).stream)
    same_call(fade[1], heard[:21])
    check(len(heard) == 22 and heard[21].is_terminator(), "the faded call has no terminator: %s" % heard[21:])


@case
def of_two_talkers_one_wins():
    r = replay("direct-two-talkers")
    one, two = r.calls()
    heard = r.by_id(2300603).frames
    streams = {f.stream for f in heard}
    winner = one if heard[0].stream == Frame(one[1][0]).stream else two
    check(len(streams) == 1, "the listener heard both talkers")
    same_call(winner[1], heard)


@case
def both_slots_at_once():
    r = replay("duplex-two-slots")
    first, second, third = r.calls()
    reaches(r, first, [2301202])
    reaches(r, second, [2301201])
    reaches(r, third, [2301202])


@case
def logout_and_crash_come_back():
    r = replay("direct-logout-crash")
    missed, second, third = r.calls()
    reaches(r, missed, [])
    reaches(r, second, [2301102])
    reaches(r, third, [2301102])


@case
def wrong_password_disturbs_nobody():
    r = replay("direct-wrong-password")
    (call,) = r.calls()
    reaches(r, call, [2301002])


@case  # 16 s
def dial_client_hears_talkgroup_nine():
    r = replay("rewriting-master")
    for call in r.calls():
        talker, octets = call
        stream = Frame(octets[0]).stream
        other = 2300903 if talker == 2300901 else 2300901
        same_call(octets, heard_call(r.by_id(other), stream))
        dial = heard_call(r.by_id(2300902), stream)
        check(len(dial) == len(octets), "%d of %d frames at the dial client" % (len(dial), len(octets)))
        for s, h in zip(map(Frame, octets), dial):
            check(h.dst == 9 and h.slot == 2 and h.src == s.src and h.seq == s.seq, "not rewritten: %s" % h)
            if s.is_voice():
                check(s.voice() == h.voice(), "the voice was changed: %s" % h)


@case
def server_restart_brings_everybody_back():
    """MSTCL at the end, RPTL afterwards; after a crash the next ping is refused and RPTL follows."""
    lines = read("master-restart")
    calls = [l for l in lines if l.direction == ">" and l.is_burst()]
    streams = list(dict.fromkeys(Frame(l.octets).stream for l in calls))
    with Server(LISTENER) as server:
        gateway, direct = Hotspot(2300702, server.port), Hotspot(2300701, server.port)
        both = (gateway, direct)
        for c in both:
            c.login()
        check(server.stop() == 0, "TERM did not end in exit code 0")
        for c in both:
            check(c.receive(PATIENCE_S) == b"MSTCL" + be32(c.client), "no MSTCL for %d" % c.client)
        server.start()
        for stream in streams:
            for c in both:
                c.login()
            sent = [l.octets for l in calls if Frame(l.octets).stream == stream]
            talk(direct, sent)
            same_call(sent, gateway.drain(len(sent)))
            server.kill()
            server.start()
            for c in both:
                c.ask(b"RPTPING" + be32(c.client), b"MSTNAK")


main()
