"""Names of ids: `freedmr aliases` and the index the reporter maps."""

import json
import os
import subprocess

from cases import case, check, main
from control import Control, ask, settle
from dmr import bits_of, call, embedded_decode, judge
from hotspot import Hotspot, be32, digest, rptc, same_call, talk
from server import BINARY, PATIENCE_S, Server, command, wait_for

ROWS = 300000


def make(directory, text, *options, name="user.csv"):
    source = os.path.join(directory, name)
    with open(source, "w") as f:
        f.write(text)
    return subprocess.run(command("aliases", *options, source, "-o", os.path.join(directory, "aliases")),
                          capture_output=True, text=True, timeout=PATIENCE_S)


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
        settle(server.control)  # the reporter has looked both up
        heard = {}
        for client in (one, two):
            other = two if client is one else one
            talk(client, call(client.client, client.client, 91, 16), [other])
            heard[client] = other.drain(98)
            judge(heard[client])
        check(len(heard[one]) == 98 and alias_in(heard[one]) == "G0ABC Zo\u00eb", "%r" % alias_in(heard[one]))
        check(len(heard[two]) == 98 and alias_in(heard[two]) == "", "%r" % alias_in(heard[two]))


def is_kept_out(client):
    """Voice lets a client in before the reporter has looked it up."""
    if not wait_for(lambda: client.receive(0.1) == b"MSTCL" + be32(client.client)):
        return False
    client.ask(b"RPTL" + be32(client.client), b"MSTNAK")
    return True


@case
def who_misses_the_index_is_told():
    with Named("static-2 = 91\nalias = yes") as server:
        for line in ("warning: aliases=aliases: No such file or directory; no names",
                     "warning: alias=yes but no aliases are loaded"):
            check(wait_for(lambda: line in server.stderr()), "%s: %s" % (line, server.stderr()))
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
        for id, why in (("230010201", "ID not registered"),
                        ("230010199", "ID registered with another callsign")):
            check(why in server.ctl("why", id)[1], server.ctl("why", id)[1])
            check(why in server.ctl("block")[1], server.ctl("block")[1])
            line = 'refused client=%s reason="%s"' % (id, why)
            check(wait_for(lambda: line in server.stderr()), server.stderr())
        check({r["client"] for r in ask(server.control, "sessions")} == {2300101, 230010177, 230010},
              "%s" % ask(server.control, "sessions"))


@case
def an_impostor_neither_displaces_nor_locks_out_the_owner():
    """He has the passphrase and the id, and is elsewhere: at another port of an address that many share, or at another address."""
    server = Named("static-2 = 91\nregistered = yes\nsame-callsign = yes")
    make(server.directory, "2300101,G0ABC,Zo\u00eb,,,,England\n2300103,G0ABD,Zo\u00eb,,,,England\n")
    with server:
        owner = Hotspot(2300101, server.port).login(callsign="G0ABC")
        listener = Hotspot(2300103, server.port).login(callsign="G0ABD")
        settle(server.control)  # the reporter has looked both up
        settle(server.control)
        for bind in (("127.0.0.1", 0), ("127.0.0.66", 0)):
            impostor = Hotspot(2300101, server.port, bind=bind)
            salt = impostor.challenge()
            impostor.ask(b"RPTK" + be32(2300101) + digest(salt, impostor.passphrase), b"RPTACK")
            impostor.ask(rptc(2300101, callsign="G0XYZ"), b"MSTNAK")
            owner.ping()
            impostor.send(b"RPTL" + be32(2300101))
            check(impostor.receive(0.3) is None, "the refused one is answered")
        frames = call(2300101, 2300101, 91, 1)
        talk(owner, frames, [listener])
        same_call(frames, listener.drain(len(frames)))
        again = Hotspot(2300101, server.port, bind=("127.0.0.67", 0)).login(callsign="G0ABC")
        again.ping()


@case
def without_names_nobody_is_refused():
    with Named("registered = yes") as server:
        client = Hotspot(2300102, server.port).login()
        line = "listener=hotspots cannot check registrations: no aliases are loaded"
        check(wait_for(lambda: line in server.stderr()), server.stderr())
        client.ping()
        check(server.stderr().count(line) == 1, server.stderr())


@case
def three_hundred_thousand_rows_stay_small():
    server = Named()
    with server:
        settle(server.control)  # it has all it begins with
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
    check(done.returncode == 1 and "not replaced" in done.stderr, "%s" % done)
    check(open(index, "rb").read() == whole, "the index was touched")
    check(make(server.directory, "").returncode == 1, "nothing became an index")
    check(make(server.directory, table(49), "-f").returncode == 0, "-f")
    done = make(server.directory, table(49) + "x,y\n")
    check("user.csv:51: not an ID" in done.stderr and "1 lines skipped" in done.stdout, "%s" % done)
    check(sorted(os.listdir(server.directory)) == ["aliases", "freedmr.conf", "user.csv"],
          "%s" % os.listdir(server.directory))
    with open(index, "wb") as f:
        f.write(whole[:-1])
    with server:
        check(wait_for(lambda: "aliases=aliases ignored: damaged" in server.stderr()), server.stderr())
        check(server.ctl("status")[0] == 0, "status")
    missing = subprocess.run(command("aliases", "/nowhere", "-o", "/tmp/x"), capture_output=True, text=True)
    check(missing.returncode == 1 and "/nowhere: No such file" in missing.stderr, "%s" % missing)


@case
def talkgroup_lists_of_others_are_read():
    """HBlink's talkgroup_ids.json and Pi-Star's list name conferences, with as much as 40 octets of a name."""
    name = "A talkgroup of forty octets, to the last."[:40]
    lists = [("talkgroup_ids.json", json.dumps({"results": [{"id": 91, "callsign": name}]})),
             ("TGList.txt", "# TG;kind;name;description\n4000;0;DISCONNECT\n91;0;%s;World-wide\n" % name)]
    for file, text in lists:
        server = Named()
        done = make(server.directory, text, name=file)
        check(done.returncode == 0 and "0 repeaters" in done.stdout and "0 subscribers" in done.stdout, "%s" % done)
        with server:
            Hotspot(2300101, server.port).login()
            rows = [r for r in ask(server.control, "conferences") if r["row"] == "conference"]
            check([(r["conference"], r.get("name") or r.get("conference_name")) for r in rows] == [(91, name)],
                  "%s: %s" % (file, rows))


@case
def a_callsign_stands_where_an_id_does():
    """Callsigns of sessions and of the alias index; several matches are listed, and case does not matter."""
    server = Named("static-2 = 91")
    done = make(server.directory, "radio_id,callsign,fname\n2300101,G0ABC,Zoe\n2300201,G0DEF,Ann\n2300202,G0DEF,Ann\n"
                "2300301,G0OFF,Bob\n", name="user.csv")
    check(done.returncode == 0, "%s" % done)
    with server:
        one, two = Hotspot(230010101, server.port).login(), Hotspot(2300201, server.port).login()
        three = Hotspot(2300202, server.port).login()
        talk(one, call(230010101, 2300101, 91, 1), [two, three])
        talk(two, call(2300201, 2300201, 91, 1), [one, three])
        wait_for(lambda: len(ask(server.control, "lastheard")) == 2)

        def text(*words, refused=False):
            settle(server.control)  # the reporter knows who is there
            code, answer = server.ctl(*words)
            check((code != 0) == refused, "%s: %d %s" % (words, code, answer))
            return answer

        check("230010101" in text("session", "g0abc"), "session by the callsign of its owner")
        why = text("why", "G0ABC")
        check("230010101" in why and "2300101 " in why, "why lists all IDs: %s" % why)
        for words in (["session", "G0DEF"], ["kick", "G0DEF"], ["link", "G0DEF", "2", "92"], ["options", "G0DEF"],
                      ["unlink", "G0DEF", "2", "92"], ["default", "G0DEF", "0"], ["block", "G0DEF"],
                      ["events", "client", "G0DEF"], ["history", "clients", "G0DEF"]):
            answer = text(*words, refused=True)
            check("2300201, 2300202" in answer, "%s: %s" % (words, answer))
        for words in (["session", "G9XXX"], ["kick", "G9XXX"], ["why", "G9XXX"], ["block", "G9XXX"]):
            answer = text(*words, refused=True)
            check("no ID known for callsign G9XXX" in answer, "%s: %s" % (words, answer))
        check("no session 2300301" in text("session", "G0OFF", refused=True), "known, but not there")

        text("link", "G0ABC", "2", "92")
        check(92 in [r["rf_tg"] for r in ask(server.control, "session G0ABC") if r["row"] == "subscription"], "link")
        text("unlink", "g0abc", "2", "92")
        text("default", "G0ABC", "235")
        text("options", "G0ABC", "TS2=93")
        check("TS2=93" in text("options", "G0ABC"), "options")
        text("history", "radios", "day", "G0ABC")

        def heard(*who):
            return [r["src"] for r in ask(server.control, " ".join(("lastheard",) + who))]

        check(heard() == [2300201, 2300101], "%s" % heard())
        for who in ("G0ABC", "g0abc", "2300101", "230010101"):
            check(heard(who) == [2300101], "%s: %s" % (who, heard(who)))
        check(heard("G0DEF") == [2300201] and heard("91") == [2300201, 2300101], "%s %s" % (heard("G0DEF"), heard("91")))
        check(heard("92") == [] and heard("G9XXX") == [], "heard what was not there")
        check("not an ID" in text("lastheard", "?", refused=True), "rubbish is taken")

        said = text("block", "G0ABC", "10m")
        check("until the server restarts" in said, said)
        blocks = text("block")
        check("2300101" in blocks and "230010101" not in blocks, "the block covers the suffixes: %s" % blocks)
        check(not [r for r in ask(server.control, "sessions") if r["client"] == 230010101], "he stays")
        text("unblock", "G0ABC")
        check("no ID of G0ABC is blocked" in text("unblock", "G0ABC", refused=True), "twice")
        one.drain()
        one.login()
        text("kick", "G0ABC")
        check(not [r for r in ask(server.control, "sessions") if r["client"] == 230010101], "kick")


@case
def a_block_that_is_kept_says_nothing_of_restarts():
    with Server(server="state = state") as server:
        code, said = server.ctl("block", "2300101")
        check(code == 0 and "blocked" in said and "restart" not in said, said)


main()
