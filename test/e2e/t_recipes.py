"""pi/recipes and pi/monitoring as an operator uses them: a real PostgreSQL, SQLite, mosquitto, promtool."""

import glob
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request

from broker import Broker, is_online
from cases import Skip, case, check, main
from dmr import call
from hotspot import Hotspot, talk
from server import BINARY, PATIENCE_S, Server, free_port, kill_group, wait_for

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "pi")
RECIPES, MONITORING = os.path.join(HERE, "recipes"), os.path.join(HERE, "monitoring")


class Historian(Server):
    """Its directory is for everybody: started as root it runs as somebody else."""

    def __init__(self, more, **keys):
        super().__init__("prompts = none\nstatic-2 = 91\n" + keys.pop("listener", ""), "history = history\n" + more, **keys)
        os.chmod(self.directory, 0o777)


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Skip("there is no " + program)


class Script:
    """One of the scripts with all it starts, which ends with it."""

    def __init__(self, *words, **environment):
        self.out = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.out, stderr=subprocess.STDOUT,
                                        env=dict(os.environ, **environment), start_new_session=True)

    def text(self):
        self.out.seek(0)
        return self.out.read()

    def close(self):
        kill_group(self.process)
        self.out.close()


class Postgres:
    """A cluster of our own on a Unix socket, run by another user: PostgreSQL refuses root."""

    def __init__(self):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
        if not found:
            raise Skip("there is no postgresql")
        need("psql")
        self.bin = os.path.dirname(found[-1])
        self.directory = tempfile.mkdtemp(prefix="freedmr-pg-")
        self.data = os.path.join(self.directory, "data")
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self.as_user:
            shutil.chown(self.directory, "postgres")
        self.environment = {"PGHOST": self.directory, "PGDATABASE": "postgres", "PGPORT": "54329",
                            "PGUSER": "postgres"}
        self.run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-N")
        self.start()

    def run(self, program, *words):
        done = subprocess.run(self.as_user + [os.path.join(self.bin, program)] + list(words), capture_output=True,
                              text=True, cwd=self.directory)
        check(done.returncode == 0, "%s: %s%s" % (program, done.stdout, done.stderr))

    def start(self):
        self.run("pg_ctl", "-D", self.data, "-w", "-t", "%d" % PATIENCE_S, "-l", os.path.join(self.directory, "log"), "-o",
                 "-k %s -p 54329 -c listen_addresses= -c fsync=off" % self.directory, "start")

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")

    def ask(self, statement):
        done = subprocess.run(["psql", "-XAtqc", statement], capture_output=True, text=True,
                              env=dict(os.environ, **self.environment))
        return done.stdout.strip() if done.returncode == 0 else done.stderr

    def load(self, path):
        for _ in range(2):  # as often as one likes
            done = subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-f", path], capture_output=True, text=True,
                                  env=dict(os.environ, PGOPTIONS="-c client_min_messages=warning", **self.environment))
            check(done.returncode == 0, done.stderr)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(self.as_user + [os.path.join(self.bin, "pg_ctl"), "-D", self.data, "-m", "immediate", "stop"],
                       capture_output=True, cwd=self.directory)
        shutil.rmtree(self.directory, ignore_errors=True)


def speak(port, *calls):
    client = Hotspot(2300101, port).login()
    for src, tg in calls:
        talk(client, call(2300101, src, tg, 1))
    client.close()


def shown(begins):
    """The example of the README that begins so."""
    with open(os.path.join(RECIPES, "README")) as f:
        found = re.findall(r"((?:\t.*\n)+)", f.read())
    return next(block for block in found if block.startswith("\t" + begins))


COUNT = "select string_agg(radio || '/' || talkgroup, ' ' order by ended) from freedmr.calls where not data"


@case
def postgresql_has_every_call_once_whatever_was_away():
    with Postgres() as database, Historian("") as server:
        database.load(os.path.join(RECIPES, "postgresql.sql"))
        speak(server.port, (2300001, 91))  # before the first follower
        script = Script(os.path.join(RECIPES, "postgresql.sh"), server.control, FREEDMR=BINARY, RETRY="1",
                        **database.environment)
        try:
            def has(wanted):
                check(wait_for(lambda: database.ask(COUNT) == wanted),
                      "%s, not %s; %s" % (database.ask(COUNT), wanted, script.text()))

            has("2300001/91")
            speak(server.port, (2300002, 91), (2300003, 2350))
            has("2300001/91 2300002/91 2300003/2350")
            database.stop()  # in the middle of it
            speak(server.port, (2300004, 91))
            database.start()
            speak(server.port, (2300005, 91))
            has("2300001/91 2300002/91 2300003/2350 2300004/91 2300005/91")
            server.stop()
            server.start()
            speak(server.port, (2300006, 91))
            has("2300001/91 2300002/91 2300003/2350 2300004/91 2300005/91 2300006/91")
            row = database.ask("select server, slot, reason, frames > 5, lost, ended > started, abs(extract(epoch from "
                               "now() - ended)) < 600, link = '' from freedmr.calls where radio = 2300006")
            check(row == "2345|2|terminator|t|0|t|t|t", row)
            busiest = database.ask(shown("select talkgroup"))
            check(busiest.split("\n")[0].startswith("91|5|"), busiest)
            told = database.ask("select distinct event, reason from freedmr.clients")
            check("client.up|" in told and "client.down|shutdown" in told, told)
        finally:
            script.close()


HOSTILE = "O'Neil'); drop table calls; -- \\ \" \\'"


@case
def hostile_names_are_names_in_every_database():
    need("sqlite3", "psql")
    event = {"v": 2, "seq": 1, "boot": "0" * 16, "t": 1767225600.5, "ev": "call.end", "reason": "terminator",
             "origin": 1, "stream": "000000ab", "generation": 7, "started": 1767225590.25, "slot": 2, "src": 2300001,
             "dst": 91, "conference": 91, "unit": False, "data": False, "frames": 90, "lost": 1, "ber_errors": 3,
             "peer": "", "src_callsign": HOSTILE, "src_name": "$(id) `id` %s :name ;", "dur": 10.25, "loss": 1.1,
             "ber": 0.0}
    line = json.dumps(event)
    with tempfile.TemporaryDirectory(prefix="freedmr-") as directory:
        fake = os.path.join(directory, "freedmr")
        with open(os.path.join(directory, "line"), "w") as f:
            f.write(line + "\n")
        with open(fake, "w") as f:
            f.write("#!/bin/sh\ncase \"$*\" in *status) echo '{\"row\":\"server\",\"id\":2345}' ;; *) cat %s/line ;; "
                    "esac\n" % directory)
        os.chmod(fake, 0o755)
        with Postgres() as database:
            database.load(os.path.join(RECIPES, "postgresql.sql"))
            script = Script(os.path.join(RECIPES, "postgresql.sh"), "none", FREEDMR=fake, **database.environment)
            try:
                check(wait_for(lambda: database.ask("select callsign from freedmr.calls") == HOSTILE),
                      database.ask("select * from freedmr.calls") + script.text())
            finally:
                script.close()
        with Broker() as broker:
            base = os.path.join(directory, "dmr.db")
            load_sqlite(base)
            script = Script(os.path.join(RECIPES, "sqlite.sh"), base, "-p", str(broker.port))
            influx = Script(os.path.join(RECIPES, "influxdb.sh"), "-p", str(broker.port))
            try:
                def published():
                    subprocess.run(["mosquitto_pub", "-p", str(broker.port), "-t", "dmr/2345/ev/call", "-m", line])
                    return sqlite(base, "select callsign from calls") == HOSTILE and script_lines(influx)

                check(wait_for(published, every=0.3), sqlite(base, "select * from calls") + script.text() + influx.text())
                check(sqlite(base, "select count(*) from calls") == "1", "twice")
                check(POINT.match(script_lines(influx)[0]), influx.text())
            finally:
                script.close()
                influx.close()


# measurement, tags without blanks, fields with texts in quotes, a time
POINT = re.compile(r'^call(,\w+=([^ ,=\\]|\\[ ,=])+)+ radio=\d+i,callsign="([^"\\]|\\["\\])*",seconds=[\d.]+,frames=\d+i,'
                   r'lost=\d+i,loss=[\d.]+,ber=[\d.]+,reason="[\w-]+" \d{13}$')


def script_lines(script):
    return script.text().splitlines()


def sqlite(base, statement):
    return subprocess.run(["sqlite3", "-batch", "-cmd", ".timeout 5000", base, statement], capture_output=True,
                          text=True).stdout.strip()


def load_sqlite(base):
    for _ in range(2):
        with open(os.path.join(RECIPES, "sqlite.sql")) as f:
            done = subprocess.run(["sqlite3", base], stdin=f, capture_output=True, text=True)
        check(done.returncode == 0 and not done.stderr, done.stderr)


@case
def sqlite_and_line_protocol_have_every_call():
    need("sqlite3", "jq", "mosquitto_sub")
    with Broker() as broker, Server("prompts = none\nstatic-2 = 91\n", "mqtt = 127.0.0.1:%d\n" % broker.port) as server, \
            tempfile.TemporaryDirectory(prefix="freedmr-") as directory:
        base = os.path.join(directory, "dmr.db")
        load_sqlite(base)
        check(is_online(broker), "not online")
        script = Script(os.path.join(RECIPES, "sqlite.sh"), base, "-p", str(broker.port))
        influx = Script(os.path.join(RECIPES, "influxdb.sh"), "-p", str(broker.port))

        def points():
            return [line for line in script_lines(influx) if "radio=2300000i" not in line]

        def both_follow():
            speak(server.port, (2300000, 91))
            return sqlite(base, "select radio from calls") and script_lines(influx)

        try:
            check(wait_for(both_follow), script.text() + influx.text())
            speak(server.port, (2300001, 91), (2300002, 2350))
            check(wait_for(lambda: sqlite(base, "select group_concat(radio || '/' || talkgroup, ' ') from (select * "
                                                "from calls where radio > 2300000 order by ended)") ==
                           "2300001/91 2300002/2350"), sqlite(base, "select * from calls") + script.text())
            row = sqlite(base, "select server, slot, reason, frames > 5, lost, ended > started, link, private, data "
                               "from calls where radio = 2300001")
            check(row == "2345|2|terminator|1|0|1||0|0", row)
            check(wait_for(lambda: len(points()) == 2), influx.text())
            for line in points():
                check(POINT.match(line), line)
            check(",talkgroup=91,slot=2 radio=2300001i," in points()[0], influx.text())
        finally:
            script.close()
            influx.close()


@case
def the_alert_rules_say_what_they_should():
    need("promtool")
    for words in (["check", "rules", "freedmr-rules.yml"], ["test", "rules", "freedmr-rules-test.yml"],
                  ["check", "config", "prometheus.yml"]):
        done = subprocess.run(["promtool"] + words, cwd=MONITORING, capture_output=True, text=True)
        check(done.returncode == 0, done.stdout + done.stderr)
    with open(os.path.join(MONITORING, "freedmr-rules.yml")) as rules, \
            open(os.path.join(MONITORING, "freedmr-rules-test.yml")) as tests:
        tested = set(re.findall(r"alertname: (\w+)\n *exp_alerts", tests.read()))
        check(set(re.findall(r"alert: (\w+)", rules.read())) == tested, "tested to fire: %s" % tested)


@case  # 25 s
def a_voice_process_that_is_replaced_can_be_alerted_on():
    """With its sessions it keeps its uptime: the metric in the rule shows the restart anyway."""
    web = "127.0.0.1:%d" % free_port()
    with Server("static-2 = 91", http=web) as server:
        def figures():
            with urllib.request.urlopen("http://%s/metrics" % web, timeout=PATIENCE_S) as answer:
                return dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if not line.startswith("#"))

        client = Hotspot(2300101, server.port).login()
        check(wait_for(lambda: int(figures()["freedmr_turn_seconds_count"]) > 100, every=0.5), "no turns")
        before = figures()
        server.kill_child("voice")
        client.ping()

        def is_told():
            after = figures()
            return int(after["freedmr_turn_seconds_count"]) < int(before["freedmr_turn_seconds_count"]) and \
                after["freedmr_sessions"] == "1" and after

        after = wait_for(is_told, every=0.2)
        check(after, "%s" % figures())
        check(int(after["freedmr_uptime_seconds"]) >= int(before["freedmr_uptime_seconds"]), "the uptime starts from 0: this shows it as well")
        client.close()


@case
def dashboard_and_rules_ask_for_figures_there_are():
    """A server with a link, a broker and a history exports every name in them."""
    web = "127.0.0.1:%d" % free_port()
    link = "[peer uk]\npassphrase = kilo tango\ntarget = 127.0.0.1:9\nbind = 127.0.0.1:%d\n" % free_port()
    with Broker() as broker, Historian("mqtt = 127.0.0.1:%d\n" % broker.port, http=web, listener=link) as server:
        speak(server.port, (2300001, 91))

        def told():
            with urllib.request.urlopen("http://%s/metrics" % web, timeout=PATIENCE_S) as answer:
                return set(re.findall(r"^# TYPE (\w+)", answer.read().decode(), re.M))

        with open(os.path.join(MONITORING, "grafana.json")) as f:
            dashboard = json.load(f)
        expressions = [t["expr"] for p in dashboard["panels"] for t in p["targets"]]
        check(len(expressions) >= 20 and len({p["id"] for p in dashboard["panels"]}) == len(dashboard["panels"]),
              "%d expressions" % len(expressions))
        with open(os.path.join(MONITORING, "freedmr-rules.yml")) as f:
            expressions += re.findall(r"expr: (.*)", f.read())
        asked = set(re.findall(r"freedmr_\w+", " ".join(expressions)))
        asked = {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked}
        check(wait_for(lambda: asked <= told()), "not exported: %s" % (asked - told()))
        if shutil.which("promtool"):  # a Prometheus understands each
            rules = {"groups": [{"name": "x", "rules": [
                {"record": "x%d" % i, "expr": e.replace("$instance", "a")} for i, e in enumerate(expressions)]}]}
            path = os.path.join(server.directory, "rules.json")
            with open(path, "w") as f:
                json.dump(rules, f)
            done = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True)
            check(done.returncode == 0, done.stdout + done.stderr)


main()
