"""Filters through the native command: messages, folders, and many row groups; what predicates mean is in the cases."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from acceptance.answers import compared, refused, text_of
from acceptance.parquet_fixtures import numbers, write_table
from oracle import Options, Refused, Side
from oracle.predicate import filtered


@pytest.mark.parametrize(
    ("option", "predicate", "code", "said"),
    [
        ("where", "id + 1 = 2", "BAD_OPTION", ["--where", "character 4", "+ 1 = 2", "filter the data first"]),
        ("left-where", "id = ", "BAD_OPTION", ["--left-where", "ends too early"]),
        ("right-where", "idd = 1", "COLUMN_NOT_FOUND", ["--right-where", "idd", "right side", "did you mean id?"]),
        ("where", "upper(id) = 'A'", "BAD_OPTION", ["functions", "like 'prefix%'"]),
        ("where", "id = date '2024-01-01'", "BAD_OPTION", ["id", "int", "date"]),
    ],
)
def test_a_predicate_that_cannot_be_used_is_refused_with_names_and_a_hint(
    parity: Path, tmp_path: Path, option: str, predicate: str, code: str, said: list[str]
) -> None:
    left, right = numbers(tmp_path / "left.parquet"), numbers(tmp_path / "right.parquet")
    answer = refused(parity, left, right, "--key", "id", f"--{option}={predicate}")
    assert answer.error_code == code
    for words in said:
        assert words in text_of(answer)


def test_rows_in_other_folders_and_row_groups_are_left_out(parity: Path, tmp_path: Path) -> None:
    for day in (1, 2, 3):
        ids = list(range(day * 1000, day * 1000 + 1000))
        for side, shift in (("left", 0), ("right", 1 if day == 3 else 0)):
            columns = {"id": pa.array(ids), "v": pa.array([each + shift for each in ids])}
            write_table(tmp_path / side / f"day=2024-01-0{day}" / "a.parquet", columns, row_group_size=100)
    left, right = tmp_path / "left", tmp_path / "right"
    assert compared(parity, left, right, "--key", "id")["counts"]["changed"] == 1000
    for predicate, rows, changed in (
        ("day < '2024-01-03'", 2000, 0),
        ("day = date '2024-01-03' and id >= 3990", 10, 10),
        ("id between 2950 and 3049", 100, 50),
        ("day is null", 0, 0),
    ):
        counts = compared(parity, left, right, "--key", "id", "--where", predicate)["counts"]
        assert (counts["left"], counts["right"], counts["changed"]) == (rows, rows, changed), predicate


_INDEXED = {
    "write_page_index": True,
    "max_rows_per_page": 10,
    "row_group_size": 500,
    "bloom_filter_options": {"id": {"ndv": 500, "fpp": 0.01}, "word": {"ndv": 500, "fpp": 0.01}},
}


@pytest.mark.parametrize(
    ("predicate", "rows", "changed"),
    [
        ("id = 556", 1, 0),
        ("id = 557", 0, 0),
        ("id in (6, 14, 1998, 4000)", 3, 2),
        ("id between 990 and 1009", 10, 4),
        ("word = 'word 0333'", 1, 1),
        ("word like 'word 03%' and id > 700", 49, 15),
        ("v is null", 34, 0),
        ("not v >= 0 or id <=> 1998", 1, 1),
        ("v is not null and id < 40", 19, 6),
    ],
)
def test_pages_and_bloom_filters_change_no_count(
    parity: Path, tmp_path: Path, predicate: str, rows: int, changed: int
) -> None:
    number = range(1000)
    for side, shift in (("left", 0), ("right", 1)):
        columns = {
            "id": pa.array([2 * each for each in number]),
            "word": pa.array([f"word {each:04}" for each in number]),
            "v": pa.array([None if each % 30 == 0 else each + (shift if each % 3 == 0 else 0) for each in number]),
        }
        write_table(tmp_path / side / "plain.parquet", columns)
        write_table(tmp_path / f"{side}-indexed" / "a.parquet", columns, **_INDEXED)
    sides = [(tmp_path / f"left{kind}", tmp_path / f"right{kind}") for kind in ("", "-indexed")]
    plain, indexed = (compared(parity, *each, "--key", "id", "--where", predicate) for each in sides)
    assert indexed["counts"] == plain["counts"]
    assert indexed["columns"] == plain["columns"]
    assert (plain["counts"]["left"], plain["counts"]["changed"]) == (rows, changed)


def test_a_side_is_filtered_in_its_own_names(parity: Path, tmp_path: Path) -> None:
    left = write_table(tmp_path / "left.parquet", {"id": [1, 2, 3], "old": [1, 2, 3]})
    right = write_table(tmp_path / "right.parquet", {"id": [1, 2, 4], "new": [1, 2, 4]})
    arguments = ("--key", "id", "--rename", "old=new", "--left-where", "old < 3", "--right-where", "new < 3")
    assert compared(parity, left, right, *arguments)["equal"]
    assert refused(parity, left, right, "--key", "id", "--where", "old < 3").error_code == "COLUMN_NOT_FOUND"


_SIDE = Side(
    [("c", "int"), ("s", "string"), ("d", "decimal(38,0)"), ("f", "float")],
    [(1, b"a", 1, 0.10000000149011612), (2, b"ab", 2, 2.0), (None, None, None, None)],
)


@pytest.mark.parametrize(
    ("predicate", "kept"),
    [
        ("c = 1", [1]),
        ("c <> 1", [2]),
        ("not (c = 1) or c is null", [2, None]),
        ("c <=> null", [None]),
        ("c in (1, null)", [1]),
        ("c not in (1, null)", []),
        ("c in ('1', '02')", [1]),
        ("c = '1.9'", [1]),
        ("c > 99999999999999999999", []),
        ("c < 99999999999999999999", [1, 2, None]),
        ("s like 'a%'", [1, 2]),
        (r"s = '\141b'", [2]),
        ("d = 1.0", [1]),
        ("f = 0.1", []),
        ("f = 0.1F", [1]),
        ("f in (0.1F, 2)", [1, 2]),
        ("f in (0.1, 2F)", [2]),
    ],
)
def test_the_oracle_keeps_the_rows(predicate: str, kept: list[int | None]) -> None:
    assert [row[0] for row in filtered(_SIDE, predicate, Options()).rows] == kept


@pytest.mark.parametrize("predicate", ["c + 1 = 2", "c = c", "c = 'a''b'", "s = 1", "c like '1'", "c = date 'soon'"])
def test_the_oracle_refuses(predicate: str) -> None:
    with pytest.raises(Refused, match="BAD_OPTION"):
        filtered(_SIDE, predicate, Options())
