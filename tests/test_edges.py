"""Sizes and layouts at the edge of what a dataset can be."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from acceptance.answers import compared
from acceptance.parquet_fixtures import numbers, write_table
from differential.command import run_parity

SCHEMA = pa.schema([("id", pa.int32()), ("v", pa.string())])


def empty(path: Path) -> Path:
    return write_table(path, {"id": pa.array([], pa.int32()), "v": pa.array([], pa.int32())})


def test_no_rows_on_both_sides_are_equal(parity: Path, tmp_path: Path) -> None:
    path = empty(tmp_path / "a.parquet")
    for arguments in (["--key", "id"], []):
        document = compared(parity, path, path, *arguments)
        assert document["equal"]
        assert set(document["counts"].values()) == {0}
        assert all(column["rate"] == 0 for column in document["columns"])


def test_no_rows_on_one_side(parity: Path, tmp_path: Path) -> None:
    without, with_rows = empty(tmp_path / "a.parquet"), numbers(tmp_path / "b.parquet")
    for arguments in (["--key", "id"], []):
        assert compared(parity, without, with_rows, *arguments)["counts"]["only_right"] == 3
        assert compared(parity, with_rows, without, *arguments)["counts"]["only_left"] == 3


def test_a_file_without_row_groups(parity: Path, tmp_path: Path) -> None:
    with pq.ParquetWriter(tmp_path / "a.parquet", SCHEMA):
        pass
    assert pq.ParquetFile(tmp_path / "a.parquet").num_row_groups == 0
    assert compared(parity, tmp_path / "a.parquet", tmp_path / "a.parquet", "--key", "id")["equal"]


def test_row_groups_without_rows_among_others(parity: Path, tmp_path: Path) -> None:
    table = pa.table({"id": [1, 2, 3], "v": ["a", None, "c"]}, schema=SCHEMA)
    with pq.ParquetWriter(tmp_path / "a.parquet", SCHEMA) as writer:
        for piece in (table.slice(0, 0), table.slice(0, 2), table.slice(0, 0), table.slice(2), table.slice(0, 0)):
            writer.write_table(piece)
    pq.write_table(table, tmp_path / "b.parquet")
    assert compared(parity, tmp_path / "a.parquet", tmp_path / "b.parquet", "--key", "id")["equal"]


def test_only_key_columns(parity: Path, tmp_path: Path) -> None:
    left = write_table(tmp_path / "a.parquet", {"a": [1, 2], "b": ["x", None]})
    right = write_table(tmp_path / "b.parquet", {"a": [1, 2], "b": ["x", "y"]})
    document = compared(parity, left, right, "--key", "a", "--key", "b")
    assert document["columns"] == []
    assert document["counts"]["identical"] == 1
    assert document["counts"]["null_keys_left"] == 1
    assert document["samples"]["only_left"] == [{"a": "2", "b": None}]


def test_five_thousand_columns(parity: Path, tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(5000)]
    left = {"id": list(range(5))} | {name: [number] * 5 for number, name in enumerate(names)}
    right = dict(left) | {"c4321": [4321, 4321, -1, 4321, 4321]}
    write_table(tmp_path / "a.parquet", left)
    write_table(tmp_path / "b.parquet", right)
    document = compared(parity, tmp_path / "a.parquet", tmp_path / "b.parquet", "--key", "id")
    assert document["mismatched_columns"] == ["c4321"]
    assert len(document["columns"]) == 5000
    assert document["counts"]["identical"] == 4


def test_a_hundred_small_files_against_one(parity: Path, tmp_path: Path) -> None:
    for number in range(100):
        write_table(tmp_path / "many" / f"{number}.parquet", {"id": [number], "v": [str(number)]})
    whole = {"id": list(range(100)), "v": [str(number) for number in range(100)]}
    write_table(tmp_path / "one.parquet", whole)
    document = compared(parity, tmp_path / "many", tmp_path / "one.parquet", "--key", "id")
    assert document["equal"]
    assert document["left"]["files"] == 100
    assert document["right"]["files"] == 1
    assert document["right"]["bytes"] == (tmp_path / "one.parquet").stat().st_size


def test_partition_folders_are_columns(parity: Path, tmp_path: Path) -> None:
    for day, values in (("2026-01-01", [1, 2]), ("2026-01-02", [3]), ("__HIVE_DEFAULT_PARTITION__", [4])):
        write_table(tmp_path / "left" / f"day={day}" / "region=north%20east" / "x.parquet", {"v": values})
    whole = {
        "day": pa.array([20454, 20454, 20455, None], pa.date32()),
        "region": ["north east"] * 4,
        "v": [1, 2, 3, 5],
    }
    write_table(tmp_path / "right.parquet", whole)
    document = compared(parity, tmp_path / "left", tmp_path / "right.parquet", "--key", "day", "--key", "v")
    assert document["schema"]["type_changes"] == []
    assert document["counts"]["identical"] == 3
    assert document["samples"]["only_left"] == [{"day": None, "v": "4"}]
    assert document["schema"]["common"] == ["v", "day", "region"]


@pytest.mark.parametrize("threads", [1, 3, 8])
def test_the_number_of_threads_does_not_change_a_byte(parity: Path, tmp_path: Path, threads: int) -> None:
    rows = 2000
    left = {"id": [n % 700 for n in range(rows)], "v": [n * 7 % 13 for n in range(rows)], "w": list(range(rows))}
    right = dict(left) | {"v": [n * 5 % 13 for n in range(rows)]}
    write_table(tmp_path / "a.parquet", left, row_group_size=100)
    write_table(tmp_path / "b.parquet", right, row_group_size=37)
    paths = (tmp_path / "a.parquet", tmp_path / "b.parquet")
    first = run_parity(parity, *paths, ["--key", "id"], threads=2)
    again = run_parity(parity, *paths, ["--key", "id"], threads=threads)
    assert first.misbehaviour() is None
    assert first.stdout == again.stdout


def test_a_large_group_of_one_key_is_named_in_the_warnings(parity: Path, tmp_path: Path) -> None:
    left = write_table(tmp_path / "a.parquet", {"id": [7] * 65, "v": list(range(65))})
    right = write_table(tmp_path / "b.parquet", {"id": [7] * 65, "v": list(range(100, 165))})
    document = compared(parity, left, right, "--key", "id")
    assert len(document["warnings"]) == 1
    assert "1" in document["warnings"][0]
    assert document["counts"]["changed"] == 65


def test_thirty_thousand_rows_of_one_hot_key_end_in_time(parity: Path, tmp_path: Path) -> None:
    rows = 30_000
    left = write_table(tmp_path / "a.parquet", {"id": [1] * rows, "v": list(range(rows))})
    right = write_table(tmp_path / "b.parquet", {"id": [1] * rows, "v": list(range(5, rows + 5))})
    document = compared(parity, left, right, "--key", "id")
    assert document["counts"]["identical"] == rows - 5
    assert document["counts"]["changed"] == 5
    assert document["warnings"] == []
