"""Many hotspots at once, named, that ping and talk in the background, for tests of what people look at."""

import json
import os
import select
import subprocess
import threading
import time

from dmr import call
from hotspot import BURST_S, Hotspot, keep_time
from server import command

CALLSIGNS = ("G4KLX", "M0ABC", "DL1ABC", "F5XYZ", "EA3QRM", "GB7RY", "PD0ZZZ", "OE1KBC", "SM5TPL", "ON4XO", "LA3BU", "HB9FX")
NAMES = ("Jonathan", "Alice", "J\u00fcrgen", "Ren\u00e9e", "Xavier", "Peter", "Johanna", "Kurt", "Olle", "Marc", "Ingrid", "Beat")
TALKGROUPS = {91: "World-wide", 92: "Europe", 235: "UK Calling", 2350: "UK Wide", 262: "Germany", 208: "France", 214: "Espa\u00f1a",
              2351: "Chat 1", 2352: "Chat 2", 3100: "USA", 9990: "Echo", 4400: "Yorkshire Moors and Dales Amateur Radio Society"}
FIRST = 2340101


def callsign(n):
    base = CALLSIGNS[n % len(CALLSIGNS)]
    return base if n < len(CALLSIGNS) else "M%d%s" % (n % 10, "".join(chr(65 + n * f % 26) for f in (3, 7, 11)))


def radio(n):
    return 2341000 + n


def name_index(directory):
    """An alias index of all of them; to be named in the configuration as `aliases = aliases`."""
    os.chmod(directory, 0o755)
    users = [{"id": i, "callsign": callsign(n), "fname": NAMES[n % len(NAMES)], "country": "Here"}
             for n in range(300) for i in (radio(n), FIRST + n)]
    users += [{"tgid": tg, "callsign": name} for tg, name in TALKGROUPS.items()]
    source = os.path.join(directory, "names.json")
    with open(source, "w") as f:
        json.dump({"results": users}, f)
    subprocess.run(command("aliases", source, "-o", os.path.join(directory, "aliases")), check=True, capture_output=True)


def bursts(frames, superframes, lose):
    """Those of a call of so many superframes, all of them like the first one; of 100 bursts `lose` are left out."""
    header, *voice, end = frames
    for n in range(superframes * 6 + 2):
        octets = voice[(n - 1) % 6] if 0 < n <= superframes * 6 else end if n else header
        if n % 100 >= lose or n < 3:
            yield octets[:4] + bytes([n & 255]) + octets[5:]


class Crowd:
    """with Crowd(port, 200) as crowd: crowd.talk(3, 91) ..."""

    def __init__(self, port, count, options=None, ping=5.0):
        self.hotspots = []
        for n in range(count):
            h = Hotspot(FIRST + n, port)
            tgs = list(TALKGROUPS)
            h.login(options(n) if options else "TS1=%d;TS2=91,%d;SINGLE=0" % (tgs[n % 5 + 2], tgs[n % 11]), callsign(n))
            self.hotspots.append(h)
        self.calls = {}
        self.ping = ping
        self.stop = threading.Event()
        self.lock = threading.Lock()

    def __enter__(self):
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        for h in self.hotspots:
            h.close()

    def talk(self, n, tg, superframes=170, slot=2, lose=0, src=None):
        """Hotspot `n` begins a call; of 100 bursts `lose` are not sent."""
        frames = bursts(call(FIRST + n, src or radio(n), tg, 1, slot), superframes, lose)
        with self.lock:
            self.calls[n] = frames

    def run(self):
        keep_time()
        due, at = time.monotonic(), 0
        sockets = [h.socket for h in self.hotspots]
        while not self.stop.is_set():
            with self.lock:
                for n, frames in list(self.calls.items()):
                    octets = next(frames, None)
                    if octets:
                        self.hotspots[n].send(octets)
                    else:
                        del self.calls[n]
            every = max(1, int(self.ping / BURST_S))
            for h in self.hotspots[at % every::every]:
                h.send(b"RPTPING" + h.client.to_bytes(4, "big"))
            at += 1
            due += BURST_S
            while time.monotonic() < due:
                for s in select.select(sockets, [], [], max(0, due - time.monotonic()))[0]:
                    try:
                        s.recv(2048)
                    except ConnectionRefusedError:
                        pass
