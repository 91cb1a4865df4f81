"""Damaged and moving files never give a wrong answer: the truth, or exit status 2 with a documented code."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from acceptance.answers import refused
from acceptance.parquet_fixtures import numbers, write_table
from differential.command import Answer, run_parity

READ_CODES = {"CORRUPT_FILE", "SCHEMA_CONFLICT", "UNSUPPORTED_TYPE", "AMBIGUOUS_COLUMN", "KEY_NOT_FOUND", "BAD_OPTION"}
LAYOUTS = {
    "plain": {"compression": "none", "use_dictionary": False, "store_schema": False},
    "dictionary_snappy": {"compression": "snappy", "store_schema": False, "row_group_size": 20},
    "zstd_v2_checksums": {
        "compression": "zstd",
        "data_page_version": "2.0",
        "write_page_checksum": True,
        "store_schema": False,
    },
}


def varied_table() -> pa.Table:
    rng = random.Random(3)
    rows = 60
    return pa.table(
        {
            "id": pa.array(range(rows), pa.int64()),
            "n": pa.array([rng.choice([None, 1, 2, 3]) for _ in range(rows)], pa.int32()),
            "x": pa.array([rng.random() for _ in range(rows)]),
            "s": pa.array([rng.choice(["red", "green", None, "blue"]) for _ in range(rows)]),
            "t": pa.array([rng.randrange(10**15) for _ in range(rows)], pa.timestamp("us", "UTC")),
            "b": pa.array([rng.random() < 0.5 for _ in range(rows)]),
        }
    )


def says_the_truth(parity: Path, damaged: Path, sound: Path) -> tuple[Answer, str | None]:
    """The answer on a damaged file against the sound one, and what is wrong with it."""
    answer = run_parity(parity, damaged, sound, ["--key", "id"], timeout_seconds=20)
    if wrong := answer.misbehaviour():
        return answer, wrong
    if answer.status == 2:
        code = answer.error_code
        return answer, None if code in READ_CODES else f"code {code}: {answer.stdout}"
    try:
        same = _reads_the_same(damaged, sound)
    except Exception:  # pyarrow refuses the file: nothing is known about what it holds
        return answer, None
    if same != (answer.status == 0):
        return answer, f"pyarrow reads {'the same' if same else 'other data'}, the exit status is {answer.status}"
    return answer, None


def _reads_the_same(damaged: Path, sound: Path) -> bool:
    one, other = pq.ParquetFile(damaged).read(), pq.ParquetFile(sound).read()
    if one.column_names != other.column_names or one.schema.types != other.schema.types:
        return False
    return all(a.combine_chunks().equals(b.combine_chunks()) for a, b in zip(one.columns, other.columns, strict=True))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_truncated_file_is_corrupt_wherever_it_ends(parity: Path, tmp_path: Path, layout: str) -> None:
    sound = tmp_path / "sound.parquet"
    pq.write_table(varied_table(), sound, **LAYOUTS[layout])
    whole = sound.read_bytes()
    damaged = tmp_path / "damaged.parquet"
    lengths = sorted({*range(13), *range(0, len(whole), max(1, len(whole) // 40)), *range(len(whole) - 12, len(whole))})
    for length in lengths:
        damaged.write_bytes(whole[:length])
        answer = refused(parity, damaged, sound, "--key", "id")
        assert answer.error_code == "CORRUPT_FILE", f"cut to {length} of {len(whole)} bytes: {answer.stdout}"
        assert "damaged.parquet" in answer.stdout


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_flipped_bit_never_hides_a_difference(parity: Path, tmp_path: Path, layout: str) -> None:
    sound = tmp_path / "sound.parquet"
    pq.write_table(varied_table(), sound, **LAYOUTS[layout])
    whole = sound.read_bytes()
    rng = random.Random(layout)
    wrong = []
    for _ in range(250):
        place, bit = rng.randrange(len(whole)), rng.randrange(8)
        damaged = tmp_path / "damaged.parquet"
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
        try:
            _, problem = says_the_truth(parity, damaged, sound)
        except subprocess.TimeoutExpired:
            problem = "does not end"
        if problem:
            wrong.append(f"byte {place} bit {bit} of {len(whole)}: {problem}")
    assert wrong == []


@pytest.mark.parametrize(
    "content",
    [b"", b"P", b"PAR1", b"PAR1PAR1", b"not Parquet at all, but long enough", b"PAR1" + b"\xff" * 40 + b"PAR1"],
    ids=["empty", "one byte", "magic", "two magics", "text", "endless footer"],
)
def test_what_is_not_parquet_is_corrupt(parity: Path, tmp_path: Path, content: bytes) -> None:
    sound = numbers(tmp_path / "sound.parquet")
    (tmp_path / "bad.parquet").write_bytes(content)
    for left, right in ((tmp_path / "bad.parquet", sound), (sound, tmp_path / "bad.parquet")):
        answer = refused(parity, left, right, "--key", "id")
        assert answer.error_code == "CORRUPT_FILE"
        assert "bad.parquet" in answer.stdout


def test_one_bad_file_among_good_ones_is_named(parity: Path, tmp_path: Path) -> None:
    sound = numbers(tmp_path / "sound.parquet")
    for number in range(4):
        numbers(tmp_path / "many" / f"{number}.parquet")
    broken = tmp_path / "many" / "2.parquet"
    broken.write_bytes(broken.read_bytes()[:-20])
    answer = refused(parity, tmp_path / "many", sound, "--key", "id")
    assert answer.error_code == "CORRUPT_FILE"
    assert "2.parquet" in answer.stdout


def large_table(seed: int) -> pa.Table:
    rng = random.Random(seed)
    rows = 200_000
    columns = {"id": pa.array(range(rows), pa.int64())}
    for number in range(4):
        start = rng.randrange(1000)
        columns[f"c{number}"] = pa.array([(start + n * 7919) % 1_000_003 for n in range(rows)], pa.int64())
    return pa.table(columns)


def atomically(version: Path, place: Path) -> None:
    """A new file takes the place of the old one."""
    shutil.copy(version, place.with_suffix(".new"))
    os.replace(place.with_suffix(".new"), place)


def in_place(version: Path, place: Path) -> None:
    """The bytes of the old file are overwritten."""
    content = version.read_bytes()
    with place.open("r+b") as file:
        file.write(content)
        file.truncate()


@pytest.mark.parametrize("replace", [atomically, in_place])
def test_a_file_that_changes_meanwhile_is_noticed_or_does_not_matter(parity: Path, tmp_path: Path, replace) -> None:
    before, after, right = (tmp_path / f"{name}.parquet" for name in ("before", "after", "right"))
    pq.write_table(large_table(1), before, row_group_size=20_000)
    pq.write_table(large_table(2), after, row_group_size=15_000)
    pq.write_table(large_table(1), right, row_group_size=20_000)
    left = tmp_path / "left" / "data.parquet"
    left.parent.mkdir()
    shutil.copy(before, left)
    began = time.monotonic()
    assert run_parity(parity, left, right, ["--key", "id"]).status == 0
    undisturbed = time.monotonic() - began
    expected = run_parity(parity, after, right, ["--key", "id"]).document
    assert expected is not None
    for attempt in range(12):
        shutil.copy(before, left)
        timer = threading.Timer(undisturbed * attempt / 10, replace, (after, left))
        timer.start()
        answer = run_parity(parity, left, right, ["--key", "id"])
        timer.join()
        assert answer.misbehaviour() is None, answer.stderr
        assert answer.document is not None
        if answer.status == 2:
            assert answer.error_code in ("SOURCE_CHANGED", "CORRUPT_FILE"), answer.stdout
        elif answer.status == 1:
            assert answer.document["counts"] == expected["counts"]
            assert answer.document["columns"] == expected["columns"]


def test_a_file_that_disappears_meanwhile_is_an_error_or_does_not_matter(parity: Path, tmp_path: Path) -> None:
    right = tmp_path / "right.parquet"
    pq.write_table(large_table(1), right, row_group_size=20_000)
    left = tmp_path / "left.parquet"
    for attempt in range(6):
        shutil.copy(right, left)
        timer = threading.Timer(0.01 * attempt, left.unlink)
        timer.start()
        answer = run_parity(parity, left, right, ["--key", "id"])
        timer.join()
        assert answer.misbehaviour() is None, answer.stderr
        if answer.status == 2:
            assert answer.error_code in ("SOURCE_CHANGED", "PATH_NOT_FOUND"), answer.stdout
        else:
            assert answer.status == 0


def test_an_unreadable_file_is_an_error_with_its_path(parity: Path, tmp_path: Path) -> None:
    sound = numbers(tmp_path / "sound.parquet")
    folder = tmp_path / "dangling"
    folder.mkdir()
    (folder / "a.parquet").symlink_to(tmp_path / "nowhere.parquet")
    answer = refused(parity, folder, sound, "--key", "id")
    assert "a.parquet" in answer.stdout or answer.error_code == "PATH_NOT_FOUND"


def test_a_sound_file_is_read_beside_a_column_that_is_never_looked_at(parity: Path, tmp_path: Path) -> None:
    path = write_table(tmp_path / "a.parquet", {"id": [1], "v": [2], "w": ["x"]})
    assert run_parity(parity, path, path, ["--key", "id", "--column", "v"]).status == 0
