# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds an outcome.json against loader/model/outcome.schema.json, as far as that schema uses JSON Schema."""

import json
import re

from common import TOP, must

SCHEMA = json.loads((TOP / "loader" / "model" / "outcome.schema.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
KNOWN = {"$schema", "$comment", "title", "description", "definitions", "$ref", "type", "enum", "pattern", "minimum",
         "maximum", "required", "properties", "additionalProperties", "items"}


def violations(value, schema, where="outcome"):
    """What of the value is not as this schema (of the words KNOWN) has it."""
    must(not set(schema) - KNOWN, "the schema has words that this test does not know:", set(schema) - KNOWN)
    if "$ref" in schema:
        return violations(value, SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]], where)
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
                found += violations(inner, schema["properties"][name], "%s.%s" % (where, name))
            elif schema.get("additionalProperties") is False:
                found.append("%s.%s is not in the schema" % (where, name))
    if isinstance(value, list):
        for number, inner in enumerate(value):
            found += violations(inner, schema.get("items", {}), "%s[%d]" % (where, number))
    return found


def fits_schema(text):
    outcome = json.loads(text)
    wrong = violations(outcome, SCHEMA)
    must(not wrong, "outcome.json is not as its schema has it:", "; ".join(wrong))
    return outcome
