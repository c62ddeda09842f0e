"""`make run` for a newcomer: what to enter, where to look, and what to do about a port in use."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import urllib.request

from cases import case, check, main
from hotspot import Hotspot
from server import PATIENCE_S, command, free_port, kill_group, wait_for

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Run:
    """with Run() as run: `make run` with a configuration of its own; `edit` says what is changed in the first one."""

    def __init__(self, edit=()):
        self.directory = tempfile.mkdtemp(prefix="freedmr-")
        self.config = os.path.join(self.directory, "freedmr.conf")
        if edit:
            subprocess.run([os.path.join(ROOT, "build", "freedmr"), "init", self.config], check=True,
                           capture_output=True)
            with open(self.config) as f:
                text = f.read()
            for old, new in edit:
                check(old in text, "no line %s" % old)
                text = text.replace(old, new)
            with open(self.config, "w") as f:
                f.write(text)

    def __enter__(self):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        self.out = open(os.path.join(self.directory, "out"), "w")
        self.process = subprocess.Popen(["make", "-s", "run", "CONF=" + self.config], cwd=ROOT, stdout=self.out,
                                        stderr=self.out, stdin=subprocess.DEVNULL, env=environment,
                                        start_new_session=True)
        return self

    def __exit__(self, *_):
        kill_group(self.process)
        self.out.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def text(self):
        with open(self.out.name) as f:
            return f.read()

    def await_text(self, pattern):
        found = wait_for(lambda: re.search(pattern, self.text(), re.M))
        check(found, "no \"%s\" in: %s" % (pattern, self.text()))
        return found


def moved(port, page):
    return (("bind = [::]:62031", "bind = 127.0.0.1:%d" % port), (";http = 127.0.0.1:8080", "http = 127.0.0.1:%d" % page),
            ("control = ./freedmr.sock", "control ="))


@case
def it_tells_what_to_enter_and_where_the_page_is():
    """With an existing configuration, too; and its output is true."""
    port, page = free_port(), free_port()
    with Run(moved(port, page)) as run:
        run.await_text("freedmr: ready")
        check(run.await_text(r"^ +port +(\d+)$")[1] == str(port), run.text())
        phrase = run.await_text(r"^ +passphrase +(\S+)$")[1]
        Hotspot(2300101, port, passphrase=phrase).login().close()
        url = run.await_text(r"^Web page: (\S+)$")[1]
        check(url == "http://127.0.0.1:%d/" % page, url)
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            check(answer.status == 200, "the page is not there")


@case
def a_port_that_is_taken_is_told_with_the_key_that_moves_it():
    """The ports of a first configuration."""
    taken = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)

    def take():
        try:
            taken.bind(("::", 62031))
            return True
        except OSError:
            return False

    wait_for(take, 30)  # if another test has it now, it ends soon; if a program has it, that is as good
    with taken, Run() as run:
        check(run.process.wait(PATIENCE_S) != 0, "it serves: " + run.text())
        run.await_text(r"^ +port +62031$")
        run.await_text(r"^freedmr: error: cannot bind \[::\]:62031: Address in use$")
        run.await_text(r"^freedmr: error: another program uses that UDP port: .*change bind in \[listener hotspots\]$")


@case
def a_page_whose_port_is_taken_is_told_with_the_key_that_moves_it():
    port, page = free_port(), free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", page))
        taken.listen()
        with Run(moved(port, page)) as run:
            run.await_text("freedmr: ready")
            run.await_text(r"web page disabled: cannot bind 127\.0\.0\.1:%d: .* \(set http in \[report\]\)$" % page)


@case
def what_import_writes_is_for_its_owner_alone():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "freedmr.conf")
        with open(path, "w") as out:
            os.chmod(path, 0o644)  # as the shell makes it
            done = subprocess.run(command("import", os.path.join(ROOT, "test", "data", "freedmr.cfg")), stdout=out, stderr=subprocess.PIPE)
        check(done.returncode == 0, "import failed: %r" % done.stderr[-200:])
        mode = os.stat(path).st_mode & 0o777
        check(mode == 0o600, "others can read the passphrases: mode %o" % mode)
        check(os.path.getsize(path) > 100, "nothing was written")


main()
