"""Literals of predicates, the types in which they meet columns, and the casts to these, as docs/filters.md has them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from oracle.instants import NANOS_PER_DAY, days_from_civil, local_to_instant, midnight_instant, zone_of
from oracle.plan import Options, Refused
from oracle.shown import shown
from oracle.types import decimal_shape

_BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 20}
_SPACE = "".join(map(chr, [*range(33), 127]))


@dataclass(frozen=True)
class Literal:
    """A value that the predicate spells out; `value` is text for `date` and its like."""

    kind: str
    value: Any = None
    digits: int = 0
    scale: int = 0


def bad(why: str) -> Refused:
    return Refused("BAD_OPTION", why)


def number(text: str) -> Literal:
    found = re.fullmatch(r"(-?[\d.]+)([eE][+-]?\d+)?(BD|[LSYDF])?", text, re.IGNORECASE)
    if found is None:
        raise bad(f"no number: {text}")
    suffix = (found[3] or "").upper()
    if suffix in ("D", "F") or (found[2] and not suffix):
        exact = Fraction(found[1] + (found[2] or ""))
        value = _nearest_float(exact) if suffix == "F" else _nearest_double(exact)
        if math.isinf(value):
            raise bad(f"too large: {text}")
        return Literal("float" if suffix == "F" else "double", value)
    if found[2]:
        raise bad(f"no number: {text}")
    if "." not in found[1] and suffix != "BD":
        value = int(found[1])
        bits = {"Y": 8, "S": 16, "L": 64}.get(suffix, 64)
        if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
            small = -(2**31) <= value < 2**31
            return Literal("integer", value, {"Y": 3, "S": 5, "L": 20}.get(suffix, 10 if small else 20))
    if suffix not in ("", "BD"):
        raise bad(f"no number: {text}")
    scale = len(found[1].partition(".")[2])
    digits = max(len(found[1].replace(".", "").lstrip("-0")), 1, scale)
    if digits > 38:
        raise bad(f"too many digits: {text}")
    return Literal("decimal", Decimal(found[1]), digits, scale)


def _nearest_double(exact: Fraction) -> float:
    try:
        return exact.numerator / exact.denominator
    except OverflowError:
        return math.copysign(math.inf, exact)


def _nearest_float(exact: Fraction) -> float:
    """The nearest float of 32 bits, ties to even, rounded once."""
    size = abs(exact)
    if size == 0:
        return 0.0
    exponent = max(size.numerator.bit_length() - size.denominator.bit_length() - 1, -126) - 23
    while size >= Fraction(2) ** (exponent + 24):
        exponent += 1
    units = round(size / Fraction(2) ** exponent)
    value = float(units) * 2.0**exponent if units * Fraction(2) ** exponent < 2**128 else math.inf
    return math.copysign(value, exact)


def _shape(type_name: str) -> tuple[int, int] | None:
    if type_name in _DIGITS:
        return _DIGITS[type_name], 0
    return decimal_shape(type_name) if type_name.startswith("decimal(") else None


def _wider(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    scale = max(one[1], other[1])
    return min(38, scale + max(one[0] - one[1], other[0] - other[1])), scale


def _family(type_name: str) -> str:
    if type_name in _BITS:
        return "integer"
    return "decimal" if type_name.startswith("decimal(") else type_name


def common(type_name: str, literal: Literal) -> tuple:
    """The common type of a column and one literal; its first member is its name."""
    family, kind = _family(type_name), literal.kind
    shape = _shape(type_name)
    match family, kind:
        case ("integer", "integer" | "string"):
            return ("exact", 38, 0)
        case ("integer", "float"):
            return ("float",)
        case ("integer" | "decimal", "integer"):
            return ("exact", *_wider(shape, (len(str(abs(literal.value))), 0)))
        case ("integer" | "decimal", "decimal"):
            return ("exact", *_wider(shape, (literal.digits, literal.scale)))
        case ("integer" | "decimal", "double" | "float") | ("decimal", "string"):
            return ("double",)
        case ("float", "integer" | "float" | "string"):
            return ("float",)
        case ("float", "decimal" | "double") | ("double", "integer" | "decimal" | "float" | "double" | "string"):
            return ("double",)
        case ("boolean", "boolean" | "string"):
            return ("boolean",)
        case ("string" | "binary", "string" | "binary"):
            return ("bytes",)
        case ("date", "date" | "string"):
            return ("date",)
        case ("date" | "timestamp_ntz", "timestamp") | ("timestamp", "timestamp" | "date" | "timestamp_ntz" | "string"):
            return ("instant",)
        case ("date", "timestamp_ntz") | ("timestamp_ntz", "timestamp_ntz" | "date" | "string"):
            return ("local",)
    raise bad(f"{type_name} against {kind}")


def common_of_list(type_name: str, literals: list[Literal]) -> tuple:
    family, kinds = _family(type_name), {literal.kind for literal in literals}
    if "string" in kinds:
        beside = {"string": set(), "integer": {"integer"}, "date": {"date"}}.get(family)
        if beside is None or kinds - {"string"} - beside:
            raise bad(f"{type_name} in a list with strings")
        return ("bytes",) if family == "string" else ("written",)
    if family in ("integer", "decimal", "float", "double") and kinds <= {"integer", "decimal", "float", "double"}:
        families = kinds | {family}
        if "double" in families or {"float", "decimal"} <= families:
            return ("double",)
        if "float" in families:
            return ("float",)
        if "decimal" not in families:
            return ("exact", 38, 0)
        shape = _shape(type_name)
        for literal in literals:
            shape = _wider(shape, (literal.digits, literal.scale))
        return ("exact", *shape)
    if family in ("boolean", "binary") and kinds == {family}:
        return ("boolean",) if family == "boolean" else ("bytes",)
    times = ("date", "timestamp", "timestamp_ntz")
    if family in times and kinds <= set(times):
        families = kinds | {family}
        return ("instant",) if "timestamp" in families else ("local",) if "timestamp_ntz" in families else ("date",)
    raise bad(f"{type_name} in a list of {kinds}")


class Casts:
    """Casts of a column's values and of literals to their common type, as Python values that compare as Spark does."""

    def __init__(self, common: tuple, type_name: str, options: Options) -> None:
        self.common = common
        self.type_name = type_name
        self.zone = zone_of(options.time_zone)

    def value(self, value: Any) -> Any:
        return None if value is None else self.cast(self.type_name, value)

    def literal(self, literal: Literal) -> Any:
        kind, value = literal.kind, literal.value
        if kind == "string":
            return self.string(value)
        if kind in ("date", "timestamp", "timestamp_ntz"):
            value = self.time(kind, value)
            if value is None:
                raise bad(f"no {kind}: {literal.value}")
        return self.cast(kind, value)

    def cast(self, kind: str, value: Any) -> Any:
        match self.common[0]:
            case "exact":
                _, precision, scale = self.common
                most = Decimal(10) ** (precision - scale)
                return Decimal(value) if -most < Decimal(value) < most else None
            case "float":
                return _ordered(value if isinstance(value, float) else _nearest_float(Fraction(value)))
            case "double":
                return _ordered(float(value))
            case "instant":
                if kind == "date":
                    return midnight_instant(value, self.zone)
                return local_to_instant(value, self.zone) if kind == "timestamp_ntz" else value
            case "local":
                return value * NANOS_PER_DAY if kind == "date" else value
            case "written":
                return shown(value, "date", self.zone) if kind == "date" else str(value)
        return value

    def string(self, text: str) -> Any:
        """The cast of a string; None where it fails."""
        match self.common[0]:
            case "exact":
                found = re.fullmatch(r"([+-]?)([0-9]*)(\.[0-9]*)?", text.strip(_SPACE))
                if found is None or not found[0].strip("+-"):
                    return None
                value = int(found[1] + (found[2] or "0"))
                bits = _BITS[self.type_name]
                return Decimal(value) if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else None
            case "float" | "double":
                return self.floating(text)
            case "boolean":
                word = text.strip(_SPACE).lower()
                yes, no = word in ("t", "true", "y", "yes", "1"), word in ("f", "false", "n", "no", "0")
                return yes if yes or no else None
            case "bytes":
                return text.encode()
            case "date":
                return self.time("date", text)
            case "instant":
                return self.time("timestamp", text)
            case "local":
                return self.time("timestamp_ntz", text)
        return text

    def floating(self, text: str) -> Any:
        plain = text.strip("".join(map(chr, range(33))))
        if re.match(r"[+-]?0[xX]", plain):
            raise bad("a hexadecimal number")
        found = re.fullmatch(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[dDfF]?", plain)
        if found is not None:
            exact = Fraction(found[1])
            return _ordered(_nearest_float(exact) if self.common[0] == "float" else _nearest_double(exact))
        if plain.lower() in ("nan",) or plain in ("+NaN", "-NaN"):
            return _ordered(math.nan)
        if plain.lower().lstrip("+-") in ("inf", "infinity") and len(plain) - len(plain.lstrip("+-")) <= 1:
            return _ordered(-math.inf if plain.startswith("-") else math.inf)
        return None

    def time(self, kind: str, text: str) -> int | None:
        """Days, or nanoseconds of an instant or a local time."""
        plain = text.strip(_SPACE)
        most = 7 if kind == "date" else 6
        written = rf"([+-]?)([0-9]{{4,{most}}})(?:-([0-9]{{1,2}})(?:-([0-9]{{1,2}})([ T].*)?)?)?"
        found = re.fullmatch(written, plain, re.DOTALL)
        if found is None:
            if kind != "date" and re.match(r"T?[0-9]+:|T[0-9]", plain):
                raise bad("a time without a date")
            return None
        year, month, day = int(found[1] + found[2]), int(found[3] or 1), int(found[4] or 1)
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        lengths = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        exists = 1 <= month <= 12 and 1 <= day <= lengths[month - 1]
        if kind == "date":
            return days_from_civil(year, month, day) if exists else None
        local = zone = None
        if found[5] is None:
            hour = minute = second = micros = 0
        else:
            clock = re.fullmatch(
                r"[ T]([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]*))?([^0-9.].*)?)?)?", found[5], re.DOTALL
            )
            if clock is None:
                return None
            hour, minute, second = int(clock[1]), int(clock[2] or 0), int(clock[3] or 0)
            micros = int(f"{clock[4] or '':0<6}"[:6])
            if clock[5] is not None:
                zone = _zone(clock[5].strip())
        if not exists or hour > 23 or minute > 59 or second > 59:
            return None
        seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
        local = (seconds * 1_000_000 + micros) * 1000
        if kind == "timestamp":
            local = local_to_instant(local, self.zone if zone is None else zone)
        return local if abs(local) < 2**63 * 1000 else None


def _zone(name: str) -> Any:
    try:
        return zone_of(name)
    except (KeyError, ValueError, OSError) as unknown:
        raise bad(f"no time zone: {name}") from unknown


def _ordered(value: float) -> tuple[int, float]:
    """NaN is one value above all others; both zeros are one."""
    return (1, 0.0) if math.isnan(value) else (0, value)
