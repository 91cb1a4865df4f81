"""The result does not depend on how the rows lie in files, nor on how the work is cut up."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from spark_parity import ComparisonResult, ParityError, compare_datasets
from spark_parity.query import run

from differential.agreement import same_but_for_the_paths
from differential.command import run_parity
from spark.pairs import KEYS, PLAIN, Layout, write_pair

FRAMES = ("only_left", "only_right", "changed", "differences", "duplicates")


def frames(result: ComparisonResult) -> dict[str, list[str]]:
    """All rows of all frames, in an order of their own."""
    return {name: sorted(map(repr, getattr(result, name)().collect())) for name in FRAMES}


@contextmanager
def cut(spark: SparkSession, left: str, right: str, **cuts: Any) -> Iterator[ComparisonResult]:
    """A comparison whose splits and match partitions are of a given size, which Python does not offer."""
    options = {
        "id": str(uuid.uuid4()),
        "left": {"paths": [left]},
        "right": {"paths": [right]},
        "keys": [[key, None] for key in KEYS],
        "columns": None,
        "exclude": [],
        "rename": [],
        "duplicates": "pair",
        "samples": 20,
        "output": None,
        **cuts,
    }
    with ComparisonResult(spark, options["id"], run(spark, options)) as result:
        yield result


@pytest.fixture(scope="module")
def plain(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComparisonResult]:
    paths = write_pair(tmp_path_factory.mktemp("plain"), PLAIN, PLAIN)
    with compare_datasets(*paths, keys=KEYS, spark=spark) as result:
        yield result


def test_the_pair_has_work_for_every_step(plain: ComparisonResult) -> None:
    counts = plain.counts
    assert min(counts.identical, counts.changed, counts.only_left, counts.only_right) > 50
    assert min(counts.duplicate_keys_left, counts.duplicate_keys_right) > 20
    found = frames(plain)
    assert len(found["only_left"]) == counts.only_left
    assert len(found["only_right"]) == counts.only_right
    assert len(found["changed"]) == counts.changed
    assert len(found["differences"]) == sum(column.mismatches for column in plain.columns)
    assert len(found["duplicates"]) == counts.duplicate_keys_left + counts.duplicate_keys_right


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Layout(1, 100_000, 1), Layout(1, 100_000, 2)),
        (Layout(7, 100, 3, "zstd"), Layout(2, 1000, 4, "none")),
        (Layout(3, 17, 5), Layout(40, 30, 6, "gzip")),
        (Layout(80, 50, 7), Layout(5, 300, 8)),
    ],
)
def test_files_row_groups_and_the_order_of_rows_do_not_matter(
    spark: SparkSession, tmp_path: Path, plain: ComparisonResult, native: Path, left: Layout, right: Layout
) -> None:
    paths = write_pair(tmp_path, left, right)
    with compare_datasets(*paths, keys=KEYS, spark=spark) as result:
        assert same_but_for_the_paths(result.to_dict(), plain.to_dict())
        assert frames(result) == frames(plain)
        alone = run_parity(native, Path(paths[0]), Path(paths[1]), ["--key", "id", "--key", "part"])
        assert alone.stdout.strip() == result.to_json()


@pytest.mark.parametrize(
    "cuts",
    [{"split_bytes": 1}, {"partition_rows": 50}, {"split_bytes": 5000, "partition_rows": 700, "seed": "1"}],
    ids=str,
)
def test_the_size_of_splits_and_partitions_and_the_seed_do_not_matter(
    spark: SparkSession, tmp_path: Path, plain: ComparisonResult, cuts: dict[str, Any]
) -> None:
    paths = write_pair(tmp_path, Layout(3, 200, 1), Layout(2, 300, 2))
    with cut(spark, *paths, **cuts) as result:
        assert same_but_for_the_paths(result.to_dict(), plain.to_dict())
        assert frames(result) == frames(plain)


def test_splits_and_partitions_grow_where_they_would_exchange_too_many_blocks(
    spark: SparkSession, tmp_path: Path, plain: ComparisonResult
) -> None:
    """What 2 × 10 TB are to the real bounds, these rows are to smaller ones."""
    paths = write_pair(tmp_path, Layout(40, 10, 1), Layout(40, 10, 2))
    sizes = {"split_bytes": 4000, "partition_rows": 30}
    tasks = []
    for most_blocks in (10_000_000, 300):
        name = f"at most {most_blocks} blocks"
        spark.sparkContext.setJobGroup(name, "")
        with cut(spark, *paths, **sizes, most_blocks=most_blocks) as result:
            assert same_but_for_the_paths(result.to_dict(), plain.to_dict())
            assert frames(result) == frames(plain)
        tasks.append(splits_and_partitions(spark, name))
    spark.sparkContext.setLocalProperty("spark.jobGroup.id", None)
    (many_splits, many_partitions), (splits, partitions) = tasks
    assert many_splits * many_partitions > 300 >= splits * partitions
    assert many_splits > splits > 1 and many_partitions > partitions > 1


def splits_and_partitions(spark: SparkSession, group: str) -> tuple[int, int]:
    """How many tasks fingerprinted and matched in the first job of a group that did both."""
    tracker = spark.sparkContext.statusTracker()
    for job in sorted(tracker.getJobIdsForGroup(group)):
        stages = [tracker.getStageInfo(stage) for stage in sorted(tracker.getJobInfo(job).stageIds)]
        if len(stages) > 1:
            fingerprinting, matching = stages[0], stages[-1]
            return fingerprinting.numTasks, matching.numTasks
    raise AssertionError("nothing was matched")


def test_what_no_size_of_splits_and_partitions_holds_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    paths = write_pair(tmp_path, Layout(40, 10, 1), Layout(40, 10, 2))
    sizes = {"split_bytes": 1, "partition_rows": 1, "most_blocks": 10}
    refusal = pytest.raises(ParityError, match=r"together have [0-9]+ rows in 0 GiB: [0-9]+ splits")
    with refusal as error, cut(spark, *paths, **sizes):
        pass
    assert error.value.code == "OUT_OF_RESOURCES"
    assert "where" in error.value.hint


def test_the_number_of_jobs_does_not_grow_with_the_columns(spark: SparkSession, tmp_path: Path) -> None:
    paths = write_pair(tmp_path, Layout(2, 500, 1), Layout(3, 500, 2))
    jobs = []
    for columns in (["amount"], ["amount", "ratio", "name", "day", "count"]):
        spark.sparkContext.setJobGroup(f"counted {len(columns)}", "")
        with compare_datasets(*paths, keys=KEYS, columns=columns, spark=spark):
            jobs.append(len(spark.sparkContext.statusTracker().getJobIdsForGroup(f"counted {len(columns)}")))
    spark.sparkContext.setLocalProperty("spark.jobGroup.id", None)
    assert jobs[0] == jobs[1] <= 4
