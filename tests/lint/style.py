# SPDX-License-Identifier: GPL-2.0-or-later
"""Is the code as .clang-format has it? Asked where the clang-format is the version that the code was formatted with: others
lay a few constructs out differently."""
import re
import subprocess
from pathlib import Path

VERSION = "14"


def findings(top: Path) -> list[str]:
    version = re.search(r"version (\d+)", subprocess.run(["clang-format", "--version"], check=True, text=True,
                                                         stdout=subprocess.PIPE).stdout)
    if not version or version[1] != VERSION:
        return []
    sources = [str(path) for room in ("loader", "ui", "tests") for path in sorted((top / room).rglob("*.[ch]"))]
    done = subprocess.run(["clang-format", "--dry-run", "--style=file", *sources], text=True, cwd=top, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return sorted({line.split(":")[0].replace(f"{top}/", "") + ": clang-format would lay it out differently"
                   for line in done.stdout.splitlines() if "warning:" in line or "error:" in line})
