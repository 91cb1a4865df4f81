"""The folder of `output=`: whole or without `_SUCCESS`, and never over another's results."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from spark_parity import ParityError, compare_datasets

from acceptance.parquet_fixtures import numbers, write_table


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    left = write_table(tmp_path / "a.parquet", {"id": [1, 2, 3], "v": ["x", "y", "z"]})
    right = write_table(tmp_path / "b.parquet", {"id": [2, 3, 4], "v": ["y", "Z", "w"]})
    return left, right


def test_the_document_and_the_tables_are_those_of_the_result(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "new" / "out"
    with compare_datasets(*pair, keys=["id"], output=out, spark=spark) as result:
        assert (out / "result.json").read_text() == result.to_json()
        for frame in ("differences", "only_left", "only_right"):
            written = spark.read.parquet(str(out / frame))
            assert written.collect() == getattr(result, frame)().collect()
            assert written.count() == 1
    assert (out / "_SUCCESS").exists()
    assert sorted(path.name for path in out.iterdir() if not path.name.startswith(".")) == [
        "_SUCCESS",
        "differences",
        "only_left",
        "only_right",
        "result.json",
    ]


def test_a_folder_with_results_is_refused_before_any_work_unless_told_otherwise(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    compare_datasets(*pair, keys=["id"], output=str(out), spark=spark).close()
    before = (out / "result.json").read_text()
    with pytest.raises(ParityError) as caught:
        compare_datasets(pair[0], pair[0], keys=["id"], output=str(out), spark=spark)
    assert caught.value.code == "OUTPUT_EXISTS"
    assert str(out) in str(caught.value)
    assert "spark.parity.output.overwrite" in str(caught.value)
    assert (out / "result.json").read_text() == before
    spark.conf.set("spark.parity.output.overwrite", "true")
    try:
        with compare_datasets(pair[0], pair[0], keys=["id"], output=str(out), spark=spark) as result:
            assert (out / "result.json").read_text() == result.to_json() != before
            assert spark.read.parquet(str(out / "only_left")).count() == 0
    finally:
        spark.conf.unset("spark.parity.output.overwrite")


def test_a_place_that_cannot_be_written_is_refused_before_any_work(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ParityError) as caught:
        compare_datasets(*pair, keys=["id"], output=tmp_path / "file" / "out", spark=spark)
    assert caught.value.code == "OUTPUT_UNWRITABLE"
    assert str(tmp_path / "file") in str(caught.value)


def test_a_folder_without_permission_is_refused(spark: SparkSession, pair: tuple[Path, Path]) -> None:
    # Root may write everywhere but here.
    place = Path("/proc/parity") if os.getuid() == 0 else Path("/parity")
    with pytest.raises(ParityError) as caught:
        compare_datasets(*pair, keys=["id"], output=place, spark=spark)
    assert caught.value.code == "OUTPUT_UNWRITABLE"
    assert str(place) in str(caught.value)


def test_a_comparison_that_fails_leaves_no_results(spark: SparkSession, tmp_path: Path) -> None:
    twice = write_table(tmp_path / "twice.parquet", {"id": [1, 1], "v": [1, 2]})
    with pytest.raises(ParityError) as caught:
        compare_datasets(
            twice, numbers(tmp_path / "b.parquet"), keys=["id"], duplicates="fail", output=tmp_path / "out", spark=spark
        )
    assert caught.value.code == "DUPLICATE_KEYS"
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == []
