# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of cases: a machine, what is done in it, and the state that has to come of it.

A case's guest runs `script` (guest.sh is read before it) while the host takes the `steps`.
`facts` says for each section that the guest tells what its facts have to be: a value to
equal, a regular expression to find, a function to hold, or Same(SECTION). "a.b.0.c" looks
into a fact that is JSON. The facts that are always told are in guest.sh.
"""

import os
import re
import subprocess
import time
from dataclasses import dataclass

from machine import BUILD, OUT, PARTS, SCREENS, Trouble

TARGET = PARTS / "media" / "target.img"
DRIVER = (PARTS / "drivers" / "version").read_text().strip()
FAR = OUT / "far.iso"  # made by ./run: its packages lie far apart, so that none is read ahead
NEWER, OLDER = "07.999.01.00-ddl2", "07.990.00.00-ddl0"
RELEASE = (PARTS / "release").read_text().strip()
ENOSYS = BUILD / "tests" / "static" / "enosys"


def module_field(path, name):
    tool = dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    return subprocess.run(["modinfo", "-F", name, str(path)], check=True, text=True, env=tool,
                          stdout=subprocess.PIPE).stdout.strip()


STOCK = module_field(PARTS / "modules" / "kernel/drivers/scsi/megaraid/megaraid_sas.ko", "version")


def pack(variant, label="megaraid-sas"):
    return PARTS / "packs" / variant / (label + ".iso")


def update(variant):
    return PARTS / "updates" / variant / "megaraid-sas.iso"


@dataclass
class Case:
    name: str
    facts: dict
    script: str = None               # None: the initrd's own way, prompt and disk detection
    steps: tuple = ()
    controllers: tuple = ("megasas:%s" % TARGET,)
    media: tuple = ()
    stock: bool = False              # the initrd has loaded the kernel's own driver
    packs: tuple = ()                # as /packs/VARIANT.iso in the initrd
    add: tuple = ()                  # more files: (file, place in the initrd)
    modules: tuple = ()              # more modules of the stock kernel
    tree: tuple = ()                 # more modules for the initrd's tree, as files
    append: str = ""
    raw: tuple = ()                  # arguments for QEMU itself
    vga: bool = False
    writable: bool = False           # the media, to the guest
    make: object = None              # a function that makes its media
    after: object = None             # a function that looks at them when the machine is off
    both: bool = False               # a VGA console beside the serial one
    efi: bool = False                # started by EFI firmware
    limit: int = 90
    slow: bool = False               # only with DDL_TEST_ALL=1


@dataclass
class Same:
    """The value that another section has for the same fact."""
    section: str


def has(text):
    return re.compile(re.escape(text))


def all_of(*texts):
    return lambda got: all(text in " ".join(str(got).split()) for text in texts)


def empty(got):
    return not got


# --- steps: functions of the machine

def wait(text):
    return lambda machine: machine.wait(text)


def key(name):
    return lambda machine: machine.terminal.key(name)


def press(name):
    """The key alone, where the next step must not wait until nothing more is drawn."""
    return lambda machine: machine.terminal.press(name)


def line(text):
    return lambda machine: machine.terminal.key(text + "\r")


def mark(name):
    return lambda machine: machine.wait_mark(name)


def qmp(command, **arguments):
    return lambda machine: machine.command(command, **{k.replace("_", "-"): v for k, v in arguments.items()})


def slow_reading(medium, rate):
    """The medium gives `rate` bytes a second from now on."""
    return lambda machine: machine.command("block_set_io_throttle", device=medium + "-image", bps=0, bps_rd=rate,
                                           bps_wr=0, iops=0, iops_rd=0, iops_wr=0)


def pause(seconds):
    return lambda machine: time.sleep(seconds)


def screens(count=len(SCREENS)):
    steps = []
    for title, press in SCREENS[:count]:
        steps += [wait(title), key(press)]
    return tuple(steps)


# The first page is left with a controller that has no driver.
WITHOUT = (wait("Without a driver"), key("g"))
MOST_KEYS = 6  # from the prompt to the disk, where one pack fits


def few_keys(machine):
    if machine.terminal.presses > MOST_KEYS:
        raise Trouble("%d keys were pressed, %d are enough" % (machine.terminal.presses, MOST_KEYS))


def whole_job(press="F9"):
    return (wait("to load a driver disk"), key(press)) + screens() + (wait("The driver works"), few_keys, key("Enter"))


# --- states

NOTHING = {"version": "-", "driver": "-", "disks": "", "modules": "", "mounts": "", "running": ""}
WORKS = {"version": DRIVER, "driver": "megaraid_sas", "disks": "sda", "modules": "megaraid_sas", "mounts": "",
         "running": "", "packs": "acme:megaraid-sas", "outcome.result": "works", "outcome.modules.0.version": DRIVER,
         "outcome.modules.0.version_before": None, "outcome.disks.0.name": "sda", "outcome.error": None,
         "outcome.packs.0.identifier": "acme:megaraid-sas"}
SWAPPED = dict(WORKS, **{"outcome.modules.0.version_before": STOCK})
OLD = {"version": STOCK, "driver": "megaraid_sas", "disks": "sda", "modules": "megaraid_sas", "mounts": "",
       "running": ""}


def state(base, status=0, **more):
    """A state with some facts of its own; a dot in a name is written as two underscores."""
    return dict(base, status=status, **{name.replace("__", "."): value for name, value in more.items()})


def failed(base, code, *said, **more):
    """An insert that failed and left the state `base`."""
    return state(base, 4, outcome__result="undone", outcome__error__code=code, said=all_of(*said), **more)


def refused(base, *said, status=3, **more):
    """Refused before anything was done; the message says these things."""
    return state(base, status, said=all_of(*said), **more)


PROMPT = "live whole ddload prompt --timeout 60"
SERIAL = tuple([
    Case("serial-xterm", {"whole": WORKS}, media=("cd-ide:%s" % pack("default"),),
         append="TERM=xterm demo.end=shell",
         steps=whole_job() + (wait("demo-init: disks: 1"), wait("exit' powers"),
                              line(". /guest.sh; tell whole; exit"))),
    Case("serial-vt100-ahci", {"whole": state(WORKS)}, PROMPT, whole_job("d"),
         media=("cd-ahci:%s" % pack("default"),), append="TERM=vt100"),
    # The stick was there first, so the controller's disk is the second one.
    Case("serial-linux-usb", {"whole": state(WORKS, disks="sda sdb", outcome__disks__0__name="sdb",
                                             outcome__disks__1=None)}, PROMPT, whole_job(),
         media=("usb:%s" % (PARTS / "media" / "stick-iso.img"),), append="TERM=linux"),
    Case("serial-plain-virtio", {"whole": state(WORKS)}, "live whole ddload prompt --plain --timeout 60",
         (wait("to load a driver disk"), key("d"), wait("Your choice:"), line("1"),
          wait("marks or unmarks"), line("y"), wait("go on without comparing"), line("y"),
          wait("All packages are as they should be."), line("y"), wait("What will be done:"), line("y"),
          wait("another driver disk"), line("c")),
         media=("virtio:%s" % (PARTS / "media" / "disk-ext4.img"),)),
    # The firmware writes on that line, too: what is told begins on a new one.
    Case("efi", {"whole": state(WORKS), "firmware": {"efi": "yes"}}, "echo >/dev/ttyS1\n" + PROMPT + """
tell firmware "efi $([ -d /sys/firmware/efi ] && echo yes)"
""", whole_job(), media=("cd-ide:%s" % pack("default"),), efi=True),
    Case("vga", {"whole": state(WORKS)}, PROMPT, whole_job(), media=("cd-ide:%s" % pack("default"),), vga=True),
    # A driver disk of XenServer 7: a person sees 64 digits; then the newer one replaces it.
    Case("update", {
        "whole": state(WORKS, packs="megaraid-sas", outcome__packs__0__identifier="megaraid-sas",
                       outcome__packs__0__fingerprint=lambda digits: len(digits) == 64, kept="comps.xml comps.xml filelists.xml other.xml primary.xml repomd.xml"),
        "swap": state(SWAPPED, version=NEWER, packs="megaraid-sas", outcome__packs__0__identifier="megaraid-sas",
                      outcome__packs__0__version="1.1", outcome__modules__0__version=NEWER,
                      outcome__modules__0__version_before=DRIVER),
    }, """
ddload prompt --timeout 60
tell whole "status $?" "kept $(cd /run/ddload/packs/megaraid-sas/repodata && ls | sed 's/^.*-//; s/\\.gz$//' | sort | tr '\\n' ' ' | sed 's/ $//')"
again swap ddload load --replace --settle 10 /newer.iso
""", whole_job(), media=("cd-ide:%s" % update("default"),), add=((update("newer"), "/newer.iso"),)),
    # A signed disk, its key in the initrd; without gpgv it is refused, with it loaded.
    Case("signed", {
        "missing": dict(NOTHING, status=3, **{"outcome.error.code": "gpgv"}),
        "whole": state(WORKS, packs="megaraid-sas", outcome__packs__0__identifier="megaraid-sas",
                       outcome__packs__0__signature__state="good",
                       outcome__packs__0__signature__signer="Acme Updates <updates@acme.example>"),
    }, """
mv /usr/sbin/ddload-gpgv /gpgv
run missing ddload load --require-signature --settle 10 /signed.iso
mv /gpgv /usr/sbin/ddload-gpgv
run whole ddload load --require-signature --settle 10 /signed.iso
""", add=((update("signed"), "/signed.iso"), (BUILD / "ddload-gpgv", "/usr/sbin/ddload-gpgv"),
          (PARTS / "updates" / "signed.asc", "/etc/pki/rpm-gpg/RPM-GPG-KEY-acme"))),
    Case("replace", {"whole": state(SWAPPED)}, PROMPT, whole_job(), media=("cd-ide:%s" % pack("default"),), stock=True),
])

FAILS = "rt-patched bad-crc no-symbol fail-init"

# Loads by command on a machine without a driver, the driver unloaded in between.
ALONE = Case("load", {
    "cd": state(WORKS, said=all_of("The driver is loaded and works.", DRIVER, "sda")),
    "twice": state(WORKS, outcome__result="already", outcome__modules__0__version_before=DRIVER, life=Same("cd"),
                   outcome__disks__0__name=None, said=has("already")),
    "fingerprint": refused(NOTHING, "its fingerprint is different"),
    "rt-patched": failed(NOTHING, "insert-format", "it was built for another kernel",
                         "version of symbol module_layout"),
    "bad-crc": failed(NOTHING, "insert-symbol", "disagrees about version of symbol scsi_add_host_with_dma"),
    "no-symbol": failed(NOTHING, "insert-symbol", "Unknown symbol ddl_no_such_symbol"),
    "fail-init": failed(NOTHING, "insert-init", "this init always fails, error -5"),
    "binds-none": state(NOTHING, 8, version="07.999.91.00-none", modules="megaraid_sas", outcome__result="not-taken",
                        said=has("The driver did not take its controller.")),
    "no-disk": state(NOTHING, 7, version="07.999.92.00-nodisk", driver="megaraid_sas", modules="megaraid_sas",
                     outcome__result="bound-no-disk", said=has("nothing has appeared there yet")),
    "other-kernel": refused(NOTHING, "built for another kernel", RELEASE,
                            RELEASE.replace("-amd64", "-rt-amd64")),
    "corrupt": refused(NOTHING, "its checksum does not match", ".rpm"),
    "truncated": refused(NOTHING, "does not have the size", ".rpm"),
    "short-rpm": refused(NOTHING, "cannot be unpacked", ".rpm: it is not whole"),
    "bad-xml": refused(NOTHING, "list of contents is broken", "XS-PACKAGES"),
    "other-xml": refused(NOTHING, "XS-REPOSITORY", "<catalogue>"),
    "huge-xml": refused(NOTHING, "XS-PACKAGES: more than 1048576 bytes"),
    "no-driver": refused(NOTHING, "This is not a driver disk.", status=2),
    "old-kernel": state(WORKS),
}, """
run cd ddload load --settle 10 /dev/sr0
again twice ddload load --settle 10 /dev/sr0
unload
run fingerprint ddload load --fingerprint 00000000000000000000000000000000 /dev/sr0
for fail in %s; do
	run $fail ddload load --settle 5 /packs/$fail.iso
done
run binds-none ddload load --settle 2 /packs/binds-none.iso
unload
run no-disk ddload load --settle 2 /packs/no-disk.iso
unload
for bad in other-kernel corrupt truncated short-rpm bad-xml other-xml huge-xml no-driver; do
	run $bad ddload load /packs/$bad.iso
done
run old-kernel enosys ddload load --settle 10 /dev/sr0
""" % FAILS, media=("cd-ide:%s" % pack("default"),), add=((ENOSYS, "/bin/enosys"),),
    packs=tuple(FAILS.split()) + ("binds-none", "no-disk", "other-kernel", "corrupt", "truncated", "short-rpm",
                                  "bad-xml", "other-xml", "huge-xml", "no-driver"), limit=150)

UNTOUCHED = dict(OLD, life=Same("before"))
SWAP = Case("swap", {
    "before": state(OLD),
    "not-allowed": refused(UNTOUCHED, "--replace"),
    "mounted": refused(dict(UNTOUCHED, mounts="/dev/sda1:/mnt"), "sda1 is mounted on /mnt", "in use"),
    "swap-space": refused(UNTOUCHED, "sda1 is in use as swap space"),
    "held-open": refused(UNTOUCHED, "The loaded driver is in use and cannot be taken out."),
    "rt-patched": failed(OLD, "insert-format", "it was built for another kernel", outcome__plan__replaces=True),
    "bad-crc": failed(OLD, "insert-symbol", "disagrees about version of symbol scsi_add_host_with_dma"),
    "no-symbol": failed(OLD, "insert-symbol", "Unknown symbol ddl_no_such_symbol"),
    "fail-init": failed(OLD, "insert-init", "this init always fails, error -5", "Everything is again as it was",
                        outcome__kernel_lines=has("this init always fails")),
    "binds-none": failed(OLD, "not-bound", "did not take the controller"),
    "no-disk": failed(OLD, "no-disk", "disks did not come back"),
    "old-kernel": state(SWAPPED),
    "swap": state(SWAPPED, said=all_of(DRIVER, STOCK)),
}, """
again before true
run not-allowed ddload load /dev/sr0
mount /dev/sda1 /mnt
run mounted ddload load --replace /dev/sr0
umount /mnt
mkswap /dev/sda1; swapon /dev/sda1
run swap-space ddload load --replace /dev/sr0
swapoff /dev/sda1
sleep 60 </dev/sda & holder=$!
run held-open ddload load --replace /dev/sr0
kill $holder; wait $holder
for fail in %s; do
	run $fail ddload load --replace --settle 10 /packs/$fail.iso
done
run binds-none ddload load --replace --settle 3 /packs/binds-none.iso
run no-disk ddload load --replace --settle 3 /packs/no-disk.iso
run old-kernel enosys ddload load --replace --settle 10 /dev/sr0
stock
run swap ddload load --replace --settle 10 /dev/sr0
""" % FAILS, media=("cd-ide:%s" % pack("default"),), stock=True, add=((ENOSYS, "/bin/enosys"),),
    packs=tuple(FAILS.split()) + ("binds-none", "no-disk"), limit=150)

CHAIN = "megasas_user2 megasas_user megaraid_sas"
CHAIN_TREE = tuple(PARTS / "test-drivers" / name for name in
                   ("dependents/megasas_user.ko", "dependents/megasas_user2.ko", "older/megaraid_sas.ko"))
DEPENDENTS = Case("dependents", {
    "before": state(OLD, version=OLDER, modules=CHAIN),
    "layers": {"same": "1"},
    "refused": refused(dict(OLD, version=OLDER, modules=CHAIN, life=Same("before")), "--replace"),
    "swap": state(WORKS, version=NEWER, modules=CHAIN, outcome__modules__0__version=NEWER,
                  outcome__modules__0__version_before=OLDER,
                  outcome__plan=lambda plan: [step["module"] for step in plan["steps"] if step["step"] == "unload"]
                  == ["megasas_user2", "megasas_user", "megaraid_sas"]),
    "back": failed(dict(OLD, version=OLDER, modules=CHAIN), "insert-init", "this init always fails"),
    # What was loaded came from a pack, and the tree's file is another: the one that was kept goes back in.
    "another-back": failed(dict(OLD, version=NEWER, modules=CHAIN), "insert-init", "this init always fails"),
}, """
modprobe megasas_user2
within 10 has_disk
layers() { stat -c %i /sys/module/sd_mod /sys/module/scsi_mod /sys/module/scsi_common | tr '\n' ' '; echo; }
before=$(layers)
again before true
run refused ddload load /packs/newer.iso
run back ddload load --replace --settle 10 /packs/fail-init.iso
run swap ddload load --replace --settle 10 /packs/newer.iso
again another-back ddload load --replace --settle 10 /packs/fail-init.iso
# The layers above the controller stay where they are.
tell layers "same $(layers | grep -cx "$before")"
""", packs=("newer", "fail-init"), tree=CHAIN_TREE)

# --- media that go away, and media in odd places

GONE = "The medium was taken out while it was being read."
MEDIA = (
    Case("pulled-cd", {"pulled": refused(NOTHING, GONE), "alive": state(NOTHING, 2, said=has("no disk in the drive"))},
         """
within 10 test -e /dev/sr0
mark ready
read -r go
run pulled timeout 40 ddload load /dev/sr0
run alive timeout 20 ddload load /dev/sr0
""", (mark("ready"), slow_reading("medium0", 60000), line("go"), pause(3), qmp("eject", id="medium0", force=True)),
         media=("cd-ide:%s" % pack("default"),)),
    Case("pulled-stick", {"pulled": refused(NOTHING, GONE), "alive": state(NOTHING, 2)}, """
within 20 test -e /dev/sda1
mark ready
read -r go
run pulled timeout 40 ddload load /dev/sda1
run alive timeout 20 ddload load any
""", (mark("ready"), slow_reading("medium0", 60000), line("go"), pause(3), qmp("device_del", id="medium0")),
         media=("usb:%s" % (PARTS / "media" / "stick-tree.img"),)),
    # After it was recognised, while the metadata is read.
    Case("pulled-early", {"pulled": refused(NOTHING, GONE)}, """
within 20 test -e /dev/sda1
mark ready
read -r go
sectors() { awk '{ print $3 }' /sys/block/sda/stat; }
start=$(sectors)
mounted() { until [ $(($(sectors) - start)) -ge 330 ]; do usleep 1000; done; mark mounted; }
mounted &
run pulled timeout 60 ddload load /dev/sda1
""", (mark("ready"), slow_reading("medium0", 60000), line("go"), mark("mounted"), slow_reading("medium0", 1000),
          pause(2), qmp("device_del", id="medium0")),
         media=("usb:%s" % (PARTS / "media" / "stick-tree.img"),), slow=True),
    Case("pulled-on-screen", {"whole": state(NOTHING, 0)}, PROMPT,
         (wait("to load a driver disk"), key("F9"), wait("1 pack, 1 for this machine"), slow_reading("medium0", 500),
          press("Enter"), wait("Reading sr0"), pause(2), qmp("eject", id="medium0", force=True), wait(GONE), key("c")),
         media=("cd-ide:%s" % FAR,), append="TERM=xterm", limit=60),
    Case("removed-before-apply", {"whole": state(WORKS)}, "live whole ddload menu --plain",
         (wait("Your choice:"), line("1"), wait("marks or unmarks"), line("y"), wait("go on without comparing"), line("y"),
          wait("All packages are as they should be."), line("y"), wait("What will be done:"),
          qmp("eject", id="medium0", force=True), pause(1), line("y"), wait("another driver disk"), line("c")),
         media=("cd-ide:%s" % pack("default"),)),
    Case("medium-behind-controller", {"swap": state(SWAPPED)}, """
within 10 has_disk
run swap ddload load --replace --settle 10 /dev/sda
""", controllers=("megasas:%s" % (PARTS / "media" / "disk-iso.img"),), stock=True),
    Case("no-medium", {
        "any": state(NOTHING, 2),
        "empty": refused(NOTHING, "There is no disk in the drive.", status=2),
        "menu": state(NOTHING, 0),
        "hang-up": NOTHING,
    }, """
within 10 test -e /dev/sr0
run any ddload load any
run empty ddload load /dev/sr0
live menu ddload menu
# A terminal that goes away: its session's leader is killed, the kernel hangs the line up.
setsid -c sh -c 'trap "" HUP; echo $$ >/tmp/leader; ddload menu; :' <>/dev/ttyS2 >&0 2>&0 &
within 10 pidof ddload
sleep 1
kill -9 "$(cat /tmp/leader)"
gone() { ! pidof ddload >/dev/null; }
within 10 gone
tell hang-up
""", (wait("This machine and its media"), key("c")) + WITHOUT, media=("cd-ide:",), append="TERM=xterm", raw=("-serial", "null")),
)

# --- leaving before apply

LEFT = ("source", "packs", "verify", "tested", "plan")


def leave_steps():
    steps = []
    for count in range(len(LEFT)):
        for press in ("^C", "Esc"):
            steps += screens(count) + (wait(SCREENS[count][0]), key(press))
            if press == "Esc" and count:
                steps += [wait("Driver packs"), key("Esc")] if count > 1 else []
                steps += [wait("This machine and its media"), key("Esc")]
            steps += WITHOUT if press == "Esc" else ()
    return tuple(steps)


LEAVE = Case("leave", dict(
    [("%s-%s" % (screen, name), state(NOTHING, 6, packs="", outcome=None))
     for screen in LEFT for name in ("ctrl-c", "esc")] +
    [("prompt-ctrl-c", state(NOTHING, 6)), ("prompt-esc", state(NOTHING, 0))]), """
for screen in %s; do
	for press in ctrl-c esc; do
		clear
		live $screen-$press ddload menu
	done
done
clear
live prompt-ctrl-c ddload prompt --timeout 60
clear
mark cleared
live prompt-esc ddload prompt --timeout 60
""" % " ".join(LEFT), leave_steps() + (wait("Press F9"), key("^C"), mark("cleared"), wait("Press F9"), key("Enter")),
    media=("cd-ide:%s" % pack("default"),), append="TERM=xterm", limit=150)

# --- other machines


def drivers_by_ids(wanted):
    return lambda got: {c["ids"] or c["address"]: c["driver"] for c in got["controllers"]} == wanted


OTHERS = (
    Case("firmware", {
        "without": {"up": "no", "modules": "e100"},
        "load": {"status": 0, "outcome.result": "works", "outcome.links.0": "eth0", "modules": "e100", "mounts": ""},
        "up": {"status": 0, "link": "up"},
    }, """
modprobe mii
insmod /e100.ko
ip link set eth0 up && up=yes || up=no
tell without "up $up"
rmmod e100
run load ddload load --settle 10 /packs/e100.iso
ip link set eth0 up
up=$?
is_up() { [ "$(cat /sys/class/net/eth0/operstate)" = up ]; }
within 10 is_up
tell up "status $up" "link $(cat /sys/class/net/eth0/operstate)"
""", add=((PARTS / "packs/e100/e100.iso", "/packs/e100.iso"),
                                                                                 (PARTS / "test-drivers/e100/e100.ko", "/e100.ko")), modules=("mii",), controllers=(),
         raw=("-nic", "user,model=i82551")),
    *(Case(name, {
        "load": refused(NOTHING, "megaraid_sas is not signed; this kernel takes signed drivers only"),
        "swap": refused(OLD, "megaraid_sas is not signed; this kernel takes signed drivers only"),
    }, """
rmmod megaraid_sas
within 5 no_disk
run load ddload load --settle 5 /packs/default.iso
stock
run swap ddload load --replace --settle 5 /packs/default.iso
""", packs=("default",), stock=True, append=append) for name, append in (
               ("signatures", "module.sig_enforce=1"), ("lockdown", "lockdown=integrity"))),
    Case("two-controllers", {
        "load": state(WORKS, driver="megaraid_sas megaraid_sas", disks="sda sdb",
                      outcome__modules__0__bound=lambda bound: len(bound) == 2),
        "swap": state(SWAPPED, version=NEWER, driver="megaraid_sas megaraid_sas", disks="sda sdb",
                      outcome__modules__0__version=NEWER, outcome__modules__0__version_before=DRIVER,
                      outcome__disks=lambda disks: len(disks) == 2),
    }, """
run load ddload load --settle 10 /packs/default.iso
again swap ddload load --replace --settle 10 /packs/newer.iso
""", packs=("default", "newer"), controllers=("megasas:%s" % TARGET, "megasas-gen2:%s" % TARGET)),
    Case("other-controllers", {
        "status": {"status": 0, "status_json": drivers_by_ids({
            "8086:7010": "ata_piix", "15ad:07c0": "vmw_pvscsi", "1000:0012": "sym53c8xx", "1b36:0010": "nvme",
            "1000:0054": None, "1000:0060": None, "1022:2020": None, "virtio0": None}),
            "said": all_of("! 00:02.0 1000:0060 storage NO DRIVER Broadcom / LSI MegaRAID SAS 1078", "storage nvme", "storage sym53c8xx")},
    }, """
within 10 test -e /dev/nvme0n1
ddload status --json >/tmp/status
status=$?
ddload status >/tmp/said
tell status "status $status" "status_json $(base64 -w0 /tmp/status)" "said $(base64 -w0 /tmp/said)"
""", modules=("vmw_pvscsi", "sym53c8xx", "nvme"), controllers=(
        "megasas:%s" % TARGET, "mptsas1068:%s" % TARGET, "pvscsi:%s" % TARGET, "lsi53c895a:%s" % TARGET,
        "nvme:%s" % TARGET, "virtio-scsi-pci:%s" % TARGET, "am53c974:%s" % TARGET)),
)

CASES = (SWAP, ALONE, LEAVE, *SERIAL, DEPENDENTS, *MEDIA, *OTHERS)
