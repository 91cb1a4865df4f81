"""Relaxations and thresholds that make no sense are refused with the right code, and the answer names what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from acceptance.answers import compared, refused, text_of
from acceptance.parquet_fixtures import write_table


def dataset(path: Path) -> Path:
    """One row of every kind of column that an option may name."""
    return write_table(
        path,
        {
            "id": pa.array([1], pa.int32()),
            "price": pa.array([1.5], pa.float64()),
            "name": pa.array(["a"]),
            "day": pa.array([19_000], pa.int32()).cast(pa.date32()),
            "flag": pa.array([True]),
        },
    )


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"tolerance": {"prize": 1}}, "COLUMN_NOT_FOUND", ["prize", "price"]),
        ({"tolerance": {"name": 1}}, "BAD_OPTION", ["tolerance", "name", "string"]),
        ({"tolerance": {"flag": 1}}, "BAD_OPTION", ["tolerance", "flag", "boolean"]),
        ({"tolerance": {"id": 1}}, "BAD_OPTION", ["tolerance", "id", "key"]),
        ({"tolerance": {"day": 1}}, "BAD_OPTION", ["day", "time"]),
        ({"tolerance": {"price": {"time": "1 day"}}}, "BAD_OPTION", ["price", "double"]),
        ({"tolerance": {"type:number": 1}}, "BAD_OPTION", ["number", "type"]),
        ({"tolerance": {"absolute": -0.5}}, "BAD_OPTION", ["tolerance", "-0.5"]),
        ({"tolerance": {"price": {"relative": -1}}}, "BAD_OPTION", ["tolerance", "-1"]),
        ({"tolerance": {"time": "soon"}}, "BAD_OPTION", ["tolerance", "soon"]),
        ({"tolerance": {"price": {"absolutely": 1}}}, "BAD_OPTION", ["tolerance", "absolutely"]),
        ({"text": ["strip"]}, "BAD_OPTION", ["text", "strip", "trim"]),
        ({"text": {"nam": ["trim"]}}, "COLUMN_NOT_FOUND", ["nam", "name"]),
        ({"text": {"price": ["trim"]}}, "BAD_OPTION", ["text", "price", "double"]),
        ({"text": {"type:text": ["trim"]}}, "BAD_OPTION", ["text", "type"]),
        ({"null_equals": {"price": ""}}, "BAD_OPTION", ["null_equals", "price", "double"]),
        ({"null_equals": {"nam": ""}}, "COLUMN_NOT_FOUND", ["nam", "name"]),
        ({"null_equals": {"id": 0}}, "BAD_OPTION", ["null_equals", "id", "key"]),
        ({"null_equals": {"day": {"$ts": "2024-01-01T00:00:00Z"}}}, "BAD_OPTION", ["null_equals", "day", "date"]),
        ({"thresholds": {"rows": 1.5}}, "BAD_OPTION", ["thresholds", "rows", "1.5"]),
        ({"thresholds": {"columns": {"price": -0.1}}}, "BAD_OPTION", ["thresholds", "price", "-0.1"]),
        ({"thresholds": {"columns": {"prize": 0.1}}}, "COLUMN_NOT_FOUND", ["prize", "price"]),
        ({"thresholds": {"columns": {"id": 0.1}}}, "BAD_OPTION", ["thresholds", "id", "key"]),
        ({"thresholds": {"schema": 1}}, "BAD_OPTION", ["thresholds", "schema"]),
        ({"thresholds": {"row": 0.1}}, "BAD_OPTION", ["thresholds", "row"]),
    ],
    ids=str,
)
def test_an_option_that_makes_no_sense_is_named(
    options: dict[str, Any], code: str, words: list[str], parity: Path, tmp_path: Path
) -> None:
    path = dataset(tmp_path / "data.parquet")
    answer = refused(parity, path, path, "--key", "id", "--options", json.dumps(options))
    assert answer.error_code == code
    for word in words:
        assert word in text_of(answer)


def test_a_tolerance_without_keys_is_refused(parity: Path, tmp_path: Path) -> None:
    path = dataset(tmp_path / "data.parquet")
    answer = refused(parity, path, path, "--options", json.dumps({"tolerance": 1}))
    assert answer.error_code == "BAD_OPTION"
    assert "tolerance" in text_of(answer)
    assert "key" in text_of(answer)


def test_the_right_name_of_a_renamed_column_points_to_the_left_one(parity: Path, tmp_path: Path) -> None:
    left = write_table(tmp_path / "left.parquet", {"id": [1], "amt": [1.0]})
    right = write_table(tmp_path / "right.parquet", {"id": [1], "amount": [1.5]})
    arguments = ["--key", "id", "--rename", "amt=amount", "--options"]
    answer = refused(parity, left, right, *arguments, json.dumps({"tolerance": {"amount": 0.5}}))
    assert answer.error_code == "COLUMN_NOT_FOUND"
    assert "left names" in text_of(answer)
    assert compared(parity, left, right, *arguments, json.dumps({"tolerance": {"amt": 0.5}}))["equal"]
