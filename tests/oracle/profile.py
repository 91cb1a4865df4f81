"""What all changed cells of a column look like together: how far apart, which became which, where texts changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from oracle.cells import CellRule
from oracle.distance import distance
from oracle.offsets import commonest_of
from oracle.shown import cut_pair, shown
from oracle.types import Value, sort_key

_LOWEST, _HIGHEST = -10, 18
_DIFFERENT = 256
_TOLD = 20
_TOLD_CHARACTERS = 64
_HIGHEST_POWER = 20

Cell = tuple[Value, Value]


def distances(rule: CellRule, cells: Sequence[Cell], relaxed: Sequence[tuple[Any, Any]]) -> dict[str, Any] | None:
    """By how much the right cells differ from the left ones; `None` where no two have a distance."""
    found = []
    for cell, (left, right) in zip(cells, relaxed, strict=True):
        far = None if None in cell else distance(rule.measure, left, right)
        if far is not None:
            found.append((far, right < left))
    if not found:
        return None
    signed = [_negated(far) if is_lower else far for far, is_lower in found]
    return {
        "cells": len(found),
        "least": min(signed),
        "greatest": max(signed),
        "lower": _counted(_decade(far) for far, is_lower in found if is_lower),
        "higher": _counted(_decade(far) for far, is_lower in found if not is_lower),
        "commonest": commonest_of(rule, cells),
    }


def _negated(far: Decimal | float) -> Decimal | float:
    return far.copy_negate() if isinstance(far, Decimal) else -far


def _decade(far: Decimal | float) -> int:
    if isinstance(far, float):
        reached = (power for power in range(_HIGHEST, _LOWEST, -1) if far >= float(f"1e{power}"))
        return next(reached, _LOWEST)
    return min(_HIGHEST, max(_LOWEST, far.adjusted())) if far else _LOWEST


def changes(rule: CellRule, cells: Sequence[Cell], zone: tzinfo) -> dict[str, Any]:
    """Which values became which, exactly while there are few different changes."""
    counts = Counter((sort_key(left), sort_key(right)) for left, right in cells)
    if len(counts) > _DIFFERENT:
        return {"distinct": None, "top": []}
    values = {(sort_key(left), sort_key(right)): (left, right) for left, right in cells}
    told = []
    for change, count in counts.items():
        left, right = values[change]
        texts = shown(left, rule.pair.left_type, zone), shown(right, rule.pair.right_type, zone)
        told.append({**cut_pair(*texts, most=_TOLD_CHARACTERS), "cells": count})
    told.sort(key=_order)
    return {"distinct": len(counts), "top": told[:_TOLD]}


def _order(change: dict[str, Any]) -> tuple:
    """Most cells first, then by the texts and by what they are cut from; null and what is whole come first."""
    cut = change.get("cut")
    lengths = [(length is not None, length or 0) for length in (cut["left_length"], cut["right_length"])] if cut else []
    texts = _text_key(change["left"]), _text_key(change["right"])
    return -change["cells"], texts, (cut["from"], *lengths) if cut else ()


def _text_key(text: str | None) -> tuple[bool, str]:
    return text is not None, text or ""


def texts(rule: CellRule, cells: Iterable[Cell]) -> dict[str, Any] | None:
    """Where the changed characters of texts begin, and how many they are on each side."""
    if (rule.pair.left_type, rule.pair.right_type) != ("string", "string"):
        return None
    found = [_change(left, right) for left, right in cells if left is not None and right is not None]
    if not found:
        return None
    return {
        "cells": len(found),
        "from": _counted(_power(start) for start, _, _ in found),
        "left_length": _counted(_power(length) for _, length, _ in found),
        "right_length": _counted(_power(length) for _, _, length in found),
    }


def _change(left: bytes, right: bytes) -> tuple[int, int, int]:
    """Characters before the change, and those that changed on the left and on the right."""
    one, other = _characters(left), _characters(right)
    start = _alike(one, other)
    end = _alike(one[start:][::-1], other[start:][::-1])
    return sum(map(_begins, one[:start])), *(sum(map(_begins, side[start : len(side) - end])) for side in (one, other))


def _characters(text: bytes) -> list[bytes]:
    """The bytes, those together that go on with one another; stray ones at the start are a part by themselves."""
    parts: list[bytes] = []
    for byte in text:
        if byte & 0xC0 == 0x80 and parts:
            parts[-1] += bytes([byte])
        else:
            parts.append(bytes([byte]))
    return parts


def _begins(part: bytes) -> int:
    return int(part[0] & 0xC0 != 0x80)


def _alike(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    unlike = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(unlike, min(len(one), len(other)))


def _power(count: int) -> int:
    return min(_HIGHEST_POWER, count.bit_length())


def _counted(places: Iterable[int]) -> list[list[int]]:
    return [[place, count] for place, count in sorted(Counter(places).items())]
