#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dracut's cmdline hook: words that were put into the initrd the way dracut has it
# (/etc/cmdline, /etc/cmdline.d/*.conf, dracut --kernel-cmdline) count for ddload as well. They
# go to the words that ddload finds in the initrd; the kernel's own stand above them.
for file in /etc/cmdline /etc/cmdline.d/*.conf; do
	[ -r "$file" ] || continue
	mkdir -p /etc/ddload
	cat "$file" >>/etc/ddload/cmdline
done
