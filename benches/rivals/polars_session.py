"""Polars set up for a contest. It reads its number of threads once, on import, so it is imported late."""

from __future__ import annotations

import os
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from rivals.contest import Pair


def load(threads: int) -> ModuleType:
    """Polars with its thread pool set."""
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars

    if polars.thread_pool_size() != threads:
        raise RuntimeError(f"Polars has {polars.thread_pool_size()} threads, not {threads}")
    return polars


def scan(polars: ModuleType, pair: Pair) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Both sides, lazily."""
    return polars.scan_parquet(pair.files("left")), polars.scan_parquet(pair.files("right"))


def value_columns(frame: pl.LazyFrame, pair: Pair) -> list[str]:
    """The columns that are not keys."""
    return [name for name in frame.collect_schema().names() if name not in pair.keys]
