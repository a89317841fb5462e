# SPDX-License-Identifier: GPL-2.0-or-later
"""One virtual machine: its console as a terminal, its monitor, and the facts its guest tells."""

import base64
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyte

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path.insert(0, str(TOP / "tests" / "screens"))
from terminal import ESCAPE_PAUSE, KEYS, QUIET, SCREENS, Terminal  # noqa: E402,F401

BUILD = TOP / os.environ.get("BUILD", "build")
PARTS = BUILD / "parts"
OUT = BUILD / "tests" / "qemu"

# The same keys on QEMU's keyboard.
KEYBOARD = {"Enter": "ret", "Tab": "tab", "Esc": "esc", "Space": "spc", "^C": "ctrl-c", "Up": "up", "Down": "down"}
KEYBOARD.update({"F%d" % number: "f%d" % number for number in range(1, 13)})
VGA_TEXT = 0xB8000
VGA_BYTES = 80 * 25 * 2
POLL = 0.05
ENCODED = ("said", "outcome", "status_json")  # facts that the guest tells in base64


class Trouble(AssertionError):
    """The machine did not do what a test waits for."""


class Gone(Trouble):
    """The machine has ended, or is just about to."""


class Line(Terminal):
    """A terminal at the other end of a serial line, which QEMU has on a unix socket."""

    presses = 0  # keys so far

    def __init__(self, path, log, alive, columns=80, lines=24):
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.log = open(log, "wb")
        feed = self.stream.feed

        def keep(data):
            self.log.write(data)
            feed(data)

        self.stream.feed = keep
        self.pid, self.status = 0, 0
        self.socket = socket.socket(socket.AF_UNIX)
        connect(self.socket, path, alive)
        self.fd = self.socket.fileno()

    def key(self, name):
        self.presses += 1
        super().key(name)

    def press(self, name):
        self.presses += 1
        os.write(self.fd, KEYS.get(name, name).encode())

    def close(self):
        self.socket.close()
        self.log.close()


class Vga:
    """A terminal at QEMU's graphics card in text mode, and its keyboard."""

    presses = 0

    def __init__(self, machine):
        self.machine = machine
        self.dump = machine.scratch / "vga"
        self.last = None

    def text(self):
        """The screen, read from the card's memory."""
        self.machine.monitor('pmemsave 0x%x %d "%s"' % (VGA_TEXT, VGA_BYTES, self.dump))
        text = self.dump.read_bytes()[::2].decode("cp437").replace("\0", " ")
        return "\n".join(text[row * 80:row * 80 + 80].rstrip() for row in range(25)) + "\n"

    def settle(self, least=0.0, limit=10.0):
        """Reads until the screen stays the same for a while."""
        end, earliest, last = time.monotonic() + limit, time.monotonic() + least, None
        while time.monotonic() < end:
            try:
                now = self.text()
            except Gone:  # the key that was pressed may have been the machine's last one
                return
            if now == last and time.monotonic() >= earliest:
                return
            last = now
            time.sleep(QUIET)

    def key(self, name):
        if name not in KEYBOARD and len(name) > 1:
            for letter in name:
                self.key(letter)
            return
        self.presses += 1
        self.machine.monitor("sendkey " + KEYBOARD.get(name, name))
        self.settle(ESCAPE_PAUSE if name == "Esc" else 0.0)

    def picture(self, path):
        self.machine.monitor('screendump "%s" -f png' % path)

    def close(self):
        pass


def connect(line, path, alive, seconds=10.0):
    """QEMU takes a moment to make its sockets."""
    end = time.monotonic() + seconds
    while True:
        try:
            line.connect(str(path))
            return
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > end or not alive():
                raise Trouble("QEMU did not start; its log says why") from None
            time.sleep(POLL)


class Machine:
    """Started by scripts/qemu with `arguments`; `limit` is its time from start to power-off."""

    def __init__(self, name, arguments, limit, vga=False, raw=()):
        OUT.mkdir(parents=True, exist_ok=True)
        self.name, self.vga = name, vga
        self.end = time.monotonic() + limit
        self.log_path = OUT / (name + ".log")
        self.facts_path = OUT / (name + ".facts")
        self.facts_path.write_bytes(b"")
        self.scratch = Path(tempfile.mkdtemp(prefix="ddload-vm."))
        port = "ttyS0" if vga else "ttyS1"
        console = "vga" if vga else "socket:%s" % (self.scratch / "line")
        command = [str(TOP / "scripts" / "qemu"), *arguments, "--console", console, "--time", str(int(limit) + 5),
                   "--qmp", str(self.scratch / "qmp"), "--append", "test.facts=" + port,
                   "--", "-serial", "file:%s" % self.facts_path, *(word.replace("@SCRATCH@", str(self.scratch)) for word in raw)]
        self.errors = open(OUT / (name + ".qemu"), "wb")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.errors, stderr=self.errors,
                                        start_new_session=True)
        self.qmp = self.terminal = None
        self.others = {}  # more consoles, by name
        try:
            self.terminal = Vga(self) if vga else Line(self.scratch / "line", self.log_path, self.alive)
            self.open_qmp()
        except BaseException:
            self.close()
            raise

    def alive(self):
        return self.process.poll() is None

    def line(self, name):
        """The terminal at the unix socket of this name in the scratch directory."""
        if name not in self.others:
            self.others[name] = Line(self.scratch / name, OUT / ("%s.%s.log" % (self.name, name)), self.alive)
        return self.others[name]

    def left(self):
        seconds = self.end - time.monotonic()
        if seconds <= 0:
            raise Trouble("the time limit is over")
        return seconds

    # --- the monitor

    def open_qmp(self):
        line = socket.socket(socket.AF_UNIX)
        connect(line, self.scratch / "qmp", self.alive)
        line.settimeout(20)
        self.qmp = line.makefile("rw")
        self.qmp.readline()
        line.close()  # the file keeps it open
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        """One command of QEMU's machine protocol; events in between are passed over."""
        try:
            self.qmp.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
            self.qmp.flush()
            for text in self.qmp:
                reply = json.loads(text)
                if "error" in reply:
                    raise Trouble("%s: %s" % (name, reply["error"]["desc"]))
                if "return" in reply:
                    return reply["return"]
        except OSError:
            pass
        raise Gone("%s: the monitor is gone" % name)

    def monitor(self, line):
        said = self.command("human-monitor-command", **{"command-line": line})
        if said.strip():
            raise Trouble("%s: %s" % (line, said.strip()))

    # --- what a test waits for

    def wait(self, text, terminal=None):
        """Until `text` is on the screen and nothing more is being drawn."""
        terminal = terminal or self.terminal
        while True:
            self.left()
            running = self.alive()
            terminal.settle(limit=min(10.0, self.left()))
            if text in " ".join(terminal.text().split()):
                return
            if not running:
                raise Trouble("the machine ended, %r was waited for" % text)

    def wait_mark(self, name):
        while ("mark " + name) not in self.fact_lines():
            self.left()
            if not self.alive():
                raise Trouble("the machine ended, the mark %r was waited for" % name)
            if not self.vga:
                self.terminal.settle(0.01, POLL)
            time.sleep(POLL)

    def finish(self):
        """Until the machine has powered itself off."""
        while self.alive():
            self.left()
            if not self.vga:
                self.terminal.settle(0.01, POLL)
            time.sleep(POLL)
        if not self.vga:
            self.terminal.settle(0.01, 1.0)
        if self.process.returncode != 0:
            raise Trouble("QEMU ended with status %d" % self.process.returncode)

    def fact_lines(self):
        return [line.strip() for line in self.facts_path.read_text(errors="replace").splitlines()]

    def sections(self):
        """What the guest told: a dictionary of facts for each whole section."""
        found, current = {}, None
        for line in self.fact_lines():
            key, _, value = line.partition(" ")
            if key == "begin":
                current = {}
            elif key == "end" and current is not None:
                found[value] = current
                current = None
            elif current is not None:
                current[key] = decode(key, value)
        return found

    def close(self):
        for terminal in (self.terminal, *self.others.values()):
            if terminal:
                terminal.close()
        if self.alive():
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        if self.qmp:
            with contextlib.suppress(OSError):  # what was not sent any more
                self.qmp.close()
        self.errors.close()
        shutil.rmtree(self.scratch, ignore_errors=True)


def decode(key, value):
    if key in ENCODED:
        value = base64.b64decode(value).decode(errors="replace")
    if key in ("outcome", "status_json"):
        return json.loads(value) if value else None
    if key == "status":
        return int(value)
    return value


def make_initrd(out, *arguments):
    """scripts/make-initrd with these arguments; what it says is the failure."""
    done = subprocess.run([str(TOP / "scripts" / "make-initrd"), *map(str, arguments), str(out)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise Trouble("no initrd: " + done.stdout.strip())
    return out
