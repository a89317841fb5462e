# SPDX-License-Identifier: GPL-2.0-or-later
#
# Read by the test scripts that run inside a guest: does something, then tells the machine's
# state on a serial line of its own, where neither the kernel's lines nor a screen come between.
#
# A section is what the host's table of expectations has a row for:
#     begin NAME
#     FACT VALUE…           text that may hold anything is in base64
#     end NAME
# "mark NAME" tells the host that something has come about, for it to act upon.

exec 3>"/dev/$(tr ' ' '\n' </proc/cmdline | sed -n 's/^test\.facts=//p')"
dmesg -n 1

# Drivers of all PCI devices of these vendors, in order of their addresses; - for none.
drivers_of() {
	for device in /sys/bus/pci/devices/*; do
		case " $* " in *" $(cat "$device/vendor") "*) ;; *) continue ;; esac
		if [ -e "$device/driver" ]; then basename "$(readlink "$device/driver")"; else echo -; fi
	done | tr '\n' ' ' | sed 's/ $//'
}

disks() { ls /sys/block | grep '^sd' | tr '\n' ' ' | sed 's/ $//'; }

# The modules that are about drivers of these tests, newest first, as the kernel lists them.
modules() { sed -n 's/^\(mega[a-z0-9_]*\|e100\|ddl_[a-z]*\) .*/\1/p' /proc/modules | tr '\n' ' ' | sed 's/ $//'; }

# What is mounted beyond what /init mounts, in the order of mounting: "sda1:/mnt".
mounts() {
	awk '$3 !~ /^(proc|sysfs|devtmpfs|devpts|tmpfs|rootfs)$/ { print $1 ":" $2 }' /proc/mounts |
		tr '\n' ' ' | sed 's/ $//'
}

# The inode of the module's directory: another one after it was unloaded and loaded again.
life() { stat -c %i /sys/module/megaraid_sas 2>/dev/null || echo -; }

# What no run of ddload may leave, however it ended: loop devices, and files in /run/ddload that are none of its own.
left() {
	cat /sys/block/loop*/loop/backing_file 2>/dev/null
	ls -A /run/ddload 2>/dev/null | grep -vE '^(outcome(-[0-9]+)?\.json|log|packs|firmware|modules|changing|rpms|media)$'
	ls -A /run/ddload/media 2>/dev/null # where media are mounted for the moment of opening them
}

facts() {
	echo "version $(cat /sys/module/megaraid_sas/version 2>/dev/null || echo -)"
	echo "driver $(drivers_of 0x1000)"
	echo "disks $(disks)"
	echo "modules $(modules)"
	echo "mounts $(mounts)"
	echo "life $(life)"
	echo "packs $(ls /run/ddload/packs 2>/dev/null | tr '\n' ' ' | sed 's/ $//')"
	echo "running $(pidof ddload)"
	echo "left $(left | tr '\n' ' ' | sed 's/ $//')"
	echo "outcome $(base64 -w0 /run/ddload/outcome.json 2>/dev/null)"
}

# tell NAME FACT…: the section NAME; each FACT is a "fact value" of the caller's.
tell() {
	told=$1
	shift
	{
		echo "begin $told"
		for fact; do echo "$fact"; done
		facts
		echo "end $told"
	} >&3
}

mark() { echo "mark $1" >&3; }

# again NAME COMMAND…: runs it, output kept, and tells the state after it.
again() {
	section=$1
	shift
	"$@" >/tmp/said 2>&1 </dev/null
	status=$?
	cat /tmp/said
	tell "$section" "status $status" "said $(base64 -w0 /tmp/said)"
}

# run NAME COMMAND…: the same, with nothing left of an earlier load.
run() {
	rm -rf /run/ddload
	again "$@"
}

# live NAME COMMAND…: runs it on the terminal, for the host to press keys.
live() {
	section=$1
	shift
	rm -rf /run/ddload
	"$@"
	status=$?
	stty sane
	tell "$section" "status $status"
}

# within SECONDS COMMAND…: waits until the command succeeds.
within() {
	left=$(($1 * 10))
	shift
	until "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		usleep 100000
	done
}

has_disk() { [ -n "$(disks)" ]; }
no_disk() { [ -z "$(disks)" ]; }

unload() {
	[ ! -d /sys/module/megaraid_sas ] || rmmod megaraid_sas
	within 5 no_disk
}

# modprobe's tables as they were before ddload added to them.
tree=/lib/modules/$(uname -r)
mkdir -p /tmp/tables
[ ! -d "$tree" ] || cp "$tree"/modules.* /tmp/tables
old_tables() { [ ! -d "$tree/updates/ddload" ] || { rm -r "$tree/updates/ddload" && cp /tmp/tables/* "$tree"; }; }

# The kernel's own driver is loaded, and the disk is there.
stock() {
	unload
	old_tables
	rm -rf /run/ddload
	modprobe megaraid_sas
	within 10 has_disk
}
