"""What a comparison costs in Spark's own counts: jobs, stages, tasks' RDDs that are kept, and what is left of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession
from spark_parity import ComparisonResult, compare_datasets

ROWS = 50


def written(folder: Path, ids: list[int], amounts: list[int], files: int = 2) -> str:
    folder.mkdir(parents=True)
    table = pa.table({"id": ids, "amount": amounts})
    for number in range(files):
        pq.write_table(table.slice(number * len(ids) // files, len(ids) // files + 1), folder / f"{number:03}.parquet")
    return str(folder)


@pytest.fixture
def pairs(tmp_path: Path) -> dict[str, tuple[str, str]]:
    ids, amounts = list(range(ROWS)), [7] * ROWS
    changed = [8, *amounts[1:]]
    twice = [0, 0, *ids[2:]]
    left = written(tmp_path / "left", ids, amounts, 1)
    return {
        "equal": (left, written(tmp_path / "equal", ids, amounts, 1)),
        "changed": (left, written(tmp_path / "changed", ids, changed, 1)),
        "one-sided": (left, written(tmp_path / "one-sided", [*ids[1:], ROWS], amounts, 1)),
        "one-sided beside changed": (left, written(tmp_path / "beside", [*ids[1:], ROWS], changed, 1)),
        "duplicates": (
            written(tmp_path / "twice", twice, [1, 2, *amounts[2:]], 1),
            written(tmp_path / "twice again", twice, [3, 4, *amounts[2:]], 1),
        ),
        "many files": (
            written(tmp_path / "many", ids, amounts, 40),
            written(tmp_path / "many changed", ids, changed, 40),
        ),
    }


def counted(spark: SparkSession, group: str, work: Callable[[], Any]) -> tuple[Any, list[int]]:
    """What the work gives, and how many stages each of its jobs has."""
    sc = spark.sparkContext
    sc.setJobGroup(group, group)
    try:
        given = work()
        tracker = sc.statusTracker()
        jobs = sorted(tracker.getJobIdsForGroup(group))
        stages = [len(info.stageIds) for job in jobs if (info := tracker.getJobInfo(job))]
    finally:
        sc.setLocalProperty("spark.jobGroup.id", None)
        sc.setLocalProperty("spark.job.description", None)
    return given, stages


# The stages of each job, also those that Spark skips because their exchange is still there.
@pytest.mark.parametrize(
    ("name", "stages", "kept"),
    [
        ("equal", [2], 1),
        ("changed", [2, 5], 1),
        ("one-sided", [2, 5, 4], 1),
        # The values of rows on one side only come along with those of changed rows.
        ("one-sided beside changed", [2, 5], 1),
        ("duplicates", [2, 4, 7], 1),
        ("many files", [1, 2, 5], 1),
    ],
)
def test_a_comparison_costs_these_jobs_and_stages(
    name: str, stages: list[int], kept: int, pairs: dict[str, tuple[str, str]], spark: SparkSession
) -> None:
    before = len(spark.sparkContext._jsc.getPersistentRDDs())

    def work() -> ComparisonResult:
        return compare_datasets(*pairs[name], keys=["id"], spark=spark)

    result, found = counted(spark, f"graph {name}", work)
    with result:
        assert found == stages
        assert len(spark.sparkContext._jsc.getPersistentRDDs()) - before == kept
    assert len(spark.sparkContext._jsc.getPersistentRDDs()) == before


@pytest.mark.parametrize(
    ("frame", "stages"),
    [
        ("only_left", [3]),
        ("only_right", [3]),
        ("changed", [4]),
        ("differences", [4]),
        ("duplicates", [3]),
    ],
)
def test_a_frame_costs_these_stages(
    frame: str, stages: list[int], pairs: dict[str, tuple[str, str]], spark: SparkSession
) -> None:
    with compare_datasets(*pairs["changed"], keys=["id"], spark=spark) as result:
        _, found = counted(spark, f"graph frame {frame}", lambda: getattr(result, frame)().collect())
        assert found == stages
        again, _ = counted(spark, f"graph frame {frame} again", lambda: getattr(result, frame)().collect())
        assert len(again) == result.to_dict()["counts"].get(frame, len(again))
