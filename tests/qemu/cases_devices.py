# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: devices that hang, fail, are damaged, or are very many."""

import bad_media
from bad_media import BAD
from cases import (WITHOUT, NOTHING, OLD, PARTS, SWAPPED, TARGET, WORKS, Case, Same, key, mark, pack, refused, slow_reading,
                   state, wait)

MANY = 64
GOOD = PARTS / "media" / "disk-ext4.img"


def drive(name, image, **more):
    """A virtio disk that nothing can be written to."""
    words = ",".join("%s=%s" % (key.replace("__", ".").replace("_", "-"), value) for key, value in more.items())
    return ("-drive", "if=none,id=%s-image,format=raw,readonly=on,file=%s%s" % (name, image, words and "," + words),
            "-device", "virtio-blk-pci,id=%s,drive=%s-image,serial=%s" % (name, name, name))


def hangs(name, image, after):
    """It reads so many bytes, and one a second from then on."""
    return drive(name, image, throttling__bps_read=1, throttling__bps_read_max=after)


def fails(name, image, sector):
    """A read of that sector of 512 bytes fails."""
    return ("-drive", "if=none,id=%s-image,readonly=on,driver=raw,file.driver=blkdebug,file.image.driver=file,"
            "file.image.filename=%s,file.inject-error.0.event=read_aio,file.inject-error.0.sector=%d,"
            "file.inject-error.0.errno=5" % (name, image, sector),
            "-device", "virtio-blk-pci,id=%s,drive=%s-image,serial=%s" % (name, name, name))


# The kernel looks for partitions as soon as it sees a disk: so much has to come. libblkid reads
# 204 KiB of this image, mounting and finding the files some 20 more, looking into its packages 84.
HANGING = {"never": 48 * 1024, "at-mount": 209 * 1024, "at-files": 217 * 1024, "at-packages": 256 * 1024}
BAD_ONES = ("luks", "raid", "journal", "damaged", "endless-fat", "iso-in-itself")
DRIVES = (drive("good", GOOD) + sum((hangs(name, GOOD, after) for name, after in HANGING.items()), ()) +
          drive("slow", GOOD, throttling__bps_read=68, throttling__bps_read_max=48 * 1024) +
          fails("scratched", pack("default"), pack("default").read_bytes().index(b"\xed\xab\xee\xdb") // 512 + 20) +
          sum((drive(name, BAD / name) for name in BAD_ONES), ()))

NAMES = ("good", *HANGING, "slow", "scratched", *BAD_ONES)
WANTED = {
    "sr0": "no-medium", "good": "yes", "never": "timeout", "at-mount": "timeout", "at-files": "timeout",
    "at-packages": "damaged", "slow": "timeout",
    "scratched": "damaged", "luks": "not-a-driver-disk", "raid": "not-a-driver-disk", "journal": "yes",
    "damaged": "mount", "endless-fat": "mount", "iso-in-itself": "not-a-driver-disk",
}


def harmless(said):
    """Nothing in it that a terminal would obey, or that writes from right to left."""
    return all(letter == "\n" or letter.isprintable() for letter in said)


STUCK = {name: value for name, value in NOTHING.items() if name != "running"}  # one that sleeps in the kernel cannot be killed


def listed():
    """What the list has to say of each: its trouble, or how its pack fits this machine."""
    facts = {"status": 0}
    for number, (name, wanted) in enumerate(WANTED.items()):
        medium = "status_json.media.%d." % number
        facts[medium + "source.name"] = name if name == "sr0" else "vd%c" % (ord("a") + number - 1)
        facts[medium + ("packs.0.fit" if wanted in ("yes", "damaged") else "trouble.code")] = wanted
    return facts


def thaw(machine):
    """Those that hang answer from now on."""
    for name in (*HANGING, "slow"):
        slow_reading(name, 0)(machine)


CASES = (
    Case("misbehave", {
        "list": dict(STUCK, **listed()),
        "at-mount": refused(STUCK, "The device does not answer.", "vdc"),
        "luks": refused(STUCK, "vdh is encrypted (crypto_LUKS)", status=2),
        "raid": refused(STUCK, "vdi is a part of something larger (linux_raid_member)", status=2),
        "damaged": refused(STUCK, "The file system on the medium cannot be used here.", "vdk"),
        "scratched": refused(STUCK, "The medium could not be read."),
        "menu": state(STUCK),
        "journal": {name: value for name, value in state(WORKS).items() if name != "running"},
        "thawed": {"running": ""},
    }, """
within 20 test -e /dev/vdm
named() { for d in /sys/block/vd*; do [ "$(cat "$d/serial")" != "$1" ] || echo "/dev/${d##*/}"; done; }
timeout 240 ddload list --json >/tmp/json
tell list "status $?" "status_json $(base64 -w0 /tmp/json)"
for bad in at-mount luks raid damaged scratched; do
	run $bad timeout 120 ddload load $(named $bad)
done
live menu ddload menu
run journal timeout 120 ddload load --settle 10 $(named journal)
mark frozen
gone() { ! pidof ddload >/dev/null; }
within 60 gone
tell thawed
""", (wait("1 pack, 1 for this machine"), wait("The device does not answer."), key("c"), *WITHOUT, mark("frozen"), thaw),
         make=bad_media.make, media=("cd-ide:",), raw=DRIVES, append="TERM=xterm", limit=400, slow=True),
    # The one of them that hangs where it is mounted, by itself: ddload goes on without it.
    Case("hangs-at-mount", {
        "at-mount": refused(STUCK, "The device does not answer.", "vda"),
        "good": {name: value for name, value in state(WORKS).items() if name != "running"},
        "thawed": {"running": ""},
    }, """
within 20 test -e /dev/vdb
run at-mount timeout 60 ddload load /dev/vda
run good timeout 60 ddload load --settle 10 /dev/vdb
mark frozen
gone() { ! pidof ddload >/dev/null; }
within 60 gone
tell thawed
""", (mark("frozen"), slow_reading("at-mount", 0)), raw=hangs("at-mount", GOOD, HANGING["at-mount"]) + drive("good", GOOD),
         limit=120),
    # 64 disks on one controller, one of which holds the pack; each is named.
    Case("many-devices", {
        "list": dict(NOTHING, status=0, codes="not-a-driver-disk", packs_found="1",
            disks=lambda disks: len(disks.split()) == MANY),
        "load": {"status": 0, "version": WORKS["version"], "outcome.result": "works", "mounts": "", "running": "",
                 "outcome.packs.0.identifier": "acme:megaraid-sas"},
    }, """
modprobe virtio_scsi
all_there() { [ "$(disks | wc -w)" = %d ]; }
within 60 all_there
ddload list --json >/tmp/json
tell list "status $?" "packs_found $(grep -c '"identifier"' /tmp/json)" \\
	"codes $(sed -n 's/^ *"code": "\\(.*\\)",$/\\1/p' /tmp/json | sort -u | tr '\\n' ' ' | sed 's/ $//')"
run load ddload load --settle 10 any
""" % MANY, modules=("virtio_scsi",), raw=("-device", "virtio-scsi-pci,id=many") + sum((
             ("-drive", "if=none,id=lun%d,format=raw,readonly=on,file=%s" % (lun, GOOD if lun == 40 else TARGET),
              "-device", "scsi-hd,bus=many.0,scsi-id=0,lun=%d,drive=lun%d" % (lun, lun)) for lun in range(MANY)), ()),
         slow=True, limit=300),
    # A third of what is free may be used to stage: not enough for this one, and the old driver stays.
    Case("small-memory", {
        "too-large": refused(dict(OLD, life=Same("before")), "The driver does not fit into memory.",
                             "are held in memory", "more are needed, at most"),
        "before": state(OLD), "swap": state(SWAPPED),
    }, """
again before true
within 20 test -e /dev/vda
run too-large ddload load --replace --settle 10 /dev/vda
run swap ddload load --replace --settle 10 /dev/sr0
""", make=bad_media.large_pack, media=("cd-ide:%s" % pack("default"),), raw=("-m", "256") + drive("large", bad_media.LARGE),
         stock=True),
    # Of each medium everything is looked at that ddload ever looks at; QEMU lets the guest write.
    Case("nothing-written", {
        "list": {"status": 0, "mounts": ""}, "verify": {"mounts": ""}, "load": state(WORKS),
    }, """
within 20 test -e /dev/vdf
again list ddload list -v
for disk in /dev/vda /dev/vda1 /dev/vdb /dev/vdc /dev/vdd /dev/vde /dev/vdf; do ddload verify $disk; done
again verify true
run load ddload load --settle 10 /dev/vda
""", make=bad_media.writable_media, after=bad_media.compare_media,
         raw=sum((("-drive", "if=none,id=w%d,format=raw,file=%s" % (number, bad_media.WRITABLE / name),
                   "-device", "virtio-blk-pci,drive=w%d" % number)
                  for number, name in enumerate((*bad_media.SHAPES, "journal"))), ())),
    Case("hostile-label", {
        "list": {"status": 0, "said": lambda said: "LOADED" in said and harmless(said)},
        "status": {"said": harmless}, "load": state(WORKS, said=harmless),
    }, """
within 20 test -e /dev/vda
again list ddload list -v
again status ddload status
run load ddload load --settle 10 any
""", make=bad_media.hostile_label, raw=drive("hostile", bad_media.HOSTILE)),
)
