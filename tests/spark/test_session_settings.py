"""The table of `docs/session-settings.md`: Spark and spark-parity are asked under each setting."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType
from spark_parity import ComparisonResult, ParityError, compare_datasets

from acceptance.parquet_fixtures import write_table
from differential.command import REPOSITORY

# Another zone than that of the JVM, with odd offsets in the past.
ZONE = "America/Los_Angeles"
# What Spark writes here must mean itself, whatever the setting.
_ALWAYS = {
    "spark.sql.session.timeZone": ZONE,
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
}
_TEXT = (REPOSITORY / "docs" / "session-settings.md").read_text()
_SPARK_WROTE = {"org.apache.spark.version": "3.5.0"}


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    setting: str
    value: str
    here: str

    @property
    def key(self) -> tuple[str, str]:
        return self.setting, self.value

    def __str__(self) -> str:
        return f"{self.setting}={self.value}"


def rows() -> list[Row]:
    lines = _TEXT.partition("| setting |")[2].splitlines()[2:]
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|"))
    return [Row(setting.strip("`"), value.strip("`"), here) for setting, value, _, here in cells]


def write(folder: Path, values: pa.Array, metadata: dict[str, str] | None = None, **settings: object) -> Path:
    """A file of `id` and `v`."""
    table = pa.table({"id": pa.array(range(len(values)), pa.int32()), "v": values}).replace_schema_metadata(metadata)
    folder.mkdir(parents=True)
    pq.write_table(table, folder / "part.parquet", **settings)
    return folder


def in_folders(folder: Path, *names: str) -> Path:
    for number, name in enumerate(names):
        write_table(folder / name / "part.parquet", {"id": pa.array([number], pa.int32())})
    return folder


INSTANTS = [datetime(1500, 3, 1, 12), datetime(1883, 11, 18, 12, 7), datetime(2020, 7, 1), None]


def partitions(folder: Path) -> tuple[Path, Path]:
    return in_folders(folder / "l", "v=01", "v=__HIVE_DEFAULT_PARTITION__"), in_folders(
        folder / "r", "v=1", "v=__HIVE_DEFAULT_PARTITION__"
    )


def local_partitions(folder: Path) -> tuple[Path, Path]:
    left = in_folders(folder / "l", "v=2020-01-01 10%3A00%3A00", "v=2020-01-02")
    stored = pa.array([datetime(2020, 1, 1, 10), datetime(2020, 1, 2)], pa.timestamp("us"))
    return left, write(folder / "r", stored)


def local_times(folder: Path) -> tuple[Path, Path]:
    values = [datetime(2020, 1, 1), None]
    left, right = pa.array(values, pa.timestamp("us")), pa.array(values, pa.timestamp("us", "UTC"))
    return write(folder / "l", left), write(folder / "r", right)


def nanoseconds(folder: Path) -> tuple[Path, Path]:
    left = pa.array([1, 2, None], pa.int64()).cast(pa.timestamp("ns"))
    return write(folder / "l", left), write(folder / "r", pa.array([1, 3, None], pa.int64()))


def raw_bytes(folder: Path) -> tuple[Path, Path]:
    return write(folder / "l", pa.array([b"a", None])), write(folder / "r", pa.array(["a", None]))


def days(folder: Path) -> tuple[Path, Path]:
    values = pa.array([date(1500, 3, 1), date(1582, 10, 3), date(2020, 1, 1), None])
    return write(folder / "l", values), write(folder / "r", values, _SPARK_WROTE)


def int96(folder: Path) -> tuple[Path, Path]:
    values = pa.array(INSTANTS, pa.timestamp("us", "UTC"))
    left = write(folder / "l", values, use_deprecated_int96_timestamps=True)
    return left, write(folder / "r", values, _SPARK_WROTE, use_deprecated_int96_timestamps=True)


def recent_int96(folder: Path) -> tuple[Path, Path]:
    values = pa.array(INSTANTS[2:], pa.timestamp("us", "UTC"))
    return write(folder / "l", values, use_deprecated_int96_timestamps=True), write(folder / "r", values)


def with_ids(folder: Path) -> tuple[Path, Path]:
    field = {"name": "v", "type": "integer", "nullable": True, "metadata": {"parquet.field.id": 7}}
    schema = json.dumps({"type": "struct", "fields": [field]})
    return write(folder / "l", pa.array([1]), {"org.apache.spark.sql.parquet.row.metadata": schema}), write(
        folder / "r", pa.array([1])
    )


def cases_of_names(folder: Path) -> tuple[Path, Path]:
    left, right = write(folder / "l", pa.array([1])), folder / "r"
    write_table(right / "part.parquet", {"id": pa.array([0], pa.int32()), "V": [1]})
    return left, right


def old_dates(folder: Path) -> tuple[Path, Path]:
    return in_folders(folder / "l", "v=2020-1-1"), in_folders(folder / "r", "v=2020-01-01")


def two_schemas(folder: Path) -> tuple[Path, Path]:
    for side, last in (("l", 1), ("r", 2)):
        write_table(folder / side / "a.parquet", {"id": pa.array([0], pa.int32())})
        write_table(folder / side / "b.parquet", {"id": pa.array([1], pa.int32()), "v": [last]})
    return folder / "l", folder / "r"


def damaged(folder: Path) -> tuple[Path, Path]:
    left, right = write(folder / "l", pa.array([1])), write(folder / "r", pa.array([1]))
    (right / "broken.parquet").write_bytes(b"PAR1 this is not Parquet PAR1")
    return left, right


def numbers(folder: Path) -> tuple[Path, Path]:
    return write(folder / "l", pa.array([1])), write(folder / "r", pa.array([1]))


_REBASE, _REBASE_96 = "spark.sql.parquet.datetimeRebaseModeInRead", "spark.sql.parquet.int96RebaseModeInRead"
PAIRS: dict[tuple[str, str], Callable[[Path], tuple[Path, Path]]] = {
    ("spark.sql.sources.partitionColumnTypeInference.enabled", "false"): partitions,
    ("spark.sql.timestampType", "TIMESTAMP_NTZ"): local_partitions,
    ("spark.sql.legacy.timeParserPolicy", "LEGACY"): old_dates,
    ("spark.sql.parquet.inferTimestampNTZ.enabled", "false"): local_times,
    ("spark.sql.legacy.parquet.nanosAsLong", "true"): nanoseconds,
    ("spark.sql.parquet.binaryAsString", "true"): raw_bytes,
    (_REBASE, "LEGACY"): days,
    (_REBASE, "CORRECTED"): days,
    (_REBASE, "EXCEPTION"): days,
    (_REBASE_96, "LEGACY"): int96,
    (_REBASE_96, "CORRECTED"): int96,
    (_REBASE_96, "EXCEPTION"): int96,
    ("spark.sql.parquet.int96AsTimestamp", "false"): recent_int96,
    ("spark.sql.parquet.int96TimestampConversion", "true"): recent_int96,
    ("spark.sql.parquet.fieldId.read.enabled", "true"): with_ids,
    ("spark.sql.caseSensitive", "true"): cases_of_names,
    ("spark.sql.parquet.mergeSchema", "false"): two_schemas,
    ("spark.sql.files.ignoreCorruptFiles", "true"): damaged,
    ("spark.sql.files.ignoreMissingFiles", "true"): numbers,
    ("mapreduce.input.pathFilter.class", "org.apache.hadoop.mapred.OutputLogFilter"): numbers,
}


@contextmanager
def under(spark: SparkSession, row: Row) -> Iterator[None]:
    settings = {**_ALWAYS, row.setting: row.value}
    before = {name: spark.conf.get(name, None) for name in settings}
    for name, value in settings.items():
        spark.conf.set(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            spark.conf.unset(name) if value is None else spark.conf.set(name, value)


def read(spark: SparkSession, path: Path) -> DataFrame:
    return spark.read.option("mergeSchema", "true").parquet(str(path))


def types(schema: StructType) -> dict[str, str]:
    return {field.name: field.dataType.simpleString() for field in schema}


def types_seen(result: ComparisonResult) -> tuple[dict[str, str], dict[str, str]]:
    """The types of `v` on both sides."""
    found = [column for column in result.columns if column.name == "v"]
    return {column.name: column.left_type for column in found}, {column.name: column.right_type for column in found}


def are_equal(left: DataFrame, right: DataFrame) -> bool:
    if types(left.schema) != types(right.schema):
        return False
    one, other = left.select("id", "v"), right.select("id", "v")
    return one.exceptAll(other).isEmpty() and other.exceptAll(one).isEmpty()


def test_every_row_of_the_table_has_files() -> None:
    assert {row.key for row in rows()} == set(PAIRS)
    assert {row.here.split()[0] for row in rows()} == {"followed", "refused", "not", "read"}


@pytest.mark.parametrize("row", [row for row in rows() if row.here.startswith("followed")], ids=str)
def test_a_setting_that_is_followed_means_what_it_means_to_spark(spark: SparkSession, tmp_path: Path, row: Row) -> None:
    left, right = PAIRS[row.key](tmp_path)
    with under(spark, row):
        frames = read(spark, left), read(spark, right)
        with compare_datasets(left, right, keys=["id"], spark=spark) as result:
            assert result.equal == are_equal(*frames)
            if "V" not in frames[1].columns:
                told = tuple({"v": types(frame.schema)["v"]} for frame in frames)
                assert types_seen(result) == told
            under_the_setting = (result.equal, types_seen(result))
        for number, (side, frame) in enumerate(zip((left, right), frames, strict=True)):
            # Values one by one: what Spark reads, written so that it describes itself.
            frame.write.parquet(str(tmp_path / f"read{number}"))
            with compare_datasets(side, tmp_path / f"read{number}", keys=["id"], spark=spark) as result:
                assert result.equal, result.to_markdown()
    default = Row("spark.sql.session.timeZone", ZONE, "")
    with under(spark, default), compare_datasets(left, right, keys=["id"], spark=spark) as result:
        by_default = (result.equal, types_seen(result))
    assert (by_default == under_the_setting) == (row.value == "CORRECTED")


@pytest.mark.parametrize("row", [row for row in rows() if row.here.startswith("refused")], ids=str)
def test_a_setting_that_is_refused_ends_with_its_code(spark: SparkSession, tmp_path: Path, row: Row) -> None:
    left, right = PAIRS[row.key](tmp_path)
    with under(spark, row), pytest.raises(ParityError) as caught:
        compare_datasets(left, right, keys=["id"], spark=spark)
    assert caught.value.code == row.here.split("`")[1]
    assert row.setting in f"{caught.value.message} {caught.value.hint}"
    compare_datasets(left, right, keys=["id"], spark=spark).close()


@pytest.mark.parametrize("row", [row for row in rows() if row.here.startswith("read")], ids=str)
def test_what_spark_refuses_is_compared(spark: SparkSession, tmp_path: Path, row: Row) -> None:
    left, right = PAIRS[row.key](tmp_path)
    with under(spark, row):
        with pytest.raises(Exception, match=r"rebase|INT96"):
            read(spark, left).collect()
        with compare_datasets(left, right, keys=["id"], spark=spark) as result:
            assert result.equal


def test_merged_schemas_are_compared_whatever_the_setting(spark: SparkSession, tmp_path: Path) -> None:
    left, right = two_schemas(tmp_path)
    with under(spark, Row("spark.sql.parquet.mergeSchema", "false", "")):
        assert not are_equal(read(spark, left), read(spark, right))
        with compare_datasets(left, right, keys=["id"], spark=spark) as result:
            assert (result.equal, result.counts.changed) == (False, 1)


@pytest.mark.parametrize("setting", ["spark.sql.files.ignoreCorruptFiles", "spark.sql.files.ignoreMissingFiles"])
def test_nothing_is_left_out_whatever_the_setting(spark: SparkSession, tmp_path: Path, setting: str) -> None:
    left, right = damaged(tmp_path)
    with under(spark, Row(setting, "true", "")):
        with pytest.raises(ParityError) as caught:
            compare_datasets(left, right, keys=["id"], spark=spark)
        assert caught.value.code == "CORRUPT_FILE"
        with pytest.raises(ParityError) as caught:
            compare_datasets(left, [right / "part.parquet", tmp_path / "gone"], keys=["id"], spark=spark)
        assert caught.value.code == "PATH_NOT_FOUND"


def test_a_pattern_stands_for_what_spark_reads_by_it(spark: SparkSession, tmp_path: Path) -> None:
    for name in ("p=1", "p=2", "q"):
        in_folders(tmp_path / "data", name)
    for name in ("_hidden.parquet", ".hidden.parquet", "a.parquet"):
        (tmp_path / "data" / name).write_bytes((tmp_path / "data" / "q" / "part.parquet").read_bytes())
    in_folders(tmp_path / "data", "p=*")
    for pattern in ("p=*", "p=?", "p=[12]", "{p=1,q}", "*.parquet", "q/*"):
        path = f"{tmp_path}/data/{pattern}"
        frame = spark.read.parquet(path)
        with compare_datasets(path, path, spark=spark) as result:
            assert result.counts.left == frame.count(), pattern
            assert [column.name for column in result.columns] == frame.columns == ["id"]


def test_the_sink_of_a_stream_is_refused_because_its_log_tells_which_files_count(
    spark: SparkSession, tmp_path: Path
) -> None:
    source = write(tmp_path / "in", pa.array([1]))
    stream = spark.readStream.schema("id int, v bigint").parquet(str(source)).writeStream.format("parquet")
    query = stream.option("checkpointLocation", str(tmp_path / "log")).trigger(availableNow=True)
    query.start(str(tmp_path / "out")).awaitTermination()
    (tmp_path / "out" / "uncommitted.parquet").write_bytes((source / "part.parquet").read_bytes())
    assert spark.read.parquet(str(tmp_path / "out")).count() == 1
    with pytest.raises(ParityError) as caught:
        compare_datasets(source, tmp_path / "out", keys=["id"], spark=spark)
    assert caught.value.code == "TABLE_FORMAT"
