"""The picture of the page in the README: an evening on a server, made again by every run, in build/test/screenshots.

    python3 test/e2e/t_picture.py && pngquant -f -o man/page.png build/test/screenshots/picture.png     renews the one that is shown
"""

import os
import subprocess
import tempfile
import threading

from browser import Browser
from cases import case, check, main
from dmr import call
from hotspot import Hotspot, talk
from mesh import FIRST_SERVER, peer_section
from server import Server, command, free_port
from web import WebServer

MADE = "build/test/screenshots/picture.png"
SHOWN = "man/page.png"
USERS = [(2341000, "G4KLX", "Jonathan"), (2341001, "M0ABC", "Alice"), (2341002, "DL1ABC", "Jürgen"), (2341003, "F5XYZ", "Renée"),
         (2341004, "EA3QRM", "Lucía")]
TALKGROUPS = [(91, "World-wide"), (92, "Europe"), (208, "France"), (214, "España"), (235, "UK Calling"), (262, "Germany"),
              (2350, "UK Wide"), (3100, "USA")]


def index(directory):
    table, names = os.path.join(directory, "user.csv"), os.path.join(directory, "aliases")
    with open(table, "w") as f:
        f.write("id,callsign,name\n" + "".join("%d,%s,%s\n" % user for user in USERS))
    with open(os.path.join(directory, "talkgroups.csv"), "w") as f:
        f.write("talkgroup,name\n" + "".join("%d,%s\n" % row for row in TALKGROUPS))
    subprocess.run(command("aliases", table, os.path.join(directory, "talkgroups.csv"), "-o", names), check=True, capture_output=True)
    os.chmod(directory, 0o755)
    return names


def evening(hotspots):
    """Calls that are over; one in four loses some frames."""
    for n in range(12):
        who = hotspots[n % len(hotspots)]
        frames = call(who.client, who.client, TALKGROUPS[n * 3 % len(TALKGROUPS)][0], 3 + n % 4)
        if n % 4 == 1:
            del frames[6:9]
        talk(who, frames, pace=0.03)


def speaks(who, tg, enough):
    """A call that goes on until the picture is taken."""
    talk(who, call(who.client, who.client, tg, 2), beside=enough.wait)


def take(server, hotspots, far):
    enough = threading.Event()
    running = [threading.Thread(target=speaks, args=words + (enough,)) for words in
               ((hotspots[0], 91), (hotspots[1], 92), (hotspots[2], 235), (far, 3100))]
    try:
        with Browser() as b:
            b.size(1440, 900)
            b.open(server.url + "#air")
            b.wait("the connection", "return document.getElementById('state').textContent === 'live'")
            for thread in running:
                thread.start()
            b.wait("the calls", "return document.querySelectorAll('#cards li').length === 4")
            b.wait("the names", "return document.querySelector('#cards').innerText.includes('Jonathan')")
            b.wait("some seconds of them", "return document.querySelector('#cards').innerText.match(/\\b([3-9]|[1-9][0-9])s\\b/)")
            b.screenshot("picture")
    finally:
        enough.set()
        for thread in running:
            if thread.is_alive():
                thread.join()


@case  # 20 s
def an_evening_fits_in_a_picture():
    ports = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="freedmr-") as directory, \
            Server("static-2 = 3100", peer_section("yd", "fbp", ports[1], ports[0], FIRST_SERVER), server_id=2346) as other, \
            WebServer("static-2 = 91", "aliases = %s\n%s" % (index(directory), peer_section("uk", "fbp", ports[0], ports[1], 2346)),
                      server="name = Yorkshire DMR\ncallsign = GB7YD") as server:
        hotspots = [Hotspot(user[0], server.port).login("TS2=91,3100", callsign=user[1]) for user in USERS]
        far = Hotspot(2361234, other.port).login()
        evening(hotspots)
        take(server, hotspots, far)
        for path, small in ((MADE, 500000), (SHOWN, 100000)):
            with open(path, "rb") as f:
                octets = f.read()
            check(octets.startswith(b"\x89PNG") and 20000 < len(octets) < small, "%s: %d octets" % (path, len(octets)))
        for hotspot in hotspots + [far]:
            hotspot.close()


main()
