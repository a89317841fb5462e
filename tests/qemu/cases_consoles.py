# SPDX-License-Identifier: GPL-2.0-or-later
"""Two consoles at once: the prompt is on both, who presses first has the menus, the other one says where."""

from cases import SCREENS, WORKS, Case, key, pack, state, wait
from machine import OUT, Vga

QUESTION = "to load a driver disk"


def on_screen(step, *arguments):
    """The step at the VGA card and its keyboard instead of the serial line."""
    def there(machine):
        vga = Vga(machine)
        if step is wait:
            machine.wait(arguments[0], vga)
        else:
            vga.key(*arguments)
        vga.picture(OUT / ("%s.png" % machine.name))
    return there


def here(step, *arguments):
    return step(*arguments)


def job(side, other, name):
    steps = [wait(QUESTION), on_screen(wait, QUESTION), side(key, "F9"), other(wait, "ddload is being used on %s." % name)]
    for title, press in SCREENS:
        steps += [side(wait, title), side(key, press)]
    steps += [side(wait, "The driver works"), side(key, "Enter"), other(wait, "ddload: loaded megaraid_sas")]
    return tuple(steps) + (here(key, "Enter"),)


def both(name, side, other, tty, **more):
    return Case(name, {"whole": state(WORKS)}, "live whole ddload auto; read -r seen", job(side, other, tty), both=True,
                media=("cd-ide:%s" % pack("default"),), append="ddload=prompt ddload.timeout=600", limit=150, **more)


CASES = (both("consoles-vga", on_screen, here, "tty1"), both("consoles-serial", here, on_screen, "ttyS0", slow=True))
