"""The members of a result, each against what the same data says when it is looked at by other means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
import pytest
from pyspark.sql import Row, SparkSession
from spark_parity import Column, ComparisonResult, DatasetsDiffer, ParityError, Sample, TypeChange, compare_datasets

from acceptance.parquet_fixtures import numbers, write_table

# id 1 identical, 2 and 3 changed, 4 and 5 only left, 6 only right, 7 twice on the left and identical once.
LEFT = {
    "id": pa.array([1, 2, 3, 4, 5, 7, 7], pa.int64()),
    "day": pa.array([date(2026, 1, day) for day in (1, 2, 3, 4, 5, 7, 7)]),
    "amount": pa.array([Decimal(text) for text in ("1.50", "2.00", "3.00", "4.00", "5.00", "7.00", "7.50")]),
    "name": pa.array(["one", "two", None, "four", "fünf 😀", "seven", "seven"]),
    "ratio": pa.array([0.5, 1.5, 2.5, None, float("nan"), 7.0, 7.0]),
    "at": pa.array([datetime(2026, 1, 1, 12, 30)] * 7, pa.timestamp("us", "UTC")),
    "flag": pa.array([True, False, None, True, False, True, True]),
    "raw": pa.array([b"\x00\xff"] * 7),
    "small": pa.array([1, 2, 3, 4, 5, 7, 7], pa.int8()),
    "gone": pa.array([1] * 7, pa.int32()),
}
RIGHT = {
    "id": pa.array([1, 2, 3, 6, 7], pa.int64()),
    "day": pa.array([date(2026, 1, day) for day in (1, 2, 3, 6, 7)]),
    "amount": pa.array([Decimal(text) for text in ("1.50", "2.25", "3.00", "6.00", "7.00")]),
    "name": pa.array(["one", "Two", "three", None, "seven"]),
    "ratio": pa.array([0.5, 1.5, 2.5, 6.0, 7.0]),
    "at": pa.array([datetime(2026, 1, 1, 12, 30)] * 5, pa.timestamp("us", "UTC")),
    "flag": pa.array([True, False, None, True, True]),
    "raw": pa.array([b"\x00\xff"] * 5),
    "small": pa.array([1, 2, 3, 6, 7], pa.int32()),
    "new": pa.array([1] * 5, pa.int32()),
}


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("pair")
    left = write_table(folder / "left" / "a.parquet", LEFT, row_group_size=3)
    right = write_table(folder / "right" / "a.parquet", RIGHT, row_group_size=2)
    return str(left.parent), str(right.parent)


@pytest.fixture(scope="module")
def result(spark: SparkSession, paths: tuple[str, str]) -> Iterator[ComparisonResult]:
    with compare_datasets(*paths, keys=["id", "day"], spark=spark) as result:
        yield result


@pytest.fixture(scope="module")
def same(spark: SparkSession, paths: tuple[str, str]) -> Iterator[ComparisonResult]:
    with compare_datasets(paths[0], paths[0], keys=["id", "day"], spark=spark) as result:
        yield result


def rows(frame: Any) -> list[str]:
    """The rows as text, because NaN equals nothing in Python."""
    return sorted(map(repr, frame.collect()))


def test_the_verdict_and_the_counts(result: ComparisonResult, same: ComparisonResult) -> None:
    assert (result.equal, result.passed, same.equal, same.passed) == (False, False, True, True)
    counts = result.counts
    assert (counts.left, counts.right, counts.matched, counts.identical, counts.changed) == (7, 5, 4, 2, 2)
    assert (counts.only_left, counts.only_right) == (3, 1)
    assert (counts.duplicate_keys_left, counts.duplicate_keys_right) == (1, 0)


def test_the_schema(result: ComparisonResult) -> None:
    assert result.schema.common == ["id", "day", "amount", "name", "ratio", "at", "flag", "raw", "small"]
    assert (result.schema.only_left, result.schema.only_right) == (["gone"], ["new"])
    assert result.schema.type_changes == [TypeChange("small", "tinyint", "int")]


def test_the_columns(result: ComparisonResult) -> None:
    columns = {column.name: column for column in result.columns}
    assert list(columns) == ["amount", "name", "ratio", "at", "flag", "raw", "small"]
    assert {name: column.mismatches for name, column in columns.items() if column.mismatches} == {
        "amount": 1,
        "name": 2,
    }
    assert result.mismatched_columns == ["name", "amount"]
    key = {"id": "2", "day": "2026-01-02"}
    assert columns["amount"] == Column(
        name="amount",
        left_type="decimal(3,2)",
        right_type="decimal(3,2)",
        mismatches=1,
        rate=0.25,
        null_left=0,
        null_right=0,
        max_difference=0.25,
        relaxed=0,
        causes={"rounding:0": 1},
        samples=[Sample(key, "2.00", "2.25", row=0)],
        distances={
            "cells": 1,
            "least": 0.25,
            "greatest": 0.25,
            "lower": [],
            "higher": [[-1, 1]],
            "commonest": {"difference": "+0.25", "cells": 1},
        },
        changes={"distinct": 1, "top": [{"left": "2.00", "right": "2.25", "cells": 1}]},
    )
    assert columns["name"].null_left == 1
    assert columns["name"].samples[1] == Sample({"id": "3", "day": "2026-01-03"}, None, "three", row=1)


def test_only_left_and_only_right_are_the_whole_rows_as_spark_reads_them(
    spark: SparkSession, paths: tuple[str, str], result: ComparisonResult
) -> None:
    left, right = (spark.read.parquet(path) for path in paths)
    assert result.only_left().schema == left.schema
    assert result.only_right().schema == right.schema
    # Of the rows with id 7, the one that differs is left over.
    assert rows(result.only_left()) == rows(left.where("id in (4, 5) or (id = 7 and amount = 7.50)"))
    assert rows(result.only_right()) == rows(right.where("id = 6"))
    assert result.only_left().where("flag").count() == 2


def test_changed_holds_keys_columns_and_both_rows(spark: SparkSession, result: ComparisonResult) -> None:
    frame = result.changed()
    assert frame.columns == ["id", "day", "columns", "left", "right"]
    two, three = frame.orderBy("id").collect()
    assert (two.id, two.day, two.columns) == (2, date(2026, 1, 2), ["amount", "name"])
    assert (two.left.amount, two.right.amount, two.left.name, two.right.name) == (
        Decimal("2.00"),
        Decimal("2.25"),
        "two",
        "Two",
    )
    assert (three.columns, three.left.name, three.right.name) == (["name"], None, "three")
    assert (three.left.small, three.right.small) == (3, 3)
    assert result.changed().selectExpr("explode(columns) AS column").groupBy("column").count().count() == 2


def test_differences_is_a_row_for_every_changed_cell(result: ComparisonResult) -> None:
    frame = result.differences()
    assert frame.columns == ["id", "day", "column", "left", "right", "cause"]
    assert [(row.id, row.column, row.left, row.right) for row in frame.orderBy("id", "column").collect()] == [
        (2, "amount", "2.00", "2.25"),
        (2, "name", "two", "Two"),
        (3, "name", None, "three"),
    ]


def test_duplicates_is_a_row_for_every_side_and_key(result: ComparisonResult, same: ComparisonResult) -> None:
    assert [tuple(row) for row in result.duplicates().collect()] == [("left", 7, date(2026, 1, 7), 2)]
    assert sorted((row.side, row.id, row.rows) for row in same.duplicates().collect()) == [
        ("left", 7, 2),
        ("right", 7, 2),
    ]


def test_frames_of_equal_datasets_are_empty(same: ComparisonResult) -> None:
    assert [same.only_left().count(), same.only_right().count(), same.changed().count()] == [0, 0, 0]
    assert same.differences().collect() == []


def test_frames_are_lazy_and_can_be_read_twice_and_joined(spark: SparkSession, result: ComparisonResult) -> None:
    frame = result.only_left()
    assert frame.count() == frame.count() == 3
    assert frame.alias("a").join(frame.alias("b"), "id").count() == 3
    assert frame.union(frame).count() == 6


def test_without_keys_nothing_is_changed(spark: SparkSession, paths: tuple[str, str]) -> None:
    with compare_datasets(*paths, columns=["id", "name"], spark=spark) as result:
        assert result.counts.changed == 0
        assert result.to_dict()["keys"] is None
        assert result.only_left().select("id").orderBy("id").collect() == [Row(id=id) for id in (2, 3, 4, 5, 7)]
        assert result.changed().count() == result.duplicates().count() == 0


def test_renamed_and_mapped_columns_have_their_left_names(spark: SparkSession, tmp_path: Path) -> None:
    left = write_table(tmp_path / "left.parquet", {"id": [1, 2], "v": [1, 2]})
    right = write_table(tmp_path / "right.parquet", {"no": [1, 2], "w": [1, 3]})
    with compare_datasets(left, right, keys={"id": "no"}, rename={"v": "w"}, spark=spark) as result:
        assert result.mismatched_columns == ["v"]
        assert result.differences().select("id", "column", "left", "right").collect() == [Row(2, "v", "2", "3")]
        assert result.only_right().columns == ["no", "w"]


def test_the_document_as_dict_as_json_and_in_a_file(result: ComparisonResult, tmp_path: Path) -> None:
    text = result.to_json()
    assert json.loads(text) == result.to_dict()
    assert result.to_dict()["version"] == 1
    result.to_dict()["counts"].clear()
    assert result.to_dict()["counts"]["left"] == 7
    for place in (tmp_path / "new" / "a.json", str(tmp_path / "b.json"), f"file://{tmp_path}/c.json"):
        assert result.to_json(place) == text
    for name in ("new/a.json", "b.json", "c.json"):
        assert (tmp_path / name).read_text() == text + "\n"


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_place_that_cannot_be_written_is_named(result: ComparisonResult, tmp_path: Path, scheme: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ParityError) as caught:
        result.to_json(f"{scheme}{tmp_path}/file/a.json")
    assert caught.value.code == "OUTPUT_UNWRITABLE"
    assert str(tmp_path / "file") in str(caught.value)


def test_print_shows_the_summary(result: ComparisonResult, same: ComparisonResult) -> None:
    text = str(result)
    assert text.startswith("DIFFERENT")
    for part in ("only left", "2 of 7 compared columns differ", "Two"):
        assert part in text
    assert str(same).startswith("EQUAL")
    assert repr(result) == "<ComparisonResult different: 2 identical, 2 changed, 3 only left, 1 only right>"


def test_the_summary_names_the_members_that_hold_the_rest(result: ComparisonResult) -> None:
    assert "and 2 more in result.only_left()" in str(result)


def test_the_summary_is_as_wide_as_the_terminal(
    spark: SparkSession, paths: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    with compare_datasets(*paths, keys=["id", "day"], spark=spark) as narrow:
        assert max(map(len, str(narrow).splitlines())) <= 60


def test_assert_equal_shows_counts_and_first_differences(result: ComparisonResult, same: ComparisonResult) -> None:
    same.assert_equal()
    with pytest.raises(DatasetsDiffer) as caught:
        result.assert_equal()
    assert isinstance(caught.value, AssertionError)
    for part in ("DIFFERENT", "changed", "amount", "2.00", "2.25"):
        assert part in str(caught.value)


def test_junit_has_a_case_for_rows_schema_and_every_column(result: ComparisonResult, tmp_path: Path) -> None:
    result.to_junit(tmp_path / "junit.xml")
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot().find("testsuite")
    assert suite is not None
    failed = [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None]
    assert failed == ["rows", "schema", "column amount", "column name"]
    assert (suite.get("tests"), suite.get("failures")) == ("9", "4")


def test_a_closed_result_keeps_its_document_and_refuses_frames(spark: SparkSession, tmp_path: Path) -> None:
    left, right = numbers(tmp_path / "a.parquet"), numbers(tmp_path / "b.parquet", last=4)
    with compare_datasets(left, right, keys=["id"], spark=spark) as result:
        frame = result.changed()
        assert frame.count() == 1
    result.close()
    assert result.counts.changed == 1
    assert result.to_markdown()
    for member in (result.only_left, result.only_right, result.changed, result.differences, result.duplicates):
        with pytest.raises(ParityError, match="closed") as caught:
            member()
        assert caught.value.code == "BAD_OPTION"


def test_closing_frees_what_the_session_held(spark: SparkSession, paths: tuple[str, str]) -> None:
    def held() -> int:
        return len(spark.sparkContext._jsc.getPersistentRDDs())

    before = held()
    with compare_datasets(*paths, keys=["id", "day"], spark=spark) as result:
        assert result.changed().count() == 2
        assert held() > before
    assert held() == before


def test_large_documents_come_whole(spark: SparkSession, tmp_path: Path) -> None:
    names = [f"column number {number} with a name that takes its place in the document" for number in range(1500)]
    left = write_table(tmp_path / "a.parquet", {"id": [1], **{name: ["é😀" * 200] for name in names}})
    right = write_table(tmp_path / "b.parquet", {"id": [1], **{name: ["é" * 400] for name in names}})
    with compare_datasets(left, right, keys=["id"], spark=spark) as result:
        assert len(result.to_json()) > 1_000_000
        assert result.mismatched_columns == names
        markdown = result.to_markdown()
        assert len(markdown) <= 65_536
        assert "… and 1,400 more columns." in markdown


def test_a_table_is_compared_by_name_with_a_path(spark: SparkSession, paths: tuple[str, str]) -> None:
    spark.read.parquet(paths[0]).write.mode("overwrite").saveAsTable("left_table")
    try:
        with compare_datasets("left_table", paths[1], keys=["id", "day"], spark=spark) as result:
            assert result.counts.changed == 2
        with compare_datasets(paths[0], "default.left_table", keys=["id", "day"], spark=spark) as result:
            assert result.equal
        with pytest.raises(ParityError, match="left_table"):
            compare_datasets("left_tabel", paths[1], keys=["id", "day"], spark=spark)
    finally:
        spark.sql("DROP TABLE left_table")


def test_a_list_of_paths_is_one_side(spark: SparkSession, tmp_path: Path) -> None:
    parts = [write_table(tmp_path / f"{number}.parquet", {"id": [number], "v": [number]}) for number in (1, 2, 3)]
    whole = write_table(tmp_path / "whole.parquet", {"id": [3, 1, 2], "v": [3, 1, 2]})
    with compare_datasets([*map(str, parts[:2]), parts[2]], whole, keys=["id"], spark=spark) as result:
        assert result.equal
