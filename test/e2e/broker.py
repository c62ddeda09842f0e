"""A real mosquitto, and its subscribers."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading

from cases import Skip, check
from server import PATIENCE_S, free_port, listens, wait_for

MOSQUITTO = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
SUB = shutil.which("mosquitto_sub")
ALWAYS = "$SYS/broker/version"


class Broker:
    """A mosquitto of our own, on loopback, that keeps nothing."""

    def __init__(self, password=None, host="127.0.0.1"):
        if not MOSQUITTO or not SUB:
            raise Skip("there is no mosquitto")
        self.directory = tempfile.mkdtemp(prefix="freedmr-mqtt-")
        self.port = free_port()
        self.config = os.path.join(self.directory, "mosquitto.conf")
        with open(self.config, "w") as f:
            f.write("listener %d %s\npersistence false\n" % (self.port, host))
            if password:
                f.write("password_file %s/passwords\nallow_anonymous false\n" % self.directory)
            else:
                f.write("allow_anonymous true\n")
        if password:
            subprocess.run([MOSQUITTO + "_passwd" if os.path.exists(MOSQUITTO + "_passwd") else "mosquitto_passwd",
                            "-b", "-c", self.directory + "/passwords", "us", password], check=True, capture_output=True)
        os.chmod(self.directory, 0o755)
        self.auth = ["-u", "us", "-P", password] if password else []
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self):
        self.process = subprocess.Popen([MOSQUITTO, "-c", self.config], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        check(wait_for(lambda: listens(self.port)), "mosquitto does not start")

    def stop(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def listen(self, topics="dmr/#"):
        return Subscriber(self, topics)

    def retained(self, topic):
        """The retained message a new subscriber gets; None if there is none: then $SYS comes first."""
        done = subprocess.run([SUB, "-h", "127.0.0.1", "-p", str(self.port), "-C", "1", "-W", "%d" % PATIENCE_S, "-v",
                               "--retained-only", "-t", topic, "-t", ALWAYS] + self.auth, capture_output=True, text=True)
        told, _, payload = done.stdout.rstrip("\n").partition(" ")
        return payload if done.returncode == 0 and told != ALWAYS else None


class Subscriber:
    def __init__(self, broker, topics):
        self.messages = []  # (topic, payload)
        self.process = subprocess.Popen([SUB, "-h", "127.0.0.1", "-p", str(broker.port), "-v", "-d", "-t", topics] +
                                        broker.auth, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.ready = threading.Event()
        threading.Thread(target=self.take, daemon=True).start()
        check(self.ready.wait(PATIENCE_S), "mosquitto_sub does not start")

    def take(self):
        for line in self.process.stdout:
            if "SUBACK" in line:
                self.ready.set()
            topic, _, payload = line.rstrip("\n").partition(" ")
            if topic.startswith(("dmr/", "club/", "homeassistant/")):
                self.messages.append((topic, payload))

    def of(self, topic):
        return [payload for t, payload in list(self.messages) if t == topic]

    def close(self):
        self.process.kill()
        self.process.wait()


def is_online(broker, topic="dmr/2345/status", seconds=PATIENCE_S):
    return wait_for(lambda: broker.retained(topic) == "online", seconds)
