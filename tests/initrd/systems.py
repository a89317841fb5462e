# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots initrds as Debian makes them, with initramfs-tools, dracut, and dracut with systemd, of the
stock kernel without the controller's driver. The root file system is on the disk behind that
controller, and says there that it was reached.

The initrds are made in a tree of Debian's packages (scripts/parts.d/initrd-tools), which takes
root or a user namespace; where neither is to be had these tests are skipped.
"""

import shutil
import subprocess
import threading
import time

from common import BUILD, IMAGE, OUT, PACK, PARTS, PROGRAM, TOP, Skipped, boot, boot_until, must, slow, tool
import hand
from schema import fits_schema

TREE = PARTS / "initrd-tools"
SHARED = TREE / "usr" / "share" / "ddload"
NO_PERMISSION = 77  # of scripts/in-tree
MEMORY = 1024
ROOT = "root=LABEL=ddlroot ro"
NO_SPLASH = "plymouth.enable=0"
DRACUT_FAILS = "rd.retry=10 rd.shell=0"
LOCK = threading.Lock()

# Process 1 of the root file system on the disk behind the controller.
INIT = """#!/bin/busybox sh
export PATH=/bin
say() { echo "MARK $*" >/dev/console; }
[ -e /proc/mounts ] || mount -t proc proc /proc
[ -e /sys/block ] || mount -t sysfs sysfs /sys
numbers=$(sed -n 's,^[^ ]* [^ ]* \\([^ ]*\\) / / .*,\\1,p' /proc/self/mountinfo | tail -n 1)
say root "$(readlink -f /sys/dev/block/$numbers)"
say bound "$(ls /sys/bus/pci/drivers/megaraid_sas | grep :)"
say version "$(cat /sys/module/megaraid_sas/version)"
say printk "$(cut -f1 /proc/sys/kernel/printk)"
say tty "$(stty -a </dev/console | tr ' ' '\\n' | grep -x -e -*icanon -e -*echo -e -*isig | tr '\\n' ' ')"
say splash "$(pidof plymouthd)"
say left "$(ps | grep -v grep | grep -c ddload)"
[ ! -e /run/ddload/outcome.json ] || say outcome "$(tr -d '\\n' </run/ddload/outcome.json)"
say end
sleep 2
poweroff -f
"""


# --- the tree, and the initrds that are made in it

def in_tree(*command):
    done = subprocess.run([str(TOP / "scripts" / "in-tree"), str(TREE), *map(str, command)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    if done.returncode == NO_PERMISSION:
        raise Skipped(done.stdout.strip())
    must(done.returncode == 0, *command, "ended with", done.returncode, done.stdout)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def install_ddload():
    """As `make install` does it, and then as README says."""
    shutil.copy(PROGRAM, TREE / "usr" / "sbin" / "ddload")
    for name in ("ddload-gpgv", "ddload-fetch"):
        shutil.copy(BUILD / name, TREE / "usr" / "sbin" / name)
    write(TREE / "etc" / "pki" / "rpm-gpg" / "RPM-GPG-KEY-acme", (PARTS / "updates" / "signed.asc").read_text())
    shutil.rmtree(SHARED, ignore_errors=True)
    shutil.copytree(TOP / "initrd", SHARED / "initrd")
    for path in [BUILD / "pci.ids.xz", *BUILD.glob("*.cat")]:
        shutil.copy(path, SHARED)
    modules = TREE / "usr" / "lib" / "dracut" / "modules.d"
    for module in modules.glob("*ddload"):  # of an earlier run
        module.unlink()
    module = modules / "50ddload"
    module.symlink_to("/usr/share/ddload/initrd/50ddload")
    plain, ours = TREE / "etc" / "initramfs-tools", TREE / "etc" / "initramfs-tools.ddload"
    write(plain / "hooks" / "without-driver", "#!/bin/sh\nfind \"$DESTDIR/\" -name 'megaraid_sas.ko*' -delete\n")
    write(plain / "conf.d" / "fast", "COMPRESSLEVEL=1\n")
    shutil.rmtree(ours, ignore_errors=True)
    shutil.copytree(plain, ours)
    shutil.copy(TOP / "initrd" / "initramfs-tools" / "hook", ours / "hooks" / "ddload")
    write(ours / "scripts" / "init-premount" / "ddload", (TOP / "initrd" / "initramfs-tools" / "init-premount").read_text())
    (ours / "hooks" / "ddload").chmod(0o755)
    write(ours / "conf.d" / "ddload-network", "export DDLOAD_NETWORK=y\n")
    packs = TREE / "etc" / "ddload" / "packs"
    packs.mkdir(parents=True, exist_ok=True)
    shutil.copy(PACK, packs / "acme.iso")


MKINITRAMFS = ("mkinitramfs", "-d")
DRACUT = ("dracut", "-q", "--force", "--no-hostonly", "--no-compress", "--omit-drivers", "megaraid_sas")
NO_SYSTEMD = ("--omit", "systemd systemd-initrd dracut-systemd plymouth crypt")
SYSTEMD = ("--add", "systemd", "--omit", "crypt")
# The words that dracut's own way puts into the initrd.
AUTO = ("--kernel-cmdline", "ddload=auto")
LISTER = {"mkinitramfs": "lsinitramfs", "dracut": "lsinitrd"}
KINDS = {
    "initramfs": (*MKINITRAMFS, "/etc/initramfs-tools.ddload"),
    "initramfs-plain": (*MKINITRAMFS, "/etc/initramfs-tools"),
    "dracut": (*DRACUT, *NO_SYSTEMD, "--add", "ddload"),
    "dracut-plain": (*DRACUT, *NO_SYSTEMD),
    "systemd": (*DRACUT, *SYSTEMD, *AUTO, "--add", "ddload"),
    "systemd-plain": (*DRACUT, *SYSTEMD),
}


def release():
    return (PARTS / "release").read_text().strip()


def initrd(kind):
    """The initrd of this kind; made at its first use."""
    out = OUT / ("made-%s.img" % kind)
    with LOCK:
        if kind in MADE:
            return out
        if not (TREE / "packages").exists():
            raise Skipped("there is no tree to make initrds in; scripts/parts initrd-tools says why")
        if not MADE:
            install_ddload()
            make_root()
        inside = TREE / "tmp" / out.name
        if KINDS[kind][0] == "dracut":
            in_tree(*KINDS[kind], "/tmp/" + out.name, release())
        else:
            in_tree(*KINDS[kind], "-o", "/tmp/" + out.name, release())
        if not kind.endswith("-plain"):
            network = ["usr/bin/ddload-fetch"] if kind == "initramfs" else []
            for file in ("usr/bin/ddload-gpgv", "etc/pki/rpm-gpg/RPM-GPG-KEY-acme", *network):
                in_tree("sh", "-c", "%s /tmp/%s | grep -q %s" % (LISTER[KINDS[kind][0]], out.name, file))
        inside.chmod(0o644)
        inside.replace(out)
        MADE.add(kind)
    return out


MADE = set()
DISK = OUT / "root.img"


def make_root():
    """The disk with the root file system."""
    tree = OUT / "root"
    shutil.rmtree(tree, ignore_errors=True)
    for name in "bin dev etc proc root run sbin sys tmp usr".split():
        (tree / name).mkdir(parents=True)
    shutil.copy("/bin/busybox", tree / "bin")
    for name in subprocess.run(["/bin/busybox", "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split():
        if name != "busybox":
            (tree / "bin" / name).symlink_to("busybox")
    write(tree / "sbin" / "init", INIT)
    (tree / "etc" / "os-release").write_text("ID=ddlroot\n")
    tool("make-medium", "--kind", "ext4", "--partition", "--label", "ddlroot", "--size", "16M", DISK, tree)


def reached(found, text=None, disk="sda"):
    """The root file system is on the disk behind the controller, and the console is as it was."""
    driver = (PARTS / "drivers" / "version").read_text().strip()
    must(found["bound"].strip() and "/%s/" % found["bound"].strip() in found["root"], "root is not behind it:", found)
    must(found["version"] == driver, "another driver:", found)
    # By hand (no text) the person has seen it.
    must(text is None or "ddload: loaded megaraid_sas %s (acme:megaraid-sas 1.0-7) %s" % (driver, disk) in text,
         "no line on the console")
    must(fits_schema(found["outcome"])["result"] == "works", found["outcome"])
    must(found["printk"] == "4", "kernel messages are not as before:", found)  # "quiet"
    must(found["tty"].split() == ["isig", "icanon", "echo"], "the terminal is not as before:", found)
    must(found["left"] == "0", "something of ddload's still runs")


def start(name, kind, words, *more, image=None, splash=NO_SPLASH, **other):
    return boot(name, image or initrd(kind), "%s %s %s" % (ROOT, splash, words), *more, disk=DISK, memory=MEMORY, limit=300, **other)


# --- booting

def test_initramfs_auto(_place):
    """initramfs-tools: the hook and the pack are in the initrd."""
    reached(*start("initramfs-auto", "initramfs", "ddload=auto"))


def test_initramfs_without(_place):
    """The same initrd without ddload finds no root."""
    boot_until("initramfs-without", r"ALERT!  LABEL=ddlroot does not exist", initrd("initramfs"), ROOT + " ddload=off rootdelay=5",
               disk=DISK, memory=MEMORY)


def test_dracut_auto(_place):
    """dracut without systemd: the module 50ddload, the pack on a CD."""
    reached(*start("dracut-auto", "dracut", "ddload=/dev/sr0 " + DRACUT_FAILS, "--medium", "cd-ide:%s" % PACK))


@slow
def test_dracut_without(_place):
    boot_until("dracut-without", r"/dev/disk/by-label/ddlroot does not exist", initrd("dracut"),
               "%s ddload=off %s" % (ROOT, DRACUT_FAILS), disk=DISK, memory=MEMORY)


def test_systemd_auto(_place):
    """dracut with systemd: the unit; words and pack are in the initrd."""
    reached(*start("systemd-auto", "systemd", DRACUT_FAILS))


# --- by hand, over the serial line

def test_initramfs_hand(_place):
    """initramfs-tools: nothing on the command line, F9 on the serial line, the pack that is in the initrd."""
    found, _ = hand.by_hand("initramfs-hand", initrd("initramfs"), "%s %s ddload.timeout=60" % (ROOT, NO_SPLASH), DISK)
    reached(found)


@slow
def test_dracut_hand(_place):
    """dracut, the letter d, the pack on a CD."""
    found, _ = hand.by_hand("dracut-hand", initrd("dracut"), "%s %s ddload.timeout=60 %s" % (ROOT, NO_SPLASH, DRACUT_FAILS), DISK,
                       "--medium", "cd-ide:%s" % PACK, key="d")
    reached(found)


@slow
def test_systemd_hand(_place):
    """dracut with systemd, which shows its own lines: they do not come between the menus."""
    found, text = hand.by_hand("systemd-hand", initrd("systemd"),
                          "%s %s ddload=prompt ddload.timeout=60 systemd.show_status=1 %s" % (ROOT, NO_SPLASH, DRACUT_FAILS), DISK)
    reached(found)
    menus = text[text.index("Where is the driver disk"):text.index("is loaded and works")]
    must("  OK  " not in menus and "running (" not in menus, "systemd spoke between the menus")
    must("  OK  " in text[text.index("is loaded and works"):], "systemd was not heard again")


# --- ddload.img beside initrds that know nothing of ddload

def beside(name, place, words):
    """The plain initrd with the image and the pack appended; nothing else."""
    out = place / "both"
    tool("add-to-initrd", initrd(name + "-plain"), out, "--image", IMAGE, "--pack", PACK, "--cmdline", "ddload=auto")
    return start(name + "-image", name, words, image=out)


@slow
def test_initramfs_image(place):
    """initramfs-tools, and its boot splash, which is there before ddload: it does not come between."""
    out = place / "both"
    tool("add-to-initrd", initrd("initramfs-plain"), out, "--image", IMAGE, "--pack", PACK, "--cmdline", "ddload=auto")
    found, text = start("initramfs-image", "initramfs", "splash", image=out, splash="")
    must(found["splash"].strip(), "plymouth does not run")
    found["tty"] = "isig icanon echo"  # the splash is on again and has the terminal, as it would without ddload
    reached(found, text)


@slow
def test_dracut_image(place):
    reached(*beside("dracut", place, DRACUT_FAILS))


@slow
def test_systemd_image(place):
    reached(*beside("systemd", place, DRACUT_FAILS))


@slow
def test_systemd_long(_place):
    """Menus open for two minutes: nothing gives up waiting for the root disk meanwhile (systemd's limit is 90 s)."""
    machine = hand.start("systemd-long", initrd("systemd"), "%s %s ddload=menu" % (ROOT, NO_SPLASH), DISK, limit=500)
    try:
        machine.wait("Where is the driver disk")
        time.sleep(120)
        for text in hand.MENUS:
            machine.wait(text)
            machine.terminal.key("Enter")
        reached(hand.finish(machine)[0])
    finally:
        machine.close()
