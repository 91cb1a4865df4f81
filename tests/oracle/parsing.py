"""Text as a value of another type, as Spark's `TRY_CAST` reads it; numbers exactly."""

from __future__ import annotations

import math
import re
from datetime import tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

from oracle.instants import NANOS_PER_DAY, days_from_civil, local_to_instant, zone_of
from oracle.types import INTEGERS, Value, decimal_shape, nearest

# White space and control characters of ASCII, which Spark strips around every value but numbers with a fraction.
_STRIPPED = "".join(map(chr, [*range(0x21), 0x7F]))
# What Java's `String.trim` strips.
_TRIMMED = "".join(map(chr, range(0x21)))
_BITS = dict(zip(INTEGERS, (8, 16, 32, 64), strict=True))
_WHOLE = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# Java takes digits of every script of the basic plane for a decimal.
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_DECIMAL_PLACES = 1000
_HEX_NUMBER = re.compile(r"([+-]?)0[xX]([0-9a-fA-F]+\.?|[0-9a-fA-F]*\.[0-9a-fA-F]+)[pP]([+-]?[0-9]+)")
_NAMED_NUMBER = {"inf": math.inf, "infinity": math.inf, "nan": math.nan}
_TRUE, _FALSE = ("t", "true", "y", "yes", "1"), ("f", "false", "n", "no", "0")
_DAY = re.compile(r"([+-]?)([0-9]{4,7})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:[ T].*)?)?)?", re.DOTALL)
_MOMENT = re.compile(
    r"([+-]?)([0-9]{4,6})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:[ T]([0-9]{1,2})"
    r"(?::([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]*))?([^0-9.].*)?)?)?)?)?)?",
    re.DOTALL,
)
_OFFSET = re.compile(r"(?:UTC|GMT|UT)?([+-])([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{2}))?)?")
_LAST_DAY = 2**31
# Java's short names of zones.
_SHORT_ZONES = {
    "ACT": "Australia/Darwin", "AET": "Australia/Sydney", "AGT": "America/Argentina/Buenos_Aires",
    "ART": "Africa/Cairo", "AST": "America/Anchorage", "BET": "America/Sao_Paulo", "BST": "Asia/Dhaka",
    "CAT": "Africa/Harare", "CNT": "America/St_Johns", "CST": "America/Chicago", "CTT": "Asia/Shanghai",
    "EAT": "Africa/Addis_Ababa", "ECT": "Europe/Paris", "EST": "-05:00", "HST": "-10:00",
    "IET": "America/Indiana/Indianapolis", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo", "MIT": "Pacific/Apia",
    "MST": "-07:00", "NET": "Asia/Yerevan", "NST": "Pacific/Auckland", "PLT": "Asia/Karachi",
    "PNT": "America/Phoenix", "PRT": "America/Puerto_Rico", "PST": "America/Los_Angeles",
    "SST": "Pacific/Guadalcanal", "VST": "Asia/Ho_Chi_Minh",
}  # fmt: skip


def parsed(text: bytes, type_name: str, zone: tzinfo) -> Value | None:
    """The value that a text is in a type, `None` where it is none."""
    try:
        plain = text.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if type_name.startswith("decimal("):
        return _decimal(plain.strip(_TRIMMED), *decimal_shape(type_name))
    if not plain.isascii():
        return None
    if type_name in INTEGERS:
        return _whole(plain.strip(_STRIPPED), _BITS[type_name])
    if type_name in ("float", "double"):
        return _floating(plain.strip(_TRIMMED), 32 if type_name == "float" else 64)
    match type_name:
        case "boolean":
            word = plain.strip(_STRIPPED).lower()
            return True if word in _TRUE else False if word in _FALSE else None
        case "date":
            return _date(plain.strip(_STRIPPED))
        case "timestamp":
            return _timestamp(plain.strip(_STRIPPED), zone)
        case "timestamp_ntz":
            return _local(plain.strip(_STRIPPED))[0]
    raise ValueError(f"no text is read as {type_name}")


def _whole(text: str, bits: int) -> int | None:
    if not _WHOLE.fullmatch(text):
        return None
    number = int(text)
    return number if -(2 ** (bits - 1)) <= number < 2 ** (bits - 1) else None


def _decimal(text: str, precision: int, scale: int) -> Decimal | None:
    """The exact number, if it fits the type once it is rounded half up to its scale."""
    if not _DECIMAL.fullmatch(text) or any(ord(each) > 0xFFFF for each in text):
        return None
    with localcontext(Context(prec=10_000, Emax=999_999_999, Emin=-999_999_999)):
        number = Decimal(text)
        if (number and number.adjusted() > precision + 1) or -int(number.as_tuple().exponent) > _DECIMAL_PLACES:
            return None
        rounded = number.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)
        return number if abs(rounded) < Decimal(10) ** (precision - scale) else None


def exact_number(text: str) -> Decimal | None:
    """The number that Java's `BigDecimal` reads."""
    plain = text.strip(_TRIMMED)
    if not _DECIMAL.fullmatch(plain) or any(ord(each) > 0xFFFF for each in plain):
        return None
    with localcontext(Context(prec=10_000, Emax=999_999_999, Emin=-999_999_999)):
        return Decimal(plain)


def _floating(text: str, bits: int) -> float | None:
    named = _NAMED_NUMBER.get(text.lower().lstrip("+-")) if len(text) - len(text.lstrip("+-")) < 2 else None
    if named is not None:
        return -named if text.startswith("-") else named
    if text[-1:] in ("d", "D", "f", "F") and not _HEX_NUMBER.fullmatch(text):
        text = text[:-1]
    if found := _HEX_NUMBER.fullmatch(text):
        sign, digits, exponent = found.groups()
        fraction_length = len(digits.partition(".")[2])
        exact = Fraction(int(digits.replace(".", ""), 16)) * Fraction(2) ** (int(exponent) - 4 * fraction_length)
        return nearest(-exact if sign == "-" else exact, bits)
    if not _NUMBER.fullmatch(text):
        return None
    if bits == 64:
        return float(text)
    approximate = float(text)
    if approximate == 0 or not math.isfinite(approximate) or not 1e-60 < abs(approximate) < 1e60:
        return math.copysign(0.0 if abs(approximate) < 1 else math.inf, approximate)
    return nearest(Fraction(text), 32)


def _date(text: str) -> int | None:
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    sign, year, month, day = found.groups()
    return _day(-int(year) if sign == "-" else int(year), int(month or 1), int(day or 1))


def _day(year: int, month: int, day: int) -> int | None:
    """The days since 1970-01-01, where there is such a day."""
    if not 1 <= month <= 12 or day < 1:
        return None
    first = days_from_civil(year, month, 1)
    next_first = days_from_civil(year + month // 12, month % 12 + 1, 1)
    found = first + day - 1
    return found if found < next_first and -_LAST_DAY <= found < _LAST_DAY else None


def _local(text: str) -> tuple[int | None, str | None]:
    """The wall clock time of a text in nanoseconds, without its zone, and the zone."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None, None
    sign, year, month, day, hour, minute, second, fraction, zone = found.groups()
    date = _day(-int(year) if sign == "-" else int(year), int(month or 1), int(day or 1))
    clock = [int(each or 0) for each in (hour, minute, second)]
    if date is None or clock[0] > 23 or clock[1] > 59 or clock[2] > 59:
        return None, None
    if zone is not None and _zone(zone) is None:
        return None, None
    micros = int((fraction or "")[:6].ljust(6, "0"))
    seconds = (clock[0] * 60 + clock[1]) * 60 + clock[2]
    local = date * NANOS_PER_DAY + seconds * 1_000_000_000 + micros * 1000
    return (local, zone) if -(2**63) <= local // 1000 < 2**63 else (None, None)


def _timestamp(text: str, zone: tzinfo) -> int | None:
    local, own_zone = _local(text)
    if local is None:
        return None
    return local_to_instant(local, _zone(own_zone) if own_zone is not None else zone)


def _zone(text: str) -> tzinfo | None:
    """A zone behind a time: `Z`, `UTC`, an offset, or a region's name."""
    name = text.strip(_TRIMMED)
    if name in ("Z", "UTC", "GMT", "UT"):
        return zone_of("UTC")
    if found := _OFFSET.fullmatch(name):
        sign, hours, minutes, seconds = found.groups()
        if int(hours) > 18 or int(minutes or 0) > 59 or int(seconds or 0) or (int(hours) == 18 and int(minutes or 0)):
            return None
        return zone_of(f"{sign}{int(hours):02}:{int(minutes or 0):02}")
    try:
        return zone_of(_SHORT_ZONES.get(name, name)) if re.fullmatch(r"[A-Za-z][A-Za-z0-9~/._+-]+", name) else None
    except (ValueError, OSError, KeyError):
        return None
