"""How far apart two values lie, where their types have a distance."""

from __future__ import annotations

import math
from collections.abc import Hashable
from decimal import ROUND_DOWN, Context, Decimal
from enum import Enum

from oracle.instants import NANOS_PER_SECOND
from oracle.plan import ColumnPair
from oracle.types import Domain, is_exact_number, is_number

_WIDE = Context(prec=2000)
_LAST_PLACE = Decimal(1).scaleb(-38)
_TIMES = ("timestamp", "timestamp_ntz", "time")


class Measure(Enum):
    """What the difference of two values of a domain is."""

    EXACT = "exact numbers"
    DOUBLE = "doubles"
    DAYS = "days"
    NANOS = "nanoseconds"


def measure_of(pair: ColumnPair) -> Measure | None:
    """What the values of a column pair, brought to their domain, are measured in."""
    if pair.domain in (Domain.INSTANT, Domain.LOCAL):
        return Measure.NANOS
    if pair.domain is Domain.NO_RULE:
        return None
    met = pair.right_type if pair.left_type == "string" else pair.left_type
    if is_number(met):
        numbers = [each for each in (pair.left_type, pair.right_type) if each != "string"]
        return Measure.EXACT if all(map(is_exact_number, numbers)) else Measure.DOUBLE
    if met == "date":
        return Measure.DAYS
    return Measure.NANOS if met in _TIMES else None


def distance(measure: Measure | None, left: Hashable, right: Hashable) -> Decimal | float | None:
    """`max_difference` of two cells that differ, brought to their domain, or `None` where there is none.

    A `float` where a side is floating, else exact: numbers as they are (to 38 places), days for dates, seconds
    for times.
    """
    if measure is None or any(each is None or isinstance(each, tuple) for each in (left, right)):
        return None
    if measure is Measure.DOUBLE:
        if "NaN" in (left, right):
            return None
        found = abs(left - right)
        return found if math.isfinite(found) else None
    if measure is Measure.EXACT:
        found = _WIDE.subtract(Decimal(left), Decimal(right)).copy_abs()
        # A number that was read from text may have more places than any type; the distance is cut off there.
        return found.quantize(_LAST_PLACE, ROUND_DOWN, _WIDE) if found.as_tuple().exponent < -38 else found
    if measure is Measure.DAYS:
        return Decimal(abs(left - right))
    return _WIDE.divide(Decimal(abs(left - right)), Decimal(NANOS_PER_SECOND))
