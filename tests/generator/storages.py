"""How a column of one Spark type may be stored in a Parquet file, and which values each storage can hold."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

import pyarrow as pa

from oracle.types import MICROSECOND_FIELDS, MONTH_FIELDS, counts_months, interval_fields

WIDE = Context(prec=120)
_NANOS_IN = {"ms": 1_000_000, "us": 1_000, "ns": 1}


@dataclass(frozen=True)
class Storage:
    """An Arrow type to write, the Spark type it is read as, a test of values and the way to an array."""

    name: str
    family: str
    spark_type: str
    arrow_type: pa.DataType
    fits: Callable[[Any], bool]
    encode: Callable[[Sequence[Any]], pa.Array]
    physical: str

    def array(self, values: Sequence[Any]) -> pa.Array:
        return self.encode(values)

    def holds(self, values: Sequence[Any]) -> bool:
        return all(value is None or self.fits(value) for value in values)


def _integer(name: str, spark_type: str, arrow_type: pa.DataType, low: int, high: int) -> Storage:
    return Storage(
        name,
        "integer",
        spark_type,
        arrow_type,
        lambda value: low <= value <= high,
        lambda values: pa.array(values, arrow_type),
        "INT64" if arrow_type.bit_width == 64 else "INT32",
    )


def fits_float(value: float, width: int) -> bool:
    """Whether a double is exactly a half (16) or single (32) precision number."""
    if math.isnan(value) or math.isinf(value):
        return True
    code = "<e" if width == 16 else "<f"
    try:
        return struct.unpack(code, struct.pack(code, value))[0] == value
    except OverflowError:
        return False


def _floating(name: str, spark_type: str, arrow_type: pa.DataType, width: int) -> Storage:
    physical = {16: "FIXED_LEN_BYTE_ARRAY", 32: "FLOAT", 64: "DOUBLE"}[width]
    return Storage(
        name,
        "floating",
        spark_type,
        arrow_type,
        lambda value: width == 64 or fits_float(value, width),
        lambda values: pa.array(values, arrow_type),
        physical,
    )


def fits_decimal(value: Decimal, precision: int, scale: int) -> bool:
    unscaled = value.scaleb(scale, WIDE)
    return unscaled == unscaled.to_integral_value() and abs(unscaled) < 10**precision


def decimal_storage(precision: int, scale: int, arrow_bits: int = 128) -> Storage:
    arrow_type = {32: pa.decimal32, 64: pa.decimal64, 128: pa.decimal128, 256: pa.decimal256}[arrow_bits](
        precision, scale
    )
    return Storage(
        f"decimal{arrow_bits}({precision},{scale})",
        "decimal",
        f"decimal({precision},{scale})",
        arrow_type,
        lambda value: fits_decimal(value, precision, scale),
        lambda values: pa.array(
            [None if value is None else value.quantize(Decimal(1).scaleb(-scale), context=WIDE) for value in values],
            arrow_type,
        ),
        "DECIMAL",
    )


def _uint64() -> Storage:
    return Storage(
        "uint64",
        "uint64",
        "decimal(20,0)",
        pa.uint64(),
        lambda value: value == int(value) and 0 <= value < 2**64,
        lambda values: pa.array([None if value is None else int(value) for value in values], pa.uint64()),
        "INT64",
    )


def _timestamp(unit: str, zone: str | None) -> Storage:
    nanos = _NANOS_IN[unit]
    arrow_type = pa.timestamp(unit, zone)
    return Storage(
        f"timestamp_{unit}" if zone else f"timestamp_ntz_{unit}",
        "timestamp" if zone else "timestamp_ntz",
        "timestamp" if zone else "timestamp_ntz",
        arrow_type,
        lambda value: value % nanos == 0 and -(2**63) < value // nanos < 2**63,
        lambda values: pa.array([None if value is None else value // nanos for value in values], pa.int64()).cast(
            arrow_type
        ),
        "INT64",
    )


def _time(unit: str) -> Storage:
    nanos = _NANOS_IN[unit]
    arrow_type = pa.time32(unit) if unit == "ms" else pa.time64(unit)
    integer = pa.int32() if unit == "ms" else pa.int64()
    return Storage(
        f"time_{unit}",
        "time",
        "time",
        arrow_type,
        lambda value: value % nanos == 0,
        lambda values: pa.array([None if value is None else value // nanos for value in values], integer).cast(
            arrow_type
        ),
        "INT32" if unit == "ms" else "INT64",
    )


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _text(name: str, encode: Callable[[Sequence[Any]], pa.Array], valid_only: bool) -> Storage:
    return Storage(
        name,
        "string",
        "string",
        pa.string(),
        (lambda value: _is_utf8(value)) if valid_only else (lambda value: True),
        encode,
        "BYTE_ARRAY",
    )


def _bytes(name: str, arrow_type: pa.DataType) -> Storage:
    return Storage(
        name,
        "binary",
        "binary",
        arrow_type,
        lambda value: True,
        lambda values: pa.array(values, arrow_type),
        "BYTE_ARRAY",
    )


def fixed_storage(width: int) -> Storage:
    arrow_type = pa.binary(width)
    return Storage(
        f"fixed_binary({width})",
        "binary",
        "binary",
        arrow_type,
        lambda value: len(value) == width,
        lambda values: pa.array(values, arrow_type),
        "FIXED_LEN_BYTE_ARRAY",
    )


INTEGERS = [
    _integer("int8", "tinyint", pa.int8(), -(2**7), 2**7 - 1),
    _integer("int16", "smallint", pa.int16(), -(2**15), 2**15 - 1),
    _integer("int32", "int", pa.int32(), -(2**31), 2**31 - 1),
    _integer("int64", "bigint", pa.int64(), -(2**63), 2**63 - 1),
    _integer("uint8", "smallint", pa.uint8(), 0, 2**8 - 1),
    _integer("uint16", "int", pa.uint16(), 0, 2**16 - 1),
    _integer("uint32", "bigint", pa.uint32(), 0, 2**32 - 1),
]
UINT64 = _uint64()
FLOATINGS = [
    _floating("float16", "float", pa.float16(), 16),
    _floating("float32", "float", pa.float32(), 32),
    _floating("float64", "double", pa.float64(), 64),
]
TIMESTAMPS = [_timestamp(unit, "UTC") for unit in _NANOS_IN]
TIMESTAMPS_NTZ = [_timestamp(unit, None) for unit in _NANOS_IN]
CLOCK_TIMES = [_time(unit) for unit in _NANOS_IN]
TEXTS = [
    _text("string", lambda values: pa.array(values, pa.binary()).view(pa.string()), False),
    _text("large_string", lambda values: pa.array(values, pa.large_binary()).view(pa.large_string()), False),
    _text("string_view", lambda values: pa.array(values, pa.binary()).cast(pa.string()).cast(pa.string_view()), True),
    _text("dictionary", lambda values: pa.array(values, pa.binary()).cast(pa.string()).dictionary_encode(), True),
]
BINARIES = [_bytes("binary", pa.binary()), _bytes("large_binary", pa.large_binary())]
BOOLEAN = Storage(
    "boolean",
    "boolean",
    "boolean",
    pa.bool_(),
    lambda value: True,
    lambda values: pa.array(values, pa.bool_()),
    "BOOLEAN",
)
DATE = Storage(
    "date32",
    "date",
    "date",
    pa.date32(),
    lambda value: True,
    lambda values: pa.array(values, pa.int32()).cast(pa.date32()),
    "INT32",
)


def interval_storage(spark_type: str) -> Storage:
    """An interval as Spark stores it: its schema in the file's metadata alone tells it from an integer."""
    arrow_type = pa.int32() if counts_months(spark_type) else pa.int64()
    most = 2 ** (arrow_type.bit_width - 1)
    return Storage(
        spark_type,
        "interval",
        spark_type,
        arrow_type,
        lambda value: -most <= value < most,
        lambda values: pa.array(values, arrow_type),
        f"INT{arrow_type.bit_width}",
    )


def decimal_arrow_widths(precision: int) -> list[int]:
    """The Arrow decimal types that hold a precision; all are written as the same Parquet type."""
    return [bits for bits, most in ((32, 9), (64, 18), (128, 38), (256, 38)) if precision <= most]


def widest(spark_types: Sequence[str]) -> str:
    """The type of a column whose files differ: the widest integer or floating type, or a decimal that holds all."""
    for order in (("tinyint", "smallint", "int", "bigint"), ("float", "double")):
        if all(each in order for each in spark_types):
            return max(spark_types, key=order.index)
    if all(each.startswith("decimal(") for each in spark_types):
        shapes = [tuple(int(part) for part in each[8:-1].split(",")) for each in spark_types]
        scale = max(each_scale for _, each_scale in shapes)
        return f"decimal({max(precision - each_scale for precision, each_scale in shapes) + scale},{scale})"
    if all(map(interval_fields, spark_types)):
        return widest_interval(spark_types)
    if len(set(spark_types)) > 1:
        raise ValueError(f"no common type: {sorted(set(spark_types))}")
    return spark_types[0]


def widest_interval(spark_types: Sequence[str]) -> str:
    """The interval type with the fields of all these, which count the same."""
    (fields,) = {MONTH_FIELDS if counts_months(each) else MICROSECOND_FIELDS for each in spark_types}
    held = [field for each in spark_types for field in interval_fields(each)]
    return interval_name(min(held, key=fields.index), max(held, key=fields.index))


def interval_name(first: str, last: str) -> str:
    """The name of an interval type with these fields and those between them."""
    return f"interval {first}" if first == last else f"interval {first} to {last}"
