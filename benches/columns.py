"""The flat columns of a generated dataset, each a pure function of the row number; `shapes.py` mixes them.

A column is made in three steps: `draw` gives the values of rows, `bump` gives another value of the same kind for
cells that were changed on the right, `build` makes an Arrow array of values and nulls. Every column is null in 2 % of
its rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from random_stream import Rows, Stream, normal_quantiles

Values = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

NULL_SHARE = 0.02
# Among the changed cells that held a value, the share that becomes null.
CHANGED_TO_NULL_SHARE = 0.1

# Lanes of a column's stream. Values use lane 0 and up.
NULL_LANE = 100
_TO_NULL_LANE = 101

_NORMAL = normal_quantiles()
_LOG_NORMAL = np.array([math.exp(6 + 2 * value) for value in _NORMAL])
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789-_.: ghijkl0123456789".ljust(64, b"z") * 4
# Texts are the rows of a matrix of bytes; the last byte of a row is the length of its text.
_SHORT_WIDTH = 32
_LONG_WIDTH = 208
_WORD_BITS = 10
_CHANGED_CHARACTER = ord("#")  # not in the alphabet
_REFERENCES = 500_000


class Column(Protocol):
    """A value column of a generated dataset."""

    @property
    def name(self) -> str:
        """Its name."""

    def array(self, seed: int, rows: Rows, changed: Rows, absent: Mask | None = None) -> pa.Array:
        """The column for `rows`, with other values at the places `changed` (indexes into `rows`).

        Where `absent` is set the column is null, unless the place is changed.
        """

    def leaf_mismatches(self, seed: int, rows: Rows) -> dict[str, int]:
        """In how many of these changed rows each of its leaves differs: the column itself and the fields of structs."""


class ColumnKind(Protocol):
    """A kind of column."""

    @property
    def prefix(self) -> str:
        """How the names of its columns begin."""

    def column(self, name: str, of_kind: int, position: int) -> Column:
        """A column, with its numbers among its kind and among all value columns."""


@dataclass(frozen=True)
class Kind:
    """One kind of flat column; the second argument of the functions is the column's number among its kind."""

    prefix: str
    draw: Callable[[Stream, int, Rows], Values]
    bump: Callable[[Values, int], Values]
    build: Callable[[Values, int, Mask], pa.Array]

    def column(self, name: str, of_kind: int, position: int) -> ValueColumn:
        """A column of this kind."""
        return ValueColumn(name, self, of_kind, position)


@dataclass(frozen=True)
class ValueColumn:
    """A flat column: its name, its kind, and its numbers among its kind and among all value columns."""

    name: str
    kind: Kind
    of_kind: int
    position: int

    def array(self, seed: int, rows: Rows, changed: Rows, absent: Mask | None = None) -> pa.Array:
        """Values, changed ones among them."""
        stream = Stream(seed, self.position)
        values = self.kind.draw(stream, self.of_kind, rows)
        nulls = stream.chance(rows, NULL_SHARE, NULL_LANE)
        if absent is not None:
            nulls |= absent
        if len(changed):
            values[changed] = self.kind.bump(values[changed], self.of_kind)
            to_null = stream.chance(rows[changed], CHANGED_TO_NULL_SHARE, _TO_NULL_LANE)
            nulls[changed] = ~nulls[changed] & to_null
        return self.kind.build(values, self.of_kind, nulls)

    def leaf_mismatches(self, seed: int, rows: Rows) -> dict[str, int]:
        """All of them."""
        return {self.name: len(rows)}


def _draw_double(stream: Stream, number: int, rows: Rows) -> Values:
    if number % 3 == 0:  # money: two decimals, long tail
        return np.round(stream.from_quantiles(rows, _LOG_NORMAL), 2)
    if number % 3 == 1:  # a measurement: all digits
        return stream.from_quantiles(rows, _NORMAL)
    place = stream.uniform(rows)  # sparse: 60 % zeros
    return np.where(place < 0.6, 0.0, np.round(-1e5 + (place - 0.6) * 5e5, 4))


def _draw_int(stream: Stream, number: int, rows: Rows) -> Values:
    limit = (10, 100, 1_000, 100_000, 2**31 - 2)[number % 5]
    return stream.below(rows, limit).astype(np.int32)


def _draw_long(stream: Stream, number: int, rows: Rows) -> Values:
    limit = (100, 10**6, 10**9, 10**12, 2**62)[number % 5]
    return stream.below(rows, limit)


def _draw_decimal(stream: Stream, number: int, rows: Rows) -> Values:
    limit = (10**6, 10**9, 10**11, 10**14)[number % 4]
    return stream.below(rows, 2 * limit) - limit


def _draw_category(stream: Stream, number: int, rows: Rows) -> Values:
    share = 1 / np.arange(1, _category_count(number) + 1)  # Zipf
    bounds = np.cumsum(share) / share.sum()
    code_of_bits = np.searchsorted(bounds, (np.arange(1 << 16) + 0.5) / (1 << 16)).astype(np.int32)
    return code_of_bits[stream.below(rows, 1 << 16)]


def _draw_text(stream: Stream, _number: int, rows: Rows) -> Values:
    words = np.stack([stream.bits(rows, lane) for lane in range(_SHORT_WIDTH // 8)], axis=1)
    length = 12 + (words[:, -1] >> np.uint64(56)) * np.uint64(19) // np.uint64(256)
    text = np.frombuffer(bytearray(words.tobytes().translate(_ALPHABET)), np.uint8).reshape(-1, _SHORT_WIDTH)
    text[:, -1] = length
    return text


def _draw_prose(stream: Stream, _number: int, rows: Rows) -> Values:
    vocabulary = _vocabulary()
    words = np.empty((len(rows), _LONG_WIDTH // 8), np.uint64)
    in_bits = 64 // _WORD_BITS
    for place in range(words.shape[1]):
        if place % in_bits == 0:
            bits = stream.bits(rows, place // in_bits)
        words[:, place] = vocabulary[bits & np.uint64(len(vocabulary) - 1)]
        bits >>= np.uint64(_WORD_BITS)
    text = words.view(np.uint8)
    text[:, -1] = 20 + stream.below(rows, 181, lane=words.shape[1])
    return text


@cache
def _vocabulary() -> npt.NDArray[np.uint64]:
    """Words of seven letters and a space."""
    count = 1 << _WORD_BITS
    letters = Stream(0, 0).bits(np.arange(count)).view(np.uint8).reshape(count, 8) % 26 + ord("a")
    letters[:, -1] = ord(" ")
    return letters.view(np.uint64).reshape(count)


def _draw_reference(stream: Stream, _number: int, rows: Rows) -> Values:
    return stream.below(rows, _REFERENCES)


def _draw_flag(stream: Stream, _number: int, rows: Rows) -> Values:
    return stream.below(rows, 2)


def _draw_date(stream: Stream, _number: int, rows: Rows) -> Values:
    return (15_000 + stream.below(rows, 5_000)).astype(np.int32)


def _draw_timestamp(stream: Stream, number: int, rows: Rows) -> Values:
    micros = stream.below(rows, 10**14)
    if number % 2 == 0:  # whole milliseconds
        micros -= micros % 1_000
    return 1_600_000_000_000_000 + micros


def _bump_double(values: Values, _number: int) -> Values:
    return values + np.maximum(np.abs(values) * 1e-6, 0.01)


def _bump_one(values: Values, _number: int) -> Values:
    return values + 1


def _bump_category(values: Values, number: int) -> Values:
    return (values + 1) % _category_count(number)


def _bump_text(text: Values, _number: int) -> Values:
    text[np.arange(len(text)), text[:, -1].astype(np.int64) - 1] = _CHANGED_CHARACTER
    return text


def _bump_reference(values: Values, _number: int) -> Values:
    return (values + 1) % _REFERENCES


def _bump_flag(values: Values, _number: int) -> Values:
    return 1 - values


def _bump_millisecond(values: Values, _number: int) -> Values:
    return values + 1_000


def _validity(nulls: Mask) -> pa.Buffer:
    return pa.py_buffer(np.packbits(~nulls, bitorder="little"))


def _build_fixed(arrow_type: pa.DataType) -> Callable[[Values, int, Mask], pa.Array]:
    def build(values: Values, _number: int, nulls: Mask) -> pa.Array:
        return pa.Array.from_buffers(arrow_type, len(values), [_validity(nulls), pa.py_buffer(values)])

    return build


def _build_decimal(values: Values, _number: int, nulls: Mask) -> pa.Array:
    words = np.stack([values, values >> 63], axis=1)
    return pa.Array.from_buffers(pa.decimal128(18, 4), len(values), [_validity(nulls), pa.py_buffer(words)])


def _build_category(values: Values, number: int, nulls: Mask) -> pa.Array:
    prefix = ("ST", "CCY_", "REGION-", "PRODUCT_TYPE_", "Desk ")[number % 5]
    names = pa.array([f"{prefix}{code:03d}" for code in range(_category_count(number))])
    return names.take(pa.array(values, mask=nulls))


def _build_text(text: Values, _number: int, nulls: Mask) -> pa.Array:
    length = np.where(nulls, 0, text[:, -1]).astype(np.int32)
    offsets = np.zeros(len(text) + 1, np.int32)
    np.cumsum(length, out=offsets[1:])
    characters = text[np.arange(text.shape[1], dtype=np.uint8) < length[:, None].astype(np.uint8)]
    buffers = [_validity(nulls), pa.py_buffer(offsets), pa.py_buffer(characters)]
    return pa.Array.from_buffers(pa.string(), len(text), buffers)


def _build_reference(values: Values, _number: int, nulls: Mask) -> pa.Array:
    return _references().take(pa.array(values, mask=nulls))


@cache
def _references() -> pa.Array:
    return pa.array([f"C{code:06d}" for code in range(_REFERENCES)])


def _build_flag(values: Values, _number: int, nulls: Mask) -> pa.Array:
    return pa.array(values.astype(np.bool_), mask=nulls)


def _category_count(number: int) -> int:
    return (2, 3, 5, 8, 12, 20, 50, 200, 500, 1_000)[number % 10]


DOUBLE = Kind("dbl", _draw_double, _bump_double, _build_fixed(pa.float64()))
INT = Kind("int", _draw_int, _bump_one, _build_fixed(pa.int32()))
LONG = Kind("lng", _draw_long, _bump_one, _build_fixed(pa.int64()))
DECIMAL = Kind("dec", _draw_decimal, _bump_one, _build_decimal)
CATEGORY = Kind("cat", _draw_category, _bump_category, _build_category)
TEXT = Kind("str", _draw_text, _bump_text, _build_text)
PROSE = Kind("txt", _draw_prose, _bump_text, _build_text)
REFERENCE = Kind("ref", _draw_reference, _bump_reference, _build_reference)
DATE = Kind("dte", _draw_date, _bump_one, _build_fixed(pa.date32()))
TIMESTAMP = Kind("tms", _draw_timestamp, _bump_millisecond, _build_fixed(pa.timestamp("us", "UTC")))
FLAG = Kind("flg", _draw_flag, _bump_flag, _build_flag)
