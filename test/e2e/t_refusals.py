"""What a refused hotspot shows: DMRGateway derives the reason from the message that got MSTNAK."""

import os
import signal
import subprocess
import tempfile

from cases import case, check, main
from control import settle
from hotspot import Hotspot, be32, digest, rptc
from reloading import reaches_voice
from server import Server, command, wait_for

class Gateway(Hotspot):
    """The states of DMRGateway (DMRNetwork.cpp), without its pauses of 10 s."""

    def __init__(self, client, server, callsign="RIG1", options=None, **named):
        super().__init__(client, server.port, **named)
        self.server, self.callsign, self.options = server, callsign, options

    def stages(self, salt):
        yield "auth", b"RPTK" + be32(self.client) + digest(salt, self.passphrase)
        yield "config", rptc(self.client, callsign=self.callsign)
        if self.options is not None:
            yield "config", b"RPTO" + be32(self.client) + self.options.encode()

    def says(self, stage, octets):
        """What it shows after the answer to that: None when it goes on, else the reason, or "timeout"."""
        self.send(octets)
        settle(self.server.control)  # what is not here by now does not come
        answer = self.receive(0)
        if answer is None:
            return "timeout"
        if answer.startswith(b"MSTCL"):
            return "closed"
        self.answer = answer
        return stage if answer.startswith(b"MSTNAK") else None

    def begin(self):
        while self.receive(0):
            pass  # of the session before
        return self.says("login", b"RPTL" + be32(self.client))

    def go_on(self):
        """From the challenge on; "up" at the end."""
        for stage, octets in self.stages(self.answer[6:10]):
            shown = self.says(stage, octets)
            if shown:
                return shown
        return "up"

    def log_in(self):
        return self.begin() or self.go_on()

    def ping(self):
        return self.says("session", b"RPTPING" + be32(self.client)) or "up"

    def until(self, shown):
        """Logs in again and again, as DMRGateway does, until it shows this."""
        seen = []

        def does():
            seen.append(self.log_in())
            return seen[-1] == shown
        check(wait_for(does, every=0.2), "%s, not %s" % (seen[-5:], shown))


def shows(expected, shown):
    check(shown == expected, "the gateway shows %s, not %s" % (shown, expected))


@case
def an_id_that_is_not_permitted_is_told_at_the_login():
    with Server("clients = permit 2300000-2309999") as server:
        shows("login", Gateway(2310101, server).log_in())
        shows("up", Gateway(2300101, server, options="TS2=91").log_in())


@case
def a_wrong_passphrase_is_told_at_the_key():
    with Server("", "[client 2300102]\npassphrase = its own\n") as server:
        shows("auth", Gateway(2300101, server, passphrase="wrong").log_in())
        shows("auth", Gateway(2300102, server).log_in())
        shows("up", Gateway(2300102, server, passphrase="its own").log_in())


@case
def a_full_server_is_told_at_the_login():
    with Server("", "[limits]\nsessions = 1\n") as server:
        shows("up", Gateway(2300101, server).log_in())
        shows("login", Gateway(2300102, server).log_in())


@case
def who_comes_too_late_is_not_told_that_his_password_is_wrong():
    """The last place is taken between its challenge and its key: it gets no answer, and starts again."""
    with Server("", "[limits]\nsessions = 1\n") as server:
        first, second = Gateway(2300101, server), Gateway(2300102, server)
        for gateway in (first, second):
            shows(None, gateway.begin())
        shows("up", first.go_on())
        shows("timeout", second.go_on())
        shows("login", second.log_in())
        first.logout()
        second.until("up")


@case
def too_many_of_an_address_are_told_at_the_login():
    with Server("", "[limits]\nsessions-per-address = 1\nshared-addresses = 192.0.2.1\n") as server:
        first, second = Gateway(2300101, server), Gateway(2300102, server)
        shows(None, second.begin())
        shows("up", first.log_in())
        shows("timeout", second.go_on())
        shows("login", second.log_in())


@case
def two_with_one_id_are_told_at_the_login():
    with Server() as server:
        one, two = Gateway(2300101, server), Gateway(2300101, server)
        told = [gateway.log_in() for gateway in (one, two) * 3]
        check(set(told) == {"up", "login"}, "%s" % told)


@case
def a_list_that_changes_in_between_is_no_wrong_password():
    with Server("clients = permit 2300000-2309999") as server:
        gateway = Gateway(2300101, server)
        shows(None, gateway.begin())
        with open(server.config) as f:
            text = f.read()
        with open(server.config, "w") as f:
            f.write(text.replace("permit 2300000-2309999", "permit 2310000-2319999"))
        check(server.ctl("reload")[0] == 0, "no reload")
        reaches_voice(server)
        shows("timeout", gateway.go_on())
        shows("login", gateway.log_in())


@case
def a_block_closes_the_session_and_is_told_at_the_login():
    with Server() as server:
        gateway = Gateway(2300101, server)
        shows("up", gateway.log_in())
        check(server.ctl("block", "2300101")[0] == 0, "no block")
        check(wait_for(lambda: (gateway.receive(0.1) or b"").startswith(b"MSTCL")), "no MSTCL")
        shows("login", gateway.log_in())
        check(server.ctl("unblock", "2300101")[0] == 0, "no unblock")
        gateway.until("up")


@case
def who_is_not_registered_is_told_at_the_login():
    with tempfile.TemporaryDirectory(prefix="freedmr-") as directory:
        os.chmod(directory, 0o755)
        index, table = os.path.join(directory, "aliases"), os.path.join(directory, "user.csv")
        with open(table, "w") as f:
            f.write("id,callsign,name\n2300101,RIG1,Al\n2300102,RIG2,Zoe\n")
        subprocess.run(command("aliases", table, "-o", index), check=True, capture_output=True)
        with Server("registered = yes\nsame-callsign = yes", "aliases = %s\n" % index) as server:
            Gateway(2300103, server).until("login")
            Gateway(2300102, server, callsign="RIG3").until("login")
            gateway = Gateway(2300101, server)
            shows("up", gateway.log_in())
            settle(server.control)
            shows("up", gateway.ping())


@case
def a_server_that_forgot_the_session_asks_for_a_login():
    with Server() as server:
        gateway = Gateway(2300101, server)
        shows("up", gateway.log_in())
        server.kill()
        server.start()
        shows("session", gateway.ping())
        shows("up", gateway.log_in())
        server.process.send_signal(signal.SIGTERM)
        check(wait_for(lambda: (gateway.receive(0.1) or b"").startswith(b"MSTCL")), "no MSTCL at the end")


main()
