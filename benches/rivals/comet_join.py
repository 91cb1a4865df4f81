"""DataFusion Comet under the script of `spark_join`: native scan, shuffle, and aggregate of the functions it knows."""

from __future__ import annotations

from operator import add
from typing import TYPE_CHECKING

from rivals.answer import Answer
from rivals.comet_session import settings
from rivals.contest import Pair
from rivals.spark_contest import Contestant, run
from rivals.spark_join import compare_with

if TYPE_CHECKING:
    from pyspark.sql import Column, SparkSession


def compare(spark: SparkSession, pair: Pair) -> Answer:
    """Comet 0.12 has no `greatest`, and one unknown function sends the whole aggregate back to Spark."""
    return compare_with(spark, pair, lambda flags: (_sum(flags) > 0).cast("int"))


def _sum(flags: list[Column]) -> Column:
    """A balanced tree: a chain of 200 additions overflows the stack of Spark's optimiser."""
    if len(flags) == 1:
        return flags[0]
    middle = len(flags) // 2
    return add(_sum(flags[:middle]), _sum(flags[middle:]))


if __name__ == "__main__":
    run(Contestant(compare, settings))
