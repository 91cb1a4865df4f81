"""Every way to store a column that `docs/types.md` names, by its name there: how it is written, and values to try.

The first value is null. Values of types that meet by a rule are chosen so that some are equal and some are not, in the
session time zone `ZONE`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from generator import storages
from generator.annotated import BSON, ENUM, INTERVAL, UNKNOWN_TO_ALL, Annotation, annotate
from generator.nested import nested_storage
from generator.spark_metadata import spark_schema, write_table

ZONE = "Europe/Berlin"
_HOUR = 3_600_000_000_000
_DAY = 24 * _HOUR
_TENTH = 0.10000000149011612  # as a float


@dataclass(frozen=True)
class StoredType:
    """A way to store a column: values as the oracle holds them, and what makes an Arrow array of such values."""

    values: Sequence[Any]
    array: Callable[[Sequence[Any]], pa.Array]
    annotation: Annotation | None = None
    spark: Mapping[str, Any] = field(default_factory=dict)
    is_int96: bool = False

    def value(self, number: int) -> Any:
        """A value by its number; after the last one they begin again, but for null, which is number 0."""
        return self.values[number if number == 0 else 1 + (number - 1) % (len(self.values) - 1)]


def _integer(slot: int, *edges: int) -> StoredType:
    return StoredType([None, 5, 7, *edges], storages.INTEGERS[slot].array)


def _floating(slot: int, *edges: float) -> StoredType:
    return StoredType([None, 5.0, 7.0, math.nan, -0.0, *edges], storages.FLOATINGS[slot].array)


def _decimal(precision: int, scale: int, *edges: str) -> StoredType:
    values = [None, *map(Decimal, ("5", "7", "0.1", *edges))]
    return StoredType(values, storages.decimal_storage(precision, scale).array)


_TEXTS = [None, b"5", b"7 ", b"0.1", b"true", b"2024-01-31", b"2024-01-31 12:00:00"]
_KEY = b"sixteen bytes ok"


def _text(values: Sequence[Any] = _TEXTS, **more: Any) -> StoredType:
    return StoredType(values, storages.TEXTS[0].array, **more)


def _bytes(*values: bytes, array: Callable[[Sequence[Any]], pa.Array], **more: Any) -> StoredType:
    return StoredType([None, _KEY, *values], array, **more)


def _times(stored: storages.Storage, values: Sequence[int], nanos: int, **more: Any) -> StoredType:
    """Times with one more value in the last place of their unit."""
    return StoredType([None, *values, values[-1] + nanos], stored.array, **more)


def _interval(spark_type: str, *edges: int) -> StoredType:
    return StoredType([None, 5, 7, *edges], storages.interval_storage(spark_type).array, spark={"type": spark_type})


def _nested(spark_type: str, *values: Any, **more: Any) -> StoredType:
    return StoredType([None, *values], nested_storage(spark_type).array, **more)


# In Berlin: the midnight and the noon of 2024-01-31, and what UTC calls the midnight.
_INSTANTS = [19_753 * _DAY - _HOUR, 19_753 * _DAY + 11 * _HOUR, 19_753 * _DAY]
_LOCAL_TIMES = [19_753 * _DAY, 19_753 * _DAY + 12 * _HOUR, 19_753 * _DAY + _HOUR]
_CLOCK_TIMES = [12 * _HOUR, 5 * _HOUR]
_UNITS = {"milliseconds": 1_000_000, "microseconds": 1_000, "nanoseconds": 1}
_DAY_MICROS = 86_400_000_000
_VARIANT = "struct<value:binary,metadata:binary>"

STORED: dict[str, StoredType] = {
    "`BOOLEAN`": StoredType([None, True, False], storages.BOOLEAN.array),
    "`INT32` as 8-bit integer": _integer(0, -128, 1),
    "`INT32` as 16-bit integer": _integer(1, 2**15 - 1),
    "`INT32`": _integer(2, 2**24 + 1),
    "`INT64`": _integer(3, 2**53 + 1, 2**53),
    "unsigned 8-bit integer": _integer(4, 255),
    "unsigned 16-bit integer": _integer(5, 2**16 - 1),
    "unsigned 32-bit integer": _integer(6, 2**32 - 1),
    "unsigned 64-bit integer": StoredType([None, *map(Decimal, (5, 7, 2**64 - 1))], storages.UINT64.array),
    "`FLOAT`": _floating(1, _TENTH, 2.0**24),
    "16-bit floating point": _floating(0, 0.0999755859375),
    "`DOUBLE`": _floating(2, 0.1, 2.0**53),
    "decimal in 32 bits": _decimal(9, 2, "5.01"),
    "decimal in 64 bits": _decimal(18, 4, "0.0999"),
    "decimal in bytes": _decimal(38, 10, "5.0000000001"),
    "`BYTE_ARRAY` as text": _text([*_TEXTS, b"\xff"]),
    "the same, Spark's metadata says char": _text(
        [text if text is None else text.ljust(19) for text in _TEXTS],
        spark={"type": "string", "metadata": {"__CHAR_VARCHAR_TYPE_STRING": "char(19)"}},
    ),
    "the same, Spark's metadata says varchar": _text(
        spark={"type": "string", "metadata": {"__CHAR_VARCHAR_TYPE_STRING": "varchar(40)"}}
    ),
    "text as `ENUM`": _text(annotation=ENUM),
    "text as `JSON`": _text(annotation=Annotation(19, 12)),
    "`BYTE_ARRAY`": _bytes(b"5", b"", array=storages.BINARIES[0].array),
    "`FIXED_LEN_BYTE_ARRAY`": _bytes(b"sixteen bytes no", array=storages.fixed_storage(16).array),
    "bytes as `UUID`": _bytes(
        b"sixteen bytes no", array=storages.fixed_storage(16).array, annotation=Annotation(None, 14)
    ),
    "bytes as `BSON`": _bytes(b"5", array=storages.BINARIES[0].array, annotation=BSON),
    "days": StoredType([None, 19_753, 19_754], storages.DATE.array),
    **{
        f"instants in {unit}": _times(storages.TIMESTAMPS[slot], _INSTANTS, nanos)
        for slot, (unit, nanos) in enumerate(_UNITS.items())
    },
    "instants in 96 bits": _times(storages.TIMESTAMPS[1], _INSTANTS, 1_000, is_int96=True),
    **{
        f"local times in {unit}": _times(storages.TIMESTAMPS_NTZ[slot], _LOCAL_TIMES, nanos)
        for slot, (unit, nanos) in enumerate(_UNITS.items())
    },
    **{
        f"times of day in {unit}": _times(storages.CLOCK_TIMES[slot], _CLOCK_TIMES, nanos)
        for slot, (unit, nanos) in enumerate(_UNITS.items())
    },
    "`INT32`, Spark's metadata says year-month interval": _interval("interval year to month", -12),
    "the same, in years alone": _interval("interval year", -12),
    "`INT64`, Spark's metadata says day-time interval": _interval("interval day to second", -_DAY_MICROS, -1),
    "the same, in minutes alone": _interval("interval minute", -_DAY_MICROS),
    "`INT64`, Spark's metadata says year-month interval": StoredType(
        [None, 5, 7, -12], storages.INTEGERS[3].array, spark={"type": "interval month"}
    ),
    "nothing but nulls, as `UNKNOWN`": StoredType([None, None], lambda values: pa.nulls(len(values))),
    "a group": _nested("struct<a:int,b:string>", (5, b"x"), (7, None), (None, None)),
    "a group, Spark's metadata says variant": _nested(_VARIANT, (b"5", b"x"), (None, None), spark={"type": "variant"}),
    "a list": _nested("array<int>", (5,), (5, 7), (), (None,)),
    "a map": _nested("map<string,int>", ((b"a", 5), (b"b", 7)), ((b"b", 7), (b"a", 5)), ()),
}


_DEEP: pa.DataType = pa.int32()
for _ in range(257):
    _DEEP = pa.list_(_DEEP)


def _one(value: Any, arrow_type: pa.DataType) -> Callable[[Sequence[Any]], pa.Array]:
    return lambda values: pa.array([None if each is None else value for each in values], arrow_type)


REFUSED: dict[str, StoredType] = {
    "an array or a map of more than 256 levels": StoredType([None, None], lambda values: pa.nulls(len(values), _DEEP)),
    "Parquet's own `INTERVAL`": StoredType([None, 1], _one(b"\0" * 12, pa.binary(12)), INTERVAL),
    "a decimal of more than 38 digits": StoredType([None, 1], _one(Decimal("1.50"), pa.decimal256(39, 2))),
    "a group as `VARIANT`": StoredType([None, (b"5", b"x")], nested_storage(_VARIANT).array, Annotation(None, 16)),
    "bytes as `GEOMETRY`": StoredType([None, 1], _one(b"x", pa.binary()), Annotation(None, 17)),
    "bytes as `GEOGRAPHY`": StoredType([None, 1], _one(b"x", pa.binary()), Annotation(None, 18)),
    "an annotation that is not known": StoredType([None, 1], _one(b"x", pa.binary()), UNKNOWN_TO_ALL),
}


def write_stored(path: Path, columns: Mapping[str, tuple[StoredType, Sequence[Any]]], *, int96: bool = False) -> Path:
    """Writes columns of stored types with their values; `int96` stores all timestamps in 96 bits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table({name: stored.array(values) for name, (stored, values) in columns.items()})
    fields = {name: stored.spark for name, (stored, _) in columns.items() if stored.spark}
    settings = {"store_schema": False, "write_statistics": False, "use_deprecated_int96_timestamps": int96}
    write_table(path, table, spark_schema(fields), **settings)
    annotate(path, {name: stored.annotation for name, (stored, _) in columns.items() if stored.annotation})
    return path
