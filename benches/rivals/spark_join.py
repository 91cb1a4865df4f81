"""PySpark as people write it: an anti join each way, then an inner join and one aggregate that counts every column.

Values are compared as strings, null-safe, which is how most such scripts avoid thinking about types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from rivals import spark_session as session
from rivals.answer import Answer, differences
from rivals.contest import Pair
from rivals.spark_contest import Contestant, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import Column, SparkSession


def compare(spark: SparkSession, pair: Pair) -> Answer:
    """Three jobs."""
    return compare_with(spark, pair, lambda flags: F.greatest(*flags))


def compare_with(spark: SparkSession, pair: Pair, any_of: Callable[[list[Column]], Column]) -> Answer:
    """Three jobs; `any_of` makes the flag of a row from those of its columns."""
    left, right = session.sides(spark, pair)
    columns = session.value_columns(left, pair)
    with pair.phase("anti_joins"):
        only_left = left.join(right, pair.keys, "left_anti").count()
        only_right = right.join(left, pair.keys, "left_anti").count()
    with pair.phase("join"):
        joined = left.alias("l").join(right.alias("r"), pair.keys, "inner")
        flags = joined.select(*(_differs(column).cast("int").alias(column) for column in columns))
        row = flags.agg(
            F.count(F.lit(1)).alias("matched"),
            F.sum(any_of([F.col(column) for column in columns])).alias("changed"),
            *(F.sum(column).alias(column) for column in columns),
        ).first()
    assert row is not None
    return differences(
        only_left=only_left,
        only_right=only_right,
        matched=row["matched"],
        changed=row["changed"],
        mismatches={column: row[column] for column in columns},
    )


def _differs(column: str) -> Column:
    left, right = (F.col(f"{side}.{column}").cast("string") for side in ("l", "r"))
    return ~left.eqNullSafe(right)


if __name__ == "__main__":
    run(Contestant(compare))
