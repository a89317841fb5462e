# SPDX-License-Identifier: GPL-2.0-or-later
"""The hook for XenServer's classic installer, in a stand-in for its start-up.

The installer itself is not to be had here. What is known of its initrd is stood in for: busybox, and
a start-up that runs the scripts of /etc/init.d named S… with "start", in the order of their names;
ours is S04, between S02 (hardware) and S10 (the installer). So what is tested is the hook, that it is
run once, where it stands in that order, and that what comes after it sees the disk.
"""

from common import IMAGE, PACK, PARTS, archive, boot, must, tool
from schema import fits_schema

# Process 1: what rcS does.
START_UP = """#!/bin/sh
for script in /etc/init.d/S*; do
	echo "MARK ran${script##*/S} before: $(ls /sys/block | sed -n '/^sd/p' | tr '\\n' ' ')" >/dev/ttyS0
	[ ! -x "$script" ] || "$script" start
done
/etc/init.d/S04ddload stop
/etc/init.d/S04ddload
/etc/init.d/S04ddload start
say() { echo "MARK $*" >/dev/ttyS0; }
say "runs $(dmesg | grep -c 'ddload: loaded')"
say "outcome $(tr -d '\\n' </run/ddload/outcome.json)"
say "printk $(cut -f1 /proc/sys/kernel/printk)"
say end
"""
HARDWARE = """#!/bin/sh
# S02hardware: a driver for each device that has one here.
[ "$1" = start ] || exit 0
cat /sys/bus/*/devices/*/modalias | sort -u | xargs modprobe -abq
"""
INSTALLER = """#!/bin/sh
echo "MARK installer $(ls /sys/block | sed -n '/^sd/p' | tr '\\n' ' ')" >/dev/ttyS0
"""


def test_xenserver(place):
    """In the order of a start-up directory, with busybox alone; the pack in the initrd."""
    base, out = place / "base", place / "out"
    for name, text in (("S02hardware", HARDWARE), ("S10installer", INSTALLER)):
        (place / name).write_text(text)
        (place / name).chmod(0o755)
    tool("make-initrd", base, "--ddload", "none", "--add", "%s:/etc/init.d/S02hardware" % (place / "S02hardware"),
         "--add", "%s:/etc/init.d/S10installer" % (place / "S10installer"))
    tool("add-to-initrd", base, out, "--image", IMAGE, "--pack", PACK, "--cmdline", "ddload=auto ddload.wait=0")
    with open(out, "ab") as output:
        output.write(archive({"test.sh": START_UP.encode()}))
    found, text = boot("xenserver", out, "quiet")
    driver = (PARTS / "drivers" / "version").read_text().strip()
    must(not found["ran02hardware"].split()[1:] and not found["ran04ddload"].split()[1:], "the disk was there before", found)
    must(found["ran10installer"].split()[1:] == ["sda"] and found["installer"].split() == ["sda"], found)
    must(text.count("ddload: loaded megaraid_sas %s (acme:megaraid-sas 1.0-7) sda" % driver) == 1, "not once on the console")
    must(found["runs"] == "1", "it was run again", found)
    must(fits_schema(found["outcome"])["result"] == "works", found["outcome"])
    must(found["printk"] != "1", "kernel messages stay off the console")
