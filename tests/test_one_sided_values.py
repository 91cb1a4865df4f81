"""Values of the first rows on one side only: the same whether they come along with changed rows or are fetched last."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from acceptance.parquet_fixtures import write_table

ROWS = 60
# More than one group of columns: those of one group are read together.
COLUMNS = ["t", "u", "v", "w", "x"]
LAST_PHASE = "fetch example rows: "
LONG = "x" * 300


def sides(folder: Path, changed: list[str], text: str = "a") -> tuple[Path, Path]:
    """Rows that only one side has among rows that both have, every fifth of which changed in these columns."""

    def columns(side: int) -> dict[str, Any]:
        ids = [n for n in range(ROWS) if n % 10 != 2 + side]
        rows: dict[str, Any] = {"id": ids}
        for c, name in enumerate(COLUMNS):
            is_other = [name in changed and side == 1 and n % 5 == 0 for n in ids]
            rows[name] = [f"{text}{c}{n}{'!' if other else ''}" for n, other in zip(ids, is_other, strict=True)]
        return rows

    left, right = (write_table(folder / f"{side}.parquet", columns(side), row_group_size=20) for side in (0, 1))
    return left, right


def answered(parity: Path, left: Path, right: Path, *options: str) -> tuple[dict[str, Any], bool]:
    """The document, and whether the values were fetched last."""
    command = [str(parity), "compare", str(left), str(right), "--key", "id", "--json", "--verbose", *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1, ended.stderr
    return json.loads(ended.stdout), LAST_PHASE in ended.stderr


@pytest.mark.parametrize(
    ("changed", "is_fetched"),
    [(COLUMNS, False), (["u"], True), ([], True)],
    ids=["every column changed", "one column changed", "no row changed"],
)
@pytest.mark.parametrize("samples", [3, 20])
def test_values_are_those_of_the_row(
    parity: Path, tmp_path: Path, changed: list[str], is_fetched: bool, samples: int
) -> None:
    left, right = sides(tmp_path, changed)
    document, was_fetched = answered(parity, left, right, "--samples", str(samples))
    for name, first in (("only_left", 3), ("only_right", 2)):
        ids = list(range(first, ROWS, 10))[:samples]
        assert document["samples"][name] == [{"id": str(n)} for n in ids]
        assert document["samples"][f"{name}_values"] == [[f"a{c}{n}" for c in range(len(COLUMNS))] for n in ids]
    assert was_fetched == is_fetched


def test_a_long_value_is_fetched_last_and_shown_alike(parity: Path, tmp_path: Path) -> None:
    left, right = sides(tmp_path, COLUMNS, text=LONG)
    document, was_fetched = answered(parity, left, right, "--samples", "1")
    assert was_fetched
    assert document["samples"]["only_left_values"] == [[f"{LONG}{c}3" for c in range(len(COLUMNS))]]


def test_masked_values_do_not_come_along(parity: Path, tmp_path: Path) -> None:
    left, right = sides(tmp_path, COLUMNS)
    document, was_fetched = answered(parity, left, right, "--samples", "2", "--options", '{"mask": ["u"]}')
    assert not was_fetched
    assert document["samples"]["only_right_values"] == [
        ["a02", None, "a22", "a32", "a42"],
        ["a012", None, "a212", "a312", "a412"],
    ]


def test_rows_of_one_key_come_in_the_order_of_their_values(parity: Path, tmp_path: Path) -> None:
    ids = [1, 2, 2, 2, 3]
    left = write_table(tmp_path / "left.parquet", {"id": ids, "t": ["a", "c", "b", "d", "e"]}, row_group_size=2)
    right = write_table(tmp_path / "right.parquet", {"id": [1, 3], "t": ["x", "y"]})
    document, _ = answered(parity, left, right)
    assert document["samples"]["only_left_values"] == [["b"], ["c"], ["d"]]
    document, _ = answered(parity, left, right, "--samples", "2")
    # Which two of three they would be depends on the layout.
    assert document["samples"]["only_left_values"] == []
