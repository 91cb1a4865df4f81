"""What a path means: storage types, files that differ, partition folders, by Spark's rules."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from acceptance.answers import compared
from acceptance.parquet_fixtures import write_table


def type_of(document: dict, name: str) -> str:
    (column,) = (each for each in document["columns"] if each["name"] == name)
    return column["left_type"]


@pytest.mark.parametrize(
    ("array", "spark_type", "text"),
    [
        (pa.array([200], pa.uint8()), "smallint", "200"),
        (pa.array([60_000], pa.uint16()), "int", "60000"),
        (pa.array([4_000_000_000], pa.uint32()), "bigint", "4000000000"),
        (pa.array([2**64 - 1], pa.uint64()), "decimal(20,0)", "18446744073709551615"),
        (pa.array([-1], pa.int8()), "tinyint", "-1"),
        (pa.array([-1], pa.int16()), "smallint", "-1"),
        (pa.array([1.5], pa.float16()), "float", "1.5"),
        (pa.array([16777216.0], pa.float32()), "float", "1.6777216E7"),
        (pa.array([b"\x01\xab"], pa.binary(2)), "binary", "01AB"),
        (pa.array([b"\x01\xab"], pa.binary()), "binary", "01AB"),
        (pa.array([Decimal("0.000")], pa.decimal128(38, 3)), "decimal(38,3)", "0.000"),
        (pa.array([3_723_004], pa.time32("ms")), "time", "01:02:03.004"),
        (pa.array([3_723_000_004], pa.time64("us")), "time", "01:02:03.000004"),
        (pa.array([3_723_000_000_004], pa.time64("ns")), "time", "01:02:03.000000004"),
        (pa.array([1], pa.timestamp("ms", "UTC")), "timestamp", "1970-01-01 00:00:00.001"),
        (pa.array([1], pa.timestamp("us", "Europe/Berlin")), "timestamp", "1970-01-01 00:00:00.000001"),
        (pa.array([1], pa.timestamp("ns", "UTC")), "timestamp", "1970-01-01 00:00:00.000000001"),
        (pa.array([1], pa.timestamp("us")), "timestamp_ntz", "1970-01-01 00:00:00.000001"),
        (pa.array([-1], pa.date32()), "date", "1969-12-31"),
        (pa.array([2**31 - 1], pa.int32()).cast(pa.date32()), "date", "+5881580-07-11"),
        (pa.array([-(2**31)], pa.int32()).cast(pa.date32()), "date", "-5877641-06-23"),
        (pa.array(["x"], pa.large_string()), "string", "x"),
        (pa.array(["x"]).dictionary_encode(), "string", "x"),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_a_storage_type_is_read_and_shown_as_spark_does(
    parity: Path, tmp_path: Path, array: pa.Array, spark_type: str, text: str
) -> None:
    left = write_table(tmp_path / "left.parquet", {"id": [1], "v": array})
    right = write_table(tmp_path / "right.parquet", {"id": [1], "v": pa.nulls(1, array.type)})
    document = compared(parity, left, right, "--key", "id")
    assert type_of(document, "v") == spark_type
    (column,) = document["columns"]
    assert column["samples"] == [{"key": {"id": "1"}, "left": text, "right": None, "row": 0}]


def test_int96_is_a_timestamp_of_microseconds(parity: Path, tmp_path: Path) -> None:
    nanos = [1_700_000_000_123_456_789, -1]
    left = write_table(
        tmp_path / "left.parquet",
        {"id": [1, 2], "v": pa.array(nanos, pa.timestamp("ns"))},
        use_deprecated_int96_timestamps=True,
    )
    micros = pa.array([1_700_000_000_123_456, -1], pa.timestamp("us", "UTC"))
    right = write_table(tmp_path / "right.parquet", {"id": [1, 2], "v": micros})
    assert compared(parity, left, right, "--key", "id")["equal"]


def test_units_of_time_meet_by_instant(parity: Path, tmp_path: Path) -> None:
    paths = [
        write_table(tmp_path / f"{unit}.parquet", {"id": [1], "v": pa.array([n], pa.timestamp(unit, "UTC"))})
        for unit, n in (("ms", 5), ("us", 5_000), ("ns", 5_000_000))
    ]
    for left in paths:
        for right in paths:
            assert compared(parity, left, right, "--key", "id")["equal"]


def test_files_of_one_side_may_mix_nanoseconds_with_years_beyond_them(parity: Path, tmp_path: Path) -> None:
    far = 253_402_300_799_999_999
    write_table(tmp_path / "left" / "a.parquet", {"id": [1], "v": pa.array([far], pa.timestamp("us", "UTC"))})
    write_table(tmp_path / "left" / "b.parquet", {"id": [2], "v": pa.array([1], pa.timestamp("ns", "UTC"))})
    right = write_table(tmp_path / "r.parquet", {"id": [1, 2], "v": pa.array([far, 0], pa.timestamp("us", "UTC"))})
    document = compared(parity, tmp_path / "left", right, "--key", "id")
    assert document["counts"]["identical"] == 1
    assert document["columns"][0]["max_difference"] == Decimal("1E-9")


def test_the_type_of_a_side_is_the_widest_of_its_files(parity: Path, tmp_path: Path) -> None:
    narrow = {
        "id": pa.array([1], pa.int8()),
        "i": pa.array([1], pa.int16()),
        "x": pa.array([0.5], pa.float32()),
        "d": pa.array([Decimal("1.5")], pa.decimal128(3, 1)),
        "e": pa.array([Decimal("1.25")], pa.decimal128(5, 2)),
    }
    wide = {
        "id": pa.array([2], pa.int64()),
        "i": pa.array([2], pa.int32()),
        "x": pa.array([0.1], pa.float64()),
        "d": pa.array([Decimal("2.5")], pa.decimal128(20, 1)),
        "e": pa.array([Decimal("100.5")], pa.decimal128(7, 1)),
    }
    write_table(tmp_path / "left" / "a.parquet", narrow)
    write_table(tmp_path / "left" / "b.parquet", wide)
    whole = {
        "id": pa.array([1, 2], pa.int64()),
        "i": pa.array([1, 2], pa.int32()),
        "x": pa.array([0.5, 0.1]),
        "d": pa.array([Decimal("1.5"), Decimal("2.5")], pa.decimal128(20, 1)),
        "e": pa.array([Decimal("1.25"), Decimal("100.5")], pa.decimal128(8, 2)),
    }
    right = write_table(tmp_path / "right.parquet", whole)
    document = compared(parity, tmp_path / "left", right, "--key", "id")
    assert document["schema"]["type_changes"] == []
    assert document["equal"]


def test_a_column_that_a_file_lacks_is_null_there(parity: Path, tmp_path: Path) -> None:
    write_table(tmp_path / "left" / "a.parquet", {"id": [1], "old": [7]})
    write_table(tmp_path / "left" / "b.parquet", {"new": ["x"], "id": [2]})
    whole = {"id": [1, 2], "old": pa.array([7, None], pa.int64()), "new": [None, "x"]}
    right = write_table(tmp_path / "right.parquet", whole)
    document = compared(parity, tmp_path / "left", right, "--key", "id")
    assert document["equal"]
    assert document["schema"]["common"] == ["id", "old", "new"]


@pytest.mark.parametrize(
    ("folders", "values"),
    [
        (["1", "007", "-3"], pa.array([1, 7, -3], pa.int32())),
        (["1", "3000000000"], pa.array([1, 3_000_000_000], pa.int64())),
        (["1.5", "2"], pa.array([1.5, 2.0], pa.float64())),
        (["a", "1"], pa.array(["a", "1"])),
        (["2026-01-31", "0001-01-01"], pa.array([20484, -719162], pa.int32()).cast(pa.date32())),
        (["true", "false"], pa.array(["true", "false"])),
        (["north%20east", "50%25", "a%2Fb", "x%3Dy"], pa.array(["north east", "50%", "a/b", "x=y"])),
        (["__HIVE_DEFAULT_PARTITION__", "5"], pa.array([None, 5], pa.int32())),
        (["é😀"], pa.array(["é😀"])),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, list) else "",
)
def test_partition_values_have_the_type_spark_infers(
    parity: Path, tmp_path: Path, folders: list[str], values: pa.Array
) -> None:
    for number, folder in enumerate(folders):
        write_table(tmp_path / "left" / f"part={folder}" / "x.parquet", {"id": [number]})
    right = write_table(tmp_path / "right.parquet", {"id": list(range(len(folders))), "part": values})
    document = compared(parity, tmp_path / "left", right, "--key", "id")
    assert document["schema"]["type_changes"] == []
    assert document["equal"]


def test_a_partition_column_overrides_the_column_of_that_name_in_the_files(parity: Path, tmp_path: Path) -> None:
    write_table(tmp_path / "left" / "day=2" / "x.parquet", {"day": ["in the file"], "id": [1]})
    right = write_table(tmp_path / "right.parquet", {"day": pa.array([2], pa.int32()), "id": [1]})
    document = compared(parity, tmp_path / "left", right, "--key", "id")
    assert document["equal"]
    assert document["schema"]["common"] == ["day", "id"]


def test_a_single_file_below_a_partition_folder_has_no_partition_column(parity: Path, tmp_path: Path) -> None:
    left = write_table(tmp_path / "day=1" / "x.parquet", {"id": [1], "v": [1]})
    right = write_table(tmp_path / "right.parquet", {"id": [1], "v": [1]})
    assert compared(parity, left, right, "--key", "id")["equal"]
