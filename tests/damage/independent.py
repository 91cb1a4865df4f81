"""What pyarrow reads of a damaged file, asked line by line: `same` as of the intact file, `other`, or `refused`.

Each line holds the intact file's path and then pairs of a place and the byte that stands there afterwards.
"""

from __future__ import annotations

import sys
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def plain(value: Any) -> Any:
    """A value as values are compared: one zero, and one NaN by its text."""
    if isinstance(value, float):
        return value + 0.0
    if isinstance(value, dict):
        return {name.lower(): plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def kind(of: pa.DataType) -> str:
    """A type's text without the names of what is in lists and maps, which mean nothing."""
    if pa.types.is_map(of):
        return f"map<{kind(of.key_type)}, {kind(of.item_type)}>"
    if pa.types.is_list(of):
        return f"list<{kind(of.value_type)}>"
    if pa.types.is_struct(of):
        return f"struct<{', '.join(f'{field.name.lower()}: {kind(field.type)}' for field in of)}>"
    return str(of)


def content(data: bytes) -> str:
    table = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read()
    columns = []
    for name, of, column in zip(table.schema.names, table.schema.types, table.columns, strict=True):
        # Names match whatever their case, as in Spark.
        columns.append((name.lower(), kind(of), [plain(value) for value in column.to_pylist()]))
    return repr(columns)


def main() -> None:
    path, intact, expected = "", b"", ""
    for line in sys.stdin:
        asked, *words = line.split()
        if asked != path:
            with open(asked, "rb") as file:
                path, intact = asked, file.read()
            expected = content(intact)
        data = bytearray(intact)
        numbers = [int(word) for word in words]
        for place, byte in zip(numbers[::2], numbers[1::2], strict=True):
            data[place] = byte
        try:
            answer = "same" if content(bytes(data)) == expected else "other"
        except Exception as error:  # whatever it raises over a damaged file
            answer = f"refused {error!r}".replace("\n", " ")
        print(answer, flush=True)


if __name__ == "__main__":
    main()
