"""The cause `offset` through the native command: it is the column's, not the cell's."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from acceptance.answers import compared
from acceptance.parquet_fixtures import write_table


def causes(parity: Path, folder: Path, left: list[Any], right: list[Any], *options: str) -> dict[str, int]:
    """The causes of a column, each of its sides in two files of two row groups or more."""
    for side, values in (("left", left), ("right", right)):
        column = values if isinstance(values, pa.Array) else pa.array(values)
        middle = len(column) // 2
        for part, cells in (("a", column[:middle]), ("b", column[middle:])):
            ids = pa.array(range(middle * (part == "b"), middle * (part == "b") + len(cells)))
            write_table(folder / side / f"{part}.parquet", {"id": ids, "v": cells}, row_group_size=max(1, middle // 2))
    (column,) = compared(parity, folder / "left", folder / "right", "--key", "id", *options)["columns"]
    return column["causes"]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ([1, 2, 3, 4], [6, 7, 8, 9], {"offset:+5": 4}),
        ([1, 2, 3, 4], [6, 7, 8, 5], {"offset:+5": 3, "other": 1}),
        ([1, 2, 3, 4], [6, 7, 5, 6], {"other": 4}),
        ([1, 2, 3, -4], [1, 2, 8, 4], {"other": 1, "sign": 1}),
        ([10, 20, 30, 7], [None, 200, 42, 19], {"offset:+12": 2, "null_right": 1, "scale:1": 1}),
        ([0.1, 0.2, 0.25, 8.5], [0.4, 0.5, 0.55, 8.2], {"offset:+0.3": 3, "other": 1}),
        ([Decimal("1.50"), Decimal("2.75")], [Decimal("1.25"), Decimal("2.50")], {"offset:-0.25": 2}),
        ([date(2024, 1, 30)] * 2, [date(2024, 2, 2)] * 2, {"offset:+3d": 2}),
        ([datetime(2024, 1, 1, 5, 0, 1)] * 2, [datetime(2024, 1, 1, 5, 0, 38)] * 2, {"offset:+37s": 2}),
        (["1", "2", "x"], [8, 9, 10], {"offset:+7": 2, "other": 1}),
    ],
)
def test_most_of_the_unexplained_cells_have_one_difference(
    parity: Path, tmp_path: Path, left: list[Any], right: list[Any], expected: dict[str, int]
) -> None:
    found = causes(parity, tmp_path, left, right)
    assert found == expected


@pytest.mark.parametrize(("others", "expected"), [(255, {"offset:+7": 600, "other": 255}), (256, {"other": 856})])
def test_an_offset_is_sought_among_256_differences(
    parity: Path, tmp_path: Path, others: int, expected: dict[str, int]
) -> None:
    left = [3 * each + 1 for each in range(600 + others)]
    right = [each + (7 if number < 600 else 600 + number) for number, each in enumerate(left)]
    assert causes(parity, tmp_path, left, right) == expected


def test_cells_within_a_relaxation_do_not_count(parity: Path, tmp_path: Path) -> None:
    options = '{"tolerance": {"v": 1}}'
    assert causes(parity, tmp_path, [1, 2, 3, 4, 5], [2, 3, 4, 24, 25], "--options", options) == {"offset:+20": 2}
    assert causes(parity, tmp_path, [1, 2, 3, 4, 5], [2, 3, 4, 24, 25]) == {"offset:+1": 3, "other": 2}
