# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/factory-demo: virtual servers that boot over a network of its own."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from common import OUT, PARTS, TOP, Skipped, must, slow

NO_PERMISSION = 77
ENDED = OUT / "factory-ended"
MARK = "DDLOAD_FACTORY_TEST"


def factory(*words):
    """Its status, and the rows of its table by the servers' numbers."""
    done = subprocess.run([str(TOP / "scripts" / "factory-demo"), "--output", str(OUT / "factory"), *map(str, words)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode == NO_PERMISSION:
        raise Skipped(done.stdout.strip())
    rows = {int(row[1]): row[0] for row in re.finditer(r"^(\d+)  .*$", done.stdout, re.M)}
    return done.returncode, rows, done.stdout


@slow
def test_factory(_place):
    """Four servers, each with another controller, come up; then one whose driver is in no pack, which is said."""
    status, rows, said = factory(4)
    must(status == 0 and len(rows) == 4 and "4 of 4 came up" in said, said)
    for number, (controller, driver) in enumerate((("megasas", "megaraid_sas 07."), ("mptsas1068", "mptsas 3."),
                                                   ("pvscsi", "vmw_pvscsi 1."), ("lsi53c895a", "sym53c8xx 2.")), 1):
        must(re.search(r" %s +%s\S+ +sda +\d+ s +works$" % (controller, re.escape(driver)), rows[number]), said)
    pack = PARTS / "packs" / "default" / "megaraid-sas.iso"
    status, rows, said = factory(2, "--controllers", "megasas,pvscsi", "--pack", pack)
    must(status == 1 and "1 of 2 came up" in said and rows[1].endswith("works"), said)
    must(" -  " in rows[2] and "nothing loaded: acme:megaraid-sas: for this kernel, but no device here needs it" in rows[2], said)


def test_factory_ended(_place):
    """It is told to end in the middle: nothing of it is left, and its network was its own."""
    shutil.rmtree(ENDED, ignore_errors=True)
    links = Path("/proc/net/dev").read_text().count(":")
    run = subprocess.Popen([str(TOP / "scripts" / "factory-demo"), "2", "--output", str(ENDED)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, env=dict(os.environ, **{MARK: "1"}))
    try:
        booting = wait_for(run)
    finally:
        run.send_signal(signal.SIGTERM)
        said, _ = run.communicate(timeout=60)
    if run.returncode == NO_PERMISSION:
        raise Skipped(said.strip())
    must(booting and run.returncode == 130, "it ended with", run.returncode, said)
    must(Path("/proc/net/dev").read_text().count(":") == links, "there is another network device")
    end = time.monotonic() + 20
    while left() and time.monotonic() < end:
        time.sleep(0.2)
    must(not left(), "these still run:", left())


def wait_for(run):
    """Until a server has asked for its kernel; False where it does not come to that."""
    while run.poll() is None:
        log = ENDED / "httpd.log"
        if left("qemu-system") and log.exists() and "/linux" in log.read_text(errors="replace"):
            return True
        time.sleep(0.3)
    return False


def left(word=""):
    """The processes that were started by the test."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if (MARK + "=1").encode() in (process / "environ").read_bytes().split(b"\0") and word in name:
                found.append(name)
        except OSError:
            continue
    return found
