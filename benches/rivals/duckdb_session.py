"""DuckDB set up for a contest, and the pieces of SQL that its rivals share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence

import duckdb

from rivals.contest import Pair


def connect(threads: int) -> duckdb.DuckDBPyConnection:
    """An in-memory database; row order may change, which is the faster way."""
    # Used only beyond the memory limit; DuckDB removes its files.
    spill = tempfile.gettempdir()
    connection = duckdb.connect()
    for name, value in {
        "threads": threads,
        "memory_limit": "16GB",
        "temp_directory": spill,
        "TimeZone": "UTC",
        "preserve_insertion_order": False,
    }.items():
        connection.execute(f"SET {name} = '{value}'")
    return connection


def table(pair: Pair, side: str) -> str:
    """A side as a table in a FROM clause."""
    path = pair.files(side).replace("'", "''")
    return f"read_parquet('{path}')"


def value_columns(connection: duckdb.DuckDBPyConnection, pair: Pair) -> list[str]:
    """The columns of the left side that are not keys."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {table(pair, 'left')}").fetchall()
    return [row[0] for row in described if row[0] not in pair.keys]


def key_equality(keys: Iterable[str]) -> str:
    """The join condition of l and r."""
    return " AND ".join(f'l."{key}" = r."{key}"' for key in keys)


def named(columns: Iterable[str], prefix: str = "") -> str:
    """A list of quoted columns."""
    return ", ".join(f'{prefix}"{column}"' for column in columns)


def mismatch_counts(columns: Iterable[str], condition: str = "true") -> str:
    """One count for every column: rows of l and r under a condition whose values differ, null-safe."""
    return ", ".join(f"count(*) FILTER (WHERE {condition} AND {differs(column)})" for column in columns)


def differs(column: str) -> str:
    """Whether a column of l and r differs, null-safe."""
    return f'l."{column}" IS DISTINCT FROM r."{column}"'


def one_row(connection: duckdb.DuckDBPyConnection, query: str) -> Sequence[int]:
    """The only row of a query's result."""
    row = connection.execute(query).fetchone()
    if row is None:
        raise RuntimeError("an aggregate without groups gave no row")
    return row
