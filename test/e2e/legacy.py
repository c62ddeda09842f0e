"""What FDMR-Monitor and HBMonv2 do with the report socket: netstrings, and what is in them read by Python's own pickle."""

import pickle
import select
import socket
import time

from server import PATIENCE_S


class Dashboard:
    def __init__(self, port, host="127.0.0.1"):
        self.socket = socket.create_connection((host, port))
        self.rest = b""
        self.ended = False
        self.frames = []  # in the order they came: ("config", dict), ("bridges", dict), ("event", list), ("text", str)
        self.config = self.bridges = None
        self.longest = 0

    def close(self):
        self.socket.close()

    def ask(self, opcode):
        self.socket.sendall(b"1:" + bytes([opcode]) + b",")

    def wait(self, until):
        """Takes what comes until until() is true. Returns what it said last."""
        return self.listen(PATIENCE_S, until)

    def listen(self, seconds, until=None):
        """Takes what comes for so long, or until until() is true. Returns what it said last."""
        end = time.monotonic() + seconds
        while not self.ended and not (until and until()) and time.monotonic() < end:
            if not select.select([self.socket], [], [], max(0, min(0.05, end - time.monotonic())))[0]:
                continue
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                more = b""
            self.ended = not more
            self.rest += more
            self.take_frames()
        return until and until()

    def take_frames(self):
        while b":" in self.rest:
            head, _, body = self.rest.partition(b":")
            assert head.isdigit() and head == str(int(head)).encode(), "bad length %r" % head[:20]
            length = int(head)
            if len(body) <= length:
                return
            assert body[length:length + 1] == b",", "no comma after %d octets" % length
            self.longest = max(self.longest, length)
            self.take(body[:length])
            self.rest = body[length + 1:]

    def take(self, frame):
        opcode, body = frame[0], frame[1:]
        if opcode == 1:
            config = pickle.loads(body)
            if self.config is not None:
                assert set(config) == set(self.config), "the set of systems changed"
            self.config = config
            self.frames.append(("config", config))
        elif opcode == 3:
            assert self.config is not None, "BRIDGES before CONFIG ends the connection"
            self.bridges = pickle.loads(body)
            self.frames.append(("bridges", self.bridges))
        elif opcode == 7:
            fields = body.decode("utf-8").split(",")
            assert len(fields) >= 9, "too few fields: %s" % fields
            assert fields[3] in self.config, "%s is no system" % fields[3]
            assert fields[7] in ("1", "2"), "slot %s" % fields[7]
            self.frames.append(("event", fields))
        else:
            assert frame == b"bridge updated", "unknown frame %r" % frame[:40]
            self.frames.append(("text", frame.decode()))

    def events(self):
        return [fields for kind, fields in self.frames if kind == "event"]

    def shown_on(self, client):
        wanted = client.to_bytes(4, "big")
        return next((name for name, system in (self.config or {}).items() if wanted in system.get("PEERS", {})), None)

    def system_of(self, client):
        """The name of the system that client is shown on; the reporter may still be about to say so."""
        self.wait(lambda: self.shown_on(client))
        return self.shown_on(client)

    def client(self, client):
        system = self.system_of(client)
        return self.config[system]["PEERS"][client.to_bytes(4, "big")]
