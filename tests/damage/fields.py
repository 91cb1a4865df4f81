"""Which field of a Parquet file's metadata each byte belongs to: footers, page indexes and page headers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

# Names of the fields by their numbers, for each struct that messages and tables speak of.
NAMES: dict[str, dict[int, str]] = {
    "footer": {
        1: "version",
        2: "schema",
        3: "num_rows",
        4: "row_groups",
        5: "key_value_metadata",
        6: "created_by",
        7: "column_orders",
    },
    "footer.schema": {
        1: "type",
        2: "type_length",
        3: "repetition_type",
        4: "name",
        5: "num_children",
        6: "converted_type",
        7: "scale",
        8: "precision",
        9: "field_id",
        10: "logical_type",
    },
    "footer.row_groups": {
        1: "columns",
        2: "total_byte_size",
        3: "num_rows",
        4: "sorting_columns",
        5: "file_offset",
        6: "total_compressed_size",
        7: "ordinal",
    },
    "footer.row_groups.columns": {
        1: "file_path",
        2: "file_offset",
        3: "meta_data",
        4: "offset_index_offset",
        5: "offset_index_length",
        6: "column_index_offset",
        7: "column_index_length",
    },
    "footer.row_groups.columns.meta_data": {
        1: "type",
        2: "encodings",
        3: "path_in_schema",
        4: "codec",
        5: "num_values",
        6: "total_uncompressed_size",
        7: "total_compressed_size",
        8: "key_value_metadata",
        9: "data_page_offset",
        10: "index_page_offset",
        11: "dictionary_page_offset",
        12: "statistics",
        13: "encoding_stats",
        14: "bloom_filter_offset",
        15: "bloom_filter_length",
        16: "size_statistics",
    },
    "page": {
        1: "type",
        2: "uncompressed_page_size",
        3: "compressed_page_size",
        4: "crc",
        5: "data_page_header",
        7: "dictionary_page_header",
        8: "data_page_header_v2",
    },
    "page.data_page_header": {
        1: "num_values",
        2: "encoding",
        3: "definition_level_encoding",
        4: "repetition_level_encoding",
        5: "statistics",
    },
    "page.dictionary_page_header": {1: "num_values", 2: "encoding", 3: "is_sorted"},
    "page.data_page_header_v2": {
        1: "num_values",
        2: "num_nulls",
        3: "num_rows",
        4: "encoding",
        5: "definition_levels_byte_length",
        6: "repetition_levels_byte_length",
        7: "is_compressed",
        8: "statistics",
    },
}

# The second of a chunk's two offsets: the chunk begins with the dictionary, and whoever reads on comes to the data.
BEHIND_DICTIONARY = "data_page_offset_behind_dictionary"

TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12


@dataclass(frozen=True)
class Field:
    """A field: its path by names, where its bytes begin, where those of its value do, and where both end."""

    path: str
    start: int
    value: int
    end: int


class Walk:
    """Walks over a struct in Thrift's compact protocol."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def struct(self, path: str) -> Iterator[Field]:
        """Every field in it, those of inner structs before the field that holds them; last the byte that ends it."""
        last = 0
        while True:
            start = self.at
            head = self.data[self.at]
            self.at += 1
            if head & 0xF == 0:
                yield Field(f"{path}.end", start, start, self.at)
                return
            last = last + (head >> 4) if head >> 4 else (self.varint() >> 1)
            name = f"{path}.{NAMES.get(path, {}).get(last, last)}"
            value = self.at
            if head & 0xF not in (TRUE, FALSE):
                yield from self.value(head & 0xF, name)
            yield Field(name, start, value, self.at)

    def value(self, kind: int, path: str) -> Iterator[Field]:
        if kind in (TRUE, FALSE, BYTE):
            self.at += 1
        elif kind == DOUBLE:
            self.at += 8
        elif kind == BINARY:
            length = self.varint()
            self.at += length
        elif kind in (LIST, SET):
            head = self.data[self.at]
            self.at += 1
            count = self.varint() if head >> 4 == 15 else head >> 4
            for _ in range(count):
                yield from self.value(head & 0xF, path)
        elif kind == STRUCT:
            yield from self.struct(path)
        else:
            self.varint()


def integer(data: bytes, field: Field) -> int:
    value = Walk(data, field.value).varint()
    return (value >> 1) ^ -(value & 1)


def footer_start(data: bytes) -> int:
    return len(data) - 8 - int.from_bytes(data[-8:-4], "little")


def fields(data: bytes) -> list[Field]:
    """The fields of a sound file: its footer's, and those of every page header."""
    found = list(Walk(data, footer_start(data)).struct("footer"))
    chunk = "footer.row_groups.columns.meta_data."
    starts: list[int] = []
    lengths: list[int] = []
    dictionary = None
    offset = 0
    for number, field in enumerate(list(found)):
        if field.path == chunk + "dictionary_page_offset":
            dictionary = integer(data, field)
        elif field.path == chunk + "data_page_offset":
            starts.append(integer(data, field))
            offset = number
        elif field.path == chunk + "total_compressed_size":
            lengths.append(integer(data, field))
        elif field.path == chunk + "end":
            if dictionary is not None:
                starts[-1] = dictionary
                found[offset] = replace(found[offset], path=chunk + BEHIND_DICTIONARY)
            dictionary = None
    for start, length in zip(starts, lengths, strict=True):
        at = start
        while at < start + length:
            walk = Walk(data, at)
            header = list(walk.struct("page"))
            found += header
            size = next(field for field in header if field.path == "page.compressed_page_size")
            at = walk.at + integer(data, size)
    return found


def paths(data: bytes) -> list[str]:
    """The path of the innermost field of each byte of a sound file; `data` for pages and page indexes."""
    names = ["data"] * len(data)
    names[: len(b"PAR1")] = ["magic"] * 4
    names[-8:] = ["footer_length"] * 4 + ["magic"] * 4
    for field in sorted(fields(data), key=lambda field: field.start - field.end):
        names[field.start : field.end] = [field.path] * (field.end - field.start)
    return names
