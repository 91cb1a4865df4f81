"""A generated pair, known by the parameters that matter here."""

from __future__ import annotations

from dataclasses import dataclass

WARMING_ROWS = 1_000


@dataclass(frozen=True)
class Pair:
    """A generated pair."""

    rows: int
    columns: int
    changed: float
    seed: int
    one_key: bool = False  # all rows of a side share one key

    @property
    def folder(self) -> str:
        """The name of its folder."""
        keys = "-onekey" if self.one_key else ""
        return f"rows{self.rows}-columns{self.columns}-changed{self.changed:g}-seed{self.seed}{keys}"

    @property
    def title(self) -> str:
        """How tables call it."""
        keys = ", one key" if self.one_key else ""
        return f"{self.rows:,} rows × {self.columns} columns, {100 * self.changed:g} % changed{keys}"


def warming(columns: int, seed: int) -> Pair:
    """The small pair that is compared before one with these columns."""
    return Pair(WARMING_ROWS, columns, 0.01, seed)
