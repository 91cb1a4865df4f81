"""Tables by name: the files of a catalog's tables are compared as the catalog reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from spark_parity import ParityError, compare_datasets

from spark.versions import SPARK


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
    ("statement", "other", "says"),
    [
        ("CREATE VIEW {0}.other AS SELECT 1 AS id", "{0}.other", "is a view"),
        ("CREATE OR REPLACE TEMP VIEW other AS SELECT * FROM {0}.a", "other", "is a temporary view"),
        ("CREATE OR REPLACE GLOBAL TEMP VIEW far AS SELECT * FROM {0}.a", "global_temp.far", "is a temporary view"),
        ("CREATE TABLE {0}.other USING json AS SELECT 1 AS id", "{0}.other", "JSON"),
        ("CREATE TABLE {0}.other USING orc AS SELECT 1 AS id", "{0}.other", "ORC"),
        ("CREATE TABLE {0}.other USING csv AS SELECT 1 AS id", "{0}.other", "CSV"),
    ],
)
def test_what_is_not_plain_parquet_is_refused(
    spark: SparkSession, database: str, statement: str, other: str, says: str
) -> None:
    save(spark, ROWS, f"{database}.a")
    spark.sql(statement.format(database))
    error = refusal(spark, f"{database}.a", other.format(database))
    assert says in error.message
    assert error.hint == "write it as Parquet (spark.table(…).write.parquet(path)) and compare that path"


def refusal(spark: SparkSession, left: str, right: str) -> ParityError:
    with pytest.raises(ParityError) as refused:
        compare_datasets(left, right, keys=["id"], spark=spark)
    assert refused.value.code == "UNSUPPORTED_TABLE"
    return refused.value


def meets_what_spark_reads(spark: SparkSession, table: str, folder: Path) -> None:
    """The table is the same as Spark's own reading of it, type by type and row by row."""
    spark.table(table).write.parquet(str(folder))
    with compare_datasets(table, folder, keys=["id"], spark=spark) as result:
        assert result.equal, result.to_markdown()
        assert result.counts.identical == spark.table(table).count() > 0
        names = {name.partition(".")[0] for column in result.columns for name in [column.name]}
        assert names == {name for name in spark.table(table).columns if name != "id"}


def test_columns_that_were_added_later_are_null_or_their_default_in_older_files(
    spark: SparkSession, database: str, tmp_path: Path
) -> None:
    name = f"{database}.grown"
    save(spark, "SELECT id FROM range(5)", name)
    added = {
        "plain": "INT",
        "list": "ARRAY<INT>",
        "pair": "STRUCT<x: INT, y: STRING>",
        "number": "INT DEFAULT 7",
        "price": "DECIMAL(10,2) DEFAULT 1.50",
        "ratio": "FLOAT DEFAULT 0.1",
        "name": "STRING DEFAULT 'none'",
        "flag": "BOOLEAN DEFAULT true",
        "day": "DATE DEFAULT DATE'2020-01-02'",
        "moment": "TIMESTAMP DEFAULT TIMESTAMP'2020-01-02 03:04:05.678901'",
        "local": "TIMESTAMP_NTZ DEFAULT TIMESTAMP_NTZ'2020-01-02 03:04:05'",
        "tiny": "TINYINT DEFAULT -3",
    }
    for column, kind in added.items():
        spark.sql(f"ALTER TABLE {name} ADD COLUMNS ({column} {kind})")
    meets_what_spark_reads(spark, name, tmp_path / "old")
    spark.sql(f"INSERT INTO {name} (id, number) VALUES (10, 8), (11, NULL)")
    assert {row.number for row in spark.table(name).collect()} == {7, 8, None}
    meets_what_spark_reads(spark, name, tmp_path / "both")
    with compare_datasets(name, name, keys=["id"], where="number = 7", spark=spark) as result:
        assert result.counts.left == 5
    spark.sql(f"ALTER TABLE {name} ADD COLUMNS (raw BINARY DEFAULT X'00')")
    assert "raw was added with a default of the type BINARY" in refusal(spark, name, name).message


def test_a_nested_column_that_no_file_has_is_null_and_one_of_another_type_is_refused(
    spark: SparkSession, database: str, tmp_path: Path
) -> None:
    inside = "STRUCT<x: INT, y: ARRAY<STRING>>"
    files = tmp_path / "files"
    spark.sql("SELECT id FROM range(3)").write.parquet(str(files))
    spark.sql(
        f"CREATE TABLE {database}.nested (id BIGINT, s {inside}, m MAP<STRING, INT>) USING parquet LOCATION '{files}'"
    )
    meets_what_spark_reads(spark, f"{database}.nested", tmp_path / "read")
    other = tmp_path / "other"
    spark.sql("SELECT id, named_struct('x', 'text') AS s FROM range(3)").write.parquet(str(other))
    spark.sql(f"CREATE TABLE {database}.other (id BIGINT, s {inside}) USING parquet LOCATION '{other}'")
    error = refusal(spark, f"{database}.nested", f"{database}.other")
    assert "s is STRUCT<x: INT, y: ARRAY<STRING>> in the catalog and STRUCT<x: STRING" in error.message


def test_what_files_hold_beside_the_catalogs_columns_is_not_part_of_the_table(
    spark: SparkSession, database: str, tmp_path: Path
) -> None:
    query = "SELECT id, named_struct('x', 1, 'old', id) AS s, id AS gone FROM range(3)"
    spark.sql(query).write.parquet(str(tmp_path / "files"))
    spark.sql(f"CREATE TABLE {database}.t (id BIGINT, s STRUCT<x: INT>) USING parquet LOCATION '{tmp_path / 'files'}'")
    meets_what_spark_reads(spark, f"{database}.t", tmp_path / "read")


def test_files_narrower_than_the_catalog_are_widened_and_wider_ones_refused(
    spark: SparkSession, database: str, tmp_path: Path
) -> None:
    query = "SELECT id, CAST(id AS INT) AS n, CAST(0.1 AS FLOAT) AS f, CAST(1.5 AS DECIMAL(5,1)) AS d FROM range(3)"
    spark.sql(query).write.parquet(str(tmp_path / "files"))
    create = "CREATE TABLE {}.{} (id BIGINT, n {}, f DOUBLE, d DECIMAL(20,4)) USING parquet LOCATION '{}'"
    spark.sql(create.format(database, "wide", "BIGINT", tmp_path / "files"))
    widened = query.replace("AS INT", "AS BIGINT").replace("CAST(0.1 AS FLOAT)", "CAST(CAST(0.1 AS FLOAT) AS DOUBLE)")
    spark.sql(widened.replace("DECIMAL(5,1)", "DECIMAL(20,4)")).write.parquet(str(tmp_path / "widened"))
    with compare_datasets(f"{database}.wide", tmp_path / "widened", keys=["id"], spark=spark) as result:
        assert result.equal, result.to_markdown()
    spark.sql(create.format(database, "narrow", "SMALLINT", tmp_path / "files"))
    error = refusal(spark, f"{database}.narrow", f"{database}.wide")
    assert "n is SMALLINT in the catalog and INT in the files" in error.message
    assert "path" in (error.hint or "")


def test_char_and_varchar_columns_are_read_as_spark_pads_them(
    spark: SparkSession, database: str, tmp_path: Path
) -> None:
    name = f"{database}.padded"
    spark.sql(f"CREATE TABLE {name} (id BIGINT, c CHAR(5), v VARCHAR(9)) USING parquet")
    spark.sql(f"INSERT INTO {name} VALUES (1, 'ab', 'ab'), (2, 'é', ' '), (3, NULL, NULL)")
    if SPARK >= (4, 3):
        # Whose files no longer say that they are padded.
        assert "column c is char(5)" in refusal(spark, name, name).message
    else:
        meets_what_spark_reads(spark, name, tmp_path / "read")
    spark.sql("SELECT id, 'ab' AS c FROM range(2)").write.parquet(str(tmp_path / "files"))
    spark.sql(f"CREATE TABLE {database}.loose (id BIGINT, c CHAR(5)) USING parquet LOCATION '{tmp_path / 'files'}'")
    error = refusal(spark, f"{database}.loose", name)
    assert "column c is char(5)" in error.message
    spark.conf.set("spark.sql.readSideCharPadding", "false")
    try:
        meets_what_spark_reads(spark, f"{database}.loose", tmp_path / "loose")
    finally:
        spark.conf.unset("spark.sql.readSideCharPadding")


def test_a_partition_that_only_the_folder_holds_is_named_with_a_way_out(
    spark: SparkSession, database: str, tmp_path: Path
) -> None:
    save(spark, ROWS, f"{database}.cut", "part")
    (tmp_path / "warehouse" / "cut" / "part=7").mkdir()
    error = refusal(spark, f"{database}.cut", f"{database}.cut")
    assert "part=7" in error.message
    assert "MSCK REPAIR TABLE" in (error.hint or "")


def test_a_misspelled_table_is_told_its_neighbour(spark: SparkSession, database: str) -> None:
    save(spark, ROWS, f"{database}.orders")
    with pytest.raises(ParityError) as refused:
        compare_datasets(f"{database}.orders", f"{database}.ordres", keys=["id"], spark=spark)
    assert refused.value.code == "PATH_NOT_FOUND"
    assert "did you mean orders?" in (refused.value.hint or "")
