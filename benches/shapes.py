"""The shapes of generated datasets: their keys, and the mix of their value columns.

- wide: 3 keys and 197 columns: 60 doubles, 40 integers (half of them of 64 bits), 20 decimal(18,4), 40 low-cardinality
  and 20 high-cardinality strings, 10 dates, 7 timestamps
- tall: a key and 7 columns: 2 doubles, an integer, a flag, a low-cardinality string, a reference to one of 500,000, a
  timestamp
- text: 3 keys and 40 strings of 20 to 200 bytes, in words
- nested: 3 keys and 30 columns: 12 structs of five fields, 8 arrays, 2 arrays of structs, 2 maps, 6 flat ones

A mix is scaled to any number of columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from columns import (
    CATEGORY,
    DATE,
    DECIMAL,
    DOUBLE,
    FLAG,
    INT,
    LONG,
    PROSE,
    REFERENCE,
    TEXT,
    TIMESTAMP,
    Column,
    ColumnKind,
)
from nested_columns import ArrayKind, MapKind, StructKind
from random_stream import Rows


@dataclass(frozen=True)
class Shape:
    """A kind of dataset."""

    keys: tuple[str, ...]
    key_arrays: Callable[[Rows], list[pa.Array]]
    mix: tuple[tuple[ColumnKind, int], ...]  # kinds and their shares
    row_group: int  # most rows of a row group

    def value_columns(self, count: int) -> list[Column]:
        """`count` value columns in the proportions of the mix (largest remainders first)."""
        total = sum(share for _, share in self.mix)
        quotas = [count * share / total for _, share in self.mix]
        counts = [int(quota) for quota in quotas]
        by_remainder = sorted(range(len(counts)), key=lambda k: (counts[k] - quotas[k], k))
        for k in by_remainder[: count - sum(counts)]:
            counts[k] += 1
        columns: list[Column] = []
        for (kind, _), of_this in zip(self.mix, counts, strict=True):
            width = max(2, len(str(of_this - 1)))
            for number in range(of_this):
                columns.append(kind.column(f"{kind.prefix}_{number:0{width}d}", number, len(columns)))
        return columns


def _composite_key(rows: Rows) -> list[pa.Array]:
    """Three columns, together unique, in ascending order of the row number."""
    account = 100_000 + rows // 6
    text = np.empty((len(rows), 12), np.uint8)
    text[:, :3] = np.frombuffer(b"ACC", np.uint8)
    for place in range(11, 2, -1):
        text[:, place] = ord("0") + account % 10
        account //= 10
    offsets = np.arange(0, 12 * len(rows) + 1, 12, dtype=np.int32)
    names = pa.Array.from_buffers(pa.string(), len(rows), [None, pa.py_buffer(offsets), pa.py_buffer(text)])
    dates = pa.array((19_700 + rows % 6 // 2).astype(np.int32)).cast(pa.date32())
    return [names, dates, pa.array((1 + rows % 2).astype(np.int32))]


def _id(rows: Rows) -> list[pa.Array]:
    return [pa.array(1_000_000_000 + rows)]


_COMPOSITE = ("account_id", "business_date", "seq")
_FEW_ROWS = 1 << 17
_MANY_ROWS = 1 << 20

SHAPES = {
    "wide": Shape(
        _COMPOSITE,
        _composite_key,
        (
            (DOUBLE, 60),
            (INT, 20),
            (LONG, 20),
            (DECIMAL, 20),
            (CATEGORY, 40),
            (TEXT, 20),
            (DATE, 10),
            (TIMESTAMP, 7),
        ),
        _FEW_ROWS,
    ),
    "tall": Shape(
        ("id",),
        _id,
        ((DOUBLE, 2), (INT, 1), (CATEGORY, 1), (REFERENCE, 1), (TIMESTAMP, 1), (FLAG, 1)),
        _MANY_ROWS,
    ),
    "text": Shape(_COMPOSITE, _composite_key, ((PROSE, 40),), _FEW_ROWS),
    "nested": Shape(
        _COMPOSITE,
        _composite_key,
        (
            (DOUBLE, 2),
            (INT, 2),
            (CATEGORY, 2),
            (StructKind("struct", (DOUBLE, LONG, DECIMAL, CATEGORY, TIMESTAMP)), 12),
            (ArrayKind("doubles", DOUBLE), 4),
            (ArrayKind("texts", TEXT), 4),
            (ArrayKind("structs", StructKind("item", (INT, DOUBLE, CATEGORY))), 2),
            (MapKind("map", DOUBLE), 2),
        ),
        _FEW_ROWS,
    ),
}
