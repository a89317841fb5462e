# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: a network driver is swapped; its interface goes, and comes back."""

from cases import PARTS, Case, Same, all_of

PACKED = "7.3.21-ddl1"
LINK = {"links": "eth0", "mounts": ""}
OLD = dict(LINK, card="-", driver_of_card="e1000")

# An interface that is up is in use; --replace is for the driver, not for the connection.
CASES = (Case("swap-network", {
    "before": dict(OLD, state="up"),
    "up": dict(OLD, status=3, state="up", life_of_card=Same("before"), said=all_of("eth0 is up", "in use")),
    "swap": dict(LINK, status=0, card=PACKED, driver_of_card="e1000", said=all_of("eth0", PACKED), **{
        "outcome.result": "works", "outcome.links.0": "eth0", "outcome.modules.0.module": "e1000",
        "outcome.plan.replaces": True}),
    "again": dict(LINK, state="up", card=PACKED),
}, """
links() { ls /sys/class/net | grep '^eth' | tr '\\n' ' ' | sed 's/ $//'; }
card() { echo "links $(links)"; echo "card $(cat /sys/module/e1000/version 2>/dev/null || echo -)"
	echo "driver_of_card $(drivers_of 0x8086 | tr ' ' '\\n' | grep e1000)"
	echo "life_of_card $(stat -c %i /sys/module/e1000)"; echo "state $(cat /sys/class/net/eth0/operstate)"; }
with_card() { # NAME STATUS
	card >/tmp/card
	set -- "$1" "status $2" "said $(base64 -w0 /tmp/said)" "$(cat /tmp/card)"
	tell "$@"
}
is_up() { [ "$(cat /sys/class/net/eth0/operstate)" = up ]; }
swap() { # NAME FILE
	rm -rf /run/ddload
	ddload load --replace --settle 10 "$2" >/tmp/said 2>&1 </dev/null
	code=$?
	cat /tmp/said
	with_card "$1" $code
}
: >/tmp/said
modprobe e1000
ip link set eth0 up
within 10 is_up
with_card before 0
swap up /packs/e1000.ko
ip link set eth0 down
swap swap /packs/e1000.ko
ip link set eth0 up
within 10 is_up
with_card again 0
""", controllers=(), modules=("e1000",), raw=("-nic", "user,model=e1000"),
    add=((PARTS / "test-drivers" / "e1000" / "e1000.ko", "/packs/e1000.ko"),), limit=120),)
