"""The result document as HTML for a notebook's cell: the verdict, the counts, the columns that differ most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from .shown import Example, counted, mismatched_columns, row_counts, verdict, visible


def notebook_html(document: Mapping[str, Any]) -> str:
    """Two small tables."""
    parts = [f"<b>{verdict(document)}</b>"]
    parts += [f"<p>{escape(visible(warning))}</p>" for warning in document["warnings"]]
    parts.append(_table(["rows", "number"], row_counts(document)))
    listed, more = mismatched_columns(document)
    if listed:
        rows = [[visible(each.name), each.mismatches, each.share, _example(each.example)] for each in listed]
        parts.append(_table(["column", "mismatches", "rate", "example"], rows))
    if more:
        parts.append(f"<p>… and {counted(more, 'more column', 'more columns')}</p>")
    return "\n".join(parts)


def _example(example: Example | None) -> str:
    if example is None:
        return ""
    key = ", ".join(f"{name}={_value(value)}" for name, value in example.key)
    return f"{key}: {_value(example.left)} → {_value(example.right)}"


def _value(value: str | None) -> str:
    return "null" if value is None else value


def _table(header: list[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
