"""Which rows stand on which side of a pair, in what order, and which cells differ.

Rows are numbers in [0, rows + only-left); a column's value is a function of that number (`columns.py`). The left side
holds its rows in ascending order, the right side in a random one. Changed cells are named by their place on the right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from random_stream import Rows

MOST_CELLS_IN_A_ROW = 3


@dataclass(frozen=True)
class Cells:
    """Changed cells: the place of the row (ascending) and the number of the value column."""

    places: Rows
    columns: npt.NDArray[np.int32]

    def between(self, start: int, stop: int) -> Cells:
        """The cells of the rows in [start, stop), their places counted from `start`."""
        low, high = np.searchsorted(self.places, (start, stop))
        return Cells(self.places[low:high] - start, self.columns[low:high])

    def by_column(self, count: int) -> list[Rows]:
        """For each of `count` columns, the places whose cell is changed."""
        order = np.argsort(self.columns, kind="stable")
        bounds = np.searchsorted(self.columns[order], np.arange(1, count))
        return np.split(self.places[order], bounds)


NO_CELLS = Cells(np.empty(0, np.int64), np.empty(0, np.int32))


@dataclass(frozen=True)
class Part:
    """What one file holds."""

    side: str
    number: int
    rows: Rows
    changed: Cells


@dataclass(frozen=True)
class DifferencePlan:
    """The rows of both sides and the changed cells."""

    left_rows: Rows
    right_rows: Rows
    only: int
    changed_rows: int
    changed: Cells

    def parts(self, files: int) -> Iterator[Part]:
        """The files of both sides, rows spread evenly."""
        for side, rows, changed in (("left", self.left_rows, NO_CELLS), ("right", self.right_rows, self.changed)):
            for number in range(files):
                start, stop = (len(rows) * edge // files for edge in (number, number + 1))
                yield Part(side, number, rows[start:stop], changed.between(start, stop))


def plan_differences(rows: int, columns: int, only: float, changed: float, seed: int) -> DifferencePlan:
    """`only` is the share of a side's rows that the other side lacks, `changed` the share of matching rows."""
    random = np.random.default_rng(seed)
    only_rows = round(rows * only)
    universe = rows + only_rows
    exclusive = random.permutation(universe)[: 2 * only_rows]
    in_left = np.ones(universe, np.bool_)
    in_left[exclusive[only_rows:]] = False
    in_right = np.ones(universe, np.bool_)
    in_right[exclusive[:only_rows]] = False
    right_rows = random.permutation(np.flatnonzero(in_right))

    matched_places = np.flatnonzero(in_left[right_rows])
    changed_rows = round(len(matched_places) * changed)
    changed_places = np.sort(random.choice(matched_places, changed_rows, replace=False))
    cells = _choose_cells(random, changed_places, columns)
    return DifferencePlan(np.flatnonzero(in_left), right_rows, only_rows, changed_rows, cells)


def _choose_cells(random: np.random.Generator, places: Rows, columns: int) -> Cells:
    """1 to 3 different columns of every row, each with the same chance."""
    most = min(MOST_CELLS_IN_A_ROW, columns)
    wanted = random.integers(1, most + 1, len(places))
    chosen: list[npt.NDArray[np.int32]] = []
    for drawn in range(most):
        # Draw among the columns not yet taken: a number at or above a taken one moves up.
        column = random.integers(0, columns - drawn, len(places), dtype=np.int32)
        for taken in np.sort(np.stack(chosen), axis=0) if chosen else ():
            column += column >= taken
        chosen.append(column)
    keep = np.arange(most) < wanted[:, None]
    return Cells(np.repeat(places, wanted), np.stack(chosen, axis=1)[keep])
