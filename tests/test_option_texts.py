"""What callers write as options: one JSON object, read strictly, and never repeated where columns are masked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from acceptance.answers import compared, refused, text_of
from acceptance.parquet_fixtures import numbers, write_table

SECRET = "SECRET-1"


@pytest.mark.parametrize(
    "text",
    [
        "[1]",
        "[]",
        "1",
        '"tolerance"',
        "null",
        "",
        "{",
        "{} {}",
        '{"tolerance": 1, "tolerance": 0}',
        '{"tolerance": {"v": 1, "v": 0}}',
        '{"tolerance": {"v": {"absolute": 1, "absolute": 0}}}',
        '{"toleranc": 1}',
        '{"columns": ["v"]}',
        '{"columns": []}',
        '{"mask": {"v": true}}',
    ],
)
def test_options_are_one_object_with_each_member_once(text: str, parity: Path, tmp_path: Path) -> None:
    left, right = numbers(tmp_path / "left.parquet"), numbers(tmp_path / "right.parquet", last=4)
    answer = refused(parity, left, right, "--key", "id", "--options", text)
    assert answer.error_code == "BAD_OPTION"
    assert "--options" in text_of(answer)


def test_an_empty_object_and_nulls_ask_for_nothing(parity: Path, tmp_path: Path) -> None:
    left, right = numbers(tmp_path / "left.parquet"), numbers(tmp_path / "right.parquet", last=4)
    for text in ("{}", '{"tolerance": null, "mask": null}', ' {"thresholds": {}} '):
        assert compared(parity, left, right, "--key", "id", "--options", text)["counts"]["changed"] == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--options", json.dumps({"mask": ["v"], SECRET: 1})],
        ["--options", json.dumps({SECRET: 1, "mask": ["v"]})],
        ["--options", '{"mask": ["v"], "null_equals": {"v": "SECRET-1", "v": 1}, "SECRET-1": 1, "SECRET-1": 1}'],
        ["--options", '{"mask": ["v"], "text": ["SECRET-1"]}'],
        ["--options", '{"mask": ["v"], "SECRET-1"}'],
        ["--options", '{"mask": ["v"]}', "--rename", SECRET],
        ["--options", '{"mask": ["v"]}', "--time-zone", SECRET],
        ["--options", '{"mask": ["v"]}', "--samples", SECRET],
        ["--options", '{"mask": ["v"]}', "--duplicates", SECRET],
        ["--options", '{"mask": ["v"]}', "--where", f"v = '{SECRET}"],
        ["--options", '{"mask": ["v"]}', "--where", "v = '", SECRET, "'"],
        ["--options", '{"mask": ["v"]}', f"--{SECRET}"],
    ],
    ids=lambda options: " ".join(options[1:]),
)
def test_with_a_mask_nothing_of_an_option_that_is_not_understood_is_repeated(
    options: list[str], parity: Path, tmp_path: Path
) -> None:
    path = numbers(tmp_path / "a.parquet")
    answer = refused(parity, path, path, "--key", "id", *options)
    assert answer.error_code == "BAD_OPTION"
    assert SECRET not in answer.stdout + answer.stderr
    assert "mask" in text_of(answer)


def test_without_a_mask_what_is_not_understood_is_named(parity: Path, tmp_path: Path) -> None:
    path = numbers(tmp_path / "a.parquet")
    for options in (["--options", '{"toleranc": 1}'], ["--rename", "toleranc"], ["--toleranc"]):
        assert "toleranc" in text_of(refused(parity, path, path, "--key", "id", *options))


def test_a_plain_tolerance_where_a_column_is_called_like_its_member_shows_both_ways_out(
    parity: Path, tmp_path: Path
) -> None:
    path = write_table(tmp_path / "a.parquet", {"id": [1], "time": [1.0]})
    answer = refused(parity, path, path, "--key", "id", "--options", '{"tolerance": {"time": "1 day"}}')
    assert answer.error_code == "BAD_OPTION"
    assert '{"*": {"time": …}}' in text_of(answer)
    assert '{"time": {"absolute": …}}' in text_of(answer)


@pytest.mark.parametrize("scheme", ["s3", "S3A", "hdfs", "https", "abfss"])
def test_a_path_of_another_file_system_is_named_with_what_reads_it(scheme: str, parity: Path, tmp_path: Path) -> None:
    path = str(numbers(tmp_path / "a.parquet"))
    far = f"{scheme}://bucket/a"
    for left, right in ((far, path), (path, far)):
        answer = refused(parity, left, right, "--key", "id")
        assert answer.error_code == "PATH_UNREADABLE"
        assert far in text_of(answer)
        assert "Spark" in text_of(answer)


def test_with_a_mask_no_path_of_another_file_system_is_shown(parity: Path, tmp_path: Path) -> None:
    path = str(numbers(tmp_path / "a.parquet"))
    for far in (f"s3://bucket/v={SECRET}/", f"file://elsewhere/v={SECRET}/"):
        answer = refused(parity, far, path, "--key", "id", "--options", '{"mask": ["v"]}')
        assert SECRET not in answer.stdout + answer.stderr


def test_file_is_the_scheme_of_local_paths(parity: Path, tmp_path: Path) -> None:
    left, right = numbers(tmp_path / "a b.parquet"), numbers(tmp_path / "right.parquet", last=4)
    for spelled in (f"file://{left}", f"file:{left}", f"file://localhost{left}", f"FILE://{left}"):
        assert compared(parity, spelled, right, "--key", "id")["counts"]["changed"] == 1
    answer = refused(parity, "file://elsewhere/a.parquet", right, "--key", "id")
    assert answer.error_code == "PATH_UNREADABLE"


def test_a_file_that_is_there_is_read_whatever_its_name(
    parity: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers(tmp_path / "s3:" / "a.parquet")
    monkeypatch.chdir(tmp_path)
    assert compared(parity.resolve(), "s3://a.parquet", "s3:/a.parquet", "--key", "id")["equal"]
