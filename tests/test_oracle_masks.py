"""Masked columns in the oracle's documents, and what counts as showing one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from differential.command import Answer
from differential.leaks import leaks
from oracle import Options, Refused, Side, compare

SCHEMA = [("id", "int"), ("ssn", "string"), ("pay", "double"), ("s", "struct<a:int,b:struct<c:int,d:int>>")]
LEFT = Side(SCHEMA, [(1, b"x", 1.0, (1, (1, 1))), (2, None, 2.0, (2, (2, 2))), (3, b"z", 3.0, None)])
RIGHT = Side(SCHEMA, [(1, b"y", 1.5, (1, (9, 1))), (2, b"b", 2.0, (2, (2, 9))), (4, b"w", 3.0, None)])


def entries(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in document["columns"]}


def masked(mask: list[str], **options: Any) -> list[str]:
    """The compared columns that a mask reaches."""
    document = compare(LEFT, RIGHT, Options(**{"keys": ["id"], **options, "mask": mask}))
    assert all(entry.get("masked", True) is True for entry in document["columns"])
    return [entry["name"] for entry in document["columns"] if "masked" in entry]


def test_a_masked_column_keeps_its_counts_and_shows_nothing() -> None:
    open_one = entries(compare(LEFT, RIGHT, Options(keys=["id"])))
    document = compare(LEFT, RIGHT, Options(keys=["id"], mask=["ssn", "pay"]))
    assert entries(document)["ssn"] == {
        "name": "ssn",
        "left_type": "string",
        "right_type": "string",
        "mismatches": 2,
        "rate": 1.0,
        "relaxed": 0,
        "null_left": 1,
        "null_right": 0,
        "max_difference": None,
        "causes": {},
        "samples": [],
        "masked": True,
    }
    profile = {"distances": open_one["pay"].pop("distances"), "changes": open_one["pay"].pop("changes")}
    assert profile["distances"]["cells"] == profile["changes"]["distinct"] == 1
    assert entries(document)["pay"] == {
        **open_one["pay"], "max_difference": None, "causes": {}, "samples": [], "masked": True,
    }  # fmt: skip
    assert entries(document)["s.a"] == open_one["s.a"]
    assert document["keys"] == [{"left": "id", "right": "id"}]
    assert document["mismatched_columns"] == ["ssn", "pay", "s.b.c", "s.b.d"]


def test_a_masked_key_is_null_wherever_a_key_is_shown() -> None:
    document = compare(LEFT, RIGHT, Options(keys=["id", "pay"], mask=["PAY"]))
    assert document["keys"] == [{"left": "id", "right": "id"}, {"left": "pay", "right": "pay", "masked": True}]
    assert document["samples"] == {
        "only_left": [{"id": "1", "pay": None}, {"id": "3", "pay": None}],
        "only_right": [{"id": "1", "pay": None}, {"id": "4", "pay": None}],
        "only_left_values": [["x", "{...}", "1", "{...}", "1", "1"], ["z", None, None, None, None, None]],
        "only_right_values": [["y", "{...}", "1", "{...}", "9", "1"], ["w", None, None, None, None, None]],
        "duplicates": [],
        "changed": [{"row": 0, "key": {"id": "2", "pay": None}, "columns": ["ssn", "s.b.d"]}],
    }
    assert entries(document)["ssn"]["samples"] == [
        {"row": 0, "key": {"id": "2", "pay": None}, "left": None, "right": "b"}
    ]


def test_without_keys_masked_cells_of_whole_rows_are_null() -> None:
    document = compare(LEFT, RIGHT, Options(columns=["id", "pay"], mask=["pay"]))
    assert document["keys"] is None
    assert document["samples"]["only_left"] == [{"id": "1", "pay": None}, {"id": "3", "pay": None}]


def test_the_order_of_samples_is_that_without_a_mask() -> None:
    schema = [("k", "string"), ("v", "int")]
    left = Side(schema, [(b"b", 1), (b"a", 2), (b"c", 3)])
    right = Side(schema, [(b"b", 2), (b"a", 1), (b"c", 3)])
    document = compare(left, right, Options(keys=["k"], mask=["k"], samples=1))
    assert entries(document)["v"]["samples"] == [{"row": 0, "key": {"k": None}, "left": "2", "right": "1"}]


@pytest.mark.parametrize(
    ("mask", "names"),
    [
        ([], []),
        (["S"], ["s", "s.a", "s.b", "s.b.c", "s.b.d"]),
        (["s.b"], ["s.b", "s.b.c", "s.b.d"]),
        (["s.B.c", "s.b.c"], ["s.b.c"]),
        (["id"], []),
    ],
)
def test_a_struct_masks_everything_below_it(mask: list[str], names: list[str]) -> None:
    assert masked(mask) == names


def test_a_mask_may_name_what_is_not_compared() -> None:
    assert masked(["ssn", "pay"], exclude=["ssn"]) == ["pay"]
    assert masked(["ssn", "pay"], columns=["pay"]) == ["pay"]


@pytest.mark.parametrize("name", ["nope", "s.z", "s.b.c.e", ""])
def test_what_is_no_column_cannot_be_masked(name: str) -> None:
    with pytest.raises(Refused, match="COLUMN_NOT_FOUND"):
        masked(["ssn", name])


def test_a_right_name_counts_where_it_meets_no_left_column() -> None:
    left = Side([("id", "int"), ("a", "int"), ("b", "int"), ("r", "struct<x:int>")], [(1, 1, 1, (1,))])
    right = Side([("id", "int"), ("b", "int"), ("c", "int"), ("t", "struct<x:int,y:int>")], [(1, 2, 2, (2, 2))])
    options = {"keys": ["id"], "rename": {"a": "b", "r": "t"}}

    def reached(*mask: str) -> list[str]:
        document = compare(left, right, Options(**options, mask=list(mask)))
        return [entry["name"] for entry in document["columns"] if "masked" in entry]

    assert reached("a") == ["a"]
    assert reached("c") == []
    assert reached("t.y") == []
    assert reached("r") == ["r", "r.x"]
    # The left `b` has no partner; the right one is that of `a`, whose values must not come out under the masked name.
    assert reached("b") == ["a"]
    for name in ("t", "t.x"):
        with pytest.raises(Refused, match="COLUMN_NOT_FOUND"):
            reached(name)


def test_part_of_a_struct_that_is_compared_as_a_whole_masks_it() -> None:
    left = Side([("id", "int"), ("s", "struct<a:int>")], [(1, (1,))])
    right = Side([("id", "int"), ("s", "int")], [(1, 1)])
    (entry,) = compare(left, right, Options(keys=["id"], mask=["s.a"]))["columns"]
    assert entry["masked"]


def answered(stdout: str, stderr: str = "") -> Answer:
    return Answer(1, stdout, stderr, {})


def test_a_distinctive_value_of_a_masked_column_is_found_in_an_answer() -> None:
    schema = [("id", "int"), ("v", "int"), ("w", "int")]
    left = Side(schema, [(1, 7_654_321, 1_234_567)])
    right = Side(schema, [(1, 7_654_322, 1_234_567)])
    options = Options(keys=["id"], mask=["v"])
    document = compare(left, right, options)

    def found(answer: Answer) -> list[str]:
        return leaks(left, right, options, answer, document)

    assert found(answered("1234567")) == []
    assert found(answered('"left":"7654321"')) == ["'7654321' of a masked column is shown"]
    assert found(answered("", "read 7654322")) == ["'7654322' of a masked column is shown"]
    assert len(found(answered("secret-1 5345435245542d"))) == 2
    assert leaks(left, right, Options(keys=["id"]), answered("SECRET-"), document) == []
    assert len(leaks(left, right, options, answered("SECRET-"), None)) == 1


def test_the_nulls_in_place_of_masked_values_are_no_value() -> None:
    schema = [("id", "int"), ("s", "array<int>"), ("t", "int")]
    left, right = Side(schema, [(1, [None, None], 1)]), Side(schema, [(2, [None, None], 1)])
    options = Options(keys=["id"], mask=["s", "t"])
    document = compare(left, right, options)
    answer = answered(json.dumps(document, default=str, separators=(",", ":")))
    assert "[null,null]" in answer.stdout
    assert leaks(left, right, options, answer, document) == []
