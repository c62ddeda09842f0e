"""The floods of a siege. Each runs in a process of its own against one server: flood(siege) sends at most
siege.rate datagrams a second until siege.enough, and returns how many; siege.begun says that it sends."""

import collections
import os
import socket
import struct
import time

from dmr import call, lc_burst, lc_of
from hotspot import Hotspot, be32, digest, rptc
from mesh import Neighbour

IP_PKTINFO = 8
FLOODS = []


class Flood:
    """What a flood is called in the table, and what it needs of the configuration."""

    def __init__(self, name, send, rate, peers=0, relaxed=False):
        self.name, self.send, self.rate, self.peers, self.relaxed = name, send, rate, peers, relaxed


def flood(name, rate, **needs):
    def add(function):
        FLOODS.append(Flood(name, function, rate, **needs))
        return function
    return add


def paced(siege, send):
    """Calls send(n) for n = 0, 1, ... at the rate. What a stalled machine has missed is not made up for."""
    last, credit, n = time.monotonic(), 0.0, 0
    while not siege.enough.is_set():
        now = time.monotonic()
        credit = min(credit + (now - last) * siege.rate, siege.rate / 20)
        last = now
        if credit < 1:
            time.sleep(0.002)
        for _ in range(int(credit)):
            try:
                send(n)
            except OSError:
                pass  # a full buffer, an ICMP answer
            n += 1
        credit -= int(credit)
        if n:
            siege.begun.set()
    return n


class Everywhere:
    """Sends from any address of 127/8."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind(("0.0.0.0", 0))
        self.to = ("127.0.0.1", port)

    def send(self, octets, address):
        info = struct.pack("=I4s4s", 0, address, b"\0" * 4)
        self.socket.sendmsg([octets], [(socket.IPPROTO_IP, IP_PKTINFO, info)], 0, self.to)

    def receive(self):
        """(octets, the address they came to), or None."""
        try:
            octets, ancillary, _, _ = self.socket.recvmsg(512, 64, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None
        return octets, ancillary[0][2][8:12]


def somewhere():
    return b"\x7f" + os.urandom(2) + bytes([1 + os.urandom(1)[0] % 254])


def from_everywhere(siege, make):
    out = Everywhere(siege.port)
    addresses = [somewhere() for _ in range(20000)]
    return paced(siege, lambda n: out.send(make(n), addresses[n % len(addresses)]))


def from_one(siege, make):
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.connect(("127.0.0.1", siege.port))
    return paced(siege, lambda n: out.send(make(n)))


# Strangers

def stranger(n):
    return be32(2900000 + n % 90000)


@flood("pings of strangers, one address", 100000)
def pings(siege):
    return from_one(siege, lambda n: b"RPTPING" + stranger(n))


@flood("pings of strangers, random addresses", 50000)
def pings_everywhere(siege):
    return from_everywhere(siege, lambda n: b"RPTPING" + stranger(n))


@flood("octets that mean nothing", 100000)
def junk(siege):
    some = [os.urandom(1 + n % 120) for n in range(4096)]
    return from_one(siege, lambda n: some[n % 4096])


@flood("datagrams of 1,400 octets", 30000)
def big(siege):
    some = [b"DMRD" + os.urandom(1396) for n in range(256)]
    return from_one(siege, lambda n: some[n % 256])


@flood("bursts of strangers, random addresses", 50000)
def bursts(siege):
    some = call(2900001, 2900001, 91, 2)
    return from_everywhere(siege, lambda n: some[n % len(some)][:11] + stranger(n) + some[n % len(some)][15:])


@flood("RPTL, random addresses", 50000)
def logins(siege):
    return from_everywhere(siege, lambda n: b"RPTL" + stranger(n))


@flood("RPTK without a challenge, random addresses", 50000)
def keys(siege):
    return from_everywhere(siege, lambda n: b"RPTK" + stranger(n) + bytes(32))


def wrong_passphrases(siege, addresses):
    """Every second datagram answers a challenge, wrongly."""
    out = Everywhere(siege.port)
    salts = []

    def send(n):
        address = addresses[n // 2 % len(addresses)]
        if n % 2 == 0:
            out.send(b"RPTL" + stranger(n // 2), address)
            return
        while (got := out.receive()):
            salts.append(got[1])
        if salts:
            address = salts.pop()
        out.send(b"RPTK" + stranger(addresses.index(address) if len(addresses) < 64 else n // 2) + os.urandom(32), address)

    return paced(siege, send)


@flood("wrong passphrases, random addresses", 50000)
def wrong_everywhere(siege):
    return wrong_passphrases(siege, [somewhere() for _ in range(20000)])


@flood("wrong passphrases, one address", 20000)
def wrong_from_one(siege):
    return wrong_passphrases(siege, [b"\x7f\x00\x00\x09"])


@flood("right passphrases, one address, new ids", 2000)
def sessions(siege):
    """As many sessions of one address as the server lets in, each by RPTL, RPTK and RPTC."""
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.bind(("127.0.0.8", 0))
    out.connect(("127.0.0.1", siege.port))
    out.setblocking(False)
    challenged, known = collections.deque(), set()

    def answer(octets):
        if octets[:6] != b"RPTACK" or len(octets) != 10:
            return
        if octets[6:] in known:  # to its RPTK
            known.discard(octets[6:])
            out.send(rptc(int.from_bytes(octets[6:], "big")))
        elif challenged:  # in the order asked
            client = challenged.popleft()
            known.add(client)
            out.send(b"RPTK" + client + digest(octets[6:], "rigpass"))

    def send(n):
        challenged.append(stranger(n))
        out.send(b"RPTL" + stranger(n))
        try:
            while True:
                answer(out.recv(64))
        except BlockingIOError:
            pass

    return paced(siege, send)


# A hotspot that has logged in

def logged_in(siege, make, options="TS1=92;TS2=92"):
    client = Hotspot(2399001, siege.port, bind=("127.0.0.7", 0)).login(options)
    client.socket.setblocking(False)
    count = paced(siege, lambda n: client.socket.send(make(n)))
    client.logout()
    return count


@flood("a hotspot's pings", 50000)
def own_pings(siege):
    return logged_in(siege, lambda n: b"RPTPING" + be32(2399001))


@flood("a hotspot's options, alternating", 8000)
def options(siege):
    lists = [",".join(str(1000 * k + i) for i in range(40)) for k in range(2, 5)]
    return logged_in(siege, lambda n: b"RPTO" + be32(2399001) + ("TS2=%s;TS1=%s" % (
        lists[n % 3], lists[(n + 1) % 3])).encode())


@flood("a hotspot's configurations, alternating", 8000)
def configurations(siege):
    both = [rptc(2399001, callsign="RIG%d" % n) for n in range(2)]
    return logged_in(siege, lambda n: both[n % 2])


@flood("a hotspot's data streams", 4000)
def data_streams(siege):
    header = lc_burst(lc_of(91, 2399001), 6)

    def make(n):
        return b"DMRD" + bytes([0]) + be32(2399001)[1:] + (91).to_bytes(3, "big") + be32(2399001) + \
            bytes([0xA6]) + os.urandom(4) + header + b"\0\0"
    return logged_in(siege, make, "TS1=91;TS2=91")


@flood("a hotspot's voice, each burst another call", 8000)
def voice_streams(siege):
    some = call(2399001, 2399001, 92, 2)
    return logged_in(siege, lambda n: some[n % 13][:16] + os.urandom(4) + some[n % 13][20:])


@flood("a hotspot's talker aliases", 20000)
def aliases(siege):
    return logged_in(siege, lambda n: b"DMRA" + be32(2399001)[1:] + bytes([n % 4]) + os.urandom(7))


# A neighbour with a valid passphrase

def neighbour(siege, make):
    n = Neighbour(2399)
    n.socket.close()
    n.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    n.socket.bind(("127.0.0.1", siege.peer_port))
    n.connect(siege.mesh_port)
    for _ in range(3):
        n.send(n.keepalive())
        n.send(n.version())
        time.sleep(0.1)
    n.socket.setblocking(False)
    count = paced(siege, lambda k: n.socket.send(make(n, k)))
    n.close()
    return count


@flood("a neighbour, each frame another call", 6000, peers=1)
def mesh_calls(siege):
    some = call(2399001, 2399001, 91, 2, slot=1)
    return neighbour(siege, lambda n, k: n.v5(some[k % 13][:16] + os.urandom(4) + some[k % 13][20:]))


@flood("a neighbour, one call too fast", 6000, peers=1)
def mesh_frames(siege):
    some = call(2399001, 2399001, 92, 20, slot=1, terminator=False)
    return neighbour(siege, lambda n, k: n.v5(some[k % len(some)][:4] + bytes([k & 255]) + some[k % len(some)][5:]))


@flood("a neighbour's quenches", 20000, peers=1)
def quenches(siege):
    return neighbour(siege, lambda n, k: n.quench(91 + k % 7, os.urandom(4)))


@flood("a neighbour's keepalives", 20000, peers=1)
def keepalives(siege):
    return neighbour(siege, lambda n, k: n.keepalive() if k % 2 else n.version())


@flood("forged frames, random addresses, 63 relaxed links", 50000, peers=63, relaxed=True)
def forged(siege):
    out = Everywhere(siege.mesh_port)
    n = Neighbour(2399, "another passphrase")
    frame = call(2399001, 2399001, 91, 1, slot=1)[0]
    some = [n.v5(frame, server=2400 + k % 70) for k in range(256)] + [n.keepalive(), n.version()]
    addresses = [somewhere() for _ in range(20000)]
    return paced(siege, lambda k: out.send(some[k % len(some)], addresses[k % len(addresses)]))


# Observers

@flood("HTTP: connect, ask, hang up", 2000)
def http(siege):
    paths = [b"/", b"/api/v2/snapshot", b"/metrics", b"/" + b"x" * 3000, b"/api/v2/events"]

    def send(n):
        with socket.create_connection(("127.0.0.1", siege.http_port), timeout=0.2) as s:
            s.send(b"GET " + paths[n % len(paths)] + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    return paced(siege, send)


@flood("HTTP: 200 that ask by the octet, 50 that never read", 400)
def slow_http(siege):
    held = []
    for n in range(250):
        try:
            s = socket.create_connection(("127.0.0.1", siege.http_port), timeout=0.2)
            if n % 5 == 0:
                s.send(b"GET /api/v2/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            held.append(s)
        except OSError:
            pass
    return paced(siege, lambda n: held and held[n % len(held)].send(b"G"))


@flood("control socket: questions and orders", 2000)
def control(siege):
    words = [b"status\n", b"sessions\n", b"reload\n", b"why 2345001\n", b"kick 2345999\n", b"x" * 300 + b"\n", b"events\n"]

    def send(n):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
            s.settimeout(0.2)
            s.connect(siege.control)
            s.send(words[n % len(words)])
    return paced(siege, send)
