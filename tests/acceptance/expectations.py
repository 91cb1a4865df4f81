"""What a case expects, checked against a result document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def shown_secrets(expect: Mapping[str, Any], *outputs: str) -> list[str]:
    """Every text that must be in no output and is, as a sentence."""
    return [
        f"{text} is shown: {output[max(0, place - 80) : place + 80]!r}"
        for text in expect.get("not_in_outputs", [])
        for output in outputs
        if (place := output.find(text)) >= 0
    ]


def broken_expectations(expect: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    """Every expectation that the document does not meet, as a sentence."""
    if "error" in expect:
        code = document.get("error", {}).get("code")
        met = code is not None and expect["error"] in ("*", code)
        return [] if met else [f"error: expected {expect['error']}, found {code}"]
    if "error" in document:
        return [f"expected a result, found {document['error']}"]
    found = [
        f"{name}: expected {expect[name]}, found {document[name]}"
        for name in ("equal", "passed")
        if name in expect and document[name] is not expect[name]
    ]
    for name, count in expect.get("counts", {}).items():
        if document["counts"][name] != count:
            found.append(f"counts.{name}: expected {count}, found {document['counts'][name]}")
    columns = {column["name"]: column for column in document["columns"]}
    if "mismatches" in expect:
        for name in expect["mismatches"].keys() - columns.keys():
            found.append(f"columns: {name} is missing")
        for name, column in columns.items():
            if column["mismatches"] != expect["mismatches"].get(name, 0):
                stated = expect["mismatches"].get(name, 0)
                found.append(f"{name}: expected {stated} mismatches, found {column['mismatches']}")
    for name, (null_left, null_right) in expect.get("nulls", {}).items():
        nulls = [columns[name]["null_left"], columns[name]["null_right"]]
        if nulls != [null_left, null_right]:
            found.append(f"{name}: expected nulls {[null_left, null_right]}, found {nulls}")
    for name, names in expect.get("schema", {}).items():
        stated = document["schema"][name]
        if name == "type_changes":
            stated = [change["name"] for change in stated]
        if stated != names:
            found.append(f"schema.{name}: expected {names}, found {stated}")
    return found
