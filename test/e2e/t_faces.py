"""The words of the command line: help, version, and what is wrong."""

import os
import re
import subprocess
import tempfile

from cases import case, check, main
from hotspot import Hotspot
from server import PATIENCE_S, Server, command

USAGE = 64
WORDS = ["check", "init", "import", "aliases", "ctl", "top", "doctor", "replay", "completion", "version"]


def run(*words):
    done = subprocess.run(command(*words), capture_output=True, text=True, timeout=PATIENCE_S, stdin=subprocess.DEVNULL,
                          cwd="/")
    return done.returncode, done.stdout, done.stderr


def helps(*words):
    code, out, err = run(*words)
    check(code == 0 and not err and out.startswith("usage: freedmr"), "%s: %d %r %r" % (words, code, out[:80], err[:80]))
    return out


def ctl_words():
    """As the server prints them."""
    with Server() as server:
        return [row["word"] for row in server.ctl_json("help") if row.get("row") == "word"]


@case
def every_word_helps_on_standard_output():
    general = helps("--help")
    check(helps("-h") == general, "-h and --help differ")
    helps("-c", "/etc/freedmr.conf", "--help")
    for word in WORDS:
        check("  %s " % word in general, "the overview does not name %s" % word)
        check(helps(word, "-h") == helps(word, "--help"), "-h and --help of %s differ" % word)
        check(("freedmr %s" % word) in helps(word, "--help"), "the help of %s is of another" % word)
    helps("import", "a", "b", "--help")
    helps("check", "/nowhere", "-h")
    helps("aliases", "-f", "x", "-o", "y", "--help")
    helps("top", "-s", "/nowhere", "--help")


@case
def every_word_tells_the_version():
    expected = run("version")[1]
    with open("VERSION") as file:
        version = re.escape(file.read().strip())
    known = r"freedmr %s \(commit ([0-9a-f]{12}(-dirty)?|unknown), (arm|arm64|x86_64), (epoll|poll), (static|dynamic)\)\n$"
    check(re.match(known % version, expected), expected)
    for words in [["--version"]] + [[word, "--version"] for word in WORDS] + [["ctl", "kick", "--version"]]:
        check(run(*words) == (0, expected, ""), "%s: %s" % (words, run(*words)))


@case
def every_word_of_ctl_helps_without_a_server():
    words = ctl_words()
    check(len(words) > 20, "%s" % words)
    overview = helps("ctl", "--help")
    for word in words:
        for ask in (["--help"], ["-h"]):
            text = helps("ctl", "-s", "/nowhere", word, *ask)
            check(("] %s" % word) in text and len(text.splitlines()) >= 2, "%s: %r" % (word, text))
        check(word in overview, "the overview does not name %s" % word)
    text = helps("ctl", "kick", "2345678", "--help")
    check("kick ID" in text, text)
    check(helps("ctl", "kick", "-h", "2345678") == text, "another help in the middle")
    check(helps("ctl", "--json", "kick", "--help", "--json") == text, "another help with --json")


@case
def init_sets_what_it_is_given():
    with tempfile.TemporaryDirectory() as directory:
        path = directory + "/freedmr.conf"
        code, out, err = run("init", "--set", "server.state=/run/freedmr/state", "--set", "listener.bind=127.0.0.1:62040",
                             "--set", "report.control=/run/freedmr/control.sock", "--set", "listener.passphrase=kilo lima",
                             path)
        check(code == 0 and not err, "%d %r" % (code, err))
        check(re.search(r"port +62040\n +passphrase +kilo lima\n", out), out)
        with open(path) as file:
            text = file.read()
        for line in ("state = /run/freedmr/state", "bind = 127.0.0.1:62040", "passphrase = kilo lima",
                     "control = /run/freedmr/control.sock", "id = 9999"):
            check(("\n%s\n" % line) in text, "no line %r" % line)
        check(run("check", path)[0] == 0, "check finds faults")


@case
def init_leaves_no_file_when_a_setting_is_wrong():
    with tempfile.TemporaryDirectory() as directory:
        path = directory + "/freedmr.conf"
        for setting, code_expected, says in (
                ("nonsense", USAGE, "SECTION.KEY=VALUE"), ("server.nonsense=1", USAGE, "not a key"),
                ("peer.target=a:1", USAGE, "is not in server"), ("server.name=" + 200 * "x", USAGE, "too long"),
                ("server.name=a\n[report]", USAGE, "too long"), ("server.id=1", 78, "id")):
            code, out, err = run("init", "--set", setting, path)
            check(code == code_expected and says in err and not out, "%s: %d %r %r" % (setting, code, out, err))
            check(not os.path.exists(path), "%s: there is a file" % setting)


@case
def what_is_wrong_goes_to_standard_error():
    for words in (["nonsense"], ["--nonsense"], ["-c"], ["check"], ["check", "--nonsense"], ["init", "a", "b"],
                  ["init", "--set"], ["init", "--show", "a", "b"], ["init", "--nonsense"],
                  ["import"], ["aliases"], ["ctl"], ["ctl", "--nonsense"], ["ctl", "nonsense", "--help"],
                  ["top", "-x"], ["version", "x"]):
        code, out, err = run(*words)
        check(code == USAGE and not out and "usage: freedmr" in err, "%s: %d %r %r" % (words, code, out, err[:200]))


BASH = """eval "$(freedmr completion bash)"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_freedmr
printf '%s\\n' "${COMPREPLY[@]}"
"""

ZSH = """compadd() { shift; print -l -- "$@" }
_describe() { print -l -- "${(@P)2%%:*}" }
_files() { : }
words=("$@") CURRENT=$#
set --
eval "$(freedmr completion zsh)"
"""


def complete(shell, *words):
    """What the shell offers for the last of the words; zsh is given all and chooses itself."""
    script = {"bash": BASH, "zsh": ZSH}[shell].replace("freedmr completion", " ".join(command("completion")))
    define = "freedmr() { %s \"$@\"; }\n" % command()[0]
    done = subprocess.run([shell, "-c", define + script, shell, *words], capture_output=True, text=True,
                          timeout=PATIENCE_S)
    check(done.returncode == 0 and not done.stderr, "%s %s: %r" % (shell, words, done.stderr))
    offered = done.stdout.split()
    return offered if shell == "bash" else [word for word in offered if word.startswith(words[-1])]


@case
def shells_complete_what_there_is():
    with Server() as server:
        client = Hotspot(2300101, server.port).login()
        verbs = [row["word"] for row in server.ctl_json("help") if row.get("row") == "word"]
        at, common = ["-s", server.control], ["-h", "--help", "--version"]
        for shell in ("bash", "zsh"):
            offers = [
                ([""], WORDS), (["che"], ["check"]), (["ctl", ""], verbs), (["ctl", "peer"], ["peers", "peer"]),
                (["ctl", *at, "unbl"], ["unblock"]), (["ctl", "peer", "uk", ""], ["stun", "clear", "reset"]),
                (["ctl", "peer", "uk", "st"], ["stun"]), (["ctl", "link", "5", ""], ["1", "2"]),
                (["ctl", *at, "session", ""], ["2300101"]), (["ctl", *at, "kick", "23"], ["2300101"]),
                (["ctl", "history", "radios", "w"], ["week"]), (["ctl", "calls", ""], []),
                (["ctl", "call", "5", ""], ["end"]), (["completion", ""], ["bash", "zsh"]), (["completion", "z"], ["zsh"]),
                (["-"], ["-c"] + common), (["doctor", "-"], ["-c", "--json"] + common), (["doctor", "--j"], ["--json"]),
                (["check", "--"], ["--keys", "--sample", "--help", "--version"]), (["init", "--s"], ["--set", "--show"]),
                (["aliases", "a.csv", "-"], ["-f", "-o"] + common), (["import", "--k"], ["--keep-open"]),
                (["ctl", "-"], ["-s", "--json"] + common), (["ctl", *at, "--j"], ["--json"]), (["doctor", ""], []),
            ]
            for words, expected in offers:
                offered = complete(shell, "freedmr", *words)
                check(sorted(offered) == sorted(expected), "%s %s: %s" % (shell, words, offered))
        client.close()


main()
