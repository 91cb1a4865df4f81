"""Ours on Spark: `compare_datasets`, in the same frame as the rivals, on a session that was started without our jar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spark_parity import compare_datasets

from rivals.answer import Answer, Differences
from rivals.contest import Pair
from rivals.spark_contest import Contestant, run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def compare(spark: SparkSession, pair: Pair) -> Answer:
    """The whole result document; it is freed within the time measured."""
    with compare_datasets(pair.side("left"), pair.side("right"), keys=pair.keys, spark=spark) as result:
        document = result.to_dict()
    counts = {
        name: document["counts"][name]
        for name in ("left", "right", "matched", "identical", "changed", "only_left", "only_right")
    }
    return Differences(counts, {column["name"]: column["mismatches"] for column in document["columns"]}, by_leaf=True)


if __name__ == "__main__":
    run(Contestant(compare))
