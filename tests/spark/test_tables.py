"""Tables by name: the files of a catalog's tables are compared as the catalog reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from spark_parity import ParityError, compare_datasets


@pytest.fixture
def database(spark: SparkSession, tmp_path: Path) -> Iterator[str]:
    name = "parity_tables"
    spark.sql(f"CREATE DATABASE {name} LOCATION '{tmp_path / 'warehouse'}'")
    yield name
    spark.sql(f"DROP DATABASE {name} CASCADE")


def save(spark: SparkSession, query: str, table: str, *partitions: str) -> None:
    spark.sql(query).write.format("parquet").partitionBy(*partitions).saveAsTable(table)


ROWS = "SELECT id, id * 2 AS v, CAST(id % 3 AS BIGINT) AS part, CAST(id % 2 AS STRING) AS code FROM range(30)"


def test_a_table_meets_another_one(spark: SparkSession, database: str) -> None:
    save(spark, ROWS, f"{database}.a")
    save(spark, ROWS.replace("id * 2", "IF(id = 7, 0, id * 2)"), f"{database}.b")
    with compare_datasets(f"{database}.a", f"{database}.b", keys=["id"], spark=spark) as result:
        assert (result.counts.identical, result.counts.changed) == (29, 1)
        assert result.mismatched_columns == ["v"]
        assert [(row["left"], row["right"]) for row in result.differences().collect()] == [("14", "0")]


def test_partition_columns_have_the_types_of_the_catalog(spark: SparkSession, database: str) -> None:
    save(spark, ROWS, f"{database}.flat")
    save(spark, ROWS, f"{database}.cut", "part", "code")
    with compare_datasets(f"{database}.flat", f"{database}.cut", keys=["id"], spark=spark) as result:
        assert result.equal
        assert {column.name: (column.left_type, column.right_type) for column in result.columns} == {
            "v": ("bigint", "bigint"),
            "part": ("bigint", "bigint"),
            "code": ("string", "string"),
        }


def test_a_table_meets_its_own_files(spark: SparkSession, database: str, tmp_path: Path) -> None:
    save(spark, ROWS, f"{database}.a")
    spark.sql(ROWS).write.parquet(str(tmp_path / "files"))
    with compare_datasets(f"{database}.a", str(tmp_path / "files"), keys=["id"], spark=spark) as result:
        assert result.equal


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("CREATE VIEW {0}.other AS SELECT 1 AS id", "view"),
        ("CREATE TABLE {0}.other USING json AS SELECT 1 AS id", "JSON"),
    ],
)
def test_what_is_not_plain_parquet_is_refused(spark: SparkSession, database: str, statement: str, says: str) -> None:
    save(spark, ROWS, f"{database}.a")
    spark.sql(statement.format(database))
    with pytest.raises(ParityError) as refused:
        compare_datasets(f"{database}.a", f"{database}.other", keys=["id"], spark=spark)
    assert refused.value.code == "UNSUPPORTED_TABLE"
    assert says in refused.value.message
    assert "path" in (refused.value.hint or "")


def test_a_misspelled_table_is_told_its_neighbour(spark: SparkSession, database: str) -> None:
    save(spark, ROWS, f"{database}.orders")
    with pytest.raises(ParityError) as refused:
        compare_datasets(f"{database}.orders", f"{database}.ordres", keys=["id"], spark=spark)
    assert refused.value.code == "PATH_NOT_FOUND"
    assert "did you mean orders?" in (refused.value.hint or "")
