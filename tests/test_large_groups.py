"""Keys with very many rows: how they pair, whatever the layout, and what that takes."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from acceptance.answers import compared
from acceptance.parquet_fixtures import write_table
from differential.agreement import disagreements, same_but_for_the_paths
from differential.command import option_arguments, run_parity
from generator import write_plainly
from oracle import Options, Side, compare

SCHEMA = [
    ("id", "int"),
    ("few", "tinyint"),
    ("d", "double"),
    ("s", "struct<n:int,t:string>"),
    ("a", "array<int>"),
    ("m", "map<string,int>"),
    ("price", "decimal(10,2)"),
    ("text", "string"),
]
DOUBLES = [None, float("nan"), 0.0, -0.0, float("-inf"), 1.5, 2.25]


def drawn(rng: random.Random, key: int | None) -> tuple:
    """A row of values most of which other rows have, too."""
    fields = None if rng.random() < 0.1 else {"n": rng.choice([None, 1, 2]), "t": rng.choice([None, b"", b"x"])}
    entries = [(b"k", rng.choice([None, 1])), (b"l", rng.randrange(3))]
    rng.shuffle(entries)
    return (
        key,
        rng.choice([None, -1, 0, 1]),
        rng.choice(DOUBLES),
        fields,
        rng.choice([None, [], [1], [1, None], [2, 1]]),
        rng.choice([None, [], entries]),
        rng.choice([None, Decimal(rng.randrange(400)).scaleb(-2)]),
        rng.choice([None, b"a", b"\xff", b"text %d" % rng.randrange(50)]),
    )


def rows_of(rng: random.Random, sizes: dict[int | None, int]) -> list[tuple]:
    rows = [drawn(rng, key) for key, count in sizes.items() for _ in range(count)]
    rng.shuffle(rows)
    return rows


# The first and the null key are far beyond 64 rows a side; of others one side is, or neither, or just so.
LEFT_ROWS = {1: 5_000, None: 1_000, 2: 300, 3: 40, 4: 65, 5: 64, 6: 2}
RIGHT_ROWS = {1: 4_700, None: 1_100, 2: 30, 3: 45, 4: 64, 5: 64, 6: 1}


@pytest.fixture(scope="module")
def sides() -> tuple[Side, Side]:
    rng = random.Random(11)
    return Side(SCHEMA, rows_of(rng, LEFT_ROWS)), Side(SCHEMA, rows_of(rng, RIGHT_ROWS))


@pytest.mark.parametrize(
    "options",
    [
        Options(keys=["id"]),
        Options(
            keys=["id"],
            exclude=["a"],
            tolerance={"price": 1.0, "d": 0.75},
            text={"text": ["trim", "ignore_case"]},
            null_equals={"few": 0},
        ),
    ],
    ids=["exact", "relaxed"],
)
def test_thousands_of_rows_of_a_key_pair_as_the_oracle_pairs_them(
    parity: Path, tmp_path: Path, sides: tuple[Side, Side], options: Options
) -> None:
    expected = compare(*sides, options)
    assert expected["warnings"]
    documents = []
    for layout in range(2):
        rng = random.Random(layout)
        paths = [write_plainly(rng, tmp_path / f"{layout}_{n}", side).path for n, side in enumerate(sides)]
        answer = run_parity(parity, *paths, option_arguments(options))
        assert answer.misbehaviour() is None, answer.stderr
        assert answer.document is not None
        assert disagreements(expected, answer.document) == []
        documents.append(answer.document)
    assert documents[0]["warnings"] == documents[1]["warnings"]
    assert same_but_for_the_paths(*documents)


def test_beyond_64_rows_both_sides_pair_in_sorted_order_and_the_end_is_left_over(parity: Path, tmp_path: Path) -> None:
    rows, more = 20_000, 100
    values = list(range(rows))
    random.Random(3).shuffle(values)
    left = {"id": [None] * rows, "v": values, "w": [0] * rows}
    right = {"id": [None] * (rows + more), "v": [v + 0.5 for v in range(rows + more)], "w": [1] * (rows + more)}
    write_table(tmp_path / "a.parquet", left | {"id": pa.nulls(rows, pa.int32())}, row_group_size=999)
    write_table(tmp_path / "b.parquet", right | {"id": pa.nulls(rows + more, pa.int32())}, row_group_size=512)
    document = compared(parity, tmp_path / "a.parquet", tmp_path / "b.parquet", "--key", "id")
    counts = document["counts"]
    assert (counts["changed"], counts["only_left"], counts["only_right"]) == (rows, 0, more)
    v, w = document["columns"]
    # The smallest meets the smallest, the second the second, and so on.
    assert (v["mismatches"], v["max_difference"]) == (rows, 0.5)
    assert (w["mismatches"], w["max_difference"]) == (rows, 1)
    assert [(cell["left"], cell["right"]) for cell in v["samples"][:2]] == [("0", "0.5"), ("1", "1.5")]
    tolerant = compared(
        parity,
        tmp_path / "a.parquet",
        tmp_path / "b.parquet",
        *("--key", "id", "--options", '{"tolerance": {"v": 0.5, "w": 1}}'),
    )
    assert (tolerant["counts"]["identical"], tolerant["counts"]["changed"]) == (rows, 0)
    assert [column["relaxed"] for column in tolerant["columns"]] == [rows, rows]
    assert len(tolerant["warnings"]) == 1


PEAK = """
import os, subprocess, sys
with open(os.devnull, "w") as nowhere:
    process = subprocess.Popen(sys.argv[1:], stdout=nowhere)
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


def peak_kib(parity: Path, left: Path, right: Path) -> int:
    """The most memory that a comparison took, of a process that forks no large one."""
    command = [str(parity), "compare", str(left), str(right), "--key", "id", "--threads", "2", "--json"]
    told = subprocess.run([sys.executable, "-c", PEAK, *command], capture_output=True, check=True).stdout.split()
    assert int(told[0]) == 1
    return int(told[1])


def columns_of(count: int, rows: int) -> Iterator[dict[str, Any]]:
    """Both sides: rows of one key, all of them changed, in columns of numbers that no dictionary makes small."""
    values = [pa.array([(n * 7_919 + side) * 1.000_1 for n in range(rows)]) for side in (0, 1)]
    for side in (0, 1):
        yield {"id": pa.array([1] * rows)} | {f"c{number}": values[side] for number in range(count)}


def test_memory_does_not_grow_with_the_columns_of_the_rows_of_a_key(parity: Path, tmp_path: Path) -> None:
    rows, peaks = 60_000, {}
    for count in (5, 60):
        for name, columns in zip(("left", "right"), columns_of(count, rows), strict=True):
            # Several files, so that none of them alone is much.
            for part in range(4):
                piece = {key: values[part * rows // 4 : (part + 1) * rows // 4] for key, values in columns.items()}
                write_table(tmp_path / str(count) / name / f"{part}.parquet", piece, use_dictionary=False)
        peaks[count] = peak_kib(parity, tmp_path / str(count) / "left", tmp_path / str(count) / "right")
    # All further values at once would be 55 columns × 120,000 rows × 8 bytes, 50 MiB, in the smallest of forms.
    assert peaks[60] < peaks[5] + 20 * 1024


RESPELLED_LEFT = [("id", "int"), ("code", "string"), ("total", "bigint"), ("n", "int")]
RESPELLED_RIGHT = [("id", "int"), ("code", "int"), ("total", "double"), ("n", "int")]


@pytest.mark.parametrize("seed", range(6))
def test_which_of_equal_rows_is_left_does_not_depend_on_their_places(seed: int, parity: Path, tmp_path: Path) -> None:
    """`04` and `4` are the same number, and so are two large integers that are one double; sorted they are apart."""
    rng = random.Random(seed)
    left, right = [], []
    for key, (lefts, rights) in enumerate([(90, 70), (70, 95), (12, 9), (3, 1), (2, 1), (1, 2), (3, 0), (2, 2)]):
        for _ in range(lefts):
            code = f"{rng.choice(['', '0', '+', '00'])}{rng.randrange(12)}"
            left.append((key, code.encode(), 2**60 + rng.choice([0, 1, 2]) + 1024 * rng.randrange(2), rng.randrange(3)))
        for _ in range(rights):
            right.append((key, rng.randrange(12), float(2**60 + 1024 * rng.randrange(2)), rng.randrange(3)))
    options = Options(keys=["id"], samples=500)
    expected = compare(Side(RESPELLED_LEFT, left), Side(RESPELLED_RIGHT, right), options)
    for order in range(2):
        rng.shuffle(left)
        rng.shuffle(right)
        sides = [Side(RESPELLED_LEFT, left), Side(RESPELLED_RIGHT, right)]
        paths = [write_plainly(rng, tmp_path / f"{order}_{n}", side).path for n, side in enumerate(sides)]
        answer = run_parity(parity, *paths, option_arguments(options))
        assert answer.document is not None, answer.stderr
        assert disagreements(expected, answer.document) == [], order


def test_of_equal_rows_without_a_partner_the_last_in_order_are_left(parity: Path, tmp_path: Path) -> None:
    left = Side(RESPELLED_LEFT, [(1, code, 0, 0) for code in (b"4", b"+4", b"04", b"004")])
    right = Side(RESPELLED_RIGHT, [(1, 4, 0.0, 0)])
    for name, sides in {"left": [left, right], "right": [right, left]}.items():
        folder = tmp_path / name
        folder.mkdir()
        paths = [write_plainly(random.Random(0), folder / str(n), side).path for n, side in enumerate(sides)]
        answer = run_parity(parity, *paths, option_arguments(Options(keys=["id"])))
        assert answer.document is not None, answer.stderr
        assert disagreements(compare(*sides, Options(keys=["id"])), answer.document) == []
        assert answer.document["counts"][f"only_{name}"] == 3
