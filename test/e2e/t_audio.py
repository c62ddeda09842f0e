"""Voice files as an operator has them, in both forms: answers, idents, recordings and announcements are played from them.

A word is frames of one number each, so that it is known again. Every call is judged burst by burst.
"""

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from cases import case, check, main
from dmr import SILENCE, bits_of, call, judge, octets_of
from hotspot import Hotspot, be32, talk
from reloading import edit, reload
from server import PATIENCE_S, Server, command, wait_for

WORDS = ["linked-to", "not-linked", "busy", "silence"] + list("0123456789")
LETTERS = ["this-is", "freedmr", "golf", "mike", "alpha", "beta", "charlie", "xray"]


def frames(number, count=6):
    return bytes([number]) * 9 * count


def folder(server, *names):
    path = os.path.join(server.directory, "audio", *names)
    os.makedirs(path, exist_ok=True)
    return path


def write(path, octets):
    with open(path, "wb") as f:
        f.write(octets)


def make_set(server, language, first, words=tuple(WORDS)):
    """A directory of a file for each word."""
    directory = folder(server, language)
    for word in words:
        write(os.path.join(directory, word + ".ambe"), frames(first + WORDS.index(word)))
    for n in range(9991, 10000):
        write(os.path.join(folder(server, language, "ondemand"), "%d.ambe" % n), frames(first + n - 9951, 30))


def make_index(server, language, first, words=tuple(WORDS + LETTERS), ending="\n"):
    """One file with all words, some of which end within a burst, and the index of it."""
    octets, lines = b"", ""
    for n, word in enumerate(words):
        count = 4 + n % 3
        lines += "%s %d %d%s" % (word, len(octets) // 9, count, ending)
        octets += frames(first + n, count)
    write(os.path.join(folder(server), language + ".ambe"), octets)
    write(os.path.join(folder(server), language + ".indx"), lines.encode())


def whole(heard, src=5000, dst=9, slot=2):
    """One call of the server's own, from header to terminator in whole superframes without a gap."""
    judge(heard)
    check(len(heard) > 7 and heard[0].is_header() and heard[-1].is_terminator(), "%s" % heard)
    check([f.seq for f in heard] == list(range(len(heard))), "a gap: %s" % [f.seq for f in heard])
    check(len({f.stream for f in heard}) == 1, "several calls: %s" % {f.stream for f in heard})
    check([f.detail for f in heard[1:-1]] == [n % 6 for n in range(len(heard) - 2)] and len(heard) % 6 == 2,
          "no whole superframes: %s" % heard)
    check({(f.src, f.dst, f.slot, f.unit) for f in heard} == {(src, dst, slot, False)}, "%s" % heard[0])
    return heard


def said(heard, **how):
    """The numbers of the words heard, one after the other, without silence."""
    out = []
    for f in whole(heard, **how):
        if not f.is_voice() or f.voice() == bits_of(SILENCE):
            continue
        octets = octets_of(f.voice())
        spoken = octets.replace(SILENCE[:9], b"")
        check(len(octets) == 27 and set(spoken) == {octets[0]}, "torn: %s" % octets.hex())
        if out[-1:] != [octets[0]]:
            out.append(octets[0])
    return out


def answer(client, seconds=PATIENCE_S):
    """What the client hears next, to its terminator."""
    heard, end = [], time.monotonic() + seconds
    while time.monotonic() < end and not (heard and heard[-1].is_terminator()):
        octets = None if client.frames else client.receive(0.1)
        if octets:
            client.take(octets)
        if client.frames:
            heard.append(client.frames.pop(0))
    return heard


def dial(client, number):
    talk(client, call(client.client, client.client, number, 1, unit=True))
    return answer(client)


def asks_for(client, language):
    client.ask(b"RPTO" + be32(client.client) + b"LANG=" + language.encode(), b"RPTACK")


class Audio(Server):
    """Reads its voice files at `again`, when they are there."""

    def __init__(self, listener="", **how):
        super().__init__("prompts = voice\naudio = audio\n" + listener, **how)
        folder(self)

    def again(self):
        self.stop()
        self.start()


NEWS = "[announcement news]\nrecording = 9995\nevery = 1m\ntalkgroup = 91\n"


def hear_the_news():
    """What each client hears first."""
    with Audio("language = en_GB\n", more=NEWS) as server:
        make_set(server, "en_GB", 20)
        make_index(server, "de_DE", 100)
        write(os.path.join(folder(server, "de_DE", "ondemand"), "9995.ambe"), frames(200, 60))
        server.again()
        clients = [Hotspot(2300101, server.port).login("TS2=91"), Hotspot(2300102, server.port).login("LANG=de_DE"),
                   Hotspot(2300103, server.port).login("TS1=91;TS2=")]
        with ThreadPoolExecutor(len(clients)) as pool:
            return list(pool.map(lambda c: listen(c, 150), clients))


def listen(client, seconds):
    end = time.monotonic() + seconds
    heard = []
    while time.monotonic() < end and not (heard and heard[-1].is_terminator()):
        client.ping()
        heard += answer(client, 5)
    return heard


@case
def answers_are_spoken_in_the_clients_language():
    with Audio("language = en_GB\n") as server:
        make_set(server, "de_DE", 100)
        make_set(server, "en_GB", 20)
        server.again()
        client = Hotspot(2300101, server.port).login()
        check(said(dial(client, 235)) == [20, 26, 27, 29], "en_GB, linked to 235")
        asks_for(client, "de_DE")
        check(said(dial(client, 4000), src=4000) == [101], "de_DE, not linked")
        check(said(dial(client, 7)) == [102], "de_DE, busy")
        asks_for(client, "xx_XX")
        check(said(dial(client, 5000)) == [21], "a language that is not there: the listener's")
        client.close()


@case
def an_index_is_as_good_as_a_directory():
    with Audio() as server:
        make_index(server, "es_ES", 60, ending="\r\n")
        make_index(server, "fr_FR", 120)
        server.again()
        client = Hotspot(2300101, server.port).login("LANG=fr_FR")
        check(said(dial(client, 9035)) == [120, 133, 124, 127, 129], "fr_FR, linked to 9035")
        check(said(dial(client, 4000), src=4000) == [121], "fr_FR, not linked")
        asks_for(client, "es_ES")
        check(said(dial(client, 5000)) == [61], "es_ES, not linked")
        client.close()


@case  # 18 s
def a_word_that_is_missing_is_answered_in_morse():
    """The whole answer is, and as it is without voice files; what has all its words is spoken."""
    with Server("prompts = morse\n") as server:
        client = Hotspot(2300101, server.port).login()
        morse = [f.voice() for f in whole(dial(client, 235)) if f.is_voice()]
        client.close()
    with Audio() as server:
        make_set(server, "en_GB", 20, [w for w in WORDS if w != "5"])
        make_index(server, "de_DE", 100, [w for w in WORDS if w != "linked-to"])
        server.again()
        client = Hotspot(2300101, server.port).login("LANG=en_GB")
        for language, number, spoken in (("en_GB", 234, [20, 26, 27, 28]), ("de_DE", 4000, [100])):
            asks_for(client, language)
            check([f.voice() for f in whole(dial(client, 235)) if f.is_voice()] == morse, "no Morse: " + language)
            check(said(dial(client, number), src=4000 if number == 4000 else 5000) == spoken, "%s %d" % (language, number))
        client.close()


@case
def recordings_are_played():
    """Each number, called privately and as a group on either slot, in two languages."""
    with Audio() as server:
        make_set(server, "en_GB", 20)
        make_index(server, "de_DE", 100)
        write(os.path.join(folder(server, "de_DE", "ondemand"), "9991.ambe"), frames(200, 61))
        server.again()
        clients = [Hotspot(2300100 + n, server.port).login("LANG=en_GB") for n in range(9)]
        with ThreadPoolExecutor(len(clients)) as pool:
            heard = list(pool.map(lambda c: dial(c, 9991 + c.client % 100), clients))
        for n in range(9):
            check(said(heard[n]) == [60 + n], "%d: %s" % (9991 + n, heard[n][:3]))
            check(len(heard[n]) == 1 + 12 + 1, "ten bursts in two whole superframes, not %d frames" % len(heard[n]))
        for slot in (1, 2):
            talk(clients[0], call(2300100, 2300100, 9993, 1, slot=slot))
            check(said(answer(clients[0]), dst=9993, slot=slot) == [62], "9993 as a group on slot %d" % slot)
        asks_for(clients[1], "de_DE")
        heard = dial(clients[1], 9991)
        check(said(heard) == [200] and len(heard) == 1 + 24 + 1, "de_DE: %s" % heard[:3])
        check(said(dial(clients[1], 9992)) == [102], "one that is not there is answered by busy")


@case
def an_ident_is_spoken():
    """The client's callsign, or that of the server where it has one."""
    for callsign, words in (("", ["golf", "mike"]), ("callsign = GMC", ["golf", "mike", "charlie"])):
        with Audio("ident = yes\n", server=callsign + "\nident-every = 2s\n") as server:
            make_index(server, "en_GB", 60, WORDS + LETTERS)
            server.again()
            client = Hotspot(2300101, server.port).login(callsign="GM")
            heard = said(answer(client), dst=16777215)
            wanted = [60 + (WORDS + LETTERS).index(word) for word in ["this-is"] + words + ["freedmr"]]
            check(heard == wanted, "%s, not %s" % (heard, wanted))
            client.close()


@case  # 62 s
def announcements_come_by_themselves():
    one, two, three = hear_the_news()
    check(said(one, dst=91) == [64] and len(one) == 1 + 12 + 1, "%s" % one[:3])
    check(said(two, dst=91) == [200] and len(two) == 1 + 24 + 1, "in the other language: %s" % two[:3])
    check(said(three, dst=91, slot=1) == [64], "where the talkgroup is: %s" % three[:3])


@case
def voice_files_come_change_and_go_by_a_reload():
    with Audio() as server:
        client = Hotspot(2300101, server.port).login()
        for turn, first in enumerate((20, 90, 150)):  # two places for them are used in turn
            for word in WORDS:
                write(os.path.join(folder(server, "en_GB"), word + ".ambe"), frames(first + WORDS.index(word)))
            reload(server)
            check(said(dial(client, 5000)) == [first + 1], "reload %d" % turn)
        edit(server, "audio = audio\n", "audio = nowhere\ntimer = 1m\n")
        log = reload(server, "reload refused, nothing changed")
        check("[listener hotspots] audio: no voice files" in log and "nowhere: No such file" in log, log)
        check(said(dial(client, 5000)) == [150 + 1], "half of it was taken")
        server.kill_child("voice")
        check(said(dial(client, 5000)) == [150 + 1], "the next voice process has others")
        edit(server, "audio = nowhere\ntimer = 1m\n", "")
        check("reload applied: [listener hotspots] audio" in reload(server), server.stderr())
        check(frames(151)[:27] not in [octets_of(f.voice()) for f in dial(client, 5000) if f.is_voice()], "it still speaks")


@case
def check_tells_what_it_found():
    with Audio() as server:
        make_set(server, "de_DE", 100)
        make_index(server, "en_GB", 20)
        done = subprocess.run(command("check", server.config), capture_output=True, text=True, cwd=server.directory)
        check(done.returncode == 0, done.stderr)
        for line in ("audio hotspots de_DE 23 words", "audio hotspots en_GB 22 words"):
            check(line in done.stdout, "%r is missing in %s" % (line, done.stdout[-600:]))


@case
def a_directory_that_is_not_there_is_answered_in_morse():
    with Server("prompts = voice\naudio = nowhere\n") as server:
        check("nowhere" in server.stderr(), "nothing said: " + server.stderr())
        client = Hotspot(2300101, server.port).login()
        whole(dial(client, 5000))
        client.close()


main()
