"""Two servers behind nginx, set up as freedmr(8) shows: hotspots spread, calls cross, and one server may die."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

from cases import Skip, case, check, main
from control import ask
from dmr import call
from hotspot import Hotspot, be32, talk
from manual import example
from mesh import FIRST_SERVER, peer_section, wait_for_links
from server import Server, free_port, is_bound, wait_for

PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so"
UNANSWERED_S = 5  # after which a hotspot asks again
TRIES = 12
AT_EACH = 3  # hotspots, before the test begins
HOTSPOTS = range(12, 65)  # that log in until then: where nginx sends an address depends on the ports of the servers


class Balancer:
    """nginx at `port`, before these servers."""

    def __init__(self, port, servers):
        self.port = port
        self.program = shutil.which("nginx", path=PATH)
        if not self.program or not os.path.exists(MODULE):
            raise Skip("there is no nginx with its stream module")
        self.directory = tempfile.mkdtemp(prefix="freedmr-balance-")
        text = example("freedmr.8", "hash $remote_addr consistent;")
        for shows, is_at in zip(re.findall(r"server ([0-9.]+:\d+)", text), servers):
            text = text.replace(shows, "127.0.0.1:%d" % is_at.port)
        text = text.replace("listen 62031 udp", "listen 127.0.0.1:%d udp" % port)
        with open(os.path.join(self.directory, "nginx.conf"), "w") as f:
            f.write("load_module %s;\nuser root;\ndaemon off;\nworker_processes 1;\npid %s/pid;\nerror_log stderr;\n"
                    "events {\n\tworker_connections 512;\n}\n%s" % (MODULE, self.directory, text))

    def __enter__(self):
        self.log = open(os.path.join(self.directory, "log"), "w")
        self.process = subprocess.Popen([self.program, "-p", self.directory, "-c", os.path.join(self.directory, "nginx.conf"),
                                         "-e", "stderr"], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        wait_for(lambda: is_bound(self.port) or self.process.poll() is not None)
        if self.process.poll() is not None:
            with open(os.path.join(self.directory, "log")) as f:
                told = f.read()[-500:]
            shutil.rmtree(self.directory)
            check(False, "nginx does not start: " + told)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.directory)


def clients_of(server):
    return {row["client"] for row in ask(server.control, "sessions")}


def comes_back(client):
    """As a hotspot does: it pings, and when that stays unanswered, or is refused, it logs in. How often it had to try."""
    for tries in range(TRIES):
        try:
            client.drain(quiet=0)
            client.send(b"RPTPING" + be32(client.client))
            if client.receive(UNANSWERED_S) == b"MSTPONG" + be32(client.client):
                return tries
            client.login(seconds=UNANSWERED_S)
        except AssertionError:
            pass  # unanswered, or the answer to something sent earlier
    return TRIES


def hears_all(talker, listeners):
    sent = call(talker.client, talker.client, 91, 3)
    talk(talker, sent, listeners)
    for listener in listeners:
        heard = listener.drain(len(sent))
        check(len(heard) == len(sent), "%d heard %d of %d frames" % (listener.client, len(heard), len(sent)))


def spread(port, pair):
    """Hotspots that log in from an address each, until every server of the pair has some."""
    clients = []
    for i in range(HOTSPOTS.stop):
        clients.append(Hotspot(2300101 + i, port, bind=("127.0.%d.%d" % (37 * i % 251, 10 + i), 0)).login())
        if len(clients) >= HOTSPOTS.start and all(len(clients_of(server)) >= AT_EACH for server in pair):
            break
    return clients


@case  # 40 s
def hotspots_spread_and_one_server_may_die():
    ports, port = (free_port(), free_port()), free_port()
    limits = "[limits]\nshared-addresses = 127.0.0.0/8\n"
    pair = [Server("static-2 = 91", peer_section("n", "fbp", ports[i], ports[1 - i], FIRST_SERVER + 1 - i) + limits,
                   server_id=FIRST_SERVER + i) for i in (0, 1)]
    with pair[0], pair[1], Balancer(port, pair):
        clients = spread(port, pair)
        before = [clients_of(server) for server in pair]
        check(all(len(b) >= AT_EACH for b in before), "they do not spread: %s" % before)
        check(sum(len(b) for b in before) == len(clients) and not before[0] & before[1], "not each at one server: %s" % before)
        for server in pair:
            wait_for_links(server)
        there = [next(c for c in clients if c.client in b) for b in before]
        hears_all(there[0], [c for c in clients if c is not there[0]])  # across, and each of them once
        hears_all(there[1], [c for c in clients if c is not there[1]])
        pair[0].kill()
        with ThreadPoolExecutor(len(clients)) as pool:
            tries = list(pool.map(comes_back, clients))
        check(max(tries) < TRIES, "they are not back: %s" % tries)
        print("  tries of each: %s" % tries)
        check(wait_for(lambda: clients_of(pair[1]) == {c.client for c in clients}, every=0.3), "%s" % clients_of(pair[1]))
        for c in clients:
            c.drain(quiet=0.05)
        hears_all(there[0], [c for c in clients if c is not there[0]])
        pair[0].start()  # it is back, and no client is at both
        for c in clients:
            c.ping()
        check(clients_of(pair[1]) == {c.client for c in clients}, "they were moved: %s" % clients_of(pair[1]))
        check(not clients_of(pair[0]), "at both: %s" % clients_of(pair[0]))


main()
