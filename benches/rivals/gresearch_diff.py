"""G-Research spark-extension: `diff` with its column of changes, counted in one aggregate, which favours it.

Its jar comes with the package from PyPI, which puts it beside Spark's own.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gresearch.spark.diff import DiffOptions, diff

from rivals import spark_session as session
from rivals.answer import Answer, differences
from rivals.contest import Pair
from rivals.spark_contest import Contestant, run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def compare(spark: SparkSession, pair: Pair) -> Answer:
    """One job."""
    left, right = session.sides(spark, pair)
    options = DiffOptions().with_change_column("changes")
    compared = diff(left, right, options, *pair.keys)
    actions: Counter[str] = Counter()
    mismatches = dict.fromkeys(session.value_columns(left, pair), 0)
    for row in compared.groupBy("diff", "changes").count().collect():
        actions[row["diff"]] += row["count"]
        if row["diff"] == "C":
            for column in row["changes"]:
                mismatches[column] += row["count"]
    return differences(
        only_left=actions["D"],
        only_right=actions["I"],
        matched=actions["N"] + actions["C"],
        changed=actions["C"],
        mismatches=mismatches,
    )


if __name__ == "__main__":
    run(Contestant(compare))
