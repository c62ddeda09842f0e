"""The client's half of the Homebrew protocol, octet by octet, as MMDVMHost and DMRGateway speak it."""

import hashlib
import os
import select
import socket
import threading
import time

from dmr import Frame
from server import PATIENCE_S

BURST_S = 0.06


def be32(number):
    return number.to_bytes(4, "big")


def digest(salt, passphrase):
    return hashlib.sha256(salt + passphrase.encode()).digest()


def rptc(client, slots="3", callsign="RIG1"):
    text = "%-8.8s%09u%09u%02u%02u%8.8s%9.9s%03d%-20.20s%-19.19s%c%-124.124s%-40.40s%-40.40s" % (
        callsign, 433000000, 438000000, 1, 1, "51.00000", "-1.234567", 10, "Reading", "test", slots,
        "http://example", "20240101", "MMDVM")
    return b"RPTC" + be32(client) + text.encode()


def keep_time():
    """
    This thread is on time from now on, whatever else the machine does, as a radio is: after a second without a frame a call is
    over. What it starts does not inherit that. Where it may not be, it has to do without.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except (AttributeError, OSError):
        pass


class Hotspot:
    def __init__(self, client, port, host="127.0.0.1", passphrase="rigpass", simplex=False, bind=None):
        self.client = client
        self.passphrase = passphrase
        self.simplex = simplex
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        if bind:
            self.socket.bind(bind)
        self.socket.connect((host, port))  # as real clients: nothing from another address or port is heard
        self.frames = []
        self.other = []

    def close(self):
        self.socket.close()

    def send(self, octets):
        for _ in range(3):
            try:
                self.socket.send(octets)
                return
            except ConnectionRefusedError:
                pass  # an ICMP answer to something sent earlier

    def receive(self, seconds):
        """One datagram, or None."""
        if not select.select([self.socket], [], [], max(seconds, 0))[0]:
            return None
        try:
            return self.socket.recv(2048, socket.MSG_DONTWAIT)
        except (ConnectionRefusedError, BlockingIOError):
            return None

    def ask(self, octets, tag, seconds=PATIENCE_S):
        """Sends, and waits for an answer that begins with `tag`; bursts that come meanwhile are kept."""
        self.send(octets)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            answer = self.receive(end - time.monotonic())
            if answer is None:
                continue
            if answer[:4] == b"DMRD":
                self.frames.append(Frame(answer))
            elif answer.startswith(tag):
                return answer
            else:
                raise AssertionError("%r was answered by %r, expected %r" % (octets[:8], answer, tag))
        raise AssertionError("%r of %d was not answered" % (octets[:8], self.client))

    def challenge(self):
        return self.ask(b"RPTL" + be32(self.client), b"RPTACK")[6:10]

    def login(self, options=None, callsign="RIG1", seconds=PATIENCE_S):
        """`seconds`: how long to wait for each answer."""
        salt = self.ask(b"RPTL" + be32(self.client), b"RPTACK", seconds)[6:10]
        ack = self.ask(b"RPTK" + be32(self.client) + digest(salt, self.passphrase), b"RPTACK", seconds)
        assert ack[6:] == be32(self.client), "RPTACK carries another id"
        self.ask(rptc(self.client, "4" if self.simplex else "3", callsign), b"RPTACK", seconds)
        if options is not None:
            self.ask(b"RPTO" + be32(self.client) + options.encode(), b"RPTACK", seconds)
        return self

    def ping(self):
        pong = self.ask(b"RPTPING" + be32(self.client), b"MSTPONG")
        assert pong == b"MSTPONG" + be32(self.client), "MSTPONG carries another id"

    def logout(self):
        self.send(b"RPTCL" + be32(self.client))

    def take(self, octets):
        if octets[:4] == b"DMRD":
            frame = Frame(octets)
            assert frame.client == self.client, "a DMRD with the id of %d came to %d" % (frame.client, self.client)
            self.frames.append(frame)
        else:
            self.other.append(octets)

    def wait(self, count):
        """Takes what comes until it has so many bursts."""
        end = time.monotonic() + PATIENCE_S
        while len(self.frames) < count and time.monotonic() < end:
            octets = self.receive(0.1)
            if octets:
                self.take(octets)

    def drain(self, count=0, quiet=0.3):
        """Takes all that comes until `count` bursts have come and it has been quiet so long; returns the bursts and
        forgets them."""
        end = time.monotonic() + PATIENCE_S
        while True:
            octets = self.receive(quiet)
            if octets is not None:
                self.take(octets)
            elif len(self.frames) >= count or time.monotonic() > end:
                break
        frames, self.frames = self.frames, []
        return frames


def pause(until, clients):
    """Listens on all clients until that time."""
    while True:
        left = until - time.monotonic()
        if left <= 0:
            return
        ready = select.select([c.socket for c in clients], [], [], left)[0]
        for c in clients:
            if c.socket in ready:
                octets = c.receive(0)
                if octets:
                    c.take(octets)


class Beside:
    """Does something in a thread of its own; wait() says what it raised."""

    def __init__(self, what):
        self.what, self.fault = what, None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            self.what()
        except BaseException as why:
            self.fault = why

    def goes_on(self):
        return self.thread.is_alive()

    def wait(self):
        self.thread.join()
        if self.fault:
            raise self.fault


def talk(client, frames, others=(), pace=BURST_S, middle=None, beside=None):
    """
    Sends the datagrams at the pace of a radio; `middle` is called half-way. So is `beside`, while the call goes on,
    with more superframes than given until it is done. Returns what was sent.
    """
    keep_time()
    due, sent, task = time.monotonic(), [], None
    end = [frames[-1]] if beside and Frame(frames[-1]).is_terminator() else []

    def send(octets):
        nonlocal due
        pause(due, list(others) + [client])
        client.send(octets)
        sent.append(octets)
        due += pace

    def send_on(octets):
        send(octets[:4] + bytes([len(sent) & 255]) + octets[5:])

    body = frames[:len(frames) - len(end)]
    for n, octets in enumerate(body):
        send(octets)
        if middle and n == len(frames) // 2:
            middle()
        if beside and n == len(frames) // 2:
            task = Beside(beside)
    while task and task.goes_on():
        for octets in body[-6:]:
            send_on(octets)
    for octets in end:
        send_on(octets)
    pause(due, list(others) + [client])
    if task:
        task.wait()
    return sent


def same_call(sent, heard):
    """The listener heard exactly what was sent, but for the id of the receiver."""
    sent = [Frame(o) for o in sent]
    assert len(sent) == len(heard), "%d frames were sent, %d heard (%s)" % (
        len(sent), len(heard), heard[:3] if len(heard) > len(sent) else "")
    for s, h in zip(sent, heard):
        assert s.without_client() == h.without_client(), "sent %s, heard %s" % (s, h)
