"""Small Parquet datasets for tests that do not come from a case file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


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
