"""A reload changes what the reporter shows, serves and publishes, and connections stay open."""

import os
import signal
import socket
import time

from broker import Broker, is_online
from cases import case, check, main
from control import Control, ask, settle
from dmr import call
from hotspot import Hotspot, same_call, talk
from legacy import Dashboard
from mesh import Neighbour, peer_section
from reloading import edit, reload, section
from server import PATIENCE_S, Server, free_port, wait_for
from web import Events, WebServer

ADMIN, OTHER = "echo-foxtrot-five-golf", "hotel-india-six-juliett"


def post(server, token):
    return server.get("/api/v2/command", "POST", X_Freedmr_Token=token, X_Freedmr_Command="unblock 2300777",
                      Origin="http://127.0.0.1:%d" % server.web)[0]


def listens(port, host="127.0.0.1"):
    try:
        socket.create_connection((host, port), 1).close()
        return True
    except OSError:
        return False


class Steady:
    """A follower of the events on each socket, connected all the time, and the same reporter."""

    def __init__(self, server):
        self.server, self.reporter = server, server.child("report")
        self.page, self.control = Events(server), Control(server.control)
        self.control.send("events")
        self.control.line()

    def goes_on(self):
        Hotspot(2300150, self.server.port).login().close()
        self.page.until("client.up")
        while self.control.line()["ev"] != "client.up":
            pass
        self.server.ctl("kick", "2300150")
        check(self.server.child("report") == self.reporter, "the reporter was started again")


@case
def tokens_and_lists_count_at_once_and_viewers_stay():
    with WebServer("static-2 = 91", "admin-token = %s\nmetrics = no" % ADMIN) as server:
        steady = Steady(server)
        check(post(server, ADMIN) == 200 and server.get("/metrics")[0] == 404, "at the start")
        edit(server, "admin-token = " + ADMIN, "admin-token = " + OTHER)
        edit(server, "metrics = no", "metrics = yes")
        log = reload(server)
        check("reload applied: [report] admin-token" in log and OTHER not in log, log)
        check("applied=2 login=0 deferred=0" in log, log)
        check(wait_for(lambda: post(server, OTHER) == 200), "the new token")
        check(post(server, ADMIN) == 401, "the old token")
        check(server.get("/metrics")[0] == 200, "metrics are off")
        steady.goes_on()
        edit(server, "admin-token = %s\n" % OTHER, "")
        reload(server)
        check(post(server, OTHER) == 404, "orders are on")
        steady.goes_on()
        steady.page.close()
        edit(server, "metrics = yes", "http-token = kilo-tango-four-delta\nmetrics = yes")
        edges = Events(server)
        reload(server)
        check(server.get("/")[0] in (302, 401, 403), "no token is asked for: %s" % (server.get("/"),))
        try:
            while edges.next():
                pass
        except (AssertionError, ConnectionResetError):
            pass  # connections without a token are closed


@case
def addresses_come_move_and_go():
    with WebServer("static-2 = 91") as server:
        steady, before, other, legacy = Steady(server), server.web, free_port(), free_port()
        section(server, "legacy = 127.0.0.1:%d\n" % legacy)
        check("reload applied: [report] legacy" in reload(server), server.stderr())
        dashboard = Dashboard(legacy)
        check(dashboard.wait(lambda: dashboard.config), "no dashboard is served")
        steady.goes_on()
        edit(server, "http = 127.0.0.1:%d" % before, "http = 127.0.0.1:%d" % other)
        reload(server)
        server.web = other
        check(server.get("/")[0] == 200 and wait_for(lambda: not listens(before)), "it is at the old address")
        steady.page.close()
        steady.page = Events(server)
        edit(server, "http = 127.0.0.1:%d" % other, "http = 0.0.0.0:%d\nhttp-allow = 127.0.0.0/8" % other)
        reload(server)  # applies the previous change
        check(listens(other, "127.0.0.2"), "it is not on all addresses")
        edit(server, "http = 0.0.0.0:%d\nhttp-allow = 127.0.0.0/8" % other, "http =")
        edit(server, "legacy = 127.0.0.1:%d" % legacy, "legacy =")
        reload(server)
        check(wait_for(lambda: not listens(other) and not listens(legacy)), "they are not off")
        dashboard.listen(PATIENCE_S, lambda: dashboard.ended)
        check(dashboard.ended, "the dashboard is still served")
        check(server.child("report") == steady.reporter, "the reporter was started again")
        edit(server, "http =\n", "http = 127.0.0.1:%d\n" % other)
        reload(server)
        check(server.get("/")[0] == 200, "it is not on again")


@case
def two_services_change_places():
    with WebServer("static-2 = 91", "legacy = 127.0.0.1:%d" % (legacy := free_port())) as server:
        web = server.web
        edit(server, "http = 127.0.0.1:%d" % web, "http = 127.0.0.1:0")
        edit(server, "legacy = 127.0.0.1:%d" % legacy, "legacy = 127.0.0.1:%d" % web)
        edit(server, "http = 127.0.0.1:0", "http = 127.0.0.1:%d" % legacy)
        reload(server)
        dashboard = Dashboard(web)
        check(dashboard.wait(lambda: dashboard.config), "no dashboard")
        server.web = legacy
        check(server.get("/")[0] == 200, "no page")


@case
def an_address_that_is_taken_refuses_all_of_it():
    """File, line and reason are reported, nothing is lost, nothing is left behind."""
    with socket.socket() as taken, WebServer("static-2 = 91", "admin-token = " + ADMIN) as server:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        steady, port, new = Steady(server), taken.getsockname()[1], free_port()
        for key in ("http", "legacy"):
            with open(server.config) as f:
                text = f.read()
            edit(server, "admin-token = " + ADMIN, "admin-token = " + OTHER)
            edit(server, "static-2 = 91", "static-2 = 92\n[listener new]\nbind = 127.0.0.1:%d\npassphrase = xray" % new)
            if key == "http":
                edit(server, "http = 127.0.0.1:%d" % server.web, "http = 127.0.0.1:%d" % port)
            else:
                section(server, "legacy = 127.0.0.1:%d\n" % port)
            code, text_of_it = server.ctl("reload")
            check(code == 1 and "[report] %s: cannot bind 127.0.0.1:%d: Address" % (key, port) in text_of_it, text_of_it)
            check("refused, nothing changed" in text_of_it, text_of_it)
            check(post(server, ADMIN) == 200 and post(server, OTHER) == 401, "half of it was taken")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
                free.bind(("127.0.0.1", new))  # not left open
            steady.goes_on()
            with open(server.config, "w") as f:
                f.write(text)
            check(server.ctl("reload")[0] == 0, "it does not recover")


@case
def the_control_socket_moves():
    with Server("static-2 = 91") as server:
        old, new = server.control, server.control + ".new"
        stays = Control(old)
        edit(server, "control = " + old, "control = " + new)
        rows, end = stays.request("reload")  # the operator gets an answer
        check(end["ok"] and rows[0]["what"] == "[report] control", "%s" % rows)
        server.control = new
        check(server.ctl("status")[0] == 0, "it is not at the new place")
        check(wait_for(lambda: not os.path.exists(old)), "the old one is left behind")
        check(stays.request("sessions")[1]["ok"], "who was connected is not answered any more")
        server.kill_child("report")
        check(server.ctl("status")[0] == 0, "the next reporter is elsewhere")
        os.mkdir(old)
        edit(server, "control = " + new, "control = " + old)
        code, text = server.ctl("reload")
        check(code == 1 and "[report] control: cannot bind %s: Address" % old in text, text)


def shown(server, name):
    """Is a call of a hotspot shown with the name of the link that it goes to? And what was heard."""
    c = Control(server.control)
    c.send("text events")
    settle(server.control)  # it follows
    talker = Hotspot(2300101, server.port).login()
    talk(talker, call(2300101, 2300101, 91, 2))
    heard, named, until = b"", False, time.monotonic() + PATIENCE_S
    while not named and time.monotonic() < until:
        c.socket.settimeout(until - time.monotonic())
        heard += c.socket.recv(65536)
        named = ("=%s/91" % name).encode() in heard
    c.close()
    talker.close()
    return named, heard


@case
def a_new_neighbour_has_its_name():
    """Events, dashboards and Home Assistant know it, whether the reporter was there or came later."""
    legacy = free_port()
    with Server("static-2 = 91", "legacy = 127.0.0.1:%d" % legacy) as server:
        port, there = free_port(), Neighbour(2346)
        there.connect(port)
        section(server, peer_section("bravo", "fbp", port, there.port, 2346))
        reload(server)
        there.send(there.keepalive())
        check(wait_for(lambda: any(r.get("up") for r in server.ctl_json("peers"))), "the link is down")
        for life in ("before", "after"):
            dashboard = Dashboard(legacy)
            check(dashboard.wait(lambda: "OBP-bravo" in (dashboard.config or {})), "%s: %s" % (life, sorted(dashboard.config or {})[-3:]))
            dashboard.close()
            there.send(there.keepalive())
            named, heard = shown(server, "bravo")
            check(named, "%s: %s" % (life, heard.decode()))
            server.kill_child("report")
        edit(server, peer_section("bravo", "fbp", port, there.port, 2346), "")
        reload(server)
        dashboard = Dashboard(legacy)
        check(dashboard.wait(lambda: dashboard.config) and "OBP-bravo" not in dashboard.config and
              not [name for name in dashboard.config if name in ("OBP-", "PEER-")], "it is still shown")


@case
def files_and_broker_come_without_a_restart_of_the_server():
    """Only the reporter restarts, because it is confined to the files it had. Calls do not notice."""
    with Broker() as broker, WebServer("static-2 = 91") as server:
        os.chmod(server.directory, 0o777)
        voice, reporter, before = server.child("voice"), server.child("report"), server.process.pid
        one, two = Hotspot(2300101, server.port).login(), Hotspot(2300102, server.port).login()
        history, state = os.path.join(server.directory, "history"), os.path.join(server.directory, "state")

        def change():
            section(server, "history = %s\nmqtt = 127.0.0.1:%d\n" % (history, broker.port))
            edit(server, "[server]\n", "[server]\nstate = %s\n" % state)
            code, text = server.ctl("reload")
            check(code == 0 and "applied 3, at the next login 0, deferred to the next start 0" in text, text)

        sent = call(2300101, 2300101, 91, 12)
        talk(one, sent, [two], beside=change)
        same_call(sent, two.drain(len(sent)))
        check(wait_for(lambda: server.child("report") != reporter), "it is the same reporter")
        check(server.child("voice") == voice and server.process.pid == before, "more than the reporter was restarted")
        check("freedmr-report is restarted" in server.stderr() and "error" not in server.stderr(), server.stderr())
        check(is_online(broker), "the broker is not called: " + server.stderr())
        check(wait_for(lambda: server.ctl("block", "2300777")[0] == 0), "no orders")
        again = server.child("report")
        edit(server, "mqtt = 127.0.0.1:%d\n" % broker.port, "mqtt =\n")
        reload(server)
        check(wait_for(lambda: server.child("report") != again), "it is the same reporter")
        check(wait_for(lambda: "2300777" in server.ctl("block")[1]), "the block is forgotten")
        server.stop()
        check(os.path.getsize(history) > 0 and os.path.getsize(state) > 0, "nothing was written")


@case
def levels_of_the_log_change_at_once():
    with Server("static-2 = 91") as server:
        Hotspot(2300101, server.port).login()
        check(wait_for(lambda: "2300101" in server.stderr()), "voice logs nothing")
        edit(server, "[server]\n", "[server]\nlog-level = error\n")
        server.process.send_signal(signal.SIGHUP)
        check(wait_for(lambda: server.ctl("status")[0] == 0), "no answer")
        settle(server.control)
        check(wait_for(lambda: not_logged(server)), "it is still logged")


def not_logged(server):
    before = len(server.stderr())
    Hotspot(2300102, server.port).login().close()
    server.ctl("kick", "2300102")
    settle(server.control)
    time.sleep(0.2)
    return "2300102" not in server.stderr()[before:]


main()
