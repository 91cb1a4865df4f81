"""DataFusion Comet under the same PySpark script: native scan, shuffle and aggregate where it knows the functions."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

from rivals.answer import Answer
from rivals.contest import Pair
from rivals.spark_contest import Contestant, run
from rivals.spark_join import compare_with

if TYPE_CHECKING:
    from pyspark.sql import Column, SparkSession

BENCHES = Path(__file__).resolve().parent.parent
sys.path.append(str(BENCHES.parent / "build-support"))

from maven_jars import jars  # noqa: E402


def compare(spark: SparkSession, pair: Pair) -> Answer:
    """Comet 0.12 has no `greatest`, and one unknown function sends the whole aggregate back to Spark."""
    return compare_with(spark, pair, lambda flags: (_sum(flags) > 0).cast("int"))


def _sum(flags: list[Column]) -> Column:
    """A balanced tree: a chain of 200 additions overflows the stack of Spark's optimiser."""
    if len(flags) == 1:
        return flags[0]
    middle = len(flags) // 2
    return add(_sum(flags[:middle]), _sum(flags[middle:]))


def settings() -> Mapping[str, str]:
    """What Comet's guide asks for."""
    (jar,) = jars(BENCHES / "comet-jars.txt").iterdir()
    return {
        "spark.jars": str(jar),
        "spark.driver.extraClassPath": str(jar),
        "spark.executor.extraClassPath": str(jar),
        "spark.plugins": "org.apache.spark.CometPlugin",
        "spark.shuffle.manager": "org.apache.spark.sql.comet.execution.shuffle.CometShuffleManager",
        "spark.memory.offHeap.enabled": "true",
        "spark.memory.offHeap.size": "6g",
    }


if __name__ == "__main__":
    run(Contestant(compare, settings))
