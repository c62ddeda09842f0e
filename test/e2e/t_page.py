"""The web page in a real browser, while hotspots talk."""

import os
import re
import signal
import time

from browser import Browser
from cases import case, check, main
from dmr import call
from hotspot import Hotspot, pause, rptc, talk
from web import WebServer

HOSTILE = "<img src=x onerror=document.title='owned'>"
ROWS = "[...document.querySelectorAll('#%s tbody tr')].map(r => r.innerText)"


def login(server, client, callsign, options=None):
    h = Hotspot(client, server.port)
    h.login(options)
    h.send(rptc(client, callsign=callsign))
    h.receive(1)
    return h


def quiet(b):
    """No fault in the console, and nothing asked of anybody but the server."""
    complaints = b.complaints()
    check(not complaints, "the console: %s" % complaints)
    outside = [url for url in b.requested() if not url.startswith(("http://127.0.0.1:", "data:"))]
    check(not outside, "asked outside: %s" % outside)


@case
def rows_come_and_go_with_calls():
    with WebServer("static-2 = 91, 2350\nsingle = no") as server, Browser() as b:
        one, two = login(server, 2300101, "G1AAA"), login(server, 2300102, "G2BBB")
        b.open(server.url)
        b.wait("the connection", "return document.getElementById('state').textContent === 'live'")
        b.wait("two clients", "return document.querySelectorAll('#clients tbody tr').length === 2")
        check(b.run("return document.querySelectorAll('#air li').length") == 0, "somebody is on air")
        seen = []

        def look():
            b.wait("the call and its listener", "return document.querySelector('#air li.talking')?.innerText.includes('1 listener')", 3)
            seen.append(b.text("#air li"))
            seen.append(b.text("#conferences"))
            b.run("location.hash = 'conference/91'")
            b.wait("the details", "return !document.getElementById('detail').hidden", 3)
            seen.append(b.text("#detail"))

        talk(one, call(2300101, 2300555, 91, 8), [two], middle=look)
        check("2300555" in seen[0] and "TG 91" in seen[0] and "G1AAA" in seen[0] and "1 listener" in seen[0], seen[0])
        check("2300555" in seen[1], seen[1])
        check("G2BBB 2300102 slot 2" in seen[2] and "2300555 is on air" in seen[2], seen[2])
        b.wait("the end of the call", "return document.querySelectorAll('#air li').length === 0")
        b.wait("last heard", "return document.querySelectorAll('#heard tbody tr').length === 1")
        heard = b.text("#heard tbody tr")
        check("2300555" in heard and "TG 91" in heard and re.search(r"\b[23]\.\d s", heard), heard)
        two.logout()
        b.wait("one client", "return document.querySelectorAll('#clients tbody tr').length === 1")
        quiet(b)


@case
def page_says_when_it_is_not_live_and_recovers():
    with WebServer("static-2 = 91") as server, Browser() as b:
        one = login(server, 2300101, "G1AAA")
        b.open(server.url)
        b.wait("the client", "return document.querySelectorAll('#clients tbody tr').length === 1")
        b.run("window.untouched = true")
        talk(one, call(2300101, 2300555, 91, 2, terminator=False))
        b.wait("the call", "return document.querySelector('#air li')", 2)
        server.kill()
        b.wait("the banner", "return !document.getElementById('banner').hidden", 4)
        check(b.run("return document.body.classList.contains('stale')"), "it does not look stale")
        check(b.run("return document.querySelectorAll('#air li').length") == 0, "a call of the past is on air")
        check("was known at" in b.text("#banner"), b.text("#banner"))
        b.screenshot("not-live")
        server.start()
        b.wait("the connection", "return document.getElementById('state').textContent === 'live'", 15)
        b.wait("no client", "return document.querySelectorAll('#clients tbody tr').length === 0")
        login(server, 2300103, "G3CCC")
        b.wait("the new client", "return document.querySelectorAll('#clients tbody tr').length === 1")
        check(b.run("return window.untouched"), "it was loaded again")
        complaints = [c for c in b.complaints() if "net::ERR" not in c]
        check(not complaints, "the console: %s" % complaints)


@case
def voice_or_reporter_may_die_under_it():
    with WebServer("static-2 = 91") as server, Browser() as b:
        one = login(server, 2300101, "G1AAA")
        b.open(server.url)
        b.wait("the client", "return document.querySelectorAll('#clients tbody tr').length === 1")
        os.kill(server.child("report"), signal.SIGKILL)
        b.wait("the loss", "return document.body.classList.contains('stale')", 5)
        b.wait("the connection", "return document.getElementById('state').textContent === 'live'", 12)
        b.wait("the client again", "return document.querySelectorAll('#clients tbody tr').length === 1")
        one.ping()
        os.kill(server.child("voice"), signal.SIGKILL)
        b.wait("no client", "return document.querySelectorAll('#clients tbody tr').length === 0", 12)


@case
def hostile_text_is_text():
    with WebServer("static-2 = 91") as server, Browser() as b:
        one = Hotspot(2300101, server.port)
        one.login(options="TS2=91;<b>x</b>=1")
        config = bytearray(rptc(2300101, callsign="<b>\xe9\x01'\""[:8]))
        at = config.index(b"Reading")
        config[at:at + 20] = HOSTILE.encode()[:20]
        at = config.index(b"20240101")
        config[at:at + len(HOSTILE)] = HOSTILE.encode()
        one.send(bytes(config))
        one.receive(1)
        b.open(server.url + "#client/2300101")
        b.wait("the client", "return document.querySelectorAll('#clients tbody tr').length === 1")
        b.wait("the details", "return !document.getElementById('detail').hidden")
        check("<img src=x" in b.text("#detail"), b.text("#detail"))
        check(b.run("return document.querySelectorAll('img, b').length") == 0, "it became an element")
        check(b.run("return document.title") != "owned", "it ran")
        quiet(b)


@case
def tables_are_filtered_sorted_and_linked():
    with WebServer("static-2 = 91") as server, Browser() as b:
        for client, callsign in ((2300101, "G1AAA"), (2300102, "M2BBB"), (2300103, "G3CCC")):
            login(server, client, callsign)
        b.open(server.url + "#client/2300102")
        b.wait("three clients", "return document.querySelectorAll('#clients tbody tr').length === 3")
        check("M2BBB" in b.text("#detail h2"), b.text("#detail"))
        first = "return document.querySelector('#clients tbody tr').innerText.slice(0, 5)"
        check(b.run(first) == "G1AAA", b.run(first))
        b.run("[...document.querySelectorAll('#clients thead button')].find(x => x.innerText === 'Callsign').click()")
        b.wait("the other order", first + " === 'M2BBB'")
        check(b.run("return document.querySelector('#clients [aria-sort]').getAttribute('aria-sort')") == "descending",
              "the order is not told")
        b.run("const f = document.getElementById('filter'); f.value = 'g3c'; f.dispatchEvent(new Event('input'))")
        b.wait("one client", "return document.querySelectorAll('#clients tbody tr').length === 1")
        b.run("const f = document.getElementById('filter'); f.value = ''; f.dispatchEvent(new Event('input'))")
        b.run("location.hash = 'conference/91'")
        b.wait("the conference", "return document.querySelector('#detail h2').innerText.startsWith('Conference TG 91')")
        check(b.text("#detail").count("slot 2") == 3, b.text("#detail"))
        quiet(b)


@case
def keyboard_and_screen_reader_get_on():
    with WebServer("static-2 = 91") as server, Browser() as b:
        one = login(server, 2300101, "G1AAA")
        b.open(server.url)
        b.wait("the client", "return document.querySelectorAll('#clients tbody tr').length === 1")
        b.press("\ue004")
        check(b.run("return document.activeElement.innerText") == "To the content", "no skip link comes first")
        b.press("\ue004")
        check(b.run("return document.activeElement.id") == "filter", "the filter cannot be reached")
        for _ in range(30):
            b.press("\ue004")
            if b.run("return document.activeElement.getAttribute('href')") == "#client/2300101":
                break
        b.press("\ue007")
        b.wait("the details", "return !document.getElementById('detail').hidden")
        faults = b.run("""return [
            ...[...document.querySelectorAll('table')].filter(t => !t.getAttribute('aria-labelledby') && !t.caption),
            ...[...document.querySelectorAll('thead th')].filter(h => h.scope !== 'col'),
            ...[...document.querySelectorAll('tbody tr')].filter(r => r.firstChild.scope !== 'row'),
            ...[...document.querySelectorAll('section')].filter(s => !s.getAttribute('aria-labelledby') && !s.ariaLabel),
            ...[...document.querySelectorAll('input')].filter(i => !i.getAttribute('aria-label')),
            ].map(e => e.outerHTML.slice(0, 80))""")
        check(not faults, "%s" % faults)
        talk(one, call(2300101, 2300555, 91, 2))
        b.wait("the announcement", "return document.getElementById('live').textContent.includes('2300555 talks')")


@case
def it_looks_like_this():
    """Screenshots for people: light, dark, phone."""
    with WebServer("static-1 = 235\nstatic-2 = 91, 2350\nsingle = no", "[peer uk]\nprotocol = fbp\nbind = 127.0.0.1:%d\n"
                   "target = 127.0.0.1:9\npassphrase = kilo tango\nlocal-id = 2345\nremote-id = 2340" % 47113) as server, \
            Browser() as b:
        clients = [login(server, 2300101 + n, callsign, options) for n, (callsign, options) in enumerate(
            (("G4KLX", None), ("M0ABC", "TS2=91,2350,23426;TIMER=15"), ("DL1ABC", "TS2=262;SINGLE=1"),
             ("F5XYZ", None), ("EA3QRM", "TS2=214,91"), ("GB7RY", None), ("PD0ZZZ", None)))]
        for n, (src, tg, length) in enumerate(((2340001, 91, 1), (2621234, 262, 1), (2080456, 2350, 2), (2345678, 91, 1))):
            talk(clients[n % 4], call(clients[n % 4].client, src, tg, length), clients)
        pause(time.monotonic() + 1.2, clients)
        b.open(server.url)
        b.wait("the clients", "return document.querySelectorAll('#clients tbody tr').length === 7")

        def shoot():
            for scheme in ("light", "dark"):
                b.size(1280, 1000)
                b.colours(scheme)
                b.wait("the call", "return document.querySelector('#air li.talking')", 3)
                b.screenshot(scheme)
            b.size(390, 844, True)
            check(b.run("return document.documentElement.scrollWidth") <= 390, "it is wider than the phone")
            b.screenshot("phone-dark")
            b.colours("light")
            b.screenshot("phone")
            b.size(1280, 1800)
            b.run("location.hash = 'client/2300102'; document.querySelectorAll('details').forEach(d => d.open = true)")
            b.wait("the details", "return !document.getElementById('detail').hidden", 3)
            b.screenshot("details")

        talk(clients[0], call(2300101, 2340001, 91, 25), clients, middle=shoot)
        quiet(b)


main()
