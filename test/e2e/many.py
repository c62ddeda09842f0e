"""Thousands of hotspots, each with a socket of its own, that log in at once, in a few processes of their own."""

import collections
import multiprocessing
import resource
import select
import socket
import time

from hotspot import be32, digest, rptc
from server import PATIENCE_S

EACH = 2500      # a process may have few descriptors
WINDOW = 400     # of a process, logins under way
RETRY_S = 2.0


def log_in_all(clients, passphrase):
    """Each by RPTL, RPTK and RPTC, repeated when no answer comes, from the beginning when it is refused. False: not all."""
    poll = select.epoll()
    by_fd, waiting, under_way = {}, collections.deque(clients), {}
    for c in clients:
        by_fd[c.socket.fileno()] = c
        poll.register(c.socket.fileno(), select.EPOLLIN)
        c.drain()
    progress = time.monotonic()

    def begin(c):
        c.ask(b"RPTL" + c.id)
        under_way[c.socket.fileno()] = c

    while (waiting or under_way) and time.monotonic() < progress + PATIENCE_S:
        while waiting and len(under_way) < WINDOW:
            begin(waiting.popleft())
        for fd, _ in poll.poll(0.1, 256):
            c = by_fd[fd]
            answer = c.take()
            if answer is None or fd not in under_way:
                continue
            if answer[:6] != b"RPTACK":
                begin(c)
            elif c.asked[:4] == b"RPTL":
                c.ask(b"RPTK" + c.id + digest(answer[6:10], passphrase))
            elif c.asked[:4] == b"RPTK":
                c.ask(rptc(c.client))
            else:
                del under_way[fd]
                progress = time.monotonic()
        now = time.monotonic()
        for c in list(under_way.values()):
            if now - c.since > RETRY_S:
                c.ask(c.asked)
    poll.close()
    return not waiting and not under_way


class Light:
    """Of a hotspot, what a login needs."""

    def __init__(self, client, port):
        self.client, self.id = client, be32(client)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)

    def ask(self, octets):
        self.asked, self.since = octets, time.monotonic()
        try:
            self.socket.send(octets)
        except OSError:
            pass  # an ICMP answer to something sent earlier

    def take(self):
        try:
            return self.socket.recv(512)
        except OSError:
            return None

    def drain(self):
        while self.take() is not None:
            pass


def work(first, count, port, passphrase, orders):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, count + 100)), hard))
    clients = [Light(first + n, port) for n in range(count)]
    while orders.recv():
        orders.send(log_in_all(clients, passphrase))


class Many:
    """with Many(10000, port) as many: many.log_in()"""

    def __init__(self, count, port, passphrase="rigpass", first=2400001):
        self.workers = []
        for at in range(0, count, EACH):
            ours, theirs = multiprocessing.Pipe()
            worker = multiprocessing.Process(target=work, args=(first + at, min(EACH, count - at), port, passphrase, theirs))
            worker.start()
            self.workers.append((worker, ours))

    def log_in(self):
        """How long that took; None: not all got in."""
        begin = time.monotonic()
        for _, orders in self.workers:
            orders.send(True)
        done = [orders.recv() for _, orders in self.workers]
        return time.monotonic() - begin if all(done) else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for worker, orders in self.workers:
            orders.send(False)
            worker.join()
