"""Who talked how much: the same on every service, kept across restarts and a full disk, a line in the log."""

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request

from cases import Skip, case, check, main
from control import ask, settle
from dmr import call
from hotspot import Hotspot, talk
from manual import manual
from schema import Schema
from server import PATIENCE_S, Server, command, free_port, wait_for


class Historian(Server):
    """A server that keeps its history in a file."""

    def __init__(self, more="", **keys):
        self.web = "127.0.0.1:%d" % free_port()
        super().__init__("prompts = none\nstatic-2 = 91\n", http=self.web, more="history = history\n" + more, **keys)
        os.chmod(self.directory, 0o777)  # started as root it runs as somebody else

    def file(self):
        return os.path.join(self.directory, "history")

    def get(self, path):
        with urllib.request.urlopen("http://%s%s" % (self.web, path), timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def rows(self, *words):
        return [r for r in self.ctl_json("history", *words) if r.get("row") == "history"]


def calls(server, count=2, radio=2300101, tg=91):
    client = Hotspot(2300101, server.port).login()
    for _ in range(count):
        talk(client, call(2300101, radio, tg, 2))
    settle(server.control)
    client.close()


def figures(rows):
    return {r["id"]: r["calls"] for r in rows}


@case
def every_outlet_tells_the_same():
    schema = Schema()
    with Historian() as server:
        left = 3600 - time.time() % 3600
        if left < 90:
            time.sleep(left + 1)  # it is all in one hour
        today = time.strftime("%Y-%m-%d", time.gmtime())
        calls(server)
        check(wait_for(lambda: figures(server.rows("talkgroups")) == {91: 2}), "%s" % server.rows("talkgroups"))
        row = server.rows("talkgroups")[0]
        check(row["seconds"] > 0.5 and row["frames"] > 20 and row["loss"] == 0 and row["refusals"] == 0, "%s" % row)
        document = server.get("/api/v2/history?of=talkgroups")
        schema.judge("history", document)
        check(document["rows"] == [{k: v for k, v in row.items() if k not in ("row", "of")}], "%s" % document)
        check(document["total"]["calls"] == 2 and document["rest"]["calls"] == 0, "%s" % document)
        check(abs(document["to"] - document["from"] - 86400) < 1, "%s" % document)
        code, text = server.ctl("history", "talkgroups", "day", "--csv")
        table = list(csv.DictReader(io.StringIO(text)))
        check(code == 0 and len(table) == 1 and table[0]["id"] == "91" and table[0]["calls"] == "2", text)
        code, text = server.ctl("history", "talkgroups")
        check(code == 0 and re.search(r"^ +91 +2 ", text, re.M) and "total" in text, text)
        check(figures(server.rows("radios", today)) == {2300101: 2}, "%s" % server.rows("radios", today))
        check(figures(server.rows("clients", "week")) == {2300101: 2}, "%s" % server.rows("clients", "week"))
        one = server.get("/api/v2/history?of=clients&period=week&id=2300101")
        schema.judge("history", one)
        check([r["calls"] for r in one["rows"]] == [2] and one["rows"][0]["to"] - one["rows"][0]["from"] == 3600,
              "%s" % one)


@case
def bad_questions_are_refused():
    with Historian() as server:
        for words in (["history"], ["history", "dogs"], ["history", "radios", "2024-13-01"],
                      ["history", "links", "day", "none"], ["history", "radios", "day", "1", "2"]):
            check(server.ctl(*words)[0] == 1, "%s" % (words,))
        check(server.ctl("sessions", "--csv")[0] == 64, "csv of sessions")
        for query in ("", "?of=dogs", "?of=radios&period=2024-02-31", "?of=radios%20day", "?of=radios&period=" + "9" * 500,
                      "?of=radios&period=csv", "?of=radios&id=-1"):
            try:
                server.get("/api/v2/history" + query)
                check(False, query + " is answered")
            except urllib.error.HTTPError as why:
                check(why.code == 400, "%s: %d" % (query, why.code))


@case
def it_survives_a_restart():
    began = time.time()
    with Historian() as server:
        calls(server)
        check(server.stop() == 0, "exit code")
        check(os.path.exists(server.file()), "%s" % os.listdir(server.directory))
        server.start()
        check(figures(server.rows("talkgroups")) == {91: 2}, "%s" % server.rows("talkgroups"))
        heard = ask(server.control, "lastheard")
        check([r["src"] for r in heard] == [2300101, 2300101], "%s" % heard)
        check(began < heard[0]["time"] < time.time() + 1, "%s" % heard[0])
        Schema().judge("heard", server.get("/api/v2/lastheard"))
        calls(server, 1)
        check(wait_for(lambda: figures(server.rows("talkgroups")) == {91: 3}), "%s" % server.rows("talkgroups"))


@case
def without_a_file_nothing_is_written():
    with Server("prompts = none\nstatic-2 = 91\n") as server:
        calls(server)
        check(wait_for(lambda: len(ask(server.control, "lastheard")) == 2), "calls")
        server.stop()
        check(sorted(os.listdir(server.directory)) == ["freedmr.conf", "stderr"], "%s" % os.listdir(server.directory))


@case
def a_foreign_file_is_set_aside():
    with Historian() as server:
        server.stop()
        with open(server.file(), "w") as f:
            f.write("freedmr-history 99 2345\n")
        server.start()
        check(wait_for(lambda: "was written by a later version" in server.stderr()), server.stderr())
        check(os.path.exists(server.file() + ".aside"), "%s" % os.listdir(server.directory))
        with open(server.file(), "w") as f:
            f.write("freedmr-history 1 2345\nhalf of")
        server.stop()
        server.start()
        check(wait_for(lambda: "is truncated" in server.stderr()), server.stderr())
        check(os.path.exists(server.file() + ".aside.1"), "%s" % os.listdir(server.directory))
        check(not re.search(r"sandbox: system call", server.stderr()), server.stderr())
        calls(server)
        check(server.stop() == 0, "exit code")
        check(os.path.exists(server.file()), "it is not written again")


@case
def a_full_disk_costs_the_history_alone():
    mount = "/tmp/freedmr-full.%d" % os.getpid()
    os.mkdir(mount)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k,mode=777", "none", mount],
                      capture_output=True).returncode != 0:
        os.rmdir(mount)
        raise Skip("no file system may be mounted here")
    try:
        with Server("prompts = none\nstatic-2 = 91\n", more="history = %s/history\n" % mount) as server:
            calls(server)
            server.stop()
            with open(mount + "/history") as f:
                before = f.read()
            with open(mount + "/stuffing", "w") as f:
                f.write("x" * 4096)
            server.start()
            calls(server, 3)
            check(wait_for(lambda: len(ask(server.control, "lastheard")) == 5), "calls")
            check(server.stop() == 0, "exit code")
            check("cannot be written: No space left on device" in server.stderr(), server.stderr())
            with open(mount + "/history") as f:
                check(f.read() == before, "the old file is not what it was")
            check(sorted(os.listdir(mount)) == ["history", "stuffing"], "%s" % os.listdir(mount))
    finally:
        subprocess.run(["umount", mount], check=True)
        os.rmdir(mount)


@case
def each_call_has_a_line_in_the_log():
    with Server("prompts = none\nstatic-2 = 91\n", more="call-log = yes\n") as server:
        calls(server, 1)
        line = r"call from=2300101 talkgroup=91 slot=2 seconds=\d+\.\d lost=0\.0% ber=0\.\d% via=2300101 " \
               r"reason=terminator"
        check(wait_for(lambda: re.search(line, server.stderr())), server.stderr())
    with Server("prompts = none\nstatic-2 = 91\n") as server:
        calls(server, 1)
        check(wait_for(lambda: len(ask(server.control, "lastheard")) == 1), "calls")
        check("call from=" not in server.stderr(), server.stderr())


@case
def a_refused_login_is_in_it():
    with Historian() as server:
        try:
            Hotspot(2300999, server.port, passphrase="wrong").login()
        except Exception:  # that is what is wanted
            pass
        check(wait_for(lambda: [r["refusals"] for r in server.rows("clients") if r["id"] == 2300999] == [1]),
              "%s" % server.rows("clients"))


def metrics(server):
    with urllib.request.urlopen("http://%s/metrics" % server.web, timeout=PATIENCE_S) as answer:
        text = answer.read().decode()
    return text, dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


@case
def a_dashboard_finds_its_figures():
    began = time.monotonic()
    with Historian() as server:
        calls(server, 2)
        calls(server, 1, tg=2350)
        repeater, hotspot = Hotspot(235001, server.port).login(), Hotspot(2300101, server.port).login()
        try:
            Hotspot(2300999, server.port, passphrase="wrong").login()
        except Exception:  # that is what is wanted
            pass
        wanted = {'freedmr_clients{listener="hotspots",kind="repeater"}': "1",
                  'freedmr_clients{listener="hotspots",kind="hotspot"}': "1",
                  'freedmr_refusals_total{reason="login: passphrase"}': "1",
                  'freedmr_talkgroup_calls_total{talkgroup="91"}': "2",
                  'freedmr_talkgroup_calls_total{talkgroup="2350"}': "1",
                  "freedmr_clock_set": "1"}

        def agree():
            found = metrics(server)[1]
            return all(found.get(name) == value for name, value in wanted.items())

        check(wait_for(agree), "%s" % {name: metrics(server)[1].get(name) for name in wanted})
        text, found = metrics(server)
        check(float(found['freedmr_talkgroup_seconds_total{talkgroup="91"}']) > 0.5, "%s" % found)
        check(int(found["freedmr_history_write_age_seconds"]) <= time.monotonic() - began + 1, "%s" % found)
        check(any(name.startswith('freedmr_build_info{version="') for name in found), "%s" % found)
        repeater.close()
        hotspot.close()
        if not shutil.which("promtool"):
            raise Skip("there is no promtool")
        done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True)
        check(done.returncode == 0 and not done.stderr, done.stderr)


@case
def check_prints_what_it_takes():
    """As much as the manual says by default, and about twice that for twice the rows."""
    taken = []
    for rows in (50, 100):
        with Historian("history-top = %d\n" % rows) as server:
            text = subprocess.run(command("check", server.config), capture_output=True, text=True).stdout
            found = re.search(r"^memory history \(reporter\) +%d rows +(\d+) bytes at most$" % rows, text, re.M)
            check(found, text[-500:])
            taken.append(int(found.group(1)))
    check("Default: 50, which is %.0f MB." % (taken[0] / 1e6) in manual("freedmr.conf.5"), "%s" % taken)
    check(1.6 < taken[1] / taken[0] < 2, "%s" % taken)


@case
def a_killed_reporter_finds_what_was_written():
    with Historian() as server:
        calls(server)
        server.stop()
        server.start()
        reporter = server.child("report")
        os.kill(reporter, signal.SIGKILL)
        check(wait_for(lambda: server.members().get("freedmr-report", reporter) != reporter), "no reporter")
        check(wait_for(lambda: server.ctl("history", "talkgroups")[0] == 0 and
                       figures(server.rows("talkgroups")) == {91: 2}), "%s" % server.ctl("history", "talkgroups")[1])


main()
