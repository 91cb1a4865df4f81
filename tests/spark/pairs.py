"""A pair of datasets in which everything occurs that makes work for a step, in any layout."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 3000
SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("part", pa.string()),
        ("amount", pa.decimal128(12, 2)),
        ("ratio", pa.float64()),
        ("name", pa.string()),
        ("day", pa.date32()),
        ("count", pa.int32()),
    ]
)
KEYS = ["id", "part"]


@dataclass(frozen=True)
class Layout:
    """How the rows of a side lie in files."""

    files: int
    row_group: int
    seed: int
    codec: str = "snappy"


PLAIN = Layout(files=1, row_group=100_000, seed=0)


def write_pair(folder: Path, left: Layout, right: Layout) -> tuple[str, str]:
    """Writes the pair; whatever the layout, the rows are the same."""
    rng = random.Random(20)
    left_rows = [_row(rng, number) for number in range(ROWS)]
    right_rows = []
    for row in left_rows:
        choice = rng.random()
        if choice < 0.03:
            continue
        right_rows.append(_changed(rng, row) if choice < 0.10 else row)
    right_rows += [_row(rng, ROWS + number) for number in range(60)]
    # Keys with several rows on a side: some of them alike, some not.
    for row in rng.sample(left_rows, 60):
        left_rows.append(row if rng.random() < 0.5 else _changed(rng, row))
        right_rows.append(row if rng.random() < 0.5 else _changed(rng, row))
    return _write(folder / "left", left_rows, left), _write(folder / "right", right_rows, right)


def _row(rng: random.Random, number: int) -> tuple[Any, ...]:
    return (
        number,
        rng.choice("abc"),
        None if rng.random() < 0.1 else Decimal(rng.randrange(10**6)).scaleb(-2),
        rng.choice([None, float("nan"), 0.0, rng.random()]),
        rng.choice([None, "", f"name {number % 40}", "é😀"]),
        rng.randrange(20_000),
        rng.randrange(5),
    )


def _changed(rng: random.Random, row: tuple[Any, ...]) -> tuple[Any, ...]:
    slots = rng.sample(range(2, len(row)), rng.choice([1, 1, 2, 5]))
    other = _row(rng, row[0])
    return tuple(other[slot] if slot in slots else value for slot, value in enumerate(row))


def _write(folder: Path, rows: list[tuple[Any, ...]], layout: Layout) -> str:
    folder.mkdir(parents=True)
    rows = list(rows)
    if layout.seed:
        random.Random(layout.seed).shuffle(rows)
    each = -(-len(rows) // layout.files)
    for number in range(layout.files):
        part = rows[number * each : (number + 1) * each]
        columns = [pa.array([row[slot] for row in part], field.type) for slot, field in enumerate(SCHEMA)]
        table = pa.table(columns, schema=SCHEMA)
        pq.write_table(table, folder / f"{number}.parquet", row_group_size=layout.row_group, compression=layout.codec)
    return str(folder)
