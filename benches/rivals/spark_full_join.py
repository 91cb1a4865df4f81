"""PySpark as people write it for few columns: one full outer join, every column compared null-safe, one aggregate."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from rivals import spark_session as session
from rivals.answer import Answer, differences
from rivals.contest import Pair
from rivals.spark_contest import Contestant, run

if TYPE_CHECKING:
    from pyspark.sql import Column, SparkSession


def compare(spark: SparkSession, pair: Pair) -> Answer:
    """One job."""
    left, right = (frame.alias(alias) for frame, alias in zip(session.sides(spark, pair), ("l", "r"), strict=True))
    columns = session.value_columns(left, pair)
    same_key = [F.col(f"l.{key}").eqNullSafe(F.col(f"r.{key}")) for key in pair.keys]
    in_left, in_right = (F.col(f"{side}.{pair.keys[0]}").isNotNull() for side in ("l", "r"))
    differs = {column: ~F.col(f"l.{column}").eqNullSafe(F.col(f"r.{column}")) for column in columns}
    matched = in_left & in_right
    row = (
        left.join(right, same_key, "full_outer")
        .agg(
            _count(~in_right).alias("only_left"),
            _count(~in_left).alias("only_right"),
            _count(matched).alias("matched"),
            _count(matched & reduce(or_, differs.values())).alias("changed"),
            *(_count(matched & condition).alias(column) for column, condition in differs.items()),
        )
        .first()
    )
    assert row is not None
    return differences(
        only_left=row["only_left"],
        only_right=row["only_right"],
        matched=row["matched"],
        changed=row["changed"],
        mismatches={column: row[column] for column in columns},
    )


def _count(condition: Column) -> Column:
    return F.sum(F.when(condition, 1).otherwise(0))


if __name__ == "__main__":
    run(Contestant(compare))
