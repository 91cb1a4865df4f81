"""How a value is shown: the text of Spark's `CAST(… AS STRING)`, with the two exceptions of the result document."""

from __future__ import annotations

import math
import struct
from datetime import tzinfo
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from oracle.instants import NANOS_PER_DAY, NANOS_PER_SECOND, civil_from_days, instant_to_local
from oracle.nested import parsed, shown_nested
from oracle.types import NESTED, Value, counts_months, decimal_shape, interval_fields

_WIDE = Context(prec=120)
_SHOWN_CHARACTERS = 65_536
_FIELD_SECONDS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def shown(value: Value, type_name: str, zone: tzinfo) -> str | None:
    """The text of a value of a Spark type, `None` for null."""
    if value is None:
        return None
    if type_name.startswith(NESTED):
        return shown_nested(value, parsed(type_name), lambda part, part_type: shown(part, part_type, zone))
    match type_name:
        case "boolean":
            return "true" if value else "false"
        case "tinyint" | "smallint" | "int" | "bigint":
            return str(value)
        case "float":
            return floating_text(value, 32)
        case "double":
            return floating_text(value, 64)
        case "string":
            return value.decode("utf-8", errors="replace")
        case "binary":
            return value.hex().upper()
        case "date":
            return date_text(value)
        case "time":
            return clock_text(value)
        case "timestamp":
            return timestamp_text(instant_to_local(value, zone))
        case "timestamp_ntz":
            return timestamp_text(value)
    if interval_fields(type_name):
        return interval_text(value, type_name)
    return decimal_text(value, decimal_shape(type_name)[1])


def cut_pair(left: str | None, right: str | None, most: int = _SHOWN_CHARACTERS) -> dict[str, Any]:
    """What is shown of two values: all, or a part around their first difference and how long they are."""
    texts = [text for text in (left, right) if text is not None]
    if all(len(text) <= most for text in texts):
        return {"left": left, "right": right}
    alike = 0
    if left is not None and right is not None:
        unlike = (place for place, (one, other) in enumerate(zip(left, right, strict=False)) if one != other)
        alike = next(unlike, min(len(left), len(right)))
    start = max(0, alike - most // 2)
    part = slice(start, start + most)
    lengths = [None if text is None else len(text) for text in (left, right)]
    return {
        "left": None if left is None else left[part],
        "right": None if right is None else right[part],
        "cut": {"from": start, "left_length": lengths[0], "right_length": lengths[1]},
    }


def cut_key(text: str | None, most: int = _SHOWN_CHARACTERS) -> str | None:
    """What is shown of a key."""
    if text is None or len(text) <= most:
        return text
    return f"{text[:most]}… ({len(text)} characters)"


def decimal_text(value: Decimal, scale: int) -> str:
    """Plain digits with all digits of the scale, whatever the exponent the value is held with."""
    unscaled = int(value.scaleb(scale, _WIDE))
    digits = str(abs(unscaled)).rjust(scale + 1, "0")
    sign = "-" if unscaled < 0 else ""
    return sign + (digits if scale == 0 else f"{digits[:-scale]}.{digits[-scale:]}")


def date_text(day: int) -> str:
    year, month, day_of_month = civil_from_days(day)
    return f"{_year_text(year)}-{month:02}-{day_of_month:02}"


def clock_text(nanos: int) -> str:
    seconds, fraction = divmod(nanos, NANOS_PER_SECOND)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return text + (f".{fraction:09}".rstrip("0") if fraction else "")


def interval_text(value: int, type_name: str) -> str:
    """The literal of an interval. What is smaller than its last field is not shown."""
    fields = interval_fields(type_name)
    sign, size = "-" if value < 0 else "", abs(value)
    if counts_months(type_name):
        years, months = divmod(size, 12)
        shown_fields = {("year",): f"{years}", ("month",): f"{size}", ("year", "month"): f"{years}-{months}"}[fields]
    else:
        seconds, micros = divmod(size, 1_000_000)
        parts = []
        for field, seconds_in_one in _FIELD_SECONDS:
            if field in fields:
                count, seconds = divmod(seconds, seconds_in_one)
                parts.append(str(count) if field == "day" else f"{count:02}")
        shown_fields = ":".join(parts)
        if fields[0] == "day":
            shown_fields = shown_fields.replace(":", " ", 1)
        if fields[-1] == "second" and micros:
            shown_fields += f".{micros:06}".rstrip("0")
    return f"INTERVAL '{sign}{shown_fields}' {type_name.removeprefix('interval ').upper()}"


def timestamp_text(local_nanos: int) -> str:
    day, nanos = divmod(local_nanos, NANOS_PER_DAY)
    return f"{date_text(day)} {clock_text(nanos)}"


def _year_text(year: int) -> str:
    """Four digits at least; a sign where there are more or where the year is negative, as `java.time` does."""
    if year > 9999:
        return f"+{year}"
    return f"{year:04}" if year >= 0 else f"-{-year:04}"


@lru_cache(maxsize=4096)
def _magnitude_text(bits: int, width: int) -> str:
    """`Double.toString` / `Float.toString` of a positive finite number, by their specification.

    The shortest decimal that rounds to the number, at least two digits long, and the nearest of those.
    """
    fraction_bits, bias = (52, 1075) if width == 64 else (23, 150)
    mantissa, exponent = bits & ((1 << fraction_bits) - 1), bits >> fraction_bits
    lower_gap_is_half = mantissa == 0 and exponent > 1
    if exponent:
        mantissa += 1 << fraction_bits
    else:
        exponent = 1
    ulp = Fraction(2) ** (exponent - bias)
    value = mantissa * ulp
    lowest = value - ulp / (4 if lower_gap_is_half else 2)
    highest = value + ulp / 2
    ends_belong = mantissa % 2 == 0
    power = len(str(value.numerator)) - len(str(value.denominator))
    while Fraction(10) ** power > value:
        power -= 1
    while Fraction(10) ** (power + 1) <= value:
        power += 1
    for length in range(1, 19):
        unit = Fraction(10) ** (power - length + 1)
        below = value // unit
        candidates = [
            count
            for count in (below, below + 1)
            if lowest < count * unit < highest or (ends_belong and count * unit in (lowest, highest))
        ]
        if candidates:
            break
    if length == 1:
        length, unit = 2, unit / 10
        below = value // unit
        candidates = [below, below + 1]
    count = min(candidates, key=lambda each: (abs(each * unit - value), each % 2))
    digits = str(count)
    power += len(digits) - length
    return _java_layout(digits.rstrip("0") or "0", power)


def _java_layout(digits: str, power: int) -> str:
    """Plain from 10^-3 up to below 10^7, else with one digit before the point and an `E`."""
    if 0 <= power < 7:
        digits = digits.ljust(power + 1, "0")
        return f"{digits[: power + 1]}.{digits[power + 1 :] or '0'}"
    if -3 <= power < 0:
        return "0." + "0" * (-power - 1) + digits
    return f"{digits[0]}.{digits[1:] or '0'}E{power}"


def floating_text(value: float, width: int) -> str:
    if math.isnan(value):
        return "NaN"
    sign = "-" if value < 0 else ""
    if math.isinf(value):
        return sign + "Infinity"
    if value == 0:
        return sign + "0.0"
    pattern = ("<d", "<Q") if width == 64 else ("<f", "<I")
    (bits,) = struct.unpack(pattern[1], struct.pack(pattern[0], abs(value)))
    return sign + _magnitude_text(bits, width)
