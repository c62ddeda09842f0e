"""A real mosquitto, and who listens to it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

from cases import Skip, check
from server import free_port, wait_for

MOSQUITTO = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
SUB = shutil.which("mosquitto_sub")


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

        def answers():
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                return False

        check(wait_for(answers, 5), "mosquitto does not start")

    def stop(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def listen(self, topics="dmr/#"):
        return Subscriber(self, topics)

    def retained(self, topic):
        """What a newcomer is told at once; None when nothing."""
        done = subprocess.run([SUB, "-h", "127.0.0.1", "-p", str(self.port), "-C", "1", "-W", "2", "--retained-only",
                               "-t", topic] + self.auth, capture_output=True, text=True)
        return done.stdout.rstrip("\n") if done.returncode == 0 else None


class Subscriber:
    def __init__(self, broker, topics):
        self.messages = []  # (topic, payload)
        self.process = subprocess.Popen([SUB, "-h", "127.0.0.1", "-p", str(broker.port), "-v", "-d", "-t", topics] +
                                        broker.auth, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.ready = threading.Event()
        threading.Thread(target=self.take, daemon=True).start()
        check(self.ready.wait(5), "mosquitto_sub does not start")

    def take(self):
        for line in self.process.stdout:
            if "SUBACK" in line:
                self.ready.set()
            topic, _, payload = line.rstrip("\n").partition(" ")
            if topic.startswith(("dmr/", "club/")):
                self.messages.append((topic, payload))

    def of(self, topic):
        return [payload for t, payload in list(self.messages) if t == topic]

    def close(self):
        self.process.kill()
        self.process.wait()


def is_online(broker, topic="dmr/2345/status", seconds=8):
    return wait_for(lambda: broker.retained(topic) == "online", seconds)
