#!/usr/bin/env python3
"""Derives datasets from a generated pair: `python derive.py FOLDER` writes FOLDER/structs, arrays and noise.

- `structs`: the value columns, ten at a time, as fields of structs
- `arrays`: the doubles, ten at a time, as elements of arrays; all other columns as they are
- `noise`: the pair with every double of the right side moved by its last bit
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shapes import SHAPES

_TOGETHER = 10
_KEYS = SHAPES["wide"].keys

Deriving = Callable[[pa.Table, str], pa.Table]


def structs(table: pa.Table, _side: str) -> pa.Table:
    """Columns as fields."""
    names = [name for name in table.column_names if name not in _KEYS]
    columns = {name: table[name] for name in _KEYS}
    for start in range(0, len(names), _TOGETHER):
        some = names[start : start + _TOGETHER]
        fields = [table[name].combine_chunks() for name in some]
        columns[f"struct_{start // _TOGETHER:03d}"] = pa.StructArray.from_arrays(fields, names=some)
    return pa.table(columns)


def arrays(table: pa.Table, _side: str) -> pa.Table:
    """Doubles as elements, row by row."""
    doubles = [name for name in table.column_names if pa.types.is_float64(table.schema.field(name).type)]
    columns = {name: table[name] for name in table.column_names if name not in doubles}
    for start in range(0, len(doubles), _TOGETHER):
        some = doubles[start : start + _TOGETHER]
        values = np.stack([table[name].combine_chunks().fill_null(0).to_numpy() for name in some], axis=1)
        nulls = np.stack(
            [table[name].combine_chunks().is_null().to_numpy(zero_copy_only=False) for name in some], axis=1
        )
        offsets = np.arange(0, values.size + 1, len(some), dtype=np.int32)
        elements = pa.array(values.reshape(-1), mask=nulls.reshape(-1))
        columns[f"array_{start // _TOGETHER:03d}"] = pa.ListArray.from_arrays(pa.array(offsets), elements)
    return pa.table(columns)


def noise(table: pa.Table, side: str) -> pa.Table:
    """The right side with other last bits."""
    if side == "left":
        return table
    for number, name in enumerate(table.column_names):
        column = table[name].combine_chunks()
        if pa.types.is_float64(column.type):
            moved = np.nextafter(column.fill_null(0).to_numpy(), np.inf)
            # Beside zero a relative tolerance knows no noise.
            moved = np.where(moved == np.nextafter(0.0, np.inf), 0.0, moved)
            values = pa.array(moved, mask=column.is_null().to_numpy(zero_copy_only=False))
            table = table.set_column(number, name, values)
    return table


def derive(folder: Path, name: str, how: Deriving) -> None:
    """Writes one dataset, a row group at a time; the mark is written last."""
    out = folder / name
    if (out / "whole").exists():
        return
    shutil.rmtree(out, ignore_errors=True)
    for side in ("left", "right"):
        (out / side).mkdir(parents=True)
        for path in sorted((folder / side).glob("*.parquet")):
            source = pq.ParquetFile(path)
            writer: pq.ParquetWriter | None = None
            for group in range(source.num_row_groups):
                table = how(source.read_row_group(group), side)
                if writer is None:
                    writer = pq.ParquetWriter(out / side / path.name, table.schema, store_decimal_as_integer=True)
                writer.write_table(table, row_group_size=max(table.num_rows, 1))
            if writer is not None:
                writer.close()
    (out / "whole").touch()


def main() -> None:
    """Derives what is missing."""
    folder = Path(sys.argv[1])
    for name, how in (("structs", structs), ("arrays", arrays), ("noise", noise)):
        derive(folder, name, how)


if __name__ == "__main__":
    main()
