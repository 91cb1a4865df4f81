"""Random pairs that Hadoop reads: neither copies nor how files are put into splits change a byte of a document."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import spark_parity.comparison
from pyspark.sql import SparkSession
from spark_parity import ParityError, query

from differential.keywords import expressible
from differential.on_spark import compared
from differential.seeded import written_pair
from oracle import Options

PAIRS = 1000 if "PARITY_NIGHTLY" in os.environ else 24
FIRST_SEED = 7_300_000
COPIES = "spark.parity.cache.bytes"


@pytest.fixture
def elsewhere(spark: SparkSession, tmp_path: Path) -> Callable[[Path], str]:
    """The address of a local file in a file system that Hadoop reads, and not we."""
    context: Any = spark.sparkContext
    context._jsc.hadoopConfiguration().set("fs.viewfs.mounttable.elsewhere.link./data", tmp_path.as_uri())
    return lambda path: f"viewfs://elsewhere/data/{path.relative_to(tmp_path)}"


def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes every row group a split of its own, which Python does not offer."""
    cut = lambda spark, options: query.run(spark, {**options, "split_bytes": 1})  # noqa: E731
    monkeypatch.setattr(spark_parity.comparison, "run", cut)


def answer(spark: SparkSession, left: str, right: str, options: Options) -> tuple[str, dict[str, Any]]:
    """The document or the error, as text, and how it came about."""
    try:
        with compared(spark, left, right, options) as result:
            return result.to_json(), result.run
    except ParityError as error:
        return f"{error.code}: {error.message}", {}


def read_again(run: dict[str, Any]) -> int:
    """Bytes that were read of the files to compare cells."""
    return sum(told["bytes"] for told in run["steps"] if told["name"] == "fetch and compare")


def test_a_document_is_the_same_without_copies_and_with_every_row_group_apart(
    spark: SparkSession, tmp_path: Path, elsewhere: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + PAIRS):
        left, right, options = written_pair(seed, random.Random(seed), tmp_path / str(seed))
        sides = elsewhere(left.path), elsewhere(right.path)
        options = expressible(options)
        copied, run = answer(spark, *sides, options)
        spark.conf.set(COPIES, "0")
        try:
            with monkeypatch.context() as patched:
                apart(patched)
                other, other_run = answer(spark, *sides, options)
        finally:
            spark.conf.unset(COPIES)
        assert copied == other, seed
        if not run:
            seen["refused"] += 1
            continue
        assert read_again(run) == 0, seed
        seen["copies were read"] += read_again(other_run) > 0
        seen["copies were sealed"] += read_again(other_run) > 0 and options.mask is not None
        seen["files were put together"] += run["sources"] != other_run["sources"]
    assert min(seen["copies were read"], seen["files were put together"]) > PAIRS / 4, seen
    assert seen["copies were sealed"] > 0, seen
    assert seen["refused"] < PAIRS / 4, seen
