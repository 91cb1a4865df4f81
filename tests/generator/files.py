"""One Parquet file with random writer settings: codecs, pages, dictionaries, encodings, row groups, indexes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from generator.spark_metadata import spark_types

CODECS = ["none", "snappy", "gzip", "lz4", "zstd", "brotli"]
_ENCODINGS = {
    "INT32": ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"],
    "INT64": ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"],
    "FLOAT": ["PLAIN", "BYTE_STREAM_SPLIT"],
    "DOUBLE": ["PLAIN", "BYTE_STREAM_SPLIT"],
    "BYTE_ARRAY": ["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"],
    "FIXED_LEN_BYTE_ARRAY": ["PLAIN", "BYTE_STREAM_SPLIT", "DELTA_BYTE_ARRAY"],
    "BOOLEAN": ["PLAIN", "RLE"],
    "DECIMAL": ["PLAIN"],
}


class Stored(Protocol):
    """What choosing writer settings needs to know of a column."""

    physical: str
    family: str
    spark_type: str


def write_file(rng: random.Random, path: Path, table: pa.Table, stored: Sequence[Stored], *, int96: bool) -> None:
    """Writes a table whose columns are stored as told; `int96` turns timestamps into INT96."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(path, table.schema, **_settings(rng, table, stored, int96)) as writer:
        if rng.random() < 0.1:
            writer.write_table(table.slice(0, 0))
        if table.num_rows or rng.random() < 0.5:
            writer.write_table(table, row_group_size=rng.choice([1, 2, 3, 7, 50, 10_000]))
        if rng.random() < 0.05:
            writer.write_table(table.slice(0, 0))
        types = {name: column.spark_type for name, column in zip(table.column_names, stored, strict=True)}
        if rng.random() < 0.05 or any("interval " in each for each in types.values()):
            writer.add_key_value_metadata(spark_types(types))


def _settings(rng: random.Random, table: pa.Table, stored: Sequence[Stored], int96: bool) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "compression": rng.choice(CODECS),
        "version": "2.6" if rng.random() < 0.9 or _has_nanos(table) else "2.4",
        "data_page_version": rng.choice(["1.0", "2.0"]),
        "store_schema": rng.random() < 0.6,
        "store_decimal_as_integer": rng.random() < 0.5,
        "use_deprecated_int96_timestamps": int96,
        "write_statistics": rng.random() < 0.8,
        "write_page_index": rng.random() < 0.5,
        "write_page_checksum": rng.random() < 0.2,
    }
    if rng.random() < 0.3:
        settings["data_page_size"] = rng.choice([1, 20, 200])
        settings["write_batch_size"] = rng.choice([1, 3, 16])
    if rng.random() < 0.3:
        settings["max_rows_per_page"] = rng.choice([1, 2, 5, 20])
    if rng.random() < 0.3:
        settings["bloom_filter_options"] = {
            name: {"ndv": rng.choice([1, 20, 500]), "fpp": rng.choice([0.5, 0.01])}
            for name, column in zip(table.column_names, stored, strict=True)
            if column.physical != "BOOLEAN" and rng.random() < 0.6
        }
    dictionary = rng.random()
    if dictionary < 0.4:
        settings["use_dictionary"] = False
        settings["column_encoding"] = {
            name: rng.choice(_ENCODINGS[column.physical])
            for name, column in zip(table.column_names, stored, strict=True)
            if column.physical not in ("DECIMAL", "NESTED") and not (int96 and column.family == "timestamp")
        }
        if not settings["column_encoding"]:
            del settings["column_encoding"]
    elif dictionary < 0.7:
        settings["dictionary_pagesize_limit"] = rng.choice([1, 10, 100])
    return settings


def _has_nanos(table: pa.Table) -> bool:
    return any(str(field.type).startswith(("timestamp[ns", "time64[ns")) for field in table.schema)
