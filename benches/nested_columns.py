"""Columns of structs, arrays and maps, made of the flat ones of `columns.py`.

A changed struct has one changed field, a changed array another last element, a changed map another last value; where
there is nothing to change, because the struct is null or the array empty, there is something on the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from columns import NULL_LANE, NULL_SHARE, Column, ColumnKind, Mask
from random_stream import Rows, Stream

_LENGTH_LANE = 0
_FIELD_LANE = 1
_FIRST_KEY_LANE = 2
_MOST_ELEMENTS = 8
_MAP_KEYS = 32
# Streams of what is inside a column: apart from those of all columns and of each other.
_INSIDE = 1 << 20
_MOST_FIELDS = 64


def _inside(position: int, number: int) -> int:
    return (position + 1) * _INSIDE + number


@dataclass(frozen=True)
class StructKind:
    """Structs of the same kinds of fields."""

    prefix: str
    fields: Sequence[ColumnKind]

    def column(self, name: str, of_kind: int, position: int) -> StructColumn:
        """A column whose fields are numbered on from one column to the next."""
        first = of_kind * len(self.fields)
        fields = [
            kind.column(f"{kind.prefix}_{number}", first + number, _inside(position, number))
            for number, kind in enumerate(self.fields)
        ]
        return StructColumn(name, fields, position)


@dataclass(frozen=True)
class StructColumn:
    """A column of structs."""

    name: str
    fields: Sequence[Column]
    position: int

    def array(self, seed: int, rows: Rows, changed: Rows, absent: Mask | None = None) -> pa.Array:
        """A null struct that is changed has one field that is not null on the right."""
        nulls = Stream(seed, self.position).chance(rows, NULL_SHARE, NULL_LANE)
        if absent is not None:
            nulls |= absent
        chosen = self._chosen(seed, rows[changed])
        arrays = [
            field.array(seed, rows, changed[chosen == number], absent=nulls) for number, field in enumerate(self.fields)
        ]
        nulls = nulls.copy()
        nulls[changed] = False
        return pa.StructArray.from_arrays(arrays, names=[field.name for field in self.fields], mask=pa.array(nulls))

    def leaf_mismatches(self, seed: int, rows: Rows) -> dict[str, int]:
        """The field that is changed; a null struct facing a value in one of its fields is a mismatch of the field."""
        chosen = self._chosen(seed, rows)
        found = {self.name: 0}
        for number, field in enumerate(self.fields):
            inside = field.leaf_mismatches(seed, rows[chosen == number])
            found |= {f"{self.name}.{leaf}": count for leaf, count in inside.items()}
        return found

    def _chosen(self, seed: int, rows: Rows) -> Rows:
        return Stream(seed, self.position).below(rows, len(self.fields), _FIELD_LANE)


@dataclass(frozen=True)
class ArrayKind:
    """Arrays of elements of one kind."""

    prefix: str
    element: ColumnKind

    def column(self, name: str, of_kind: int, position: int) -> ArrayColumn:
        """A column with elements of its own."""
        return ArrayColumn(name, self.element.column("element", of_kind, _inside(position, 0)), position)


@dataclass(frozen=True)
class ArrayColumn:
    """A column of arrays of 0 to 8 elements."""

    name: str
    element: Column
    position: int

    def array(self, seed: int, rows: Rows, changed: Rows, absent: Mask | None = None) -> pa.Array:
        """Elements one after the other."""
        offsets, nulls, elements = _elements(Stream(seed, self.position), self.element, seed, rows, changed, absent)
        return pa.ListArray.from_arrays(pa.array(offsets), elements, mask=pa.array(nulls))

    def leaf_mismatches(self, seed: int, rows: Rows) -> dict[str, int]:
        """An array is compared as a whole."""
        return {self.name: len(rows)}


@dataclass(frozen=True)
class MapKind:
    """Maps from short texts to values of one kind."""

    prefix: str
    value: ColumnKind

    def column(self, name: str, of_kind: int, position: int) -> MapColumn:
        """A column with values of its own."""
        return MapColumn(name, self.value.column("value", of_kind, _inside(position, 0)), position)


@dataclass(frozen=True)
class MapColumn:
    """A column of maps of 0 to 8 entries; the keys of a map are neighbours among 32 texts, and so different."""

    name: str
    value: Column
    position: int

    def array(self, seed: int, rows: Rows, changed: Rows, absent: Mask | None = None) -> pa.Array:
        """Entries one after the other."""
        stream = Stream(seed, self.position)
        offsets, nulls, values = _elements(stream, self.value, seed, rows, changed, absent)
        first = np.repeat(stream.below(rows, _MAP_KEYS, _FIRST_KEY_LANE), np.diff(offsets))
        codes = (first + _places(offsets)) % _MAP_KEYS
        keys = pa.array([f"key{code:02d}" for code in range(_MAP_KEYS)]).take(pa.array(codes))
        return pa.MapArray.from_arrays(pa.array(offsets, mask=np.append(nulls, False)), keys, values)

    def leaf_mismatches(self, seed: int, rows: Rows) -> dict[str, int]:
        """A map is compared as a whole."""
        return {self.name: len(rows)}


def _elements(
    stream: Stream, element: Column, seed: int, rows: Rows, changed: Rows, absent: Mask | None
) -> tuple[npt.NDArray[np.int32], Mask, pa.Array]:
    """Where the elements of each row begin, which rows are null, and the elements."""
    lengths = stream.below(rows, _MOST_ELEMENTS + 1, _LENGTH_LANE)
    nulls = stream.chance(rows, NULL_SHARE, NULL_LANE)
    if absent is not None:
        nulls |= absent
    lengths[nulls] = 0
    nulls[changed] = False
    lengths[changed] = np.maximum(lengths[changed], 1)
    offsets = np.zeros(len(rows) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    element_rows = np.repeat(rows * _MOST_ELEMENTS, lengths) + _places(offsets)
    return offsets, nulls, element.array(seed, element_rows, offsets[changed + 1].astype(np.int64) - 1)


def _places(offsets: npt.NDArray[np.int32]) -> Rows:
    """The place of each element in its row."""
    return np.arange(offsets[-1]) - np.repeat(offsets[:-1], np.diff(offsets))
