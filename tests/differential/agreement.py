"""Where two result documents disagree, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from differential.unpromised import Unpromised

NOT_PREDICTED = ("left", "right", "warnings")
SIDED_COUNTS = ("{}", "only_{}", "duplicate_keys_{}", "null_keys_{}")


def disagreements(expected: dict[str, Any], actual: dict[str, Any], reduction: Unpromised | None = None) -> list[str]:
    """Every field of the oracle's document that the command's document states otherwise, and every field beyond.

    With a reduction, what is shown of rows that are the same under the rules may differ.
    """
    if reduction is not None:
        try:
            expected, actual = reduction.promised(expected), reduction.promised(actual)
        except (KeyError, TypeError) as malformed:
            return [f"malformed document: {malformed!r}"]
    found = list(_differing(_without_sides(expected), _without_sides(actual), ""))
    for member in ("left", "right"):
        if set(actual.get(member, {})) != {"path", "files", "bytes"}:
            found.append(f"{member}: expected path, files and bytes, found {actual.get(member)!r}")
    warnings = actual.get("warnings")
    if not isinstance(warnings, list) or bool(warnings) != bool(expected["warnings"]):
        found.append(f"warnings: expected {expected['warnings']!r}, found {warnings!r}")
    return found


def _without_sides(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in NOT_PREDICTED}


def _differing(expected: Any, actual: Any, place: str) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name in [*expected, *(name for name in actual if name not in expected)]:
            where = f"{place}.{name}" if place else name
            if name not in actual:
                yield f"{where}: missing, expected {expected[name]!r}"
            elif name not in expected:
                yield f"{where}: not expected, found {actual[name]!r}"
            else:
                yield from _differing(expected[name], actual[name], where)
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield f"{place}: expected {len(expected)} entries {expected!r}, found {len(actual)} {actual!r}"
            return
        for position, (one, other) in enumerate(zip(expected, actual, strict=True)):
            name = one.get("name", position) if isinstance(one, dict) else position
            yield from _differing(one, other, f"{place}[{name}]")
    elif not _same_scalar(expected, actual):
        yield f"{place}: expected {expected!r}, found {actual!r}"


def _same_scalar(expected: Any, actual: Any) -> bool:
    numbers = (int, float, Decimal)
    if isinstance(expected, bool) or isinstance(actual, bool) or not isinstance(expected, numbers):
        return type(expected) is type(actual) and expected == actual
    if not isinstance(actual, numbers):
        return False
    return float(actual) == expected if isinstance(expected, float) else actual == expected


def mirror_disagreements(forth: dict[str, Any], back: dict[str, Any]) -> list[str]:
    """What must hold between the documents of a pair and of the same pair with its sides swapped."""
    found = []
    if forth["equal"] != back["equal"]:
        found.append(f"equal: {forth['equal']} and {back['equal']}")
    for pattern in SIDED_COUNTS:
        for one, other in (("left", "right"), ("right", "left")):
            there, here = forth["counts"][pattern.format(one)], back["counts"][pattern.format(other)]
            if there != here:
                found.append(f"counts.{pattern.format(one)}: {there}, swapped {here}")
    for name in ("matched", "identical", "changed"):
        if forth["counts"][name] != back["counts"][name]:
            found.append(f"counts.{name}: {forth['counts'][name]}, swapped {back['counts'][name]}")
    cells = [sum(column["mismatches"] for column in document["columns"]) for document in (forth, back)]
    if cells[0] != cells[1] and not forth["warnings"]:
        found.append(f"differing cells: {cells[0]}, swapped {cells[1]}")
    for one, other in (("only_left", "only_right"), ("only_right", "only_left")):
        if sorted(forth["schema"][one]) != sorted(back["schema"][other]):
            found.append(f"schema.{one}: {forth['schema'][one]}, swapped {back['schema'][other]}")
    return found


def same_but_for_the_paths(one: dict[str, Any], other: dict[str, Any], reduction: Unpromised | None = None) -> bool:
    """Whether two documents are the same apart from what tells where the data lay (order of members included)."""

    def kept(document: dict[str, Any]) -> str:
        document = document if reduction is None else reduction.promised(document)
        return repr({name: value for name, value in document.items() if name not in ("left", "right")})

    return kept(one) == kept(other)
