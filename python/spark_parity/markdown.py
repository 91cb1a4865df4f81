"""The result document as Markdown, for a pull request or an issue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .shown import LISTED, Example, change, counted, mismatched_columns, row_counts, verdict, visible


def markdown(document: Mapping[str, Any]) -> str:
    """The verdict, the counts, how the schemas differ, and the columns that differ most."""
    sections = [f"### {verdict(document)}: {_code(document['left']['path'])} and {_code(document['right']['path'])}"]
    sections += [f"> {_escaped(warning)}" for warning in document["warnings"]]
    sections.append(_table(["rows", "number"], "lr", row_counts(document)))
    sections += _schema(document["schema"])
    sections += _columns(document)
    return "\n\n".join(sections) + "\n"


def _schema(schema: Mapping[str, Any]) -> list[str]:
    changes = [f"{_code(each['name'])} {_types(each)}" for each in schema["type_changes"]]
    lists = [
        ("Columns only on the left", [_code(name) for name in schema["only_left"]]),
        ("Columns only on the right", [_code(name) for name in schema["only_right"]]),
        ("Types that changed", changes),
    ]
    return [f"{title}: {_listed(items)}" for title, items in lists if items]


def _types(changed: Mapping[str, Any]) -> str:
    types = (changed["left_type"], changed["right_type"])
    return " → ".join(_value(each) for each in change(*types, types))


def _columns(document: Mapping[str, Any]) -> list[str]:
    listed, more = mismatched_columns(document)
    if not listed:
        return []
    rows = [[_code(each.name), each.mismatches, each.share, _example(each.example)] for each in listed]
    table = _table(["column", "mismatches", "rate", "example"], "lrrl", rows)
    return [table, f"… and {counted(more, 'more column', 'more columns')}."] if more else [table]


def _example(example: Example | None) -> str:
    if example is None:
        return ""
    key = ", ".join(f"{_value(name)} = {_value(value)}" for name, value in example.key)
    return f"{key}: {_value(example.left)} → {_value(example.right)}"


def _table(header: list[str], alignment: str, rows: Iterable[Sequence[str]]) -> str:
    rules = ["---:" if side == "r" else "---" for side in alignment]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [header, rules, *rows])


def _listed(items: list[str]) -> str:
    shown = ", ".join(items[:LISTED])
    return f"{shown} and {len(items) - LISTED} more" if len(items) > LISTED else shown


def _value(value: str | None) -> str:
    return "*null*" if value is None else _code(value)


def _code(text: str) -> str:
    """Text as code, in a table cell or outside, whatever it holds."""
    line = visible(text).replace("|", "\\|")
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    # A space keeps a backquote, or nothing at all, apart from the fence.
    pad = " " if not line.strip() or line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", visible(re.sub(r"\s+", " ", text)))
