"""Random values by kind of column: the edges of every type often, small pools so that values meet again."""

from __future__ import annotations

import math
import random
import struct
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from fractions import Fraction
from typing import Any

from generator.storages import WIDE
from generator.texts import written
from oracle.parsing import parsed
from oracle.shown import shown
from oracle.types import counts_months

NANOS_PER_DAY = 86_400_000_000_000
_UNIT_NANOS = {"ms": 1_000_000, "us": 1_000, "ns": 1}


@dataclass(frozen=True)
class Kind:
    """What a column holds: a family, with its shape where the family has one; text may write values of another kind."""

    family: str
    bits: int = 0
    is_signed: bool = True
    precision: int = 0
    scale: int = 0
    unit: str = ""
    fields: str = ""
    writes: Kind | None = None

    @property
    def spark_type(self) -> str:
        """The type that a column of the kind is read as when it is stored as the kind says."""
        match self.family:
            case "integer":
                width = self.bits if self.is_signed else self.bits * 2
                return {8: "tinyint", 16: "smallint", 32: "int", 64: "bigint"}[width]
            case "floating":
                return "double" if self.bits == 64 else "float"
            case "decimal":
                return f"decimal({self.precision},{self.scale})"
            case "uint64":
                return "decimal(20,0)"
            case "interval":
                return f"interval {self.fields}"
        return self.family

    def bounds(self) -> tuple[int, int]:
        if self.family == "interval":
            most = 2**31 if counts_months(self.spark_type) else 2**63
            return -most, most - 1
        if self.is_signed:
            return -(2 ** (self.bits - 1)), 2 ** (self.bits - 1) - 1
        return 0, 2**self.bits - 1


def random_kind(rng: random.Random) -> Kind:
    family = rng.choice(
        ["integer"] * 5
        + ["string"] * 4
        + ["decimal"] * 3
        + ["floating"] * 3
        + ["timestamp", "timestamp", "timestamp_ntz", "date", "date", "time", "binary", "boolean", "uint64", "interval"]
    )
    return random_shape(rng, family)


_INTERVAL_FIELDS = ["year to month", "month", "year", "day to second", "day to second", "hour", "minute to second"]


def random_shape(rng: random.Random, family: str) -> Kind:
    if family == "integer":
        signed = rng.random() < 0.75
        return Kind("integer", bits=rng.choice([8, 16, 32, 64] if signed else [8, 16, 32]), is_signed=signed)
    if family == "floating":
        return Kind("floating", bits=rng.choice([16, 32, 32, 64, 64, 64]))
    if family == "decimal":
        precision = rng.choice([1, 2, 4, 5, 9, 10, 18, 19, 20, 37, 38, rng.randint(1, 38)])
        scale = rng.choice([0, min(2, precision), precision, rng.randint(0, precision)])
        return Kind("decimal", precision=precision, scale=scale)
    if family in ("timestamp", "timestamp_ntz", "time"):
        return Kind(family, unit=rng.choice(["ms", "us", "us", "ns"]))
    if family == "interval":
        return Kind(family, fields=rng.choice(_INTERVAL_FIELDS))
    return Kind(family)


class Values:
    """A source of values for one column: a pool of a few, or fresh ones, and nulls at one rate."""

    def __init__(self, rng: random.Random, kind: Kind, null_rate: float, pool_size: int | None) -> None:
        self.kind = kind
        self.null_rate = null_rate
        self.pool = None if pool_size is None else [random_value(rng, kind) for _ in range(pool_size)]

    def draw(self, rng: random.Random) -> Any:
        if rng.random() < self.null_rate:
            return None
        return random_value(rng, self.kind) if self.pool is None else rng.choice(self.pool)

    def changed(self, rng: random.Random, value: Any) -> Any:
        """Another value, sometimes the nearest one there is."""
        if value is not None and rng.random() < 0.35:
            return nudged(rng, self.kind, value)
        return self.draw(rng)


def random_value(rng: random.Random, kind: Kind) -> Any:
    return _MAKERS[kind.family](rng, kind)


def _integer(rng: random.Random, kind: Kind) -> int:
    low, high = kind.bounds()
    choice = rng.random()
    if choice < 0.55:
        return rng.randint(max(low, -3), 9)
    if choice < 0.75:
        edges = [low, high, low + 1, high - 1, 0, 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**24 + 1]
        return rng.choice([edge for edge in edges if low <= edge <= high])
    return rng.randint(low, high)


def _uint64(rng: random.Random, kind: Kind) -> Decimal:
    return Decimal(rng.choice([0, 1, 5, 2**53, 2**53 + 1, 2**63, 2**64 - 1, rng.randint(0, 2**64 - 1)]))


def _decimal(rng: random.Random, kind: Kind) -> Decimal:
    most = 10**kind.precision - 1
    one = 10**kind.scale
    choice = rng.random()
    if choice < 0.4:
        unscaled = rng.choice([0, 1, 2, 3, 5, -1]) * one
    elif choice < 0.6:
        unscaled = rng.choice([0, 1, -1, most, -most, most - 1, one // 2, one * 3 // 2, one // 10])
    else:
        unscaled = rng.randint(-most, most)
    return Decimal(max(-most, min(most, unscaled))).scaleb(-kind.scale, WIDE)


_DOUBLES = [
    math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 0.1, 0.30000000000000004, 1.5, 2.0**53, 2.0**-44, 1e23, 2e-3,
    5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e7, 9999999.0, 0.001, 0.0001, 123456789.125, 1e22,
]  # fmt: skip


def _floating(rng: random.Random, kind: Kind) -> float:
    choice = rng.random()
    if choice < 0.4:
        value = float(rng.randint(-3, 9)) / rng.choice([1, 1, 2, 4])
    elif choice < 0.75:
        value = rng.choice(_DOUBLES)
    elif choice < 0.9:
        value = rng.gauss(0, 10 ** rng.randint(-3, 6))
    else:
        (value,) = struct.unpack("<d", rng.randbytes(8))
        value = math.nan if math.isnan(value) else value
    return rounded(value, kind.bits)


def rounded(value: float, bits: int) -> float:
    """The nearest number of a floating width."""
    if bits == 64 or math.isnan(value) or math.isinf(value):
        return value
    code = "<e" if bits == 16 else "<f"
    try:
        return struct.unpack(code, struct.pack(code, value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


_EDGE_DAYS = [0, -1, 19_782, 11_016, -25_567, -719_162, 2_932_896, -141_428, -719_528, 20_000]
_EXTREME_DAYS = [-(2**31), 2**31 - 1, 2_932_897, -800_000]


def _date(rng: random.Random, kind: Kind) -> int:
    choice = rng.random()
    if choice < 0.3:
        return rng.choice(_EDGE_DAYS)
    if choice < 0.32:
        return rng.choice(_EXTREME_DAYS)
    return rng.randint(19_700, 19_720) if choice < 0.7 else rng.randint(-10_000, 25_000)


def _timestamp(rng: random.Random, kind: Kind) -> int:
    unit = _UNIT_NANOS[kind.unit]
    choice = rng.random()
    if choice < 0.35:
        seconds = rng.randint(19_700, 19_705) * 86_400 + rng.choice([0, 0, 3_600, 18_000, 43_200])
    elif choice < 0.8:
        seconds = rng.randint(-2_000_000_000, 4_000_000_000)
    elif choice < 0.9:
        # Around the clock changes of New York and Berlin in 2024.
        seconds = rng.choice([1_710_054_000, 1_730_613_600, 1_711_846_800, 1_729_990_800]) + rng.randint(-7200, 7200)
    elif choice < 0.98 or kind.unit == "ns":
        seconds = rng.choice([0, -1, -2_208_988_800, 1_582_934_400, 2_147_483_647])
    else:
        seconds = rng.choice([-62_135_596_800, 253_402_300_799, 253_402_300_800, -62_167_219_200, -9_000_000_000_000])
    per_second = 1_000_000_000 // unit
    fraction = rng.choice([0, 0, 0, per_second // 2, 1, per_second - 1, rng.randrange(per_second)])
    return (seconds * per_second + fraction) * unit


def _time(rng: random.Random, kind: Kind) -> int:
    unit = _UNIT_NANOS[kind.unit]
    most = NANOS_PER_DAY // unit - 1
    second = 1_000_000_000 // unit
    return rng.choice([0, 1, most, second, 3600 * second, second // 2, rng.randint(0, most)]) * unit


_TEXTS = [
    "", "a", "b", "ab", "bc", "c", "A", "é", "e\u0301", "😀", " a", "a ", "null", "NULL", "NaN", "1", "1.0", "01", "-0",
    "a\x00", "\x00", "\u00a0", "ß", "line\nbreak", "tab\there", '"', "\\", "'", "ａ", "\ufffd", "z" * 40,
]  # fmt: skip
_BROKEN_TEXTS = [b"\xff", b"a\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf0\x9f\x98", b"\xff\xfe"]


def _string(rng: random.Random, kind: Kind) -> bytes:
    if kind.writes is not None:
        return written(rng, kind.writes.spark_type, random_value(rng, kind.writes))
    choice = rng.random()
    if choice < 0.65:
        return rng.choice(_TEXTS).encode()
    if choice < 0.72:
        return rng.choice(_BROKEN_TEXTS)
    if choice < 0.75:
        return b"long " * rng.randint(20, 300)
    return "".join(rng.choices("abcxyzé😀 0123", k=rng.randint(1, 12))).encode()


def _binary(rng: random.Random, kind: Kind) -> bytes:
    if kind.bits:
        return rng.randbytes(kind.bits // 8) if rng.random() < 0.6 else bytes(kind.bits // 8)
    return rng.choice([b"", b"\x00", b"\x00\x00", b"a", b"ab", b"\xff", b"\x80", b"\x7f", rng.randbytes(5)])


def _interval(rng: random.Random, kind: Kind) -> int:
    edges = kind.bounds()
    units = (
        [1, 12]
        if counts_months(kind.spark_type)
        else [1, 500_000, 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000]
    )
    choice = rng.random()
    if choice < 0.1:
        return rng.choice(edges)
    return rng.randint(-30, 30) * rng.choice(units) + rng.choice([0, 0, 1])


_MAKERS = {
    "integer": _integer,
    "uint64": _uint64,
    "decimal": _decimal,
    "floating": _floating,
    "date": _date,
    "timestamp": _timestamp,
    "timestamp_ntz": _timestamp,
    "time": _time,
    "string": _string,
    "binary": _binary,
    "interval": _interval,
    "boolean": lambda rng, kind: rng.random() < 0.5,
}


def nudged(rng: random.Random, kind: Kind, value: Any) -> Any:
    """A value as close as the kind allows, where there is a meaning to that."""
    if kind.family == "integer":
        low, high = kind.bounds()
        return max(low, min(high, value + rng.choice([-1, 1])))
    if kind.family == "floating" and math.isfinite(value) and kind.bits == 64:
        return math.nextafter(value, rng.choice([-math.inf, math.inf]))
    if kind.family == "floating":
        return rounded(value * 1.125, kind.bits)
    if kind.family == "decimal":
        most = 10**kind.precision - 1
        unscaled = int(value.scaleb(kind.scale, WIDE)) + rng.choice([-1, 1])
        return Decimal(max(-most, min(most, unscaled))).scaleb(-kind.scale, WIDE)
    if kind.family in ("timestamp", "timestamp_ntz"):
        return value + rng.choice([-1, 1]) * _UNIT_NANOS[kind.unit]
    if kind.family == "date" and abs(value) < 2_000_000:
        return value + rng.choice([-1, 1])
    if kind.family == "string":
        return rng.choice([value + b" ", value.swapcase(), value[:-1], b" " + value])
    return random_value(rng, kind)


def converted(value: Any, source: Kind, target: Kind) -> Any:
    """The value of another kind that means the same, or nearly so; raises `ValueError` where there is none."""
    numbers = ("integer", "uint64", "decimal", "floating")
    if source.family in numbers and target.family in numbers:
        return _converted_number(value, target)
    match source.family, target.family:
        case ("date", "timestamp" | "timestamp_ntz") if abs(value) < 90_000:
            return value * NANOS_PER_DAY
        case ("timestamp" | "timestamp_ntz", "date"):
            return value // NANOS_PER_DAY
        case ("timestamp" | "timestamp_ntz" | "time", "timestamp" | "timestamp_ntz" | "time"):
            found = value // _UNIT_NANOS[target.unit] * _UNIT_NANOS[target.unit]
            if target.family == "time":
                return found % NANOS_PER_DAY
            if target.unit == "ns" and abs(found) >= 2**63:
                raise ValueError("beyond nanoseconds")
            return found
        case ("interval", "interval" | "integer"):
            low, high = target.bounds()
            if not low <= value <= high:
                raise ValueError("out of range")
            return value
        case ("boolean", "integer"):
            return int(value)
        case ("string", "binary") if not target.bits:
            return value
        case ("string", _) if source.writes is not None and target.family != "string":
            return _read(value, target)
        case (_, "string") if source.family not in ("string", "binary"):
            return shown(value, source.spark_type, UTC).encode()
    if source.family == target.family and source.family != "binary":
        return value
    raise ValueError("no counterpart")


def _read(text: bytes, target: Kind) -> Any:
    """The value that a text is, in a kind that it was written from or another one."""
    value = parsed(text, target.spark_type, UTC)
    if value is None:
        raise ValueError("no such value")
    if target.family in ("integer", "uint64", "decimal", "floating"):
        return _converted_number(value, target)
    return converted(value, Kind(target.family, unit="ns"), target) if target.unit else value


def _converted_number(value: Any, target: Kind) -> Any:
    if target.family == "floating":
        return rounded(float(value), target.bits)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not finite")
    exact = Fraction(value)
    if target.family == "decimal":
        unscaled = round(exact * 10**target.scale)
        if abs(unscaled) >= 10**target.precision:
            raise ValueError("too large")
        return Decimal(unscaled).scaleb(-target.scale, WIDE)
    whole = round(exact)
    low, high = (0, 2**64 - 1) if target.family == "uint64" else target.bounds()
    if not low <= whole <= high:
        raise ValueError("out of range")
    return Decimal(whole) if target.family == "uint64" else whole
