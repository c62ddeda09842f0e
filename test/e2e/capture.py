"""Replays the clients' half of a capture against the server under test.

Long pauses are shortened, alike for all clients, so the order and every distance that matters stays: nothing within a
call is compressed, and a pause keeps PAUSE_MS, more than the second after which a silent stream has ended.
"""

import os
import time

from dmr import Frame
from hotspot import Hotspot, digest, keep_time, pause

PAUSE_MS = 1600
DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "captures")
PASSPHRASE = "rigpass"


class Line:
    def __init__(self, text):
        ms, client, self.direction, octets = text.split()
        self.ms, self.client, self.octets = int(ms), int(client), bytes.fromhex(octets)

    def is_burst(self):
        return self.octets[:4] == b"DMRD"


def read(name):
    with open(os.path.join(DIRECTORY, name + ".txt")) as f:
        return [Line(text) for text in f if not text.startswith("#")]


def id_in(octets):
    at = 7 if octets[:4] == b"RPTP" else 5 if octets[:5] == b"RPTCL" else 4
    return int.from_bytes(octets[at:at + 4], "big")


def answer_to(octets):
    """The tag of the answer a real client waits for, or None."""
    if octets[:7] == b"RPTPING":
        return b"MSTPONG"
    if octets[:5] == b"RPTCL":
        return None
    return b"RPTACK" if octets[:4] in (b"RPTL", b"RPTK", b"RPTC", b"RPTO") else None


class Replay:
    """`clients` by the capture's number; what each heard is in its `frames`, what it sent in `sent`."""

    def __init__(self, name, port, lines=None):
        self.lines = [l for l in (lines or read(name)) if l.direction == ">"]
        self.challenges = self.challenges_of(read(name))
        self.port = port
        self.clients = {}
        self.salts = {}
        self.sent = {}

    @staticmethod
    def challenges_of(lines):
        """The challenge that stood before each RPTK in the capture."""
        last, found = {}, {}
        for l in lines:
            if l.direction == "<" and l.octets[:6] == b"RPTACK":
                last.setdefault(l.client, []).append(l.octets[6:])
            if l.direction == ">" and l.octets[:4] == b"RPTK":
                found[l.octets] = last[l.client][-1]
        return found

    def client_of(self, line):
        if line.client not in self.clients:
            client = id_in(line.octets)
            self.clients[line.client] = Hotspot(client, self.port)
            self.sent[line.client] = []
        return self.clients[line.client]

    def key(self, client, octets):
        """The same answer for our challenge: right where the capture's was right."""
        right = digest(self.challenges[octets], PASSPHRASE) == octets[8:]
        return octets[:8] + digest(self.salts[client], PASSPHRASE if right else "something else"), right

    def perform(self, line):
        client = self.client_of(line)
        octets, tag = line.octets, answer_to(line.octets)
        if octets[:4] == b"RPTK":
            octets, right = self.key(client, octets)
            tag = b"RPTACK" if right else b"MSTNAK"
        if tag is None:
            client.send(octets)
            if line.is_burst():
                self.sent[line.client].append(octets)
            return
        answer = client.ask(octets, tag)
        if octets[:4] == b"RPTL":
            self.salts[client] = answer[6:]

    def run(self):
        keep_time()
        began, skipped, last = time.monotonic(), 0, None
        for line in self.lines:
            if last is not None and line.ms - last > PAUSE_MS:
                skipped += line.ms - last - PAUSE_MS
            last = line.ms
            pause(began + (line.ms - skipped) / 1000, self.clients.values())
            self.perform(line)
        pause(time.monotonic() + 0.3, self.clients.values())
        return self

    def close(self):
        for client in self.clients.values():
            client.close()

    def by_id(self, client):
        return next(c for c in self.clients.values() if c.client == client)

    def calls(self):
        """[(talker's id, octets of its bursts)] in order, one for each stream and run of it."""
        found = []
        open_calls = {}
        for line in self.lines:
            if not line.is_burst():
                continue
            frame = Frame(line.octets)
            key = (line.client, frame.stream)
            if key not in open_calls or line.ms - open_calls[key][0] > 3000:
                found.append((frame.client, []))
                open_calls[key] = [line.ms, found[-1][1]]
            open_calls[key][0] = line.ms
            open_calls[key][1].append(line.octets)
        return found


def heard_call(client, stream):
    return [f for f in client.frames if f.stream == stream]
