"""Row groups of one row each, and row groups that say that they are larger than 4 GiB, or are."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from acceptance.answers import compared, refused
from acceptance.parquet_fixtures import write_table
from damage.fields import Field, Walk, footer_start, integer
from test_damaged_filters import replaced, spelled

ROWS = 16
# More than fits 32 bits.
BEYOND = (4 << 30) + (1 << 16)


def test_row_groups_of_one_row_each_are_read_like_any_others(parity: Path, tmp_path: Path) -> None:
    rows = 3_000
    columns = {"id": list(range(rows)), "v": [f"value {row % 7}" for row in range(rows)]}
    other = dict(columns) | {"v": ["other" if row == rows - 1 else text for row, text in enumerate(columns["v"])]}
    single = write_table(tmp_path / "single.parquet", columns, row_group_size=1)
    whole = write_table(tmp_path / "whole.parquet", other)
    for keys in (["--key", "id"], []):
        assert compared(parity, single, single, *keys)["equal"]
    for left, right in ((single, whole), (whole, single)):
        document = compared(parity, left, right, "--key", "id")
        assert (document["counts"]["identical"], document["counts"]["changed"]) == (rows - 1, 1)
        keyless = compared(parity, left, right)
        assert (keyless["counts"]["only_left"], keyless["counts"]["only_right"]) == (1, 1)


def small(path: Path, *, last: int = ROWS - 1) -> bytes:
    """Sixteen rows of `id` and `v`, plain and without statistics: the bytes of their file."""
    values = [*range(ROWS - 1), last]
    columns = {"id": pa.array(range(ROWS), pa.int64()), "v": pa.array(values, pa.int64())}
    settings = {"compression": "none", "use_dictionary": False, "store_schema": False, "write_statistics": False}
    return write_table(path, columns, **settings).read_bytes()


_COLUMN = "row_groups.columns.meta_data"


def footer_fields(data: bytes, name: str) -> list[Field]:
    """The fields of that name in the footer, of each row group or column."""
    return [field for field in Walk(data, footer_start(data)).struct("footer") if field.path == f"footer.{name}"]


def told(data: bytes, name: str, number: int, *, everywhere: bool = False) -> bytes:
    """The file with another number in its footer: that of the last row group or column, or of each."""
    places = range(len(footer_fields(data, name)))
    for place in places if everywhere else places[-1:]:
        # Each change moves what follows.
        data = replaced(data, footer_fields(data, name)[place], spelled(number))
    return data


def spread(path: Path, data: bytes, at: int, hole: int) -> Path:
    """Writes the bytes with a hole in them, which takes no room on the disk."""
    with path.open("wb") as file:
        file.write(data[:at])
        file.seek(hole, 1)
        file.write(data[at:])
    if path.stat().st_blocks * 512 > 1 << 30:
        pytest.skip(f"{path.parent} is on a file system that keeps holes as zeros")
    return path


def beyond(path: Path, *, last: int = ROWS - 1) -> Path:
    """A file whose row group spans more than 4 GiB: the second column begins behind a hole."""
    data = small(path, last=last)
    start = integer(data, footer_fields(data, f"{_COLUMN}.data_page_offset")[-1])
    total = integer(data, footer_fields(data, "row_groups.total_byte_size")[-1])
    data = told(data, f"{_COLUMN}.data_page_offset", start + BEYOND)
    data = told(data, "row_groups.total_byte_size", total + BEYOND)
    return spread(path, data, start, BEYOND)


def test_a_row_group_that_spans_more_than_four_gibibytes_is_read(parity: Path, tmp_path: Path) -> None:
    left, right = beyond(tmp_path / "left.parquet"), beyond(tmp_path / "right.parquet", last=99)
    sound = tmp_path / "sound.parquet"
    small(sound)
    assert compared(parity, left, sound, "--key", "id")["equal"]
    for arguments in (["--key", "id"], ["--key", "id", "--key", "v"]):
        document = compared(parity, left, right, *arguments)
        assert document["counts"]["identical"] == ROWS - 1
    assert compared(parity, left, right, "--key", "id")["counts"]["changed"] == 1


@pytest.mark.parametrize("size", ["total_compressed_size", "total_uncompressed_size", "both"])
def test_a_column_that_says_more_than_four_gibibytes_is_corrupt_or_read_right(
    parity: Path, tmp_path: Path, size: str
) -> None:
    sound = tmp_path / "sound.parquet"
    data = small(sound)
    for name in ("total_compressed_size", "total_uncompressed_size"):
        if size in (name, "both"):
            data = told(data, f"{_COLUMN}.{name}", BEYOND)
    data = told(data, "row_groups.total_byte_size", BEYOND)
    lying = tmp_path / "lying.parquet"
    lying.write_bytes(data)
    # The same where the file is as long as it says.
    long = spread(tmp_path / "long.parquet", data, footer_start(data), BEYOND)
    for path in (lying, long):
        if size == "total_uncompressed_size":
            # Nobody goes by what it would be without compression.
            assert compared(parity, path, sound, "--key", "id")["equal"]
        else:
            answer = refused(parity, path, sound, "--key", "id")
            assert answer.error_code == "CORRUPT_FILE"
            assert path.name in answer.stdout


@pytest.mark.parametrize("rows", [ROWS + (1 << 32), 1 << 31, (1 << 62) + ROWS])
def test_a_row_group_that_says_more_rows_than_fit_is_corrupt(parity: Path, tmp_path: Path, rows: int) -> None:
    sound = tmp_path / "sound.parquet"
    data = small(sound)
    for name in ("num_rows", "row_groups.num_rows", f"{_COLUMN}.num_values"):
        data = told(data, name, rows, everywhere=True)
    lying = tmp_path / "lying.parquet"
    lying.write_bytes(data)
    for sides in ((lying, sound), (sound, lying)):
        for arguments in (["--key", "id"], [], ["--key", "id", "--column", "id"]):
            answer = refused(parity, *sides, *arguments)
            assert answer.error_code == "CORRUPT_FILE", answer.stdout
            assert "lying.parquet" in answer.stdout
