"""Structs, arrays and maps through the native command: names and options, the levels of Parquet, several files."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from acceptance.answers import compared, refused, text_of
from acceptance.parquet_fixtures import write_table

ADDRESS = pa.struct([("zip", pa.string()), ("city", pa.string())])
INTS = pa.list_(pa.int32())


def mismatches(document: dict[str, Any]) -> dict[str, int]:
    return {column["name"]: column["mismatches"] for column in document["columns"]}


def both(tmp_path: Path, left: dict[str, Any], right: dict[str, Any], **settings: Any) -> tuple[Path, Path]:
    return (
        write_table(tmp_path / "left.parquet", left, **settings),
        write_table(tmp_path / "right.parquet", right, **settings),
    )


# Structs.


def test_a_null_struct_against_nothing_in_one_is_said_of_the_struct_else_of_its_fields(
    parity: Path, tmp_path: Path
) -> None:
    empty, partly = {"zip": None, "city": None}, {"zip": "1", "city": None}
    left, right = both(
        tmp_path,
        {"id": [1, 2, 3, 4, 5], "s": pa.array([None, None, empty, partly, None], ADDRESS)},
        {"id": [1, 2, 3, 4, 5], "s": pa.array([empty, partly, partly, partly, None], ADDRESS)},
    )
    document = compared(parity, left, right, "--key", "id")
    assert mismatches(document) == {"s": 1, "s.zip": 2, "s.city": 0}
    assert document["counts"]["changed"] == 3
    assert document["columns"][0]["samples"] == [{"key": {"id": "1"}, "left": None, "right": "{}", "row": 0}]
    assert (document["columns"][0]["left_type"], document["columns"][0]["null_left"]) == (
        "struct<zip:string,city:string>",
        1,
    )
    assert document["schema"]["common"] == ["id", "s.zip", "s.city"]


def test_what_is_only_in_fields_that_are_not_compared_is_nothing(parity: Path, tmp_path: Path) -> None:
    left, right = both(
        tmp_path,
        {"id": [1], "s": pa.array([None], ADDRESS)},
        {"id": [1], "s": pa.array([{"zip": None, "city": "x"}], ADDRESS)},
    )
    assert mismatches(compared(parity, left, right, "--key", "id")) == {"s": 0, "s.zip": 0, "s.city": 1}
    assert mismatches(compared(parity, left, right, "--key", "id", "--exclude", "s.city")) == {"s": 1, "s.zip": 0}
    assert mismatches(compared(parity, left, right, "--key", "id", "--column", "s.zip")) == {"s": 1, "s.zip": 0}


def test_structs_in_structs_are_there_or_not_level_by_level(parity: Path, tmp_path: Path) -> None:
    deep = pa.struct([("t", pa.struct([("x", pa.int32())]))])
    values = [None, {"t": None}, {"t": {"x": None}}, {"t": {"x": 1}}]
    rows = [(a, b) for a in values for b in values]
    left, right = both(
        tmp_path,
        {"id": list(range(16)), "s": pa.array([a for a, _ in rows], deep)},
        {"id": list(range(16)), "s": pa.array([b for _, b in rows], deep)},
    )
    document = compared(parity, left, right, "--key", "id", "--samples", "16")
    assert document["counts"]["identical"] == 4
    samples = {column["name"]: [int(s["key"]["id"]) for s in column["samples"]] for column in document["columns"]}
    assert samples["s"] == [1, 2, 4, 8]  # no struct against one in which nothing is, either way
    assert samples["s.t"] == [2, 6, 8, 9]
    assert samples["s.t.x"] == [3, 7, 11, 12, 13, 14]


def test_fields_that_cannot_be_null_are_null_with_their_struct(parity: Path, tmp_path: Path) -> None:
    required = pa.struct([pa.field("x", pa.int32(), nullable=False), pa.field("y", pa.string(), nullable=False)])
    left, right = both(
        tmp_path,
        {"id": [1, 2, 3], "s": pa.array([None, {"x": 1, "y": "a"}, {"x": 2, "y": "b"}], required)},
        {"id": [1, 2, 3], "s": pa.array([{"x": 0, "y": ""}, {"x": 1, "y": "a"}, None], required)},
    )
    document = compared(parity, left, right, "--key", "id")
    assert mismatches(document) == {"s": 0, "s.x": 2, "s.y": 2}
    assert [(c["null_left"], c["null_right"]) for c in document["columns"][1:]] == [(1, 1), (1, 1)]


def test_a_struct_of_nothing_but_arrays_is_there_or_not(parity: Path, tmp_path: Path) -> None:
    lists = pa.struct([("a", INTS), ("b", pa.list_(pa.string()))])
    left, right = both(
        tmp_path,
        {"id": [1, 2, 3], "s": pa.array([None, {"a": [1, 2], "b": None}, None], lists)},
        {
            "id": [1, 2, 3],
            "s": pa.array([{"a": None, "b": None}, {"a": [1, 2], "b": None}, {"a": [], "b": None}], lists),
        },
    )
    assert mismatches(compared(parity, left, right, "--key", "id")) == {"s": 1, "s.a": 1, "s.b": 0}


def test_fields_on_one_side_only_are_schema_differences_by_their_own_names(parity: Path, tmp_path: Path) -> None:
    left, right = both(
        tmp_path,
        {"id": [1], "s": [{"a": 1, "b": 2}], "t": [{"x": 1, "y": {"z": 1}}]},
        {"id": [1], "s": [{"c": 1, "a": 1}]},
    )
    document = compared(parity, left, right, "--key", "id")
    assert document["schema"]["only_left"] == ["s.b", "t.x", "t.y.z"]
    assert document["schema"]["only_right"] == ["s.c"]
    assert mismatches(document) == {"s": 0, "s.a": 0}


def test_options_name_fields_and_whole_structs(parity: Path, tmp_path: Path) -> None:
    columns = {"order": [{"id": 1, "n": 5}, {"id": 2, "n": 6}], "s": [{"a": 1}, {"a": 2}]}
    changed = {"order": [{"id": 2, "n": 7}, {"id": 1, "n": 5}], "s": [{"a": 9}, {"a": 9}]}
    left, right = both(tmp_path, columns, changed)
    document = compared(parity, left, right, "--key", "ORDER.ID", "--exclude", "s")
    assert document["keys"] == [{"left": "order.id", "right": "order.id"}]
    assert mismatches(document) == {"order": 0, "order.n": 1}
    assert mismatches(compared(parity, left, right, "--key", "order.id", "--column", "s")) == {"s": 0, "s.a": 2}
    answer = refused(parity, left, right, "--key", "order")
    assert answer.error_code == "UNSUPPORTED_TYPE"
    assert "order.id" in text_of(answer)
    assert refused(parity, left, right, "--key", "order.nope").error_code == "KEY_NOT_FOUND"
    assert refused(parity, left, right, "--key", "order.id", "--exclude", "order").error_code == "BAD_OPTION"
    assert refused(parity, left, right, "--exclude", "s.b").error_code == "COLUMN_NOT_FOUND"


def test_a_struct_may_be_renamed_and_its_fields_may_not(parity: Path, tmp_path: Path) -> None:
    left, right = both(tmp_path, {"id": [1], "s": [{"a": 1, "b": 1}]}, {"id": [1], "t": [{"a": 2, "c": 1}]})
    document = compared(parity, left, right, "--key", "id", "--rename", "s=t")
    assert mismatches(document) == {"s": 0, "s.a": 1}
    assert (document["schema"]["only_left"], document["schema"]["only_right"]) == (["s.b"], ["t.c"])
    assert refused(parity, left, right, "--key", "id", "--rename", "s.a=t.a").error_code == "BAD_OPTION"
    assert compared(parity, left, right, "--key", "s.b=t.c")["counts"]["matched"] == 1


def test_a_column_with_a_point_wins_over_a_field_of_that_path(parity: Path, tmp_path: Path) -> None:
    left, right = both(tmp_path, {"id": [1], "a": [{"b": 1}], "a.b": [1]}, {"id": [1], "a": [{"b": 2}], "a.b": [1]})
    assert mismatches(compared(parity, left, right, "--key", "id")) == {"a": 0, "a.b": 1, "`a.b`": 0}
    assert mismatches(compared(parity, left, right, "--key", "id", "--exclude", "a.b")) == {"a": 0, "a.b": 1}
    document = compared(parity, left, right, "--key", "`a.b`", "--exclude", "id")
    assert document["keys"] == [{"left": "`a.b`", "right": "`a.b`"}]


def test_a_struct_against_something_else_is_one_column(parity: Path, tmp_path: Path) -> None:
    left, right = both(
        tmp_path,
        {"id": [1, 2, 3], "s": pa.array([{"a": 1}, None, {"a": None}], pa.struct([("a", pa.int32())]))},
        {"id": [1, 2, 3], "s": [1, None, 1]},
    )
    document = compared(parity, left, right, "--key", "id")
    assert mismatches(document) == {"s": 2}
    assert document["schema"]["only_left"] == []
    (change,) = document["schema"]["type_changes"]
    assert (change["left_type"], change["right_type"]) == ("struct<a:int>", "bigint")


def test_structs_whose_files_have_other_fields_have_them_all(parity: Path, tmp_path: Path) -> None:
    write_table(tmp_path / "left/1.parquet", {"id": [1], "s": [{"a": 1}]})
    write_table(tmp_path / "left/2.parquet", {"id": [2], "s": [{"b": 1}]})
    write_table(tmp_path / "left/3.parquet", {"id": [3]})
    whole = pa.struct([("b", pa.int64()), ("a", pa.int64())])
    values = [{"a": 1, "b": None}, {"a": None, "b": 1}, None]
    right = write_table(tmp_path / "right.parquet", {"id": [1, 2, 3], "s": pa.array(values, whole)})
    assert compared(parity, tmp_path / "left", right, "--key", "id")["equal"]


# Arrays and maps.


def test_null_empty_and_null_inside_are_three_things(parity: Path, tmp_path: Path) -> None:
    values = [None, [], [None], [1], [1, None]]
    rows = [(a, b) for a in values for b in values]
    left, right = both(
        tmp_path,
        {"id": list(range(25)), "a": pa.array([a for a, _ in rows], INTS)},
        {"id": list(range(25)), "a": pa.array([b for _, b in rows], INTS)},
    )
    document = compared(parity, left, right, "--key", "id")
    assert document["counts"]["identical"] == 5
    assert mismatches(document) == {"a": 20}
    assert (document["columns"][0]["null_left"], document["columns"][0]["null_right"]) == (4, 4)
    assert [sample["right"] for sample in document["columns"][0]["samples"][:4]] == ["[]", "[null]", "[1]", "[1,null]"]


def test_numbers_of_other_widths_meet_and_are_a_type_change(parity: Path, tmp_path: Path) -> None:
    left, right = both(
        tmp_path,
        {"id": [1, 2], "a": pa.array([[1, None], [2]], INTS)},
        {"id": [1, 2], "a": pa.array([[1, None], [3]], pa.list_(pa.int64()))},
    )
    document = compared(parity, left, right, "--key", "id")
    assert mismatches(document) == {"a": 1}
    assert not document["equal"]
    (change,) = document["schema"]["type_changes"]
    assert (change["left_type"], change["right_type"]) == ("array<int>", "array<bigint>")


def test_the_order_of_entries_and_of_fields_never_matters(parity: Path, tmp_path: Path) -> None:
    one = pa.map_(pa.string(), pa.list_(pa.struct([("x", pa.int32()), ("y", pa.int32())])))
    other = pa.map_(pa.string(), pa.list_(pa.struct([("y", pa.int32()), ("x", pa.int32())])))
    left, right = both(
        tmp_path,
        {"m": pa.array([[("k", [{"x": 1, "y": 2}]), ("l", None)], []], one)},
        {"m": pa.array([[("l", None), ("k", [{"y": 2, "x": 1}])], []], other)},
    )
    document = compared(parity, left, right)
    assert document["equal"]
    assert document["counts"]["identical"] == 2


def test_text_inside_arrays_is_read_as_the_number_that_it_meets(parity: Path, tmp_path: Path) -> None:
    left, right = both(
        tmp_path,
        {"id": [1, 2, 3, 4], "a": [["1"], ["x"], ["x"], ["1.5"]]},
        {"id": [1, 2, 3, 4], "a": pa.array([[1], [1], [None], [1.5]], pa.list_(pa.float64()))},
    )
    document = compared(parity, left, right, "--key", "id")
    assert mismatches(document) == {"a": 2}
    assert not document["equal"]


def test_arrays_that_files_store_in_other_widths_have_the_widest(parity: Path, tmp_path: Path) -> None:
    write_table(tmp_path / "left/1.parquet", {"id": [1], "a": pa.array([[1]], INTS)})
    write_table(tmp_path / "left/2.parquet", {"id": [2], "a": pa.array([[2**40]], pa.list_(pa.int64()))})
    right = write_table(tmp_path / "right.parquet", {"id": [1, 2], "a": [[1], [2**40]]})
    assert compared(parity, tmp_path / "left", right, "--key", "id")["equal"]


SETTINGS = [
    {},
    {"row_group_size": 700, "data_page_size": 200, "write_batch_size": 16, "write_page_index": True},
    {"data_page_version": "2.0", "data_page_size": 1000, "use_dictionary": False, "compression": "zstd"},
    {"use_compliant_nested_type": False, "compression": "none", "write_page_index": True},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_long_columns_are_put_together_across_pages_and_batches(
    parity: Path, tmp_path: Path, settings: dict[str, Any]
) -> None:
    rng = random.Random(7)
    rows = 5000
    items = pa.list_(pa.struct([("n", pa.int32()), ("names", pa.list_(pa.string()))]))

    def item() -> dict[str, Any] | None:
        if rng.random() < 0.1:
            return None
        names = [rng.choice(["red", "green", None]) for _ in range(rng.choice([0, 1, 3]))]
        return {"n": rng.choice([None, 1, 2]), "names": rng.choice([None, names])}

    values = [rng.choice([None, [item() for _ in range(rng.choice([0, 1, 2, 5]))]]) for _ in range(rows)]
    structs = [rng.choice([None, {"zip": "1", "city": None}, {"zip": None, "city": "x"}]) for _ in range(rows)]
    fixed = [rng.choice([None, {"x": rng.randrange(9)}]) for _ in range(rows)]
    edited, moved, refixed = list(values), list(structs), list(fixed)
    changed = rng.sample(range(rows), 25)
    for row in changed:
        edited[row] = [*(edited[row] or []), {"n": 77, "names": []}]
        moved[row] = {"zip": "changed", "city": "changed"}
        refixed[row] = {"x": 77}
    required = pa.struct([pa.field("x", pa.int32(), nullable=False)])

    def table(items_of: list[Any], structs_of: list[Any], fixed_of: list[Any]) -> dict[str, Any]:
        return {
            "id": list(range(rows)),
            "items": pa.array(items_of, items),
            "s": pa.array(structs_of, ADDRESS),
            "r": pa.array(fixed_of, required),
        }

    columns, others = table(values, structs, fixed), table(edited, moved, refixed)
    left = write_table(tmp_path / "left.parquet", columns, **settings)
    right = write_table(tmp_path / "right.parquet", others)
    found = mismatches(compared(parity, left, right, "--key", "id"))
    assert found == {"items": 25, "s": 0, "s.zip": 25, "s.city": 25, "r": 0, "r.x": 25}
    assert compared(parity, left, left, "--key", "id")["equal"]
    assert compared(parity, left, left)["counts"]["identical"] == rows


def test_damaged_levels_are_an_error_or_the_truth(parity: Path, tmp_path: Path) -> None:
    from acceptance.parquet_fixtures import write_table as write
    from differential.command import run_parity

    values = pa.array([[1, 2], None, [], [3], [None, 4]] * 20, INTS)
    columns = {"id": list(range(100)), "a": values, "s": pa.array([{"zip": "a", "city": None}, None] * 50, ADDRESS)}
    sound = write(tmp_path / "sound.parquet", columns, compression="none", use_dictionary=False, store_schema=False)
    data = sound.read_bytes()
    rng = random.Random(11)
    for number in range(60):
        place = rng.randrange(4, len(data) - 8)
        damaged = tmp_path / f"{number}.parquet"
        damaged.write_bytes(data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :])
        answer = run_parity(parity, damaged, sound, ["--key", "id"], timeout_seconds=20)
        assert answer.misbehaviour() is None, (place, answer.stderr)


# Options.


def option(**members: Any) -> list[str]:
    return ["--options", json.dumps(members)]


def test_unordered_frees_the_elements_of_the_named_arrays(parity: Path, tmp_path: Path) -> None:
    left, right = both(
        tmp_path,
        {"id": [1, 2, 3], "a": pa.array([[1, 2], [1, 1, 2], [None, 1]], INTS), "b": pa.array([[1, 2]] * 3, INTS)},
        {"id": [1, 2, 3], "a": pa.array([[2, 1], [1, 2, 2], [1, None]], INTS), "b": pa.array([[2, 1]] * 3, INTS)},
    )
    document = compared(parity, left, right, "--key", "id", *option(unordered=["A"]))
    assert mismatches(document) == {"a": 1, "b": 3}
    assert document["columns"][0]["relaxed"] == 2
    counts = compared(parity, left, right, *option(unordered=["a"]))["counts"]
    assert (counts["identical"], counts["only_left"]) == (0, 3)
    counts = compared(parity, left, right, "--exclude", "id", *option(unordered=["a", "b"]))["counts"]
    assert (counts["identical"], counts["only_left"]) == (2, 1)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"unordered": ["id"]}, "BAD_OPTION"),
        ({"unordered": ["v"]}, "BAD_OPTION"),
        ({"unordered": ["nope"]}, "COLUMN_NOT_FOUND"),
        ({"unordered": "a"}, "BAD_OPTION"),
        ({"tolerance": {"a": {"time": "1 second"}}}, "BAD_OPTION"),
        ({"tolerance": {"w": 1}}, "BAD_OPTION"),
        ({"tolerance": {"a": 1, "A": 1}}, "BAD_OPTION"),
        ({"tolerance": {"t": 1}}, "BAD_OPTION"),
        ({"tolerance": {"s": {"time": "1 second"}}}, "BAD_OPTION"),
        ({"text": {"a": ["trim"]}}, "BAD_OPTION"),
        ({"text": {"s": ["trim"]}}, "BAD_OPTION"),
        ({"null_equals": {"a": 0}}, "BAD_OPTION"),
        ({"null_equals": {"s": 0}}, "BAD_OPTION"),
    ],
)
def test_an_option_that_means_nothing_for_a_nested_column_is_refused(
    parity: Path, tmp_path: Path, members: dict[str, Any], code: str
) -> None:
    columns = {"id": [1], "v": [1], "a": [[1]], "w": [["x"]], "s": [{"n": 1}], "t": [{"x": "y"}]}
    left, right = both(tmp_path, columns, columns)
    assert refused(parity, left, right, "--key", "id", *option(**members)).error_code == code


def test_fields_of_structs_are_relaxed_by_their_paths(parity: Path, tmp_path: Path) -> None:
    left, right = both(
        tmp_path,
        {"id": [1, 2], "s": [{"n": 1.0, "t": " a"}, {"n": 1.0, "t": "b"}]},
        {"id": [1, 2], "s": [{"n": 1.5, "t": "a"}, {"n": 2.5, "t": None}]},
    )
    members = option(tolerance={"s.n": 1}, text={"s.t": ["trim"]}, null_equals={"s.t": "b"})
    assert mismatches(compared(parity, left, right, "--key", "id", *members)) == {"s": 0, "s.n": 1, "s.t": 0}
    of_struct = option(tolerance={"s": 1}, text={"s": ["trim"]}, null_equals={"s.t": "b"})
    assert mismatches(compared(parity, left, right, "--key", "id", *of_struct)) == {"s": 0, "s.n": 1, "s.t": 0}
    document = compared(parity, left, right, "--key", "id", *option(thresholds={"columns": {"s": 0.5}}))
    assert not document["passed"]
    assert document["thresholds"] == {"columns": {"s": 0.5, "s.n": 0.5, "s.t": 0.5}}
