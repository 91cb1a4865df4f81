"""datacompy on Spark: `SparkSQLCompare` and the counts of its report; two jobs a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datacompy.spark import SparkSQLCompare

from rivals import spark_session as session
from rivals.answer import Answer, differences
from rivals.contest import Pair
from rivals.spark_contest import Contestant, run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def compare(spark: SparkSession, pair: Pair) -> Answer:
    """What `report()` prints, without its samples."""
    left, right = session.sides(spark, pair)
    with pair.phase("construct"):
        compared = SparkSQLCompare(spark, left, right, join_columns=pair.keys)
    with pair.phase("counts"):
        matched = compared.intersect_rows.count()
        return differences(
            only_left=compared.df1_unq_rows.count(),
            only_right=compared.df2_unq_rows.count(),
            matched=matched,
            changed=matched - compared.count_matching_rows(),
            mismatches={
                column["column"]: column["unequal_cnt"]
                for column in compared.column_stats
                if column["column"] not in pair.keys
            },
        )


if __name__ == "__main__":
    run(Contestant(compare))
