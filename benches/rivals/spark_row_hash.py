"""PySpark with row hashes: join keys and a 64-bit hash of every row, then read the changed rows once more.

`xxhash64` skips nulls, so that (null, 'a') and ('a', null) would collide; bits that say which columns are null are
hashed with the values.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from rivals import spark_session as session
from rivals.answer import Answer, differences
from rivals.contest import Pair
from rivals.spark_contest import Contestant, run

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

_BITS = 63


def compare(spark: SparkSession, pair: Pair) -> Answer:
    """Hash scan and join of hashes, then a second pass over both sides."""
    left, right = session.sides(spark, pair)
    columns = session.value_columns(left, pair)
    with pair.phase("join"):
        joined = _hashed(left, pair, "left_hash").join(_hashed(right, pair, "right_hash"), pair.keys, "full_outer")
        status = (
            F.when(F.col("right_hash").isNull(), "only_left")
            .when(F.col("left_hash").isNull(), "only_right")
            .when(F.col("left_hash") != F.col("right_hash"), "changed")
        )
        rows = joined.select(*pair.keys, status.alias("status")).where("status IS NOT NULL").persist()
        found = {row["status"]: row["count"] for row in rows.groupBy("status").count().collect()}
        only_left, only_right = found.get("only_left", 0), found.get("only_right", 0)
        matched = left.count() - only_left
    with pair.phase("second_pass"):
        changed = F.broadcast(rows.where("status = 'changed'").select(*pair.keys))
        left_changed, right_changed = (
            frame.join(changed, pair.keys, "left_semi").alias(alias) for frame, alias in ((left, "l"), (right, "r"))
        )
        row = (
            left_changed.join(right_changed, pair.keys)
            .agg(F.count(F.lit(1)).alias("changed"), *(F.sum(_differs(column)).alias(column) for column in columns))
            .first()
        )
    rows.unpersist()
    assert row is not None
    return differences(
        only_left=only_left,
        only_right=only_right,
        matched=matched,
        changed=row["changed"],
        mismatches={column: row[column] or 0 for column in columns},
    )


def _hashed(frame: DataFrame, pair: Pair, name: str) -> DataFrame:
    columns = session.value_columns(frame, pair)
    nulls = [_null_bits(columns[start : start + _BITS]) for start in range(0, len(columns), _BITS)]
    return frame.select(*pair.keys, F.xxhash64(*columns, *nulls).alias(name))


def _null_bits(columns: list[str]) -> Column:
    bits = [F.shiftleft(F.col(column).isNull().cast("long"), place) for place, column in enumerate(columns)]
    return reduce(lambda left, right: left.bitwiseOR(right), bits)


def _differs(column: str) -> Column:
    return (~F.col(f"l.{column}").eqNullSafe(F.col(f"r.{column}"))).cast("int")


if __name__ == "__main__":
    run(Contestant(compare))
