"""`freedmr doctor`: what is wrong, and the command that fixes it, with and without a running server."""

import json
import os
import shutil
import socket
import subprocess
import tempfile

from apart import apart
from cases import Skip, case, check, main
from control import ask, settle
from hotspot import Hotspot
from mesh import peer_section
from server import PATIENCE_S, Server, command, free_port, wait_for


def doctor(server, *words):
    """Exit status, and the findings as {text: (finding, mend)}."""
    done = subprocess.run(command("doctor", "-c", server.config, "--json", *words), capture_output=True, text=True,
                          timeout=PATIENCE_S)
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
        check(kind == "hint" and mend == "sudo freedmr ctl -s %s why 2345001" % server.control, "the refusal is %s, %s" % (kind, mend))
        kind, mend = found(findings, "only accepts clients on this machine")
        check(kind == "hint" and mend == "sudo nano %s && sudo freedmr ctl -s %s reload" % (server.config, server.control), "loopback: %s, %s" % (kind, mend))
        stranger.close()


def answers(server, address):
    """The doctor waits for a second, which is little on a busy machine."""
    check(wait_for(lambda: found(doctor(server)[1], "address %s, port %d" % (address, server.port))[0] == "ok"), "%s is silent" % address)


@case
def every_address_of_the_machine_is_tried():
    """Where this machine has an address besides loopback."""
    with Server("", bind="0.0.0.0") as server:
        addresses = [a for a in own_addresses() if not a.startswith(("127.", "169.254."))]
        for address in addresses:
            answers(server, address)
        if not addresses:
            check(found(doctor(server)[1], "no network")[0] == "wrong", "no network is no fault")


def add_addresses(*addresses):
    for words in [["link", "set", "lo", "up"]] + [["addr", "add", address, "dev", "lo"] for address in addresses]:
        subprocess.run(["ip"] + words, check=True)


@case
def who_is_logged_in_from_another_network_shows_that_the_port_is_open():
    """No protocol tells a server its public address. In a network of its own, where it may have any address."""
    if not apart(who_is_logged_in_from_another_network_shows_that_the_port_is_open, "-n"):
        return
    add_addresses("192.168.77.7/32", "198.51.100.7/32")
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


@case
def hotspots_elsewhere_need_a_public_address_and_an_open_port():
    """With a private address alone, as behind a router: before the start, behind a firewall, and when it was opened."""
    if shutil.which("nft") is None:
        raise Skip("there is no nft")
    if not apart(hotspots_elsewhere_need_a_public_address_and_an_open_port, "-n"):
        return
    add_addresses("192.168.77.7/32")
    server = Server("", bind="0.0.0.0")
    address = "hotspots of hotspots: address 192.168.77.7, port %d" % server.port
    try:
        os.chmod(server.config, 0o600)
        findings = doctor(server)[1]
        check(found(findings, address) == ("hint", None), "%s" % findings)
        check(found(findings, "need your public address") == ("hint", "curl https://icanhazip.com"), "%s" % findings)
        server.start()
        status, findings = doctor(server)
        check(status == 0 and address + ", answers" in findings, "%d: %s" % (status, findings))
        told = found(findings, "nobody is logged in from another network at port %d" % server.port)
        check(told == ("hint", "in the router: pass UDP port %d on to 192.168.77.7" % server.port), "%s" % (told,))
        subprocess.run(["nft", "add table inet mine; add chain inet mine entry { type filter hook input priority 0; policy drop; }"],
                       check=True)
        status, findings = doctor(server)
        kind, mend = found(findings, address)
        check(status == 1 and kind == "wrong" and address + " does not answer" in findings, "%d: %s" % (status, findings))
        subprocess.run(["sh", "-c", mend.replace("sudo ", "") + "; nft insert rule inet mine entry udp sport %d accept" % server.port],
                       check=True)
        answers(server, "192.168.77.7")
    finally:
        server.close()


@case
def each_firewall_has_its_command():
    """That of ufw counts before that of firewalld. This case has an /etc and a /run of its own."""
    if not apart(each_firewall_has_its_command, "-n", "-m"):
        return
    add_addresses()
    etc = tempfile.mkdtemp(prefix="freedmr-")
    try:
        for path in ("passwd", "group", "hosts"):
            if os.path.exists("/etc/" + path):
                shutil.copy("/etc/" + path, etc)
        subprocess.run(["mount", "--bind", etc, "/etc"], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
        peers = "".join(peer_section("p%d" % n, "fbp", 41000 + n // 2, free_port(), 2340 + n) for n in range(4))
        server = Server("", peers, bind="0.0.0.0")
        try:
            ports = (server.port, 41000, 41001)
            check(not any("firewall" in text for text in doctor(server)[1]), "there is one")
            os.mkdir("/run/firewalld")
            opened = opening(server, "firewall-cmd")
            check(opened == ["sudo firewall-cmd --permanent --add-port=%d/udp && sudo firewall-cmd --reload" % port for port in ports],
                  "%s" % opened)
            os.mkdir("/etc/ufw")
            with open("/etc/ufw/ufw.conf", "w") as f:
                f.write("# of this machine\nENABLED=yes\n")
            opened = opening(server, "ufw")
            check(opened == ["sudo ufw allow %d/udp" % port for port in ports], "%s" % opened)
        finally:
            server.close()
    finally:
        subprocess.run(["umount", "-l", "/etc"], capture_output=True)
        shutil.rmtree(etc)


def opening(server, firewall):
    """The commands that open its ports, in the order of the findings."""
    return [mend for text, (_, mend) in doctor(server)[1].items() if "a firewall is active (%s)" % firewall in text]


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
    server = Server(more="history = /nowhere/history\n[uplink away]\ntarget = no.such.name.invalid:62031\nid = 234567899\n"
                         "passphrase = kilo\ncallsign = N0CALL\nmap = 2:91=91\n[client 2345678]\npassphrase = passw0rd\n" +
                    peer_section("far", "fbp", free_port(), free_port(), 2346).replace("passphrase = ", "passphrase = passw0rd ;"),
                    passphrase="passw0rd")
    try:
        os.chmod(server.config, 0o644)
        status, findings = doctor(server)
        check(status == 1, "all is well")
        check(found(findings, "is readable by others") == ("wrong", "sudo chmod 600 " + server.config), "mode 644 is fine")
        check(found(findings, "cannot resolve no.such.name.invalid")[0] == "wrong", "the name was found")
        kind, mend = found(findings, "history file is not writable")
        check(kind == "wrong" and mend.startswith("sudo install -d -o ") and mend.endswith(" /nowhere"), "the history: %s" % mend)
        for section in ("listener hotspots", "client 2345678", "peer far"):
            check(found(findings, section + " has a passphrase that is known")[0] == "wrong", "passw0rd is fine")
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


@case
def an_address_of_the_other_family_is_not_asked():
    if not apart(an_address_of_the_other_family_is_not_asked, "-n"):
        return
    add_addresses("192.0.2.7/32", "2001:db8::7/128")
    with Server("", bind="0.0.0.0") as server:
        answers(server, "192.0.2.7")
        _, findings = doctor(server)
        check(not any("2001:db8" in text for text in findings), "0.0.0.0 has no IPv6: %s" % list(findings))
    with Server("", bind="[::]") as server:
        for address in ("192.0.2.7", "2001:db8::7"):
            answers(server, address)


@case
def a_port_that_was_changed_and_not_reloaded_is_mended_by_a_reload():
    if not apart(a_port_that_was_changed_and_not_reloaded_is_mended_by_a_reload, "-n"):
        return
    add_addresses("192.0.2.7/32")
    with Server("", bind="0.0.0.0") as server:
        port = free_port()
        with open(server.config) as f:
            text = f.read()
        with open(server.config, "w") as f:
            f.write(text.replace(":%d\n" % server.port, ":%d\n" % port, 1))
        _, findings = doctor(server)
        told = found(findings, "port %d of listener hotspots" % port)
        check(told == ("wrong", "sudo freedmr ctl -s %s reload" % server.control), "%s" % (told,))
        check(server.ctl("reload")[0] == 0, "no reload")
        check(wait_for(lambda: "hotspots of hotspots: address 192.0.2.7, port %d, answers" % port in doctor(server)[1]),
              "it was not mended")


@case
def a_link_without_keepalives_that_never_heard_anything_is_told():
    with Server("", peer_section("bm", "obp", free_port(), free_port(), 3102345)) as server:
        kind, mend = found(doctor(server)[1], "server link bm: nothing received yet")
        check(kind == "hint" and "passphrase" in mend, "%s: %s" % (kind, mend))


@case
def every_line_is_json_whatever_is_in_it():
    with tempfile.TemporaryDirectory(prefix="freedmr-") as directory:
        path = os.path.join(directory, ('"' * 100 + "\x01" * 40 + " ") + "c" * 60)
        with open(path, "w") as f:
            f.write("[server]\n%s = 1\n" % ("\x02" * 60 + '"' * 120))
        done = subprocess.run(command("doctor", "-c", path, "--json"), capture_output=True, text=True, timeout=PATIENCE_S)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        faults = [row for row in rows if row["finding"] == "wrong"]
        check(done.returncode == 1 and faults, "%s" % rows)
        check(all(row["mend"].count(path) == 2 for row in faults), "%s" % faults)


@case
def each_port_has_the_command_that_opens_it():
    """However many there are: with a firewall, nothing is cut."""
    if shutil.which("nft") is None:
        raise Skip("there is no nft")
    if not apart(each_port_has_the_command_that_opens_it, "-n"):
        return
    add_addresses()
    subprocess.run(["nft", "add table inet mine; add chain inet mine entry { type filter hook input priority 0; policy drop; };"
                    "add rule inet mine entry iif lo accept"], check=True)
    ports = [40000 + i for i in range(20)]
    more = "".join("[listener l%d]\nbind = 0.0.0.0:%d\npassphrase = one of our own\n" % (port, port) for port in ports)
    with Server("", more + peer_section("uk", "fbp", 41000, free_port(), 2340) + peer_section("de", "fbp", 41000, free_port(), 2620)) as server:
        _, findings = doctor(server)
        for port in ports + [41000]:
            kind, mend = found(findings, "firewall is active (nft): UDP port %d" % port)
            check(kind == "hint", kind)
            subprocess.run(["sh", "-c", mend.replace("sudo ", "")], check=True, capture_output=True)
        rules = subprocess.run(["nft", "list", "chain", "inet", "mine", "entry"], capture_output=True, text=True).stdout
        for port in ports + [41000]:
            check(rules.count("udp dport %d accept" % port) == 1, "%d: %s" % (port, rules))


@case
def what_the_user_of_the_reporter_cannot_reach_is_told():
    """Root asks for it: a directory of its own behind one that is closed, one that does not exist, a read-only and a full one."""
    if os.getuid() != 0:
        raise Skip("only root has a reporter of another user")
    with tempfile.TemporaryDirectory(prefix="freedmr-") as directory:
        os.chmod(directory, 0o700)
        inner = os.path.join(directory, "inner")
        os.mkdir(inner)
        shutil.chown(inner, "daemon", "daemon")
        server = Server(server="run-as = daemon\nstate = %s/state" % inner)
        try:
            kind, mend = found(doctor(server)[1], "state file is not writable by user daemon")
            check(kind == "wrong" and mend, "%s" % mend)
            os.chmod(directory, 0o755)
            check(found(doctor(server)[1], "state file is writable")[0] == "ok", "it is not writable yet")
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,mode=777", "full", inner], check=True)
            with open(inner + "/stuffing", "wb") as f:
                f.write(b"x" * 4096)
            check(found(doctor(server)[1], "no room")[0] == "wrong", "a full one is fine")
            os.unlink(inner + "/stuffing")
            subprocess.run(["mount", "-o", "remount,ro", inner], check=True)
            check(found(doctor(server)[1], "read-only")[0] == "wrong", "a read-only one is fine")
        finally:
            subprocess.run(["umount", "-l", inner], capture_output=True)
            server.close()


@case
def what_the_running_server_sees_counts():
    """Its file systems are not those of who asks, as with a unit of systemd."""
    if os.getuid() != 0:
        raise Skip("only root may mount")
    with tempfile.TemporaryDirectory(prefix="freedmr-") as directory:
        os.chmod(directory, 0o777)
        wrap = ["unshare", "-m", "sh", "-c", 'mount --bind %s %s && mount -o remount,bind,ro %s && exec "$@"' %
                (directory, directory, directory), "sh"]
        with Server(server="state = %s/state" % directory, wrap=wrap) as server:
            check(found(doctor(server)[1], "read-only")[0] == "wrong", "it is writable for who asks alone")


@case
def a_user_that_does_not_exist_is_nobody():
    if os.getuid() != 0:
        raise Skip("only root has a reporter of another user")
    with tempfile.TemporaryDirectory(prefix="freedmr-") as directory:
        os.chmod(directory, 0o755)
        server = Server(server="run-as = no-such-user\nstate = %s/in/state" % directory)
        try:
            kind, mend = found(doctor(server)[1], "state file is not writable by user nobody")
            check(kind == "wrong", kind)
            subprocess.run(["sh", "-c", mend.replace("sudo ", "")], check=True)
            check(found(doctor(server)[1], "state file is writable")[0] == "ok", "it was not mended")
        finally:
            server.close()


@case
def below_run_nothing_is_missed_while_the_server_is_stopped():
    """The service makes its directory when it starts."""
    server = Server(server="state = /run/no-such-directory/state")
    try:
        check(not any("state file" in text for text in doctor(server)[1]), "it is missed")
    finally:
        server.close()


@case
def a_server_with_a_file_of_its_own_is_started_with_it():
    server = Server()
    try:
        kind, mend = found(doctor(server)[1], "no answer from")
        check(kind == "hint" and mend == "freedmr -c %s" % server.config, "%s: %s" % (kind, mend))
    finally:
        server.close()


@case
def a_first_configuration_of_the_machine_has_the_socket_of_the_service():
    """What the doctor tells who has none."""
    with tempfile.TemporaryDirectory(prefix="freedmr-") as directory:
        for path, wanted in (("/etc/freedmr-%d.conf" % os.getpid(), "/run/freedmr/control.sock"),
                             (os.path.join(directory, "freedmr.conf"), "./freedmr.sock")):
            if path.startswith("/etc") and os.getuid() != 0:
                continue
            try:
                subprocess.run(command("init", path), check=True, capture_output=True)
                settings = subprocess.run(command("check", path), check=True, capture_output=True, text=True).stdout
                check("control = %s\n" % wanted in settings, "%s: %s" % (path, settings))
            finally:
                if os.path.exists(path):
                    os.remove(path)


main()
