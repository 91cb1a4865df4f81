"""The oracle's causes against examples worked out by hand."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from oracle import Options, Side, compare

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR


def causes(left_type: str, right_type: str, left: Any, right: Any, **options: Any) -> dict[str, int]:
    """The causes of one cell."""
    sides = [Side([("k", "int"), ("v", t)], [(1, value)]) for t, value in ((left_type, left), (right_type, right))]
    (column,) = compare(*sides, Options(keys=["k"], **options))["columns"]
    return column["causes"]


@pytest.mark.parametrize(
    ("left", "right", "cause"),
    [
        ("A", "a", "case"),
        ("STRASSE", "straße", "case"),
        (" a\u3000", "a", "outer_space"),
        ("a b", "ab ", "inner_space"),
        ("e\u0301", "é", "unicode_form"),
        ("Ã©", "é", "encoding"),
        ("é", "Ã©", "encoding"),
        ("â‚¬", "€", "encoding"),
        ("naïve", "na?ve", "encoding"),
        ("na\ufffdve", "naïve", "encoding"),
        ("1.0", "1", "number_as_text"),
        ("1e2", "100", "number_as_text"),
        ("abc", "abcde", "truncated:3"),
        ("é", "éa", "truncated:1"),
        ("", "a", "other"),
        ("abc", "abd", "other"),
    ],
)
def test_causes_of_texts(left: str, right: str, cause: str) -> None:
    assert causes("string", "string", left.encode(), right.encode()) == {cause: 1}


def test_bytes_of_a_single_byte_encoding() -> None:
    assert causes("string", "string", "é".encode(), b"\xe9") == {"encoding": 1}
    assert causes("string", "string", b"\xffa", b"\xffab") == {"other": 1}
    assert causes("binary", "binary", b"\xff\x00", b"\xff") == {"truncated:1": 1}


@pytest.mark.parametrize(
    ("left_type", "right_type", "left", "right", "cause"),
    [
        ("int", "int", 5, -5, "sign"),
        ("int", "decimal(38,38)", 1, Decimal("-0." + "9" * 38), "other"),
        ("int", "int", 5, 500, "scale:2"),
        ("decimal(10,2)", "decimal(10,2)", Decimal("1.50"), Decimal("0.15"), "scale:-1"),
        ("int", "int", 5, 6, "other"),
        ("int", "int", 0, 5, "other"),
        ("decimal(10,3)", "decimal(10,2)", Decimal("1.505"), Decimal("1.51"), "rounding:2"),
        ("decimal(10,3)", "decimal(10,2)", Decimal("1.505"), Decimal("1.50"), "rounding:1"),
        ("decimal(10,3)", "decimal(10,2)", Decimal("1.445"), Decimal("1.44"), "rounding:2"),
        ("decimal(10,3)", "decimal(10,2)", Decimal("1.449"), Decimal("1.44"), "cut:2"),
        ("double", "int", 2.5, 3, "rounding:0"),
        ("double", "int", 2.75, 2, "cut:0"),
        ("float", "double", 0.10000000149011612, 0.1, "float_precision"),
        ("double", "double", 0.1, 0.10000000149011612, "rounding:1"),
        ("double", "double", math.nan, 1.0, "other"),
        ("double", "double", 1.0, math.inf, "other"),
        ("string", "int", b"1.0", 1, "number_as_text"),
        ("string", "int", b"x", 1, "other"),
        ("string", "int", b"10", 1, "scale:-1"),
        ("boolean", "boolean", True, False, "other"),
        ("boolean", "int", True, 1, "other"),
    ],
)
def test_causes_of_numbers(left_type: str, right_type: str, left: Any, right: Any, cause: str) -> None:
    assert causes(left_type, right_type, left, right) == {cause: 1}


@pytest.mark.parametrize(
    ("left_type", "right_type", "left", "right", "cause"),
    [
        ("date", "date", 10, 11, "day_shift:+1"),
        ("date", "date", 19_724, 19_754, "day_and_month"),
        ("date", "date", 10, 12, "other"),
        ("timestamp", "timestamp", DAY, 0, "day_shift:-1"),
        ("timestamp", "timestamp", 0, 2 * HOUR, "time_shift:+2h"),
        ("timestamp", "timestamp", 11 * HOUR // 2, 0, "time_shift:-5h30m"),
        ("timestamp", "timestamp", 0, HOUR // 4, "time_shift:+15m"),
        ("timestamp", "timestamp", 0, 15 * HOUR, "date_truncated"),
        ("timestamp_ntz", "timestamp_ntz", DAY + 1, DAY, "date_truncated"),
        ("date", "timestamp", 1, DAY + 7 * SECOND, "date_truncated"),
        ("timestamp", "timestamp", DAY + HOUR + SECOND // 2, DAY + HOUR, "cut:0"),
        ("timestamp", "timestamp", DAY + HOUR + 1_500_000, DAY + HOUR + 1_000_000, "cut:3"),
        ("time", "time", HOUR, 2 * HOUR, "other"),
        ("time", "time", HOUR + 1_000, HOUR, "cut:0"),
        ("timestamp", "timestamp", DAY + HOUR, 3 * DAY + HOUR + 1, "other"),
        ("string", "date", b"1970-01-11", 11, "day_shift:+1"),
    ],
)
def test_causes_of_dates_and_times(left_type: str, right_type: str, left: Any, right: Any, cause: str) -> None:
    assert causes(left_type, right_type, left, right) == {cause: 1}


def test_a_null_is_a_cause_of_any_type() -> None:
    assert causes("boolean", "int", None, 1) == {"null_left": 1}
    assert causes("string", "string", b"a", None) == {"null_right": 1}


def test_equal_and_relaxed_cells_have_no_cause() -> None:
    assert causes("int", "int", 5, 5) == {}
    assert causes("int", "int", 5, 6, tolerance=1) == {}
    assert causes("string", "string", b" A", b"b", text=["trim"]) == {"other": 1}
