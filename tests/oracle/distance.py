"""`max_difference`: the distance between two values that were counted as a mismatch."""

from __future__ import annotations

import math
from collections.abc import Hashable
from decimal import Context, Decimal

from oracle.instants import NANOS_PER_SECOND
from oracle.plan import ColumnPair
from oracle.types import Domain

_WIDE = Context(prec=120)


def distance(pair: ColumnPair, left: Hashable, right: Hashable) -> Decimal | float | None:
    """The distance of two cells brought to their domain, or `None` where there is none.

    A `float` where a side is floating, else exact: numbers as they are, days for dates, seconds for times.
    """
    if left is None or right is None:
        return None
    if pair.domain is Domain.DOUBLE:
        if "NaN" in (left, right):
            return None
        found = abs(left - right)
        return found if math.isfinite(found) else None
    if pair.domain is Domain.EXACT:
        return _WIDE.subtract(Decimal(left), Decimal(right)).copy_abs()
    if pair.domain in (Domain.INSTANT, Domain.LOCAL) or pair.left_type in ("timestamp", "timestamp_ntz", "time"):
        if pair.domain is Domain.NO_RULE:
            return None
        return _WIDE.divide(Decimal(abs(left - right)), Decimal(NANOS_PER_SECOND))
    if pair.domain is Domain.SAME and pair.left_type == "date":
        return Decimal(abs(left - right))
    return None
