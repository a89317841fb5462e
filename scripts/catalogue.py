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


# How many forms a language's plurals have, and the rule in ui/terminal/language.c that chooses one.
PLURALS = {
    "nplurals=1; plural=0;": (1, "0"),
    "nplurals=2; plural=(n != 1);": (2, "1"),
    "nplurals=2; plural=(n > 1);": (2, "2"),
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);": (3, "3"),
    "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);": (3, "4"),
    "nplurals=3; plural=(n==1 ? 0 : n>=2 && n<=4 ? 1 : 2);": (3, "5"),
}


def plural_rule(translations):
    """The forms and the rule of a .po file, by its header."""
    header = dict(line.split(": ", 1) for line in translations.get("", [""])[0].splitlines() if ": " in line)
    wanted = header.get("Plural-Forms", "")
    if wanted not in PLURALS:
        raise ValueError("Plural-Forms is %r; known are: %s" % (wanted, ", ".join(map(repr, PLURALS))))
    return PLURALS[wanted]


def read_po(path):
    """msgid to its translations: one, and of plurals as many as the language has forms; the header under ""."""
    found, key, texts = {}, None, {}
    for line in path.read_text(encoding="utf-8").splitlines() + ["msgid \"end\""]:
        match = re.match(r'(msgid|msgid_plural|msgstr(?:\[\d\])?)\s+(".*")$', line)
        if match:
            key = match[1]
            if key == "msgid":
                forms = [text for name, text in sorted(texts.items()) if name.startswith("msgstr")]
                if forms and all(forms):
                    found[texts["msgid"]] = forms
                texts = {}
            texts[key] = unquote(match[2])
        elif line.startswith('"') and key:
            texts[key] += unquote(line)
        elif line.strip() and not line.startswith("#"):
            raise ValueError("%s: cannot read: %s" % (path, line))
    return found
