# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of tests/initrd share: where things are, the tools they call, and booting."""

import io
import os
import re
import stat
import subprocess
import sys
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "scripts"), str(TOP / "tests/lib")]
from cpio import Archive  # noqa: E402

BUILD = TOP / os.environ.get("BUILD", "build")
PARTS, OUT = BUILD / "parts", BUILD / "tests" / "initrd"
PROGRAM = os.environ.get("DDLOAD", str(BUILD / "ddload"))
IMAGE = OUT / "ddload.img"
TARGET = PARTS / "media" / "target.img"
PACK = PARTS / "packs" / "default" / "megaraid-sas.iso"
SLOW = set()


class Wrong(Exception):
    """A test has failed."""


class Skipped(Exception):
    """A test cannot be made here; why."""


def must(condition, *words):
    if not condition:
        raise Wrong(" ".join(str(word) for word in words))


def slow(test):
    SLOW.add(test.__name__)
    return test


def tool(name, *words, status=0):
    """One of scripts/ with these words; what it says."""
    done = subprocess.run([str(TOP / "scripts" / name), *map(str, words)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    must(done.returncode == status, name, *words, "ended with", done.returncode, done.stdout)
    return done.stdout


def archive(files):
    """A cpio of files, without the directories above them: those are there, or may be links."""
    raw = io.BytesIO()
    made = Archive(raw, 0)
    for name, data in files.items():
        made.entry(name, stat.S_IFREG | 0o755, data)
    made.finish()
    return raw.getvalue()


def qemu(log, initrd, words, *more, disk=TARGET, kernel=None, memory=512, limit=150):
    """The command that boots it, its serial console in `log`."""
    command = [TOP / "scripts" / "qemu", "--initrd", initrd, "--memory", memory, "--console", "file:%s" % log,
               "--controller", "megasas:%s" % disk, "--time", limit, "--append", words, *more]
    if kernel:
        command += ["--kernel", kernel]
    return [str(word) for word in command]


def said(log):
    return log.read_text(errors="replace").replace("\r", "") if log.exists() else ""


def boot(name, *what, **more):
    """Boots it to its end; the marks that it has told, and all that it said."""
    log = OUT / (name + ".log")
    started = time.monotonic()
    subprocess.run(qemu(log, *what, **more), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=False)
    text = said(log)
    found = marks(text)
    must("end" in found, "the machine did not come to its end in %d s; its log: %s" % (time.monotonic() - started, log))
    return found, text


def marks(text):
    return dict(re.findall(r"MARK (\w+) ?(.*)", text))


def boot_until(name, wanted, *what, **more):
    """Boots it until it says what is wanted (an expression), and no longer; all that it said."""
    log = OUT / (name + ".log")
    log.unlink(missing_ok=True)
    machine = subprocess.Popen(qemu(log, *what, **more), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        while machine.poll() is None and not re.search(wanted, said(log)):
            time.sleep(0.5)
    finally:
        machine.terminate()
        machine.wait()
    must(re.search(wanted, said(log)), "it did not say %r; its log: %s" % (wanted, log))
    return said(log)
