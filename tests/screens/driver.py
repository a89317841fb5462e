# SPDX-License-Identifier: GPL-2.0-or-later
"""The driver show.c on a terminal: where it is, how it is started, what it answered."""

import os
import termios
from pathlib import Path

from terminal import Terminal

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("BUILD", "build")
SHOW = str(BUILD / "native" / "asan" / "show")
PROGRAM = str(BUILD / "ddload")
CATALOGUES = str(BUILD)
EMPTY = BUILD / "tests" / "screens" / "root"  # of a machine without media
(EMPTY / "sys" / "class" / "block").mkdir(parents=True, exist_ok=True)
SANITIZER = {"ASAN_OPTIONS": "detect_leaks=0", "SHOW_ROOT": str(EMPTY)}  # newt keeps what it has until the end
IN_CHINESE = dict(SANITIZER, SHOW_CATALOGUES=CATALOGUES, LANG="zh_CN.UTF-8")
IN_GERMAN = dict(SANITIZER, SHOW_CATALOGUES=CATALOGUES, LANG="de_DE.UTF-8")


def expect(got, wanted, what=""):
    if got != wanted:
        raise AssertionError(f"{what}wanted {wanted!r}, got {got!r}")


def expect_cooked(terminal):
    """The terminal was put back to lines, echo and signals."""
    iflag, oflag, _, lflag = termios.tcgetattr(terminal.fd)[:4]
    wanted = termios.ICANON | termios.ECHO | termios.ISIG
    expect((lflag & wanted, iflag & termios.ICRNL, oflag & termios.OPOST), (wanted, termios.ICRNL, termios.OPOST),
           "terminal modes: ")


def reply_of(text):
    lines = [line for line in text.splitlines() if line.startswith("reply: ")]
    return lines[-1][len("reply: "):] if lines else None


def screen_of(scene, keys, term="xterm", columns=80, plain=False, lines=24, env=SANITIZER, wanted=None):
    """The terminal's screen after the keys, and its text; `wanted` is waited for a little."""
    terminal = Terminal([SHOW] + ["--plain"] * plain + [scene], term, columns, lines, env)
    try:
        terminal.settle()
        for key in keys:
            terminal.key(key)
        for _ in range(10):
            if wanted is None or terminal.text() == wanted:
                break
            terminal.settle(0.3)
        return terminal.screen, terminal.text()
    finally:
        terminal.close()


def picture(*args, **others):
    return screen_of(*args, **others)[1]
