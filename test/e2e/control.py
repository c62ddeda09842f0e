"""The control socket, spoken to directly: a word a line, rows of JSON back, the last one says how it went."""

import json
import socket

from server import PATIENCE_S, wait_for


class Control:
    def __init__(self, path, timeout=PATIENCE_S):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)  # waits while the backlog is full
        self.socket.settimeout(timeout)
        self.rest = b""

    def close(self):
        self.socket.close()

    def send(self, line):
        self.socket.sendall(line.encode() + b"\n")

    def line(self):
        """The next object; None if the server closed the connection."""
        while b"\n" not in self.rest:
            more = self.socket.recv(65536)
            if not more:
                return None
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\n")
        return json.loads(line)

    def request(self, word):
        """(rows, end) of one answer."""
        self.send(word)
        rows = []
        while True:
            row = self.line()
            assert row is not None, "connection closed during \"%s\"" % word
            if row.get("end"):
                return rows, row
            rows.append(row)


def settle(path):
    """A barrier: its answer follows the records of all that voice has done so far."""
    c = Control(path)
    try:
        c.request("why 1")
    finally:
        c.close()


def ask(path, word):
    """The rows of one request on a connection of its own."""
    settle(path)
    c = Control(path)
    try:
        rows, end = c.request(word)
    finally:
        c.close()
    assert end["ok"], "%s: %s" % (word, end)
    return rows


def counter(path, name):
    """Of voice or the reporter. Those of voice come with its first figures."""
    def values():
        return [row["value"] for row in ask(path, "status") if row.get("name") == name]

    return wait_for(values)[0]


def wait_until_answering(path):
    def answer():
        try:
            return ask(path, "status")
        except (OSError, AssertionError, ValueError):
            return None

    return wait_for(answer, every=0.1) or ask(path, "status")
