"""Masked values appear nowhere: not in documents, frames, files or messages, nor in what tasks leave on disk."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from spark_parity import ComparisonResult, ParityError, Tolerance, compare_datasets

from acceptance.parquet_fixtures import write_table

MARKER = "SECRET-"
ROWS = 400
PEOPLE = {"ssn": [f"{MARKER}{i:05}" for i in range(ROWS)], "id": list(range(ROWS))}


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    def side(name: str, first: int) -> Path:
        numbers = range(first, first + ROWS)
        columns = {
            "ssn": [f"{MARKER}{i:05}" for i in numbers],
            "id": list(numbers),
            "town": [f"{MARKER}town-{i % 9 + first}" for i in numbers],
            "pay": [48811.25 + i % 7 + first / 8 for i in numbers],
            "v": [i // (10 + first) for i in numbers],
            "home": [{"street": f"{MARKER}street-{i % 50 + first}", "number": i} for i in numbers],
        }
        return write_table(tmp_path / f"{name}.parquet", columns, row_group_size=100)

    return side("left", 0), side("right", 1)


def frames(result: ComparisonResult) -> dict[str, list[dict[str, Any]]]:
    names = ("only_left", "only_right", "changed", "differences", "duplicates")
    return {name: [row.asDict(recursive=True) for row in getattr(result, name)().collect()] for name in names}


def local_folders(spark: SparkSession) -> list[Path]:
    """Where the session keeps shuffle files and blocks."""
    folders = list(Path(spark.sparkContext.getConf().get("spark.local.dir") or "").glob("**/blockmgr-*"))
    assert folders
    return folders


def files_with(marker: str, folders: Iterable[Path]) -> list[Path]:
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if marker.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    "options",
    [
        {"keys": ["ssn"], "mask": ["ssn"]},
        {"keys": ["id"], "mask": ["ssn", "town", "home"], "text": {"town": ["ignore_case"]}},
        {"keys": ["home.street"], "mask": ["home", "ssn", "town"]},
        {"keys": ["v"], "mask": ["ssn", "town", "home.street"]},
        {"keys": None, "mask": ["ssn", "town", "home.street"]},
        {"keys": ["ssn"], "mask": ["SSN", "town", "home"], "where": f"ssn > '{MARKER}00100'"},
    ],
    ids=["key", "values", "struct", "duplicates", "multiset", "where"],
)
def test_masked_values_leave_no_task(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path, options: dict[str, Any]
) -> None:
    masked = {name.lower() for name in options["mask"]}
    options = {
        **options,
        "mask": sorted(masked | {"town", "home", "ssn"} if "v" not in str(options["keys"]) else masked),
    }
    with (
        compare_datasets(*pair, **options, spark=spark, output=tmp_path / "out") as result,
        compare_datasets(*pair, **{**options, "mask": None}, spark=spark) as plain,
    ):
        shown, seen = frames(result), frames(plain)
        assert MARKER in plain.to_json()
        assert MARKER not in result.to_json() + str(result) + repr(shown)
        assert result.counts == plain.counts
        assert [(c.name, c.mismatches, c.null_left, c.null_right) for c in result.columns] == [
            (c.name, c.mismatches, c.null_left, c.null_right) for c in plain.columns
        ]
        assert {name: len(rows) for name, rows in shown.items()} == {name: len(rows) for name, rows in seen.items()}
    assert not files_with(MARKER, [tmp_path / "out"])


def test_blocks_on_disk_are_sealed(spark: SparkSession, pair: tuple[Path, Path]) -> None:
    before = set(files_with(MARKER, local_folders(spark)))
    mask = ["ssn", "town", "home"]
    for keys in (["id"], ["v"], None):
        with compare_datasets(*pair, keys=keys, mask=mask, spark=spark) as result:
            frames(result)
            assert set(files_with(MARKER, local_folders(spark))) <= before
    # The values of duplicate keys stay on disk until the result is closed, and compression does not hide them.
    with compare_datasets(*pair, keys=["v"], spark=spark):
        assert set(files_with(MARKER, local_folders(spark))) - before


def test_a_masked_column_has_counts_and_no_values(spark: SparkSession, pair: tuple[Path, Path]) -> None:
    with compare_datasets(
        *pair, keys=["id"], mask=["pay"], tolerance={"pay": Tolerance(absolute=0.25)}, columns=["pay", "v"], spark=spark
    ) as result:
        pay = next(column for column in result.columns if column.name == "pay")
        assert pay.masked
        assert pay.relaxed == 399
        assert (pay.mismatches, pay.max_difference, pay.causes, pay.samples) == (0, None, {}, [])
        assert "48811" not in result.to_json()
        rows = result.changed().collect()
        assert rows
        assert {row.left.pay for row in rows} | {row.right.pay for row in rows} == {None}
        assert {row.pay for row in result.only_left().collect()} == {None}
    with compare_datasets(*pair, keys=["id"], mask=["pay"], spark=spark) as result:
        cells = result.differences().where("column = 'pay'").collect()
        assert len(cells) == 399
        assert {(cell.left, cell.right, cell.cause) for cell in cells} == {(None, None, None)}
        assert "pay" in result.changed().first().columns


def test_masked_keys_are_null_in_frames_and_named_in_words_in_messages(
    spark: SparkSession, pair: tuple[Path, Path]
) -> None:
    with compare_datasets(*pair, keys=["ssn"], mask=["ssn"], spark=spark) as result:
        assert json.loads(result.to_json())["keys"] == [{"left": "ssn", "right": "ssn", "masked": True}]
        assert {cell.ssn for cell in result.differences().collect()} == {None}
        assert {row.ssn for row in result.changed().collect()} == {None}
        assert "ssn=(masked)" in str(result)
    with pytest.raises(ParityError) as caught:
        compare_datasets(*pair, keys=["town"], mask=["town"], duplicates="fail", spark=spark)
    assert caught.value.code == "DUPLICATE_KEYS"
    assert "(town=(masked))" in str(caught.value)
    assert MARKER not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"where": f"ssn in ('{MARKER}1', "}, "BAD_OPTION"),
        ({"where": f"ssn = {MARKER}1"}, "BAD_OPTION"),
        ({"left_where": "ssn = SECRET"}, "BAD_OPTION"),
        ({"right_where": "SECRET = 1"}, "COLUMN_NOT_FOUND"),
        ({"null_equals": {"town": [f"{MARKER}1"]}}, "BAD_OPTION"),
        ({"tolerance": {"pay": f"{MARKER}1"}}, "BAD_OPTION"),
        ({"mask": ["ssn", "nobody"]}, "COLUMN_NOT_FOUND"),
    ],
)
def test_messages_repeat_no_literal(
    spark: SparkSession, pair: tuple[Path, Path], options: dict[str, Any], code: str
) -> None:
    with pytest.raises(ParityError) as caught:
        compare_datasets(*pair, **{"keys": ["id"], "mask": ["ssn", "town", "pay"], **options}, spark=spark)
    assert caught.value.code == code
    assert "SECRET" not in str(caught.value)


def test_folders_of_a_masked_partition_column_are_not_named(spark: SparkSession, tmp_path: Path) -> None:
    for side in ("left", "right"):
        for i in range(3):
            write_table(tmp_path / side / f"ssn={MARKER}{i}" / "part.parquet", {"id": [i], "v": [1]})
    paths = (tmp_path / "left", tmp_path / "right")
    with compare_datasets(*paths, keys=["id"], mask=["ssn"], spark=spark) as result:
        assert result.equal
        assert MARKER not in result.to_json()
    broken = tmp_path / "right" / f"ssn={MARKER}1" / "part.parquet"
    broken.write_bytes(broken.read_bytes()[:-20])
    with pytest.raises(ParityError) as caught:
        compare_datasets(*paths, keys=["id"], mask=["ssn"], spark=spark)
    assert caught.value.code == "CORRUPT_FILE"
    assert MARKER not in str(caught.value)
    assert "ssn=(masked)" in str(caught.value)


def test_files_that_the_jvm_reads_are_not_named_either(spark: SparkSession, tmp_path: Path) -> None:
    for side, first in (("left", 0), ("right", 1)):
        for i in range(first, first + 2):
            write_table(tmp_path / side / f"ssn={MARKER}{i}" / "part.parquet", {"id": [i], "v": [1]})
    context: Any = spark.sparkContext
    context._jsc.hadoopConfiguration().set("fs.viewfs.mounttable.masked.link./data", tmp_path.as_uri())
    paths = ("viewfs://masked/data/left", "viewfs://masked/data/right")
    with compare_datasets(*paths, keys=["id"], mask=["ssn"], spark=spark) as result:
        assert result.counts.only_left == 1
        (tmp_path / "left" / f"ssn={MARKER}0" / "part.parquet").unlink()
        with pytest.raises(Exception) as caught:
            result.only_left().collect()
        assert MARKER not in str(caught.value)
        assert "ssn=(masked)" in str(caught.value)


def test_a_right_column_is_masked_under_the_name_that_it_meets(spark: SparkSession, tmp_path: Path) -> None:
    left = write_table(tmp_path / "l.parquet", {"id": [1], "a": ["open"], "x": ["another"]})
    right = write_table(tmp_path / "r.parquet", {"id": [1], "x": [f"{MARKER}R"]})
    with compare_datasets(left, right, keys=["id"], rename={"a": "x"}, mask=["x"], spark=spark) as result:
        assert result.mismatched_columns == ["a"]
        assert MARKER not in result.to_json() + repr(frames(result))
