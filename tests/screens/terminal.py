# SPDX-License-Identifier: GPL-2.0-or-later
"""A program on a pseudo-terminal of a given size, its screen kept by pyte, keys sent by name."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

KEYS = {
    "Enter": "\r", "Tab": "\t", "Esc": "\033", "Space": " ", "^C": "\003", "^L": "\014", "Backspace": "\177",
    "Up": "\033OA", "Down": "\033OB", "PgUp": "\033[5~", "PgDn": "\033[6~",
    "F1": "\033OP", "F2": "\033OQ", "F3": "\033OR", "F9": "\033[20~", "VT-F9": "\033Ow",
}
# The whole job with the menus: what is on each screen and the key for it.
# The first page is there before a slow stick is; its question comes with the first medium.
SCREENS = (("Where is the driver disk?", "Enter"), ("Driver packs", "Enter"), ("Verify the driver disk", "Enter"),
           ("Result of the test", "Enter"), ("Before anything is changed", "l"))
QUIET = 0.15        # the screen is finished when nothing was drawn for so long
ESCAPE_PAUSE = 0.75  # newt waits so long for the rest of a key's sequence


class Terminal:
    def __init__(self, command, term="xterm", columns=80, lines=24, env=None):
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.status = None
        environment = {"TERM": term, "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
        environment.update(env or {})
        environment = {k: v for k, v in environment.items() if v is not None}
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            size = struct.pack("HHHH", lines, columns, 0, 0)
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.execve(command[0], command, environment)

    def settle(self, least=0.0, limit=10.0):
        """Draws until nothing comes for a while; returns at the program's end too."""
        end, earliest = time.monotonic() + limit, time.monotonic() + least
        drawn = False
        while time.monotonic() < end:
            quiet = QUIET if drawn or least else 1.0
            ready, _, _ = select.select([self.fd], [], [], max(quiet, earliest - time.monotonic()))
            if not ready:
                return
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return
            if not data:
                return
            drawn = True
            self.stream.feed(data)

    def key(self, name):
        """Presses a key by its name; what is no name is typed as it stands."""
        os.write(self.fd, KEYS.get(name, name).encode())
        self.settle(ESCAPE_PAUSE if name == "Esc" else 0.0)

    def hang_up(self):
        os.close(self.fd)
        self.fd = -1

    def resize(self, columns, lines):
        self.screen.resize(lines, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.settle(0.3)

    def signal(self, number):
        os.kill(self.pid, number)

    def signal_group(self, number):
        """To the program that a shell runs here, too."""
        os.killpg(self.pid, number)

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display) + "\n"

    def wait(self, seconds=5.0):
        """The exit status, or None where the program does not end (it is killed then)."""
        end = time.monotonic() + seconds
        while self.status is None and time.monotonic() < end:
            if self.fd >= 0:
                self.settle(0.01, 0.05)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.status = os.waitstatus_to_exitcode(status)
                if self.fd >= 0:
                    self.settle(0.01, 1.0)  # its last words
            else:
                time.sleep(0.01)
        return self.status

    def close(self):
        if self.status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
