"""The small files whose every bit is flipped.

They have each encoding in both versions of pages, flat and nested, with and without compression.
"""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 12
WORDS = ["red", "green", None, "blue"]

COLUMNS: dict[str, pa.Array] = {
    "ints": pa.array([None if n % 5 == 2 else n * 7 - 20 for n in range(ROWS)], pa.int32()),
    "longs": pa.array([n * n * 1_000_003 for n in range(ROWS)], pa.int64()),
    "few": pa.array([[5, None, 9, 5][n % 4] for n in range(ROWS)], pa.int64()),
    "doubles": pa.array([None if n == 3 else n / 3 for n in range(ROWS)], pa.float64()),
    "bools": pa.array([None if n == 7 else n % 3 == 0 for n in range(ROWS)], pa.bool_()),
    "words": pa.array([WORDS[n % 4] for n in range(ROWS)], pa.string()),
    "texts": pa.array([None if n == 4 else "row " + "ab" * (n % 4) for n in range(ROWS)], pa.string()),
    "fixed": pa.array([b"%05d" % n for n in range(ROWS)], pa.binary(5)),
    "decimals": pa.array([None if n == 6 else Decimal(n * 1001) / 100 for n in range(ROWS)], pa.decimal128(20, 2)),
    "structs": pa.array(
        [None if n % 6 == 1 else {"a": None if n % 4 == 0 else n, "b": WORDS[n % 4]} for n in range(ROWS)],
        pa.struct([("a", pa.int32()), ("b", pa.string())]),
    ),
    "lists": pa.array([[None, [], [n], [n, None, n + 1]][n % 4] for n in range(ROWS)], pa.list_(pa.int32())),
    "records": pa.array(
        [[None, [], [{"x": n, "y": None}], [{"x": 1, "y": "q"}, None]][n % 4] for n in range(ROWS)],
        pa.list_(pa.struct([("x", pa.int32()), ("y", pa.string())])),
    ),
    "maps": pa.array(
        [[None, [], [("k", n)], [("k", None), ("l", 2)]][n % 4] for n in range(ROWS)],
        pa.map_(pa.string(), pa.int32()),
    ),
}

# How the column is written: an encoding, or a dictionary.
LAYOUTS: list[tuple[str, str]] = [
    ("ints", "PLAIN"),
    ("texts", "PLAIN"),
    ("bools", "PLAIN"),
    ("fixed", "PLAIN"),
    ("decimals", "PLAIN"),
    ("few", "dictionary"),
    ("words", "dictionary"),
    ("ints", "DELTA_BINARY_PACKED"),
    ("longs", "DELTA_BINARY_PACKED"),
    ("texts", "DELTA_LENGTH_BYTE_ARRAY"),
    ("texts", "DELTA_BYTE_ARRAY"),
    ("doubles", "BYTE_STREAM_SPLIT"),
    ("bools", "RLE"),
    ("structs", "PLAIN"),
    ("lists", "PLAIN"),
    ("lists", "dictionary"),
    ("records", "PLAIN"),
    ("maps", "PLAIN"),
]


def written(column: str, encoding: str, version: str, **options: Any) -> bytes:
    """A file with the column `id` and one other."""
    table = pa.table({"id": pa.array(range(ROWS), pa.int64()), "v": COLUMNS[column]})
    dictionary: Any = ["v"] if encoding == "dictionary" and not pa.types.is_nested(table["v"].type) else False
    if encoding == "dictionary" and pa.types.is_nested(table["v"].type):
        dictionary = ["v.list.element"]
    if encoding not in ("PLAIN", "dictionary"):
        options["column_encoding"] = {"v": encoding}
    buffer = io.BytesIO()
    settings = {"compression": "none", "store_schema": False, "write_statistics": False, "use_dictionary": dictionary}
    pq.write_table(table, buffer, data_page_version=version, **(settings | options))
    return buffer.getvalue()


def intact() -> dict[str, bytes]:
    """Every file by its name."""
    files = {}
    for version in ("1.0", "2.0"):
        mark = f"v{version[0]}"
        for column, encoding in LAYOUTS:
            files[f"{column} {encoding} {mark}"] = written(column, encoding, version)
        for codec in ("snappy", "gzip", "zstd", "lz4", "brotli"):
            files[f"words dictionary {codec} {mark}"] = written("words", "dictionary", version, compression=codec)
        files[f"lists PLAIN zstd {mark}"] = written("lists", "PLAIN", version, compression="zstd")
        files[f"words dictionary checksums {mark}"] = written("words", "dictionary", version, write_page_checksum=True)
        files[f"ints PLAIN snappy checksums statistics {mark}"] = written(
            "ints", "PLAIN", version, compression="snappy", write_page_checksum=True, write_statistics=True
        )
        files[f"ints PLAIN page index {mark}"] = written(
            "ints", "PLAIN", version, write_page_index=True, write_statistics=True, max_rows_per_page=4
        )
    return files
