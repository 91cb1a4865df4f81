"""What is measured: generated pairs, and who works on them side by side."""

from __future__ import annotations

from dataclasses import dataclass

from contenders import PARITY, STEPS, step_name

WHOLE_COMPARISONS = (PARITY, "duckdb-join", "duckdb-row-hash", "polars-join", "polars-row-hash")

SMALL = "small"
MEDIUM = "medium"
ALL_CHANGED = "all-changed"
LINEARITY = "linearity"
STEP_COSTS = "steps"


@dataclass(frozen=True)
class Pair:
    """A generated pair."""

    rows: int
    columns: int
    changed: float
    seed: int

    @property
    def folder(self) -> str:
        """The name of its folder."""
        return f"rows{self.rows}-columns{self.columns}-changed{self.changed:g}-seed{self.seed}"

    @property
    def title(self) -> str:
        """How tables call it."""
        return f"{self.rows:,} rows × {self.columns} columns, {100 * self.changed:g} % changed"


@dataclass(frozen=True)
class Entry:
    """A contender on a pair."""

    pair: Pair
    contender: str


@dataclass(frozen=True)
class Scenario:
    """Entries that run in turn, round after round, so that all of them see the same machine."""

    name: str
    question: str
    entries: tuple[Entry, ...]

    @property
    def pairs(self) -> list[Pair]:
        """Its pairs, each once, smallest first."""
        return sorted({entry.pair for entry in self.entries}, key=lambda pair: pair.rows)


@dataclass(frozen=True)
class Sizes:
    """Rows of the three sizes, and what all pairs share."""

    small: int
    medium: int
    large: int
    columns: int
    seed: int

    def pair(self, rows: int, changed: float = 0.01) -> Pair:
        """A pair of this many rows."""
        return Pair(rows, self.columns, changed, self.seed)

    def scenarios(self) -> list[Scenario]:
        """Every scenario, in the order of the report."""
        small, medium, large = (self.pair(rows) for rows in (self.small, self.medium, self.large))
        all_changed = self.pair(self.medium, changed=1.0)
        steps = [step_name(step) for step in STEPS]
        return [
            Scenario(SMALL, "How long does a small pair take?", _each(WHOLE_COMPARISONS, small)),
            Scenario(MEDIUM, "How long does a large pair take, and how much memory?", _each(WHOLE_COMPARISONS, medium)),
            Scenario(ALL_CHANGED, "And when every matching row changed?", _each((PARITY, "duckdb-join"), all_changed)),
            Scenario(
                LINEARITY,
                "Does the time grow no faster than the rows?",
                tuple(Entry(pair, PARITY) for pair in (small, medium, large)),
            ),
            Scenario(STEP_COSTS, "What does each step cost?", _each((*steps, "duckdb-hash-scan"), medium)),
        ]


def _each(contenders: tuple[str, ...], pair: Pair) -> tuple[Entry, ...]:
    return tuple(Entry(pair, contender) for contender in contenders)
