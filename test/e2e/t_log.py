"""Where log lines go, and how many."""

import os
import socket
import subprocess
import tempfile

from apart import apart
from cases import case, check, main
from control import settle
from hotspot import Hotspot
from server import PATIENCE_S, Server, wait_for

LOG = "/dev/log"


class Logging(Server):
    """`keys` of the section [server]."""

    def __init__(self, keys):
        super().__init__()
        with open(self.config) as f:
            text = f.read()
        with open(self.config, "w") as f:
            f.write(text.replace("[server]\n", "[server]\n" + keys))


@case
def levels_leave_out_what_is_beyond_them():
    for level, remote, info in (("warning", False, False), ("remote", True, False), ("info", True, True)):
        with Logging("log-level = %s\n" % level) as server:  # it starts: "ready" is said at any level
            Hotspot(2300102, server.port).login()
            wrong = Hotspot(2300101, server.port)
            salt = wrong.ask(b"RPTL" + (2300101).to_bytes(4, "big"), b"RPTACK")[6:]
            check(len(salt) == 4, "no challenge")
            wrong.ask(b"RPTK" + (2300101).to_bytes(4, "big") + bytes(32), b"MSTNAK")
            settle(server.control)
            log = server.stderr()
            check(("session up client=2300102" in log) == info, "%s: %s" % (level, log))
            check(("refused client=2300101" in log) == remote, "%s: %s" % (level, log))
            check("rigpass" not in log, "the passphrase is in the log")
            check(server.ctl("loglevel", "info")[0] == 0, "loglevel")
            Hotspot(2300103, server.port).login()
            check(wait_for(lambda: "session up client=2300103" in server.stderr()), "the level was not raised")


def bare_dev():
    """For this mount namespace: no log of the system is in it, nor that of another test."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["sh", "-ec", 'mount -t tmpfs dev "$0" && cp -a /dev/null /dev/zero /dev/random /dev/urandom "$0" && '
                        'mount --move "$0" /dev', place], check=True)


@case
def the_systems_log_gets_all_lines():
    if not apart(the_systems_log_gets_all_lines, "-m"):
        return
    bare_dev()
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.bind(LOG)
    os.chmod(LOG, 0o666)
    log.settimeout(PATIENCE_S)
    try:
        with Logging("log = syslog\n") as server:
            Hotspot(2300102, server.port).login()
            lines = []
            for said in ("<30>freedmr: ready", "<30>freedmr-voice: session up client=2300102"):  # in any order
                while not any(line.startswith(said) for line in lines):
                    lines.append(log.recv(1000).decode())
            check(server.stderr() == "freedmr: ready\n", server.stderr())
            log.close()
            os.unlink(LOG)
            Hotspot(2300103, server.port).login()
            check(wait_for(lambda: "session up client=2300103" in server.stderr()), "the line is lost")
    finally:
        log.close()


main()
