# SPDX-License-Identifier: GPL-2.0-or-later
"""A pack whose every text is made to harm the terminal: what is seen of it, screen by screen, and what is logged.

The program is the one on the made-up kernel (tests/cases/fake_main.c).  The texts hold escape sequences that
clear the screen, set its title and fake a message, format characters, characters that turn the direction of
writing, lines without end.  Nothing of this may come out: the bytes that the terminal gets are looked at, too."""

import bz2
import hashlib
import io
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

from driver import BUILD, SANITIZER
from terminal import Terminal

FAKE = str(BUILD / "native" / "asan" / "fake")
PARTS = BUILD / "parts"
FORGED = "Everything is well, press Enter"
EVIL = f"\033[2J\033[1;1H{FORGED}\033]0;owned\007\x9b2J\u009b31m\u202e\u2066\u200b\ufeff\x7f\r\n%s%n%x%999999d\t"
TURNING = re.compile("[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u0080-\u009f]")
# What newt and slang themselves send: attributes, places, character sets, modes, colours.
SEQUENCE = re.compile(r"\033(\[\??[0-9;]*[A-Za-z]|[()][A-Z0-9]|[=>78]|M)")
DEVICE = ("device address=0000:03:00.0 modalias=pci:v00001000d00000060sv00001000sd00001013bc01sc04i00 disks=sda\n"
          "module name=scsi_mod tree=/lib/modules/scsi_mod.ko loaded\n"
          "module name=megaraid_sas version={version} srcversion={srcversion} pack binds=0000:03:00.0\n")


def environment():
    """Of the program that the pack fits."""
    return {**SANITIZER, "LANG": "C.UTF-8", "FAKE_RELEASE": (PARTS / "release").read_text().strip()}


def one_line(text):
    return text.replace("\r", "").replace("\n", " ")


def field(name):
    return subprocess.run(["/sbin/modinfo", "-F", name, PARTS / "drivers/megaraid_sas.ko"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


def licence():
    to = io.BytesIO()
    with tarfile.open(fileobj=to, mode="w:bz2") as archive:
        for name, content in (("doc/EULA", (EVIL + "\n" + "a" * 5000 + "\n") * 20), (f"etc/%s%n{'f' * 90}.conf", "x")):
            entry = tarfile.TarInfo(name)
            entry.size = len(content.encode())
            archive.addfile(entry, io.BytesIO(content.encode()))
    return to.getvalue()


def make_disk(disk):
    """Generation 1, where texts may hold any byte."""
    disk.mkdir(parents=True)
    shutil.copy(PARTS / "drivers/megaraid_sas.ko", disk / "megaraid_sas.ko")
    (disk / "licence.tar.bz2").write_bytes(licence())
    (disk / "XS-REPOSITORY").write_text(f"acme:%s%n\n{one_line(EVIL)}{'long ' * 600}\nXenServer\n5.0.0\n")
    rows = []
    for name, rest in (("licence.tar.bz2", "tbz2 required licence.tar.bz2 /"),
                       ("megaraid_sas.ko", "driver megaraid_sas.ko /lib/modules/${KERNEL_VERSION}/extra/megaraid_sas.ko")):
        content = (disk / name).read_bytes()
        rows.append(f"mega%s%n{'x' * 150} {len(content)} {hashlib.md5(content).hexdigest()} {rest}\n")
    (disk / "XS-PACKAGES").write_text("".join(rows))


def make_root(root):
    for directory in ("sys/class/block", "run", "proc"):
        (root / directory).mkdir(parents=True)
    (root / "fake-kernel").write_text(DEVICE.format(version=field("version"), srcversion=field("srcversion")))
    (root / "proc/cmdline").write_text("ddload=/disk ddload.accept-eula ddload.settle=5\n")
    make_disk(root / "disk")


def check_text(what, text, longest):
    for line in text.splitlines():
        bad = [c for c in line if ord(c) < 32 and c != "\t" or ord(c) == 127] + TURNING.findall(line)
        if bad:
            raise AssertionError(f"{what}: {bad[0]!r} in {line[:200]!r}")
        if len(line.encode()) > longest:
            raise AssertionError(f"{what}: a line of {len(line.encode())} bytes: {line[:100]!r}")


LONGEST = 6000  # a description is cut at 4096 bytes; what is around it
COMMANDS = (["list", "/disk"], ["list", "/disk", "--verbose"], ["list", "/disk", "--json"], ["plan", "/disk"],
            ["verify", "/disk"], ["load", "/disk", "--accept-eula"], ["load", "/disk", "--accept-eula", "--json"],
            ["auto"], ["menu", "--plain"])
TYPED = "p\n/disk\nd\ny\ns\ny\ny\ny\nl\nc\n"


def check_said(command):
    """Lines for a person or a log, and the one line for the kernel log and the consoles."""
    with tempfile.TemporaryDirectory(prefix="ddl-hostile-") as scratch:
        root = Path(scratch) / "root"
        make_root(root)
        done = subprocess.run([FAKE, *command, "--root", str(root)], cwd=scratch, input=TYPED.encode(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, env=environment())
        said = done.stdout.decode() + done.stderr.decode()
        if done.returncode != 0:
            raise AssertionError(f"status {done.returncode}: {said[-500:]}")
        check_text("said", said, LONGEST)
        for path in (root / "run/ddload/log", root / "run/ddload/outcome.json"):
            if path.exists():
                check_text(path.name, path.read_text(), LONGEST)
        if command[0] in ("list", "menu") and FORGED not in said:
            raise AssertionError(f"the pack was not shown: {said[-500:]}")
        if command[0] == "menu" and "Licence" not in said and "licence" not in said:
            raise AssertionError(f"the licence was not shown: {said[-500:]}")
        if command[0] == "auto" and not re.search(r"^ddload: loaded megaraid_sas \S+ \(acme:%s%n 5\.0\.0\) sda$", said, re.M):
            raise AssertionError(f"the one line is not as it was: {said[-300:]!r}")


class Watching(Terminal):
    """Keeps all bytes that the terminal gets."""

    def __init__(self, *args, **others):
        self.bytes = b""
        super().__init__(*args, **others)
        feed = self.stream.feed

        def keep(data):
            self.bytes += data
            feed(data)
        self.stream.feed = keep


STEPS = (("packs", ["t", "/disk", "Enter"], "┤ Driver packs ├"), ("details", ["d"], "┤ Details ├"),
         ("verify", ["Esc", "o"], "┤ Verify the driver disk ├"), ("licence", ["Tab", "Enter", "Enter"], "┤ Licence ├"),
         ("plan", ["a"], "┤ Before anything is changed ├"), ("outcome", ["l"], "┤ The driver works ├"), ("log", ["F2"], "┤ Log ├"))
# What differs from build to build, and from run to run.
MASKS = ((r"6\.1\.0-\d+-amd64", "6.1.0-NN-amd64"), (r"[0-9a-f]{4}(?: [0-9a-f]{4}){7}", " ".join(["0000"] * 8)))


def wait_for(terminal, wanted, limit=60.0):
    end = time.monotonic() + limit
    while wanted not in terminal.text():
        if time.monotonic() > end:
            raise AssertionError(f"no {wanted!r} on the screen:\n{terminal.text()}")
        terminal.settle(0.3)
    terminal.settle(0.3)


def check_sent(sent):
    sent = SEQUENCE.sub("", sent.decode(errors="replace"))
    for bad in ("\033", "\u009b", "\u202e", "\u2066", "\u200b", "\ufeff"):
        if bad in sent:
            raise AssertionError(f"the terminal got {bad!r}: {sent[max(0, sent.index(bad) - 60):][:120]!r}")


def check_screens(columns, lines, compare):
    """A whole load, its screens compared with the golden ones; and what the terminal got."""
    with tempfile.TemporaryDirectory(prefix="ddl-hostile-") as scratch:
        root = Path(scratch) / "root"
        make_root(root)
        terminal = Watching([FAKE, "menu", "--root", str(root)], "xterm", columns, lines, environment())
        try:
            wait_for(terminal, "This machine and its media")
            for name, keys, wanted in STEPS:
                for key in keys:
                    terminal.key(key)
                    terminal.settle(0.3)
                wait_for(terminal, wanted)
                text = terminal.text()
                for pattern, mask in MASKS:
                    text = re.sub(pattern, mask, text)
                if name != "log":  # it has times in it
                    compare(f"{'large-' * (columns > 80)}hostile-{name}", text)
                elif "%s%n" not in text or text.splitlines()[0].find("ddload - load a driver disk") != 1:
                    raise AssertionError(f"the log:\n{text}")
        finally:
            terminal.close()
        check_sent(terminal.bytes)


ASCII_STEPS = (([], "This machine and its media"), (["t", "/disk", "Enter"], "Driver packs"), (["Esc"], "machine and its media"))


def check_ascii():
    """--lang C on a console that shows bytes: nothing but ASCII, and none of the terminal's own lines."""
    with tempfile.TemporaryDirectory(prefix="ddl-hostile-") as scratch:
        root = Path(scratch) / "root"
        make_root(root)
        (root / "disk/XS-REPOSITORY").write_text("acme:m\nT\u00fcr \u65e5\u672c\u009b2J\nXenServer\n5.0.0\n")
        terminal = Watching([FAKE, "menu", "--lang", "C", "--root", str(root)], "vt100", 80, 24, environment())
        try:
            for keys, wanted in ASCII_STEPS:
                for key in keys:
                    terminal.key(key)
                    terminal.settle(0.3)
                wait_for(terminal, wanted)
                if wanted == "Driver packs":
                    wait_for(terminal, "T?r ?????2J")
                    wait_for(terminal, "+ Driver packs +")
        finally:
            terminal.close()
        plain = subprocess.run([FAKE, "list", "/disk", "--lang", "C", "--root", str(root)], stdout=subprocess.PIPE, check=True,
                               env=environment()).stdout
        if not terminal.bytes.isascii() or b"\016" in terminal.bytes or b"\033(0" in terminal.bytes:
            raise AssertionError(f"the terminal got {terminal.bytes!r}")
        if "T\u00fcr".encode() not in plain:
            raise AssertionError("into a pipe goes what is on the disk")
