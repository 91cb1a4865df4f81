"""Tolerances inside arrays and maps, and options that name structs, against examples worked out by hand."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from oracle import Options, Refused, Side, compare

SECOND = 1_000_000_000
NAN = math.nan


def column(left_type: str, right_type: str, cells: list[tuple[Any, Any]], **options: Any) -> dict[str, Any]:
    """The entry of a column `v` whose rows are these pairs, under a key that counts them."""
    left = Side([("k", "int"), ("v", left_type)], [(k, pair[0]) for k, pair in enumerate(cells)])
    right = Side([("k", "int"), ("v", right_type)], [(k, pair[1]) for k, pair in enumerate(cells)])
    return compare(left, right, Options(**{"keys": ["k"], "samples": 100, **options}))["columns"][0]


def differing(left_type: str, right_type: str, cells: list[tuple[Any, Any]], **options: Any) -> list[int]:
    return [int(each["key"]["k"]) for each in column(left_type, right_type, cells, **options)["samples"]]


def refusal(schema: list[tuple[str, str]], **options: Any) -> str | None:
    side = Side([("k", "int"), *schema], [])
    try:
        compare(side, side, Options(**{"keys": ["k"], **options}))
    except Refused as refused:
        return refused.code
    return None


def test_elements_of_an_array_in_order() -> None:
    cells = [
        ([1.0, 2.0], [1.25, 1.75]),
        ([1.0, 2.0], [2.0, 1.0]),
        ([1.0], [1.0, 1.0]),
        ([None], [None]),
        ([None], [0.0]),
        (None, []),
        (None, None),
        ([], []),
        ([NAN, 1.0], [NAN, 1.25]),
        ([NAN], [1.0]),
        ([1.0], [1.2500001]),
        ([math.inf], [1e308]),
    ]
    assert differing("array<double>", "array<double>", cells, tolerance=0.25) == [1, 2, 4, 5, 9, 10, 11]


def test_cells_equal_only_within_a_tolerance_are_relaxed() -> None:
    entry = column("array<int>", "array<int>", [([1], [1]), ([1], [2]), ([1], [3])], tolerance=1)
    assert (entry["relaxed"], entry["mismatches"], entry["max_difference"]) == (1, 1, None)
    assert entry["causes"] == {"other": 1}


def test_elements_of_an_unordered_array_pair_in_some_way() -> None:
    cells = [
        # 1 takes 2 only if 2 takes 3: the nearest, or the first, alone would not do.
        ([1, 2], [2, 3]),
        ([2, 1], [2, 3]),
        ([5, 1, 3], [2, 4, 6]),
        ([1, 1], [2, 3]),
        ([1, None], [None, 2]),
        ([1, None], [2, 1]),
        ([1], [1, 1]),
    ]
    options = {"tolerance": 1, "unordered": ["v"]}
    assert differing("array<int>", "array<int>", cells, **options) == [3, 5, 6]
    assert differing("array<int>", "array<int>", cells, tolerance=1) == [1, 2, 3, 4, 5, 6]


def test_a_chain_that_needs_every_partner_to_move() -> None:
    left, right = list(range(0, 60, 2)), list(range(1, 61, 2))
    assert differing("array<int>", "array<int>", [(left, right[::-1])], tolerance=1, unordered=["v"]) == []
    assert differing("array<int>", "array<int>", [(left, [*right[:0:-1], 63])], tolerance=1, unordered=["v"]) == [0]


def test_values_of_a_map_under_the_same_keys() -> None:
    one = "map<int,double>"
    cells = [
        ([(1, 1.0), (2, 2.0)], [(2, 2.25), (1, 0.75)]),
        ([(1, 1.0)], [(2, 1.0)]),
        ([(1, 1.0)], [(1, 1.5)]),
        ([(1, None)], [(1, None)]),
        ([(1, None)], [(1, 0.0)]),
        ([(1, 1.0)], []),
        (None, []),
        ([(1, 1.0)], [(1, 1.0), (2, 2.0)]),
    ]
    assert differing(one, one, cells, tolerance=0.25) == [1, 2, 4, 5, 6, 7]


def test_keys_of_a_map_know_neither_tolerance_nor_text_rules() -> None:
    assert differing("map<double,int>", "map<double,int>", [([(1.0, 1)], [(1.1, 1)])], tolerance=5) == [0]
    cells = [([(b"a", 1.0)], [(b"A", 1.0)]), ([(b"a", 1.0)], [(b"a", 1.5)])]
    assert differing("map<string,double>", "map<string,double>", cells, tolerance=1, text=["ignore_case"]) == [0]
    assert differing("map<int,int>", "map<bigint,int>", [([(1, 1)], [(1, 2)])], tolerance=1) == []


def test_at_any_depth_and_in_fields_of_structs() -> None:
    struct = "array<struct<n:int,t:string,d:date>>"
    cells = [
        ([(1, b"x", 0)], [(2, b"x", 0)]),
        ([(1, b"x", 0)], [(2, b"y", 0)]),
        ([(1, b"x", 0)], [(1, b"x", 1)]),
        ([None, (1, b"x", 0)], [None, (2, b"x", 0)]),
        ([None], [(None, None, None)]),
    ]
    assert differing(struct, struct, cells, tolerance=1) == [1, 2, 4]
    assert differing(struct, struct, cells, tolerance={"v": {"absolute": 1, "time": "1 day"}}) == [1, 4]
    assert differing(struct, "array<struct<D:date,T:string,N:bigint>>", [([(1, b"x", 0)], [(0, b"x", 2)])],
                     tolerance=1) == []  # fmt: skip
    deep = "map<int,array<array<double>>>"
    assert differing(deep, deep, [([(1, [[1.0], [2.0, 3.0]])], [(1, [[1.5], [2.0, 2.5]])])], tolerance=0.5) == []
    assert differing(deep, deep, [([(1, [[1.0], [2.0]])], [(1, [[2.0], [1.0]])])], tolerance=0.5) == [0]


def test_arrays_inside_an_unordered_array_keep_their_order() -> None:
    deep = "array<array<int>>"
    cells = [([[1, 5], [9]], [[10], [2, 4]]), ([[1, 5]], [[5, 1]])]
    assert differing(deep, deep, cells, tolerance=1, unordered=["v"]) == [1]


def test_structs_with_other_fields_are_never_near() -> None:
    assert differing("array<struct<a:int>>", "array<struct<b:int>>", [([(1,)], [(1,)]), ([None], [None])],
                     tolerance=5) == [0]  # fmt: skip


def test_times_exact_numbers_and_text_inside() -> None:
    stamps = "array<timestamp>"
    assert differing(stamps, stamps, [([0], [SECOND]), ([0], [SECOND + 1])], tolerance={"time": "1 second"}) == [1]
    decimals = "array<decimal(10,2)>"
    near = [([Decimal("1.00")], [Decimal("1.10")]), ([Decimal("1.00")], [Decimal("1.11")])]
    assert differing(decimals, decimals, near, tolerance=0.1) == [1]
    texts = [([b" 5"], [6]), ([b"x"], [6]), ([b"5"], [7])]
    assert differing("array<string>", "array<int>", texts, tolerance=1) == [1, 2]
    both = [([b" A"], [b"a"]), ([b"1"], [b"2"])]
    assert differing("array<string>", "array<string>", both, tolerance=1, text=["trim", "ignore_case"]) == [1]


def test_the_type_of_an_array_or_a_map_is_that_of_its_elements_or_values() -> None:
    cells = [([1.0], [2.0])]
    assert differing("array<double>", "array<double>", cells, tolerance={"type:double": 1}) == []
    assert differing("array<array<double>>", "array<array<double>>", [([[1.0]], [[2.0]])],
                     tolerance={"type:double": 1}) == []  # fmt: skip
    assert differing("map<int,double>", "map<int,double>", [([(1, 1.0)], [(1, 2.0)])],
                     tolerance={"type:double": 1}) == []  # fmt: skip
    assert differing("array<double>", "array<double>", cells, tolerance={"type:int": 1}) == [0]
    fields = "array<struct<x:double>>"
    assert differing(fields, fields, [([(1.0,)], [(2.0,)])], tolerance={"type:double": 1}) == [0]
    assert differing(fields, fields, [([(1.0,)], [(2.0,)])], tolerance={"*": 1}) == []
    assert differing("array<double>", "array<double>", cells, tolerance={"*": 1, "type:double": 0.5}) == [0]
    assert differing("array<double>", "array<double>", cells, tolerance={"*": 0, "type:double": 0, "V": 1}) == []


def test_duplicate_rows_pair_within_the_tolerance_of_an_array() -> None:
    schema = [("k", "int"), ("v", "array<double>")]
    left = Side(schema, [(1, [1.0]), (1, [5.0])])
    right = Side(schema, [(1, [5.25]), (1, [1.25])])
    counts = compare(left, right, Options(keys=["k"], tolerance=0.25))["counts"]
    assert (counts["identical"], counts["changed"]) == (2, 0)


STRUCT = [("k", "int"), ("s", "struct<a:int,t:string,d:date,in:struct<b:double,u:string>>"), ("w", "int")]
LEFT = Side(STRUCT, [(1, (1, b" x", 0, (1.0, b"y ")), 1)])
RIGHT = Side(STRUCT, [(1, (2, b"X", 1, (2.0, b"Y")), 2)])


def mismatched(**options: Any) -> list[str]:
    return compare(LEFT, RIGHT, Options(**{"keys": ["k"], **options}))["mismatched_columns"]


def test_a_tolerance_that_names_a_struct_is_for_all_its_numbers_and_times() -> None:
    everything = ["s.a", "s.t", "s.d", "s.in.b", "s.in.u", "w"]
    assert mismatched() == everything
    assert mismatched(tolerance={"s": 1}) == ["s.t", "s.d", "s.in.u", "w"]
    assert mismatched(tolerance={"S.in": 1}) == ["s.a", "s.t", "s.d", "s.in.u", "w"]
    assert mismatched(tolerance={"s": {"time": "1 day"}}) == ["s.a", "s.t", "s.in.b", "s.in.u", "w"]
    assert mismatched(tolerance={"s": {"absolute": 1, "time": "1 day"}}) == ["s.t", "s.in.u", "w"]


def test_a_name_further_down_is_more_specific() -> None:
    assert mismatched(tolerance={"s.a": 0, "s": 1}) == ["s.a", "s.t", "s.d", "s.in.u", "w"]
    assert mismatched(tolerance={"s": 0, "s.in": 1}) == ["s.a", "s.t", "s.d", "s.in.u", "w"]
    assert mismatched(tolerance={"s.in": 1, "s": 0, "*": 1}) == ["s.a", "s.t", "s.d", "s.in.u"]
    # A struct's entry replaces the one for all, also where it means nothing.
    assert mismatched(tolerance={"s": 1, "*": {"time": "1 day"}}) == ["s.t", "s.d", "s.in.u", "w"]


def test_text_rules_that_name_a_struct_are_for_all_its_text() -> None:
    assert mismatched(text={"s": ["trim", "ignore_case"]}) == ["s.a", "s.d", "s.in.b", "w"]
    assert mismatched(text={"s.in": ["trim", "ignore_case"]}) == ["s.a", "s.t", "s.d", "s.in.b", "w"]


@pytest.mark.parametrize(
    ("schema", "options", "code"),
    [
        ([("v", "array<double>")], {"tolerance": {"v": 1}}, None),
        ([("v", "map<string,int>")], {"tolerance": {"v": 1}}, None),
        ([("v", "map<int,string>")], {"tolerance": {"v": 1}}, "BAD_OPTION"),
        ([("v", "array<string>")], {"tolerance": {"v": 1}}, "BAD_OPTION"),
        ([("v", "array<binary>")], {"tolerance": {"v": {}}}, "BAD_OPTION"),
        ([("v", "array<boolean>")], {"tolerance": 1}, None),
        ([("v", "array<date>")], {"tolerance": {"v": 1}}, "BAD_OPTION"),
        ([("v", "array<date>")], {"tolerance": {"v": {"time": "1 day"}}}, None),
        ([("v", "array<int>")], {"tolerance": {"v": {"time": "1 day"}}}, "BAD_OPTION"),
        ([("v", "array<struct<d:date,n:int>>")], {"tolerance": {"v": 1}}, None),
        ([("v", "array<struct<d:date,n:int>>")], {"tolerance": {"v": {"time": "1 day"}}}, None),
        ([("v", "array<double>")], {"tolerance": {"v": 1}, "keys": None}, "BAD_OPTION"),
        ([("v", "array<double>")], {"tolerance": {"v.element": 1}}, "COLUMN_NOT_FOUND"),
        ([("v", "array<double>")], {"tolerance": {"v": 1, "V": 1}}, "BAD_OPTION"),
        ([("v", "array<double>")], {"tolerance": {"type:array": 1}}, "BAD_OPTION"),
        ([("s", "struct<t:string,b:boolean>")], {"tolerance": {"s": 1}}, "BAD_OPTION"),
        ([("s", "struct<d:date>")], {"tolerance": {"s": 1}}, "BAD_OPTION"),
        ([("s", "struct<n:int>")], {"tolerance": {"s": {"time": "1 day"}}}, "BAD_OPTION"),
        ([("s", "struct<n:int>")], {"tolerance": {"s": 1, "S": 1}}, "BAD_OPTION"),
        ([("s", "struct<n:int,m:array<double>>")], {"tolerance": {"s": 1}}, None),
        ([("s", "struct<n:int>")], {"text": {"s": ["trim"]}}, "BAD_OPTION"),
        ([("s", "struct<n:int,t:string>")], {"text": {"s": ["trim"]}}, None),
        ([("s", "struct<n:int,m:map<string,int>>")], {"text": {"s": ["trim"]}}, "BAD_OPTION"),
        ([("s", "struct<n:int>")], {"null_equals": {"s": 0}}, "BAD_OPTION"),
        ([("s", "struct<id:int,n:int>")], {"keys": ["s.id"], "tolerance": {"s": 1}}, None),
        ([("s", "struct<id:int,t:string>")], {"keys": ["s.id"], "tolerance": {"s": 1}}, "BAD_OPTION"),
        ([("s", "struct<id:string,n:int>")], {"keys": ["s.id"], "text": {"s": ["trim"]}}, "BAD_OPTION"),
    ],
)
def test_what_may_be_named(schema: list[tuple[str, str]], options: dict[str, Any], code: str | None) -> None:
    assert refusal(schema, **options) == code
