"""A configuration that is changed under a running server."""

import signal

from cases import check
from control import settle
from server import wait_for


def edit(server, old, new):
    with open(server.config) as f:
        text = f.read()
    check(old in text, "%s is not in the configuration" % old)
    with open(server.config, "w") as f:
        f.write(text.replace(old, new, 1))


def reaches_voice(server):
    """Whoever ordered a reload is answered when voice has been told; voice takes one message of its parent in a turn."""
    for _ in range(4):
        settle(server.control)


def reload(server, expect="reload done"):
    before = server.stderr().count(expect)
    server.process.send_signal(signal.SIGHUP)
    check(wait_for(lambda: server.stderr().count(expect) > before), "no \"%s\": %s" % (expect, server.stderr()))
    reaches_voice(server)
    return server.stderr()


def section(server, text):
    with open(server.config, "a") as f:
        f.write(text)
