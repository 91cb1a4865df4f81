"""A column that cannot be read or compared is an obstacle only where somebody looks at it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from acceptance.answers import compared, refused, text_of
from acceptance.parquet_fixtures import write_table

INT, TEXT = pa.array([1], pa.int32()), pa.array(["1"])
STRUCT = pa.array([{"x": 1}])


def conflicting(folder: Path, one: pa.Array, other: pa.Array) -> Path:
    """Two files of one dataset that hold `v` in different ways."""
    for number, column in enumerate((one, other)):
        write_table(folder / f"{number}.parquet", {"id": [number], "v": column, "w": [1]})
    return folder


@pytest.mark.parametrize(
    ("one", "other"),
    [(INT, TEXT), (INT, STRUCT), (STRUCT, INT), (pa.array([[1]]), INT), (STRUCT, pa.array([{"x": "a", "y": 1}]))],
    ids=["int_string", "int_struct", "struct_int", "array_int", "field"],
)
@pytest.mark.parametrize("is_left", [True, False], ids=["left", "right"])
def test_files_that_do_not_fit_together_block_what_looks_at_them_alone(
    one: pa.Array, other: pa.Array, is_left: bool, parity: Path, tmp_path: Path
) -> None:
    mixed = conflicting(tmp_path / "mixed", one, other)
    plain = conflicting(tmp_path / "plain", one, one)
    sides = (mixed, plain) if is_left else (plain, mixed)
    answer = refused(parity, *sides, "--key", "id")
    assert answer.error_code == "SCHEMA_CONFLICT"
    for word in ("column v", "mixed/0.parquet", "mixed/1.parquet", "--exclude"):
        assert word in text_of(answer)
    assert compared(parity, *sides, "--key", "id", "--exclude", "v")["equal"]
    assert compared(parity, *sides, "--key", "id", "--column", "w")["equal"]
    assert compared(parity, *sides, "--exclude", "v")["equal"]
    assert refused(parity, *sides, "--key", "v").error_code in ("SCHEMA_CONFLICT", "UNSUPPORTED_TYPE")
    assert refused(parity, *sides, "--key", "id", "--column", "v").error_code == "SCHEMA_CONFLICT"
    predicate = ["--exclude", "v", "--left-where" if is_left else "--right-where", "v is null"]
    answer = refused(parity, *sides, "--key", "id", *predicate)
    assert answer.error_code == "BAD_OPTION"


def test_a_field_of_a_struct_that_is_none_in_another_file_is_never_read_as_null(parity: Path, tmp_path: Path) -> None:
    mixed = conflicting(tmp_path / "mixed", STRUCT, INT)
    assert refused(parity, mixed, mixed, "--key", "id", "--column", "v.x").error_code == "SCHEMA_CONFLICT"


def test_a_conflict_on_one_side_only_is_a_schema_difference(parity: Path, tmp_path: Path) -> None:
    mixed = conflicting(tmp_path / "mixed", INT, TEXT)
    other = write_table(tmp_path / "other.parquet", {"id": [0, 1], "w": [1, 1]})
    document = compared(parity, mixed, other, "--key", "id")
    assert not document["equal"]
    assert document["schema"]["only_left"] == ["v"]
    assert document["counts"]["identical"] == 2


def test_names_that_differ_only_by_case_block_what_looks_at_them_alone(parity: Path, tmp_path: Path) -> None:
    twice = write_table(tmp_path / "twice.parquet", {"id": [1], "v": [1], "V": [2], "w": [1]})
    once = write_table(tmp_path / "once.parquet", {"id": [1], "v": [1], "w": [1]})
    none = write_table(tmp_path / "none.parquet", {"id": [1], "w": [1]})
    for sides in ((twice, once), (once, twice), (twice, twice), (twice, none), (none, twice)):
        answer = refused(parity, *sides, "--key", "id")
        assert answer.error_code == "AMBIGUOUS_COLUMN"
        for word in ("v and V", "--case-sensitive", "--exclude v"):
            assert word in text_of(answer)
        assert compared(parity, *sides, "--key", "id", "--column", "w")["equal"]
        assert compared(parity, *sides, "--key", "id", "--exclude", "V")["equal"]


def test_a_type_that_cannot_be_compared_blocks_what_looks_at_it_alone(parity: Path, tmp_path: Path) -> None:
    wide = pa.array([1]).cast(pa.decimal256(60, 0))
    path = write_table(tmp_path / "a.parquet", {"id": [1], "v": wide, "w": [1]})
    assert refused(parity, path, path, "--key", "id").error_code == "UNSUPPORTED_TYPE"
    assert compared(parity, path, path, "--key", "id", "--column", "w")["equal"]
    assert compared(parity, path, path, "--key", "id", "--exclude", "v")["equal"]


VOID = pa.nulls(2)


def two(path: Path, values: pa.Array) -> Path:
    return write_table(path, {"id": [1, 2], "v": values})


@pytest.mark.parametrize(
    "values", [pa.array([None, 5]), pa.array([None, "a"]), pa.array([None, [1]]), pa.array([None, True])], ids=str
)
def test_a_void_column_is_null_in_every_row(values: pa.Array, parity: Path, tmp_path: Path) -> None:
    void, other = two(tmp_path / "void.parquet", VOID), two(tmp_path / "other.parquet", values)
    assert compared(parity, void, void, "--key", "id")["equal"]
    assert compared(parity, void, void)["equal"]
    document = compared(parity, void, other, "--key", "id")
    (change,) = document["schema"]["type_changes"]
    assert change["left_type"] == "void"
    (column,) = document["columns"]
    assert (column["mismatches"], column["null_left"], column["null_right"]) == (1, 1, 0)
    (column,) = compared(parity, other, void, "--key", "id")["columns"]
    assert (column["mismatches"], column["null_left"], column["null_right"]) == (1, 0, 1)


def test_a_void_column_in_one_file_has_the_type_of_the_others(parity: Path, tmp_path: Path) -> None:
    deep = pa.array([[[1]], None])
    for name, values in (("flat", pa.array([5, None])), ("struct", pa.array([{"x": 1}, None])), ("deep", deep)):
        folder = tmp_path / name
        write_table(folder / "0.parquet", {"id": [1, 2], "v": values})
        write_table(folder / "1.parquet", {"id": [3, 4], "v": VOID})
        whole = write_table(
            tmp_path / f"{name}.parquet",
            {"id": [1, 2, 3, 4], "v": pa.concat_arrays([values, pa.nulls(2, values.type)])},
        )
        assert compared(parity, folder, whole, "--key", "id")["equal"]
        assert compared(parity, whole, folder)["equal"]


def test_nothing_but_nulls_inside_arrays_and_structs(parity: Path, tmp_path: Path) -> None:
    voids = pa.array([[None], []], pa.list_(pa.null()))
    ints = pa.array([[None], []], pa.list_(pa.int64()))
    void, same = two(tmp_path / "void.parquet", voids), two(tmp_path / "same.parquet", voids)
    assert compared(parity, void, same, "--key", "id")["equal"]
    document = compared(parity, void, two(tmp_path / "ints.parquet", ints), "--key", "id")
    assert (document["counts"]["changed"], len(document["schema"]["type_changes"])) == (0, 1)
    fewer = two(tmp_path / "fewer.parquet", pa.array([[None, None], []], pa.list_(pa.null())))
    assert compared(parity, void, fewer, "--key", "id")["counts"]["changed"] == 1
    of_struct = two(tmp_path / "struct.parquet", pa.array([{"a": None, "b": 1}, None]))
    assert compared(parity, of_struct, of_struct, "--key", "id")["equal"]
    folder = tmp_path / "folder"
    two(folder / "0.parquet", voids)
    write_table(folder / "1.parquet", {"id": [3, 4], "v": pa.array([[[7]], [None]])})
    assert compared(parity, folder, folder, "--key", "id")["equal"]


def test_a_void_key_meets_a_void_key_and_no_other(parity: Path, tmp_path: Path) -> None:
    void = write_table(tmp_path / "void.parquet", {"k": pa.nulls(1), "v": [1]})
    other = write_table(tmp_path / "other.parquet", {"k": pa.array([None], pa.int32()), "v": [1]})
    assert compared(parity, void, void, "--key", "k")["counts"]["null_keys_left"] == 1
    assert refused(parity, void, other, "--key", "k").error_code == "BAD_OPTION"


def test_a_void_column_in_a_predicate_is_null(parity: Path, tmp_path: Path) -> None:
    path = two(tmp_path / "void.parquet", VOID)
    assert compared(parity, path, path, "--key", "id", "--where", "v is null")["counts"]["left"] == 2
    assert compared(parity, path, path, "--key", "id", "--where", "v is not null")["counts"]["left"] == 0
