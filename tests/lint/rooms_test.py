# SPDX-License-Identifier: GPL-2.0-or-later
"""Does rooms.py find what it is there for? It is given a house of two rooms, then one fault at a time."""
import subprocess
import tempfile
from pathlib import Path

import rooms

HOUSE = {
    "ARCHITECTURE.md": "| `base` | below |\n| `plan` | above |\nSee `loader/base/one.c`.\n",
    "loader/base/one.h": "#ifndef DDL_ONE_H\n#define DDL_ONE_H\nint one(void);\n#endif\n",
    "loader/base/one.c": '#include "base/one.h"\nint one(void)\n{\n\treturn 1;\n}\n',
    "loader/plan/two.h": '#ifndef DDL_TWO_H\n#define DDL_TWO_H\n#include "base/one.h"\nint two(void);\n#endif\n',
    "loader/plan/two.c": '/* See one.c. */\n#include "plan/two.h"\nint two(void)\n{\n\treturn one();\n}\n',
}
FAULTS = {
    "includes loader/plan/two.h, which stands below": {"loader/base/up.c": '#include "plan/two.h"\n'},
    "needs two of loader/plan/two.c": {"loader/base/up.c": "int two(void);\nint up(void);\nint up(void)\n{\n\treturn two();\n}\n"},
    "a circle: loader/plan/a.h -> loader/plan/b.h -> loader/plan/a.h":
        {"loader/plan/a.h": '#include "plan/b.h"\n', "loader/plan/b.h": '#include "plan/a.h"\n'},
    "has the name of loader/base/one.h": {"loader/plan/one.h": ""},
    "loader/plan/three.h: its guard is not DDL_THREE_H": {"loader/plan/three.h": "#ifndef DDL_TWO_H\n#define DDL_TWO_H\n#endif\n"},
    "in no room": {"loader/attic/old.h": ""},
    "a comment names gone.c": {"loader/plan/three.h": "/* As gone.c does. */\n"},
    "ARCHITECTURE.md: names loader/base/lost.c": {"ARCHITECTURE.md": HOUSE["ARCHITECTURE.md"] + "`loader/base/lost.c`\n"},
}


def said_of(house: dict[str, str]) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="ddl-rooms-") as place:
        top = Path(place)
        for name, text in house.items():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            (top / name).write_text(text)
        for name in [name for name in house if name.endswith(".c")]:
            made = top / rooms.OBJECTS / name.replace(".c", ".o")
            made.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["gcc", "-w", "-iquote", str(top / "loader"), "-c", str(top / name), "-o", str(made)], check=True)
        return rooms.findings(top)


def findings(_top: Path) -> list[str]:
    found = [f"a house without a fault: {words}" for words in said_of(HOUSE)]
    for expected, files in FAULTS.items():
        said = said_of(HOUSE | files)
        if not any(expected in words for words in said):
            found.append(f"did not say {expected!r}, but {said}")
    return found


if __name__ == "__main__":
    print("\n".join(findings(Path())))
