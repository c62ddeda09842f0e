"""Names of ids: `freedmr aliases` and the index the reporter maps."""

import json
import os
import subprocess

from cases import case, check, main
from control import Control, ask
from dmr import bits_of, call, embedded_decode, judge
from hotspot import Hotspot, be32, talk
from server import BINARY, Server, command, wait_for

ROWS = 300000


def make(directory, text, *options, name="user.csv"):
    source = os.path.join(directory, name)
    with open(source, "w") as f:
        f.write(text)
    return subprocess.run(command("aliases", *options, source, "-o", os.path.join(directory, "aliases")),
                          capture_output=True, text=True, timeout=60)


def table(rows):
    return "RADIO_ID,CALLSIGN,FIRST_NAME,LAST_NAME,CITY,STATE,COUNTRY\n" + "".join(
        "%d,G%dAB,Christopher,Smith,Leeds,Yorkshire,Country %d\n" % (2000000 + i, i, i // 2000) for i in range(rows))


def own_kb(pid):
    """Resident memory that is the process's own: pages of a mapped file are the page cache's, which takes them back."""
    with open("/proc/%d/status" % pid) as f:
        return next(int(line.split()[1]) for line in f if line.startswith("RssAnon"))


def alias_in(heard):
    """The talker alias in the embedded LC of a call, formats of 8 bits."""
    blocks, fragments = {}, []
    for f in heard:
        if f.is_voice() and 1 <= f.detail <= 4:
            fragments = fragments * (f.detail > 1) + [bits_of(f.burst)[116:148]]
        if len(fragments) == 4:
            lc = embedded_decode(fragments)
            blocks[lc[0] - 4] = bytes(lc[2:])
            fragments = []
    octets = b"".join(blocks.get(n, b"") for n in range(4))
    return octets[1:1 + (octets[0] >> 1 & 31)].decode() if octets else ""


class Named(Server):
    def __init__(self, listener="static-2 = 91"):
        super().__init__(listener, more="aliases = aliases")
        os.chmod(self.directory, 0o755)  # started as root, the reporter is another user


@case
def names_stand_where_ids_do():
    server = Named()
    done = make(server.directory, json.dumps({"results": [
        {"tgid": 91, "callsign": "World"}, {"id": 2300101, "callsign": "G0ABC", "fname": "Zo\u00eb",
                                            "country": "England"}]}), name="users.json")
    check(done.returncode == 0 and "1 subscribers, 0 repeaters, 1 talkgroups" in done.stdout, "%s" % done)
    with server:
        one, two = Hotspot(2300101, server.port).login(), Hotspot(2300102, server.port).login()
        follower = Control(server.control)
        follower.send("events call")
        follower.line()
        talk(one, call(2300101, 2300101, 91, 1), [two])
        event = follower.line()
        check(event["src_callsign"] == "G0ABC" and event["src_name"] == "Zo\u00eb" and
              event["src_country"] == "England" and event["conference_name"] == "World", "%s" % event)
        row = ask(server.control, "session 2300101")[0]
        check(row["name"] == "Zo\u00eb" and row["country"] == "England", "%s" % row)
        text = server.ctl("lastheard")[1]
        check("G0ABC" in text and "Zo\u00eb" in text, text)
        row = [r for r in ask(server.control, "conference 91") if r["row"] == "subscription"][0]
        check(row["conference_name"] == "World", "%s" % row)
        row = [r for r in ask(server.control, "conferences") if r["conference"] == 91][0]
        check(row["name"] == "World", "%s" % row)
        for words, names in ((("conferences",), ["World"]), (("conference", "91"), ["World"]),
                             (("sessions",), ["Zo\u00eb"]), (("lastheard",), ["G0ABC", "Zo\u00eb", "World"])):
            text = server.ctl(*words)[1]
            check(all(name in text for name in names), "%s: %s" % (words, text))


@case
def names_reach_radios_that_want_them():
    server = Named("static-2 = 91\nalias = yes")
    make(server.directory, "2300101,G0ABC,Zo\u00eb,,,,England\n")
    with server:
        one, two = Hotspot(2300101, server.port).login(), Hotspot(2300102, server.port).login()
        heard = {}
        for client in (one, two):
            other = two if client is one else one
            talk(client, call(client.client, client.client, 91, 8), [other])
            heard[client] = other.drain()
            judge(heard[client])
        check(len(heard[one]) == 50 and alias_in(heard[one]) == "G0ABC Zo\u00eb", "%r" % alias_in(heard[one]))
        check(len(heard[two]) == 50 and alias_in(heard[two]) == "", "%r" % alias_in(heard[two]))


def is_kept_out(client):
    """Voice lets a client in before the reporter has looked it up."""
    if not wait_for(lambda: client.receive(0.1) == b"MSTCL" + be32(client.client), 10):
        return False
    client.ask(b"RPTL" + be32(client.client), b"MSTNAK")
    return True


@case
def who_misses_the_index_is_told():
    with Named("static-2 = 91\nalias = yes") as server:
        for line in ("warning: aliases=aliases: No such file or directory; no names",
                     "warning: alias=yes, but no names are known"):
            check(wait_for(lambda: line in server.stderr(), 10), "%s: %s" % (line, server.stderr()))
        check(server.ctl("conferences")[0] == 0, "conferences")


@case
def who_is_not_registered_is_kept_out():
    server = Named("static-2 = 91\nregistered = yes\nsame-callsign = yes")
    make(server.directory, "2300101,G0ABC,Zo\u00eb,,,,England\n230010,GB3XX,Hill,,,,England\n")
    with server:
        known = [Hotspot(id, server.port).login(callsign=call) for id, call in (
            (2300101, "G0ABC"), (230010177, "g0abc"), (230010, "GB3XX"))]
        stranger = Hotspot(230010201, server.port).login(callsign="G0XYZ")
        check(is_kept_out(stranger), "an unknown id stays")
        borrower = Hotspot(230010199, server.port).login(callsign="G0XYZ")
        check(is_kept_out(borrower), "another callsign stays")
        for client in known:
            client.ping()
        for id, why in (("230010201", "this id is not registered"),
                        ("230010199", "this id is registered with another callsign")):
            check(why in server.ctl("why", id)[1], server.ctl("why", id)[1])
            check(why in server.ctl("block")[1], server.ctl("block")[1])
            line = 'refused client=%s reason="%s"' % (id, why)
            check(wait_for(lambda: line in server.stderr(), 5), server.stderr())
        check({r["client"] for r in ask(server.control, "sessions")} == {2300101, 230010177, 230010},
              "%s" % ask(server.control, "sessions"))


@case
def without_names_nobody_is_refused():
    with Named("registered = yes") as server:
        client = Hotspot(2300102, server.port).login()
        line = "listener=hotspots refuses nobody as unknown: there are no aliases"
        check(wait_for(lambda: line in server.stderr(), 10), server.stderr())
        client.ping()
        check(server.stderr().count(line) == 1, server.stderr())


@case
def three_hundred_thousand_rows_stay_small():
    server = Named()
    with server:
        bare = own_kb(server.child("report"))
        done = make(server.directory, table(ROWS))
        check(done.returncode == 0, "%s" % done)
        size = os.path.getsize(os.path.join(server.directory, "aliases"))
        check(size <= 16 << 20, "%d octets" % size)
        server.stop()
        server.start()
        one, two = Hotspot(2299999, server.port).login(), Hotspot(2000000, server.port).login()
        talk(one, call(2299999, 2299999, 91, 1), [two])
        check(ask(server.control, "lastheard")[0]["src_callsign"] == "G299999AB", "the last row is not found")
        check({r["name"] for r in ask(server.control, "sessions")} == {"Christopher"}, "rows are not found")
        grown = own_kb(server.child("report")) - bare
        check("/san/" in BINARY or grown < 256, "the reporter grew by %d KiB" % grown)


@case
def damage_and_shrinking_are_refused():
    server = Named()
    index = os.path.join(server.directory, "aliases")
    check(make(server.directory, table(100)).returncode == 0, "no index")
    whole = open(index, "rb").read()
    done = make(server.directory, table(49))
    check(done.returncode == 1 and "stays as it is" in done.stderr, "%s" % done)
    check(open(index, "rb").read() == whole, "the index was touched")
    check(make(server.directory, "").returncode == 1, "nothing became an index")
    check(make(server.directory, table(49), "-f").returncode == 0, "-f")
    done = make(server.directory, table(49) + "x,y\n")
    check("user.csv:51: not an id" in done.stderr and "1 lines skipped" in done.stdout, "%s" % done)
    check(sorted(os.listdir(server.directory)) == ["aliases", "freedmr.conf", "user.csv"],
          "%s" % os.listdir(server.directory))
    with open(index, "wb") as f:
        f.write(whole[:-1])
    with server:
        check("aliases=aliases ignored: damaged" in server.stderr(), server.stderr())
        check(server.ctl("status")[0] == 0, "status")
    missing = subprocess.run(command("aliases", "/nowhere", "-o", "/tmp/x"), capture_output=True, text=True)
    check(missing.returncode == 1 and "/nowhere: No such file" in missing.stderr, "%s" % missing)


main()
