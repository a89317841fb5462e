# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: of several drivers on one disk, what this machine needs is loaded, and nothing else stands in its way."""

from cases import DRIVER, PARTS, WORKS, Case, all_of, state

TEST_DRIVERS = PARTS / "test-drivers"
# The controller's; another version of the network card's, which is in use; one that lacks a symbol; one whose card is not there.
DISK = tuple((file, "/disk/" + file.name) for file in (
    PARTS / "drivers" / "megaraid_sas.ko", TEST_DRIVERS / "e1000" / "e1000.ko",
    TEST_DRIVERS / "dependents" / "megasas_user.ko", TEST_DRIVERS / "e100" / "e100.ko"))
CARD = {"card": "-", "link": "up"}  # the kernel's own, which has no version

CASES = (Case("needed", {
    "plan": {"status": 0, "said": all_of("load megaraid_sas " + DRIVER, "Left out: e1000: it would replace", "Left out: e100: for this kernel, but no device"),
             "driver": "-", **CARD},
    "load": state(WORKS, packs="e100.ko+3", outcome__packs__0__identifier="e100.ko+3", outcome__disks__0__name="sda",
                   outcome__modules__0__module="megaraid_sas", **CARD),
}, """
is_up() { [ "$(cat /sys/class/net/eth0/operstate)" = up ]; }
card() { echo "card $(cat /sys/module/e1000/version 2>/dev/null || echo -)"; echo "link $(cat /sys/class/net/eth0/operstate)"; }
modprobe e1000
ip link set eth0 up
within 10 is_up
ddload plan /disk >/tmp/said 2>&1
tell plan "status $?" "said $(base64 -w0 /tmp/said)" "$(card)"
cat /tmp/said
ddload load --replace --settle 10 /disk >/tmp/said 2>&1 </dev/null
tell load "status $?" "said $(base64 -w0 /tmp/said)" "$(card)"
cat /tmp/said
""", modules=("e1000",), raw=("-nic", "user,model=e1000"), add=DISK),)
