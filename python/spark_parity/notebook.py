"""The result document as HTML for a notebook's cell: the verdict, the counts, the columns that differ most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from .shown import cut, mismatched_columns, row_counts, verdict


def notebook_html(document: Mapping[str, Any]) -> str:
    """Two small tables."""
    parts = [f"<b>{verdict(document)}</b>"]
    parts += [f"<p>{escape(warning)}</p>" for warning in document["warnings"]]
    parts.append(_table(["rows", "number"], row_counts(document)))
    listed, more = mismatched_columns(document)
    if listed:
        rows = [[each.name, each.mismatches, each.share, _example(each.example)] for each in listed]
        parts.append(_table(["column", "mismatches", "rate", "example"], rows))
    if more:
        parts.append(f"<p>… and {more} more columns</p>")
    return "\n".join(parts)


def _example(sample: Mapping[str, Any] | None) -> str:
    if sample is None:
        return ""
    key = ", ".join(f"{name}={_value(value)}" for name, value in sample["key"].items())
    return f"{key}: {_value(sample['left'])} → {_value(sample['right'])}"


def _value(value: str | None) -> str:
    return "null" if value is None else cut(value)


def _table(header: list[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
