"""Annotations that pyarrow does not write, put into the footer of a file that it wrote without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_MAGIC = b"PAR1"
# Numbers of Thrift's compact protocol and of the fields of Parquet's SchemaElement.
_TRUE, _FALSE, _I32, _BINARY, _LIST, _STRUCT = 1, 2, 5, 8, 9, 12
_NAME, _CONVERTED, _LOGICAL = 4, 6, 10


@dataclass(frozen=True)
class Annotation:
    """What a column says that it means: numbers of ConvertedType and LogicalType, `None` for none."""

    converted: int | None = None
    logical: int | None = None


ENUM = Annotation(4, 4)
BSON = Annotation(20, 13)
INTERVAL = Annotation(21)
UNKNOWN_TO_ALL = Annotation(None, 99)


def annotate(path: Path, columns: Mapping[str, Annotation]) -> None:
    """Rewrites the footer of a Parquet file so that these top-level columns carry these annotations and no others."""
    data = path.read_bytes()
    length = int.from_bytes(data[-8:-4], "little")
    footer = _annotated(data[-8 - length : -8], columns)
    path.write_bytes(data[: -8 - length] + footer + len(footer).to_bytes(4, "little") + _MAGIC)


def _annotated(footer: bytes, columns: Mapping[str, Annotation]) -> bytes:
    """FileMetaData begins with its version and the list of SchemaElements; the rest is kept as it is."""
    reader = _Reader(footer)
    reader.skip_field(_I32)
    begin = reader.place
    if reader.byte() != 1 << 4 | _LIST:
        raise ValueError("the schema is not the second field")
    count, kind = reader.list_header()
    if kind != _STRUCT:
        raise ValueError("the schema is no list of structs")
    elements = [_element(reader.fields(), columns) for _ in range(count)]
    header = bytes([1 << 4 | _LIST]) + _list_header(count)
    return footer[:begin] + header + b"".join(elements) + footer[reader.place :]


def _element(fields: dict[int, tuple[int, bytes]], columns: Mapping[str, Annotation]) -> bytes:
    name = fields[_NAME][1]
    annotation = columns.get(_Reader(name).text())
    if annotation is not None:
        fields = {number: field for number, field in fields.items() if number < _CONVERTED or number == 9}
        if annotation.converted is not None:
            fields[_CONVERTED] = (_I32, _varint(annotation.converted << 1))
        if annotation.logical is not None:
            fields[_LOGICAL] = (_STRUCT, _struct({annotation.logical: (_STRUCT, b"\0")}))
    return _struct(fields)


def _struct(fields: Mapping[int, tuple[int, bytes]]) -> bytes:
    found, last = b"", 0
    for number, (kind, raw) in sorted(fields.items()):
        step = number - last
        found += bytes([step << 4 | kind]) if step < 16 else bytes([kind]) + _varint(number << 1)
        found += raw
        last = number
    return found + b"\0"


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def _list_header(count: int) -> bytes:
    return bytes([count << 4 | _STRUCT]) if count < 15 else bytes([0xF0 | _STRUCT]) + _varint(count)


class _Reader:
    """As much of the compact protocol as a schema needs."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def byte(self) -> int:
        self.place += 1
        return self.data[self.place - 1]

    def varint(self) -> int:
        found, shift = 0, 0
        while True:
            byte = self.byte()
            found |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return found

    def text(self) -> str:
        length = self.varint()
        return self.data[self.place : self.place + length].decode()

    def list_header(self) -> tuple[int, int]:
        header = self.byte()
        return (self.varint() if header >> 4 == 15 else header >> 4), header & 15

    def skip_field(self, kind: int) -> None:
        if self.byte() & 15 != kind:
            raise ValueError("not the field that was expected")
        self.raw(kind)

    def fields(self) -> dict[int, tuple[int, bytes]]:
        """The fields of a struct by their numbers, their values as they are written."""
        found, last = {}, 0
        while header := self.byte():
            last = last + (header >> 4) if header >> 4 else self.varint() >> 1
            found[last] = (header & 15, self.raw(header & 15))
        return found

    def raw(self, kind: int) -> bytes:
        """The bytes of the value that comes next."""
        begin = self.place
        if kind in (_TRUE, _FALSE):
            return b""
        if kind == _BINARY:
            length = self.varint()
            self.place += length
        elif kind == _STRUCT:
            self.fields()
        elif kind == 3:
            self.byte()
        elif kind in (4, _I32, 6):
            self.varint()
        else:
            raise ValueError(f"no schema holds a value of kind {kind}")
        return self.data[begin : self.place]
