"""The parts of a result document that its short renderings share: what they list, and how they show values.

A value is shown as in the printed summary (`native/report/src/shown.rs`): what is not printed is an escape, and two
values that differ are cut around their first difference, so that they never read alike.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# Columns and names that are listed; the document has all of them.
LISTED = 20
_SHOWN_CHARACTERS = 40
_MASKED = "(masked)"
_ESCAPES = {"\0": r"\0", "\t": r"\t", "\n": r"\n", "\r": r"\r"}


@dataclass(frozen=True)
class Example:
    """A changed cell; null is None."""

    key: list[tuple[str, str | None]]
    left: str | None
    right: str | None


@dataclass(frozen=True)
class MismatchedColumn:
    """A column that differs, with its first example."""

    name: str
    mismatches: str
    share: str
    example: Example | None


def verdict(document: Mapping[str, Any]) -> str:
    """The verdict in a word, or in a few where thresholds let differences pass."""
    if document["equal"]:
        return "Equal"
    return "Different, within the thresholds" if document["passed"] else "Different"


def counted(number: int, one: str, many: str) -> str:
    """How many there are of a thing."""
    return f"{number:,} {one if number == 1 else many}"


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
    masked = {column["name"] for column in document["columns"] if column.get("masked")}
    masked.update(key["left"] for key in document["keys"] or [] if key.get("masked"))
    names = document["mismatched_columns"]
    listed = []
    for name in names[:LISTED]:
        column = columns[name]
        example = _example(column, masked) if column["samples"] else None
        listed.append(MismatchedColumn(name, f"{column['mismatches']:,}", _percent(column["rate"]), example))
    return listed, max(0, len(names) - LISTED)


def visible(text: str) -> str:
    """A text of any length on one line, without anything that is not printed."""
    return text if text.isprintable() else "".join(map(_Form().unit, text))


def cut(text: str) -> str:
    """A value or name of any length, cut in the middle."""
    form = _Form()
    if form.fits(text, _SHOWN_CHARACTERS):
        return visible(text)
    room = _SHOWN_CHARACTERS - 1
    head, tail = form.fitting(text, room - room // 2), form.fitting(reversed(text), room // 2)
    return f"{visible(text[:head])}…{visible(text[len(text) - tail :])}"


def change(left: str | None, right: str | None, types: tuple[str, str]) -> tuple[str | None, str | None]:
    """Two values that differ, so that a reader sees that they do; null is None."""
    if left is None or right is None:
        return _beside_null(left), _beside_null(right)
    if left == right:
        if types[0] == types[1]:
            return cut(left), f"{cut(right)} (shown alike)"
        one, other = _Form().pair(*types)
        return f"{cut(left)} ({one})", f"{cut(right)} ({other})"
    pair = _Form().pair(left, right)
    return _Form(literal=True).pair(left, right) if _alike(*pair) else pair


def _beside_null(value: str | None) -> str | None:
    """The string "null", too, differs from null."""
    return None if value is None else _Form(literal=len(value) < 100 and _alike(value, "null")).window(value, 0)


def _example(column: Mapping[str, Any], masked: set[str]) -> Example:
    sample = column["samples"][0]
    key = [
        (cut(name), _MASKED if name in masked else None if value is None else cut(value))
        for name, value in sample["key"].items()
    ]
    return Example(key, *change(sample["left"], sample["right"], (column["left_type"], column["right_type"])))


@dataclass(frozen=True)
class _Form:
    """How characters are written: as they are, or `literal`, in quotes and with an escape for all that is not ASCII."""

    literal: bool = False

    def unit(self, c: str) -> str:
        """A character as it is shown."""
        if self.literal:
            if c in '"\\':
                return "\\" + c
            printed = " " <= c <= "~"
        else:
            printed = c.isprintable()
        return c if printed else _ESCAPES.get(c) or f"\\u{{{ord(c):x}}}"

    def fitting(self, text: Iterable[str], room: int) -> int:
        """The number of characters, taken from the first on, that fit into the room."""
        number = 0
        for c in text:
            room -= len(self.unit(c))
            if room < 0:
                break
            number += 1
        return number

    def fits(self, text: str, room: int) -> bool:
        """Whether all of a text fits into the room."""
        return len(text) <= room and self.fitting(text, room) == len(text)

    def pair(self, left: str, right: str) -> tuple[str, str]:
        """Two texts, both from the same place on: from the beginning, if the first difference is seen there."""
        if self.fits(left, _SHOWN_CHARACTERS) and self.fits(right, _SHOWN_CHARACTERS):
            start = 0
        else:
            start = self._start(left, right)
        return self.window(left, start), self.window(right, start)

    def window(self, text: str, start: int) -> str:
        """A text from a character on."""
        before = "…" if start else ""
        quote = '"' if self.literal or not text else ""
        room = _SHOWN_CHARACTERS - len(before)
        rest = text[start : start + room + 1]
        after = "" if self.fits(rest, room) else "…"
        shown = rest[: self.fitting(rest, room - len(after))]
        return f"{before}{quote}{''.join(map(self.unit, shown))}{quote}{after}"

    def _start(self, left: str, right: str) -> int:
        same = _common_characters(left, right)
        room = _SHOWN_CHARACTERS - 2
        context = room // 3
        if self.fits(left[:same], room - context):
            return 0
        tails = [self.fitting(text[same : same + room + 1], room) for text in (left, right)]
        before = max(context, room - max(tails))
        return same - self.fitting(reversed(left[max(0, same - before) : same]), before)


def _common_characters(left: str, right: str) -> int:
    """Characters that two texts have in common from the first on; whole stretches at a time, for values may be long."""
    same, stretch = 0, 4096
    while same < min(len(left), len(right)) and left[same : same + stretch] == right[same : same + stretch]:
        same += stretch
    for one, other in zip(left[same : same + stretch], right[same : same + stretch]):
        if one != other:
            break
        same += 1
    return min(same, len(left), len(right))


def _alike(left: str, right: str) -> bool:
    """Whether a reader would take two different texts for the same."""
    one, other = (" ".join(unicodedata.normalize("NFC", text).split()) for text in (left, right))
    return one == other


def _percent(rate: float) -> str:
    """A difference is never shown as none, nor as all when it is not."""
    percent = 100 * rate
    if 0 < percent < 0.001:
        return "<0.001 %"
    if 99.999 < percent < 100:
        return ">99.999 %"
    return f"{percent:.3f} %"
