"""Voice files as an operator has them: the answer to a dialled command is spoken from them, in the client's language."""

import os
import subprocess
import time

from cases import case, check, main
from dmr import SILENCE, bits_of, call, judge
from hotspot import Hotspot, talk
from server import Server, command


def frames(number, count=6):
    return bytes([number]) * 9 * count


def make_set(server, language, first):
    """A word is frames of one number each, so that it is known again."""
    directory = os.path.join(server.directory, "audio", language)
    os.makedirs(os.path.join(directory, "ondemand"))
    for n, word in enumerate(["linked-to", "not-linked", "busy", "silence"] + list("0123456789")):
        with open(os.path.join(directory, word + ".ambe"), "wb") as f:
            f.write(frames(first + n))
    with open(os.path.join(directory, "ondemand", "9991.ambe"), "wb") as f:
        f.write(frames(first + 40, 30))


def said(heard):
    """The numbers of the words heard, one after the other, without silence."""
    judge(heard)
    out = []
    for f in heard:
        if not f.is_voice() or f.voice() == bits_of(SILENCE):
            continue
        number = int("".join(map(str, f.voice()[:8])), 2)
        if out[-1:] != [number]:
            out.append(number)
    return out


def dial(client, number):
    talk(client, call(client.client, client.client, number, 1, unit=True))
    time.sleep(0.8)
    return client.drain(1.0)


def start(server):
    make_set(server, "de_DE", 100)
    make_set(server, "en_GB", 20)
    return server


@case
def answers_are_spoken_in_the_clients_language():
    with start(Server("prompts = voice\naudio = audio\nlanguage = en_GB\n")) as server:
        client = Hotspot(2300101, server.port).login()
        heard = dial(client, 235)
        check(said(heard) == [20, 26, 27, 29], "en_GB, linked to 235: %s" % said(heard))
        check(all(f.dst == 9 and f.slot == 2 and f.src == 5000 for f in heard), "%s" % heard[:3])
        client.ask(b"RPTO" + client.client.to_bytes(4, "big") + b"LANG=de_DE", b"RPTACK")
        check(said(dial(client, 4000)) == [101], "de_DE, not linked")
        client.ask(b"RPTO" + client.client.to_bytes(4, "big") + b"LANG=xx_XX", b"RPTACK")
        check(said(dial(client, 5000)) == [21], "a language that is not there: the listener's")
        client.close()


@case
def recordings_are_played():
    with start(Server("prompts = voice\naudio = audio\n")) as server:
        client = Hotspot(2300101, server.port).login()
        heard = dial(client, 9991)
        check(said(heard) == [140], "the first language there is: %s" % said(heard))
        check(len(heard) == 1 + 12 + 1, "ten bursts in two whole superframes, not %d frames" % len(heard))
        client.close()


@case
def check_tells_what_it_found():
    with start(Server("prompts = voice\naudio = audio\n")) as server:
        done = subprocess.run(command("check", server.config), capture_output=True, text=True, cwd=server.directory)
        check(done.returncode == 0, done.stderr)
        for line in ("audio hotspots de_DE 15 words", "audio hotspots en_GB 15 words"):
            check(line in done.stdout, "%r is missing in %s" % (line, done.stdout[-600:]))


@case
def a_directory_that_is_not_there_is_answered_in_morse():
    with Server("prompts = voice\naudio = nowhere\n") as server:
        check("nowhere" in server.stderr(), "nothing said: " + server.stderr())
        client = Hotspot(2300101, server.port).login()
        heard = dial(client, 5000)
        judge(heard)
        check(len(heard) > 6, "no answer: %s" % heard)
        client.close()


main()
