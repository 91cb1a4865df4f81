"""Large cells: compared to their last byte, in bounded memory, and shown in part."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from acceptance.answers import compared
from differential.agreement import disagreements
from differential.command import option_arguments, run_parity
from oracle import Options, Side, compare

SHOWN = 65_536
MEBI = 1 << 20
# What comparisons of large cells may take at most, in MiB: half as much again as they took in three runs (122, 93 and
# 43 at most), for other allocators and machines. When they held more cells than they look at: 1,075, 893 and 263.
MOST_BY_KEY, MOST_OF_A_DICTIONARY, MOST_WITHOUT_KEYS = 184, 144, 96
PEAK = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[2:], stdout=open(sys.argv[1], "w"))
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


def text_of(length: int, seed: int) -> bytes:
    block = bytes(random.Random(seed).choices(b"abcdefghijklmnopqrstuvwxyz ABC", k=4_096))
    return (block * (length // len(block) + 1))[:length]


def changed_at(text: bytes, place: int, byte: bytes = b"#") -> bytes:
    return text[:place] + byte + text[place + 1 :]


def write_cells(path: Path, cells: dict[int, bytes | None], **settings: object) -> Path:
    """Rows of a number and a text; each text has a page of its own unless a dictionary holds them."""
    path.parent.mkdir(exist_ok=True)
    table = pa.table({"id": pa.array(list(cells), pa.int64()), "v": pa.array(list(cells.values()), pa.binary())})
    table = table.set_column(1, "v", table["v"].cast(pa.string()))
    settings = {"use_dictionary": False, "write_batch_size": 1, "data_page_size": 1, "compression": "zstd"} | settings
    pq.write_table(table, path, **settings)
    return path


def peak_and_document(parity: Path, left: Path, right: Path, *options: str) -> tuple[int, dict]:
    """The most memory that a comparison took, in MiB, and what it said."""
    command = [str(parity), "compare", str(left), str(right), *options, "--threads", "2", "--json"]
    output = left.parent / "document.json"
    told = subprocess.run([sys.executable, "-c", PEAK, str(output), *command], capture_output=True, check=True)
    assert told.stdout.split()[0] == b"1", told.stderr
    return int(told.stdout.split()[1]) // 1024, json.loads(output.read_text())


def test_many_large_cells_are_all_compared_in_the_memory_of_a_few(parity: Path, tmp_path: Path) -> None:
    count, length = 60, 4 * MEBI
    cells = {number: text_of(length, number % 3) for number in range(count)}
    changed = {number: changed_at(text, length - 1 - number) for number, text in cells.items()}
    left = write_cells(tmp_path / "left.parquet", cells)
    # The rows of the other side stand in another order, and in several row groups.
    right = write_cells(tmp_path / "right.parquet", dict(reversed(changed.items())), row_group_size=17)
    peak, document = peak_and_document(parity, left, right, "--key", "id")
    (column,) = document["columns"]
    assert (document["counts"]["changed"], column["mismatches"], column["causes"]) == (count, count, {"other": count})
    for number, sample in enumerate(column["samples"]):
        place = length - 1 - number
        assert sample["cut"] == {"from": place - SHOWN // 2, "left_length": length, "right_length": length}
        assert sample["left"] == cells[number][place - SHOWN // 2 :][:SHOWN].decode()
        assert sample["right"] == changed[number][place - SHOWN // 2 :][:SHOWN].decode()
    assert peak < MOST_BY_KEY


def test_large_values_of_a_dictionary_are_not_multiplied(parity: Path, tmp_path: Path) -> None:
    values = [text_of(2 * MEBI, seed) for seed in range(2)]
    settings = {"use_dictionary": True, "dictionary_pagesize_limit": 16 * MEBI, "write_batch_size": 1_000}
    sides = [
        write_cells(tmp_path / f"{side}.parquet", {row: values[(row + side) % 2] for row in range(150)}, **settings)
        for side in range(2)
    ]
    peak, document = peak_and_document(parity, *sides, "--key", "id")
    assert document["columns"][0]["mismatches"] == 150
    assert peak < MOST_OF_A_DICTIONARY


def test_without_keys_large_cells_are_told_apart_and_sorted_in_bounded_memory(parity: Path, tmp_path: Path) -> None:
    count, length = 40, 4 * MEBI
    sides = [
        write_cells(tmp_path / f"{side}.parquet", {row: text_of(length, row + side) for row in range(count)})
        for side in range(2)
    ]
    peak, document = peak_and_document(parity, *sides, "--column", "v")
    # Texts 1 to 39 are on both sides.
    assert (document["counts"]["only_left"], document["counts"]["only_right"]) == (1, 1)
    (key,) = document["samples"]["only_left"]
    assert key["v"] == f"{text_of(length, 0)[:SHOWN].decode()}… ({length} characters)"
    assert peak < MOST_WITHOUT_KEYS


def test_rules_for_text_look_at_the_whole_of_large_cells(parity: Path, tmp_path: Path) -> None:
    text = text_of(MEBI, 1)
    left = write_cells(tmp_path / "left.parquet", {1: changed_at(text, MEBI - 1, b"x"), 2: text + b"x", 3: text})
    right = write_cells(
        tmp_path / "right.parquet", {1: changed_at(text, MEBI - 1, b"X"), 2: text + b"y", 3: text + b"  "}
    )
    rules = '{"text": {"v": ["trim", "ignore_case"]}}'
    document = compared(parity, left, right, "--key", "id", "--options", rules)
    (column,) = document["columns"]
    assert (column["mismatches"], column["relaxed"]) == (1, 2)
    assert column["samples"][0]["key"] == {"id": "2"}


@pytest.mark.parametrize("options", [Options(keys=["id"]), Options(keys=["k"]), Options(keys=None)], ids=str)
def test_long_values_are_shown_and_explained_as_the_oracle_does(parity: Path, tmp_path: Path, options: Options) -> None:
    long, limit = text_of(70_000, 1), text_of(SHOWN, 2)
    accents = "é".encode() * 40_000
    pairs: list[tuple[bytes | None, bytes | None]] = [
        (long, None),
        (None, long),
        (long, changed_at(long, 69_990)),
        (long, changed_at(long, 5)),
        (long, long.upper()),
        (long, long + b" \t"),
        (long, long + b" x"),
        (limit, limit[:-1]),
        (limit, limit + b"x"),
        (limit, limit.upper()),
        (accents, accents + b"x"),
        (accents, accents[:-1]),
        (accents + accents, accents + b"?" + accents),
        (b"\xff" * 66_000, b"\xff" * 65_999 + b"\xfe"),
        (b"1" * 70_000, b"1" * 70_000 + b".0"),
    ]
    schema = [("id", "int"), ("k", "string"), ("t", "string"), ("b", "binary"), ("a", "array<string>")]
    sides = [
        Side(
            schema,
            [
                (row, b"k" * 66_000 + b"%03d" % row if row % 2 else b"%d" % row, pair[n], pair[n], [pair[n], b"x"])
                for row, pair in enumerate(pairs)
            ],
        )
        for n in range(2)
    ]
    # Rows are told apart by their first characters: the order of keys that are alike for longer is our own.
    for side in sides:
        side.rows[:] = [(row, b"%03d" % number + key, *rest) for number, (row, key, *rest) in enumerate(side.rows)]
    paths = []
    for name, side in zip(("left", "right"), sides, strict=True):
        columns = list(zip(*side.rows, strict=True))
        table = pa.table(
            {
                "id": pa.array(columns[0], pa.int32()),
                "k": pa.array(columns[1], pa.binary()).cast(pa.string()),
                "t": pa.array(columns[2], pa.binary()),
                "b": pa.array(columns[3], pa.binary()),
                "a": pa.array(columns[4], pa.list_(pa.binary())),
            }
        )
        paths.append(as_text(table, tmp_path / f"{name}.parquet"))
    expected = compare(*sides, options)
    answer = run_parity(parity, *paths, option_arguments(options))
    assert answer.misbehaviour() is None, answer.stderr
    assert answer.document is not None
    assert disagreements(expected, answer.document) == []


def as_text(table: pa.Table, path: Path) -> Path:
    """Writes bytes as text, valid UTF-8 or not, all columns but `b`."""
    text = {"t": pa.string(), "a": pa.list_(pa.string())}
    columns = {
        name: pa.Array.from_buffers(pa.string(), len(column), column.buffers()) if name == "t" else column
        for name, column in ((name, table[name].combine_chunks()) for name in table.column_names)
    }
    elements = columns["a"].values
    texts = pa.Array.from_buffers(pa.string(), len(elements), elements.buffers())
    columns["a"] = pa.ListArray.from_arrays(columns["a"].offsets, texts)
    assert columns["t"].type == text["t"]
    assert columns["a"].type == text["a"]
    pq.write_table(pa.table(columns), path, store_schema=False)
    return path
