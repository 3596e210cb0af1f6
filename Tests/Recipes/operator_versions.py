#!/usr/bin/env python3
"""Writes Sources/Operators/Versions/OperatorVersions+Table.swift from onnx's own operator schemas.

    pip install onnx==1.19.1
    python3 Tests/Recipes/operator_versions.py > Sources/Operators/Versions/OperatorVersions+Table.swift
"""
import collections

import onnx.defs

versions = collections.defaultdict(set)
for schema in onnx.defs.get_all_schemas_with_history():
    if schema.domain == "":
        versions[schema.name].add(schema.since_version)

print("""extension OperatorVersions {
  // Written by Tests/Recipes/operator_versions.py from onnx 1.19.1's schemas.
  static let table: [String: [Int]] = [""")
for name in sorted(versions):
    print(f'    "{name}": {sorted(versions[name])},')
print("""  ]
}""")
