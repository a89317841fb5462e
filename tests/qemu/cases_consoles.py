# SPDX-License-Identifier: GPL-2.0-or-later
"""Several consoles at once: the prompt is on all, who presses first has the menus, the others say where."""

from cases import SCREENS, WORKS, Case, key, pack, state, wait
from machine import OUT, Vga

QUESTION = "to load a driver disk"


def here(step, *arguments):
    """The step at the first serial line, which the test's session is on."""
    return step(*arguments)


def on_screen(step, *arguments):
    """The same at the VGA card and its keyboard."""
    def there(machine):
        vga = Vga(machine)
        if step is wait:
            machine.wait(arguments[0], vga)
        else:
            vga.key(*arguments)
        vga.picture(OUT / ("%s.png" % machine.name))
    return there


def on_virtual(step, *arguments):
    """The same at virtio's console."""
    def there(machine):
        if step is wait:
            machine.wait(arguments[0], machine.line("hvc"))
        else:
            machine.line("hvc").key(*arguments)
    return there


def job(side, others, name):
    steps = [every(wait, QUESTION) for every in (*others, side)] + [side(key, "F9")]
    steps += [other(wait, "ddload is being used on %s." % name) for other in others]
    for title, press in SCREENS:
        steps += [side(wait, title), side(key, press)]
    steps += [side(wait, "The driver works"), side(key, "Enter")]
    steps += [other(wait, "ddload: loaded megaraid_sas") for other in others]
    return tuple(steps) + (here(key, "Enter"),)


def consoles(name, side, others, tty, append="", **more):
    return Case(name, {"whole": state(WORKS)}, "live whole ddload auto; read -r seen", job(side, others, tty), both=True,
                media=("cd-ide:%s" % pack("default"),), append=append + "ddload=prompt ddload.timeout=600", limit=150, **more)


# The module that drives it comes after the kernel's start, as in most initrds.
VIRTUAL = {"modules": ("virtio_console",), "append": "console=hvc0 ", "raw": (
    "-device", "virtio-serial-pci", "-chardev", "socket,id=hvc,server=on,wait=off,path=@SCRATCH@/hvc",
    "-device", "virtconsole,chardev=hvc")}

CASES = (
    consoles("consoles-vga", on_screen, (here,), "tty1", slow=True),
    consoles("consoles-serial", here, (on_screen,), "ttyS0", slow=True),
    consoles("consoles-three", on_virtual, (here, on_screen), "hvc0", **VIRTUAL),
    consoles("consoles-three-vga", on_screen, (here, on_virtual), "tty1", slow=True, **VIRTUAL),
)
