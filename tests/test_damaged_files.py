"""Damaged and moving files never give a wrong answer: the truth, or exit status 2 with a documented code."""

from __future__ import annotations

import base64
import os
import random
import resource
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow.parquet import encryption

from acceptance.answers import refused
from acceptance.parquet_fixtures import numbers, write_table
from damage.fields import fields, footer_start, integer
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
    # Every bit of small files is flipped in tests/damage; these are larger.
    for _ in range(80):
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


def small(path: Path, **options: Any) -> bytes:
    """A file of plain values: its bytes."""
    rows = 16
    table = pa.table({"id": pa.array(range(rows), pa.int64()), "v": pa.array(range(rows), pa.int64())})
    settings = {"compression": "none", "use_dictionary": False, "store_schema": False, "write_statistics": False}
    pq.write_table(table, path, **(settings | options))
    return path.read_bytes()


def refused_as_corrupt(parity: Path, tmp_path: Path, data: bytes, names: str = "") -> None:
    """The file must be corrupt by key and without keys, named each time."""
    sound = tmp_path / "sound.parquet"
    (tmp_path / "damaged.parquet").write_bytes(data)
    for arguments in (["--key", "id"], []):
        answer = refused(parity, tmp_path / "damaged.parquet", sound, *arguments)
        assert answer.error_code == "CORRUPT_FILE", answer.stdout
        assert "damaged.parquet" in answer.stdout and names in answer.stdout, answer.stdout


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_definition_level_above_its_maximum_is_corrupt(parity: Path, tmp_path: Path, version: str) -> None:
    data = bytearray(small(tmp_path / "sound.parquet", data_page_version=version))
    # The levels of v: a run of 16, and its level, which becomes 129.
    at = data.rfind(bytes([0x20, 1]), 0, footer_start(bytes(data)))
    data[at + 1] = 0x81
    refused_as_corrupt(parity, tmp_path, bytes(data), "row group 0, column v")


@pytest.mark.parametrize("length", [14, 15, 17, 18])
def test_levels_that_end_early_or_late_are_corrupt(parity: Path, tmp_path: Path, length: int) -> None:
    data = bytearray(small(tmp_path / "sound.parquet"))
    at = data.rfind(bytes([0x20, 1]), 0, footer_start(bytes(data)))
    data[at] = length << 1
    refused_as_corrupt(parity, tmp_path, bytes(data), "row group 0, column v")


@pytest.mark.parametrize("compression", ["snappy", "gzip", "zstd", "brotli", "lz4"])
def test_a_page_that_claims_two_gigabytes_is_corrupt_and_takes_no_memory(
    parity: Path, tmp_path: Path, compression: str
) -> None:
    data = small(tmp_path / "sound.parquet", compression=compression)
    claims = [field for field in fields(data) if field.path == "page.uncompressed_page_size"]
    lengths = [field for field in fields(data) if field.path.endswith("meta_data.total_compressed_size")]
    claim, length = claims[-1], lengths[-1]
    huge = bytes([0xFE, 0xFF, 0xFF, 0xFF, 0x0F])
    grown = integer(data, length) + len(huge) - (claim.end - claim.value)
    assert 32 <= grown < 8192, "its length in the footer would have another length itself"
    footer = bytearray(data)
    footer[length.value : length.end] = bytes([grown << 1 & 0x7F | 0x80, grown >> 6])
    damaged = bytes(footer[: claim.value]) + huge + bytes(footer[claim.end :])
    (tmp_path / "damaged.parquet").write_bytes(damaged)
    command = [str(parity), "compare", str(tmp_path / "damaged.parquet"), str(tmp_path / "sound.parquet"), "--json"]
    # Small enough to refuse what the page claims, and large enough for everything else.
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))  # noqa: E731
    done = subprocess.run([*command, "--threads", "1"], capture_output=True, preexec_fn=limit, check=False)
    assert done.returncode == 2, done
    assert b"CORRUPT_FILE" in done.stdout and b"damaged.parquet" in done.stdout


@pytest.mark.parametrize(
    "field",
    [
        "meta_data.total_compressed_size",
        "data_page_offset",
        "meta_data.num_values",
        "row_groups.num_rows",
        "footer.num_rows",
    ],
)
def test_a_negative_number_in_the_footer_is_corrupt(parity: Path, tmp_path: Path, field: str) -> None:
    data = bytearray(small(tmp_path / "sound.parquet"))
    found = [one for one in fields(bytes(data)) if one.path.endswith(field) and one.path.startswith("footer")]
    # The lowest bit of a number tells its sign.
    data[found[-1].value] ^= 1
    refused_as_corrupt(parity, tmp_path, bytes(data))


def test_a_column_chunk_beyond_the_data_is_corrupt(parity: Path, tmp_path: Path) -> None:
    data = bytearray(small(tmp_path / "sound.parquet"))
    found = [one for one in fields(bytes(data)) if one.path.endswith("meta_data.total_compressed_size")]
    data[found[-1].end - 1] |= 0x40
    refused_as_corrupt(parity, tmp_path, bytes(data), "column v does not lie within the file")


class Keys(encryption.KmsClient):
    """Wraps no key at all."""

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> bytes:
        return base64.b64encode(key_bytes)

    def unwrap_key(self, wrapped_key: bytes, master_key_identifier: str) -> bytes:
        return base64.b64decode(wrapped_key)


@pytest.mark.parametrize("plaintext_footer", [False, True])
def test_an_encrypted_file_says_that_it_is_encrypted(parity: Path, tmp_path: Path, plaintext_footer: bool) -> None:
    sound = tmp_path / "sound.parquet"
    small(sound)
    factory = encryption.CryptoFactory(lambda _: Keys())
    settings = encryption.EncryptionConfiguration(
        footer_key="footer", column_keys={"column": ["v"]}, plaintext_footer=plaintext_footer
    )
    properties = factory.file_encryption_properties(encryption.KmsConnectionConfig(), settings)
    path = tmp_path / "secret.parquet"
    table = pq.read_table(sound)
    with pq.ParquetWriter(path, table.schema, encryption_properties=properties) as writer:
        writer.write_table(table)
    assert path.read_bytes().endswith(b"PAR1" if plaintext_footer else b"PARE")
    answer = refused(parity, sound, path, "--key", "id")
    assert answer.error_code == "ENCRYPTED_FILE"
    assert "secret.parquet is encrypted" in answer.stdout and "without encryption" in answer.stdout


def test_the_magic_bytes_of_an_encrypted_footer_are_enough(parity: Path, tmp_path: Path) -> None:
    sound = tmp_path / "sound.parquet"
    data = small(sound)
    (tmp_path / "secret.parquet").write_bytes(data[:-1] + b"E")
    assert refused(parity, sound, tmp_path / "secret.parquet").error_code == "ENCRYPTED_FILE"


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
