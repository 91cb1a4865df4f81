"""Intervals, which only the schema that Spark leaves in a file's metadata tells from integers."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from acceptance.answers import compared, refused
from generator.spark_metadata import SPARK_METADATA, spark_types, write_table
from oracle.shown import interval_text

_MONTHS = [14, -1, None]


def dataset(folder: Path, *files: dict[str, str]) -> Path:
    """A folder with files of the same three months, each with its metadata."""
    folder.mkdir()
    for number, metadata in enumerate(files):
        ids = [10 * number + each for each in range(3)]
        table = pa.table({"id": pa.array(ids, pa.int32()), "v": pa.array(_MONTHS, pa.int32())})
        write_table(folder / f"{number}.parquet", table, metadata)
    return folder


def interval(name: str) -> dict[str, str]:
    return spark_types({"id": "int", "v": name})


def test_files_of_other_fields_have_the_fields_of_all(parity: Path, tmp_path: Path) -> None:
    left = dataset(tmp_path / "left", interval("interval year"), interval("interval month"))
    right = dataset(tmp_path / "right", interval("interval year to month"), interval("interval year to month"))
    assert compared(parity, left, right, "--key", "id")["equal"]


@pytest.mark.parametrize("other", [{}, interval("interval day"), interval("int")], ids=["none", "other", "int"])
def test_a_file_of_intervals_beside_one_of_integers_is_a_conflict(
    other: dict[str, str], parity: Path, tmp_path: Path
) -> None:
    left = dataset(tmp_path / "left", interval("interval year"), other)
    right = dataset(tmp_path / "right", interval("interval year"))
    assert refused(parity, left, right, "--key", "id").error_code == "SCHEMA_CONFLICT"


@pytest.mark.parametrize("text", ["", "{", "interval year", '{"fields": [{"name": "v", "type": "interval week"}]}'])
def test_metadata_that_cannot_be_read_say_nothing(text: str, parity: Path, tmp_path: Path) -> None:
    left = dataset(tmp_path / "left", {SPARK_METADATA: text})
    right = dataset(tmp_path / "right", {})
    assert compared(parity, left, right, "--key", "id")["equal"]


def test_an_interval_against_an_integer_is_shown_as_such(parity: Path, tmp_path: Path) -> None:
    left = dataset(tmp_path / "left", interval("interval year to month"))
    document = compared(parity, left, dataset(tmp_path / "right", {}), "--key", "id")
    (column,) = document["columns"]
    assert [change["name"] for change in document["schema"]["type_changes"]] == ["v"]
    assert (column["left_type"], column["right_type"]) == ("interval year to month", "int")
    assert [(each["left"], each["right"]) for each in column["samples"]] == [
        ("INTERVAL '1-2' YEAR TO MONTH", "14"),
        ("INTERVAL '-0-1' YEAR TO MONTH", "-1"),
    ]
    assert (column["causes"], column["max_difference"]) == ({"other": 2}, None)


# What Spark 3.5 casts stored numbers to.
@pytest.mark.parametrize(
    ("fields", "value", "text"),
    [
        ("year", -1, "'-0' YEAR"),
        ("month", -14, "'-14' MONTH"),
        ("year to month", -(2**31), "'-178956970-8' YEAR TO MONTH"),
        ("day", 93_784_500_000, "'1' DAY"),
        ("day to hour", -93_784_005_678, "'-1 02' DAY TO HOUR"),
        ("day to minute", 59_999_999, "'0 00:00' DAY TO MINUTE"),
        ("day to second", 93_784_005_678, "'1 02:03:04.005678' DAY TO SECOND"),
        ("day to second", -(2**63), "'-106751991 04:00:54.775808' DAY TO SECOND"),
        ("hour", -93_784_500_000, "'-26' HOUR"),
        ("hour to minute", 86_400_000_000, "'24:00' HOUR TO MINUTE"),
        ("hour to second", -1, "'-00:00:00.000001' HOUR TO SECOND"),
        ("minute", 93_784_005_678, "'1563' MINUTE"),
        ("minute to second", 93_784_500_000, "'1563:04.5' MINUTE TO SECOND"),
        ("second", 86_400_000_000, "'86400' SECOND"),
        ("second", -500_000, "'-00.5' SECOND"),
    ],
)
def test_the_oracle_shows_intervals_as_spark_does(fields: str, value: int, text: str) -> None:
    assert interval_text(value, f"interval {fields}") == f"INTERVAL {text}"
