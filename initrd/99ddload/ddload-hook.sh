#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dracut's pre-trigger hook: before udev is told of the devices there are. dracut sources it,
# so everything happens in a child. What media need is asked for by udev only later, so the
# drivers of buses and media are loaded here.

(
	if command -v plymouth >/dev/null && plymouth --ping 2>/dev/null; then
		plymouth hide-splash
	fi
	for alias in /sys/bus/pci/devices/*/modalias /sys/bus/virtio/devices/*/modalias; do
		[ -e "$alias" ] || continue
		read -r name <"$alias"
		case $name in
		# USB controllers, SATA and IDE controllers, virtio: where media are
		*bc0Csc03* | *bc01sc06* | *bc01sc01* | virtio:*) modprobe -bq "$name" 2>/dev/null ;;
		esac
	done
	for name in usb-storage uas sr_mod sd_mod isofs vfat nls_cp437 nls_ascii; do
		modprobe -q "$name" 2>/dev/null
	done
	/usr/bin/ddload auto
	status=$?
	if command -v plymouth >/dev/null && plymouth --ping 2>/dev/null; then
		plymouth show-splash
	fi
	exit $status
)
# dracut goes on whatever came of it: ddload.on-error has been followed already.
:
