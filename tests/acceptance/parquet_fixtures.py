"""Small Parquet datasets for tests that do not come from a case file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

# What each frame of compressed bytes begins with.
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


def write_table(path: Path, columns: dict[str, Any], **settings: Any) -> Path:
    """Writes columns (lists or arrays) as one Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path, **settings)
    return path


def numbers(path: Path, *, last: int = 3, **settings: Any) -> Path:
    """Three rows of `id` and `v`; the last value is for the caller to change."""
    return write_table(
        path, {"id": pa.array([1, 2, 3], pa.int32()), "v": pa.array([1, 2, last], pa.int32())}, **settings
    )


def damaged_file(path: Path) -> Path:
    """The same rows in a file whose first page of `id` cannot be decompressed."""
    content = bytearray(numbers(path, compression="zstd", use_dictionary=False).read_bytes())
    content[content.index(ZSTD_MAGIC)] ^= 0xFF
    path.write_bytes(content)
    return path


def page_of_one_gibibyte(path: Path) -> tuple[Path, int]:
    """256 rows of `id` and `v` in some 100 KB, all of `v` in one page of 1 GiB; and the number of rows."""
    rows, length = 256, 4 << 20
    offsets = pa.array(range(0, rows * length + 1, length), pa.int32())
    zeros = pa.Array.from_buffers(pa.binary(), rows, [None, offsets.buffers()[1], pa.py_buffer(bytes(rows * length))])
    ids = pa.array(range(rows), pa.int32())
    write_table(
        path,
        {"id": ids, "v": zeros},
        use_dictionary=False,
        compression="zstd",
        data_page_size=2_000 << 20,
        write_statistics=False,
    )
    assert path.stat().st_size < 1 << 20
    return path, rows
