"""Mistakes in the call itself: refused before Spark is asked, with names and a hint."""

from __future__ import annotations

import json
import pickle
import traceback
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pyspark.sql import SparkSession
from spark_parity import ParityError, Tolerance, compare_datasets, query

from acceptance.parquet_fixtures import numbers, write_table


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(numbers(tmp_path / "a.parquet"))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"keys": "id"}, "keys=['id']"),
        ({"keys": []}, "key"),
        ({"keys": [1]}, "1"),
        ({"keys": 3}, "int"),
        ({"keys": {"id": 1}}, "1"),
        ({"keys": ["id", "id"]}, "id"),
        ({"keys": ["id", "ID"]}, "ID"),
        ({"exclude": ["id"]}, "id"),
        ({"columns": "v"}, "columns=['v']"),
        ({"columns": []}, "columns is empty"),
        ({"exclude": [None]}, "None"),
        ({"rename": ["v"]}, "rename"),
        ({"rename": {"v": None}}, "None"),
        ({"duplicates": "perhaps"}, "'fail'"),
        ({"keys": None, "duplicates": "fail"}, "duplicates"),
        ({"samples": "many"}, "samples"),
        ({"samples": True}, "samples"),
        ({"samples": -1}, "-1"),
        ({"samples": 1.0}, "samples"),
        ({"output": ""}, "output"),
        ({"output": 3}, "output"),
        ({"where": 1}, "where"),
        ({"left_where": ["id > 1"]}, "left_where"),
        ({"right_where": "abs(id) > 1"}, "right_where"),
        ({"unordered": "v"}, "unordered"),
        ({"mask": "v"}, "mask=['v']"),
        ({"mask": [1]}, "mask"),
        ({"left": []}, "left"),
        ({"right": [3]}, "right"),
        ({"right": None}, "right"),
        ({"left": ""}, "left"),
    ],
    ids=lambda value: repr(value) if isinstance(value, dict) else "",
)
def test_a_mistake_is_a_bad_option_that_names_it(
    spark: SparkSession, path: str, arguments: dict[str, Any], named: str
) -> None:
    with pytest.raises(ParityError) as caught:
        compare_datasets(**{"left": path, "right": path, "keys": ["id"], "spark": spark, **arguments})
    assert caught.value.code == "BAD_OPTION"
    assert named in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("keys", [[["id", None]], None], ids=["keyed", "keyless"])
def test_no_columns_are_refused_by_the_engine_itself(spark: SparkSession, path: str, keys: object) -> None:
    side = {"paths": [path]}
    options = {"id": uuid4().hex, "left": side, "right": side, "keys": keys, "samples": 1}
    with pytest.raises(ParityError) as caught:
        query.run(spark, {**options, "columns": []})
    assert (caught.value.code, caught.value.message) == ("BAD_OPTION", "columns is empty")
    assert caught.value.hint
    assert json.loads(query.run(spark, {**options, "columns": ["v"]}).document)["equal"]
    query.close(spark, options["id"])


def test_a_plain_mapping_that_may_mean_a_column_is_refused_and_a_tolerance_is_not(
    spark: SparkSession, tmp_path: Path
) -> None:
    path = str(write_table(tmp_path / "a.parquet", {"id": [1], "time": [1.0]}))
    with pytest.raises(ParityError) as caught:
        compare_datasets(path, path, keys=["id"], spark=spark, tolerance={"time": "1 day"})
    assert caught.value.code == "BAD_OPTION"
    assert "Tolerance(time=...)" in str(caught.value)
    for tolerance in (Tolerance(time="1 day"), {"time": Tolerance(absolute=1)}, {"time": 1, "*": 0}):
        with compare_datasets(path, path, keys=["id"], spark=spark, tolerance=tolerance) as result:
            assert result.equal


def test_a_host_that_does_not_exist_is_no_bad_option(spark: SparkSession, path: str) -> None:
    with pytest.raises(ParityError) as caught:
        compare_datasets(path, "hdfs://no-such-host.invalid/a", keys=["id"], spark=spark)
    assert caught.value.code == "PATH_UNREADABLE"
    assert "no-such-host.invalid" in str(caught.value)


@pytest.mark.parametrize(
    "arguments",
    [
        {"duplicates": "SECRET"},
        {"rename": {"v": "SECRET", "SECRET": 1}},
        {"samples": "SECRET"},
        {"null_equals": {"SECRET": object()}},
        {"tolerance": {"v": "SECRET"}},
        {"exclude": "SECRET"},
    ],
    ids=str,
)
def test_with_a_mask_nothing_of_a_mistake_is_repeated(
    spark: SparkSession, path: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ParityError) as caught:
        compare_datasets(path, path, keys=["id"], mask=["v"], spark=spark, **arguments)
    assert caught.value.code == "BAD_OPTION"
    assert "SECRET" not in str(caught.value)
    assert next(iter(arguments)) in str(caught.value)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_data_frame_is_refused_with_a_way_out(spark: SparkSession, path: str, side: str) -> None:
    with pytest.raises(ParityError) as caught:
        compare_datasets(**{"left": path, "right": path, "keys": ["id"], side: spark.range(3)})
    assert caught.value.code == "BAD_OPTION"
    assert f"{side} is a DataFrame" in str(caught.value)
    assert "Parquet" in str(caught.value)


def test_empty_relaxations_ask_for_nothing(spark: SparkSession, path: str) -> None:
    with compare_datasets(path, path, keys=["id"], spark=spark, thresholds={}, tolerance={}, mask=[]) as result:
        assert result.equal


def test_an_error_shows_code_fact_and_hint_and_no_java_and_survives_pickling(spark: SparkSession, path: str) -> None:
    with pytest.raises(ParityError) as caught:
        compare_datasets(path, path, keys=["idd"], spark=spark)
    error = caught.value
    assert error.code == "KEY_NOT_FOUND"
    assert "idd" in error.message
    assert error.hint is not None
    assert "id" in error.hint
    assert str(error) == f"KEY_NOT_FOUND: {error.message}\n  hint: {error.hint}"
    shown = "".join(traceback.format_exception(error))
    assert "Py4J" not in shown
    assert "\tat " not in shown
    again = pickle.loads(pickle.dumps(error))
    assert (again.code, again.message, again.hint) == (error.code, error.message, error.hint)


def test_a_missing_path_a_missing_table_and_an_empty_folder_are_not_found(
    spark: SparkSession, path: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    for side in (tmp_path / "missing", str(tmp_path / "empty"), "no_such_table", "no_such.table"):
        with pytest.raises(ParityError) as caught:
            compare_datasets(path, side, keys=["id"], spark=spark)
        assert caught.value.code == "PATH_NOT_FOUND"
        assert str(side) in str(caught.value)
