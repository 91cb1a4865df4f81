"""What is measured: generated pairs, and who works on them side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from contenders import (
    COMET_FULL_JOIN,
    COMET_JOIN,
    COMPARA,
    DATACOMPY,
    DUCKDB_HASH_JOIN,
    DUCKDB_HASH_SCAN,
    DUCKDB_JOIN,
    DUCKDB_ROW_HASH,
    GRESEARCH,
    PARITY,
    POLARS_JOIN,
    POLARS_ROW_HASH,
    SPARK_FULL_JOIN,
    SPARK_JOIN,
    SPARK_PARITY,
    STEPS,
    VENN,
    step_name,
)
from pairs import ALL, NONE, SOME, Pair

# Rows and columns of each shape.
SHAPES = {"wide": (1_000_000, 200), "tall": (10_000_000, 8), "text": (300_000, 43), "nested": (300_000, 33)}
CHANGES = (SOME, NONE, ALL)

STEP_COSTS = "steps"
ONE_KEY = "one-key"
GROWTH, SPARK_GROWTH = "growth", "spark-growth"
GROWN = 5

# What people write on Spark, by shape. Each takes minutes and is there for its order of magnitude: it runs once.
_ON_SPARK = {
    "wide": (SPARK_JOIN, COMET_JOIN, GRESEARCH, DATACOMPY),
    "tall": (SPARK_FULL_JOIN, COMET_FULL_JOIN, GRESEARCH, DATACOMPY),
}
# Rivals that are known to give no right answer on a shape; what they say stands in the tables.
UNABLE = frozenset({(COMPARA, "nested"), (VENN, "nested"), (DATACOMPY, "wide"), (DATACOMPY, "tall")})


@dataclass(frozen=True)
class Entry:
    """A contender on a pair."""

    pair: Pair
    contender: str
    most_rounds: int | None = None

    @property
    def may_fail(self) -> bool:
        """It is no news when there is no right answer."""
        return (self.contender, self.pair.shape) in UNABLE


@dataclass(frozen=True)
class Scenario:
    """Entries that run in turn, round after round, so that all of them see the same machine."""

    name: str
    question: str
    entries: tuple[Entry, ...]
    on_spark: bool = False

    @property
    def pairs(self) -> list[Pair]:
        """Its pairs, each once, in the order of the entries."""
        return list(dict.fromkeys(entry.pair for entry in self.entries))


@dataclass(frozen=True)
class Sizes:
    """How large the pairs are."""

    scale: float
    seed: int

    def pair(self, shape: str, changed: float = SOME, times: int = 1) -> Pair:
        """A pair of a shape."""
        rows, columns = SHAPES[shape]
        return Pair(round(rows * self.scale) * times, columns, changed, self.seed, shape=shape)

    def scenarios(self) -> list[Scenario]:
        """Every scenario, in the order of the report."""
        wide = self.pair("wide")
        steps = (*map(step_name, STEPS), DUCKDB_HASH_SCAN)
        grown = (wide, self.pair("wide", times=GROWN))
        return [
            *(self._native(shape) for shape in SHAPES),
            *(self._on_spark(shape) for shape in SHAPES),
            Scenario(GROWTH, "Does the time grow no faster than the rows?", _each([PARITY], *grown)),
            Scenario(
                SPARK_GROWTH,
                "Does the time on Spark grow no faster than the rows?",
                _each([SPARK_PARITY], *grown),
                on_spark=True,
            ),
            Scenario(STEP_COSTS, "What does each step cost?", _each(steps, wide)),
            Scenario(ONE_KEY, "And when all rows share one key?", _each([PARITY], *self.key_pairs())),
        ]

    def key_pairs(self) -> tuple[Pair, Pair]:
        """The wide pair with unique keys, and with one key for all of its rows."""
        wide = self.pair("wide")
        return wide, replace(wide, one_key=True)

    def _native(self, shape: str) -> Scenario:
        entries: list[Entry] = []
        for changed in CHANGES:
            contenders = [PARITY, DUCKDB_ROW_HASH, POLARS_ROW_HASH, COMPARA, VENN]
            if shape == "tall":
                contenders.append(DUCKDB_HASH_JOIN)
            if changed == ALL:  # where a second pass reads everything again
                contenders += [DUCKDB_JOIN, POLARS_JOIN]
            entries += _each(contenders, self.pair(shape, changed))
        return Scenario(shape, f"How long does a {shape} pair take, and how much memory?", tuple(entries))

    def _on_spark(self, shape: str) -> Scenario:
        some = self.pair(shape)
        entries = [*_each([SPARK_PARITY, PARITY], some)]
        entries += (Entry(some, contender, most_rounds=1) for contender in _ON_SPARK.get(shape, ()))
        entries += _each([SPARK_PARITY], self.pair(shape, NONE), self.pair(shape, ALL))
        return Scenario(on_spark(shape), f"And a {shape} pair on Spark?", tuple(entries), on_spark=True)


def on_spark(shape: str) -> str:
    """The scenario of a shape on Spark."""
    return f"spark-{shape}"


def _each(contenders: Iterable[str], *pairs: Pair) -> tuple[Entry, ...]:
    return tuple(Entry(pair, contender) for pair in pairs for contender in contenders)
