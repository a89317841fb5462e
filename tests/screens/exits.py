# SPDX-License-Identifier: GPL-2.0-or-later
"""
Every way out of every screen, from one table.  SCREENS: where a screen is and what each of its
keys comes to; each button is pressed by its letter and by Tab and Enter, and Escape, Ctrl-C,
a hang-up and SIGTERM are tried on all of them.  check_whole() notices a question, a window or
a button of the program that is not in the table.
"""

import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path

import looks
from driver import SANITIZER, SHOW, TOP, expect, expect_cooked, reply_of
from terminal import Terminal

# The three that begin:
MEDIA, PACKS, VERIFY = "This machine and its media", "Driver packs", "Verify the driver disk"
LOG = {"F2": "> Log", "l": "> Log", "L": "> Log"}
HELP = {"F1": "> Help", "?": "> Help"}


def window(back_to):
    """A window with a text and "Close"."""
    return {"c": back_to, "C": back_to, "Enter": back_to, "Esc": back_to, "^C": back_to}


# name: scene, keys to it, title, {key: the driver's answer, or "> " and the title of the window that is in front then}
# A button stands there by its letter, also where the letter is text (TEXT) and only Tab and Enter press it.
SCREENS = {
    "source": ("source", [], MEDIA, {
        "o": "yes chosen sr0", "Enter": "yes chosen sr0", "l": "again", "L": "again", "t": "> Type a path", "c": "> Without a driver", "Esc": "> Without a driver",
        "^C": "no", "F3": "> This machine", "m": "> This machine", "M": "> This machine", **HELP}),
    "source-none": ("source-none", [], MEDIA, {
        "l": "again", "Enter": "again", "t": "> Type a path", "c": "> Without a driver", "e": "> " + MEDIA, "Esc": "> Without a driver", "^C": "no", **HELP}),
    "without": ("source", ["c"], "Without a driver", {
        "g": "skip", "b": "> " + MEDIA, "Enter": "> " + MEDIA, "Esc": "> " + MEDIA, "^C": "> " + MEDIA}),
    "eject": ("source-many", ["Down", "Down", "Down", "e"], "nvme0", {**window("> " + MEDIA), **HELP}),
    "machine": ("source", ["F3"], "This machine", {**window("> " + MEDIA), **HELP}),
    "help": ("source", ["F1"], "Help", {**window("> " + MEDIA), "F1": "> Help"}),
    "type": ("source", ["t"], "Type a path", {"o": "> " + MEDIA, "b": "> " + MEDIA, "Enter": "> " + MEDIA, "Esc": "> " + MEDIA,
                                             "^C": "> " + MEDIA, "F1": "> Help"}),
    "typed": ("source", ["t", "/x"], "Type a path", {"o": "yes typed /x", "b": "> " + MEDIA, "Enter": "yes typed /x",
                                                   "Esc": "> " + MEDIA, "^C": "> " + MEDIA, "F1": "> Help"}),
    "packs": ("packs", [], PACKS, {
        "o": "yes ticked 10", "Enter": "yes ticked 10", "d": "> Details", "F3": "> Details", "b": "back", "Space": "> " + PACKS,
        "Esc": "back", "^C": "no", **HELP}),
    "packs-none": ("packs-none-fit", [], PACKS, {
        "o": "> " + PACKS, "d": "> Details", "Enter": "> " + PACKS, "b": "back", "Esc": "back", "^C": "no"}),
    "none-marked": ("packs-none-fit", ["o"], PACKS, {**window("> " + PACKS), **HELP}),
    "modules": ("packs", ["m"], "Drivers of the pack", {**{key: "> " + PACKS for key in ("o", "Enter", "Esc", "^C")}, "Space": "> Drivers of the pack", **HELP}),
    "details": ("packs", ["d"], "Details", {**window("> " + PACKS), **HELP}),
    "verify": ("verify", [], VERIFY, {
        "Enter": "yes compared", ("Tab", "Enter"): "skip", ("Tab", "Tab", "Enter"): "back", "Esc": "back", "^C": "no",
        **{letter: "> " + VERIFY for letter in "abcdefilst?"}, "F1": "> Help"}),
    "verify-same": ("verify", ["2fb99ae91000b446f3d71d782c734dae"], VERIFY, {
        "i": "> " + VERIFY, ("Tab", "Enter"): "skip compared", ("Tab", "Tab", "Enter"): "back", "Enter": "yes compared", "Esc": "back", "^C": "no"}),
    "verify-differs": ("verify", ["3"], VERIFY, {
        "Enter": "> Not the same", ("Tab", "Enter"): "> Not the same", ("Tab", "Tab", "Enter"): "back", "Esc": "back", "^C": "no"}),
    "verify-go-on": ("verify", ["3", "Tab", "Enter"], "Not the same", {
        "g": "skip differed", "b": "> " + VERIFY, "Enter": "> " + VERIFY, "Esc": "> " + VERIFY, "^C": "> " + VERIFY}),
    "verify-part": ("verify", ["2"], VERIFY, {
        "Enter": "> Not the whole fingerprint", ("Tab", "Enter"): "skip", ("Tab", "Tab", "Enter"): "back", "Esc": "back", "^C": "no"}),
    "not-the-same": ("verify", ["3", "Enter"], "Not the same", {**window("> " + VERIFY), **HELP}),
    "not-the-whole": ("verify", ["2", "Enter"], "Not the whole fingerprint", {**window("> " + VERIFY), **HELP}),
    "tested": ("tested", [], "Result of the test", {
        "g": "yes", "Enter": "yes", "b": "back", "Esc": "back", "^C": "no", **HELP, **LOG}),
    "tested-bad": ("tested-bad", [], "Result of the test", {
        "b": "back", "Enter": "back", "a": "again", "c": "skip", "Esc": "back", "^C": "no", "g": "> Result of the test", **HELP, **LOG}),
    "tested-gone": ("tested-gone", [], "Result of the test", {
        "b": "back", "Enter": "back", "a": "again", "c": "skip", "Esc": "back", "^C": "no", "g": "> Result of the test"}),
    "licence": ("licence", [], "Licence", {
        "a": "yes", "b": "back", "d": "skip", "Enter": "> Licence", "Esc": "back", "^C": "no", **HELP}),
    "trust": ("trust", [], "Trust this key?", {
        "n": "skip", "Enter": "skip", "t": "yes", "b": "back", "Esc": "back", "^C": "no", **HELP}),
    "plan": ("plan", [], "Before anything is changed", {
        "l": "yes", "Enter": "yes", "b": "back", "Esc": "back", "^C": "no", **HELP}),
    "plan-held": ("plan-held", [], "Before anything is changed", {
        "l": "yes", "Enter": "yes", "b": "back", "Esc": "back", "u": "other way", "^C": "no", **HELP}),
    "plan-taken": ("plan-taken", [], "Before anything is changed", {
        "l": "yes", "Enter": "yes", "b": "back", "Esc": "back", "u": "other way", "^C": "no", **HELP}),
    "interrupted": ("interrupted", [], "An earlier run was killed", {
        "n": "no", "Enter": "no", "y": "yes", "Esc": "no", "^C": "no", **HELP}),
    "outcome": ("outcome", [], "The driver works", {
        "c": "yes", "Enter": "yes", "a": "again", "Esc": "no", "^C": "no", **HELP, **LOG}),
    "outcome-no-disk": ("outcome-no-disk", [], "Loaded, but not all is well", {
        "a": "again", "Enter": "again", "c": "yes", "Esc": "no", "^C": "no", **HELP, **LOG}),
    "outcome-not-taken": ("outcome-not-taken", [], "Loaded, but not all is well", {
        "a": "again", "Enter": "> Loaded, but not all is well", "c": "yes", "Esc": "no", "^C": "no", **HELP, **LOG}),
    "outcome-failed": ("outcome-failed", [], "Loading failed", {
        "a": "again", "Enter": "> Loading failed", "c": "yes", "Esc": "no", "^C": "no", **HELP, **LOG}),  # a text that scrolls
    "outcome-already": ("outcome-already", [], "Nothing to do", {
        "a": "again", "Enter": "again", "c": "yes", "Esc": "no", "^C": "no", **HELP, **LOG}),
    "outcome-refused": ("outcome-refused", [], "Not loaded", {
        "a": "again", "Enter": "again", "c": "yes", "Esc": "no", "^C": "no", **HELP, **LOG}),
    "trouble": ("trouble", [], "This did not work", {
        "b": "back", "Enter": "back", "a": "again", "c": "skip", "Esc": "back", "^C": "no", **HELP, **LOG}),
    "trouble-held": ("trouble-held", [], "This did not work", {
        "b": "back", "Enter": "back", "a": "again", "c": "skip", "u": "other way", "Esc": "back", "^C": "no", **HELP, **LOG}),
    "log": ("outcome", ["l"], "Log", {**window("> The driver works"), **HELP}),
    "log-more": ("trouble", ["l"], "Log", {
        "c": "> This did not work", "s": "> Save a report", "r": "> Report", ("h", "exit\r"): "> Log", "Esc": "> This did not work",
        "^C": "> This did not work", **HELP}),
    "report": ("trouble", ["l", "r"], "Report", {**window("> Log"), **HELP}),
    "no-stick": ("trouble", ["l", "s"], "Save a report", {**window("> Log"), **HELP}),
    "looking": ("looking", [], "One moment", {"Esc": "stopped", "^C": "stopped", "x": "> One moment", "Enter": "> One moment"}),
    "testing": ("testing", [], "Testing the packages", {
        "Esc": "stopped", "^C": "stopped", "x": "> Testing the packages", "Enter": "> Testing the packages"}),
    # signals are held off then, and a terminal that is gone, or is only left, is no wish to go on
    "settling": ("settling", ["l"], "Waiting for the disks", {
        "c": "stopped", "Enter": "stopped", "w": "longer", "^C": "> Waiting for the disks", "Esc": "> Waiting for the disks", "x": "> Waiting for the disks"}),
    "settling-back": ("settling-back", ["l"], "Loading", {key: "> Loading" for key in ("^C", "Esc", "x", "c", "Enter")}),
}
# There the letter is text.
TEXT = {(name, letter) for name in ("type", "typed") for letter in "ob"}

SETTLING = ("settling", "settling-back")

# Windows and buttons that cannot be had here, and why.
ELSEWHERE = {
    "Shell": "only where there is no /bin/sh",
    "Save": "needs a stick that can be written to: the case report of tests/qemu",
}

# More than one key: scene, keys, what the driver says.
JOURNEYS = [
    ("trouble", ["L", "s", "Enter", "r", "Enter", "c", "b"], "back"),
    ("source", ["Tab", "Enter"], "yes chosen sr0"),
    ("source-many", ["Down", "Down", "Down", "Enter"], "yes chosen nvme0"),
    ("source-many", ["Up", "Enter"], "yes chosen sdb1"),
    ("source-added", [], "again"),
    ("source-refreshed", ["lo"], "yes chosen sr0"),
    ("source-other-event", ["t", "/x", "Esc", "Enter"], "yes chosen sr0"),
    ("source", ["F3", "Enter", "Enter"], "yes chosen sr0"),
    ("source", ["F1", "Esc", "Esc", "Esc", "Esc", "g"], "no"),
    ("source", ["t", "/mnt/lc?", "Enter"], "yes typed /mnt/lc?"),
    ("source", ["t", "/boot", "Enter"], "yes typed /boot"),
    ("source", ["t", "/x", "Esc", "c", "g"], "skip"),
    ("packs", ["Down", "Space", "Enter"], "yes ticked 11"),
    ("packs", ["Tab", "Tab", "Tab", "Tab", "Down", "Space", "o"], "yes ticked 11"),
    ("packs", ["Space", "o", "Enter", "b"], "back"),
    ("packs-none-fit", ["o", "Enter", "Space", "o"], "yes ticked 10"),
    ("verify", ["2fb99ae91000b446f3d71d782c734daeff", "Tab", "Enter"], "skip compared"),
    ("verify", ["2fb99ae91000b446f3d71d782c734dab", "Enter", "Enter", "Tab", "Enter", "g"], "skip differed"),
    ("verify", ["2fb9", "Enter", "Enter", "Backspace", "Backspace", "Backspace", "Backspace", "Esc"], "back"),
    ("verify", ["2fb9", "Space", "Tab", "Tab", "Space", "b", "Esc"], "back"),
    # typed by hand, one after the other: no letter of it is a command; and as scanners send it
    ("verify-b", [*"bad09ae91000b446f3d71d782c734dae", "Enter"], "yes compared"),
    ("verify", ["MD5: 2FB9 9AE9 1000 B446 F3D7 1D78 2C73 4DAE\r"], "yes compared"),
    ("verify", [*"md5=2fb99ae91000b446f3d71d782c734dae", "Enter"], "yes compared"),
    ("verify-long", ["SHA256:1e0defda496f0a358565157ec4fd212c85158e4720fd28af491677f7c4f8bbd7\r"], "yes compared"),
    ("verify-long", ["sha-256 1e0defda496f0a358565157ec4fd212c85158e4720fd28af491677f7c4f8bbd7\r"], "yes compared"),
    ("verify", ["sha", "Backspace", "xyz", "2fb99ae91000b446f3d71d782c734dae\r"], "yes compared"),
    ("verify-long", ["1e0defda496f0a358565157ec4fd212c85158e4720fd28af491677f7c4f8bbd7\r"], "yes compared"),
    ("verify-loose", ["Enter"], "yes"), ("verify-loose", ["1e0defda", "Tab", "Enter"], "skip"),
    ("verify-loose", ["1e0defda496f0a358565157ec4fd212c85158e4720fd28af491677f7c4f8bbd7", "Enter"], "yes compared"),
    ("verify-b", ["bad09ae91000b446f3d71d782c734dae\r"], "yes compared"),
    ("outcome-failed", ["F2", "Enter", "l", "Esc", "a"], "again"),
    ("testing", ["x", "Enter", "Esc"], "stopped"),
    # typed text outlives help, a look at it, another screen size and the way back
    ("source", ["t", "/mnt/a", "F1", "Esc", "b", "Enter"], "yes typed /mnt/ab"),
    ("source", ["t", "/mnt/a", "Esc", "F3", "Enter", "t", "b", "Enter"], "yes typed /mnt/ab"),
    ("source", ["t", "/mnt/a", "Tab", "x", "F1", "Enter", "Tab", "Tab", "b", "Enter"], "yes typed /mnt/ab"),
    ("verify", ["2fb99ae9", "F1", "Esc", "^L", "1000b446f3d71d782c734dae\r"], "yes compared"),
    ("verify", ["2fb99ae9", "Enter", "Enter", "1000b446f3d71d782c734dae\r"], "yes compared"),
]

# scene, lines on stdin (no terminal), answer; the end of the input is NO everywhere
PLAIN = [
    ("source", "1\n", "yes chosen sr0"), ("source", "7\n1\n", "yes chosen sr0"), ("source", "1", "yes chosen sr0"),
    ("source", "a\n", "again"), ("source", "c\ny\n", "skip"), ("source", "c\nb\nc\ny\n", "skip"), ("source", "p\n/mnt\n", "yes typed /mnt"),
    ("source", "p\n", "no"), ("source", "\n", "no"), ("source-none", "a\n", "again"), ("source-none", "c\n", "skip"),
    ("source-none", "p\n/x\n", "yes typed /x"), ("source-none", "1\n/x\n", "yes typed /x"), ("source-none", "3\n", "skip"),
    ("tested-gone", "1\n", "again"), ("tested-gone", "a\n", "again"), ("tested-bad", "3\n", "skip"), ("tested-gone", "2\n", "back"), ("tested-gone", "3\n", "skip"),
    ("packs", "y\n", "yes ticked 10"), ("packs", "2\nY\n", "yes ticked 11"), ("packs", "1\ny\nb\n", "back"), ("packs", "b\n", "back"),
    ("packs", "d\nc\n", "skip"), ("packs", "m\n1\n\nc\n", "skip"), ("packs", "c\n", "skip"), ("verify", "y\n", "yes compared"), ("verify", "s\n", "skip"), ("verify-loose", "y\n", "yes"),
    ("verify", "2FB9 9AE9 1000 B446 F3D7 1D78 2C73 4DAE\n", "yes compared"), ("verify", "2fb9\nb\n", "back"),
    ("verify", "2fb99ae91000b446f3d71d782c734dab\nc\n", "no"), ("verify", "MD5 2fb9\ns\n", "skip"), ("verify", "MD5 2fb9 9ae9 1000 b446 f3d7 1d78 2c73 4dae\n", "yes compared"),
    ("verify", "2fb8\ny\nb\n", "back"), ("verify", "2fb8\ns\nb\n", "back"), ("verify", "2fb8\ns\ns\n", "skip differed"), ("verify", "2fb8\ns\n2fb8\ns\nb\n", "back"), ("verify", "b\n", "back"),
    ("verify", "c\n", "no"), ("tested", "y\n", "yes"), ("tested", "b\n", "back"), ("tested", "c\n", "skip"),
    ("tested-bad", "y\nb\n", "back"), ("tested-bad", "c\n", "skip"), ("tested-gone", "y\nc\n", "skip"), ("tested-gone", "b\n", "back"),
    ("licence", "y\n", "yes"), ("licence", "b\n", "back"), ("licence", "c\n", "skip"),
    ("plan", "y\r\n", "yes"), ("plan", " b \n", "back"), ("plan", "b\n", "back"), ("plan", "c\n", "skip"),
    ("plan-held", "u\n", "other way"), ("plan-held", "4\n", "other way"), ("plan-taken", "u\n", "other way"), ("plan", "u\nb\n", "back"),
    ("trouble-held", "u\n", "other way"), ("trouble-held", "5\n", "other way"), ("trouble", "u\nb\n", "back"),
    ("trust", "n\n", "skip"), ("trust", "t\n", "yes"), ("trust", "y\nb\n", "back"), ("trust", "c\n", "no"), ("trust", "\n", "no"),
    ("trust", "1\n", "skip"), ("trust", "2\n", "yes"), ("trust", "3\n", "back"), ("trust", "4\n", "no"),
    ("interrupted", "n\n", "no"), ("interrupted", "y\n", "yes"),
    ("outcome", "a\n", "again"), ("outcome", "c\n", "yes"), ("outcome", "L\na\n", "again"), ("outcome-failed", "a\n", "again"),
    ("trouble", "a\n", "again"), ("trouble", "b\n", "back"), ("trouble", "c\n", "skip"), ("trouble", "l\nb\nb\n", "back"),
    ("trouble", "l\nr\nb\nc\n", "skip"), ("trouble", "l\ns\nb\nc\n", "skip"),
    # every choice by its number
    ("source", "2\n/mnt\n", "yes typed /mnt"), ("source", "3\n", "again"), ("source", "4\n", "skip"), ("source-none", "2\n", "again"),
    ("packs", "3\n", "yes ticked 10"), ("packs", "2\n4\n5\n", "back"), ("packs", "6\n", "skip"), ("packs", "7\n0\n6\n", "skip"),
    ("verify", "1\n", "yes compared"), ("verify", "2\n", "skip"), ("verify", "3\n", "back"), ("verify", "4\n", "no"),
    ("tested", "1\n", "yes"), ("tested", "2\n", "back"), ("tested", "3\n", "skip"), ("tested-bad", "1\n", "again"), ("tested-bad", "2\n", "back"), ("tested-bad", "a\n", "again"),
    ("licence", "1\n", "yes"), ("licence", "2\n", "back"), ("licence", "3\n", "skip"), ("plan", "1\n", "yes"), ("plan", "2\n", "back"),
    ("plan", "3\n", "skip"), ("interrupted", "1\n", "no"), ("interrupted", "2\n", "yes"), ("outcome", "1\n", "again"),
    ("outcome", "2\n", "yes"), ("outcome", "3\n4\n1\n", "again"), ("trouble", "1\n", "again"), ("trouble", "2\n", "back"),
    ("trouble", "3\n", "skip"), ("trouble", "4\n1\n2\n4\n2\n", "back"),
]
# One scene of each question, for what is tried on all of them.
PLAIN_SCENES = ("source", "source-none", "packs", "verify", "tested", "tested-bad", "tested-gone", "licence", "trust", "plan", "interrupted",
                "outcome", "trouble")


# ---------------------------------------------------------------- what is on the screen

def box_of(terminal, title):
    """Rows and columns of the window with this title that is in front: (top, bottom, left, right); None: there is none."""
    display = terminal.screen.display
    found = None
    for top, line in enumerate(display):
        at = line.find(f"┤ {title} ├")
        if at < 0 or "┌" not in line[:at] or "┐" not in line[at:]:
            continue
        left, right = line.rindex("┌", 0, at), line.index("┐", at)
        for bottom in range(top + 1, len(display)):
            if display[bottom][left] == "└" and display[bottom][right] == "┘":
                found = (top, bottom, left, right)
                break
    return found


def in_front(terminal, title):
    """No other window stands before it: its lower edge is whole, and no title is below its own."""
    box = box_of(terminal, title)
    if not box:
        return False
    top, bottom, left, right = box
    edge = terminal.screen.display[bottom][left:right + 1]
    inside = [line[left + 1:right] for line in terminal.screen.display[top + 1:bottom]]
    return edge == "└" + "─" * (right - left - 1) + "┘" and not any("├" in line or "┌" in line for line in inside)


def labels(terminal, title):
    """{label: (row, column)} of the buttons of the window."""
    _, bottom, left, right = box_of(terminal, title)
    row = bottom - 1
    line = terminal.screen.display[row]
    return {match[1]: (row, match.start() + 1) for match in re.finditer(r"<([^<>]+)>", line) if left < match.start() < right}


def has_focus(terminal, place):
    row, column = place
    return looks.pair(terminal.screen.buffer[row][column]) == ("bright white", "blue")


# ------------------------------------------------------------------------ the program's own

def sources(pattern):
    return "\n".join(path.read_text() for path in sorted(TOP.glob(pattern)))


def letters():
    """{label: letter} of all buttons there are."""
    text = sources("ui/newt/*.c").replace("BACK_BUTTON", "'b'")
    return dict(re.findall(r'\{ _\("([^"]+)"\), \'(.)\' \}', text))


def titles():
    text = sources("ui/newt/*.c")
    found = re.findall(r'screen_(?:text|text_log|tell|error)\(_\("([^"]+)"\)', text) + re.findall(r'screen_open\([^,]+, _\("([^"]+)"\)', text)
    outcome = text[text.index("static const char *outcome_title("):]
    return set(found) | set(re.findall(r'return _\("([^"]+)"\)', outcome[:outcome.index("\n}")]))


def check_whole():
    """No question, window or button of the program is left out."""
    show = (TOP / "tests/screens/show.c").read_text()
    kinds = dict(re.findall(r'\{ "([^"]+)", \{ \.kind = (DDL_ASK_\w+)', show))
    every = set(re.findall(r"\bDDL_ASK_\w+", (TOP / "loader/model/frontend.h").read_text()))
    faults = [f"{kind} has no screen here" for kind in sorted(every - {kinds.get(row[0]) for row in SCREENS.values() if not row[1]})]
    faults += [f"{kind} has no plain screen here" for kind in sorted(every - {kinds.get(row[0]) for row in PLAIN})]
    faults += [f"{kind} is not in PLAIN_SCENES" for kind in sorted(every - {kinds.get(scene) for scene in PLAIN_SCENES})]
    asserted = {row[2] for row in SCREENS.values()} | set(ELSEWHERE)
    faults += [f"the window {title!r} is not here" for title in sorted(titles() - asserted)]
    if len(titles()) < 15 or len(every) < 9 or len(letters()) < 15:
        faults.append("the patterns of this test find nothing any more")
    if faults:
        raise AssertionError("\n".join(faults))


# ------------------------------------------------------------------------------- the checks

class Run:
    """The driver at a screen."""

    def __init__(self, name, plain=False, command=None):
        self.scene, keys, self.title, self.exits = SCREENS[name] if not plain else (name, [], None, {})
        self.terminal = Terminal(command or [SHOW] + ["--plain"] * plain + [self.scene], env=SANITIZER)
        self.terminal.settle()
        for key in keys:
            self.terminal.key(key)
        if self.title:
            self.expect_window(self.title)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.terminal.close()

    def expect_window(self, title):
        for _ in range(10):
            if in_front(self.terminal, title):
                return
            self.terminal.settle(0.2)
        raise AssertionError(f"{title!r} is not in front:\n{self.terminal.text()}")

    def expect_answer(self, wanted):
        if wanted.startswith("> "):
            self.expect_window(wanted[2:])
            expect(reply_of(self.terminal.text()), None)
            return
        expect(self.terminal.wait(), 0, "exit status: ")
        expect(reply_of(self.terminal.text()), wanted)
        expect_cooked(self.terminal)


def check_key(name, keys, wanted):
    with Run(name) as run:
        for key in keys:
            run.terminal.key(key)
        run.expect_answer(wanted)


def check_journey(scene, keys, wanted):
    terminal = Terminal([SHOW, scene], env=SANITIZER)
    try:
        terminal.settle()
        for key in keys:
            expect(reply_of(terminal.text()), None, "before the last key: ")
            terminal.key(key)
        expect(terminal.wait(), 0, "exit status: ")
        expect(reply_of(terminal.text()), wanted)
        expect_cooked(terminal)
    finally:
        terminal.close()


def check_button(name, label):
    """Tab comes to the button, and Enter presses it; its letter stands in its label."""
    letter = letters()[label]
    answers = {key[0] if isinstance(key, tuple) else key: (key, wanted) for key, wanted in SCREENS[name][3].items()}
    if letter not in answers or letter not in label.lower():
        raise AssertionError(f"{label!r} with {letter!r} is not in the table of exits.py, or has not this letter")
    keys, wanted = answers[letter]
    with Run(name) as run:
        for _ in range(10):
            if has_focus(run.terminal, labels(run.terminal, run.title)[label]):
                break
            run.terminal.key("Tab")
        else:
            raise AssertionError(f"Tab does not come to {label!r}:\n{run.terminal.text()}")
        for key in ("Enter",) + (keys[1:] if isinstance(keys, tuple) else ()):
            run.terminal.key(key)
        run.expect_answer(wanted)


def check_buttons(name):
    """The buttons that the window has are those of the table, and do what their letters do."""
    with Run(name) as run:
        shown = list(labels(run.terminal, run.title))
        for key in ("Esc", "^C"):
            if key not in run.exits:
                raise AssertionError(f"{key} is not in the table of exits.py")
    for number, label in enumerate(shown):
        if label in letters():
            check_button(name, label)
            continue
        # where letters are text, a button is reached by Tab alone
        keys = ("Tab",) * number + ("Enter",)
        if (keys if number else "Enter") not in SCREENS[name][3]:
            raise AssertionError(f"{keys} for {label!r} is not in the table of exits.py")


def check_signal(name, plain):
    """A signal is no answer: NO, at once, and the program ends by itself."""
    with Run(name, plain) as run:
        run.terminal.signal(signal.SIGTERM)
        run.expect_answer("stopped" if run.scene in ("looking", "testing", *SETTLING) else "no")


def check_hang_up(name, plain, scene=None):
    """The terminal is closed under the program: NO, it ends, and does not spin."""
    scene = scene or (name if plain else SCREENS[name][0])
    with tempfile.TemporaryDirectory() as made:
        status, answer = Path(made, "status"), Path(made, "answer")
        command = ["/bin/sh", "-c", f'trap "" HUP; trap : TERM; SHOW_REPLY={answer} "$0" {"--plain" * plain} {scene}; echo "$?" >{status}', SHOW]
        with Run(name, plain, command) as run:
            run.terminal.hang_up()
            if scene in SETTLING:  # the wait has its own end
                expect(run.terminal.wait(1.0), None, "while a driver is changed: ")
                run.terminal.signal_group(signal.SIGTERM)
            if run.terminal.wait(10.0) is None:
                raise AssertionError("did not end after the terminal went away")
        expect(status.read_text(), "0\n", "exit status: ")
        expect(reply_of(answer.read_text()), "stopped" if scene in ("looking", "testing", *SETTLING) else "no")


def check_plain(scene, given, wanted):
    done = subprocess.run([SHOW, "--plain", scene], input=given, text=True, stdout=subprocess.PIPE, timeout=60,
                          env=dict(os.environ, **SANITIZER))
    expect(done.returncode, 0, "exit status: ")
    expect(reply_of(done.stdout), wanted)


def check_plain_known(scene):
    """Each choice that is offered is in the table; the end of the input is NO."""
    done = subprocess.run([SHOW, "--plain", scene], input="", text=True, stdout=subprocess.PIPE, timeout=60,
                          env=dict(os.environ, **SANITIZER))
    expect(reply_of(done.stdout), "no")
    offered = set(re.findall(r"^ \d+  .* \(([a-z])\)$", done.stdout, re.M))
    offered |= set(re.findall(r"^ (\d+)  ", done.stdout, re.M))
    asserted = {line.strip().lower() for row in PLAIN if row[0] == scene for line in row[1].splitlines()}
    expect(sorted(offered - asserted), [], "choices that are not in the table: ")
    if len(offered) < 4:
        raise AssertionError("offers nothing")


def tests():
    yield "exits: the table is whole", check_whole
    for name, (_, _, _, exits) in SCREENS.items():
        yield f"{name}: its buttons", lambda n=name: check_buttons(n)
        for key, wanted in exits.items():
            keys = key if isinstance(key, tuple) else (key,)
            if (name, key) not in TEXT:
                yield f"{name}: {' '.join(keys)}", lambda n=name, k=keys, w=wanted: check_key(n, k, w)
        yield f"{name}: hang-up", lambda n=name: check_hang_up(n, False)
        yield f"{name}: SIGTERM", lambda n=name: check_signal(n, False)
    # a window that is to open when the terminal is gone already
    yield "settling after the plan: hang-up", lambda: check_hang_up("plan", False, "settling")
    for row in JOURNEYS:
        yield f"{row[0]}: {' '.join(row[1])}", lambda r=row: check_journey(*r)
    for row in PLAIN:
        yield f"plain {row[0]}: {row[1]!r}", lambda r=row: check_plain(*r)
    for scene in PLAIN_SCENES:
        yield f"plain {scene}: its choices", lambda s=scene: check_plain_known(s)
        yield f"plain {scene}: hang-up", lambda s=scene: check_hang_up(s, True)
        yield f"plain {scene}: SIGTERM", lambda s=scene: check_signal(s, True)
