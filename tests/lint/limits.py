# SPDX-License-Identifier: GPL-2.0-or-later
"""Is every constant of loader/base/limits.h tested at the limit and one past it?

A test says so in the comment above it: `limit: DDL_MAX_PATH DDL_MAX_NAME`, at its beginning; it
must name them and be run.  What has no such test stands in tests/lint/limits-without-test with
the reason.  A constant that no source uses is a finding, too."""

import re
from pathlib import Path

CONSTANT = re.compile(r"^#define\s+(DDL_\w+)[ \t]+\S", re.M)
TAGGED = re.compile(r"^/\* limit: (?P<names>DDL_\w+(?: DDL_\w+)*)\b[^\n]*\n(?:static )?void (?P<test>\w+)\(void \*\*state\)\n"
                    r"\{\n(?P<body>.*?)\n\}$", re.M | re.S)


def findings(top: Path) -> list[str]:
    constants = CONSTANT.findall((top / "loader/base/limits.h").read_text())
    sources = "\n".join(path.read_text() for room in ("loader", "ui") for path in sorted((top / room).rglob("*.[ch]"))
                        if path.name != "limits.h")
    excused = dict(re.split(r" *\| *", line, maxsplit=1) for line in
                   (top / "tests/lint/limits-without-test").read_text().splitlines() if not line.startswith("#"))
    tested, found = set(), []
    for path in sorted((top / "tests/unit").glob("test_*.c")):
        text = path.read_text()
        for match in TAGGED.finditer(text):
            names, test = match["names"].split(), match["test"]
            if len(re.findall(rf"\b{test}\b", text)) < 2:
                found.append(f"{path.name}: {test} is not run")
            for name in names:
                if name not in constants:
                    found.append(f"{path.name}: {test}: limits.h has no {name}")
                elif not re.search(rf"\b{name}\b", text.replace(match[0].splitlines()[0], "")):
                    found.append(f"{path.name}: {test} does not use {name}")
            tested.update(names)
        if len(re.findall(r"^/\* limit: ", text, re.M)) != len(TAGGED.findall(text)):
            found.append(f"{path.name}: a comment `limit: …` that is not right above a test")
    for name in constants:
        if not re.search(rf"\b{name}\b", sources):
            found.append(f"limits.h: nothing uses {name}")
        if name not in tested and not excused.get(name):
            found.append(f"limits.h: no test at {name} and one past it (`/* limit: {name} */` above one says so)")
        if name in tested and name in excused:
            found.append(f"limits-without-test: {name} has a test")
    found += [f"limits-without-test: limits.h has no {name}" for name in excused if name not in constants]
    return found
