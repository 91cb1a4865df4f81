"""The columns of a generated dataset: 3 keys and a mix of value columns, each a pure function of the row number.

The reference mix has 197 value columns: 60 doubles, 40 integers (half of them 64 bits wide), 20 decimal(18,4), 40
low-cardinality and 20 high-cardinality strings, 10 dates and 7 timestamps. Every value column is null in 2 % of its
rows. `value_columns` scales the mix to any number of columns.

A column is made in three steps: `draw` gives the values of rows, `bump` gives another value of the same kind for
cells that were changed on the right, `build` makes an Arrow array of values and nulls.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from random_stream import Rows, Stream, normal_quantiles

Values = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

KEY_NAMES = ("account_id", "business_date", "seq")
NULL_SHARE = 0.02
# Among the changed cells that held a value, the share that becomes null.
CHANGED_TO_NULL_SHARE = 0.1

# Lanes of a column's stream. Values use lane 0 and up.
_NULL_LANE = 100
_TO_NULL_LANE = 101

_NORMAL = normal_quantiles()
_LOG_NORMAL = np.array([math.exp(6 + 2 * value) for value in _NORMAL])
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789-_.: ghijkl0123456789".ljust(64, b"z") * 4
_TEXT_WIDTH = 32  # up to 30 characters; the last byte of a row is its length
_CHANGED_CHARACTER = ord("#")  # not in the alphabet


@dataclass(frozen=True)
class Kind:
    """One kind of value column; the second argument of the functions is the column's number among its kind."""

    prefix: str
    share: int
    draw: Callable[[Stream, int, Rows], Values]
    bump: Callable[[Values, int], Values]
    build: Callable[[Values, int, Mask], pa.Array]


@dataclass(frozen=True)
class ValueColumn:
    """A value column: its name, its kind, and its numbers among its kind and among all value columns."""

    name: str
    kind: Kind
    of_kind: int
    position: int

    def array(self, seed: int, rows: Rows, changed: Rows) -> pa.Array:
        """The column for `rows`, with other values at the places `changed` (indexes into `rows`)."""
        stream = Stream(seed, self.position)
        values = self.kind.draw(stream, self.of_kind, rows)
        nulls = stream.chance(rows, NULL_SHARE, _NULL_LANE)
        if len(changed):
            values[changed] = self.kind.bump(values[changed], self.of_kind)
            to_null = stream.chance(rows[changed], CHANGED_TO_NULL_SHARE, _TO_NULL_LANE)
            nulls[changed] = ~nulls[changed] & to_null
        return self.kind.build(values, self.of_kind, nulls)


def key_arrays(rows: Rows) -> list[pa.Array]:
    """The three key columns: together unique, in ascending order of the row number."""
    account = 100_000 + rows // 6
    text = np.empty((len(rows), 12), np.uint8)
    text[:, :3] = np.frombuffer(b"ACC", np.uint8)
    for place in range(11, 2, -1):
        text[:, place] = ord("0") + account % 10
        account //= 10
    offsets = np.arange(0, 12 * len(rows) + 1, 12, dtype=np.int32)
    names = pa.Array.from_buffers(pa.string(), len(rows), [None, pa.py_buffer(offsets), pa.py_buffer(text)])
    dates = pa.array((19_700 + rows % 6 // 2).astype(np.int32)).cast(pa.date32())
    return [names, dates, pa.array((1 + rows % 2).astype(np.int32))]


def value_columns(count: int) -> list[ValueColumn]:
    """`count` value columns in the proportions of the reference mix (largest remainders first)."""
    total = sum(kind.share for kind in KINDS)
    quotas = [count * kind.share / total for kind in KINDS]
    counts = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(KINDS)), key=lambda k: (counts[k] - quotas[k], k))
    for k in by_remainder[: count - sum(counts)]:
        counts[k] += 1
    columns: list[ValueColumn] = []
    for kind, of_this in zip(KINDS, counts, strict=True):
        width = max(2, len(str(of_this - 1)))
        for number in range(of_this):
            columns.append(ValueColumn(f"{kind.prefix}_{number:0{width}d}", kind, number, len(columns)))
    return columns


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
    words = np.stack([stream.bits(rows, lane) for lane in range(_TEXT_WIDTH // 8)], axis=1)
    length = 12 + (words[:, -1] >> np.uint64(56)) * np.uint64(19) // np.uint64(256)
    text = np.frombuffer(bytearray(words.tobytes().translate(_ALPHABET)), np.uint8).reshape(-1, _TEXT_WIDTH)
    text[:, -1] = length
    return text


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
    characters = text[np.arange(_TEXT_WIDTH, dtype=np.uint8) < length[:, None].astype(np.uint8)]
    buffers = [_validity(nulls), pa.py_buffer(offsets), pa.py_buffer(characters)]
    return pa.Array.from_buffers(pa.string(), len(text), buffers)


def _category_count(number: int) -> int:
    return (2, 3, 5, 8, 12, 20, 50, 200, 500, 1_000)[number % 10]


KINDS = (
    Kind("dbl", 60, _draw_double, _bump_double, _build_fixed(pa.float64())),
    Kind("int", 20, _draw_int, _bump_one, _build_fixed(pa.int32())),
    Kind("lng", 20, _draw_long, _bump_one, _build_fixed(pa.int64())),
    Kind("dec", 20, _draw_decimal, _bump_one, _build_decimal),
    Kind("cat", 40, _draw_category, _bump_category, _build_category),
    Kind("str", 20, _draw_text, _bump_text, _build_text),
    Kind("dte", 10, _draw_date, _bump_one, _build_fixed(pa.date32())),
    Kind("tms", 7, _draw_timestamp, _bump_millisecond, _build_fixed(pa.timestamp("us", "UTC"))),
)
