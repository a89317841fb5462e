# SPDX-License-Identifier: GPL-2.0-or-later
"""`ddload install` into a system with a depmod of its own, which is run as that system's root."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from common import PACK, PARTS, PROGRAM, Skipped, must, tool


def as_root():
    """What a command has to begin with to be root here."""
    words = [] if os.geteuid() == 0 else ["unshare", "-r"]
    if words and subprocess.run([*words, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        raise Skipped("neither root nor a user namespace is to be had")
    return words


def make_target(target):
    """An installed system: kmod with its libraries, a few modules of the kernel; its /lib is a link that only holds in it."""
    release = (PARTS / "release").read_text().strip()
    modules = target / "usr" / "lib" / "modules" / release
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo", *modules_below("scsi_mod.ko", "scsi_common.ko")):
        (modules / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PARTS / "modules" / name, modules / name)
    kmod = shutil.which("kmod", path="/bin:/usr/bin:/sbin:/usr/sbin")
    libraries = re.findall(r"(/\S+)", subprocess.run(["ldd", kmod], stdout=subprocess.PIPE, text=True, check=True).stdout)
    (target / "lib").symlink_to("/usr/lib")
    (target / "lib64").symlink_to("/usr/lib64")
    for path in [kmod, *libraries]:
        place = target / ("usr" + path if path.startswith("/lib") else path[1:])
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    for name in ("depmod", "modprobe"):
        (target / "usr" / "sbin").mkdir(exist_ok=True)
        (target / "usr" / "sbin" / name).symlink_to(kmod)
    return release, modules


def modules_below(*names):
    return [str(path.relative_to(PARTS / "modules")) for name in names
            for path in Path(PARTS / "modules" / "kernel" / "drivers" / "scsi").glob(name)]


def install(place, release, pack, *options):
    command = [*as_root(), PROGRAM, "install", "--target", str(place / "target"), "--kernel", release, *options, str(pack)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def test_install(place):
    """The target's own depmod has been run in it: modprobe there finds the driver, and what it needs."""
    release, modules = make_target(place / "target")
    status, said = install(place, release, PACK)
    must(status == 0 and "installed: lib/modules/%s/extra/megaraid_sas.ko" % release in said, said)
    must((modules / "extra" / "megaraid_sas.ko").read_bytes() == (PARTS / "drivers" / "megaraid_sas.ko").read_bytes(),
         "it is another module")
    must((modules / "modules.dep").is_file() and not (place / "usr").exists(), "depmod has not been run in the target")
    shown = subprocess.run([*as_root(), "chroot", str(place / "target"), "/usr/sbin/modprobe", "--show-depends", "-S", release,
                            "pci:v00001000d00000060sv00001000sd00001013bc01sc04i00"], stdout=subprocess.PIPE, text=True, check=True).stdout
    order = [Path(line.split()[1]).name for line in shown.splitlines()]
    must(order == ["scsi_common.ko", "scsi_mod.ko", "megaraid_sas.ko"], shown)
    must("event_log_level=2" in shown, "its settings are not there:", shown)


def test_install_broken_depmod(place):
    """The target's depmod does not run, and another one would be led out of it: said, and what was copied is whole."""
    release, modules = make_target(place / "target")
    (place / "target" / "usr" / "sbin" / "depmod").unlink()
    (place / "target" / "usr" / "sbin" / "depmod").write_text("no program\n")
    status, said = install(place, release, PACK)
    must(status == 5 and "depmod %s ended with" % release in said, status, said)
    must((modules / "extra" / "megaraid_sas.ko").stat().st_size == (PARTS / "drivers" / "megaraid_sas.ko").stat().st_size, said)


def test_install_licence(place):
    """A licence has to be accepted beforehand: without that nothing is written."""
    release, modules = make_target(place / "target")
    (place / "EULA").write_text("Do what you like.\n")
    tool("build-rpm", "--name", "eula", "--version", "1", "--arch", "noarch", "--output", place,
         "%s:/usr/share/doc/acme/EULA" % (place / "EULA"))
    tool("build-supplemental-pack", "--vendor-code", "acme", "--vendor-name", "Acme", "--label", "licensed", "--text", "With a licence",
         "--version", "1.0", "--build", "1", "--output", place, *PARTS.glob("rpms/driver/*.rpm"), *place.glob("*.rpm"))
    before = sorted((place / "target").rglob("*"))
    status, said = install(place, release, place / "licensed.iso")
    must(status == 3 and "EULA" in said and "--accept-eula" in said, status, said)
    must(sorted((place / "target").rglob("*")) == before, "something was written")
    status, said = install(place, release, place / "licensed.iso", "--accept-eula")
    must(status == 0 and (modules / "extra" / "megaraid_sas.ko").exists(), status, said)
