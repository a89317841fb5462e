# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the rooms of loader/ and ui/ know only the rooms above them?

The order is the table of rooms in ARCHITECTURE.md: a room includes only rooms that stand before it, and so do the linker's
symbols, so that no extern declaration goes round the headers. Files do not include each other in a circle, and no two files
of loader/ and ui/ have one name. Besides: a header's guard is its own name, and the files that documents and comments
name are there. rooms_test.py shows that each of these is found.
"""
import os
import re
import subprocess
from pathlib import Path

ROW = re.compile(r"^\| `([a-z.]+)` \|", re.M)
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
C_FILE = re.compile(r"(?<![\w./<-])((?:[a-z]+/)?[a-z][a-z0-9_]*\.[ch])\b")
DOCUMENTS = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "SECURITY.md", "NEWS.md", "initrd/README.md", "scripts/VENDORS.md", "tests/README.md",
             "ui/README.md"]
NAMED = re.compile(r"`((?:loader|ui|tests|scripts|initrd)/[^`\s…]*)`")
OBJECTS = Path(os.environ.get("BUILD", "build")) / "native/plain"


def room(name: str) -> str:
    """Of "loader/plan/fit.c" "plan", of "ui/cli.c" "ui", of "loader/ddl.h" "ddl.h"."""
    parts = name.split("/")
    return parts[1] if len(parts) == 3 or parts[0] == "loader" else "ui"


def files(top: Path, ends: str) -> list[str]:
    return sorted(str(path.relative_to(top)) for place in ("loader", "ui") for path in (top / place).rglob(ends))


def includes(top: Path) -> dict[str, list[str]]:
    arrows = {}
    for name in files(top, "*.[ch]"):
        words = INCLUDE.findall((top / name).read_text())
        arrows[name] = [str(place / word) for word in words for place in (Path("loader"), Path("ui"), Path(name).parent)
                        if (top / place / word).exists()]
    return arrows


def circles(arrows: dict[str, list[str]]) -> list[str]:
    found, done = [], set()

    def walk(name: str, way: list[str]) -> None:
        if name in way:
            found.append("a circle: " + " -> ".join([*way[way.index(name):], name]))
        elif name not in done:
            for other in arrows.get(name, []):
                walk(other, [*way, name])
            done.add(name)

    for name in arrows:
        walk(name, [])
    return found


def symbols(top: Path) -> list[tuple[str, str, str]]:
    """(who uses it, who defines it, its name), from the objects of the plain build."""
    defined, used = {}, []
    for name in files(top, "*.c"):
        output = subprocess.run(["nm", "--format=posix", str(top / OBJECTS / name.replace(".c", ".o"))], check=True, text=True,
                                stdout=subprocess.PIPE).stdout
        for line in output.splitlines():
            symbol, kind = line.split()[:2]
            if kind == "U":
                used.append((name, symbol))
            elif kind.isupper():
                defined[symbol] = name
    return [(user, defined[symbol], symbol) for user, symbol in used if symbol in defined]


def same_names(names: list[str]) -> list[str]:
    first: dict[str, str] = {}
    return [f"{name}: has the name of {first[base]}" for name in names
            for base in [name.rsplit("/", 1)[-1]] if first.setdefault(base, name) != name]


def guards(top: Path, names: list[str]) -> list[str]:
    """Headers whose guard is not their own name."""
    return [f"{name}: its guard is not {guard}" for name in names if name.endswith(".h")
            for guard in [("UI_" if name.startswith("ui/") else "DDL_") * (name != "loader/ddl.h") + Path(name).stem.upper() + "_H"]
            if f"#ifndef {guard}\n#define {guard}\n" not in (top / name).read_text()]


def comment_names(top: Path, names: list[str]) -> list[str]:
    """Files that a comment names and that are nowhere; those of others stand in angle brackets, or with their own path."""
    there = {path.name for path in top.rglob("*.[ch]")}
    return [f"{name}: a comment names {word}, which is not there" for name in names
            for comment in COMMENT.findall((top / name).read_text()) for word in C_FILE.findall(comment)
            if word.rsplit("/", 1)[-1] not in there]


def document_names(top: Path) -> list[str]:
    """The same of documents: whole paths, where a word in capitals stands for any name."""
    return [f"{document}: names {word}, which is not there" for document in DOCUMENTS if (top / document).exists()
            for word in NAMED.findall((top / document).read_text())
            if not any(top.glob(re.sub(r"\b[A-Z]{3,}\b", "*", word).rstrip("/")))]


def findings(top: Path) -> list[str]:
    order = ROW.findall((top / "ARCHITECTURE.md").read_text())
    arrows = includes(top)
    found = [f"{name}: in no room of ARCHITECTURE.md" for name in arrows if room(name) not in order]

    def rises(user: str, used: str) -> bool:
        return {room(user), room(used)} <= set(order) and order.index(room(user)) < order.index(room(used))

    found += [f"{user}: includes {used}, which stands below it" for user, all_used in arrows.items()
              for used in all_used if rises(user, used)]
    found += [f"{user}: needs {symbol} of {used}, which stands below it" for user, used, symbol in symbols(top) if rises(user, used)]
    names = list(arrows)
    return found + circles(arrows) + same_names(names) + guards(top, names) + comment_names(top, names) + document_names(top)


if __name__ == "__main__":
    print("\n".join(findings(Path(__file__).resolve().parents[2])))
