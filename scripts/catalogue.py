# SPDX-License-Identifier: GPL-2.0-or-later
"""The program's sentences as they stand in its sources, and translations from .po files."""

import ast
import re

MARKED = re.compile(r'\b(?:N?_|ddl_trn)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)(?:,\s*((?:"(?:[^"\\]|\\.)*"\s*)+))?')
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


def unquote(literals):
    """Adjacent C string literals as one text."""
    return "".join(ast.literal_eval(text.replace("\\033", "\\x1b")) for text in TEXT.findall(literals))


def sentences(path):
    """The msgids of one source file, in their order."""
    source = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    return list(dict.fromkeys(unquote(match[1]) for match in MARKED.finditer(source)))


def read_po(path):
    """msgid to msgstr; of plurals, whose only form is msgstr[0], the first."""
    found, key, texts = {}, None, {}
    for line in path.read_text(encoding="utf-8").splitlines() + ["msgid \"\""]:
        match = re.match(r'(msgid|msgid_plural|msgstr(?:\[0\])?)\s+(".*")$', line)
        if match:
            key = match[1].replace("[0]", "")
            if key == "msgid":
                if texts.get("msgid") and texts.get("msgstr"):
                    found[texts["msgid"]] = texts["msgstr"]
                texts = {}
            texts[key] = unquote(match[2])
        elif line.startswith('"') and key:
            texts[key] += unquote(line)
        elif line.strip() and not line.startswith("#"):
            raise ValueError("%s: cannot read: %s" % (path, line))
    return found
