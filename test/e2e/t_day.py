"""A whole day on the page, its history made within a minute by a server whose clock the test sets."""

import os
import re
import struct
import tempfile
import time

import server as program
from browser import Browser
from cases import case, check, main
from control import ask
from dmr import call
from hotspot import BURST_S, Hotspot, keep_time
from server import PATIENCE_S, wait_for
from special import special_build
from web import WebServer

HOUR = 3600
CLIENTS = 10
HOURS = 25  # the hour that goes on, and the 24 before it
SHIFT = """
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

int __real_clock_gettime(clockid_t id, struct timespec *t);
static const volatile long long *shift; /* seconds, in a file that the test writes */

__attribute__((constructor)) static void find(void)
{
	int fd = open("PATH", O_RDONLY);
	void *at = fd < 0 ? MAP_FAILED : mmap(NULL, 8, PROT_READ, MAP_SHARED, fd, 0);

	if (at != MAP_FAILED)
		shift = at;
	close(fd);
}

int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
	int result = __real_clock_gettime(id, t);

	if (id == CLOCK_REALTIME && shift)
		t->tv_sec += *shift;
	return result;
}
"""


class Calendar:
    """The clock of the server, which goes on from where it is set to."""

    def __init__(self, path):
        self.file = open(path, "w+b", buffering=0)
        self.set(time.time())

    def set(self, to):
        self.file.seek(0)
        self.file.write(struct.pack("<q", int(to) - int(time.time())))


def talk_at_once(hotspots, superframes, tg):
    """All of them, each on a talkgroup of its own."""
    keep_time()
    for frames in zip(*(call(h.client, h.client, tg + n, superframes) for n, h in enumerate(hotspots))):
        for h, octets in zip(hotspots, frames):
            h.send(octets)
        time.sleep(BURST_S)


def live_a_day(server, calendar, this_hour):
    """
    One call of every hotspot in each hour, longer ones in the third. Each hour is a life of its own: when the clock of a
    running server is set, what it remembers moves with it, as it should.
    """
    for n in range(HOURS):
        if n:
            check(server.stop() == 0, "exit code")
            calendar.set(this_hour - (HOURS - 1 - n) * HOUR + 60)
            server.start()
        hotspots = [Hotspot(2300101 + c, server.port).login() for c in range(CLIENTS)]
        talk_at_once(hotspots, 6 if n == 3 else 1, 91)
        ended = wait_for(lambda: len(ask(server.control, "lastheard")) == (n + 1) * CLIENTS, every=0.1)
        check(ended, "hour %d: %d calls are kept: %s" % (n, len(ask(server.control, "lastheard")), server.stderr()))
        for h in hotspots:
            h.close()


def bars(b, panel):
    """The heights of the bars under this heading, and the sentence beside them."""
    b.wait("the bars of " + panel, "return [...document.querySelectorAll('.panel')].some(p => p.querySelector('h3')?.innerText === arguments[0] "
           "&& p.querySelector('.chart'))", PATIENCE_S, panel)
    return b.run("const p = [...document.querySelectorAll('.panel')].find(p => p.querySelector('h3')?.innerText === arguments[0]);"
                 "return [[...p.querySelectorAll('rect')].map(r => r.classList.contains('none') ? 0 : Number(r.getAttribute('height'))), "
                 "p.querySelector('.chart + p').innerText]", panel)


@case  # 60 s
def the_page_shows_a_whole_day_across_restarts():
    directory = tempfile.mkdtemp(prefix="freedmr-day-")
    path, kept = os.path.join(directory, "shift"), program.BINARY
    calendar = Calendar(path)
    os.chmod(path, 0o644)
    this_hour = int(time.time()) // HOUR * HOUR
    program.BINARY = special_build(directory, SHIFT.replace("PATH", path), ("clock_gettime",))
    try:
        historian = WebServer("static-2 = 91\nprompts = none\nsingle = no", "history = history")
        os.chmod(historian.directory, 0o777)  # started as root it runs as somebody else
        calendar.set(this_hour - (HOURS - 1) * HOUR + 60)
        with historian as server, Browser() as b:
            live_a_day(server, calendar, this_hour)
            b.open(server.url + "#heard")
            oldest = "return Math.min(...db.past.map(r => r.ended))"
            b.wait("the newest", "return db && db.past.length === 200 && document.querySelector('#older')?.checkVisibility()")
            check(b.run(oldest) > this_hour - 20 * HOUR, "more came than was asked for")
            b.run("document.getElementById('older').click()")
            b.wait("older ones from the history", "return db.past.length === arguments[0]", PATIENCE_S, HOURS * CLIENTS)
            check(b.run(oldest) < this_hour - 23 * HOUR, "the oldest is missing")
            b.run("[...document.querySelectorAll('#t-heard thead button')].find(x => x.innerText === 'Time').click()")
            first = b.wait("the oldest", "return document.querySelector('#t-heard tbody tr')?.innerText")
            day = b.run("return new Date(arguments[0] * 1000).toLocaleDateString('en-GB', {day: 'numeric', month: 'short'})", this_hour - 24 * HOUR)
            check(first.startswith(day + " "), "%s, not of %s" % (first, day))
            b.screenshot("day-heard")

            b.run("location.hash = 'talkgroup/93'")
            heights, said = bars(b, "Last 24 hours")
            check(len(heights) == 24 and all(heights), "%s" % heights)
            check(heights.index(max(heights)) == 2 and max(heights) > 2 * min(heights), "%s" % heights)
            third = b.run("const t = new Date(arguments[0] * 1000); return String(t.getHours()).padStart(2, '0') + ':00'", this_hour - 21 * HOUR)
            check(re.search(r"busiest: %s with \d+s" % third, said), "%s, not %s" % (said, third))
            days, _ = bars(b, "Last 8 days")
            today = time.gmtime(this_hour).tm_hour + 1  # hours, of which each has a call
            check(len(days) == 8 and days[6] > 0 and (days[7] > 0) and not any(days[:5]), "%s" % days)
            check(today > 12 or days[6] > days[7], "yesterday had more of it: %s" % days)
            b.run("location.hash = 'hotspot/2300104'")
            heights, _ = bars(b, "Last 24 hours")
            check(len(heights) == 24 and all(heights), "%s" % heights)
            rows = [r for r in server.ctl_json("history", "talkgroups", time.strftime("%Y-%m-%d", time.gmtime(this_hour - 24 * HOUR)))
                    if r.get("row") == "history"]
            check({r["calls"] for r in rows} == {HOURS - today} and len(rows) == CLIENTS, "%s" % rows)
            check(not b.complaints(), "%s" % b.complaints())
    finally:
        program.BINARY = kept


main()
