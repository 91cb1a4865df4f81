"""A generated pair, known by the parameters that matter here."""

from __future__ import annotations

from dataclasses import dataclass

WARMING_ROWS = 1_000
FILES = 8
SOME, NONE, ALL = 0.01, 0.0, 1.0
# The share of a side's rows that the other side lacks, where anything differs.
_ONLY = 0.005


@dataclass(frozen=True)
class Pair:
    """A generated pair."""

    rows: int
    columns: int
    changed: float  # share of the matching rows
    seed: int
    one_key: bool = False  # all rows of a side share one key
    shape: str = "wide"
    files: int = FILES  # of a side

    @property
    def only(self) -> float:
        """The share of a side's rows that the other side lacks."""
        return _ONLY if self.changed else 0.0

    @property
    def folder(self) -> str:
        """The name of its folder."""
        others = ("-onekey" if self.one_key else "") + (f"-files{self.files}" if self.files != FILES else "")
        return f"{self.shape}-rows{self.rows}-columns{self.columns}-changed{self.changed:g}-seed{self.seed}{others}"

    @property
    def change(self) -> str:
        """What differs, in words."""
        words = {NONE: "nothing changed", ALL: "every row changed"}
        return words.get(self.changed, f"{100 * self.changed:g} % changed")

    @property
    def size(self) -> str:
        """Its rows and columns."""
        return f"{self.rows:,} rows × {self.columns} columns"

    @property
    def detail(self) -> str:
        """What tells it from others of its shape."""
        return f"{self.rows:,} rows, {self.change}{', one key' if self.one_key else ''}"

    @property
    def title(self) -> str:
        """How tables call it."""
        keys = ", one key" if self.one_key else ""
        return f"{self.shape}: {self.size}, {self.change}{keys}"


def warming(columns: int, seed: int, shape: str = "wide") -> Pair:
    """The small pair that is compared before one with these columns."""
    return Pair(WARMING_ROWS, columns, SOME, seed, shape=shape)
