"""The oracle's offsets against columns worked out by hand."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from oracle import Options, Side, compare

MICRO = 1_000
SECOND = 1_000_000_000
DAY = 86_400 * SECOND


def causes(left_type: str, right_type: str, cells: list[tuple[Any, Any]], **options: Any) -> dict[str, int]:
    """The causes of a column whose rows are these pairs."""
    sides = [
        Side([("k", "int"), ("v", each)], [(k, pair[side]) for k, pair in enumerate(cells)])
        for side, each in enumerate((left_type, right_type))
    ]
    (column,) = compare(*sides, Options(keys=["k"], **options))["columns"]
    return column["causes"]


@pytest.mark.parametrize(
    ("left_type", "right_type", "cells", "offset"),
    [
        ("int", "int", [(1, 8), (20, 27)], "+7"),
        ("int", "bigint", [(10, 3), (20, 13)], "-7"),
        ("decimal(10,2)", "decimal(12,4)", [(Decimal("7.13"), Decimal("7.6325")), (Decimal("8.01"), Decimal("8.5125"))],
         "+0.5025"),
        ("double", "double", [(0.1, 0.4), (1.17, 1.47)], "+0.3"),
        ("float", "float", [(0.10000000149011612, 0.30000001192092896), (0.5, 0.699999988079071)], "+0.2"),
        ("double", "double", [(1e22, 3.1e22), (2e22, 4.1e22)], "+21000000000000000000000"),
        ("string", "int", [(b"11", 13), (b" 5 ", 7)], "+2"),
        ("string", "decimal(10,2)", [(b"1.505", Decimal("1.75")), (b"3.005", Decimal("3.25"))], "+0.245"),
        ("date", "date", [(10, 13), (200, 203)], "+3d"),
        ("string", "date", [(b"1970-01-11", 7), (b"1970-01-12", 8)], "-3d"),
        ("timestamp", "timestamp", [(SECOND, 38 * SECOND), (DAY + 1, DAY + 1 + 37 * SECOND)], "+37s"),
        ("timestamp_ntz", "timestamp_ntz", [(MICRO * 7, MICRO * 6), (DAY + MICRO * 9, DAY + MICRO * 8)], "-0.000001s"),
        ("date", "timestamp_ntz", [(0, 3 * DAY), (1, 4 * DAY)], "+259200s"),
        ("time", "time", [(0, 3600 * SECOND), (SECOND, 3601 * SECOND)], "+3600s"),
    ],
)  # fmt: skip
def test_values_that_moved_by_one_constant(left_type: str, right_type: str, cells: list, offset: str) -> None:
    assert causes(left_type, right_type, cells) == {f"offset:{offset}": 2}


def test_one_cell_has_no_offset() -> None:
    assert causes("int", "int", [(1, 8), (5, 5)]) == {"other": 1}


def test_more_than_half_of_the_unexplained_cells_must_have_moved() -> None:
    assert causes("int", "int", [(1, 8), (2, 9), (3, 5), (4, 7)]) == {"other": 4}
    assert causes("int", "int", [(1, 8), (2, 9), (3, 10), (4, 7), (5, 99)]) == {"offset:+7": 3, "other": 2}


def test_cells_without_a_difference_count_in_the_whole() -> None:
    cells = [(1.0, 8.25), (2.0, 9.25), (math.nan, 1.0), (1.0, math.inf)]
    assert causes("double", "double", cells) == {"other": 4}
    assert causes("double", "double", cells[:3]) == {"offset:+7.25": 2, "other": 1}


def test_cells_with_a_cause_of_their_own_do_not_count() -> None:
    cells = [(1, 8), (2, 9), (3, 30), (4, 40), (5, -5), (None, 7)]
    assert causes("int", "int", cells) == {"offset:+7": 2, "scale:1": 2, "sign": 1, "null_left": 1}
    assert causes("int", "int", [(1, 8), (2, 9), (7, 14), (-7, 0)]) == {"offset:+7": 4}
    assert causes("int", "int", [(1, 64), (2, 65), (7, 70)]) == {"offset:+63": 2, "scale:1": 1}


def test_as_many_differences_as_256_are_counted_and_no_more() -> None:
    moved = [(n, n + 1_000_003) for n in range(1, 300)]
    others = [(7, 7 * 17 + 1000 * n + 3) for n in range(1, 256)]
    assert causes("int", "int", [*moved, *others]) == {"offset:+1000003": 299, "other": 255}
    assert causes("int", "int", [*moved, *others, (7, 500_004)]) == {"other": 555}


def test_a_difference_of_more_than_38_digits_is_none() -> None:
    nines = int("9" * 37)
    cells = [(Decimal(-nines + n), Decimal(nines + n)) for n in (1, 2)]
    assert causes("decimal(38,0)", "decimal(38,0)", cells) == {f"offset:+{2 * nines}": 2}
    nines = int("9" * 38)
    cells = [(Decimal(-nines + n), Decimal(nines - 5 + n)) for n in (1, 2)]
    assert causes("decimal(38,0)", "decimal(38,0)", cells) == {"other": 2}
    last = Decimal("0." + "0" * 37 + "7")
    whole, part = "decimal(38,0)", "decimal(38,38)"
    assert causes(whole, part, [(Decimal(0), last), (Decimal(0), last)]) == {f"offset:+0.{'0' * 37}7": 2}
    assert causes(whole, part, [(Decimal(-1), last), (Decimal(-1), last)]) == {"other": 2}


def test_equal_and_relaxed_cells_have_no_offset() -> None:
    assert causes("int", "int", [(1, 8), (2, 9), (3, 3)], tolerance=6) == {"offset:+7": 2}
    assert causes("int", "int", [(1, 8), (2, 9), (3, 4), (4, 5)], tolerance=1) == {"offset:+7": 2}


def test_the_same_number_under_two_roundings_has_not_moved() -> None:
    cells = [(0.10000000149011612, Decimal("0.1")), (0.699999988079071, Decimal("0.7"))]
    assert causes("float", "decimal(2,1)", cells) == {"other": 2}


def test_a_column_without_numbers_or_times_has_no_offset() -> None:
    assert causes("string", "string", [(b"a", b"b"), (b"b", b"c")]) == {"other": 2}
    assert causes("boolean", "int", [(True, 2), (True, 2)]) == {"other": 2}
    assert causes("array<int>", "array<int>", [([1], [2]), ([2], [3])]) == {"other": 2}


def test_an_offset_holds_in_fields_of_structs() -> None:
    schema = [("k", "int"), ("s", "struct<n:int>")]
    left = Side(schema, [(k, {"n": k}) for k in range(3)])
    right = Side(schema, [(k, {"n": k + 41}) for k in range(3)])
    struct, leaf = compare(left, right, Options(keys=["k"]))["columns"]
    assert (struct["causes"], leaf["causes"]) == ({}, {"offset:+41": 3})
