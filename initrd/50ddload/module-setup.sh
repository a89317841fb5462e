#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dracut module 50ddload: puts ddload into the initrd, and runs it before udev is told of the
# devices: from a pre-trigger hook, or, where systemd is in the initrd, as the unit
# ddload.service.

# Only where it is asked for (--add ddload, add_dracutmodules): it asks for a key at each boot.
check() {
	find_program >/dev/null || return 1
	return 255
}

# The package ddload-image has the static program, the other one would bring twenty libraries along.
find_program() {
	local own=/usr/lib/ddload/build/ddload
	if [ -x "$own" ]; then echo "$own"; else command -v ddload; fi
}

depends() {
	echo base
}

installkernel() {
	# The media a driver disk may come on, and their file systems: not those of this machine only.
	hostonly='' instmods =drivers/usb/host usb-storage uas sr_mod sd_mod cdrom ahci ata_piix virtio_blk virtio_pci \
		isofs vfat nls_cp437 nls_ascii nls_iso8859_1 loop
}

install() {
	local file program shared=/usr/share/ddload/initrd
	# shellcheck disable=SC2154
	[ ! -e "$moddir/../ddload-hook" ] || shared=$moddir/..
	program=$(find_program)
	inst "$program" /usr/bin/ddload
	# What checks signatures lies beside it; it may be a link to the system's own gpgv.
	file=${program%/*}/ddload-gpgv
	[ ! -e "$file" ] || inst "$(readlink -f "$file")" /usr/bin/ddload-gpgv
	# What talks to servers, where the initrd has a network (--add network), and the certificates that https is checked against.
	file=${program%/*}/ddload-fetch
	if [ -e "$file" ] && dracut_module_included network; then
		inst "$file" /usr/bin/ddload-fetch
		inst_multiple -o /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt
	fi
	inst_script "$shared/ddload-hook" /usr/bin/ddload-hook
	inst_multiple cat mkdir modprobe
	for file in linux xterm vt100 vt102; do
		inst_multiple -o "/lib/terminfo/${file:0:1}/$file" "/usr/share/terminfo/${file:0:1}/$file"
	done
	inst_hook cmdline 30 "$moddir/cmdline.sh"
	inst_hook pre-trigger 05 "$moddir/pre-trigger.sh"
	if dracut_module_included systemd; then
		# shellcheck disable=SC2154
		inst_simple "$shared/ddload.service" "$systemdsystemunitdir/ddload.service"
		$SYSTEMCTL -q --root "$initdir" add-wants sysinit.target ddload.service
	fi
	# Names of controllers, other languages; keys that are trusted; packs that are to be found without a medium.
	for file in /usr/lib/ddload/build/*.xz /usr/share/ddload/*.xz /usr/share/ddload/*.cat; do
		[ ! -e "$file" ] || inst_simple "$file" "/usr/share/ddload/${file##*/}"
	done
	for file in /etc/pki/rpm-gpg/*; do
		[ ! -e "$file" ] || inst_simple "$file"
	done
	for file in /etc/ddload/packs/*.iso; do
		[ ! -e "$file" ] || inst_simple "$file" "/ddload/${file##*/}"
	done
}
