#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dracut module 99ddload: puts ddload into the initrd, and runs it before udev is told of the
# devices. With systemd the pre-trigger hook is run by dracut-pre-trigger.service, which is
# ordered before systemd-udev-trigger.service; the console is taken by ddload itself.

# Only where it is asked for (--add ddload, add_dracutmodules): it asks for a key at each boot.
check() {
	require_binaries ddload || return 1
	return 255
}

depends() {
	echo base
}

installkernel() {
	# The media a driver disk may come on, and their file systems.
	hostonly='' instmods =drivers/usb/host usb-storage uas sr_mod sd_mod cdrom ahci ata_piix virtio_blk virtio_pci \
		isofs vfat nls_cp437 nls_ascii nls_iso8859_1
}

install() {
	local program term
	program=$(command -v ddload)
	inst_simple "$program" /usr/bin/ddload
	for term in linux xterm vt100 vt102; do
		inst_multiple -o "/lib/terminfo/${term:0:1}/$term" "/usr/share/terminfo/${term:0:1}/$term"
	done
	# shellcheck disable=SC2154
	inst_hook pre-trigger 05 "$moddir/ddload-hook.sh"
	# Packs that are to be found without a medium.
	for program in /etc/ddload/packs/*.iso; do
		[ ! -e "$program" ] || inst_simple "$program" "/ddload/${program##*/}"
	done
}
