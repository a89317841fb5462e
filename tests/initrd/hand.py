# SPDX-License-Identifier: GPL-2.0-or-later
"""Somebody in front of the serial line: keys pressed and screens read in a machine."""

import sys

from common import TOP, marks, must

sys.path.insert(0, str(TOP / "tests" / "qemu"))
from machine import Machine  # noqa: E402

MENUS = ("Where is the driver disk", "Which packs", "Compare this fingerprint", "All packages", "This will be done",
         "is loaded and works")


def start(name, image, words, disk, *more, memory=1024, limit=400, raw=()):
    """The machine; its log is build/tests/qemu/initrd-NAME.log."""
    return Machine("initrd-" + name, ["--initrd", str(image), "--memory", str(memory), "--controller", "megasas:%s" % disk,
                                      "--append", words, *map(str, more)], limit, raw=raw)


def load(machine, key="F9"):
    """From the prompt to the outcome, with Enter."""
    machine.wait("to load a driver disk")
    while "to load a driver disk" in machine.terminal.text() and machine.left() > 0:
        machine.terminal.key(key)  # once more where it was lost: on a busy machine the line may not be listened to yet
        machine.terminal.settle(1.5, 10.0)
    for text in MENUS:
        machine.wait(text)
        if text == MENUS[0]:
            machine.wait("1 for this machine")  # the list grows while media are found
        machine.terminal.key("Enter")


def finish(machine):
    """To its end; the marks, and all that was said."""
    machine.finish()
    machine.terminal.settle(0.5, 20.0)
    machine.terminal.log.flush()
    text = machine.log_path.read_text(errors="replace").replace("\r", "")
    found = marks(text)
    must("end" in found, "the machine did not come to its end; its log:", machine.log_path)
    return found, text


def by_hand(*what, key="F9", **more):
    machine = start(*what, **more)
    try:
        load(machine, key)
        return finish(machine)
    finally:
        machine.close()
