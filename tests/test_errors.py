"""What cannot be compared is refused: the right code, names and a hint, exit status 2, and no trace of a panic."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pyarrow as pa
import pytest

from acceptance.answers import compared, refused, text_of
from acceptance.parquet_fixtures import numbers, write_table

# Paths


def test_a_missing_path_is_named(parity: Path, tmp_path: Path) -> None:
    present = numbers(tmp_path / "present.parquet")
    for left, right in ((tmp_path / "missing", present), (present, tmp_path / "missing")):
        answer = refused(parity, left, right, "--key", "id")
        assert answer.error_code == "PATH_NOT_FOUND"
        assert str(tmp_path / "missing") in text_of(answer)


def test_a_folder_without_parquet_files_is_not_found(parity: Path, tmp_path: Path) -> None:
    present = numbers(tmp_path / "present.parquet")
    (tmp_path / "empty").mkdir()
    assert refused(parity, present, tmp_path / "empty").error_code == "PATH_NOT_FOUND"


def test_a_folder_with_hidden_files_only_is_not_found(parity: Path, tmp_path: Path) -> None:
    present = numbers(tmp_path / "present.parquet")
    numbers(tmp_path / "hidden" / "_temporary" / "a.parquet")
    numbers(tmp_path / "hidden" / ".b.parquet")
    (tmp_path / "hidden" / "_SUCCESS").touch()
    assert refused(parity, tmp_path / "hidden", present).error_code == "PATH_NOT_FOUND"


def test_hidden_files_are_left_out(parity: Path, tmp_path: Path) -> None:
    left = numbers(tmp_path / "left" / "a.parquet")
    numbers(tmp_path / "right" / "a.parquet")
    (tmp_path / "right" / "_bad.parquet").write_bytes(b"x")
    (tmp_path / "right" / ".a.parquet.crc").write_bytes(b"x")
    assert compared(parity, left, tmp_path / "right", "--key", "id")["equal"]


def test_paths_with_unusual_characters_work(parity: Path, tmp_path: Path) -> None:
    left = numbers(tmp_path / "a b%20é😀" / "x's [1] {2}.parquet")
    right = numbers(tmp_path / "plain.parquet", last=4)
    assert compared(parity, left, right, "--key", "id")["counts"]["changed"] == 1
    assert compared(parity, left.parent, right, "--key", "id")["counts"]["changed"] == 1


def test_a_path_may_be_relative_or_a_link(parity: Path, tmp_path: Path) -> None:
    numbers(tmp_path / "left.parquet")
    (tmp_path / "link.parquet").symlink_to(tmp_path / "left.parquet")
    finished = subprocess.run(
        [str(parity.resolve()), "compare", "left.parquet", "link.parquet", "--key", "id"],
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0
    assert finished.stdout.strip()


@pytest.mark.parametrize(
    "mark",
    ["_delta_log/00000000000000000000.json", "metadata/v1.metadata.json", ".hoodie/hoodie.properties"],
    ids=["delta", "iceberg", "hudi"],
)
def test_a_table_format_is_not_read_as_plain_files(parity: Path, tmp_path: Path, mark: str) -> None:
    plain = numbers(tmp_path / "plain.parquet")
    numbers(tmp_path / "table" / "data" / "part-0.parquet")
    (tmp_path / "table" / mark).parent.mkdir(parents=True)
    (tmp_path / "table" / mark).write_text("{}")
    answer = refused(parity, tmp_path / "table", plain, "--key", "id")
    assert answer.error_code == "TABLE_FORMAT"
    assert str(tmp_path / "table") in text_of(answer)


# Names


@pytest.mark.parametrize(
    ("arguments", "code", "wrong", "suggestion"),
    [
        (["--key", "idd"], "KEY_NOT_FOUND", "idd", "id"),
        (["--key", "amuont"], "KEY_NOT_FOUND", "amuont", "amount"),
        (["--key", "id=idd"], "KEY_NOT_FOUND", "idd", "id"),
        (["--key", "id", "--column", "amonut"], "COLUMN_NOT_FOUND", "amonut", "amount"),
        (["--key", "id", "--exclude", "amounts"], "COLUMN_NOT_FOUND", "amounts", "amount"),
        (["--key", "id", "--rename", "amoumt=amount"], "COLUMN_NOT_FOUND", "amoumt", "amount"),
        (["--key", "id", "--rename", "amount=amoumt"], "COLUMN_NOT_FOUND", "amoumt", "amount"),
    ],
)
def test_an_unknown_name_comes_with_a_suggestion(
    parity: Path, tmp_path: Path, arguments: list[str], code: str, wrong: str, suggestion: str
) -> None:
    path = write_table(tmp_path / "a.parquet", {"id": [1], "amount": [2], "day": [3]})
    answer = refused(parity, path, path, *arguments)
    assert answer.error_code == code
    assert wrong in text_of(answer)
    assert suggestion in text_of(answer).replace(wrong, "")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--key", "id", "--key", "id"], "BAD_OPTION"),
        (["--key", "id", "--key", "ID"], "BAD_OPTION"),
        (["--key", "id", "--exclude", "id"], "BAD_OPTION"),
        (["--key", "id", "--duplicates", "perhaps"], "BAD_OPTION"),
        (["--duplicates", "fail"], "BAD_OPTION"),
        (["--key", "id", "--samples", "many"], "BAD_OPTION"),
        (["--key", "id", "--samples", "-1"], "BAD_OPTION"),
        (["--key", "id", "--time-zone", "Mars/Olympus"], "BAD_OPTION"),
        (["--key", "id", "--rename", "v"], "BAD_OPTION"),
        (["--exclude", "id", "--exclude", "v"], "NO_COMMON_COLUMNS"),
        (["--key", "id", "--no-such-option"], "BAD_OPTION"),
    ],
    ids=" ".join,
)
def test_contradictory_options_are_refused(parity: Path, tmp_path: Path, arguments: list[str], code: str) -> None:
    path = numbers(tmp_path / "a.parquet")
    assert refused(parity, path, path, *arguments).error_code == code


def test_no_common_column_is_refused_without_keys(parity: Path, tmp_path: Path) -> None:
    left = write_table(tmp_path / "left.parquet", {"a": [1]})
    right = write_table(tmp_path / "right.parquet", {"b": [1]})
    assert refused(parity, left, right).error_code == "NO_COMMON_COLUMNS"


def test_names_that_differ_only_by_case_are_ambiguous(parity: Path, tmp_path: Path) -> None:
    twice = write_table(tmp_path / "twice.parquet", {"id": [1], "v": [1], "V": [2]})
    once = write_table(tmp_path / "once.parquet", {"id": [1], "v": [1]})
    for left, right in ((twice, once), (once, twice)):
        answer = refused(parity, left, right, "--key", "id")
        assert answer.error_code == "AMBIGUOUS_COLUMN"
        assert "V" in text_of(answer)
    document = compared(parity, twice, once, "--key", "id", "--case-sensitive")
    assert document["schema"]["only_left"] == ["V"]


# Types


@pytest.mark.parametrize("other", [pa.array([1], pa.int32()), pa.array([1.0]), pa.array([True]), pa.array([b"1"])])
def test_a_string_key_against_another_type_is_refused(parity: Path, tmp_path: Path, other: pa.Array) -> None:
    left = write_table(tmp_path / "left.parquet", {"id": ["1"], "v": [1]})
    right = write_table(tmp_path / "right.parquet", {"id": other, "v": [1]})
    for one, two in ((left, right), (right, left)):
        answer = refused(parity, one, two, "--key", "id")
        assert answer.error_code == "BAD_OPTION"
        assert "id" in text_of(answer)


NESTED = {
    "array": pa.array([[1]], pa.list_(pa.int32())),
    "struct": pa.array([{"x": 1}]),
    "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int32())),
}


@pytest.mark.parametrize("kind", NESTED)
def test_a_nested_key_is_refused_by_name(parity: Path, tmp_path: Path, kind: str) -> None:
    path = write_table(tmp_path / "a.parquet", {"id": [1], "deep": NESTED[kind], "v": [1]})
    answer = refused(parity, path, path, "--key", "deep")
    assert answer.error_code == "UNSUPPORTED_TYPE"
    assert "deep" in text_of(answer)


@pytest.mark.parametrize("kind", NESTED)
def test_a_nested_column_that_is_not_compared_does_no_harm(parity: Path, tmp_path: Path, kind: str) -> None:
    nested = write_table(tmp_path / "a.parquet", {"id": [1], "deep": NESTED[kind], "v": [1]})
    flat = write_table(tmp_path / "b.parquet", {"id": [1], "v": [1]})
    assert compared(parity, nested, nested, "--key", "id", "--exclude", "deep")["equal"]
    assert compared(parity, nested, nested, "--key", "id", "--column", "v")["equal"]
    for left, right, side in ((nested, flat, "only_left"), (flat, nested, "only_right")):
        document = compared(parity, left, right, "--key", "id")
        assert document["counts"]["identical"] == 1
        assert not document["equal"]
        (name,) = document["schema"][side]
        assert name.startswith("deep")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (pa.array([1], pa.int32()), pa.array(["1"])),
        (pa.array([True]), pa.array([1], pa.int32())),
        (pa.array([1], pa.timestamp("us")), pa.array([1], pa.timestamp("us", "UTC"))),
        (pa.array([b"1"]), pa.array([1.0])),
    ],
    ids=["int and string", "boolean and int", "ntz and timestamp", "binary and double"],
)
def test_files_of_one_side_that_disagree_about_a_type_conflict(
    parity: Path, tmp_path: Path, one: pa.Array, two: pa.Array
) -> None:
    write_table(tmp_path / "mixed" / "a.parquet", {"id": [1], "v": one})
    write_table(tmp_path / "mixed" / "b.parquet", {"id": [2], "v": two})
    plain = write_table(tmp_path / "plain.parquet", {"id": [1], "v": one})
    answer = refused(parity, tmp_path / "mixed", plain, "--key", "id")
    assert answer.error_code == "SCHEMA_CONFLICT"
    assert "v" in text_of(answer)


def test_partition_folders_that_disagree_conflict(parity: Path, tmp_path: Path) -> None:
    numbers(tmp_path / "mixed" / "a=1" / "x.parquet")
    numbers(tmp_path / "mixed" / "b=1" / "x.parquet")
    plain = numbers(tmp_path / "plain.parquet")
    assert refused(parity, tmp_path / "mixed", plain, "--key", "id").error_code == "SCHEMA_CONFLICT"


def test_duplicate_keys_are_named_and_counted(parity: Path, tmp_path: Path) -> None:
    left = write_table(tmp_path / "left.parquet", {"id": [41, 77, 77], "v": [1, 2, 3]})
    right = write_table(tmp_path / "right.parquet", {"id": [41, 77], "v": [1, 2]})
    for one, two in ((left, right), (right, left)):
        answer = refused(parity, one, two, "--key", "id", "--duplicates", "fail")
        assert answer.error_code == "DUPLICATE_KEYS"
        assert "77" in text_of(answer)
        assert "41" not in text_of(answer)


# The command itself


def test_an_error_without_json_is_one_line_on_standard_error(parity: Path, tmp_path: Path) -> None:
    path = numbers(tmp_path / "a.parquet")
    finished = subprocess.run(
        [str(parity), "compare", str(path), str(path), "--key", "idd"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "RUST_BACKTRACE": "1"},
    )
    assert finished.returncode == 2
    assert finished.stderr.startswith("parity: KEY_NOT_FOUND: ")
    assert "panicked" not in finished.stderr
    assert finished.stdout == ""


def test_the_summary_goes_to_standard_output_and_under_json_to_standard_error(parity: Path, tmp_path: Path) -> None:
    left, right = numbers(tmp_path / "a.parquet"), numbers(tmp_path / "b.parquet", last=9)
    call = [str(parity), "compare", str(left), str(right), "--key", "id"]
    plain = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert plain.returncode == 1
    assert plain.stdout.strip()
    with_json = subprocess.run([*call, "--json"], capture_output=True, text=True, timeout=60, check=False)
    assert with_json.returncode == 1
    assert with_json.stderr.strip()
    assert with_json.stdout.startswith("{")
