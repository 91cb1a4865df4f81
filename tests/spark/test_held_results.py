"""Results and frames that are held for longer than they last, or dropped without a goodbye."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from spark_parity import ComparisonResult, ParityError, compare_datasets, query

from acceptance.parquet_fixtures import numbers
from differential.on_spark import JAVA_SIGNS

LOOPS = 200 if "PARITY_NIGHTLY" in os.environ else 10
Compare = Callable[[], ComparisonResult]


@pytest.fixture
def compare(spark: SparkSession, tmp_path: Path) -> Compare:
    left, right = numbers(tmp_path / "a.parquet"), numbers(tmp_path / "b.parquet", last=4)
    return lambda: compare_datasets(left, right, keys=["id"], spark=spark)


def said(call: Callable[[], Any]) -> ParityError:
    with pytest.raises(ParityError) as caught:
        call()
    assert len(str(caught.value).splitlines()) == 2
    assert [sign for sign in JAVA_SIGNS if sign in str(caught.value)] == []
    return caught.value


def test_frames_that_are_used_after_close_say_so_in_a_sentence(compare: Compare, tmp_path: Path) -> None:
    result = compare()
    frame = result.changed()
    assert frame.count() == len(frame.collect()) == 1
    result.close()
    for use in (
        frame.count,
        frame.collect,
        frame.show,
        frame.select("id").distinct().collect,
        frame.join(frame.select("id").hint("broadcast"), "id").count,
        lambda: frame.rdd.count(),
        lambda: list(frame.toLocalIterator()),
        lambda: frame.write.parquet(str(tmp_path / "written")),
    ):
        error = said(use)
        assert (error.code, error.message) == ("BAD_OPTION", "the result was closed")


def test_other_errors_of_frames_are_still_those_of_pyspark(compare: Compare) -> None:
    from pyspark.errors import AnalysisException

    with compare() as result, pytest.raises(AnalysisException, match="UNRESOLVED_COLUMN"):
        result.changed().select("nothing")


@pytest.mark.parametrize("copied", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_result_that_is_copied_or_pickled_says_what_to_keep_instead(
    compare: Compare, copied: Callable[[Any], Any]
) -> None:
    with compare() as result:
        assert "to_dict()" in str(said(lambda: copied(result)))
        assert result.changed().count() == 1


def test_a_parity_error_can_be_pickled() -> None:
    error = pickle.loads(pickle.dumps(ParityError("CORRUPT_FILE", "a is damaged", "write it again")))
    assert str(error) == "CORRUPT_FILE: a is damaged\n  hint: write it again"


def test_results_that_nobody_closed_leave_nothing_when_they_have_gone(spark: SparkSession, compare: Compare) -> None:
    before = held(spark)
    for _ in range(LOOPS):
        assert compare().counts.changed == 1
    gc.collect()
    # As soon as Python has forgotten them, and without a garbage collection in the JVM.
    settles(lambda: held_rdds(spark) <= before["rdds"])
    settles(lambda: no_more(held(spark), before), collecting=spark)


def test_a_frame_outlives_its_result_and_the_session_forgets_the_run(spark: SparkSession, compare: Compare) -> None:
    before = held(spark)

    def frame_and_run() -> tuple[DataFrame, str]:
        result = compare()
        return result.changed().select("id"), result._holding.run_id

    frames, runs = map(list, zip(*(frame_and_run() for _ in range(3)), strict=True))
    gc.collect()
    # Nothing but the frames holds what the runs made, which `RunRegistrySpec` sees go with the last frame.
    settles(lambda: not any(is_known(spark, run) for run in runs))
    jvm(spark).System.gc()
    assert [frame.count() for frame in frames] == [1, 1, 1]
    frames.clear()
    settles(lambda: no_more(held(spark), before), collecting=spark)


def test_a_result_holds_no_counters_of_the_frames_that_were_taken(spark: SparkSession, compare: Compare) -> None:
    def counters() -> int:
        return int(jvm(spark).org.apache.spark.util.AccumulatorContext.numAccums())

    with compare() as result:
        gc.collect()
        jvm(spark).System.gc()
        before = counters()
        for _ in range(30):
            assert result.changed().count() == 1
        assert counters() > before
        settles(lambda: counters() <= before, collecting=spark)


def is_known(spark: SparkSession, run: str) -> bool:
    """Whether the session can still make frames of a run."""
    try:
        query.table_function(spark, "parity_frame", run=run, frame="changed")
    except ParityError as error:
        assert (error.code, error.message) == ("BAD_OPTION", f"there is no run {run} in this session")
        return False
    return True


def held(spark: SparkSession) -> dict[str, Any]:
    """Persisted RDDs, files of exchanges and of blocks, bytes of storage memory."""
    folder = Path(spark.sparkContext.getConf().get("spark.local.dir") or "")
    files = [path for path in folder.rglob("*") if path.name.startswith(("shuffle_", "rdd_", "broadcast_"))]
    memory = spark.sparkContext._jsc.sc().getExecutorMemoryStatus().values().head()
    return {"rdds": held_rdds(spark), "files": len(files), "bytes": memory._1() - memory._2()}


def no_more(now: dict[str, Any], before: dict[str, Any]) -> bool:
    """Earlier tests may have left garbage that has been collected since."""
    return all(now[what] <= before[what] for what in before)


def held_rdds(spark: SparkSession) -> int:
    """How many RDDs are persisted.

    Only their numbers come to Python. The JVM keeps what Python got from it for up to a second after Python forgot it,
    so whoever gets the RDDs themselves and looks more often holds them by looking.
    """
    ids = spark.sparkContext._jsc.sc().persistentRdds().keySet().mkString(" ")
    return len(ids.split())


def settles(condition: Callable[[], bool], collecting: SparkSession | None = None) -> None:
    """Waits for threads that free things; what `collecting` is given, its JVM collects garbage meanwhile."""
    end = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < end, "it goes on being held"
        if collecting is not None:
            gc.collect()
            jvm(collecting).System.gc()
        time.sleep(0.2)


def jvm(spark: SparkSession) -> Any:
    return spark.sparkContext._jvm
