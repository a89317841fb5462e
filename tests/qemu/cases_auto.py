# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: nobody watching, the kernel command line says what is wanted."""

import random
import subprocess

from cases import NEWER as NEWER_VERSION
from cases import NOTHING, OLD, WORKS, Case, all_of, has, key, line, pack, qmp, state, wait
from machine import OUT, PARTS, TOP


def labelled(label, variant):
    """A stick with this label and a pack's image on it; made when the table is read."""
    out = OUT / ("auto-%s-%s.img" % (label, variant))
    out.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([str(TOP / "scripts" / "make-medium"), "--kind", "fat", "--label", label, str(out), str(pack(variant))],
                   check=True, stdout=subprocess.DEVNULL)
    return out


OEMDRV, DDLOAD, NEWER = labelled("OEMDRV", "default"), labelled("DDLOAD", "other-kernel"), labelled("DDLOAD", "newer")

# What the initrd's script does, and what is told then. The kernel's log has the outcome's line.
AUTO = """
live %s ddload auto
tell log "line $(dmesg | sed -n 's/.*\\(ddload: \\(loaded\\|FAILED\\) .*\\)/\\1/p' | tail -n 1)"
"""
# The stick is the first disk there, so the controller's is the second.
BESIDE = state(WORKS, disks="sda sdb", outcome__disks__0__name="sdb")
LOADED = "ddload: loaded megaraid_sas 07.999.00.00-ddl1 (acme:megaraid-sas 1.0-7) sda"
LOADED_SDB = LOADED.replace("sda", "sdb")


def auto(name, words, facts, said, **more):
    return Case("auto-" + name, {"auto": facts, "log": {"line": said}}, AUTO % "auto", append=words, **more)


LABEL = auto("label", "ddload=auto ddload.wait=20", BESIDE, LOADED_SDB, media=("usb:%s" % OEMDRV,))

# Another label: it is nobody's business what lies there.
UNLABELLED = auto("unlabelled", "ddload=auto ddload.wait=5 ddload.on-error=continue", state(NOTHING, 2, disks="sda"), has("ddload: FAILED (no-pack)"),
                  media=("usb:%s" % labelled("DRIVERS", "default"),))

# The stick is plugged in when ddload is waiting for it.
LATE = auto("late", "ddload=auto ddload.wait=40", BESIDE, LOADED_SDB,
            steps=(wait("waiting for the driver disk"),
                   qmp("device_add", driver="usb-storage", id="late", bus="usb.0", drive="late-image", removable=True)),
            raw=("-device", "qemu-xhci,id=usb", "-drive", "if=none,id=late-image,format=raw,readonly=on,file=%s" % OEMDRV))

# Two labelled volumes, one of them with a pack for another kernel; labels count whatever the case of their letters.
TWO = auto("two-labels", "ddload=auto ddload.wait=20", state(WORKS, disks="sda sdb sdc", outcome__disks__0__name="sdc"), LOADED_SDB.replace("sdb", "sdc"),
           media=("usb:%s" % DDLOAD, "usb:%s" % labelled("oemdrv", "default")))

# Two labelled volumes with the same driver in different versions: nobody is there to choose, and the newer one is taken.
BOTH = auto("newer", "ddload=auto ddload.wait=20",
            state(WORKS, version=NEWER_VERSION, disks="sda sdb sdc", outcome__modules__0__version=NEWER_VERSION, outcome__disks__0__name="sdc"),
            LOADED_SDB.replace("sdb", "sdc").replace("07.999.00.00-ddl1", NEWER_VERSION).replace("1.0-7", "1.1-9"),
            media=("usb:%s" % NEWER, "usb:%s" % OEMDRV))

# A pack in the initrd; the script's stdin is no terminal, and the console is taken.
INITRD = Case("auto-initrd", {"auto": state(WORKS), "log": {"line": LOADED}}, """
ddload auto </dev/null >/tmp/said 2>&1
tell auto "status $?"
[ ! -s /tmp/said ] || cat /tmp/said
tell log "line $(dmesg | sed -n 's/.*\\(ddload: \\(loaded\\|FAILED\\) .*\\)/\\1/p' | tail -n 1)"
""", add=((pack("default"), "/ddload/acme.iso"),), append="ddload=auto", steps=(wait(LOADED),))

def large_pack():
    """The driver and 12 MB of firmware that do not compress."""
    out = OUT / "auto-large"
    out.mkdir(parents=True, exist_ok=True)
    firmware, driver = out / "large.fw", next((PARTS / "rpms" / "driver").glob("*.rpm"))
    if (out / "large.iso").exists() and (out / "large.iso").stat().st_mtime > driver.stat().st_mtime:
        return out / "large.iso"
    firmware.write_bytes(random.Random(1).randbytes(12 << 20))
    subprocess.run([str(TOP / "scripts" / "build-rpm"), "--name", "large", "--version", "1", "--arch", "noarch", "--compression", "none",
                    "--output", str(out), "%s:/lib/firmware/large.fw" % firmware], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([str(TOP / "scripts" / "build-supplemental-pack"), "--vendor-code", "acme", "--vendor-name", "Acme", "--label", "large",
                    "--text", "A driver and much firmware", "--version", "1.0", "--build", "1", "--output", str(out),
                    str(driver), str(out / "large-1-1.noarch.rpm")], check=True, stdout=subprocess.DEVNULL)
    return out / "large.iso"


# No memory for what is to be staged: said, with how much there is; nothing was changed, and the policy followed.
MEMORY = Case("auto-memory", {"memory": state(NOTHING, 3), "log": {"line": all_of("ddload: FAILED (stage) ", " are held in memory, ")}}, """
mount -o remount,size=100% /tmp
free() { echo $(($(sed -n 's/MemAvailable: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo) / 1024)); }
dd if=/dev/zero of=/tmp/fill bs=1M count=$(($(free) - 16)) 2>/dev/null
echo "free: $(free) MB"
ddload auto
tell memory "status $?"
rm /tmp/fill
tell log "line $(dmesg | sed -n 's/.*\\(ddload: FAILED .*\\)/\\1/p' | tail -n 1)"
""", append="ddload=sr0 ddload.on-error=continue", media=("cd-ide:%s" % large_pack(),), limit=150, slow=True)

def no_concern(name, medium, base, status, said, stock):
    """A labelled volume with nothing for this machine."""
    return Case("auto-" + name, {"auto": state(base, status), "log": {"line": all_of(*said)}}, """
live auto ddload auto
tell log "line $(dmesg | sed -n 's/.*\\(ddload: \\(nothing\\|FAILED\\) .*\\)/\\1/p' | tail -n 1)"
""", append="ddload=auto ddload.wait=3 ddload.on-error=continue", media=("usb:%s" % medium,), stock=stock)


def kickstart():
    """A stick of anaconda's: the label of driver disks, and answers to questions."""
    tree = OUT / "auto-kickstart"
    tree.mkdir(parents=True, exist_ok=True)
    (tree / "ks.cfg").write_text("text\nrootpw --lock\nautopart\n")
    subprocess.run([str(TOP / "scripts" / "make-medium"), "--kind", "fat", "--label", "OEMDRV", "%s.img" % tree, str(tree)],
                   check=True, stdout=subprocess.DEVNULL)
    return "%s.img" % tree


DRIVEN = ("ddload: nothing loaded: every controller has its driver",)
KICKSTART = no_concern("kickstart", kickstart(), state(OLD, disks="sda sdb"), 0, DRIVEN, True)
KICKSTART_FREE = no_concern("kickstart-free", kickstart(), state(NOTHING, disks="sda"), 3,
                            ("ddload: FAILED (no-driver) storage controller", "no driver"), False)
OTHER = no_concern("other-kernel", DDLOAD, state(OLD, disks="sda sdb"), 0, DRIVEN + ("for another kernel",), True)

FINGERPRINT = "ddload.fingerprint=00000000000000000000000000000000"
FAILED = has("ddload: FAILED (fingerprint)")

# A last console that does not exist: /dev/console cannot be opened, the other one is taken.
NO_CONSOLE = Case("auto-no-console", {"auto": state(WORKS), "log": {"line": LOADED}}, INITRD.script,
                  add=INITRD.add, append="ddload=auto console=ttyS3", steps=(wait(LOADED),))

# Killed in the middle: kernel messages are shown again, and the terminal is as it was.
KILLED = Case("auto-killed", {"killed": {"status": 137, "during": "1 raw", "after": "5 as it was"}}, """
dmesg -n 5
level() { cut -f1 /proc/sys/kernel/printk; }
modes() { if stty -a </dev/ttyS0 | grep -q -e '-icanon'; then echo raw; else echo as it was; fi; }
asks() { [ "$(level) $(modes)" = "1 raw" ]; }
ddload auto </dev/null &
within 20 asks
during="$(level) $(modes)"
kill -9 "$(pidof ddload | tr ' ' '\\n' | sort -n | tail -n 1)"
wait $!
tell killed "status $?" "during $during" "after $(level) $(modes)"
""", append="ddload.timeout=600", steps=(wait("to load a driver disk"),))

# A failure stops where it can be read, until one key says how to go on; another key is no answer.
STOP = auto("stop", "ddload=/packs/default.iso %s" % FINGERPRINT, state(NOTHING, 3), FAILED, packs=("default",),
            steps=(wait("Enter goes on without the driver"), wait("ddload: state=waiting"), key("x"), key("s"), wait("This is a shell"), line("exit")))
SHELL = auto("shell", "ddload=/packs/default.iso ddload.on-error=shell %s" % FINGERPRINT, state(NOTHING, 3), FAILED,
             packs=("default",), steps=(wait("This is a shell"), line("echo one >/dev/ttyS1; exit")), slow=True)
CONTINUE = auto("continue", "ddload=/packs/default.iso ddload.on-error=continue ddload.console=ttyS9 %s" % FINGERPRINT,
                state(NOTHING, 3), FAILED, packs=("default",), steps=(wait("there is no terminal ttyS9"),))


# QEMU is told to end when its machine restarts.
REBOOT = Case("auto-reboot", {}, "ddload auto\n", append="ddload=/packs/default.iso ddload.on-error=reboot %s" % FINGERPRINT,
              packs=("default",), steps=(wait("restarts in 30 seconds"), wait("The machine restarts.")), slow=True)

POWEROFF = Case("auto-poweroff", {}, "ddload auto\n", append="ddload=/packs/default.iso ddload.on-error=poweroff %s" % FINGERPRINT,
                packs=("default",), steps=(wait("switched off in 30 seconds"), wait("The machine is switched off.")), slow=True)

# The initrd's own script, from the command line's words to disk detection.
WHOLE = Case("auto-whole", {}, append="ddload=LABEL=OEMDRV demo.end=poweroff", media=("usb:%s" % OEMDRV,),
             steps=(wait("demo-init: disks: 2"),))

CASES = (LABEL, UNLABELLED, LATE, TWO, BOTH, KICKSTART, KICKSTART_FREE, OTHER, MEMORY, INITRD, NO_CONSOLE, KILLED, STOP, SHELL, CONTINUE, REBOOT, POWEROFF, WHOLE)
