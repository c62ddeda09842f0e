"""What outlives the server: talkgroups that were keyed and dialled, where radios were heard, blocks."""

import os

from cases import case, check, main
from control import ask
from dmr import call
from hotspot import Hotspot, talk
from mesh import PASSPHRASE, Neighbour
from server import Server, free_port, wait_for

KEPT = "state = state\nremember = 5m\n"


class Keeper(Server):
    """A server that remembers: the keys belong to its first section."""

    def __init__(self, more=""):
        super().__init__("prompts = none\n", more)
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
        check(wait_for(lambda: subscriptions(server, 2300101) == WANTED), "%s" % subscriptions(server, 2300101))
        client.close()


@case
def talkgroups_survive_the_voice_process_and_a_login():
    with Keeper() as server:
        client = dial_and_key(server)
        client.login("TS2=91")
        check(wait_for(lambda: subscriptions(server, 2300101) == WANTED), "%s" % subscriptions(server, 2300101))
        check(server.ctl("block", "2300777")[0] == 0, "block")
        for _ in range(2):  # the second starts clean
            server.kill_child("voice")
            client.drain(quiet=0)
        client.login("TS2=91")
        check(wait_for(lambda: subscriptions(server, 2300101) == WANTED), "%s" % subscriptions(server, 2300101))
        check(wait_for(lambda: "2300777" in server.ctl("block")[1]), "the block is gone")
        client.close()


@case
def hard_blocks_survive_a_restart():
    with Keeper() as server:
        check(server.ctl("block", "2300101")[0] == 0, "block")
        since = ask(server.control, "block")[0]["since"]
        server.stop()
        server.start()
        check(wait_for(lambda: "2300101" in server.ctl("block")[1]), "the block is gone")
        check(abs(ask(server.control, "block")[0]["since"] - since) < 0.1, "since when is forgotten")


@case
def a_damaged_file_is_set_aside():
    with Keeper() as server:
        dial_and_key(server).close()
        server.stop()
        with open(server.state(), "r+") as f:
            f.write("nonsense")
        server.start()
        check(wait_for(lambda: "is damaged" in server.stderr()), server.stderr())
        check(os.path.exists(server.state() + ".damaged"), "%s" % os.listdir(server.directory))
        client = Hotspot(2300101, server.port).login()
        check(subscriptions(server, 2300101) == set(), "%s" % subscriptions(server, 2300101))
        client.close()


@case
def a_neighbour_without_a_target_is_called_at_once():
    """It says nothing after the restart, and gets the first call where it was. No other user can read the saved address."""
    port = free_port()
    more = "".join("[peer %s]\nprotocol = %s\nbind = 127.0.0.1:%d\npassphrase = %s\nremote-id = %d\n" % (
        name, protocol, port, PASSPHRASE, server_id) for name, protocol, server_id in (("uk", "fbp", 2340), ("de", "obp", 2620)))
    with Keeper(more) as server:
        neighbours = {"uk": Neighbour(2340), "de": Neighbour(2620)}
        for name, n in neighbours.items():
            n.connect(port)
            frame = call(2340001, 2340001, 91, 1, slot=1)[0]
            n.send(n.v5(frame) if name == "uk" else n.v1(frame))
        check(wait_for(lambda: all(r["at"].endswith(":%d" % neighbours[r["name"]].port) for r in ask(server.control, "peers")
                                   if r["row"] == "peer")), "%s" % ask(server.control, "peers"))
        server.stop()
        check(os.stat(server.state()).st_mode & 0o777 == 0o600, "%o" % os.stat(server.state()).st_mode)
        for n in neighbours.values():
            n.take(0.1)
            n.heard.clear()
        server.start()
        check(wait_for(lambda: server.stderr().count("link remembered") == 2), server.stderr())
        client = Hotspot(2300101, server.port).login("TS2=91")
        frames = call(2300101, 2300101, 91, 1)
        talk(client, frames)
        for name, n in neighbours.items():
            check(n.wait(lambda: len(n.heard) >= len(frames)), "%s heard %d of %d" % (name, len(n.heard), len(frames)))
            n.close()
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
