"""Relaxations, thresholds, filters and causes as Python callers write them, and in the lazy frames."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession
from spark_parity import ParityError, Tolerance, compare_datasets

from acceptance.parquet_fixtures import write_table

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def sides(tmp_path: Path) -> tuple[str, str]:
    left = {
        "id": pa.array([1, 2, 3, 4], pa.int32()),
        "price": pa.array([1.0, 1.0, 1.0, 1.0]),
        "at": pa.array([NOON] * 4, pa.timestamp("us", "UTC")),
        "name": ["A", "a ", "x", "y"],
        "day": pa.array([None, None, date(2026, 1, 1), None], pa.date32()),
        "amount": pa.array([Decimal("0.00"), None, None, None], pa.decimal128(10, 2)),
    }
    right = {
        "id": pa.array([1, 2, 3, 4], pa.int32()),
        "price": pa.array([1.05, 1.0, 1.5, 1.0]),
        "at": pa.array([NOON, NOON + timedelta(seconds=2), NOON, NOON], pa.timestamp("us", "UTC")),
        "name": ["a", "A", "x", "y"],
        "day": pa.array([date(1900, 1, 1), None, date(2026, 1, 1), None], pa.date32()),
        "amount": pa.array([None, Decimal("0.00"), None, None], pa.decimal128(10, 2)),
    }
    return str(write_table(tmp_path / "left.parquet", left)), str(write_table(tmp_path / "right.parquet", right))


RELAXED = {
    "tolerance": {"price": Tolerance(absolute=Decimal("0.1")), "*": Tolerance(time=timedelta(seconds=2))},
    "text": {"*": ["trim", "ignore_case"]},
    "null_equals": {"day": date(1900, 1, 1), "amount": Decimal("0")},
}


def test_rows_within_their_relaxations_are_identical_in_the_frames_too(
    spark: SparkSession, sides: tuple[str, str]
) -> None:
    with compare_datasets(*sides, keys=["id"], spark=spark, **RELAXED) as result:
        assert (result.counts.identical, result.counts.changed) == (3, 1)
        assert {column.name: column.relaxed for column in result.columns} == {
            "price": 1,
            "at": 1,
            "name": 2,
            "day": 1,
            "amount": 2,
        }
        assert [(row["id"], row["columns"]) for row in result.changed().collect()] == [(3, ["price"])]
        (cell,) = result.differences().collect()
        assert (cell["id"], cell["column"], cell["left"], cell["right"], cell["cause"]) == (
            3,
            "price",
            "1.0",
            "1.5",
            "cut:0",
        )
        assert result.columns[0].causes == {"cut:0": 1}
        assert "relaxation" in str(result)


def test_thresholds_decide_whether_the_result_passes(spark: SparkSession, sides: tuple[str, str]) -> None:
    for share, passes in ((0.25, True), (0.2, False)):
        with compare_datasets(*sides, keys=["id"], spark=spark, thresholds={"rows": share}, **RELAXED) as result:
            assert not result.equal
            assert result.passed is passes


def test_only_rows_that_a_filter_keeps_are_there(spark: SparkSession, sides: tuple[str, str]) -> None:
    with compare_datasets(*sides, keys=["id"], spark=spark, where="id >= 3", left_where="name <> 'y'") as result:
        assert (result.counts.left, result.counts.right, result.counts.only_right) == (1, 2, 1)
        assert [row["id"] for row in result.only_right().collect()] == [4]


@pytest.mark.parametrize(
    "options",
    [
        {"tolerance": {"price": -1}},
        {"tolerance": {"name": 0.1}},
        {"tolerance": float("nan")},
        {"text": {"name": ["lower"]}},
        {"null_equals": {"day": 0}},
        {"thresholds": {"rows": 2}},
        {"thresholds": {"schema": 1}},
        {"tolerance": object()},
    ],
    ids=str,
)
def test_a_rule_that_makes_no_sense_is_a_bad_option(
    spark: SparkSession, sides: tuple[str, str], options: dict[str, object]
) -> None:
    with pytest.raises(ParityError) as caught:
        compare_datasets(*sides, keys=["id"], spark=spark, **options)
    assert caught.value.code == "BAD_OPTION"
    assert next(iter(options)) in caught.value.message


def test_the_offset_of_a_column_is_named_cell_by_cell(spark: SparkSession, tmp_path: Path) -> None:
    ids = list(range(40))
    for part in range(4):
        some = ids[part::4]
        write_table(tmp_path / "left" / f"{part}.parquet", {"id": some, "v": [3 * each + 1 for each in some]})
        moved = {"id": some, "v": [3 * each + (100 if each == 7 else 8) for each in some]}
        write_table(tmp_path / "right" / f"{part}.parquet", moved)
    out = tmp_path / "out"
    with compare_datasets(tmp_path / "left", tmp_path / "right", keys=["id"], output=out, spark=spark) as result:
        assert result.columns[0].causes == {"offset:+7": 39, "other": 1}
        for frame in (result.differences(), spark.read.parquet(str(out / "differences"))):
            causes = {row["id"]: row["cause"] for row in frame.collect()}
            assert causes == {each: "other" if each == 7 else "offset:+7" for each in ids}
