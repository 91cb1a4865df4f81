"""Tolerances: how far apart two values may lie and still be equal."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from oracle.distance import Measure
from oracle.plan import Refused

MEMBERS = ("absolute", "relative", "symmetric", "time")
# The one member of an object that says that its value is a tolerance, whatever columns are called.
TAG = "$tolerance"
_UNITS = {
    "nanosecond": 1,
    "microsecond": 1_000,
    "millisecond": 1_000_000,
    "second": 1_000_000_000,
    "minute": 60_000_000_000,
    "hour": 3_600_000_000_000,
    "day": 86_400_000_000_000,
    "week": 604_800_000_000_000,
}
_COUNT = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_ISO = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII)
_NANOS_PER_DAY = 86_400_000_000_000


@dataclass(frozen=True)
class Tolerance:
    """One tolerance; its numbers are kept as written, so that 0.1 is 1/10 where arithmetic is exact."""

    absolute: Decimal = Decimal(0)
    relative: Decimal = Decimal(0)
    symmetric: bool = False
    time_nanos: int | None = None
    of_numbers: bool = False

    def within(self, measure: Measure, left: Hashable, right: Hashable) -> bool:
        """Whether two values that are no nulls lie near enough."""
        if measure is Measure.DOUBLE:
            return self._within_double(left, right)
        if measure is Measure.EXACT:
            left, right = Fraction(left), Fraction(right)
            reference = max(abs(left), abs(right)) if self.symmetric else abs(right)
            return abs(left - right) <= Fraction(self.absolute) + Fraction(self.relative) * reference
        if self.time_nanos is None:
            return False
        unit = _NANOS_PER_DAY if measure is Measure.DAYS else 1
        return abs(left - right) * unit <= self.time_nanos

    def _within_double(self, left: Any, right: Any) -> bool:
        if not all(isinstance(each, float) and math.isfinite(each) for each in (left, right)):
            return False
        reference = max(abs(left), abs(right)) if self.symmetric else abs(right)
        return abs(left - right) <= float(self.absolute) + float(self.relative) * reference


def tolerance_of(asked: Any) -> Tolerance:
    """The tolerance that a number or an object of the option stands for."""
    if _is_number(asked):
        asked = {"absolute": asked}
    if isinstance(asked, Mapping) and set(asked) == {TAG}:
        asked = asked[TAG]
    if not isinstance(asked, Mapping) or not set(asked) <= set(MEMBERS):
        raise Refused("BAD_OPTION", f"tolerance: {asked!r}")
    for name in ("absolute", "relative"):
        number = asked.get(name)
        if number is not None and not (_is_number(number) and math.isfinite(number) and number >= 0):
            raise Refused("BAD_OPTION", f"tolerance: {name} is {number!r}")
    if not isinstance(asked.get("symmetric", False), bool):
        raise Refused("BAD_OPTION", f"tolerance: symmetric is {asked['symmetric']!r}")
    time = asked.get("time")
    return Tolerance(
        absolute=Decimal(str(asked.get("absolute") or 0)),
        relative=Decimal(str(asked.get("relative") or 0)),
        symmetric=asked.get("symmetric", False),
        time_nanos=None if time is None else duration_nanos(time),
        of_numbers=asked.get("absolute") is not None or asked.get("relative") is not None,
    )


def duration_nanos(text: Any) -> int:
    """The nanoseconds of a duration such as `2 seconds`, `1 day 3 hours` or `PT1H`."""
    if not isinstance(text, str):
        raise Refused("BAD_OPTION", f"tolerance: time is {text!r}")
    if iso := _ISO.fullmatch(text.strip()):
        if not any(iso.groups()):
            raise Refused("BAD_OPTION", f"tolerance: time is {text!r}")
        units = ("day", "hour", "minute", "second")
        return int(sum(Decimal(count or 0) * _UNITS[unit] for count, unit in zip(iso.groups(), units, strict=True)))
    words = text.lower().split()
    counts, units = words[::2], [_unit(word) for word in words[1::2]]
    if not words or len(counts) != len(units) or None in units or not all(map(_COUNT.fullmatch, counts)):
        raise Refused("BAD_OPTION", f"tolerance: time is {text!r}")
    total = sum(Decimal(count) * unit for count, unit in zip(counts, units, strict=True))
    if total != int(total):
        raise Refused("BAD_OPTION", f"tolerance: time is {text!r}")
    return int(total)


def _unit(word: str) -> int | None:
    return _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
