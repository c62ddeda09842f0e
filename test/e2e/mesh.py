"""Servers that are neighbours on the mesh, and a neighbour made by hand: OpenBridge and FreeDMR Bridge Protocol, octet
by octet, with the digests of the standard library."""

import hashlib
import hmac
import select
import socket
import time

from dmr import Frame
from hotspot import Hotspot, be32
from server import PATIENCE_S, Server, Started, free_port, wait_for

PASSPHRASE = "kilo tango"
FIRST_SERVER = 2345


def key_of(passphrase):
    return passphrase.encode().ljust(20, b"\0")[:20]


def sha1_of(key, octets):
    return hmac.new(key, octets, hashlib.sha1).digest()


def blake_of(key, octets):
    return hashlib.blake2b(octets, key=key, digest_size=16).digest()


class Mesh(Started):
    """with Mesh(3, {(0, 1): "fbp", (1, 2): "obp"}) as mesh: mesh.servers[0] ... with a hotspot for each of `hotspots`."""

    def __init__(self, count, links, listener="static-2 = 91"):
        ports = [free_port() for _ in range(count)]
        self.servers = []
        for here in range(count):
            more = ""
            for pair, protocol in links.items():
                if here in pair:
                    there = sum(pair) - here
                    more += peer_section("n%d" % there, protocol, ports[here], ports[there], FIRST_SERVER + there)
            self.servers.append(Server(listener, more, server_id=FIRST_SERVER + here))
        self.hotspots = []

    def start(self):
        for server in self.servers:
            server.start()
        # a hotspot at each; its ID shows which
        self.hotspots = [Hotspot(2300101 + n, server.port).login() for n, server in enumerate(self.servers)]
        self.settle()

    def close(self):
        for hotspot in self.hotspots:
            hotspot.close()
        for server in self.servers:
            server.close()

    def settle(self):
        """The first keepalives have arrived: those of the server that started later, if the protocol has them."""
        for here, server in enumerate(self.servers[:-1]):
            wait_for_links(server, lambda row: row.get("protocol") == "fbp" and int(row["name"][1:]) > here)


def wait_for_links(server, which=lambda row: True):
    """Until those of its links are up."""
    def down():
        return [row["name"] for row in server.ctl_json("peers") if "up" in row and not row["up"] and which(row)]

    assert wait_for(lambda: not down(), every=0.1), "not up: %s" % down()


def peer_section(name, protocol, port, target, remote_id):
    return "[peer %s]\nprotocol = %s\nbind = 127.0.0.1:%d\ntarget = 127.0.0.1:%d\npassphrase = %s\nremote-id = %d\n" % (
        name, protocol, port, target, PASSPHRASE, remote_id)


class Burst:
    """What an authentic DMRD or DMRE of a server says."""

    def __init__(self, octets):
        self.version = {73: 1, 85: 4, 89: 5}[len(octets)]
        self.network = int.from_bytes(octets[11:15], "big")
        self.tail = octets[53:55] if self.version > 1 else b"\0\0"
        # as it would reach a hotspot on slot 2
        self.frame = Frame(b"DMRD" + octets[4:15] + bytes([octets[15] | 0x80]) + octets[16:53] + self.tail)
        self.slot_bit = bool(octets[15] & 0x80)
        if self.version == 5:
            self.stamp_s = int.from_bytes(octets[56:64], "big") / 1e9
            self.server = int.from_bytes(octets[64:68], "big")
            self.repeater = int.from_bytes(octets[68:72], "big")
            self.hops = octets[72]


class Neighbour:
    """The other end of one link of a server."""

    def __init__(self, server_id, passphrase=PASSPHRASE):
        self.id = server_id
        self.key = key_of(passphrase)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.heard = []    # of Burst
        self.controls = []  # of (tag, octets)

    def close(self):
        self.socket.close()

    def connect(self, port):
        self.socket.connect(("127.0.0.1", port))

    def v1(self, frame):
        octets = frame[:11] + be32(self.id) + bytes([frame[15] & 0x7F]) + frame[16:53]
        return octets + sha1_of(self.key, octets)

    def v5(self, frame, age_s=0.0, hops=1, server=None, repeater=0, version=5):
        octets = b"DMRE" + self.v1(frame)[4:53] + frame[53:55] + bytes([version])
        octets += int((time.time() - age_s) * 1e9).to_bytes(8, "big") + be32(server or self.id)
        octets += (be32(repeater) if version == 5 else b"") + bytes([hops])
        return octets + blake_of(self.key, octets)

    def keepalive(self):
        return b"BCKA" + sha1_of(self.key, b"BCKA")

    def version(self, version=5):
        return b"BCVE" + bytes([version]) + sha1_of(self.key, bytes([version]))

    def quench(self, tg, stream):
        octets = b"BCSQ" + tg.to_bytes(3, "big") + stream
        return octets + sha1_of(self.key, octets)

    def send(self, octets):
        try:
            self.socket.send(octets)
        except ConnectionRefusedError:
            self.socket.send(octets)

    def wait(self, until):
        """Takes what comes until until() is true. Returns what it said last."""
        end = time.monotonic() + PATIENCE_S
        while not until() and time.monotonic() < end:
            self.take(0.02)
        return until()

    def take(self, seconds):
        """Everything that comes in that time; each datagram must be authentic."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                return self
            try:
                self.judge(self.socket.recv(2048))
            except ConnectionRefusedError:
                pass

    def judge(self, octets):
        tag = octets[:4]
        if tag == b"DMRE":
            assert blake_of(self.key, octets[:-16]) == octets[-16:], "a DMRE is not signed: " + octets.hex()
            self.heard.append(Burst(octets))
        elif tag == b"DMRD":
            assert sha1_of(self.key, octets[:53]) == octets[53:], "a DMRD is not signed: " + octets.hex()
            self.heard.append(Burst(octets))
        else:
            covered = octets[4:5] if tag == b"BCVE" else octets[:-20]
            assert sha1_of(self.key, covered) == octets[-20:], "%s is not signed: %s" % (tag, octets.hex())
            self.controls.append((tag.decode(), octets))

    def told(self, tag):
        return [octets for name, octets in self.controls if name == tag]
