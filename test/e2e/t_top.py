"""`freedmr top` on a terminal of the test's: a small model of a screen reads what it writes."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time

from cases import case, check, main
from dmr import call
from hotspot import Beside, Hotspot, keep_time, talk
from mesh import Neighbour, peer_section
from server import PATIENCE_S, Server, command, free_port, wait_for

TOKEN = re.compile(r"\x1b\[(\??)([0-9;]*)([A-Za-z])|([^\x1b])", re.S)


class Terminal:
    def __init__(self, path, rows=24, columns=100):
        self.master, self.slave = pty.openpty()
        self.size(rows, columns)
        self.before = termios.tcgetattr(self.slave)
        self.lines, self.at, self.modes, self.written = {}, [1, 1], set(), 0
        self.rest = ""
        os.set_blocking(self.master, False)
        self.process = subprocess.Popen(command("top", "-s", path), stdin=self.slave, stdout=self.slave,
                                        stderr=self.slave, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)

    def size(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def feed(self):
        try:
            text = os.read(self.master, 65536).decode(errors="replace")
        except (BlockingIOError, OSError):
            return
        self.written += len(text)
        text, end = self.rest + text, 0
        for m in TOKEN.finditer(text):
            end = m.end()
            private, numbers, letter, plain = m.groups()
            if plain:
                line = self.lines.setdefault(self.at[0], "").ljust(self.at[1] - 1)
                self.lines[self.at[0]] = line[:self.at[1] - 1] + plain + line[self.at[1]:]
                self.at[1] += 1
            elif letter in "hl":
                (self.modes.add if letter == "h" else self.modes.discard)(numbers)
            elif letter == "H":
                self.at = [int(n) for n in numbers.split(";")]
            elif letter == "K":
                self.lines[self.at[0]] = self.lines.get(self.at[0], "")[:self.at[1] - 1]
            elif letter == "J":
                self.lines = {}
        self.rest = text[end:]

    def text(self):
        self.feed()
        return "\n".join(self.lines.get(i, "") for i in range(1, max(self.lines, default=0) + 1))

    def shows(self, what, seconds=PATIENCE_S):
        check(wait_for(lambda: re.search(what, self.text()), seconds), "not shown: %s in\n%s" % (what, self.text()))

    def hides(self, what, seconds=PATIENCE_S):
        check(wait_for(lambda: not re.search(what, self.text()), seconds), "still shown: %s" % what)

    def press(self, keys):
        os.write(self.master, keys.encode())

    def ended(self, status, seconds=PATIENCE_S):
        code = wait_for(lambda: self.process.poll() is not None, seconds) and self.process.returncode
        check(code is not None and self.process.returncode == status, "it ended with %s" % self.process.returncode)
        self.feed()
        check(termios.tcgetattr(self.slave) == self.before, "the terminal is not as before")
        check("1049" not in self.modes and "25" in self.modes, "the screen is not as before: %s" % self.modes)


def crowd(server):
    return [Hotspot(2300101 + i, server.port).login("TS2=91") for i in range(3)]


@case
def shows_calls_and_sessions_as_they_come():
    with Server() as server:
        clients = crowd(server)
        with Terminal(server.control) as top:
            top.shows("HOTSPOTS: 3")
            top.shows("0 on air +2345 .* up [0-9]+s +freedmr ")
            top.shows("ON AIR: nobody")
            talk(clients[0], call(2300101, 2300101, 91, 3), clients[1:],
                 beside=lambda: top.shows("1 on air(.|\n)*2300101 +2 .* 91"))
            top.shows("ON AIR: nobody")
            top.press("\t")
            top.shows("LAST HEARD: 1(.|\n)*terminator")
            top.press("\t")
            top.shows("TALKGROUPS: 1(.|\n)* 91 +3 ")
            top.press("\t")
            top.shows("LINKS: 0")
            top.press("\t")
            top.shows("REFUSED: 0")
            try:
                Hotspot(2300999, server.port, passphrase="wrong").login()
            except Exception:  # that is what is wanted
                pass
            top.shows("REFUSED: 1(.|\n)*2300999 +1 .*wrong passphrase")
            top.press("\t")
            talk(clients[0], call(2300101, 2300101, 91, 3), clients[1:],
                 beside=lambda: top.shows("2300101 +RIG1 +- +- +tx 91 (.|\n)*2300102 +RIG1 +- +- +rx 91 "))
            top.press("\t\t")
            top.shows("TALKGROUPS: 1(.|\n)* 91 +3 .*\u2588")
            top.press("q")
            top.ended(0)


@case
def keys_sort_filter_and_open():
    with Server() as server:
        crowd(server)
        with Terminal(server.control) as top:
            top.shows("2300101(.|\n)*2300103")
            top.press("r")
            top.shows("2300103(.|\n)*2300101")
            top.press("\x1b[C")
            top.shows("CALLSIGNv")
            top.press("\x1b[D")
            top.shows("DMR IDv")
            top.press("/2300102\r")
            top.hides("2300101")
            top.shows("HOTSPOTS: 1\n")
            top.press("\r")
            top.shows("options +TS2=91")
            top.press(" ")
            top.shows("TALKGROUP(.|\\n)*2300102 +2 +91")
            top.press("q")
            top.shows("HOTSPOTS: 1\n")
            top.press("\x1b")
            top.shows("HOTSPOTS: 3")
            top.press("\x03")
            top.ended(0)


@case
def eighty_columns_hold_what_matters():
    far, port = Neighbour(2346), free_port()
    section = peer_section("a-link-to-uk", "fbp", port, far.port, 2346)
    with Server("static-2 = 91", section, server="name = A server with a long name\n") as server:
        far.connect(port)
        clients = [Hotspot(234010101 + i, server.port).login("TS2=91") for i in range(3)]
        with Terminal(server.control, columns=80) as top:
            top.shows("HOTSPOTS: 3")
            top.shows("q quit .* / filter")
            top.shows("0 on air +2345 A server with a long name +up [0-9]+s")
            top.shows("234010101 +RIG1 +- +- +- +[0-9]+s +[0-9]+s")
            talk(clients[0], call(234010101, 2300101, 91, 3), clients[1:], beside=lambda: top.shows(
                "1 on air(.|\n)*234010101 +2 +2300101 +- +91 +[0-9]+s +0 +[0-9] +running"))
            top.press("\t")
            top.shows("LAST HEARD: 1(.|\n)*2300101 +- +91 +234010101 +2 +0 +terminator")
            far.send(far.keepalive())
            task = Beside(lambda: top.shows("1 on air(.|\n)*a-link-to +[0-9-] +2340555 +- +91 "))
            frames, n = call(2346, 2340555, 91, 3), 0
            keep_time()
            while task.goes_on():
                octets = frames[1 + n % 18 if n else 0]
                far.send(far.v5(octets[:4] + bytes([n & 255]) + octets[5:]))
                n += 1
                time.sleep(0.06)
            task.wait()
            top.shows("LAST HEARD: 2(.|\n)*2340555 +- +91 +a-link-to +")
            top.press("\r")
            top.shows("LAST HEARD: 2")
            top.hides("37580963")
            top.press("\t\t")
            top.shows("LINKS: 1(.|\n)*HEARD +IN +OUT +LOST(.|\n)*a-link-to-uk +[a-z]")


@case
def only_what_changed_is_written():
    with Server() as server:
        crowd(server)
        with Terminal(server.control, 50, 200) as top:
            top.shows("HOTSPOTS: 3")
            top.shows("HOTSPOTS: 3(.|\n)*2300103")
            time.sleep(1.5)
            top.feed()
            before, began = top.written, time.monotonic()
            time.sleep(3)
            top.feed()
            written, took = top.written - before, time.monotonic() - began
            check(0 < written < 1000 * took, "%d octets in %.1f s" % (written, took))


@case
def a_new_size_is_followed():
    with Server() as server:
        crowd(server)
        with Terminal(server.control) as top:
            top.shows("HOTSPOTS: 3")
            for rows, columns in ((10, 40), (3, 5), (1, 1), (300, 300), (40, 120)):
                top.size(rows, columns)
                top.lines = {}
                top.process.send_signal(signal.SIGWINCH)

                def fits():  # once what was written for the size before is through
                    top.feed()
                    return top.lines and max(len(line) for line in top.lines.values()) <= columns and max(top.lines) <= rows

                check(wait_for(fits), "%d by %d: %s" % (rows, columns, top.text()))
            top.shows("q quit")
            top.shows("HOTSPOTS: 3")


@case
def the_terminal_is_restored_however_it_ends():
    with Server() as server:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with Terminal(server.control) as top:
                top.shows("HOTSPOTS: 0")
                top.process.send_signal(signal.SIGQUIT)  # is no way to end it
                top.process.send_signal(number)
                top.ended(0)


@case
def a_terminal_that_is_stuck_does_not_hold_it():
    with Server() as server:
        crowd(server)
        with Terminal(server.control, 60, 250) as top:
            top.shows("HOTSPOTS: 3")
            for _ in range(300):  # the output is not read
                top.press("\t")
                top.process.send_signal(signal.SIGWINCH)
                time.sleep(0.005)
            top.process.send_signal(signal.SIGTERM)
            check(wait_for(lambda: top.process.poll() is not None), "it hangs")
            check(termios.tcgetattr(top.slave) == top.before, "the terminal is not as before")


@case
def a_terminal_that_is_gone_ends_it():
    with Server() as server:
        with Terminal(server.control) as top:
            top.shows("HOTSPOTS: 0")
            os.close(top.master)
            top.master = os.open("/dev/null", os.O_RDONLY)
            check(wait_for(lambda: top.process.poll() is not None) and top.process.returncode == 1, "it goes on")


@case
def a_server_that_restarts_is_found_again():
    with Server() as server:
        crowd(server)
        with Terminal(server.control) as top:
            top.shows("HOTSPOTS: 3")
            server.stop()
            top.shows("Connection to the server lost")
            server.start()
            top.hides("Connection to the server lost")
            top.shows("HOTSPOTS: 0")
            Hotspot(2300109, server.port).login()
            top.shows("2300109")
            top.press("q")
            top.ended(0)


@case
def without_a_server_or_a_terminal_it_says_so():
    with Terminal("/nowhere/sock") as top:
        check(wait_for(lambda: top.process.poll() is not None) and top.process.returncode == 69, "no server")
        check("/nowhere/sock: No such file" in top.text(), top.text())
    with Server() as server:
        done = subprocess.run(command("top", "-s", server.control), capture_output=True, stdin=subprocess.DEVNULL,
                              text=True, timeout=PATIENCE_S)
        check(done.returncode == 1 and "needs a terminal" in done.stderr and not done.stdout, "%s" % done)


main()
