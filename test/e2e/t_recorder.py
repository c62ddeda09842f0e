"""The flight recorder: `freedmr ctl record` saves it, a copy is kept when something went wrong, `freedmr replay` does it again."""

import base64
import hashlib
import json
import os
import re
import select
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time

import server as server_module
from cases import case, check, main
from control import ask, settle
from dmr import call
from hotspot import Hotspot, be32, digest, same_call, talk
from mesh import FIRST_SERVER, PASSPHRASE as MESH_PASSPHRASE, Neighbour, peer_section
from reloading import edit, reload, section
from server import Server, Started, command, free_port, wait_for
from special import special_build
from web import WebServer

MAGIC = b"freedmr recording 1\n"
KEPT = "recording kept: freedmr ctl record kept FILE"
PASSPHRASE = "a passphrase of this test"


class Records:
    """What a server with a recorder can be asked, of whatever kind it is otherwise."""

    def path(self, name):
        return os.path.join(self.directory, name)

    def fetch(self, *words):
        """The octets of a recording, kept or not."""
        path = self.path("recording")
        code, said = self.ctl("record", *words, path)
        check(code == 0, "ctl record %s: %d: %s" % (" ".join(words), code, said))
        with open(path, "rb") as f:
            octets = f.read()
        check(said == "%s: %d octets\n" % (path, len(octets)), said)
        check(stat.S_IMODE(os.stat(path).st_mode) == 0o600, "others can read it")
        os.unlink(path)
        check(octets.startswith(MAGIC), "it begins with %r" % octets[:32])
        return octets

    def is_refused(self, why, *words):
        """With this reason, and leaves no file."""
        code, said = self.ctl("record", *words, self.path("refused"))
        check(code == 1 and said == "freedmr ctl: %s\n" % why, "%d: %s" % (code, said))
        check(not os.path.exists(self.path("refused")), "a file is left")

    def kept(self):
        return self.stderr().count(KEPT)


class Recorder(Records, Server):
    def __init__(self, size="1M", more=""):
        super().__init__("static-2 = 91", more, server="recorder = %s" % size, passphrase=PASSPHRASE)


@case
def recording_is_saved_as_a_new_file():
    with Recorder() as server:
        one, two = [Hotspot(2300101 + n, server.port, passphrase=PASSPHRASE).login() for n in range(2)]
        server.fetch()
        sent = call(one.client, 2300101, 91, 12)
        talk(one, sent, [two])
        same_call(sent, two.drain(len(sent)))
        octets = server.fetch()
        check(len(octets) <= len(MAGIC) + (1 << 20), "%d octets in 1M" % len(octets))
        check(PASSPHRASE.encode() not in octets, "the passphrase is in it")
        server.is_refused("no recording was kept", "kept")
        with open(server.path("there"), "w") as f:
            f.write("mine")
        code, said = server.ctl("record", server.path("there"))
        check(code == 1 and said == "freedmr ctl: %s: File exists\n" % server.path("there"), "%d: %s" % (code, said))
        with open(server.path("there")) as f:
            check(f.read() == "mine", "it was touched")
        code, said = server.ctl("record", server.path("nowhere/recording"))
        check(code == 1 and "No such file or directory" in said, "%d: %s" % (code, said))
        longest = server.path(255 * "x")
        code, said = server.ctl("record", longest)
        check(code == 0 and os.path.exists(longest), "%d: %s" % (code, said))


@case
def file_of_a_recording_is_refused_before_anything_is_fetched():
    """There is no server to fetch it from."""
    with tempfile.TemporaryDirectory() as directory:
        link = os.path.join(directory, "link")
        os.symlink("nowhere", link)
        for path, why in ((link, "File exists"), (os.path.join(directory, 256 * "x"), "name too long")):
            done = subprocess.run(command("ctl", "-s", os.path.join(directory, "control"), "record", path), capture_output=True, text=True)
            check(done.returncode == 1 and done.stderr.startswith("freedmr ctl: %s: " % path) and why in done.stderr, "%s" % done)
        check(os.listdir(directory) == ["link"], "%s" % os.listdir(directory))
        done = subprocess.run(command("ctl", "-s", os.path.join(directory, "control"), "record", ""), capture_output=True, text=True)
        check(done.returncode == 64 and done.stderr.startswith("usage: "), "%s" % done)


@case
def without_a_recorder_there_is_nothing_to_save():
    with Server() as server:
        for words in ((), ("kept",)):
            code, said = server.ctl("record", *words, os.path.join(server.directory, "refused"))
            check(code == 1 and said == "freedmr ctl: recorder = 0: nothing is recorded\n", "%d: %s" % (code, said))
            check(not os.path.exists(os.path.join(server.directory, "refused")), "a file is left")
        server.kill_child("voice")
        check(KEPT not in server.stderr(), "it says that a recording was kept")


@case
def full_disk_is_noticed_and_leaves_no_file():
    with Recorder() as server:
        path = server.path("recording")
        done = subprocess.run(["sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"] +
                              command("ctl", "-s", server.control, "record", path), capture_output=True, text=True)
        check(done.returncode == 1 and "File too large" in done.stderr, "%s" % done)
        check(not os.path.exists(path), "a file is left")


@case
def what_is_interrupted_leaves_no_file():
    """Until it is whole, nothing has its name; it replaces nothing that came there meanwhile, and other names are untouched."""
    line = b" " + base64.b64encode(bytes(3000)) + b"\n"
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as listener:
        path, control = os.path.join(directory, "recording"), os.path.join(directory, "control")
        listener.bind(control)
        listener.listen()

        def begin(**how):
            """A transfer under way: the process, its connection, and what is in the directory."""
            process = subprocess.Popen(command("ctl", "-s", control, "record", path), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       text=True, **how)
            connection, _ = listener.accept()
            connection.sendall(line * 20)
            check(wait_for(lambda: [e for e in os.scandir(directory) if e.stat().st_size > 30000]), "%s" % os.listdir(directory))
            check(not os.path.exists(path), "a part of it has its name")
            return process, connection

        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGXFSZ):
            process, connection = begin()
            process.send_signal(how)
            process.communicate()
            connection.close()
            check(process.returncode == -how, "it ended with %d" % process.returncode)
            check(os.listdir(directory) == ["control"], "%s leaves %s" % (how, os.listdir(directory)))
        process, connection = begin(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.send_signal(signal.SIGHUP)  # as under nohup
        connection.sendall(b".\n")
        said = process.communicate()
        check(process.returncode == 0 and said[0] == "%s: 60000 octets\n" % path, "%s" % (said,))
        check(os.path.getsize(path) == 60000 and stat.S_IMODE(os.stat(path).st_mode) == 0o600, repr(os.stat(path)))
        os.unlink(path)
        process, connection = begin()
        with open(path, "w") as f:
            f.write("mine")
        connection.sendall(b".\n")
        said = process.communicate()
        check(process.returncode == 1 and said == ("", "freedmr ctl: %s: File exists\n" % path), "%s" % (said,))
        with open(path) as f:
            check(f.read() == "mine", "it was touched")
        check(sorted(os.listdir(directory)) == ["control", "recording"], "%s" % os.listdir(directory))


@case
def death_of_voice_keeps_a_copy():
    """Once each time, before the next process records, and the last one counts. Others that die change nothing."""
    with Recorder() as server:
        for nth, how in enumerate((signal.SIGKILL, signal.SIGABRT), 1):
            server.kill_child("voice", how)
            check(server.kept() == nth, "kept %d times: %s" % (server.kept(), server.stderr()[-500:]))
            server.fetch("kept")
            server.fetch()
        kept = server.fetch("kept")
        server.kill_child("report")
        check(server.kept() == 2, "kept for the reporter")
        check(server.fetch("kept") == kept, "another copy after the reporter was replaced")


@case
def reload_upgrade_and_stop_keep_none():
    with Recorder() as server:
        for verb in ("reload", "upgrade"):
            code, said = server.ctl(verb)
            check(code == 0, "%s: %d: %s" % (verb, code, said))
        check(server.stop() == 0, "it does not end well")
        check(server.kept() == 0, server.stderr()[-500:])


@case  # 10 s
def missed_heartbeats_keep_a_copy():
    with Recorder() as server:
        os.kill(server.child("voice"), signal.SIGSTOP)
        check(wait_for(lambda: "freedmr-voice is back" in server.stderr()), server.stderr()[-500:])
        check(server.kept() == 1, server.stderr()[-500:])
        server.fetch("kept")


FORGETFUL = """
#include <stdbool.h>
#include <stdint.h>
struct hash;
bool __real_hash_remove(struct hash *h, uint64_t key);
bool __wrap_hash_remove(struct hash *h, uint64_t key)
{
	if (key == 2300102)
		(void)__real_hash_remove(h, 2300101);
	return __real_hash_remove(h, key);
}
"""


@case
def a_broken_row_keeps_a_copy():
    """One logs out, and the index forgets another one too: a heartbeat finds him, and the same process goes on."""
    with tempfile.TemporaryDirectory() as directory:
        usual, server_module.BINARY = server_module.BINARY, special_build(directory, FORGETFUL, ("hash_remove",))
        try:
            with Recorder() as server:
                voice = server.child("voice")
                one, two = [Hotspot(2300101 + n, server.port, passphrase=PASSPHRASE).login() for n in range(2)]
                check(server.kept() == 0, "kept at first")
                two.logout()
                check(wait_for(lambda: server.kept() == 1), server.stderr()[-500:])
                check("session client=2300101 is inconsistent" in server.stderr(), server.stderr()[-500:])
                server.fetch("kept")
                check(one.receive(10) == b"MSTCL" + be32(2300101), "he is not told")
                one.login()
                check(server.child("voice") == voice, "voice was replaced")
        finally:
            server_module.BINARY = usual


@case
def only_voice_and_reporter_have_its_memory():
    """The reporter cannot write to it."""
    size = 4096 + 2 * (3 << 20)

    def rights(pid):
        with open("/proc/%d/maps" % pid) as f:
            lines = [line.split() for line in f]
        return [words[1] for words in lines
                if int(words[0].split("-")[1], 16) - int(words[0].split("-")[0], 16) == size]

    with Recorder("3M") as server:
        check(rights(server.child("voice")) == ["rw-s"], "voice: %s" % rights(server.child("voice")))
        check(rights(server.child("report")) == ["r--s"], "reporter: %s" % rights(server.child("report")))


@case
def upgrade_begins_a_new_one():
    with Recorder() as server:
        server.kill_child("voice")
        server.fetch("kept")
        code, said = server.ctl("upgrade")
        check(code == 0, "%d: %s" % (code, said))
        server.fetch()
        server.is_refused("no recording was kept", "kept")


# ---- played back ----

WHOLE = "every action and every state is as recorded\n"
NEW_PASSPHRASE = "the new one of this test"
UPLINK_PASSPHRASE = "golf sierra november"
UPLINK_ID = 234567899
OPTION_SECRETS = "tapir-okapi-55", "cassowary-77", "pangolin-99"
TOKEN = "admin-token-of-this-test"
PASSWORD = "a broker password of this test"


def played(octets_or_path, *words):
    """Exit code, standard output and standard error of `freedmr replay`."""
    path = octets_or_path
    if isinstance(octets_or_path, bytes):
        path = "recording-%d" % os.getpid()
        with open(path, "wb") as f:
            f.write(octets_or_path)
    try:
        done = subprocess.run(command("replay", path, *words), capture_output=True, text=True, timeout=server_module.PATIENCE_S)
    finally:
        if path != octets_or_path:
            os.unlink(path)
    return done.returncode, done.stdout, done.stderr


def counts(text):
    """(events, checkpoints) it says it has played."""
    found = re.search(r"(\d+) events, (\d+) checkpoints", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def is_whole(octets, what="it"):
    """Plays without a difference. Returns its numbers of events and checkpoints."""
    code, out, err = played(octets)
    check(code == 0 and out.endswith(WHOLE) and not err, "%s: %d: %s %s" % (what, code, out[-300:], err))
    return counts(out)


class Tap:
    """A wire between two servers that remembers all that goes over it. Each side's target is the port here."""

    def __init__(self, near=None, far=None):
        self.peers = {}
        self.sockets = []
        for other in (near, far):
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind(("127.0.0.1", 0))
            self.sockets.append(s)
            self.peers[s] = ("127.0.0.1", other) if other else None
        self.near_port, self.far_port = [s.getsockname()[1] for s in self.sockets]
        self.seen = []
        self.done = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.done:
            for s in select.select(self.sockets, [], [], 0.1)[0]:
                other = self.sockets[1 - self.sockets.index(s)]
                try:
                    octets, self.peers[s] = s.recvfrom(2048)
                    self.seen.append(octets)
                    if self.peers[other]:
                        other.sendto(octets, self.peers[other])
                except ConnectionRefusedError:
                    pass

    def close(self):
        self.done = True
        self.thread.join()
        for s in self.sockets:
            s.close()


def secrets_of(octets):
    """What of a datagram may not be in a recording."""
    tag = octets[:4]
    if octets[:6] == b"RPTACK":
        return []  # a salt or an ID, which nobody can tell here
    if tag == b"RPTK":
        return [octets[8:]]
    if tag in (b"DMRE",):
        return [octets[-16:]]
    if tag == b"DMRD":
        return [octets[53:]] if len(octets) == 73 else []
    return [octets[-20:]] if tag in (b"BCKA", b"BCVE", b"BCSQ", b"BCST", b"BCTO") and len(octets) > 20 else []


class Rig(Hotspot):
    """Remembers its salts and digests."""

    secrets = []

    def ask(self, octets, tag, *words):
        answer = super().ask(octets, tag, *words)
        if octets[:4] == b"RPTL" and answer[:6] == b"RPTACK":
            self.salt = answer[6:10]
            Rig.secrets += [answer[:10], digest(self.salt, PASSPHRASE), digest(self.salt, NEW_PASSPHRASE)]
        return answer

    def send(self, octets):
        Rig.secrets += secrets_of(octets)
        super().send(octets)


class Page(Records, WebServer):
    pass


class Everything(Started):
    """A server with all that a server can have around it: hotspots, links to others of three kinds, a page."""

    def __init__(self, size="2M"):
        Rig.secrets = []
        self.fbp, self.obp = Neighbour(7301), Neighbour(7302)
        ports = {name: free_port() for name in ("fbp", "obp", "here", "there")}
        self.ports = ports
        self.above = Server("static-2 = 3100", passphrase=UPLINK_PASSPHRASE, server_id=3100)
        self.mesh_wire, self.uplink_wire = Tap(ports["here"], ports["there"]), Tap(None, self.above.port)
        self.there = Server("static-2 = 91", peer_section("here", "fbp", ports["there"], self.mesh_wire.far_port, FIRST_SERVER),
                            server_id=FIRST_SERVER + 1)
        more = peer_section("hand", "fbp", ports["fbp"], self.fbp.port, 7301) + \
            peer_section("old", "obp", ports["obp"], self.obp.port, 7302) + \
            peer_section("there", "fbp", ports["here"], self.mesh_wire.near_port, FIRST_SERVER + 1) + \
            "[uplink up]\ntarget = localhost:%d\nid = %d\npassphrase = %s\nmap = 2:3100 = 91\noptions = TS2=3100;PASS=%s\n" % (
                self.uplink_wire.near_port, UPLINK_ID, UPLINK_PASSPHRASE, OPTION_SECRETS[1])
        self.server = Page("static-2 = 91",
                               "admin-token = %s\nself-care = yes\n%s" % (TOKEN, more), server="recorder = %s\nstate = state" % size,
                               passphrase=PASSPHRASE)
        os.chmod(self.server.directory, 0o777)  # started as root it runs as somebody else
        self.hotspots = []

    def start(self):
        for server in (self.above, self.there, self.server):
            server.start()
        for neighbour, name in ((self.fbp, "fbp"), (self.obp, "obp")):
            neighbour.connect(self.ports[name])
        self.fbp.send(self.fbp.keepalive())
        self.fbp.wait(lambda: self.fbp.told("BCKA"))
        wait_for(lambda: sum(row.get("up", False) for row in self.server.ctl_json("peers")) == 3, every=0.1)

    def close(self):
        for hotspot in self.hotspots:
            hotspot.close()
        for wire in (self.mesh_wire, self.uplink_wire):
            wire.close()
        for server in (self.server, self.there, self.above):
            server.close()
        self.fbp.close()
        self.obp.close()

    def rig(self, client, passphrase=PASSPHRASE, port=None, options=None):
        rig = Rig(client, port or self.server.port, passphrase=passphrase).login(options)
        self.hotspots.append(rig)
        return rig

    def ctl(self, *words):
        code, said = self.server.ctl(*words)
        check(code == 0, "%s: %d: %s" % (" ".join(words), code, said))
        return said

    # ---- what happens ----

    def log_in(self):
        """With the right passphrase, a wrong one, and options that hold a password."""
        self.one = self.rig(2300101)
        self.two = self.rig(2300102, options="TS2=91;TS1=9300;PASS=%s" % OPTION_SECRETS[0])
        wrong = Rig(2300103, self.server.port, passphrase="none of these")
        wrong.challenge()
        wrong.ask(b"RPTK" + be32(2300103) + digest(wrong.salt, "none of these"), b"MSTNAK")
        self.hotspots.append(wrong)

    def talk(self):
        """Two at once, an echo, a dialled talkgroup, and a question."""
        there, above = Hotspot(2300111, self.there.port).login(), Hotspot(3100111, self.above.port, passphrase=UPLINK_PASSPHRASE).login()
        self.hotspots += [there, above]
        sent = call(self.one.client, 2300101, 91, 4)
        talk(self.one, sent, [self.two, there, above])
        for listener in (self.two, there):
            same_call(sent, listener.drain(len(sent)))
        check(len(above.drain(len(sent))) == len(sent), "nothing came over the uplink")
        time.sleep(0.7)
        for talker, tg in ((there, 91), (above, 3100)):
            sent = call(talker.client, talker.client, tg, 2)
            talk(talker, sent, [self.two])
            check(len(self.two.drain(len(sent))) == len(sent), "nothing came from %d" % talker.client)
            time.sleep(0.7)
        for called in (9990, 2350, 5000, 4000):
            talk(self.one, call(self.one.client, 2300101, called, 2, unit=True), [self.two])
            self.one.drain(14 if called == 9990 else 0, quiet=1)

    def mesh(self):
        """By hand: calls of each version, wrong ones, a quench, a stun."""
        for make in (self.fbp.v5, lambda o: self.fbp.v5(o, version=4), lambda o: self.fbp.v5(o)[:-1] + b"x", self.obp.v1,
                     lambda o: self.obp.v1(o)[:-1] + b"x"):
            frames = [make(o) for o in call(7301001, 2351111, 91, 1)]
            Rig.secrets += [secret for o in frames for secret in secrets_of(o)]
            for octets in frames:
                (self.obp if octets[:4] == b"DMRD" else self.fbp).send(octets)
                self.fbp.take(0.02)
            time.sleep(0.7)
        for octets in (self.fbp.quench(91, b"\1\2\3\4"), self.fbp.keepalive(), self.fbp.version(), self.fbp.quench(91, b"abcd")[:-1] + b"x"):
            Rig.secrets += secrets_of(octets)
            self.fbp.send(octets)

    def order(self):
        """Of the operator."""
        three = self.rig(2300104)
        for words in (("peer", "hand", "stun"), ("peer", "hand", "clear"), ("peer", "up", "reset"), ("link", "2300102", "1", "92"),
                      ("unlink", "2300102", "1", "92"), ("default", "2300102", "93"), ("kick", "2300104"), ("block", "2300105", "1m"),
                      ("block", "192.0.2.9"), ("unblock", "2300105"), ("options", "2300102", "TS2=91,94;PASS=%s" % OPTION_SECRETS[2]),
                      ("why", "2300101"), ("quenches",)):
            self.ctl(*words)
        three.drain()
        three.login()
        talk(self.one, call(self.one.client, 2300101, 91, 3), [self.two], middle=lambda: self.ctl("call", "2300101", "end"))
        self.own("options", "no token", "TS2=91;PASS=" + OPTION_SECRETS[0])

    def own(self, what, token, text):
        self.server.get("/api/v2/self/" + what, "POST", Origin="http://127.0.0.1:%d" % self.server.web, X_Freedmr_Token=token,
                        X_Freedmr_Command=text)

    def sign_in(self):
        """The owner, on the page. What he says there may not be a password, but is one."""
        origin = "http://127.0.0.1:%d" % self.server.web
        salt = json.loads(self.server.get("/api/v2/self/challenge", "POST", Origin=origin)[2])["salt"]
        for passphrase in ("none of these", PASSPHRASE):
            proof = hashlib.sha256((salt + passphrase).encode()).hexdigest()
            Rig.secrets.append(proof.encode())
            _, _, body = self.server.get("/api/v2/self/login", "POST", Origin=origin, X_Freedmr_Owner="2300101 %s %s" % (salt, proof))
            salt = json.loads(self.server.get("/api/v2/self/challenge", "POST", Origin=origin)[2])["salt"]
        answer = json.loads(body)
        check(answer["ok"], "%s" % answer)
        Rig.secrets.append(answer["token"].encode())
        self.own("options", answer["token"], "TS2=91;PASS=" + OPTION_SECRETS[0])
        self.own("options", answer["token"], "TS2=91,95")

    def reload(self):
        """A listener comes, the passphrase changes, somebody is in the middle of a login; then the listener goes."""
        self.two.ping()
        self.two.drain()
        waits = Rig(2300106, self.server.port, passphrase=NEW_PASSPHRASE)
        self.hotspots.append(waits)
        waits.challenge()
        port = free_port()
        edit(self.server, PASSPHRASE, NEW_PASSPHRASE)
        section(self.server, "[listener more]\nbind = 127.0.0.1:%d\npassphrase = %s\nstatic-2 = 91\n" % (port, PASSPHRASE))
        reload(self.server)
        waits.ask(b"RPTK" + be32(waits.client) + digest(waits.salt, NEW_PASSPHRASE), b"RPTACK")
        more = self.rig(2300107, port=port)
        sent = call(more.client, 2300107, 91, 2)
        talk(more, sent, [self.two])
        heard = self.two.drain(len(sent))
        check(len(heard) == len(sent), "%d of %d came from the new listener: %s" % (len(heard), len(sent), self.two.other))
        edit(self.server, "[listener more]\nbind = 127.0.0.1:%d\npassphrase = %s\nstatic-2 = 91\n" % (port, PASSPHRASE), "")
        reload(self.server)
        self.one = self.rig(2300108, NEW_PASSPHRASE)
        time.sleep(0.7)
        talk(self.one, call(self.one.client, 2300108, 91, 1), [self.two])

    def live(self):
        self.log_in()
        for part in (self.talk, self.mesh, self.order, self.sign_in):
            part()
            self.two.ping()  # it has said nothing for as long as this took
        self.server.kill_child("report")  # the next one asks for a snapshot
        wait_for(lambda: self.server.ctl("sessions")[0] == 0)
        self.reload()
        settle(self.server.control)

    def holds_no_secret(self, octets):
        """None that was said, or that was seen on a wire."""
        wires = [secret for wire in (self.mesh_wire, self.uplink_wire) for o in wire.seen for secret in secrets_of(o)]
        salts = [o[6:10] for o in self.uplink_wire.seen if o[:6] == b"RPTACK" and len(o) == 10 and o[6:] != be32(UPLINK_ID)]
        proofs = [hashlib.sha256(salt + UPLINK_PASSPHRASE.encode()).digest() for salt in salts]
        heard = [secret for n in (self.fbp, self.obp) for _, o in n.controls for secret in secrets_of(o)]
        texts = [t.encode() for t in (PASSPHRASE, NEW_PASSPHRASE, UPLINK_PASSPHRASE, MESH_PASSPHRASE, TOKEN) + OPTION_SECRETS]
        check(len(wires) > 100 and salts and heard and len(Rig.secrets) > 50, "too few secrets were seen")
        kinds = {"passphrase": texts, "of a hotspot": Rig.secrets, "on a wire": wires, "salt of the uplink": [b"RPTACK" + salt for salt in salts], "digest": proofs,
                 "sent to a neighbour": heard}
        for kind, secrets in kinds.items():
            for secret in secrets:
                check(secret not in octets, "%s is in it: %r at %d" % (kind, secret, octets.find(secret)))


@case  # 45 s
def whatever_happens_plays_back_the_same():
    with Everything() as all_of_it:
        all_of_it.live()
        octets = all_of_it.server.fetch()
        events, checkpoints = is_whole(octets)
        check(events > 500 and checkpoints >= 3, "%d events, %d checkpoints" % (events, checkpoints))
        all_of_it.holds_no_secret(octets)


def some_calls(server, listening=1):
    """Hotspots that are logged in, one of which has talked."""
    hotspots = [Hotspot(2300101 + n, server.port, passphrase=PASSPHRASE).login() for n in range(1 + listening)]
    talk(hotspots[0], call(2300101, 2300101, 91, 2), hotspots[1:])
    for hotspot in hotspots[1:]:
        check(len(hotspot.drain(14)) == 14, "the call was not heard")
    settle(server.control)
    return hotspots


@case  # 20 s
def both_halves_play_back_after_they_have_turned():
    """Eight calls at a time, faster than radios; the second half begins in the middle of them."""
    talkers, rounds = 8, 4
    with Recorder("1M", "".join("[client %d]\nstatic-2 = %d\n" % (2300101 + n, 101 + n) for n in range(talkers)) +
                  "[limits]\nframes-per-second = 0\n") as server:
        hotspots = [Hotspot(2300101 + n, server.port, passphrase=PASSPHRASE).login() for n in range(talkers)]
        turned = False
        for _ in range(rounds):
            for frames in zip(*[call(h.client, h.client, 101 + n, 30) for n, h in enumerate(hotspots)]):
                for hotspot, octets in zip(hotspots, frames):
                    hotspot.send(octets)
                time.sleep(0.008)
            settle(server.control)
            events, checkpoints = is_whole(server.fetch())
            turned |= checkpoints == 2
        check(turned and events > 5000, "%d events, %d checkpoints: the halves did not turn" % (events, checkpoints))


@case
def damage_is_told_with_the_event():
    with Recorder() as server:
        some_calls(server)
        octets = server.fetch()
    is_whole(octets)
    frames = [m.start() for m in re.finditer(b"DMRD.{51}\x03\x00\x00", octets, re.S)]
    check(len(frames) == 14, "%d frames are in it" % len(frames))

    def differs(at, what):
        damaged = octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1:]
        code, out, err = played(damaged)
        found = re.match(r"freedmr replay: recording-\d+: event (\d+), at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: (.*)\n$", err)
        check(code == 1 and found and found[2] == what and WHOLE not in out, "%d: %s %s" % (code, out, err))
        return int(found[1])

    first = differs(frames[0] + 30, "the actions are other ones")  # voice
    check(differs(frames[5] + 30, "the actions are other ones") > first, "the same event")
    check(differs(frames[5] + 55 + 3, "the actions are other ones") > first, "the same event")  # digest
    code, out, err = played(octets[:frames[13] + 20])
    check(code == 1 and "an event that cannot be read" in err and "event " in err, "%d: %s %s" % (code, out, err))
    code, out, err = played(octets[:200])
    check(code == 1 and err.startswith("freedmr replay: recording-"), "%d: %s %s" % (code, out, err))
    for what in (b"", b"freedmr", b"\x7fELF" + bytes(5000)):
        code, out, err = played(what)
        check(code == 1 and not out and err.endswith(": not a recording\n"), "%r: %d: %s %s" % (what[:9], code, out, err))
    code, out, err = played("/nonexistent/recording")
    check(code == 1 and not out and err == "freedmr replay: /nonexistent/recording: No such file or directory\n", err)


@case
def replay_tells_of_one_client():
    with Recorder() as server:
        some_calls(server)
        wrong = Hotspot(2300109, server.port, passphrase="none of these")
        for _ in range(2):
            wrong.ask(b"RPTK" + be32(2300109) + digest(wrong.challenge(), "none of these"), b"MSTNAK")
        settle(server.control)
        octets = server.fetch()
    code, out, err = played(octets, "--why", "2300101")
    check(code == 0 and out.endswith(WHOLE) and not err, "%d: %s %s" % (code, out, err))
    for what in ("of 2300101 on slot 2 to tg 91: begin", "of 2300101 on slot 2 to tg 91: terminator, frames 14",
                 "client 2300101 radio 2300101 slot 2 tg 91: carried in talkgroup 91", "logged in"):
        check(what in out, "no \"%s\" in %s" % (what, out))
    check("2300102" not in out and "2300109" not in out, "others are in it: %s" % out)
    code, out, _ = played(octets, "--why", "2300109")
    check(code == 0 and re.search(r"wrong passphrase.* \(2 times\)\n", out), out)
    code, out, _ = played(octets, "--why", "91")
    check(code == 0 and "of 2300101 on slot 2 to tg 91: terminator, frames 14" in out, out)
    check("radio" not in played(octets)[1], "it shows somebody unasked")
    for words in ((), ("--why",), ("file", "--why"), ("file", "--why", "x"), ("file", "--why", "0"), ("file", "another"), ("--what", "file"),
                  ("file", "--why", "4294967296")):
        done = subprocess.run(command("replay", *words), capture_output=True, text=True)
        check(done.returncode == 64 and done.stderr.startswith("usage: freedmr replay FILE"), "%s: %s" % (words, done))


@case
def replay_tells_of_sessions_and_refusals():
    """Logged in, sends options, comes again from elsewhere, logs out; kicked; refused. Others see nothing of it."""
    def at(hotspot):
        return "127.0.0.1:%d" % hotspot.socket.getsockname()[1]

    with Recorder() as server:
        one, moved, two = [Hotspot(2300101 + n // 2, server.port, passphrase=PASSPHRASE) for n in range(3)]
        one.login(options="TS2=91")
        one.ask(b"RPTO" + be32(2300101) + b"TS2=91,92", b"RPTACK")
        moved.login()
        moved.logout()
        two.login()
        code, said = server.ctl("kick", "2300102")
        check(code == 0, said)
        wrong = Hotspot(2300109, server.port, passphrase="none of these")
        wrong.ask(b"RPTK" + be32(2300109) + digest(wrong.challenge(), "none of these"), b"MSTNAK")
        settle(server.control)
        octets = server.fetch()

    def told(who):
        """Without their times, before what the core knows."""
        code, out, err = played(octets, "--why", str(who))
        check(code == 0 and out.endswith(WHOLE) and not err, "%d: %s %s" % (code, out, err))
        lines = re.findall(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (\w+ of \d+ at .*)$", out, re.M)
        return [line for n, line in enumerate(lines) if line != lines[n - 1] or not n]

    check(told(2300101) == ["session of 2300101 at %s: %s" % what for what in (
        (at(one), "begin"), (at(one), "update"), (at(one), "replaced"), (at(moved), "begin"), (at(moved), "logout"))], told(2300101))
    check(told(2300102) == ["session of 2300102 at %s: %s" % (at(two), what) for what in ("begin", "kicked")], told(2300102))
    check(told(2300109) == ["RPTK of 2300109 at %s: wrong passphrase" % at(wrong)], told(2300109))
    check(told(2300108) == [], told(2300108))


@case  # 15 s
def what_is_kept_plays_back_to_the_end():
    """Voice is killed in the middle of a call, or does not respond."""
    for how in (signal.SIGKILL, signal.SIGSTOP):
        with Recorder() as server:
            one, two = some_calls(server)

            def end():
                os.kill(server.child("voice"), how)
                check(wait_for(lambda: "freedmr-voice is back" in server.stderr()), server.stderr()[-500:])

            talk(one, call(2300101, 2300101, 91, 6), [two], beside=end)
            events, _ = is_whole(server.fetch("kept"), "kept")
            check(events > 30, "%d events" % events)
            time.sleep(0.7)
            talk(one, call(2300101, 2300101, 91, 2), [two])
            settle(server.control)
            is_whole(server.fetch(), "of the next process")


@case
def before_and_after_an_upgrade_plays_back():
    """A call goes on over it."""
    with Recorder() as server:
        one, two = some_calls(server)
        octets = []

        def upgrade():
            octets.append(server.fetch())
            code, said = server.ctl("upgrade")
            check(code == 0, "%d: %s" % (code, said))

        talk(one, call(2300101, 2300101, 91, 4), [two], beside=upgrade)
        settle(server.control)
        octets.append(server.fetch())
        for what, some in zip(("before", "after"), octets):
            check(is_whole(some, what)[0] > 5, what)
        check("terminator, frames" in played(octets[1], "--why", "2300101")[1], "the call does not end after it")


main()
