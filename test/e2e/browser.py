"""A headless Chromium, driven through ChromeDriver's WebDriver protocol with nothing but the standard library."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from cases import Skip
from server import PATIENCE_S, free_port

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
         "--lang=en-GB"]


class Browser:
    """with Browser() as b: skips the case where there is none."""

    def __enter__(self):
        if not shutil.which("chromedriver") or not shutil.which("chromium"):
            raise Skip("there is no chromium with chromedriver")
        self.directory = tempfile.mkdtemp(prefix="freedmr-browser-")
        port = free_port()
        self.base = "http://127.0.0.1:%d" % port
        noon = "Etc/GMT%+d" % (time.gmtime().tm_hour - 12)  # so that no test sees a day end
        self.driver = subprocess.Popen(["chromedriver", "--port=%d" % port], stdin=subprocess.DEVNULL, env=dict(os.environ, TZ=noon),
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if getattr(self, "session", None):
            try:
                self.call("DELETE", "")
            except OSError:
                pass
        self.driver.terminate()
        self.driver.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def begin(self):
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                options = {"args": FLAGS + ["--user-data-dir=" + self.directory], "binary": shutil.which("chromium"),
                           "perfLoggingPrefs": {"enableNetwork": True}}
                answer = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {
                    "browserName": "chrome", "goog:chromeOptions": options,
                    "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
                self.session = answer["sessionId"]
                return
            except (ConnectionError, urllib.error.URLError, AssertionError) as why:
                slow = not isinstance(why, AssertionError) or "session not created" in str(why)  # a browser has a minute to start
                if not slow or time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def ask(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as why:
            raise AssertionError("browser: %s" % why.read().decode()[:300])

    def call(self, method, path, body=None):
        return self.ask(method, "/session/%s%s" % (self.session, path), body)

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """What the body of a function returns in the page."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def text(self, selector):
        return self.run("const e = document.querySelector(arguments[0]); return e ? e.innerText : null;", selector)

    def wait(self, what, script, seconds=PATIENCE_S, *arguments):
        end = time.monotonic() + seconds
        while True:
            value = self.run(script, *arguments)
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError("waited for %s; the page: %s" % (what, self.text("body")))
            time.sleep(0.1)

    def chrome(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def size(self, width, height, mobile=False):
        self.chrome("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def colours(self, scheme):
        self.chrome("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def cpu_seconds(self):
        """What all its processes have used so far."""
        parents, used = {}, {}
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/stat" % entry) as f:
                    fields = f.read().rpartition(") ")[2].split()
                parents[int(entry)], used[int(entry)] = int(fields[1]), int(fields[11]) + int(fields[12])
            except (OSError, ValueError):
                pass
        family = {self.driver.pid}
        while True:
            more = {pid for pid, parent in parents.items() if parent in family} - family
            if not more:
                break
            family |= more
        return sum(used[pid] for pid in family - {self.driver.pid}) / os.sysconf("SC_CLK_TCK")

    def axe(self):
        """What axe-core finds wrong with the page as it is now."""
        source = os.path.join("build", "need", "axe-core", "package", "axe.min.js")
        if not os.path.exists(source):
            raise Skip("there is no axe-core: test/need fetches it with npm")
        with open(source) as f:
            self.chrome("Runtime.evaluate", expression=f.read())
        self.run("window.found = null; axe.run(document, {resultTypes: ['violations']}).then(r => { window.found = "
                 "r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 4).map(n => n.target + ' ' + n.html.slice(0, 120) + ' ' + "
                 "n.any.map(x => x.message).join()).join(' | ')); })")
        return self.wait("axe", "return window.found && [window.found]")[0]

    def screenshot(self, name):
        os.makedirs("build/test/screenshots", exist_ok=True)
        path = "build/test/screenshots/%s.png" % name
        with open("%s.%d" % (path, os.getpid()), "wb") as f:  # another suite may be making the same
            f.write(base64.b64decode(self.call("GET", "/screenshot")))
        os.rename(f.name, path)

    def press(self, keys):
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": [
            {"type": t, "value": k} for k in keys for t in ("keyDown", "keyUp")]}]})

    def complaints(self):
        """What the console said since the last time."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})
                if entry["level"] in ("SEVERE", "WARNING")]

    def requested(self):
        """Addresses that pages from a server asked for; what the browser shows of its own does not count."""
        found = []
        for entry in self.call("POST", "/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent" and \
                    not message["params"]["documentURL"].startswith(("chrome:", "chrome-untrusted:")):
                found.append(message["params"]["request"]["url"])
        return found
