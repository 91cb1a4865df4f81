"""What is measured: generated pairs, and who works on them side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contenders import DATACOMPY, PARITY, SPARK_PARITY, STEPS, step_name
from pairs import Pair

WHOLE_COMPARISONS = (PARITY, "duckdb-join", "duckdb-row-hash", "polars-join", "polars-row-hash")
ON_SPARK = (SPARK_PARITY, "spark-join", "spark-row-hash", "gresearch-diff", "comet-join")

SMALL = "small"
MEDIUM = "medium"
ALL_CHANGED = "all-changed"
ONE_KEY = "one-key"
LINEARITY = "linearity"
STEP_COSTS = "steps"
SPARK_SMALL = "spark-small"
SPARK_MEDIUM = "spark-medium"
SPARK_ALL_CHANGED = "spark-all-changed"
SPARK_LINEARITY = "spark-linearity"
SPARK_WIDE = "spark-wide"
SPARK_DATACOMPY = "spark-datacompy"

# More columns than anybody should have, and few enough rows for one file to hold them.
WIDER = 25
NARROWER = 4
FEWER_ROWS = 10


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
    # For what takes long and is there for its order of magnitude.
    most_rounds: int | None = None

    @property
    def pairs(self) -> list[Pair]:
        """Its pairs, each once, smallest first."""
        return sorted({entry.pair for entry in self.entries}, key=lambda pair: (pair.rows, pair.columns, pair.one_key))


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
                ONE_KEY,
                "And when all rows share one key?",
                tuple(Entry(pair, PARITY) for pair in self.key_pairs()),
            ),
            Scenario(
                LINEARITY,
                "Does the time grow no faster than the rows?",
                tuple(Entry(pair, PARITY) for pair in (small, medium, large)),
            ),
            Scenario(STEP_COSTS, "What does each step cost?", _each((*steps, "duckdb-hash-scan"), medium)),
            Scenario(SPARK_SMALL, "On Spark, how long does a small pair take?", _each(ON_SPARK, small)),
            Scenario(
                SPARK_MEDIUM, "And a large one, beside the command without Spark?", _each((PARITY, *ON_SPARK), medium)
            ),
            Scenario(
                SPARK_ALL_CHANGED,
                "And when every matching row changed?",
                _each((SPARK_PARITY, "spark-join"), all_changed),
            ),
            Scenario(
                SPARK_LINEARITY,
                "Does the time on Spark grow no faster than the rows?",
                tuple(Entry(pair, SPARK_PARITY) for pair in (small, medium, large)),
            ),
            Scenario(
                SPARK_WIDE,
                "Do columns add jobs, and how much reaches the driver?",
                tuple(Entry(pair, SPARK_PARITY) for pair in self.wide_pairs()),
            ),
            Scenario(
                SPARK_DATACOMPY,
                "And datacompy, on a quarter of the columns?",
                _each((SPARK_PARITY, "spark-join", DATACOMPY), self.narrow_pair()),
                most_rounds=1,
            ),
        ]

    def key_pairs(self) -> tuple[Pair, Pair]:
        """The medium pair with unique keys, and with one key for all of its rows."""
        medium = self.pair(self.medium)
        return medium, replace(medium, one_key=True)

    def wide_pairs(self) -> tuple[Pair, Pair]:
        """Pairs of the same rows with the usual and with many columns; every row changed, so that all have samples."""
        rows = self.small // FEWER_ROWS
        return Pair(rows, self.columns, 1.0, self.seed), Pair(rows, self.columns * WIDER, 1.0, self.seed)

    def narrow_pair(self) -> Pair:
        """A small pair with few columns."""
        return Pair(self.small, self.columns // NARROWER, 0.01, self.seed)


def _each(contenders: tuple[str, ...], pair: Pair) -> tuple[Entry, ...]:
    return tuple(Entry(pair, contender) for contender in contenders)
