"""What a Raspberry Pi does to a server: no network when it starts, a card that is full, power that goes away."""

import os
import random
import subprocess
import time

from cases import Skip, case, check, main
from control import ask
from dmr import call
from hotspot import Hotspot, talk
from server import PATIENCE_S, Server, wait_for

HOTSPOT = "build/hotspot"


class Keeper(Server):
    """A server that keeps state and history in a directory."""

    def __init__(self, directory="."):
        super().__init__("prompts = none\nstatic-2 = 91\n", server="state = %s/state" % directory,
                         more="history = %s/history" % directory)
        os.chmod(self.directory, 0o777)  # started as root it runs as somebody else


def hears(server):
    """Does one hotspot hear another?"""
    listener, talker = Hotspot(2300102, server.port).login(), Hotspot(2300101, server.port).login()
    try:
        return len(talk(talker, call(2300101, 91, 91, 1))) > 0
    finally:
        listener.close()
        talker.close()


@case  # 6 s
def without_a_network_it_starts_and_serves_when_there_is_one():
    peer = "[peer uk]\ntarget = server.example:62044\npassphrase = abc\nremote-id = 2340\n" \
           "[uplink bm]\ntarget = master.example\nid = 234501\npassphrase = abc\nmap = 2:91=91\n"
    if subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode != 0:
        raise Skip("no namespace for a network may be made here")
    with Server("static-2 = 91", bind="0.0.0.0", wrap=["unshare", "-n"], more=peer) as server:
        inside = ["nsenter", "-t", str(server.process.pid), "-n"]
        check(ask(server.control, "peers"), "no peers")
        check("freedmr: ready" in server.stderr(), server.stderr())
        subprocess.run(inside + ["ip", "link", "set", "lo", "up"], check=True)
        done = subprocess.run(inside + [HOTSPOT, "-p", "rigpass", "-i", "2300101", "127.0.0.1:%d" % server.port, "talk",
                                        "91", "--seconds", "1"], capture_output=True, text=True, timeout=PATIENCE_S)
        check(done.returncode == 0, done.stderr)
        check(wait_for(lambda: len(ask(server.control, "lastheard")) == 1), "the call is not known")
        check(server.stop() == 0, "exit code")


@case
def a_full_card_costs_the_state_alone():
    mount = "/tmp/freedmr-card.%d" % os.getpid()
    os.mkdir(mount)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k,mode=777", "none", mount],
                      capture_output=True).returncode != 0:
        os.rmdir(mount)
        raise Skip("no file system may be mounted here")
    try:
        with Keeper(mount) as server:
            stuffing = os.open(mount + "/stuffing", os.O_CREAT | os.O_WRONLY)
            try:
                while True:
                    os.write(stuffing, b"x" * 4096)
            except OSError:
                os.close(stuffing)
            ask(server.control, "block 2345678")
            ask(server.control, "block 2345679")
            check(wait_for(lambda: "cannot be written: No space left on device" in server.stderr(), 2 * PATIENCE_S), server.stderr())
            check(hears(server), "the call is not heard")
            os.unlink(mount + "/stuffing")
            ask(server.control, "block 2345680")
            check(server.stop() == 0, "exit code")
            server.start()
            check(wait_for(lambda: len({row.get("what") for row in ask(server.control, "block")}) == 3), "%s" % ask(server.control, "block"))
    finally:
        subprocess.run(["umount", "-l", mount], check=True)
        os.rmdir(mount)


@case  # 8 s
def power_may_go_away_in_mid_write():
    moments = random.Random(2345)
    with Keeper() as server:
        ask(server.control, "block 2345600")
        check(server.stop() == 0, "exit code")
        for turn in range(12):
            for name in ("state.new", "history.new"):
                with open(os.path.join(server.directory, name), "w") as file:
                    file.write("half of a fi")
            server.start()
            check("damaged" not in server.stderr() and "is no " not in server.stderr(), server.stderr())
            check(wait_for(lambda: ask(server.control, "block")), "turn %d: the first block is gone" % turn)
            ask(server.control, "block %d" % (2345601 + turn))
            time.sleep(moments.random() * 0.2)
            server.kill()
        server.start()
        check(hears(server), "the call is not heard")
        check(server.stop() == 0, "exit code")
        left = sorted(name for name in os.listdir(server.directory) if name.endswith(".new"))
        check(not left, "left behind: %s" % left)


main()
