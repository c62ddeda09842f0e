"""The page behind a reverse proxy, set up as freedmr-events(7) shows: the events come as they happen."""

import os
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
import urllib.request

from browser import Browser
from cases import Skip, case, check, main
from control import settle
from dmr import call
from hotspot import Hotspot, talk
from manual import example
from server import PATIENCE_S, Started, free_port, listens, wait_for
from web import Events, WebServer

ADMIN = "echo-foxtrot-five-golf"
LATE_S = 5  # a proxy that gathers events holds them for longer than the 5 s from one health event to the next
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"


class Proxy(Started):
    """A proxy of our own that speaks to `server` and listens at `web`."""

    below = ""  # the path that the page is served under

    def __init__(self, server, program):
        self.program = shutil.which(program, path=PATH)
        if not self.program:
            raise Skip("there is no " + program)
        self.server, self.web = server, free_port()
        self.directory = tempfile.mkdtemp(prefix="freedmr-proxy-")
        os.chmod(self.directory, 0o777)  # nginx leaves root
        self.config = os.path.join(self.directory, "config")
        self.process = None

    def start(self):
        with open(self.config, "w") as f:
            f.write(self.text())
        log = open(os.path.join(self.directory, "log"), "w")
        self.process = subprocess.Popen(self.command(), cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                        env=dict(os.environ, HOME=self.directory, XDG_DATA_HOME=self.directory))
        log.close()

        if not wait_for(lambda: listens(self.web)):
            with open(os.path.join(self.directory, "log")) as f:
                check(False, "it does not start: " + f.read()[-500:])

    def close(self):
        if self.process:
            self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def url(self):
        return "http://127.0.0.1:%d%s/" % (self.web, self.below)

    def get(self, path, **headers):
        return WebServer.get(self, path, **headers)

    def raw(self, octets):
        return WebServer.raw(self, octets)

    def here(self, text):
        return text.replace("127.0.0.1:8080", "127.0.0.1:%d" % self.server.web)


class Nginx(Proxy):
    shown = "freedmr-events.7", "proxy_pass"

    def __init__(self, server):
        super().__init__(server, "nginx")

    def text(self):
        return ("daemon off;\npid %(d)s/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n"
                "client_body_temp_path %(d)s/a;\nproxy_temp_path %(d)s/b;\nfastcgi_temp_path %(d)s/c;\n"
                "uwsgi_temp_path %(d)s/d;\nscgi_temp_path %(d)s/e;\ngzip on;\n" % {"d": self.directory} +
                self.here(example(*self.shown)).replace("listen 80;", "listen 127.0.0.1:%d;" % self.web) + "}\n")

    def command(self):
        return [self.program, "-p", self.directory, "-c", self.config, "-e", "stderr"]


class Caddy(Proxy):
    shown = "freedmr-events.7", "reverse_proxy"

    def __init__(self, server):
        super().__init__(server, "caddy")

    def text(self):
        site = self.here(example(*self.shown))
        site = site.replace("dmr.example.org {", ":%d {\n    encode gzip" % self.web)
        return "{\n    admin off\n    auto_https off\n}\n" + site

    def command(self):
        return [self.program, "run", "--adapter", "caddyfile", "--config", self.config]


class NginxTls(Nginx):
    """As freedmr(8) shows, with a certificate of our own."""
    shown = "freedmr.8", "listen 443 ssl"

    def text(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout",
                        self.directory + "/privkey.pem", "-out", self.directory + "/fullchain.pem"], check=True, capture_output=True)
        text = super().text().replace("listen 443 ssl;", "listen 127.0.0.1:%d ssl;" % self.web)
        return text.replace("/etc/letsencrypt/live/dmr.example.org", self.directory)


class CaddyTls(Caddy):
    """Likewise."""
    shown = "freedmr.8", "reverse_proxy"

    def text(self):
        site = self.here(example(*self.shown)).replace(
            "dmr.example.org {", "https://localhost:%d {\n    tls internal" % self.web)
        return "{\n    admin off\n    auto_https disable_redirects\n    skip_install_trust\n}\n" + site


class NginxBelow(Nginx):
    """As the manual says for a page below another path; with TLS in front of it, which it reports to us."""
    below = "/dmr"

    def text(self):
        return re.sub(r"(proxy_pass http://[0-9.:]+);", r"\1/;", super().text()).replace("location / {", "location /dmr/ {").replace(
            "$scheme", "https")


class CaddyBelow(Caddy):
    below = "/dmr"

    def text(self):
        head, site = super().text().split("    reverse_proxy", 1)
        site, end = site.rsplit("}", 1)
        return head + "    handle_path /dmr/* {\n    reverse_proxy" + site + "}\n}" + end


def try_it(proxy_of):
    with WebServer("static-2 = 91") as server, proxy_of(server) as proxy, Browser() as b:
        one = Hotspot(2300101, server.port).login()
        b.open(proxy.url)
        b.wait("the connection", "return document.getElementById('state').textContent === 'live'")
        events = Events(proxy)
        check(events.next()[2]["ev"] == "hello", "another event first")
        begun, ages = time.monotonic(), []
        while time.monotonic() - begun < 10 or len(ages) < 3:
            ages.append(time.time() - events.next()[2]["t"])
            one.ping()
        check(sorted(ages)[len(ages) // 2] < LATE_S, "they come with an age of %s" % ages)
        check(b.text("#state") == "live", b.text("#banner"))

        def look():
            b.wait("the call", "return document.querySelector('#cards li.talking')")
            while events.next()[2]["ev"] != "call.start":
                pass

        talk(one, call(2300101, 2300555, 91, 8), beside=look)  # goes on until the begin arrives
        b.wait("the end of the call", "return document.querySelectorAll('#cards li').length === 0")
        for wanted, coding in (("gzip", "gzip"), ("identity", None)):
            status, headers, body = proxy.get("/api/v2/snapshot", Accept_Encoding=wanted)
            check(status == 200 and headers["Content-Encoding"] == coding, "%s: %s" % (wanted, headers))
            check(len(body) > 100, "no snapshot")
        events.close()  # a proxy does not end before it


@case
def nginx_passes_events_on_as_they_come():
    try_it(Nginx)


@case
def caddy_passes_events_on_as_they_come():
    try_it(Caddy)


@case
def a_connection_that_broke_goes_on_where_it_was():
    with WebServer("static-2 = 91") as server, Nginx(server) as proxy, Browser() as b:
        Hotspot(2300101, server.port).login()
        b.open(proxy.url)
        b.wait("the client", "return document.querySelector('[data-view=hotspots] .count').innerText === '1'")
        proxy.stop()
        b.wait("the loss", "return !document.getElementById('banner').hidden")
        Hotspot(2300102, server.port).login()
        proxy.start()
        b.wait("the connection", "return document.getElementById('state').textContent === 'live'")
        b.wait("what came meanwhile", "return document.querySelector('[data-view=hotspots] .count').innerText === '2'")
        fetched = b.run("return performance.getEntriesByType('resource').map(r => r.name).filter(n => n.includes('snapshot')).length")
        check(fetched == 1, "%d snapshots" % fetched)


VIEWS = {"air": "All quiet", "heard": "2300555", "hotspots": "2300101", "talkgroups": "TG 91", "talkgroup/91": "Last 8 days",
         "links": "This server has no links", "server": "Voice load"}


def every_view_is_there(b):
    """With what each asks the server for: history, older calls, decisions, figures."""
    for view, text in VIEWS.items():
        b.run("location.hash = arguments[0]", view)
        b.wait("%s in %s" % (text, view), "return document.querySelector('main').innerText.includes(arguments[0])", PATIENCE_S, text)
        if "/" in view:
            b.wait("the bars", "return document.querySelectorAll('.chart').length === 2")
    b.wait("the figures of the last day", "return /Calls, 24 h\\s+1/.test(document.querySelector('main').innerText)")
    outside = [url for url in b.requested() if not url.startswith("data:") and "/dmr/" not in url]
    check(not outside, "asked elsewhere: %s" % outside)


def an_owner_may_set(b, server):
    b.run("location.hash = 'hotspot/2300101'")
    press = "const x = [...document.querySelectorAll(arguments[1] + ' button')].find(x => x.innerText === arguments[0]); if (x) x.click(); return !!x"
    b.wait("the way in", press, PATIENCE_S, "Sign in", "main")
    b.run("document.querySelector('#ask input').value = 'rigpass'")
    b.wait("the answer", press, PATIENCE_S, "Sign in", "#ask")
    b.wait("the form", "return document.getElementById('owner')")
    b.run("document.querySelectorAll('#owner input')[1].value = '235'")
    b.wait("the form", press, PATIENCE_S, "Save", "#owner")
    b.wait("what was set", "return document.getElementById('t-subscriptions').innerText.includes('TG 235')")
    check("self-care client=2300101" in server.stderr(), server.stderr())


def below_another_path(proxy_of, secure):
    with WebServer("static-2 = 91", "self-care = yes\nadmin-token = " + ADMIN, server="state = state") as server, proxy_of(server) as proxy, \
            Browser() as b:
        os.chmod(server.directory, 0o777)  # started as root it runs as somebody else
        one = Hotspot(2300101, server.port).login()
        talk(one, call(2300101, 2300555, 91, 2))
        b.open(proxy.url)
        b.wait("the connection", "return document.getElementById('state').textContent === 'live'")
        every_view_is_there(b)
        an_owner_may_set(b, server)
        one.ask(b"RPTO" + (2300101).to_bytes(4, "big") + b"TS2=91", b"RPTACK")
        b.open(proxy.url + "#hotspot/2300101")
        b.wait("the connection", "return document.getElementById('state').textContent === 'live'")
        b.wait("the hotspot", "return document.getElementById('t-subscriptions').innerText.includes('TG 91')")
        b.wait("the decisions", "return document.querySelector('main').innerText.includes('logged in')")
        b.wait("what may be done", "return access.admin")
        b.run("token = arguments[0]; order('kick 2300101').then(fault => { window.fault = [fault]; })", ADMIN)
        fault = b.wait("the answer", "return window.fault")[0]
        if secure:
            check(fault == "", fault)
            b.wait("the end of the session", "return db.sessions.size === 0")
        else:
            check("only from the server's own machine" in fault, fault)
        check(not b.complaints() or not secure, "%s" % b.complaints())
    with WebServer("static-2 = 91", "http-token = " + ADMIN) as server, proxy_of(server) as proxy, Browser() as b:
        b.open(proxy.url + "?token=" + ADMIN)
        b.wait("the connection", "return document.getElementById('state').textContent === 'live'")
        check(b.run("return location.pathname + location.search") == "/dmr/", b.run("return location.href"))


def by_tls(proxy_of):
    """The page is served by TLS, and to change something is accepted, which without TLS it is not."""
    if not shutil.which("openssl"):
        raise Skip("there is no openssl")
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    with WebServer("static-2 = 91", "admin-token = " + ADMIN) as server, proxy_of(server) as proxy:
        Hotspot(2300101, server.port).login()
        settle(server.control)

        def ask(path, **more):
            request = urllib.request.Request("https://localhost:%d%s" % (proxy.web, path), **more)
            with urllib.request.urlopen(request, context=trusting, timeout=PATIENCE_S) as answer:
                return answer.status, answer.read()

        check(b"<title>" in wait_for(lambda: page(ask)), "no page")
        status, body = ask("/api/v2/snapshot")
        check(status == 200 and b"2300101" in body, "%s %s" % (status, body[:100]))
        status, body = ask("/api/v2/command", data=b"", headers={"X-Freedmr-Token": ADMIN, "X-Freedmr-Command": "kick 2300101",
                                                             "Origin": "https://localhost:%d" % proxy.web})
        check(status == 200, "%s %s" % (status, body))


def page(ask):
    try:
        return ask("/")[1]
    except OSError:
        return None  # its certificate is being made


@case
def nginx_serves_it_by_tls():
    by_tls(NginxTls)


@case
def caddy_serves_it_by_tls():
    by_tls(CaddyTls)


@case
def nginx_serves_it_below_another_path():
    below_another_path(NginxBelow, True)


@case
def caddy_serves_it_below_another_path():
    below_another_path(CaddyBelow, False)


main()
