"""The publisher, against a real mosquitto."""

import json
import os
import signal
import time

from broker import Broker, is_online
from cases import Skip, case, check, main
from control import ask, counter
from dmr import call
from hotspot import Hotspot, be32, same_call, talk
from server import Server, free_port, wait_for


def serve(broker, more="", listener="static-2 = 91"):
    return Server(listener, "mqtt = 127.0.0.1:%d\n%s" % (broker.port, more))


def used(server, table):
    return next(row["used"] for row in ask(server.control, "status") if row.get("name") == table)


@case
def status_state_events_and_the_last_call_are_published():
    with Broker() as broker, serve(broker) as server:
        check(is_online(broker), "not online: " + server.stderr())
        follower = broker.listen()
        one = Hotspot(2300101, server.port).login()
        two = Hotspot(2300102, server.port).login()
        talk(one, call(2300101, 2300101, 91, 1), [two])
        check(wait_for(lambda: follower.of("dmr/2345/call/last"), 5), "no last call: %s" % follower.messages)
        last = json.loads(follower.of("dmr/2345/call/last")[-1])
        check(last["ev"] == "call.end" and last["src"] == 2300101 and last["conference"] == 91, "%s" % last)
        check(json.loads(broker.retained("dmr/2345/call/last"))["seq"] == last["seq"], "it is not retained")
        calls = [json.loads(p)["ev"] for p in follower.of("dmr/2345/ev/call")]
        check(calls[0] == "call.start" and calls[-1] == "call.end", "%s" % calls)
        check(len(follower.of("dmr/2345/ev/client")) >= 2, "%s" % follower.messages)
        check(broker.retained("dmr/2345/ev/call") is None, "events are retained")

        def state():
            text = broker.retained("dmr/2345/state")
            return text and {s["client"] for s in json.loads(text)["sessions"]} == {2300101, 2300102}

        check(wait_for(state, 8), "state: %s" % broker.retained("dmr/2345/state"))
        address = "127.0.0.1:%d" % one.socket.getsockname()[1]
        for topic, payload in follower.messages:
            check("rigpass" not in payload and address not in payload, "%s: %s" % (topic, payload))
            if not topic.endswith("/status"):
                json.loads(payload)
        seqs = [json.loads(p)["seq"] for t, p in follower.messages if "/ev/" in t]
        check(seqs == sorted(set(seqs)), "disorder: %s" % seqs)
        check(used(server, "report_mqtt") == 1, "ctl status does not say so")
        follower.close()


@case
def an_idle_server_renews_no_state():
    with Broker() as broker, serve(broker) as server:
        check(is_online(broker), "not online")
        time.sleep(6)
        follower = broker.listen("dmr/2345/state")
        wait_for(lambda: follower.messages, 2)
        time.sleep(11)
        check(len(follower.messages) == 1, "%d times without a change" % len(follower.messages))
        follower.close()


@case
def the_will_is_published_when_the_reporter_dies_and_it_comes_back():
    with Broker() as broker, serve(broker) as server:
        check(is_online(broker), "not online")
        follower = broker.listen("dmr/2345/status")
        check(wait_for(lambda: follower.of("dmr/2345/status") == ["online"], 3), "%s" % follower.messages)
        os.kill(server.child("report"), signal.SIGKILL)
        check(wait_for(lambda: follower.of("dmr/2345/status")[1:] == ["offline", "online"], 8), "%s" % follower.messages)
        server.stop()
        check(wait_for(lambda: follower.of("dmr/2345/status")[-1] == "offline", 3), "no goodbye: %s" % follower.messages)
        follower.close()


@case
def everything_retained_is_told_again_to_a_restarted_broker():
    with Broker() as broker, serve(broker) as server:
        one = Hotspot(2300101, server.port).login()
        check(is_online(broker), "not online")
        broker.stop(signal.SIGKILL)
        talk(one, call(2300101, 2300101, 91, 1))
        check(wait_for(lambda: used(server, "report_mqtt") == 0, 5), "the loss is not seen")
        broker.start()
        check(is_online(broker, seconds=15), "it does not come back")
        check(wait_for(lambda: broker.retained("dmr/2345/state"), 5), "no state")
        check(broker.retained("dmr/2345/call/last"), "what happened meanwhile is lost")
        check(server.stderr().count("mqtt=down") == 1, "complained more than once: " + server.stderr())


@case
def a_broker_that_is_not_there_is_called_ever_less_often():
    port = free_port()
    with Server("static-2 = 91", "mqtt = 127.0.0.1:%d" % port) as server:
        time.sleep(8)
        calls = counter(server.control, "report_mqtt_calls_total")
        check(3 <= calls <= 7, "%d calls in 8 s" % calls)
        check(server.stderr().count("mqtt=down") == 1, server.stderr())


@case
def a_broker_is_found_by_its_name():
    more = "mqtt = localhost:%d\n[peer uk]\npassphrase = hotel mike\nbind = 127.0.0.1:%d\ntarget = localhost:%d\n"
    with Broker(host="localhost") as broker, \
            Server("static-2 = 91", more % (broker.port, free_port(), free_port())) as server:
        check(is_online(broker, seconds=20), "not online: " + server.stderr())
        os.kill(server.child("report"), signal.SIGKILL)  # the next one has to be told as well
        check(wait_for(lambda: server.stderr().count("mqtt=up") == 2, 20), "not again: " + server.stderr())
        check(is_online(broker), "not online again")
        broker.stop(signal.SIGKILL)
        check(wait_for(lambda: used(server, "report_mqtt") == 0, 10), "the loss is not seen")
        broker.start()
        check(is_online(broker, seconds=20), "it does not come back")


@case
def a_name_that_is_not_known_is_told_and_holds_up_nothing():
    with Server("static-2 = 91", "mqtt = broker.invalid") as server:
        one = Hotspot(2300101, server.port).login()
        two = Hotspot(2300102, server.port).login()
        told = 'mqtt=down broker=broker.invalid reason="name not resolved yet"'
        check(wait_for(lambda: told in server.stderr(), 10), server.stderr())
        sent = call(2300101, 2300101, 91, 1)
        two.drain(0.1)
        talk(one, sent, [two])
        same_call(sent, two.drain())
        check(wait_for(lambda: counter(server.control, "report_mqtt_failures_total") >= 2, 15), "not tried again")
        check(used(server, "report_mqtt") == 0, "ctl status takes it for up")
        check(counter(server.control, "report_mqtt_calls_total") == 0, "it called nobody")
        check(server.stderr().count("mqtt=down") == 1, server.stderr())


@case
def user_password_and_topic_are_used_and_told_to_nobody():
    with Broker(password="delta echo") as broker:
        with serve(broker, "mqtt-user = us\nmqtt-password = delta echo\nmqtt-topic = club/one") as server:
            check(is_online(broker, "club/one/status"), "not online: " + server.stderr())
            check("delta" not in server.stderr() and "delta" not in server.ctl("status")[1], "the password is shown")
            for role, known in (("voice", False), ("report", True)):
                check(memory_holds(server.child(role), b"delta echo") == known, "the password in " + role)
                check(memory_holds(server.child(role), b"rigpass") != known, "the passphrase in " + role)
        with serve(broker, "mqtt-user = us\nmqtt-password = wrong") as server:
            check(wait_for(lambda: "wrong user or password" in server.stderr() or "authorised" in server.stderr(), 5),
                  server.stderr())


def memory_holds(pid, what):
    """Does that text stand anywhere the process can write?"""
    try:
        with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", 0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                if not rights.startswith("rw"):
                    continue
                begin, end = (int(x, 16) for x in span.split("-"))
                try:
                    memory.seek(begin)
                    if what in memory.read(end - begin):
                        return True
                except (OSError, ValueError):
                    pass
    except PermissionError:
        raise Skip("the memory of the server may not be read")
    return False


@case
def a_broker_that_stops_reading_holds_up_nothing():
    with Broker() as broker, serve(broker) as server:
        one = Hotspot(2300101, server.port).login()
        two = Hotspot(2300102, server.port).login()
        check(is_online(broker), "not online")
        broker.process.send_signal(signal.SIGSTOP)
        before = None
        many = ",".join(str(100 + n) for n in range(40))
        for n in range(60):  # more events than the ring holds and the socket takes
            two.ask(b"RPTO" + be32(2300102) + b"TS2=91;TS1=" + (many.encode() if n % 2 else b""), b"RPTACK")
            time.sleep(0.05)
            if n == 10:
                before = server.resident_kb("report")
        sent = call(2300101, 2300101, 91, 2)
        two.drain(0.1)
        talk(one, sent, [two])
        same_call(sent, two.drain())
        after = server.resident_kb("report")
        check(after < before + 512, "the reporter grew from %d to %d kB" % (before, after))
        check(server.ctl("sessions")[0] == 0, "the control socket is held up")
        broker.process.send_signal(signal.SIGCONT)
        check(wait_for(lambda: used(server, "report_mqtt_queue") == 0 and
                       used(server, "report_mqtt") == 1, 20), "it does not catch up")
        follower = broker.listen("dmr/2345/status")
        check(wait_for(lambda: follower.of("dmr/2345/status")[-1:] == ["online"], 10), "not online again")
        follower.close()
        check(counter(server.control, "report_mqtt_lost_total") > 0, "nothing was lost: the test is too small")


main()
