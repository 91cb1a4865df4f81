"""Spark's type names, the domain in which two types are compared, and the sort order within a type."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable
from datetime import tzinfo
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any

from oracle.instants import NANOS_PER_DAY, local_to_instant, midnight_instant

Value = Any
INTEGERS = ("tinyint", "smallint", "int", "bigint")
FLOATING = ("float", "double")
TIMES = ("date", "timestamp", "timestamp_ntz")
NESTED = ("struct<", "array<", "map<")
MONTH_FIELDS = ("year", "month")
MICROSECOND_FIELDS = ("day", "hour", "minute", "second")
INTERVALS = {
    f"interval {first}" if first == last else f"interval {first} to {last}": fields[slot:end]
    for fields in (MONTH_FIELDS, MICROSECOND_FIELDS)
    for slot, first in enumerate(fields)
    for end, last in enumerate(fields, 1)
    if slot < end
}
_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")


class Domain(Enum):
    """What values of both sides are brought to before they are compared."""

    EXACT = "exact numbers"
    DOUBLE = "double"
    SAME = "the values as they are"
    INSTANT = "instant"
    LOCAL = "wall clock time"
    PRESENCE = "whether a struct is there"
    NESTED = "element by element"
    PARSED = "the text parsed as the other type"
    NO_RULE = "no rule"


def decimal_shape(type_name: str) -> tuple[int, int]:
    """Precision and scale of a decimal type."""
    shape = _DECIMAL.fullmatch(type_name)
    if shape is None:
        raise ValueError(f"not a decimal type: {type_name}")
    return int(shape[1]), int(shape[2])


def is_exact_number(type_name: str) -> bool:
    return type_name in INTEGERS or type_name.startswith("decimal(")


def is_number(type_name: str) -> bool:
    return is_exact_number(type_name) or type_name in FLOATING


def interval_fields(type_name: str) -> tuple[str, ...]:
    """The fields of an interval type, from the largest to the smallest; none of any other type."""
    return INTERVALS.get(type_name, ())


def counts_months(type_name: str) -> bool:
    """Whether an interval type counts months; the others count microseconds."""
    return interval_fields(type_name)[0] in MONTH_FIELDS


@cache
def domain_of(left_type: str, right_type: str) -> Domain:
    if is_number(left_type) and is_number(right_type):
        exact = is_exact_number(left_type) and is_exact_number(right_type)
        return Domain.EXACT if exact else Domain.DOUBLE
    if left_type == right_type:
        return Domain.SAME
    both = {left_type, right_type}
    if all(map(interval_fields, both)):
        return Domain.SAME if len(set(map(counts_months, both))) == 1 else Domain.NO_RULE
    if any(map(interval_fields, both)):
        return Domain.NO_RULE
    if both <= set(TIMES):
        return Domain.INSTANT if "timestamp" in both else Domain.LOCAL
    return Domain.PARSED if "string" in both and not both & {"binary", "time", "void"} else Domain.NO_RULE


def to_double(value: int | Decimal | float) -> float:
    """The nearest double; a number beyond the largest becomes infinite (no Spark number is that large)."""
    return float(value)


def nearest(number: Fraction, bits: int) -> float:
    """The nearest `float` (32) or `double` (64) of an exact number, ties to even."""
    if bits == 64:
        try:
            return float(number)
        except OverflowError:
            return math.copysign(math.inf, number)
    if not number:
        return 0.0
    magnitude = abs(number)
    power = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    if Fraction(2) ** power > magnitude:
        power -= 1
    ulp = Fraction(2) ** max(power - 23, -149)
    found = round(magnitude / ulp) * ulp
    found_double = float(found) if found < 2**128 else math.inf
    return math.copysign(found_double, number)


def rounded_to_float(number: Decimal) -> float:
    """The nearest `float` of a decimal number."""
    return nearest(Fraction(number), 32)


@cache
def brought_to(domain: Domain, type_name: str, side: str, zone: tzinfo) -> Callable[[Value], Hashable]:
    """A function from a value to something that is equal on both sides exactly when the values are equal."""

    def instant(value: int) -> int:
        if type_name == "timestamp":
            return value
        return midnight_instant(value, zone) if type_name == "date" else local_to_instant(value, zone)

    def double(value: Value) -> Hashable:
        number = to_double(value)
        return "NaN" if math.isnan(number) else number + 0.0

    rules: dict[Domain, Callable[[Value], Hashable]] = {
        Domain.EXACT: lambda value: value,
        Domain.DOUBLE: double,
        Domain.SAME: lambda value: value,
        Domain.INSTANT: instant,
        Domain.LOCAL: lambda value: value * NANOS_PER_DAY if type_name == "date" else value,
        Domain.NO_RULE: lambda value: (side, value),
    }
    rule = rules[domain]
    return lambda value: None if value is None else rule(value)


def sort_key(value: Value) -> tuple:
    """Spark's sort order of one type: nulls first, NaN after every number, -0.0 equal to 0.0, bytes unsigned."""
    if value is None:
        return (0,)
    if isinstance(value, float) and math.isnan(value):
        return (2,)
    if isinstance(value, tuple):
        return (1, tuple(sort_key(part) for part in value))
    return (1, value)


def zero_sign(value: Value) -> int:
    """The last resort of an order: -0.0 before 0.0, which are equal but shown differently."""
    return 1 if isinstance(value, float) and value == 0 and math.copysign(1.0, value) > 0 else 0


def row_key(row: tuple[Value, ...]) -> tuple:
    """The sort order of rows: column by column, and only then the signs of zeros."""
    return tuple(sort_key(value) for value in row), tuple(zero_sign(value) for value in row)
