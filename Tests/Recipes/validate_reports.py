#!/usr/bin/env python3
"""Holds JSON reports against docs/report-schema.json, strictly.

    pip install jsonschema
    python3 Tests/Recipes/validate_reports.py docs/report-schema.json REPORT.json...

Readers of reports pass over members they do not know, so the schema allows them; here an object
that lists its members may have no others, so that the schema names everything that is printed.
Prints a line for each problem and exits 1, or says how many reports of how many kinds are valid.
"""
import copy
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)


def strict(node):
    if isinstance(node, dict):
        if node.get("type") == "object" and "properties" in node and "required" in node:
            node.setdefault("additionalProperties", False)
        for child in node.values():
            strict(child)
    elif isinstance(node, list):
        for child in node:
            strict(child)


tight = copy.deepcopy(schema)
strict(tight["$defs"])
validator = jsonschema.Draft202012Validator(tight)
kinds, problems = set(), 0
for path in sys.argv[2:]:
    try:
        report = json.load(open(path), parse_constant=lambda word: 1 / 0)
    except (ValueError, ZeroDivisionError) as error:
        print(f"{path}: no JSON: {error}")
        problems += 1
        continue
    kinds.add(report.get("schema"))
    for error in validator.iter_errors(report):
        error = jsonschema.exceptions.best_match([error])
        place = "/".join(map(str, error.absolute_path))
        print(f"{path}: {place}: {error.message[:300]}")
        problems += 1
print(f"{len(sys.argv) - 2} reports, {len(kinds)} kinds, {problems} problems")
sys.exit(1 if problems else 0)
