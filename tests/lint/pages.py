# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the manual pages and the completions say what the program has?

ddload(8) is held against --help (commands and options) and against the statuses of
loader/base/error.h; the words of ddload.cmdline(7) against the program's table in tests/unit/test_cmdline.c. The
builders' pages are made from their --help: roff must understand them. What a .md links to is there. bash is asked what it completes; zsh and
fish, too, where they are."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

OPTION = re.compile(r"^  (?:-\w, )?(--[a-z0-9-]+)", re.M)
COMMAND = re.compile(r"^  ([a-z]+) ", re.M)
ASK_BASH = """. "$1"; shift; COMP_WORDS=(ddload "$@"); COMP_CWORD=$#; _ddload 2>/dev/null; printf '%s\\n' "${COMPREPLY[@]}" """


def said(*command, **options) -> str:
    return subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          **options).stdout


def section(page: str, name: str) -> str:
    return re.search(rf'^\.SH "?{name}"?\n(.*?)(?=^\.SH |\Z)', page, re.M | re.S)[1].replace("\\-", "-")


def differ(what: str, page: set, program: set) -> list[str]:
    return [f"{what}: only the page has {name}" for name in sorted(page - program)] + \
        [f"{what}: the page lacks {name}" for name in sorted(program - page)]


def program_page(top: Path, takes: dict[str, set]) -> list[str]:
    """ddload(8)."""
    page = (top / "ui/ddload.8").read_text()
    found = differ("ddload(8), commands", set(re.findall(r"^\.TP\n\.B (\w+)$", section(page, "COMMANDS"), re.M)) - {"any"}, set(takes))
    options = re.findall(r'^\.TP\n\.B\w* (?:-\w ", " )?"?(--[a-z0-9-]+)', section(page, "OPTIONS"), re.M)
    found += differ("ddload(8), options", set(options), set().union(*takes.values()) | {"--version"})
    statuses = re.search(r"enum ddl_status \{(.*?)\}", (top / "loader/base/error.h").read_text(), re.S)[1]
    return found + differ("ddload(8), exit statuses", set(re.findall(r"^\.B (\d+)$", section(page, "EXIT STATUS"), re.M)),
                          set(re.findall(r"= (\d+)", statuses)))


def completions(top: Path, takes: dict[str, set], path: str) -> list[str]:
    """What shells offer after `ddload`, after each command, and for a value."""
    found, folder = [], top / "ui/completions"
    environment = dict(os.environ, PATH=path, LC_ALL="C", HOME="/nonexistent", XDG_DATA_DIRS="/nonexistent")
    shells = {"bash": lambda *words: said("bash", "--norc", "-c", ASK_BASH, "bash", folder / "ddload.bash", *words, env=environment).split("\n")}
    if shutil.which("fish"):
        shells["fish"] = lambda *words: [line.split("\t")[0] for line in said(
            "fish", "--no-config", "-c", 'source $argv[1]; complete -C "$argv[2]"', folder / "ddload.fish", " ".join(["ddload", *words]),
            env=environment).split("\n")]
    if shutil.which("zsh") and said("zsh", "-n", folder / "_ddload"):
        found.append("completions/_ddload: zsh does not understand it")
    for shell, ask in shells.items():
        found += differ(f"{shell}, commands", {word for word in ask("") if word.isalpha()}, set(takes))
        for command, options in takes.items():
            found += differ(f"{shell}, {command}", set(ask(command, "--")) - {""}, options)
        for word, option in (("handoff", "--handoff"), ("colors", "--colors")):
            values = re.search(rf'"ddload\.{word}", "([^"]+)"', (top / "loader/boot/cmdline.c").read_text())[1].replace("[,...]", "")
            found += differ(f"{shell}, {option}", set(ask("load", option, "")) - {""}, set(values.split("|")))
        if "any" not in ask("load", "an"):
            found.append(f"{shell} does not offer any")
    return found


def builder_pages(top: Path) -> list[str]:
    """roff says nothing about any page."""
    found, builders = [], re.search(r"^builders +:= (.*)$", (top / "Makefile").read_text(), re.M)[1].split()
    with tempfile.TemporaryDirectory() as place:
        made = [Path(place, f"{name}.1") for name in builders]
        for page in made:
            found += said(top / "scripts/make-page", "0", top / "scripts" / page.stem, page).splitlines()
            options = set(OPTION.findall(said(top / "scripts" / page.stem, "--help").replace("  -h, --help", "  --help")))
            found += [f"{page.name}: lacks {option}" for option in options if option.replace("-", "\\-") not in page.read_text()]
        if shutil.which("groff"):
            for page in [*(top / "ui").glob("*.[0-9]"), *made]:
                found += said("groff", "-man", "-Tutf8", "-ww", "-z", page).splitlines()
    return found


def links(top: Path) -> list[str]:
    """Those of .md files to other files."""
    documents = said("git", "-C", top, "ls-files", "--cached", "--others", "--exclude-standard", "*.md").split() if (top / ".git").exists() else []
    return [f"{name}: links to {link}, which is not there" for name in documents if (top / name).exists()
            for link in re.findall(r"\]\(([^)#]+)", (top / name).read_text())
            if not re.match(r"\w+:", link) and not (top / name).parent.joinpath(link).exists()]


def findings(top: Path) -> list[str]:
    program = top / os.environ.get("BUILD", "build") / "native/plain/ddload"
    environment = dict(os.environ, LC_ALL="C")
    takes = {command: set(OPTION.findall(said(program, command, "--help", env=environment)))
             for command in COMMAND.findall(said(program, "--help", env=environment))}
    return program_page(top, takes) + completions(top, takes, f"{program.parent}:{os.environ['PATH']}") + builder_pages(top) + links(top)
