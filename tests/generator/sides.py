"""Rows to Parquet: one side as a folder or file in a random layout, and the schema that a reader must find there.

A layout decides how rows are cut into files and partition folders, and for every file the storage of every column, the
order of the columns, which all-null columns are missing, and the writer's settings.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from generator.files import write_file
from generator.nested import nested_storage
from generator.storages import (
    BINARIES,
    BOOLEAN,
    CLOCK_TIMES,
    DATE,
    FLOATINGS,
    INTEGERS,
    TEXTS,
    TIMESTAMPS,
    TIMESTAMPS_NTZ,
    UINT64,
    Storage,
    decimal_arrow_widths,
    decimal_storage,
    fixed_storage,
    interval_name,
    interval_storage,
    widest,
)
from generator.values import Kind
from oracle import Side
from oracle.types import NESTED, interval_fields

INT96_EARLIEST, INT96_LATEST = -2_208_988_800_000_000_000, 9_000_000_000_000_000_000
_SAFE_PARTITION_TEXT = re.compile(rb"p[\x20-\x7e\xc3\xa9]*")
_SIMPLE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Column:
    """A column of a side to be written."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Written:
    """Where a side lies, and what it is once read back."""

    path: Path
    side: Side


def primary_storage(kind: Kind) -> Storage:
    """The storage that the kind describes."""
    match kind.family:
        case "integer":
            name = f"{'' if kind.is_signed else 'u'}int{kind.bits}"
            return next(storage for storage in INTEGERS if storage.name == name)
        case "floating":
            return FLOATINGS[(16, 32, 64).index(kind.bits)]
        case "decimal":
            return decimal_storage(kind.precision, kind.scale)
        case "timestamp":
            return TIMESTAMPS[("ms", "us", "ns").index(kind.unit)]
        case "timestamp_ntz":
            return TIMESTAMPS_NTZ[("ms", "us", "ns").index(kind.unit)]
        case "time":
            return CLOCK_TIMES[("ms", "us", "ns").index(kind.unit)]
        case "binary":
            return fixed_storage(kind.bits // 8) if kind.bits else BINARIES[0]
        case "string":
            return TEXTS[0]
        case "uint64":
            return UINT64
        case "boolean":
            return BOOLEAN
        case "interval":
            return interval_storage(kind.spark_type)
    return DATE


def other_storages(rng: random.Random, primary: Storage) -> list[Storage]:
    """Storages that may stand in for the primary one in some file, if the values of that file fit."""
    match primary.family:
        case "integer":
            ranks = ["tinyint", "smallint", "int", "bigint"]
            return [each for each in INTEGERS if ranks.index(each.spark_type) <= ranks.index(primary.spark_type)]
        case "floating":
            return FLOATINGS[: FLOATINGS.index(primary) + 1]
        case "decimal":
            precision, scale = (int(part) for part in primary.spark_type[8:-1].split(","))
            narrower = max(precision - rng.randint(0, 5), 1, scale)
            choices = [decimal_storage(precision, scale, rng.choice(decimal_arrow_widths(precision)))]
            choices.append(decimal_storage(narrower, scale, rng.choice(decimal_arrow_widths(narrower))))
            if scale and precision > scale:
                choices.append(decimal_storage(precision - 1, scale - 1))
            return choices
        case "timestamp":
            return TIMESTAMPS
        case "timestamp_ntz":
            return TIMESTAMPS_NTZ
        case "time":
            return CLOCK_TIMES
        case "string":
            return TEXTS
        case "binary":
            return [*BINARIES, primary]
        case "interval":
            fields = interval_fields(primary.spark_type)
            pairs = [(first, last) for slot, first in enumerate(fields) for last in fields[slot:]]
            return [interval_storage(interval_name(*pair)) for pair in pairs]
    return [primary]


def write_randomly(rng: random.Random, folder: Path, columns: Sequence[Column], rows: Sequence[tuple]) -> Written:
    """Writes the rows in a random layout."""
    partition_slots = _partition_slots(rng, columns, rows)
    if partition_slots:
        return _write_partitioned(rng, folder, columns, rows, partition_slots)
    pieces = _cut(rng, rows)
    is_drifting = rng.random() < 0.3 and not _has_case_twins(columns)
    names = [f"part-{number:05}.parquet" for number in range(len(pieces))]
    complete = rng.randrange(len(pieces))
    schemas = []
    for number, (name, piece) in enumerate(zip(names, pieces, strict=True)):
        kept = list(range(len(columns)))
        if is_drifting and number != complete:
            kept = [s for s in kept if rng.random() < 0.6 or any(row[s] is not None for row in piece)] or kept
        if is_drifting and rng.random() < 0.4:
            rng.shuffle(kept)
        schemas.append(_write_piece(rng, folder / name, columns, kept, piece, is_drifting))
    _add_clutter(rng, folder)
    path = folder / names[0] if len(names) == 1 and rng.random() < 0.5 else folder
    return Written(path, _merged(columns, schemas, rows))


def write_plainly(rng: random.Random, folder: Path, side: Side) -> Written:
    """Writes the rows of a side as it was read: the same schema in every file, another cut, another row order."""
    columns_storage = [storage_of(spark_type) for _, spark_type in side.schema]
    rows = list(side.rows)
    rng.shuffle(rows)
    for number, piece in enumerate(_cut(rng, rows)):
        arrays = [storage.array([row[slot] for row in piece]) for slot, storage in enumerate(columns_storage)]
        table = pa.table(arrays, names=[name for name, _ in side.schema])
        write_file(rng, folder / f"{number}.parquet", table, columns_storage, int96=False)
    return Written(folder, side)


def storage_of(spark_type: str) -> Storage:
    if spark_type.startswith(NESTED):
        return nested_storage(spark_type)
    if spark_type.startswith("decimal("):
        precision, scale = (int(part) for part in spark_type[8:-1].split(","))
        return decimal_storage(precision, scale)
    if interval_fields(spark_type):
        return interval_storage(spark_type)
    signed = {storage.spark_type: storage for storage in [*INTEGERS[:4], FLOATINGS[1], FLOATINGS[2]]}
    if spark_type in signed:
        return signed[spark_type]
    named = {"string": TEXTS[0], "binary": BINARIES[0], "boolean": BOOLEAN, "date": DATE, "time": CLOCK_TIMES[2]}
    if spark_type in named:
        return named[spark_type]
    return _AnyInstant(spark_type)


class _AnyInstant:
    """Timestamps in the finest unit that holds all values of a file."""

    def __init__(self, spark_type: str) -> None:
        self.choices = TIMESTAMPS if spark_type == "timestamp" else TIMESTAMPS_NTZ
        self.physical = "INT64"
        self.family = self.spark_type = spark_type

    def array(self, values: Sequence[Any]) -> pa.Array:
        return next(storage for storage in self.choices[::-1] if storage.holds(values)).array(values)


def _cut(rng: random.Random, rows: Sequence[tuple]) -> list[list[tuple]]:
    """One to five files, some of them empty."""
    count = rng.choice([1, 1, 1, 2, 3, 5])
    bounds = sorted(rng.randint(0, len(rows)) for _ in range(count - 1))
    if rng.random() < 0.1:
        bounds = sorted([*bounds, *bounds[:1]])
    return [list(rows[a:b]) for a, b in zip([0, *bounds], [*bounds, len(rows)], strict=True)]


def _write_piece(
    rng: random.Random,
    path: Path,
    columns: Sequence[Column],
    kept: Sequence[int],
    rows: Sequence[tuple],
    is_drifting: bool,
) -> list[tuple[int, str]]:
    """Writes one file and tells its columns (by position) with the types they are read as."""
    storages, arrays = [], []
    for slot in kept:
        values = [row[slot] for row in rows]
        storage = primary_storage(columns[slot].kind)
        if rng.random() < (0.6 if is_drifting else 0.2):
            choices = other_storages(rng, storage)
            if not is_drifting:
                choices = [each for each in choices if each.spark_type == storage.spark_type]
            storage = rng.choice([each for each in choices if each.holds(values)] or [storage])
        storages.append(storage)
        arrays.append(values)
    int96 = rng.random() < 0.3 and _may_be_int96(storages, arrays)
    built = [
        _with_lost_nanos(rng, storage, values) if int96 else storage.array(values)
        for storage, values in zip(storages, arrays, strict=True)
    ]
    table = pa.table(built, names=[columns[slot].name for slot in kept])
    write_file(rng, path, table, storages, int96=int96)
    return [(slot, storage.spark_type) for slot, storage in zip(kept, storages, strict=True)]


def _may_be_int96(storages: Sequence[Storage], arrays: Sequence[Sequence[Any]]) -> bool:
    """INT96 turns every timestamp of a file into `timestamp`, and a reader keeps microseconds of it."""
    if any(storage.family == "timestamp_ntz" for storage in storages):
        return False
    stamps = [values for storage, values in zip(storages, arrays, strict=True) if storage.family == "timestamp"]
    return bool(stamps) and all(
        value is None or (value % 1000 == 0 and INT96_EARLIEST <= value <= INT96_LATEST)
        for values in stamps
        for value in values
    )


def _with_lost_nanos(rng: random.Random, storage: Storage, values: Sequence[Any]) -> pa.Array:
    """Nanoseconds below the microsecond, which reading INT96 drops."""
    if storage.name != "timestamp_ns":
        return storage.array(values)
    return storage.array([None if value is None else value + rng.choice([0, 1, 500, 999]) for value in values])


def _merged(columns: Sequence[Column], schemas: Sequence[Sequence[tuple[int, str]]], rows: Sequence[tuple]) -> Side:
    """The columns of all files in the order in which they first appear, each with its widest type."""
    types: dict[int, list[str]] = {}
    for schema in schemas:
        for slot, spark_type in schema:
            types.setdefault(slot, []).append(spark_type)
    order = list(types)
    return Side(
        [(columns[slot].name, widest(types[slot])) for slot in order],
        [tuple(row[slot] for slot in order) for row in rows],
    )


def _has_case_twins(columns: Sequence[Column]) -> bool:
    """Whether two names differ only by case: then each must be in every file, beside the other."""
    return len({column.name.lower() for column in columns}) < len(columns)


def _partition_slots(rng: random.Random, columns: Sequence[Column], rows: Sequence[tuple]) -> list[int]:
    if len(columns) < 3 or len(rows) < 2 or rng.random() < 0.75 or _has_case_twins(columns):
        return []
    slots = [slot for slot, column in enumerate(columns) if _may_partition(column, [row[slot] for row in rows])]
    rng.shuffle(slots)
    slots = slots[: rng.choice([1, 1, 2])]
    return slots if len({tuple(row[slot] for slot in slots) for row in rows}) <= 8 else []


def _may_partition(column: Column, values: Sequence[Any]) -> bool:
    present = {value for value in values if value is not None}
    if not present or len(present) > 5 or not _SIMPLE_NAME.fullmatch(column.name):
        return False
    match column.kind.family:
        case "integer":
            return column.kind.is_signed
        case "date":
            return all(-719_162 <= value <= 2_932_896 for value in present)
        case "string":
            return all(_SAFE_PARTITION_TEXT.fullmatch(value) for value in present)
    return False


def _write_partitioned(
    rng: random.Random, folder: Path, columns: Sequence[Column], rows: Sequence[tuple], slots: Sequence[int]
) -> Written:
    """Hive-style folders; the partition columns come last and their types from the folder names."""
    kept = [slot for slot in range(len(columns)) if slot not in slots]
    groups: dict[tuple, list[tuple]] = {}
    for row in rows:
        groups.setdefault(tuple(row[slot] for slot in slots), []).append(row)
    schemas = []
    for values, members in groups.items():
        place = folder
        for slot, value in zip(slots, values, strict=True):
            place /= f"{columns[slot].name}={_partition_text(columns[slot].kind, value)}"
        place.mkdir(parents=True, exist_ok=True)
        for number, piece in enumerate(_cut(rng, members)):
            schemas.append(_write_piece(rng, place / f"part-{number}.parquet", columns, kept, piece, False))
    _add_clutter(rng, folder)
    side = _merged(columns, schemas, rows)
    partition_types = [
        _partition_type(columns[slot].kind, [row[slot] for row in rows if row[slot] is not None]) for slot in slots
    ]
    schema = [*side.schema, *zip((columns[slot].name for slot in slots), partition_types, strict=True)]
    order = [*kept, *slots]
    return Written(folder, Side(schema, [tuple(row[slot] for slot in order) for row in rows]))


def _partition_text(kind: Kind, value: Any) -> str:
    if value is None:
        return "__HIVE_DEFAULT_PARTITION__"
    if kind.family == "integer":
        return str(value)
    if kind.family == "date":
        return (date(1970, 1, 1) + timedelta(days=value)).isoformat()
    escaped = set("\"#%'*/:=?\\\x7f{}[]^")
    return "".join(f"%{ord(char):02X}" if char in escaped else char for char in value.decode())


def _partition_type(kind: Kind, values: Sequence[Any]) -> str:
    if kind.family == "integer":
        return "int" if all(-(2**31) <= value < 2**31 for value in values) else "bigint"
    return kind.family


def _add_clutter(rng: random.Random, folder: Path) -> None:
    """Files that a reader must leave out."""
    if rng.random() < 0.15:
        (folder / "_SUCCESS").touch()
        (folder / ".part-00000.parquet.crc").write_bytes(b"crc")
        (folder / "_committed_1.parquet").write_bytes(b"not Parquet")
