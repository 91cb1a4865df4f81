"""What explains that a cell changed: the first cause, in a fixed order, that accounts for the whole difference."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from datetime import tzinfo
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any

from oracle.cells import CellRule
from oracle.distance import Measure
from oracle.instants import NANOS_PER_DAY, civil_from_days, instant_to_local, midnight_instant
from oracle.parsing import exact_number
from oracle.shown import floating_text
from oracle.text import WHITE_SPACE
from oracle.types import Domain, Value, nearest

_WIDE = Context(prec=3000, Emax=999_999_999, Emin=-999_999_999)
_DIGITS = 38
_MINUTE = 60_000_000_000
_LONGEST_SHIFT = 14 * 60
_LONGEST_BYTES = 65_536
OTHER = "other"
_SPACES = dict.fromkeys(map(ord, WHITE_SPACE))


def cause_of(rule: CellRule, left: Value, right: Value, zone: tzinfo) -> str:
    """The name of the cause of two cells that differ, as far as the cells alone tell."""
    if left is None or right is None:
        return "null_left" if left is None else "null_right"
    return next(_causes(rule, left, right, zone), OTHER)


def _causes(rule: CellRule, left: Value, right: Value, zone: tzinfo) -> Iterator[str]:
    pair = rule.pair
    if pair.domain is Domain.NO_RULE:
        return
    if pair.domain is Domain.SAME and pair.left_type in ("string", "binary") and _is_long(left, right):
        yield from _of_long_values(left, right, pair.left_type == "string")
    elif pair.domain is Domain.SAME and pair.left_type == "string":
        yield from _of_texts(left, right)
    elif pair.domain is Domain.SAME and pair.left_type == "binary":
        yield from _truncated(left, right)
    one, other = rule.exact("left", left), rule.exact("right", right)
    if isinstance(one, tuple) or isinstance(other, tuple):
        yield from _of_unread_text(rule, left, right, one, other)
    elif rule.measure in (Measure.EXACT, Measure.DOUBLE):
        yield from _of_numbers(rule, one, other)
    elif rule.measure is Measure.DAYS:
        yield from _of_dates(one, other)
    elif rule.measure is Measure.NANOS:
        yield from _of_times(rule, one, other, zone)


def _is_long(left: bytes, right: bytes) -> bool:
    return max(len(left), len(right)) > _LONGEST_BYTES


def _of_long_values(left: bytes, right: bytes, is_text: bool) -> Iterator[str]:
    """Only that one begins with the whole other, and that what follows is not white space."""
    if not is_text:
        yield from _truncated(left, right)
    elif _is_valid(left) and _is_valid(right):
        one, other = left.decode(), right.decode()
        if one.rstrip(WHITE_SPACE) != other.rstrip(WHITE_SPACE):
            yield from _truncated(one, other)


def _of_texts(left: bytes, right: bytes) -> Iterator[str]:
    one, other = (text.decode("utf-8", errors="surrogateescape") for text in (left, right))
    if one.casefold() == other.casefold():
        yield "case"
    if one.strip(WHITE_SPACE) == other.strip(WHITE_SPACE):
        yield "outer_space"
    if one.translate(_SPACES) == other.translate(_SPACES):
        yield "inner_space"
    if unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other):
        yield "unicode_form"
    if _is_valid(left) and (_as_single_bytes(one) == right or _has_replaced(one, other)):
        yield "encoding"
    if _is_valid(right) and (_as_single_bytes(other) == left or _has_replaced(other, one)):
        yield "encoding"
    numbers = exact_number(one), exact_number(other)
    if None not in numbers and numbers[0] == numbers[1]:
        yield "number_as_text"
    if _is_valid(left) and _is_valid(right):
        yield from _truncated(one, other)


def _is_valid(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _as_single_bytes(text: str) -> bytes | None:
    """The characters as Windows-1252 has them, the rest of the first 256 as their own number."""
    found = bytearray()
    for character in text:
        try:
            found += character.encode("cp1252")
        except UnicodeEncodeError:
            if ord(character) > 0xFF:
                return None
            found.append(ord(character))
    return bytes(found)


def _has_replaced(one: str, other: str) -> bool:
    """Whether `other` is `one` with some of its characters beyond ASCII replaced."""
    return len(one) == len(other) and all(
        a == b or (ord(a) > 0x7F and b in "?\ufffd") for a, b in zip(one, other, strict=True)
    )


def _truncated(left: Any, right: Any) -> Iterator[str]:
    shorter, longer = sorted((left, right), key=len)
    if shorter and longer.startswith(shorter):
        yield f"truncated:{len(shorter)}"


def _of_unread_text(rule: CellRule, left: Value, right: Value, one: Any, other: Any) -> Iterator[str]:
    if rule.measure not in (Measure.EXACT, Measure.DOUBLE):
        return
    text, value = (left, other) if isinstance(one, tuple) else (right, one)
    if len(text) > _LONGEST_BYTES:
        return
    number = exact_number(text.decode("utf-8", errors="surrogateescape"))
    type_name = rule.pair.right_type if rule.pair.left_type == "string" else rule.pair.left_type
    if number is not None and number == number_of(rule, type_name, value):
        yield "number_as_text"


def number_of(rule: CellRule, type_name: str, value: Any) -> Decimal | None:
    """The number that a value stands for: itself, or the one that is shown for a floating-point number."""
    if rule.measure is Measure.EXACT:
        number = Decimal(value)
    elif isinstance(value, float) and math.isfinite(value):
        number = Decimal(floating_text(value, 32 if _is_float(rule, type_name) else 64))
    else:
        return None
    number = number.normalize(_WIDE)
    return number if len(number.as_tuple().digits) <= _DIGITS else None


def _is_float(rule: CellRule, type_name: str) -> bool:
    return type_name == "float" or (type_name == "string" and "float" in (rule.pair.left_type, rule.pair.right_type))


def _of_numbers(rule: CellRule, left: Any, right: Any) -> Iterator[str]:
    types = rule.pair.left_type, rule.pair.right_type
    one, other = number_of(rule, types[0], left), number_of(rule, types[1], right)
    if one is None or other is None:
        return
    if one == other.copy_negate():
        yield "sign"
    power = other.adjusted() - one.adjusted()
    if one and other and power and one.scaleb(power, _WIDE) == other:
        yield f"scale:{power}"
    if set(types) == {"float", "double"}:
        single, double = (left, right) if types[0] == "float" else (right, left)
        if nearest(Fraction(double), 32) == single:
            yield "float_precision"
    if one and other and _places(one) != _places(other):
        short, long = sorted((one, other), key=_places)
        unit = Decimal(1).scaleb(-_places(short))
        if short in (long.quantize(unit, ROUND_HALF_UP, _WIDE), long.quantize(unit, ROUND_HALF_EVEN, _WIDE)):
            yield f"rounding:{_places(short)}"
        if short == long.quantize(unit, ROUND_DOWN, _WIDE):
            yield f"cut:{_places(short)}"


def _places(number: Decimal) -> int:
    """How many decimal places a normalised number has."""
    return max(0, -int(number.as_tuple().exponent))


def _of_dates(left: int, right: int) -> Iterator[str]:
    if abs(right - left) == 1:
        yield f"day_shift:{right - left:+}"
    (year, month, day), (other_year, other_month, other_day) = civil_from_days(left), civil_from_days(right)
    if (year, month, day) == (other_year, other_day, other_month):
        yield "day_and_month"


def _of_times(rule: CellRule, left: int, right: int, zone: tzinfo) -> Iterator[str]:
    shift = right - left
    if "time" not in (rule.pair.left_type, rule.pair.right_type):
        if abs(shift) == NANOS_PER_DAY:
            yield f"day_shift:{shift // NANOS_PER_DAY:+}"
        quarters, rest = divmod(abs(shift), 15 * _MINUTE)
        if not rest and quarters * 15 <= _LONGEST_SHIFT:
            hours, minutes = divmod(quarters * 15, 60)
            text = (f"{hours}h" if hours else "") + (f"{minutes}m" if minutes else "")
            yield f"time_shift:{'+' if shift > 0 else '-'}{text}"
        is_instant = "timestamp" in (rule.pair.left_type, rule.pair.right_type)
        if left == _begin_of_day(right, is_instant, zone) or right == _begin_of_day(left, is_instant, zone):
            yield "date_truncated"
    earlier, later = sorted((left, right))
    for places in (0, 3, 6):
        unit = 10 ** (9 - places)
        if later // unit * unit == earlier:
            yield f"cut:{places}"


def _begin_of_day(moment: int, is_instant: bool, zone: tzinfo) -> int:
    if not is_instant:
        return moment // NANOS_PER_DAY * NANOS_PER_DAY
    return midnight_instant(instant_to_local(moment, zone) // NANOS_PER_DAY, zone)
