# SPDX-License-Identifier: GPL-2.0-or-later
"""Fresh systems in which an ordinary user follows the README, one step a test:

    bookworm    set-up and build; the demo's load over a terminal; make test's quick suites
    trixie      SHARED=1 by what a packager installs, without a network; then set-up, build, demo

They want root or sudo, a network, 8 GB in /var/tmp and an hour. Of a system whose step failed
the steps after it are skipped.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "screens"))
from terminal import SCREENS, Terminal  # noqa: E402

BUILD = TOP / os.environ.get("BUILD", "build")
OUT = BUILD / "tests" / "hosts"
SUITES = "unit static lint packs cases media hostile screens".split()
LIBRARIES = ("gcc libc6-dev make pkg-config python3 libblkid-dev libkmod-dev libxml2-dev libarchive-dev nettle-dev "
             "libnewt-dev libslang2-dev")
PROMPT = "Press F9 (or d) to load a driver disk ..."
MINUTES = 60


class Wrong(Exception):
    """A test's finding."""


class Skipped(Exception):
    """Why a test was not run."""


def must(condition, *words):
    if not condition:
        raise Wrong(" ".join(map(str, words)))


def soon(condition, seconds=15.0):
    """Whether it becomes true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def wait_for(terminal, text, seconds):
    """Reads until the text is on the screen."""
    def there():
        terminal.settle(0.1, 1.0)
        return text in terminal.text()
    must(soon(there, seconds), "not seen within %d s: %r; the screen:\n%s" % (seconds, text, terminal.text()))


class System:
    """One fresh system; it is made by the first step that needs it."""

    def __init__(self, suite):
        self.suite, self.place, self.trouble = suite, None, ""

    def step(self, name, what):
        """The test of that name; `what` is called with the system."""
        def test(_place):
            if self.trouble:
                raise Skipped("not after " + self.trouble)
            self.trouble = name
            if not self.place:
                self.make()
            what(self)
            self.trouble = ""
        test.__name__ = "test_%s_%s" % (self.suite, name)
        return test

    def make(self):
        if os.geteuid() != 0 and subprocess.run(["sudo", "-n", "true"], stderr=subprocess.DEVNULL, check=False).returncode:
            raise Skipped("root, or sudo without a password, is needed")
        self.place = Path(tempfile.mkdtemp(prefix="ddload-%s." % self.suite, dir="/var/tmp"))
        self.log = OUT / (self.suite + ".log")
        with open(self.log, "wb") as log:
            done = subprocess.run(as_root(TOP / "scripts/make-system", self.suite, self.place), stdout=log, stderr=log, check=False)
        must(done.returncode == 0, "the system could not be made:\n" + self.end_of_log())

    def inside(self, *command):
        return as_root(TOP / "scripts/in-tree", self.place, *command)

    def end_of_log(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-25:])

    def run(self, *command, minutes=MINUTES):
        """As root there; its output is in the log."""
        with open(self.log, "ab") as log:
            log.write(("\n$ %s\n" % " ".join(command)).encode())
            log.flush()
            done = subprocess.run(self.inside(*command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False, timeout=60 * minutes)
        must(done.returncode == 0, *command, "ended with", done.returncode, "\n" + self.end_of_log())

    def user(self, command):
        """As the user, in the checkout."""
        self.run("su", "-", "user", "-c", "cd ddload && " + command)

    def processes(self):
        """Who runs there."""
        look = 'for p in /proc/[0-9]*; do [ "$(readlink $p/root)" != "$0" ] || echo ${p#/proc/}; done'
        return subprocess.run(as_root("sh", "-c", look, self.place), text=True, stdout=subprocess.PIPE, check=False).stdout.split()

    def remove(self):
        if self.place:
            for process in self.processes():  # of a step that took too long
                subprocess.run(as_root("kill", "-9", process), check=False)
            subprocess.run(as_root("rm", "-rf", "--one-file-system", self.place, str(self.place) + ".log"), check=False)


def as_root(*command):
    return [*([] if os.geteuid() == 0 else ["sudo", "-n", "--"]), *map(str, command)]


# --- the steps

def shared(system):
    """What a packager has installed suffices, and nothing is fetched."""
    system.run("apt-get", "-q", "update")
    system.run("apt-get", "-q", "-y", "--no-install-recommends", "install", *LIBRARIES.split())
    system.run("unshare", "-n", "su", "-", "user", "-c", "cd ddload && make SHARED=1 && build/shared/ddload --version && build/shared/ddload status")


def build(system):
    """The README's first line, then what `make` does: set-up, libraries, the program."""
    system.run("su", "-", "user", "-c", "sudo apt-get -q update && sudo apt-get -q -y install make")
    system.user("make && build/ddload --version")


def demo(system):
    """The whole job: F9, the medium, the pack, its fingerprint, the plan; the disk is there."""
    terminal = Terminal(system.inside("su", "-", "user", "-c", "export TERM=xterm; cd ddload && make demo"))
    try:
        wait_for(terminal, PROMPT, 60 * MINUTES)
        terminal.key("F9")
        for title, key in (*SCREENS, ("The driver works", "Enter")):
            wait_for(terminal, title, 60)
            terminal.key(key)
        wait_for(terminal, "demo-init: disks: 1", 60)
        terminal.hang_up()
        must(soon(lambda: not system.processes()), "left running:", *system.processes())
    finally:
        terminal.close()


def suites(system):
    """The suites of make test that need no virtual machine."""
    for name in SUITES:
        system.user("make " + name)


SYSTEMS = {suite: System(suite) for suite in ("bookworm", "trixie")}


def steps():
    bookworm, trixie = SYSTEMS["bookworm"], SYSTEMS["trixie"]
    return [bookworm.step("build", build), bookworm.step("demo", demo), bookworm.step("suites", suites),
            trixie.step("shared", shared), trixie.step("build", build), trixie.step("demo", demo)]


def remove_all():
    for system in SYSTEMS.values():
        system.remove()
