# SPDX-License-Identifier: GPL-2.0-or-later
"""
Golden screens: each of GOLDEN on 80x24 and 132x43, in English, Chinese and German, in colour and
monochrome; each of PLAIN on 40x24 in each language.  golden/[large-][zh-|de-]NAME.txt has the
text, then the colours and the attributes of a monochrome terminal in runs: "4-6: .2 b9 .69"
are lines 4 to 6, two columns as usual, nine in blue on grey, and so on (looks.py has the letters).
"""

from pathlib import Path

import looks
from driver import IN_CHINESE, IN_GERMAN, SANITIZER, expect, picture, screen_of

GOLD = Path(__file__).resolve().parent / "golden"

# name: scene, keys before the picture is taken
GOLDEN = {
    "source": ("source", []),
    "source-looked": ("source-looked", []),
    "source-none": ("source-none", []),
    "source-many": ("source-many", []),
    "source-idle": ("source-idle", []),
    "source-many-down": ("source-many", ["Down"] * 6),
    "source-help": ("source", ["F1"]),
    "source-help-letter": ("source", ["?"]),
    "source-eject": ("source-many", ["Down", "Down", "Down", "e"]),
    "source-machine": ("source-many", ["F3"]),
    "source-without": ("source", ["c"]),
    "source-type": ("source", ["t", "/mnt/disk"]),
    "source-type-help": ("source", ["t", "F1"]),
    "packs": ("packs", []),
    "packs-cursor": ("packs", ["Tab", "Tab", "Tab", "Down"]),
    "packs-marked": ("packs", ["Tab", "Tab", "Tab", "Down", "Space"]),
    "packs-none-fit": ("packs-none-fit", []),
    "packs-none-marked": ("packs-none-fit", ["o"]),
    "packs-details": ("packs", ["F3"]),
    "packs-details-end": ("packs", ["F3", "PgDn", "PgDn", "PgDn"]),
    "verify": ("verify", []),
    "verify-long": ("verify-long", ["1e0defda496f0a358565157ec4fd212c85158e4730"]),
    "verify-beside": ("verify-beside", []),
    "verify-loose": ("verify-loose", []),
    "verify-loose-help": ("verify-loose", ["F1"]),
    "verify-expired": ("verify-expired", []),
    "verify-second": ("verify-second", []),
    "licence-second": ("licence-second", []),
    "trust": ("trust", []),
    "trust-help": ("trust", ["F1"]),
    "verify-part": ("verify", ["2FB9 9"]),
    "verify-wrong": ("verify", ["2fb9-9ae8 1000 b446", "Backspace", "Enter"]),
    "verify-not-all": ("verify", ["2fb9", "Enter"]),
    "verify-differs": ("verify", ["2fb9-9ae8 1000 b446", "Backspace"]),
    "verify-go-on": ("verify", ["2fb9 9ae8", "Tab", "Enter"]),
    "verify-same": ("verify", ["2fb9 9ae9 1000 b446 f3d7 1d78 2c73 4dae"]),
    "verify-help": ("verify", ["F1"]),
    "tested": ("tested", []),
    "tested-bad": ("tested-bad", []),
    "tested-beside": ("tested-beside", []),
    "tested-gone": ("tested-gone", []),
    "licence": ("licence", []),
    "plan": ("plan", []),
    "plan-replace": ("plan-replace", []),
    "plan-held": ("plan-held", []),
    "trouble-held": ("trouble-held", []),
    "interrupted": ("interrupted", []),
    "outcome": ("outcome", []),
    "outcome-replace": ("outcome-replace", []),
    "outcome-no-disk": ("outcome-no-disk", []),
    "outcome-not-taken": ("outcome-not-taken", []),
    "outcome-already": ("outcome-already", []),
    "outcome-refused": ("outcome-refused", []),
    "outcome-failed": ("outcome-failed", []),
    "report": ("trouble", ["L", "r"]),
    "outcome-failed-log": ("outcome-failed", ["F2"]),
    "trouble-log": ("trouble", ["L"]),
    "report-trouble": ("trouble", ["L", "s"]),
    "report-help": ("trouble", ["L", "r", "?"]),
    "log-help": ("trouble", ["L", "F1"]),
    "machine-help": ("source-many", ["M", "?"]),
    "details-help": ("packs", ["D", "F1"]),
    "licence-help": ("licence", ["?"]),
    "plan-help": ("plan", ["?"]),
    "interrupted-help": ("interrupted", ["F1"]),
    "tested-help": ("tested", ["F1"]),
    "outcome-help": ("outcome", ["?"]),
    "trouble-help": ("trouble", ["F1"]),
    "packs-help": ("packs", ["?"]),
    "tell-help": ("packs-none-fit", ["o", "?"]),
    "trouble": ("trouble", []),
    "trouble-gone": ("trouble-gone", []),
    "trouble-in-use": ("trouble-in-use", []),
    "looking": ("looking", []),
    "looking-far": ("looking-far", []),
    "testing": ("testing", []),
    "settling": ("settling", ["l"]),
    "settling-disks": ("settling-disks", ["l"]),
    "settling-back": ("settling-back", ["l"]),
}
# The same screen on every terminal: colours differ, the text does not.
TERMINALS = ("xterm", "linux", "vt100")
MANY_TERMINALS = ("source-many", "packs", "outcome-failed", "settling")

# name: plain scene, lines typed
PLAIN = {
    **{scene: (scene, []) for scene in (
        "source", "source-looked", "source-none", "source-many", "packs", "packs-none-fit", "verify", "verify-long", "verify-beside",
        "verify-loose", "verify-expired", "verify-second", "licence-second", "trust",
        "tested", "tested-bad", "tested-beside", "tested-gone", "licence", "plan", "plan-replace", "plan-held", "plan-note", "interrupted", "outcome", "outcome-replace",
        "outcome-no-disk", "outcome-not-taken", "outcome-already", "outcome-refused", "outcome-failed", "trouble", "trouble-held", "trouble-in-use", "trouble-gone", "testing")},
    "verify-differs": ("verify", ["2fb9 9ae8 1000 b446 f3d7\r"]),
    "packs-details": ("packs", ["d\r"]),
    "packs-none-marked": ("packs-none-fit", ["y\r"]),
    "log": ("trouble", ["l\r"]),
    "report-trouble": ("trouble", ["l\r", "s\r"]),
    "settling": ("settling", ["y\r"]),
    "settling-disks": ("settling-disks", ["y\r"]),
}

SIZES = (("", 80, 24), ("large-", 132, 43))
LANGUAGES = (("", SANITIZER), ("zh-", IN_CHINESE), ("de-", IN_GERMAN))
COLOURS = "--- colours\n"
MONO = "--- monochrome\n"


def compare(name, parts, update):
    """`parts` are the text and what else stands in the file."""
    path = GOLD / f"{name}.txt"
    whole = "".join(parts)
    if update:
        path.write_text(whole)
    if not path.exists():
        raise AssertionError("has no golden screen: look at it, then --update")
    if path.read_text() != whole:
        raise AssertionError("is not the golden screen:\n" + whole)


def expected_text(name, update):
    path = GOLD / f"{name}.txt"
    return path.read_text().partition(COLOURS)[0] if path.exists() and not update else None


def check_screens(name, scene, keys, columns, lines, env, update):
    """In colour and without; the text is the same, and every letter can be read."""
    wanted = expected_text(name, update)
    screen, text = screen_of(scene, keys, columns=columns, lines=lines, env=env, wanted=wanted)
    no_colours = {"NO_COLOR": "1"} if columns == 80 else {"SHOW_COLORS": "none"}
    mono, mono_text = screen_of(scene, keys, columns=columns, lines=lines, env=dict(env, **no_colours), wanted=text)
    compare(name, [text, COLOURS, looks.in_runs(screen, True), MONO, looks.in_runs(mono, False)], update)
    expect(mono_text, text, "monochrome: ")
    looks.check_contrast(screen)


def check_high_contrast(scene, keys):
    screen, _ = screen_of(scene, keys, env=dict(SANITIZER, SHOW_COLORS="high-contrast"))
    looks.check_contrast(screen, looks.LEAST_HIGH)


def check_bar(env):
    looks.check_bar(screen_of("testing", [], env=dict(SANITIZER, **env))[0])


def check_modes():
    """Which terminals have colours."""
    for env, coloured in (({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"SHOW_COLORS": "auto", "NO_COLOR": "1"}, False),
                          ({"SHOW_COLORS": "none"}, False), ({"SHOW_COLORS": "always", "NO_COLOR": "1"}, True),
                          ({"SHOW_COLORS": "high-contrast", "NO_COLOR": "1"}, False),
                          ({"TERM": "vt100"}, False), ({"TERM": "vt100", "SHOW_COLORS": "always"}, True),
                          ({"TERM": "vt100", "SHOW_COLORS": "high-contrast"}, False),
                          # no description of the terminal, as in an initrd without terminfo
                          ({"TERM": "xterm-unheard-of"}, True), ({"TERM": "linux-unheard-of"}, True), ({"TERM": "vt100-unheard-of"}, False)):
        screen, _ = screen_of("tested", [], env=dict(SANITIZER, **env))
        expect(screen.buffer[0][0].bg != "default", coloured, f"{env}: ")


def tests(update):
    for prefix, columns, lines in SIZES:
        for language, env in LANGUAGES:
            for name, (scene, keys) in GOLDEN.items():
                full = f"{prefix}{language}{name}"
                yield full, lambda n=full, s=scene, k=keys, c=columns, r=lines, e=env: check_screens(n, s, k, c, r, e, update)
    for language, env in LANGUAGES:
        for name, (scene, keys) in PLAIN.items():
            full = f"{language}plain-{name}"
            yield full, lambda n=full, s=scene, k=keys, e=env: compare(
                n, [picture(s, k, columns=40, plain=True, env=e, wanted=expected_text(n, update))], update)
    if update:
        return
    for term in TERMINALS:
        for name in MANY_TERMINALS:
            scene, keys = GOLDEN[name]
            yield f"{name} on {term}", lambda n=name, s=scene, k=keys, t=term: expect(
                picture(s, k, t, wanted=expected_text(n, False)), expected_text(n, False))
    for name, (scene, keys) in GOLDEN.items():
        yield f"high contrast: {name}", lambda s=scene, k=keys: check_high_contrast(s, k)
    for env in ({}, {"SHOW_COLORS": "high-contrast"}):
        yield f"bar: {env}", lambda e=env: check_bar(e)
    yield "colours: which terminals", check_modes
