"""A side of very many files of which one is damaged: an error that names it, and nothing is left behind."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from spark_parity import ParityError, compare_datasets

from acceptance.parquet_fixtures import damaged_file, numbers

FILES = 100_000 if "PARITY_NIGHTLY" in os.environ else 600
# Of one inode there may be 65,000 names.
_NAMES_OF_ONE = 10_000


@pytest.fixture(scope="module")
def side(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files with the same three rows."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(FILES):
        if number % _NAMES_OF_ONE == 0:
            original = numbers(folder / f"{number:06}.parquet")
        else:
            (folder / f"{number:06}.parquet").hardlink_to(original)
    return folder


def _cut(path: Path) -> None:
    path.write_bytes(numbers(path).read_bytes()[:-20])


@pytest.mark.parametrize("damage", [_cut, damaged_file], ids=["footer", "page"])
def test_of_many_files_the_one_that_is_damaged_is_named(
    spark: SparkSession, side: Path, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    other = numbers(tmp_path / "other.parquet")
    bad = side / f"{FILES * 2 // 3:06}.parquet"
    bad.unlink()
    damage(bad)
    try:
        for sides in ((side, other), (other, side)):
            with pytest.raises(ParityError) as caught:
                compare_datasets(*sides, keys=["id"], spark=spark)
            assert caught.value.code == "CORRUPT_FILE"
            assert str(bad) in caught.value.message
            assert len(str(caught.value).splitlines()) == 2
    finally:
        bad.unlink()
        numbers(bad)
    context = spark.sparkContext
    assert len(context._jsc.getPersistentRDDs()) == 0
    assert list(context.statusTracker().getActiveJobsIds()) == []


def test_many_files_without_a_damaged_one_are_compared(spark: SparkSession, side: Path) -> None:
    with compare_datasets(side, side, spark=spark) as result:
        assert result.equal
        assert result.counts.identical == 3 * FILES
