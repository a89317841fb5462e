# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds what ddload says to programs against loader/model/outcome.schema.json, as far as that uses JSON Schema."""

import json
import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((TOP / "loader" / "model" / "outcome.schema.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
KNOWN = {"$schema", "$id", "$comment", "title", "description", "definitions", "$ref", "type", "enum", "pattern", "minimum",
         "maximum", "required", "properties", "items"}


def violations(value, schema, where="outcome", later=False):
    """What of the value is not as this schema (of the words KNOWN) has it. Members that the schema does not know are
    allowed in what a `later` ddload says, and only there."""
    if set(schema) - KNOWN:
        return ["the schema has words that this test does not know: %s" % (set(schema) - KNOWN)]
    if "$ref" in schema:
        return violations(value, SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]], where, later)
    found = []
    types = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", [])
    if types and not any(isinstance(value, TYPES[name]) and (name != "integer" or not isinstance(value, bool))
                         for name in types):
        return ["%s is %r, not %s" % (where, value, types)]
    if "enum" in schema and value not in schema["enum"]:
        found.append("%s is %r" % (where, value))
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append("%s is %r" % (where, value))
    if "minimum" in schema and value < schema["minimum"] or "maximum" in schema and value > schema["maximum"]:
        found.append("%s is %r" % (where, value))
    if isinstance(value, dict):
        found += ["%s lacks %s" % (where, name) for name in schema.get("required", ()) if name not in value]
        for name, inner in value.items():
            if name in schema.get("properties", {}):
                found += violations(inner, schema["properties"][name], "%s.%s" % (where, name), later)
            elif not later:
                found.append("%s.%s is not in the schema" % (where, name))
    if isinstance(value, list):
        for number, inner in enumerate(value):
            found += violations(inner, schema.get("items", {}), "%s[%d]" % (where, number), later)
    return found


# The definitions for what commands say with --json; any of them may come to nothing.
COMMANDS = {"list": "list", "verify": "verify", "plan": "plan", "load": "outcome", "status": "machine"}


def said_wrong(command, document):
    """The violations of what a command has said."""
    failed = isinstance(document, dict) and set(document) <= {"schema", "version", "error"}
    name = "failure" if failed else COMMANDS[command]
    wrong = violations(document, SCHEMA["definitions"][name], name)
    # that of a plan is optional in the schema: within an outcome it stands without
    if isinstance(document, dict) and not {"schema", "version"} <= set(document):
        wrong.append("%s does not say of which schema and version it is" % name)
    return wrong


def fits_schema(text):
    outcome = json.loads(text)
    wrong = violations(outcome, SCHEMA)
    assert not wrong, "outcome.json is not as its schema has it: " + "; ".join(wrong)
    return outcome
