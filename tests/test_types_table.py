"""Every pair of the stored types of `docs/types.md`, by its tables, by the oracle and through the native command."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from acceptance.answers import compared, refused, text_of
from differential.agreement import disagreements
from differential.command import REPOSITORY, option_arguments
from generator.stored_types import REFUSED, STORED, ZONE, StoredType, write_stored
from oracle import Options, Side, compare
from oracle.types import counts_months, interval_fields

_TEXT = (REPOSITORY / "docs" / "types.md").read_text()
_KEY = STORED["`INT32`"]
_VALUES = max(len(stored.values) for stored in STORED.values())
# Every value of the left against every one of the right; row 0 is null against null.
_ROWS = list(product(range(_VALUES), repeat=2))


def table(heading: str) -> list[list[str]]:
    """The lines of the first table under a heading, cell by cell."""
    lines = _TEXT.partition(f"# {heading}\n")[2].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|---"))
    rows = []
    for line in lines[start - 1 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return [rows[0], *rows[2:]]


@cache
def read_as() -> dict[str, str]:
    return {row[0]: row[2].strip("`") for row in table("How a column is read")[1:]}


@cache
def entries() -> dict[tuple[str, str], str]:
    """The word of the table for each pair of types."""
    header, *rows = table("Every pair of types")
    return {(row[0].strip("*"), right): word for row in rows for right, word in zip(header[1:], row[1:], strict=True)}


def family(spark_type: str) -> str:
    if interval_fields(spark_type):
        return "year-month interval" if counts_months(spark_type) else "day-time interval"
    return spark_type.partition("(")[0].partition("<")[0]


@dataclass(frozen=True)
class Pair:
    """A column of the comparison: a stored type on each side."""

    name: str
    left: str
    right: str

    @property
    def types(self) -> tuple[str, str]:
        return read_as()[self.left], read_as()[self.right]

    @property
    def entry(self) -> str:
        return entries()[family(self.types[0]), family(self.types[1])]

    def cells(self, row: int) -> tuple[Any, Any]:
        left, right = _ROWS[row]
        return STORED[self.left].value(left), STORED[self.right].value(right)


def pairs(lefts: Sequence[str], rights: Sequence[str]) -> list[Pair]:
    names = list(STORED)
    return [Pair(f"c{names.index(a)}_{names.index(b)}", a, b) for a, b in product(lefts, rights)]


def write_side(path: Path, columns: Sequence[Pair], side: str) -> Side:
    """Writes a side of all pairs; what it is to the oracle."""
    slot = ("left", "right").index(side)
    stored = {name: STORED[name] for name in {getattr(pair, side) for pair in columns}}
    values = {name: [each.value(row[slot]) for row in _ROWS] for name, each in stored.items()}
    written = {"k": (_KEY, list(range(len(_ROWS))))}
    written |= {pair.name: (stored[getattr(pair, side)], values[getattr(pair, side)]) for pair in columns}
    write_stored(path, written, int96=any(each.is_int96 for each in stored.values()))
    schema = [("k", "int"), *((pair.name, pair.types[slot]) for pair in columns)]
    return Side(schema, list(zip(*(cells for _, cells in written.values()), strict=True)))


def are_equal(entry: str, left: Any, right: Any) -> bool | None:
    """What the word of the table says of two cells, `None` where it is not for this test to work out."""
    if left is None or right is None:
        return left is right
    match entry:
        case "–":
            return False
        case "exact":
            return Fraction(left) == Fraction(right)
        case "double":
            one, other = float(left), float(right)
            return one == other or (math.isnan(one) and math.isnan(other))
        case "=":
            return left == right or (left != left and right != right)
    return None


def broken(pair: Pair, entry: dict[str, Any]) -> list[str]:
    """Where a column of a document is not what the table says of the pair."""
    differing = {int(sample["key"]["k"]) for sample in entry["samples"]}
    found = [
        f"{pair.cells(row)} is {'not ' * (row in differing)}equal"
        for row in range(len(_ROWS))
        if (said := are_equal(pair.entry, *pair.cells(row))) is not None and said is (row in differing)
    ]
    if (entry["left_type"], entry["right_type"]) != pair.types:
        found.append(f"read as {entry['left_type']} and {entry['right_type']}")
    values = {row for row, (left, right) in enumerate(_ROWS) if left and right}
    if pair.entry not in ("–", "nulls") and not (values & differing and values - differing):
        found.append("all of its values are equal, or none: the rule is not tried out")
    return [f"{pair.left} against {pair.right} ({pair.entry}): {each}" for each in found]


_INT96 = [name for name, stored in STORED.items() if stored.is_int96]
_OTHERS = [name for name in STORED if name not in _INT96]


@pytest.mark.parametrize(
    ("lefts", "rights"),
    [(_OTHERS, _OTHERS), (_INT96, _OTHERS), (_OTHERS, _INT96), (_INT96, _INT96)],
    ids=["all", "int96_left", "int96_right", "int96"],
)
def test_every_pair_is_compared_as_the_table_says(
    lefts: list[str], rights: list[str], parity: Path, tmp_path: Path
) -> None:
    columns = pairs(lefts, rights)
    left_path, right_path = tmp_path / "left.parquet", tmp_path / "right.parquet"
    left, right = write_side(left_path, columns, "left"), write_side(right_path, columns, "right")
    options = Options(keys=["k"], time_zone=ZONE, samples=len(_ROWS))
    document = compared(parity, left_path, right_path, *option_arguments(options))
    assert disagreements(compare(left, right, options), document)[:10] == []
    found = {entry["name"]: entry for entry in document["columns"]}
    whole = [pair for pair in columns if pair.entry != "fields"]
    assert [each for pair in whole for each in broken(pair, found[pair.name])][:10] == []
    changes = {change["name"] for change in document["schema"]["type_changes"]}
    assert changes == {pair.name for pair in whole if pair.types[0] != pair.types[1]}


def test_the_tables_hold_every_stored_type_and_every_pair() -> None:
    assert set(read_as()) == set(STORED)
    types = {family(each) for each in read_as().values()}
    assert set(entries()) == set(product(types, repeat=2))
    assert all(entries()[left, right] == word == entries()[right, left] for (left, right), word in entries().items())
    assert {row[0] for row in table("What is refused")[1:]} == set(REFUSED)


@cache
def one_of_each_type() -> list[str]:
    return list({family(spark_type): name for name, spark_type in read_as().items() if name in _OTHERS}.values())


def write_one(path: Path, stored: StoredType) -> Path:
    return write_stored(path, {"k": (_KEY, [0, 1]), "v": (stored, [stored.values[0], stored.values[1]])})


@pytest.mark.parametrize(("name", "code"), [row for row in table("What is refused")[1:]], ids=str)
def test_what_is_refused_is_refused_against_every_type(name: str, code: str, parity: Path, tmp_path: Path) -> None:
    own = write_one(tmp_path / "own.parquet", REFUSED[name])
    for number, other in enumerate(one_of_each_type()):
        path = write_one(tmp_path / f"{number}.parquet", STORED[other])
        sides = (own, path) if number % 2 else (path, own)
        answer = refused(parity, *sides, "--key", "k")
        assert answer.error_code == code.strip("`"), other
        assert "column v" in text_of(answer)
    assert refused(parity, own, own, "--key", "k").error_code == code.strip("`")
    assert compared(parity, own, own, "--key", "k", "--exclude", "v")["equal"]
    alone = write_stored(tmp_path / "alone.parquet", {"k": (_KEY, [0, 1])})
    document = compared(parity, own, alone, "--key", "k")
    assert (document["schema"]["only_left"], document["counts"]["identical"]) == (["v"], 2)
