"""`freedmr doctor`: what is wrong, and the command that fixes it, with and without a running server."""

import json
import os
import socket
import subprocess
import sys

from cases import Skip, case, check, main
from control import ask, settle
from hotspot import Hotspot
from mesh import peer_section
from server import Server, command, free_port, wait_for


def doctor(server, *words):
    """Exit status, and the findings as {text: (finding, mend)}."""
    done = subprocess.run(command("doctor", "-c", server.config, "--json", *words), capture_output=True, text=True,
                          timeout=60)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {row["text"]: (row["finding"], row["mend"]) for row in rows}


def found(findings, words):
    """The finding whose text contains these words."""
    texts = [text for text in findings if words in text]
    check(len(texts) == 1, "%d findings with %r among %s" % (len(texts), words, list(findings)))
    return findings[texts[0]]


@case
def a_running_server_is_found_with_its_links_and_refusals():
    with Server("", peer_section("far", "fbp", free_port(), free_port(), 2346)) as server:
        os.chmod(server.config, 0o600)
        stranger = Hotspot(2345001, server.port, passphrase="wrong")
        try:
            stranger.login()
            check(False, "the wrong passphrase was taken")
        except AssertionError:
            pass
        settle(server.control)
        check(wait_for(lambda: any(row["row"] == "refusal" for row in ask(server.control, "refusals"))), "no refusal reported")
        status, findings = doctor(server)
        check(status == 1, "a link that was never heard is no fault")
        check(found(findings, "the server answers")[0] == "ok", "the server was not found")
        check(found(findings, "server link far: nothing received yet")[0] == "wrong", "the link is fine")
        kind, mend = found(findings, "hotspot 2345001 was refused")
        check(kind == "hint" and mend == "sudo freedmr ctl why 2345001", "the refusal is %s, %s" % (kind, mend))
        kind, mend = found(findings, "only accepts clients on this machine")
        check(kind == "hint" and mend == "sudo nano %s && sudo freedmr ctl reload" % server.config, "loopback: %s, %s" % (kind, mend))
        stranger.close()


@case
def every_address_of_the_machine_is_tried():
    """Where this machine has an address besides loopback."""
    with Server("", bind="0.0.0.0") as server:
        addresses = [a for a in own_addresses() if not a.startswith(("127.", "169.254."))]
        _, findings = doctor(server)
        for address in addresses:
            check(found(findings, "address %s, port %d" % (address, server.port))[0] == "ok", "%s is silent" % address)
        if not addresses:
            check(found(findings, "no network")[0] == "wrong", "no network is no fault")


@case
def who_is_logged_in_from_another_network_shows_that_the_port_is_open():
    """No protocol tells a server its public address. In a network of its own, where it may have any address."""
    if os.environ.get("APART"):
        sees_other_networks()
        return
    if os.getuid() != 0:
        raise Skip("only root may add addresses")
    done = subprocess.run(["unshare", "-n", sys.executable, __file__, sys._getframe().f_code.co_name], capture_output=True,
                          text=True, env=dict(os.environ, APART="yes"))
    check(done.returncode == 0, done.stdout + done.stderr)


def sees_other_networks():
    for words in (["link", "set", "lo", "up"], ["addr", "add", "192.168.77.7/32", "dev", "lo"],
                  ["addr", "add", "198.51.100.7/32", "dev", "lo"]):
        subprocess.run(["ip"] + words, check=True)
    with Server("", bind="0.0.0.0") as server:
        near = Hotspot(2345001, server.port, "192.168.77.7", bind=("192.168.77.7", 0)).login()
        settle(server.control)
        _, findings = doctor(server)
        check(not any("reached from other networks" in text for text in findings), "a private address is another network")
        far = Hotspot(2345002, server.port, "198.51.100.7", bind=("198.51.100.7", 0)).login()
        settle(server.control)
        _, findings = doctor(server)
        kind, _ = found(findings, "port %d is reached from other networks: 1 logged in" % server.port)
        check(kind == "ok", kind)
        near.close()
        far.close()


def own_addresses():
    out = subprocess.run(["ip", "-4", "-o", "addr", "show", "up"], capture_output=True, text=True).stdout
    return [line.split()[3].split("/")[0] for line in out.splitlines()]


@case
def a_port_in_use_is_told_with_what_mends_it():
    server = Server()
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", server.port))
            _, findings = doctor(server)
            check(found(findings, "in use by another program")[0] == "wrong", "the port is free")
            check(found(findings, "no answer from")[0] == "hint", "somebody answers")
        _, findings = doctor(server)
        check(not any("in use" in text for text in findings), "the port is still in use")
    finally:
        server.close()


@case
def a_port_of_a_link_in_use_is_told_likewise():
    port = free_port()
    server = Server("", peer_section("far", "fbp", port, free_port(), 2346))
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", port))
            _, findings = doctor(server)
            check(found(findings, "port %d of peer far is in use by another program" % port)[0] == "wrong", "the port is free")
        check(not any("in use" in text for text in doctor(server)[1]), "the port is still in use")
    finally:
        server.close()


@case  # 12 s
def files_names_and_passphrases_are_looked_at():
    server = Server(more="history = /nowhere/history\n[uplink far]\ntarget = no.such.name.invalid:62031\nid = 234567899\n"
                         "passphrase = kilo\ncallsign = N0CALL\nmap = 2:91=91\n", passphrase="passw0rd")
    try:
        os.chmod(server.config, 0o644)
        status, findings = doctor(server)
        check(status == 1, "all is well")
        check(found(findings, "is readable by others") == ("wrong", "sudo chmod 600 " + server.config), "mode 644 is fine")
        check(found(findings, "cannot resolve no.such.name.invalid")[0] == "wrong", "the name was found")
        kind, mend = found(findings, "history file is not writable")
        check(kind == "wrong" and mend.startswith("sudo install -d -o ") and mend.endswith(" /nowhere"), "the history: %s" % mend)
        check(found(findings, "known from sample files")[0] == "wrong", "passw0rd is fine")
        os.chmod(server.config, 0o600)
        check(not any("readable by others" in text for text in doctor(server)[1]), "mode 600 is not fine")
    finally:
        server.close()


@case
def faults_of_the_configuration_come_first():
    server = Server("no-such-key = 1")
    try:
        status, findings = doctor(server)
        check(status == 1, "all is well")
        edit = "sudo nano %s && sudo freedmr check %s" % (server.config, server.config)
        check(found(findings, "no-such-key") == ("wrong", edit), "the fault was not reported")
        os.remove(server.config)
        check(found(doctor(server)[1], "No such file") == ("wrong", "sudo freedmr init " + server.config), "it is there")
    finally:
        server.close()


main()
