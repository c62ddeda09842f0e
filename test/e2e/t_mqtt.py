"""The publisher, against a real mosquitto."""

import json
import os
import signal
import time

from broker import Broker, is_online
from cases import Skip, case, check, main
from control import ask, counter
from control import Control
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
        check(wait_for(lambda: follower.of("dmr/2345/call/last")), "no last call: %s" % follower.messages)
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

        check(wait_for(state), "state: %s" % broker.retained("dmr/2345/state"))
        address = "127.0.0.1:%d" % one.socket.getsockname()[1]
        for topic, payload in follower.messages:
            check("rigpass" not in payload and address not in payload, "%s: %s" % (topic, payload))
            if not topic.endswith("/status"):
                json.loads(payload)
        seqs = [json.loads(p)["seq"] for t, p in follower.messages if "/ev/" in t]
        check(seqs == sorted(set(seqs)), "disorder: %s" % seqs)
        check(used(server, "report_mqtt") == 1, "ctl status does not say so")
        follower.close()


HARD = "a'quoted'\\name"


@case
def home_assistant_is_told_of_the_server_its_links_and_who_talks():
    links = "[peer uk]\npassphrase = kilo tango\ntarget = 127.0.0.1:9\nbind = 127.0.0.1:%d\n" \
            "[peer %s]\npassphrase = kilo tango\ntarget = 127.0.0.1:10\nbind = 127.0.0.1:%d\n" \
            % (free_port(), HARD, free_port())
    with Broker() as broker, serve(broker, "mqtt-discovery = yes", "static-2 = 91\n" + links) as server:
        check(is_online(broker), "not online: " + server.stderr())
        follower = broker.listen("homeassistant/#")
        follower_of_state = broker.listen()
        check(wait_for(lambda: len(follower.messages) == 5), "%s" % follower.messages)
        found = {topic.split("/")[3]: (topic, json.loads(payload)) for topic, payload in follower.messages}
        check(set(found) == {"server", "on_air", "last_heard", "link-uk",
                             "link-a-27quoted-27-5cname"}, "%s" % set(found))
        ids = set()
        for topic, sensor in found.values():
            check(broker.retained(topic), topic + " is not retained")
            check(sensor["device"]["identifiers"] == ["freedmr_2345"] and sensor["device"]["sw_version"], "%s" % sensor)
            ids.add(sensor["unique_id"])
        check(len(ids) == 5, "%s" % ids)
        check(found["server"][1]["state_topic"] == "dmr/2345/status" and
              broker.retained("dmr/2345/status") == found["server"][1]["payload_on"], "%s" % found["server"][1])
        client = Hotspot(2300101, server.port).login()

        def value(name, payload):
            import jinja2  # what Home Assistant evaluates them with
            template = jinja2.Environment().from_string(found[name][1]["value_template"])
            return template.render(value_json=json.loads(payload))

        try:
            import jinja2  # noqa: F401
        except ImportError:
            raise Skip("there is no python3-jinja2")

        def state():
            return broker.retained("dmr/2345/state")

        check(wait_for(lambda: state() and len(json.loads(state())["mesh"]) == 2), "no links: %s" % state())
        check(value("on_air", state()) == "OFF" and value("link-uk", state()) == "OFF", state())
        hard = "link-a-27quoted-27-5cname"
        mesh = json.loads(state())
        for row in mesh["mesh"]:
            row["up"] = row["name"] == HARD
        check(value(hard, json.dumps(mesh)) == "ON" and value("link-uk", json.dumps(mesh)) == "OFF", "%s" % mesh)

        def on_air():
            return [p for p in follower_of_state.of("dmr/2345/state") if value("on_air", p) == "ON"]

        talk(client, call(2300101, 2300101, 91, 3), beside=lambda: wait_for(on_air))
        check(on_air(), "never on air: %s" % follower_of_state.of("dmr/2345/state"))
        check(wait_for(lambda: broker.retained("dmr/2345/call/last")), "no last call")
        check(value("last_heard", broker.retained("dmr/2345/call/last")) == "2300101", "last heard")
        check(wait_for(lambda: value("on_air", state()) == "OFF"), state())
        broker.stop(signal.SIGKILL)
        broker.start()
        check(wait_for(lambda: broker.retained("homeassistant/binary_sensor/freedmr_2345/server/config")),
              "it is not published again")
        client.close()


@case  # 13 s
def an_idle_server_renews_no_state():
    with Broker() as broker, serve(broker) as server:
        check(is_online(broker), "not online: " + server.stderr())
        follower = broker.listen("dmr/2345/state")
        check(wait_for(lambda: follower.messages), "no state")

        def stands():
            before = len(follower.messages)
            time.sleep(12)
            return len(follower.messages) == before

        check(wait_for(stands), "%d times without a change" % len(follower.messages))
        follower.close()


@case
def the_will_is_published_when_the_reporter_dies_and_it_comes_back():
    with Broker() as broker, serve(broker) as server:
        check(is_online(broker), "not online")
        follower = broker.listen("dmr/2345/status")
        check(wait_for(lambda: follower.of("dmr/2345/status") == ["online"]), "%s" % follower.messages)
        os.kill(server.child("report"), signal.SIGKILL)
        check(wait_for(lambda: follower.of("dmr/2345/status")[1:] == ["offline", "online"]), "%s" % follower.messages)
        server.stop()
        check(wait_for(lambda: follower.of("dmr/2345/status")[-1] == "offline"), "no goodbye: %s" % follower.messages)
        follower.close()


@case  # 12 s
def everything_retained_is_told_again_to_a_restarted_broker():
    with Broker() as broker, serve(broker) as server:
        one = Hotspot(2300101, server.port).login()
        check(is_online(broker), "not online")
        broker.stop(signal.SIGKILL)
        talk(one, call(2300101, 2300101, 91, 1))
        check(wait_for(lambda: used(server, "report_mqtt") == 0), "the loss is not seen")
        broker.start()
        check(is_online(broker), "it does not come back")
        check(wait_for(lambda: broker.retained("dmr/2345/state")), "no state")
        last = wait_for(lambda: broker.retained("dmr/2345/call/last"))
        check(last, "what happened meanwhile is lost")
        one.logout()
        time.sleep(6)  # a change is published within 5 s: nothing is pending now
        broker.stop(signal.SIGKILL)
        check(wait_for(lambda: used(server, "report_mqtt") == 0), "the second loss is not seen")
        broker.start()
        check(wait_for(lambda: broker.retained("dmr/2345/status") == "online"), "it does not come back again")
        check(wait_for(lambda: broker.retained("dmr/2345/state")), "no state although nothing has changed")
        check(wait_for(lambda: broker.retained("dmr/2345/call/last") == last), "the last call is not retained again")
        check(server.stderr().count("mqtt=down") == 2, "complained more than once a loss: " + server.stderr())


@case
def a_broker_that_is_not_there_is_called_ever_less_often():
    port = free_port()
    began = time.monotonic()
    with Server("static-2 = 91", "mqtt = 127.0.0.1:%d" % port) as server:
        check(wait_for(lambda: counter(server.control, "report_mqtt_calls_total") >= 5), "it does not call again")
        took = time.monotonic() - began  # half of 1, 2, 4 and 8 s at least
        check(took > 7.4, "called five times in %.1f s" % took)
        check(server.stderr().count("mqtt=down") == 1, server.stderr())


@case
def a_broker_is_found_by_its_name():
    more = "mqtt = localhost:%d\n[peer uk]\npassphrase = hotel mike\nbind = 127.0.0.1:%d\ntarget = localhost:%d\n"
    with Broker(host="localhost") as broker, \
            Server("static-2 = 91", more % (broker.port, free_port(), free_port())) as server:
        check(is_online(broker), "not online: " + server.stderr())
        os.kill(server.child("report"), signal.SIGKILL)  # its successor has to publish as well
        check(wait_for(lambda: server.stderr().count("mqtt=up") == 2), "not again: " + server.stderr())
        check(is_online(broker), "not online again")
        broker.stop(signal.SIGKILL)
        check(wait_for(lambda: used(server, "report_mqtt") == 0), "the loss is not seen")
        broker.start()
        check(is_online(broker), "it does not come back")


@case
def a_name_that_is_not_known_is_told_and_holds_up_nothing():
    with Server("static-2 = 91", "mqtt = broker.invalid") as server:
        one = Hotspot(2300101, server.port).login()
        two = Hotspot(2300102, server.port).login()
        told = 'mqtt=down broker=broker.invalid reason="name not resolved yet"'
        check(wait_for(lambda: told in server.stderr()), server.stderr())
        sent = call(2300101, 2300101, 91, 1)
        two.drain(quiet=0.1)
        talk(one, sent, [two])
        same_call(sent, two.drain(len(sent)))
        check(wait_for(lambda: counter(server.control, "report_mqtt_failures_total") >= 2), "not tried again")
        check(used(server, "report_mqtt") == 0, "ctl status takes it for up")
        check(counter(server.control, "report_mqtt_calls_total") == 0, "it connected to no broker")
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
            check(wait_for(lambda: "wrong user or password" in server.stderr() or "authorised" in server.stderr()),
                  server.stderr())


def memory_holds(pid, what):
    """Is that text anywhere the process can write?"""
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


RING = 256  # events that the server keeps


def make_events(operator, count):
    """At least so many."""
    for n in range(count):
        operator.request("%s 2300102 1 100" % ("unlink" if n % 2 else "link"))


@case
def a_broker_that_stops_reading_holds_up_nothing():
    with Broker() as broker, serve(broker) as server:
        one = Hotspot(2300101, server.port).login()
        two = Hotspot(2300102, server.port).login()
        check(is_online(broker), "not online")
        broker.process.send_signal(signal.SIGSTOP)
        operator = Control(server.control)
        make_events(operator, RING)  # the reporter has allocated its memory
        before = server.resident_kb("report")

        def is_full():
            make_events(operator, 100)
            return used(server, "report_mqtt_queue") == RING

        check(wait_for(is_full, 120), "the socket takes whatever comes")
        make_events(operator, RING)
        sent = call(2300101, 2300101, 91, 2)
        two.drain(quiet=0.1)
        talk(one, sent, [two])
        same_call(sent, two.drain(len(sent)))
        after = server.resident_kb("report")
        check(after < before + 512, "the reporter grew from %d to %d kB" % (before, after))
        check(server.ctl("sessions")[0] == 0, "the control socket is held up")
        broker.process.send_signal(signal.SIGCONT)
        check(wait_for(lambda: used(server, "report_mqtt_queue") == 0 and
                       used(server, "report_mqtt") == 1), "it does not catch up")
        check(counter(server.control, "report_mqtt_lost_total") > 0, "nothing was lost")
        check(is_online(broker), "not online again")


main()
