# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: drivers that were built for another release of the kernel that runs."""

import subprocess

from cases import NOTHING, OLD, PARTS, RELEASE, SWAPPED, WORKS, Case, all_of, failed, has, refused, state
from machine import OUT, TOP

BUILT_FOR = "6.1.0-1-amd64"  # as scripts/parts.d/test-drivers has it
OTHER = PARTS / "test-drivers" / "other-word" / "megaraid_sas.ko"


def spoiled(symbol):
    """That driver, and one of the symbols that it uses has another checksum."""
    path = OUT / ("abi-%s.ko" % symbol)
    OUT.mkdir(parents=True, exist_ok=True)
    subprocess.run([TOP / "tests" / "drivers" / "patch-module", OTHER, path, "--crc", symbol], check=True)
    return path


SYMBOLS = ("irq_poll_init", "kfree")

# The kernel takes it if the rest of its vermagic and the checksums of all symbols are its own. This initrd's
# own modules use kfree; only the kernel knows irq_poll_init.
ALONE = Case("abi", {
    "exact": refused(NOTHING, "built for another kernel", BUILT_FOR, RELEASE),
    "loads": state(WORKS, packs="megaraid_sas.ko", outcome__packs__0__identifier="megaraid_sas.ko",
                   said=all_of("built for %s; this kernel should take it" % BUILT_FOR, "are known here, and agree")),
    "known": refused(NOTHING, "built for %s; 1 of its symbol versions differs from this kernel's: kfree" % BUILT_FOR),
    "unknown": failed(NOTHING, "insert-symbol", "disagrees about version of symbol irq_poll_init"),
    "listed": state(NOTHING, said=all_of("for this controller", "built for %s; this kernel should take it" % BUILT_FOR)),
}, """
run exact ddload load --exact-kernel /abi/megaraid_sas.ko
run loads ddload load --settle 10 /abi/megaraid_sas.ko
unload
for symbol in known unknown; do
	run $symbol ddload load --settle 10 /abi/$symbol/megaraid_sas.ko
done
run listed ddload list /abi/megaraid_sas.ko
""", add=((OTHER, "/abi/megaraid_sas.ko"), (spoiled(SYMBOLS[0]), "/abi/unknown/megaraid_sas.ko"),
                             (spoiled(SYMBOLS[1]), "/abi/known/megaraid_sas.ko")))

# In place of a loaded one, which uses the same symbols: what the kernel would not take leaves it untouched.
SWAP = Case("abi-swap", {
    "refused": refused(OLD, "1 of its symbol versions differs from this kernel's: irq_poll_init"),
    "swapped": state(SWAPPED, packs="megaraid_sas.ko", outcome__packs__0__identifier="megaraid_sas.ko",
                     said=has("this kernel should take it")),
}, """
stock
run refused ddload load --replace --settle 10 /abi/unknown/megaraid_sas.ko
run swapped ddload load --replace --settle 10 /abi/megaraid_sas.ko
""", stock=True, add=((OTHER, "/abi/megaraid_sas.ko"), (spoiled(SYMBOLS[0]), "/abi/unknown/megaraid_sas.ko")))

CASES = (ALONE, SWAP)
