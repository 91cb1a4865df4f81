"""The parts of a result document that its short renderings share: what they list, and how they show a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Columns and names that are listed; the document has all of them.
LISTED = 20
_SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class MismatchedColumn:
    """A column that differs, with its first example."""

    name: str
    mismatches: str
    share: str
    example: Mapping[str, Any] | None


def verdict(document: Mapping[str, Any]) -> str:
    """The verdict in a word."""
    return "Equal" if document["equal"] else "Different"


def row_counts(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The rows, counted; duplicate keys where there are any."""
    counts = document["counts"]
    names = ["left", "right", "matched", "identical", "changed", "only_left", "only_right"]
    rows = [(name.replace("_", " "), f"{counts[name]:,}") for name in names]
    for side in ("left", "right"):
        if duplicates := counts[f"duplicate_keys_{side}"]:
            rows.append((f"keys with several rows, {side}", f"{duplicates:,}"))
    return rows


def mismatched_columns(document: Mapping[str, Any]) -> tuple[list[MismatchedColumn], int]:
    """The columns that differ most, and how many more do."""
    columns = {column["name"]: column for column in document["columns"]}
    names = document["mismatched_columns"]
    listed = []
    for name in names[:LISTED]:
        column = columns[name]
        example = column["samples"][0] if column["samples"] else None
        listed.append(MismatchedColumn(name, f"{column['mismatches']:,}", _percent(column["rate"]), example))
    return listed, max(0, len(names) - LISTED)


def cut(text: str) -> str:
    """A value of any length, shortened."""
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def _percent(rate: float) -> str:
    """A difference is never shown as none, nor as all when it is not."""
    percent = 100 * rate
    if 0 < percent < 0.001:
        return "<0.001 %"
    if 99.999 < percent < 100:
        return ">99.999 %"
    return f"{percent:.3f} %"
