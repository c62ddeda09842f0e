"""The control socket, spoken to directly: a word a line, rows of JSON back, the last one says how it went."""

import json
import socket
import time


class Control:
    def __init__(self, path, timeout=5):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)  # waits while the backlog is full
        self.socket.settimeout(timeout)
        self.rest = b""

    def close(self):
        self.socket.close()

    def send(self, line):
        self.socket.sendall(line.encode() + b"\n")

    def line(self):
        """The next object; None when the server hung up."""
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
            assert row is not None, "hung up on during \"%s\"" % word
            if row.get("end"):
                return rows, row
            rows.append(row)


def settle(path):
    """What voice has done so far is seen from here on: its answer to a question comes behind its records."""
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
    return next(row["value"] for row in ask(path, "status") if row.get("name") == name)


def wait_until_answering(path, seconds=8):
    end = time.monotonic() + seconds
    while True:
        try:
            return ask(path, "status")
        except (OSError, AssertionError, ValueError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
