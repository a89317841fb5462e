#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dracut's pre-trigger hook, for initrds without systemd: before udev is told of the devices
# there are, and before dracut's loop begins that waits for the root disk. With systemd the
# unit ddload.service does it, which gets the console to itself.
if [ ! -d /run/systemd/system ] || [ ! -e /usr/lib/systemd/system/ddload.service ]; then
	/usr/bin/ddload-hook
fi
