"""The HTTP side, spoken to directly."""

import http.client
import json
import socket

from server import PATIENCE_S, Server, free_port


class WebServer(Server):
    """A server with its page at `web`, a TCP port on loopback."""

    def __init__(self, listener="", more="", **others):
        self.web = free_port()
        super().__init__(listener, more, http="127.0.0.1:%d" % self.web, **others)

    @property
    def url(self):
        return "http://127.0.0.1:%d/" % self.web

    def get(self, path, method="GET", **headers):
        """(status, headers, body) of one request."""
        c = http.client.HTTPConnection("127.0.0.1", self.web, timeout=PATIENCE_S)
        try:
            c.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            answer = c.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            c.close()

    def snapshot(self):
        return json.loads(self.get("/api/v2/snapshot")[2])

    def raw(self, octets=b""):
        s = socket.create_connection(("127.0.0.1", self.web), timeout=PATIENCE_S)
        s.sendall(octets)
        return s


SO_RCVBUFFORCE = 33  # Python has no name for it


def make_room(s):
    """For all that comes at once: who cannot be written to is soon dropped as too slow."""
    for option in (socket.SO_RCVBUF, SO_RCVBUFFORCE):  # as far as anybody may; root may more
        try:
            s.setsockopt(socket.SOL_SOCKET, option, 8 << 20)
        except OSError:
            pass


class Events:
    """Follows /api/v2/events."""

    def __init__(self, server, last=None, timeout=PATIENCE_S):
        head = "GET /api/v2/events HTTP/1.1\r\nHost: localhost\r\n"
        if last:
            head += "Last-Event-ID: %s\r\n" % last
        self.socket = server.raw((head + "\r\n").encode())
        self.socket.settimeout(timeout)
        make_room(self.socket)
        self.file = self.socket.makefile("rb")
        self.head = []
        while True:
            line = self.file.readline().decode().strip()
            if not line:
                break
            self.head.append(line)

    def next(self):
        """(id, name, object) of the next event."""
        found = {"event": "message"}
        while True:
            line = self.file.readline()
            assert line, "connection closed"
            line = line.decode().rstrip("\n")
            if not line and "data" in found:
                return found["id"], found["event"], json.loads(found["data"])
            name, _, value = line.partition(": ")
            found[name] = value

    def until(self, ev):
        """All events up to the first of that name."""
        seen = []
        while not seen or seen[-1]["ev"] != ev:
            seen.append(self.next()[2])
        return seen

    def close(self):
        self.file.close()
        self.socket.close()
