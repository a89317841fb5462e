# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: many rounds of a swap and of one that is undone; nothing adds up.

DDL_SWAP_ROUNDS says how many rounds. Two packs take turns, so that each round swaps one
pack's driver for the other's, then fails to swap that and has it back. The guest looks at
what may grow before, after rounds of bare rmmod and insmod of the same two drivers, and
after those of ddload. A pair of rounds comes first each time, as it fills the kernel's own caches.
"""

import os

from cases import DRIVER, NEWER, PARTS, Case, Same, state

ROUNDS = max(4, int(os.environ.get("DDL_SWAP_ROUNDS", "50")) // 2 * 2)
# KiB that may be missing in the end; a page lost in each of 500 rounds would be 2000.
SLACK = 1024
FILES_SLACK = 64  # KiB of files in memory: outcome.json and the like are not always of one size


def same(what):
    return {name: Same("ddload-%s" % what) for name in ("modules", "mounts", "open-files", "run", "places")}


CASE = Case("rounds", {
    "bare": {"failures": "0"},
    "ddload-before": state({"version": NEWER, "disks": "sda", "modules": "megaraid_sas", "mounts": "", "running": ""}),
    "ddload-after": state({"version": NEWER, "disks": "sda", "running": "", "failures": "0"}, **same("before")),
    "grown": {"swap": lambda kb: int(kb) < SLACK, "slab": lambda kb: int(kb) < SLACK,
              "files": lambda kb: int(kb) < FILES_SLACK},
}, """
kb() { awk -v "name=$1:" '$1 == name { print $2 }' /proc/meminfo; }
look() { sync; sleep 1; echo 3 >/proc/sys/vm/drop_caches; sleep 1; free=$(kb MemFree) slab=$(kb SUnreclaim); }
places() { find /run /tmp /sys/module/megaraid_sas | wc -l; }
tell_held() {
	section=$1
	shift
	echo "log: $(stat -c %%s /run/ddload/log)"
	rm -f /run/ddload/outcome-*.json # those of earlier loads are kept, up to a limit
	: >/run/ddload/log # it grows to a limit, which tests/unit/test_log looks at
	files=$(kb Shmem)
	tell "$section" "open-files $(cut -f 1 /proc/sys/fs/file-nr)" "run $(du -sk /run | cut -f 1)" \\
		"places $(places)" "status 0" "$@"
}
is() { [ "$(cat /sys/module/megaraid_sas/version)" = "$1" ] && has_disk; }
fail() { failures=$((failures + 1)); echo "failed: $*"; cat /tmp/said; dmesg | tail -5; }
bare() {
	rmmod megaraid_sas
	insmod /$1.ko event_log_level=2
	within 10 is "$2" || fail bare
	sleep 0.2
}
swap() {
	ddload load --replace --settle 20 /packs/$1.iso >/tmp/said 2>&1 </dev/null
	[ $? = 0 ] && is "$2" || fail "$round" swap
	ddload load --replace --settle 20 /packs/fail-init.iso >/tmp/said 2>&1 </dev/null
	[ $? = 4 ] && is "$2" || fail "$round" undo
}
rounds() {
	for round in $(seq $(($2 / 2))); do
		$1 default %s
		$1 newer %s
	done
}
rounds_of() {
	rounds "$1" 4
	look
	slab_before=$slab free_before=$free
	[ "$1" = bare ] || tell_held ddload-before
	files_before=${files:-0}
	rounds "$1" %d
	look
	echo "$1: free memory before $free_before KiB, after $free; slab before $slab_before, after $slab"
}
failures=0
rounds_of bare
tell bare "failures $failures" "free $((free_before - free))" "slab $((slab - slab_before))"
rounds_of swap
tell_held ddload-after "failures $failures"
tell grown "swap $((free_before - free))" "slab $((slab - slab_before))" "files $((files - files_before))"
""" % (DRIVER, NEWER, ROUNDS), packs=("fail-init", "default", "newer"), stock=True, slow=True,
    add=((PARTS / "drivers" / "megaraid_sas.ko", "/default.ko"),
         (PARTS / "test-drivers" / "newer" / "megaraid_sas.ko", "/newer.ko")), limit=180 + 15 * ROUNDS)

CASES = (CASE,)
