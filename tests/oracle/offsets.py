"""The constant by which the values of a column moved, where no cause of a single cell explains the most of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import tzinfo
from decimal import Context, Decimal
from typing import Any

from oracle.causes import OTHER, cause_of, number_of
from oracle.cells import CellRule
from oracle.distance import Measure
from oracle.instants import NANOS_PER_SECOND
from oracle.types import Value

_WIDE = Context(prec=3000, Emax=999_999_999, Emin=-999_999_999)
_DIGITS = 38
_DIFFERENCES = 256
_UNITS = {Measure.DAYS: "d", Measure.NANOS: "s"}


def causes_of(rule: CellRule, cells: Sequence[tuple[Value, Value]], zone: tzinfo) -> list[str]:
    """The cause of each of a column's cells that differ; `cells` are all of them."""
    causes = [cause_of(rule, left, right, zone) for left, right in cells]
    differences = [
        difference(rule, left, right) if cause == OTHER else None
        for cause, (left, right) in zip(causes, cells, strict=True)
    ]
    found = offset_of(differences, causes.count(OTHER))
    if found is None:
        return causes
    named = f"offset:{_signed(found)}{_UNITS.get(rule.measure, '')}"
    return [
        named if cause == OTHER and each == found else cause for cause, each in zip(causes, differences, strict=True)
    ]


def offset_of(differences: Sequence[Decimal | None], unexplained: int) -> Decimal | None:
    """The difference that two cells at least and more than half of the unexplained ones have."""
    counts = Counter(each for each in differences if each is not None)
    if not counts or len(counts) > _DIFFERENCES:
        return None
    found, count = counts.most_common(1)[0]
    return found if count >= 2 and 2 * count > unexplained else None


def commonest_of(rule: CellRule, cells: Sequence[tuple[Value, Value]]) -> dict[str, Any] | None:
    """The difference that most of the cells have, the smallest of several; `None` where too many are different."""
    counts = Counter(each for each in (difference(rule, left, right) for left, right in cells) if each is not None)
    if not counts or len(counts) > _DIFFERENCES:
        return None
    found, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return {"difference": f"{_signed(found)}{_UNITS.get(rule.measure, '')}", "cells": count}


def difference(rule: CellRule, left: Value, right: Value) -> Decimal | None:
    """Right less left: a number, days, or seconds. `None` where the values have none that 38 digits can write."""
    if rule.measure is None or left is None or right is None:
        return None
    one, other = rule.exact("left", left), rule.exact("right", right)
    if isinstance(one, tuple) or isinstance(other, tuple):
        return None
    if rule.measure in (Measure.EXACT, Measure.DOUBLE):
        numbers = number_of(rule, rule.pair.left_type, one), number_of(rule, rule.pair.right_type, other)
        if None in numbers:
            return None
        found = _WIDE.subtract(numbers[1], numbers[0])
    elif rule.measure is Measure.DAYS:
        found = Decimal(other - one)
    else:
        found = _WIDE.divide(Decimal(other - one), Decimal(NANOS_PER_SECOND))
    found = found.normalize(_WIDE)
    return found if found and plain_digits(found) <= _DIGITS else None


def plain_digits(number: Decimal) -> int:
    """How many digits a normalised number has without an exponent; a mere 0 before the point is none."""
    return max(0, number.adjusted() + 1) + max(0, -int(number.as_tuple().exponent))


def _signed(number: Decimal) -> str:
    return format(number, "+f")
