"""Types that Spark 4 brings are compared by the rules of docs/types.md or refused by name, as files and as tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from spark_parity import ParityError, compare_datasets

from spark.versions import SPARK

# What is refused: the type as it is declared, and a value of it.
REFUSED = {
    "variant": ("VARIANT", "parse_json('{\"a\": 1}')"),
    "a variant in a struct": ("STRUCT<v: VARIANT>", "named_struct('v', parse_json('1'))"),
}
COLLATED = {
    "UTF8_LCASE": "CAST('Text' || id AS STRING COLLATE UTF8_LCASE)",
    "UNICODE_CI": "CAST('Text' || id AS STRING COLLATE UNICODE_CI)",
}


@pytest.fixture
def table(spark: SparkSession, tmp_path: Path) -> Iterator[str]:
    spark.sql(f"CREATE DATABASE types_of_4 LOCATION '{tmp_path / 'warehouse'}'")
    yield "types_of_4.t"
    spark.sql("DROP DATABASE types_of_4 CASCADE")


@pytest.mark.parametrize("kind", REFUSED.values(), ids=REFUSED)
def test_a_type_without_a_rule_is_refused_by_name_and_may_be_excluded(
    spark: SparkSession, table: str, tmp_path: Path, kind: tuple[str, str]
) -> None:
    declared, value = kind
    files = tmp_path / "files"
    spark.sql(f"SELECT id, {value} AS v FROM range(3)").write.parquet(str(files))
    spark.sql(f"CREATE TABLE {table} (id BIGINT, v {declared}) USING parquet LOCATION '{files}'")
    for side in (files, table):
        with compare_datasets(side, side, keys=["id"], exclude=["v"], spark=spark) as result:
            assert (result.equal, result.counts.identical) == (True, 3)
        if SPARK >= (4, 1) or side == table:
            with pytest.raises(ParityError) as refused:
                compare_datasets(side, side, keys=["id"], spark=spark)
            assert refused.value.code == "UNSUPPORTED_TYPE"
            assert "the column v" in refused.value.message


@pytest.mark.parametrize("value", COLLATED.values(), ids=COLLATED)
def test_collated_text_is_compared_by_its_bytes(spark: SparkSession, table: str, tmp_path: Path, value: str) -> None:
    left, right = f"SELECT id, {value} AS v FROM range(3)", f"SELECT id, lower({value}) AS v FROM range(3)"
    spark.sql(left).write.parquet(str(tmp_path / "left"))
    spark.sql(right).write.parquet(str(tmp_path / "right"))
    spark.sql(f"CREATE TABLE {table} USING parquet AS {left}")
    for side in (tmp_path / "left", table):
        with compare_datasets(side, tmp_path / "right", keys=["id"], spark=spark) as result:
            assert (result.counts.changed, result.columns[0].left_type) == (3, "string")
            assert result.differences().first()["left"] == "Text0"
    with compare_datasets(table, tmp_path / "left", keys=["id"], spark=spark) as result:
        assert result.equal


def test_collated_elements_are_compared_by_their_bytes(spark: SparkSession, table: str, tmp_path: Path) -> None:
    query = "SELECT id, array(CAST('Text' || id AS STRING COLLATE UNICODE_CI)) AS v FROM range(3)"
    spark.sql(query).write.parquet(str(tmp_path / "files"))
    spark.sql(f"CREATE TABLE {table} USING parquet AS {query}")
    with compare_datasets(table, tmp_path / "files", keys=["id"], spark=spark) as result:
        assert result.equal
        assert result.columns[0].left_type == "array<string>"


def test_times_of_day_are_compared_as_such(spark: SparkSession, table: str, tmp_path: Path) -> None:
    if SPARK < (4, 3):
        # Spark 4.1 and 4.2 have the type, but write no tables of it.
        with pytest.raises(Exception, match="TIME"):
            spark.sql(f"CREATE TABLE {table} (v TIME) USING parquet")
        return
    spark.conf.set("spark.sql.timeType.enabled", "true")
    try:
        spark.sql(f"CREATE TABLE {table} (id BIGINT, v TIME) USING parquet")
        spark.sql(f"INSERT INTO {table} SELECT id, TIME'12:34:56.000001' FROM range(3)")
        query = "SELECT id, CAST('12:34:5' || (6 + id) || '.000001' AS TIME) AS v FROM range(3)"
        spark.sql(query).write.parquet(str(tmp_path / "files"))
        with compare_datasets(table, tmp_path / "files", keys=["id"], spark=spark) as result:
            assert (result.counts.changed, result.columns[0].left_type) == (2, "time")
            changed = result.differences().orderBy("id").first()
            assert (changed["left"], changed["right"]) == ("12:34:56.000001", "12:34:57.000001")
    finally:
        spark.conf.unset("spark.sql.timeType.enabled")


def test_varchar_is_text_and_char_is_padded_text(spark: SparkSession, table: str, tmp_path: Path) -> None:
    spark.sql(f"CREATE TABLE {table} (id BIGINT, v VARCHAR(9), list ARRAY<VARCHAR(9)>) USING parquet")
    spark.sql(f"INSERT INTO {table} SELECT id, 'a' || id, array('a') FROM range(3)")
    spark.table(table).write.parquet(str(tmp_path / "files"))
    with compare_datasets(table, tmp_path / "files", keys=["id"], spark=spark) as result:
        assert result.equal


def test_arithmetic_of_ansi_mode_changes_no_comparison(spark: SparkSession, tmp_path: Path) -> None:
    assert spark.conf.get("spark.sql.ansi.enabled") == "true"
    spark.sql("SELECT id, CAST(9223372036854775807 - id AS BIGINT) AS v FROM range(3)").write.parquet(
        str(tmp_path / "left")
    )
    spark.sql("SELECT id, CAST(id AS STRING) || 'x' AS v FROM range(3)").write.parquet(str(tmp_path / "right"))
    with compare_datasets(tmp_path / "left", tmp_path / "right", keys=["id"], where="id >= 0", spark=spark) as result:
        assert result.counts.changed == 3
