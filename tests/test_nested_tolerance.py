"""Tolerances inside arrays and maps, and relaxations that name structs, through the native command."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from acceptance.answers import compared
from test_nested import both, mismatches, option

DOUBLES = pa.list_(pa.float64())
ITEMS = pa.list_(pa.struct([("name", pa.string()), ("price", pa.decimal128(10, 2)), ("day", pa.date32())]))
PRICES = pa.map_(pa.string(), pa.float64())


def found(parity: Path, paths: tuple[Path, Path], *, key: str = "id", **members: Any) -> dict[str, Any]:
    return compared(parity, *paths, "--key", key, *option(**members))


def test_a_tolerance_reaches_elements_and_values_and_no_keys(parity: Path, tmp_path: Path) -> None:
    paths = both(
        tmp_path,
        {
            "id": [1, 2, 3, 4],
            "a": pa.array([[1.0, None], [1.0], [1.0, 2.0], None], DOUBLES),
            "m": pa.array([[("x", 1.0)], [("x", 1.0), ("y", 2.0)], [("x", 1.0)], []], PRICES),
        },
        {
            "id": [1, 2, 3, 4],
            "a": pa.array([[1.25, None], [1.5], [1.0], []], DOUBLES),
            "m": pa.array([[("x", 1.25)], [("y", 2.25), ("x", 0.75)], [("X", 1.0)], [("x", None)]], PRICES),
        },
    )
    document = found(parity, paths, tolerance=0.25)
    assert mismatches(document) == {"a": 3, "m": 2}
    assert [column["relaxed"] for column in document["columns"]] == [1, 2]
    assert document["counts"]["identical"] == 1
    assert mismatches(found(parity, paths, tolerance={"a": {"relative": 0.5}})) == {"a": 2, "m": 4}
    assert mismatches(found(parity, paths, tolerance={"type:double": 0.5})) == {"a": 2, "m": 2}
    assert mismatches(found(parity, paths, tolerance={"type:float": 0.5, "type:int": 0.5})) == {"a": 4, "m": 4}


def test_elements_of_other_types_meet_within_a_tolerance(parity: Path, tmp_path: Path) -> None:
    paths = both(
        tmp_path,
        {"id": [1, 2], "a": pa.array([[1, 2], [2**53]], pa.list_(pa.int64())), "t": [["1.05"], ["x"]]},
        {
            "id": [1, 2],
            "a": pa.array([["1.5", "2"], [str(2**53 + 1)]], pa.list_(pa.string())).cast(pa.list_(pa.decimal128(20, 1))),
            "t": pa.array([[1.0], [1.0]], pa.list_(pa.float64())),
        },
    )
    document = found(parity, paths, tolerance={"a": 0.5, "t": 0.1})
    assert mismatches(document) == {"a": 1, "t": 1}
    assert [change["name"] for change in document["schema"]["type_changes"]] == ["a", "t"]


def items(*rows: list[tuple[str, str, int]] | None) -> pa.Array:
    each = [None if row is None else [(n, p, date(2024, 1, d)) for n, p, d in row] for row in rows]
    named = [None if row is None else [{"name": n, "price": p, "day": d} for n, p, d in row] for row in each]
    text = pa.list_(pa.struct([("name", pa.string()), ("price", pa.string()), ("day", pa.date32())]))
    return pa.array(named, text).cast(ITEMS)


def test_rules_for_text_and_tolerances_hold_together(parity: Path, tmp_path: Path) -> None:
    paths = both(
        tmp_path,
        {"id": [1, 2], "items": items([(" Tea", "1.00", 1), ("milk", "2.00", 1)], [("tea", "1.00", 1)])},
        {"id": [1, 2], "items": items([("milk", "2.10", 2), ("tea", "1.10", 1)], [("tea", "1.11", 1)])},
    )
    members = {"tolerance": {"absolute": 0.1, "time": "1 day"}, "text": {"items": ["trim", "ignore_case"]}}
    assert mismatches(found(parity, paths, **members, unordered=["items"])) == {"items": 1}
    assert mismatches(found(parity, paths, **members)) == {"items": 2}
    assert mismatches(found(parity, paths, **{**members, "tolerance": 0.1}, unordered=["items"])) == {"items": 2}
    assert mismatches(found(parity, paths, tolerance=members["tolerance"], unordered=["items"])) == {"items": 2}


def test_unordered_elements_are_paired_so_that_all_are_near(parity: Path, tmp_path: Path) -> None:
    left, right = [0.0, 1.0, None, 5.0], [1.0, 2.0, 5.5, None]
    long = [float(n) for n in range(3000)]
    paths = both(
        tmp_path,
        {"id": [1, 2, 3], "a": pa.array([left, [0.0, 1.0], long], DOUBLES)},
        {"id": [1, 2, 3], "a": pa.array([right, [2.0, 2.0], [n + 1 for n in reversed(long)]], DOUBLES)},
    )
    document = found(parity, paths, tolerance=1, unordered=["a"])
    assert mismatches(document) == {"a": 1}
    assert document["columns"][0]["relaxed"] == 2
    assert mismatches(found(parity, paths, tolerance=0.9, unordered=["a"])) == {"a": 3}


def test_rows_of_a_duplicate_key_pair_with_near_elements_as_equal(parity: Path, tmp_path: Path) -> None:
    paths = both(
        tmp_path,
        {"id": [1, 1], "a": pa.array([[1.0], [9.0]], DOUBLES), "v": [1, 2]},
        {"id": [1, 1], "a": pa.array([[9.25], [1.25]], DOUBLES), "v": [1, 2]},
    )
    document = found(parity, paths, tolerance={"a": 0.25})
    assert mismatches(document) == {"a": 0, "v": 2}
    assert mismatches(found(parity, paths)) == {"a": 2, "v": 0}


def test_a_struct_that_is_named_means_its_leaves_unless_more_is_said(parity: Path, tmp_path: Path) -> None:
    inner = pa.struct([("n", pa.int32()), ("t", pa.string()), ("a", pa.list_(pa.int32()))])
    own = pa.struct([("k", pa.int32()), ("n", pa.int32()), ("t", pa.string()), ("in", inner)])
    paths = both(
        tmp_path,
        {"s": pa.array([{"k": 1, "n": 1, "t": "a", "in": {"n": 1, "t": "a", "a": [1]}}], own)},
        {"s": pa.array([{"k": 1, "n": 3, "t": "A", "in": {"n": 3, "t": "A", "a": [3]}}], own)},
    )

    def differing(**members: Any) -> list[str]:
        return [name for name, count in mismatches(found(parity, paths, key="s.k", **members)).items() if count]

    texts = ["s.t", "s.in.t"]
    assert differing(tolerance={"s": 2}) == texts
    assert differing(tolerance={"s": 2, "s.in": 1}) == ["s.t", "s.in.n", "s.in.t", "s.in.a"]
    assert differing(tolerance={"S": 1, "s.in": 2, "s.in.a": 1}) == ["s.n", "s.t", "s.in.t", "s.in.a"]
    assert differing(tolerance={"*": 2, "s.in": {"absolute": 0}}) == ["s.t", "s.in.n", "s.in.t", "s.in.a"]
    assert differing(text={"s": ["ignore_case"]}) == ["s.n", "s.in.n", "s.in.a"]
    assert differing(text={"*": ["ignore_case"], "s.in": []}) == ["s.n", "s.in.n", "s.in.t", "s.in.a"]


def test_a_column_without_a_rule_may_be_named_for_what_either_side_holds(parity: Path, tmp_path: Path) -> None:
    left, right = [[("k", True)]], [{"n": 1, "t": "x"}]
    paths = both(
        tmp_path,
        {"id": [1], "s": pa.array(left, pa.map_(pa.string(), pa.bool_()))},
        {"id": [1], "s": pa.array(right, pa.struct([("n", pa.int32()), ("t", pa.string())]))},
    )
    assert mismatches(found(parity, paths, tolerance={"s": 1}, text={"s": ["trim"]})) == {"s": 1}


STRUCT = pa.struct([("x", pa.string()), ("y", pa.int32())])
STRUCTS = [None, {"x": None, "y": None}, {"x": " ", "y": None}, {"x": "a", "y": None}, {"x": " ", "y": 1}]


@pytest.mark.parametrize("left", STRUCTS)
@pytest.mark.parametrize("right", STRUCTS)
def test_what_null_stands_for_is_nothing_in_a_struct_with_keys_and_without(
    parity: Path, tmp_path: Path, left: dict[str, Any] | None, right: dict[str, Any] | None
) -> None:
    paths = both(
        tmp_path,
        {"id": [1], "s": pa.array([left], STRUCT)},
        {"id": [1], "s": pa.array([right], STRUCT)},
    )
    members = {"null_equals": {"s.x": ""}, "text": {"s": ["trim"]}}
    keyed = found(parity, paths, **members)
    keyless = compared(parity, *paths, *option(**members))
    assert keyed["counts"]["identical"] == keyless["counts"]["identical"]
    is_nothing = [each is None or (each["x"] in (None, " ") and each["y"] is None) for each in (left, right)]
    is_told_by_struct = all(is_nothing) and (left is None) != (right is None)
    assert keyed["columns"][0]["mismatches"] == int(is_told_by_struct)
    assert (keyed["counts"]["identical"] == 1) == (
        (left is None) == (right is None)
        and (left is None or right is None or (left["x"] == "a", left["y"]) == (right["x"] == "a", right["y"]))
    )
