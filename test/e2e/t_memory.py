"""What outlives the server: talkgroups that were keyed and dialled, where radios were heard, blocks."""

import os
import signal
import time

from cases import case, check, main
from control import ask
from dmr import call
from hotspot import Hotspot, talk
from server import Server, wait_for

KEPT = "state = state\nremember = 5m\n"


class Keeper(Server):
    """A server that remembers: the keys belong to its first section."""

    def __init__(self):
        super().__init__("prompts = none\n")
        os.chmod(self.directory, 0o777)  # started as root it runs as somebody else
        with open(self.config) as f:
            text = f.read()
        with open(self.config, "w") as f:
            f.write(text.replace("id = 2345\n", "id = 2345\n" + KEPT))

    def state(self):
        return os.path.join(self.directory, "state")


def subscriptions(server, client):
    return {(r["slot"], r["rf_tg"], r["conference"], r["mode"]) for r in
            ask(server.control, "session %d" % client) if r["row"] == "subscription"}


def dial_and_key(server):
    client = Hotspot(2300101, server.port).login("TS2=91")
    talk(client, call(2300101, 2300101, 2350, 1, unit=True))
    talk(client, call(2300101, 2300101, 235, 1, slot=1))
    return client


WANTED = {(2, 9, 2350, "dial"), (1, 235, 235, "user"), (2, 91, 91, "static")}


@case
def talkgroups_survive_a_restart():
    with Keeper() as server:
        dial_and_key(server).close()
        server.stop()
        server.start()
        client = Hotspot(2300101, server.port).login("TS2=91")
        check(wait_for(lambda: subscriptions(server, 2300101) == WANTED, 5), "%s" % subscriptions(server, 2300101))
        client.close()


@case
def talkgroups_survive_the_voice_process_and_a_login():
    with Keeper() as server:
        client = dial_and_key(server)
        client.login("TS2=91")
        check(wait_for(lambda: subscriptions(server, 2300101) == WANTED, 5), "%s" % subscriptions(server, 2300101))
        check(server.ctl("block", "2300777")[0] == 0, "block")
        voice = server.members()["freedmr-voice"]
        os.kill(voice, signal.SIGKILL)
        check(wait_for(lambda: server.members().get("freedmr-voice", voice) != voice, 5), "voice does not come back")
        time.sleep(0.5)
        client.login("TS2=91")
        check(wait_for(lambda: subscriptions(server, 2300101) == WANTED, 5), "%s" % subscriptions(server, 2300101))
        check(wait_for(lambda: "2300777" in server.ctl("block")[1], 5), "the block is gone")
        client.close()


@case
def hard_blocks_survive_a_restart():
    with Keeper() as server:
        check(server.ctl("block", "2300101")[0] == 0, "block")
        server.stop()
        server.start()
        check(wait_for(lambda: "2300101" in server.ctl("block")[1], 5), "the block is gone")


@case
def a_damaged_file_is_set_aside():
    with Keeper() as server:
        dial_and_key(server).close()
        server.stop()
        with open(server.state(), "r+") as f:
            f.write("nonsense")
        server.start()
        check(wait_for(lambda: "is damaged" in server.stderr(), 3), server.stderr())
        check(os.path.exists(server.state() + ".damaged"), "%s" % os.listdir(server.directory))
        client = Hotspot(2300101, server.port).login()
        check(subscriptions(server, 2300101) == set(), "%s" % subscriptions(server, 2300101))
        client.close()


@case
def nothing_is_kept_unless_told():
    with Server("prompts = none\n") as server:
        dial_and_key(server).close()
        server.stop()
        check(sorted(os.listdir(server.directory)) == ["freedmr.conf", "stderr"], "%s" % os.listdir(server.directory))
        server.start()
        client = Hotspot(2300101, server.port).login()
        check(subscriptions(server, 2300101) == set(), "%s" % subscriptions(server, 2300101))
        client.close()


main()
