"""The goals, each held against what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from contenders import (
    COMPARA,
    DUCKDB_HASH_JOIN,
    DUCKDB_HASH_SCAN,
    DUCKDB_ROW_HASH,
    PARITY,
    SPARK_FULL_JOIN,
    SPARK_JOIN,
    SPARK_PARITY,
    VENN,
    step_name,
)
from pairs import ALL, NONE
from results import Outcome, Results, ratio
from scenarios import GROWN, GROWTH, ONE_KEY, SHAPES, SPARK_GROWTH, STEP_COSTS, Sizes, on_spark

_MEBIBYTE = 1 << 20
# The figures of the work without start-up: wall-clock and CPU time.
_WALL, _CPU = "compare_s", "compare_cpu_s"
# What Spark may take beyond the command without it, whatever the size of the data.
_SPARK_ALLOWANCE_S = 1.5
# What comes with the header of a page is read again with the page, which a second pass would exceed by far.
_READ_ONCE = 1.2


@dataclass(frozen=True)
class Target:
    """A figure and its limit. The CPU figure is there to judge the wall-clock one on a busy machine."""

    name: str
    limit: float
    measured: float | None
    measured_cpu: float | None = None
    unit: str = "×"
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """Whether it is met."""
        if self.measured is None:
            return "not measured"
        met = self.measured >= self.limit if self.at_least else self.measured <= self.limit
        return "met" if met else "missed"


@dataclass(frozen=True)
class _Goals:
    """Makes goals of results."""

    results: Results
    sizes: Sizes

    def all(self) -> list[Target]:
        """Every goal: shape by shape, then what holds for all of them."""
        goals = [*self._wide(), *self._tall()]
        for shape in SHAPES:
            goals += self._identical(shape)
        for shape in SHAPES:
            goals += [self._all_changed(shape, shape, PARITY), self._all_changed(shape, on_spark(shape), SPARK_PARITY)]
        goals += [self._growth(GROWTH, PARITY), self._growth(SPARK_GROWTH, SPARK_PARITY)]
        return goals + self._steps()

    def _wide(self) -> list[Target]:
        pair = self.sizes.pair("wide")
        ours, rival = self.results.find("wide", PARITY, pair), self._better("wide")
        there = on_spark("wide")
        spark, command, plain = (
            self.results.find(there, contender, pair) for contender in (SPARK_PARITY, PARITY, SPARK_JOIN)
        )
        beyond = None
        if spark and command:
            beyond = (spark.median(_WALL) - _SPARK_ALLOWANCE_S) / command.median(_WALL)
        exchange = spark.spark_median("first_exchange_bytes") / (2 * pair.rows) if spark else None
        task = spark.spark_median("task_peak_bytes") / _MEBIBYTE if spark else None
        row_hash = self.results.find("wide", DUCKDB_ROW_HASH, pair)
        return [
            _ratio("wide: the command / DuckDB's two passes", 0.4, ours, row_hash),
            _ratio("wide: the command / the better of compara and venn", 0.5, ours, rival),
            _peak("wide: peak memory of the command", 250, ours),
            _ratio("wide: plain PySpark / ours on Spark", 20, plain, spark, at_least=True),
            Target(f"wide: (ours on Spark - {_SPARK_ALLOWANCE_S} s) / the command", 1.2, beyond),
            Target("wide: first exchange on Spark", 64, exchange, unit="bytes a row"),
            Target("wide: native memory of a task on Spark", 256, task, unit="MiB"),
        ]

    def _tall(self) -> list[Target]:
        pair, there = self.sizes.pair("tall"), on_spark("tall")
        ours, rival = self.results.find("tall", PARITY, pair), self._better("tall")
        spark, plain = (self.results.find(there, contender, pair) for contender in (SPARK_PARITY, SPARK_FULL_JOIN))
        hash_join = self.results.find("tall", DUCKDB_HASH_JOIN, pair)
        return [
            _ratio("tall: the command / DuckDB's join of row hashes", 1.0, ours, hash_join),
            _ratio("tall: the command / the better of compara and venn", 0.7, ours, rival),
            _peak("tall: peak memory of the command", 700, ours),
            _ratio("tall: ours on Spark / plain full outer join", 0.25, spark, plain),
        ]

    def _better(self, shape: str) -> Outcome | None:
        return self.results.fastest(shape, (COMPARA, VENN), self.sizes.pair(shape))

    def _identical(self, shape: str) -> list[Target]:
        """What an identical pair takes beside fingerprint and match of the same run, and the bytes that it reads."""
        ours = self.results.find(shape, PARITY, self.sizes.pair(shape, NONE))
        beside = reads = None
        if ours:
            needed = [sample.steps["fingerprint"] + sample.steps["match"] for sample in ours.samples]
            beside = median(sample.compare_s / least for sample, least in zip(ours.samples, needed, strict=True))
            reads = ours.median("read_bytes") / ours.pair_bytes
        spark = self.results.find(on_spark(shape), SPARK_PARITY, self.sizes.pair(shape, NONE))
        jobs = spark.spark_median("jobs") if spark else None
        return [
            Target(f"{shape}, identical: the command / its fingerprint and match", 1.05, beside),
            Target(f"{shape}, identical: bytes read / bytes of the files", _READ_ONCE, reads),
            Target(f"{shape}, identical: jobs on Spark", 1, jobs, unit="jobs"),
        ]

    def _all_changed(self, shape: str, scenario: str, contender: str) -> Target:
        every, some = (
            self.results.find(scenario, contender, pair)
            for pair in (self.sizes.pair(shape, ALL), self.sizes.pair(shape))
        )
        where = ", on Spark" if contender == SPARK_PARITY else ""
        return _ratio(f"{shape}{where}: every row changed / 1 % changed", 2.2, every, some)

    def _growth(self, scenario: str, contender: str) -> Target:
        """Seconds a row, of the large pair over the usual one."""
        large, usual = (
            self.results.find(scenario, contender, self.sizes.pair("wide", times=times)) for times in (GROWN, 1)
        )
        where = ", on Spark" if contender == SPARK_PARITY else ""
        wall, cpu = (ratio(large, usual, figure) / GROWN if large and usual else None for figure in (_WALL, _CPU))
        return Target(f"wide{where}: seconds a row, {GROWN} times as many rows", 1.15, wall, cpu)

    def _steps(self) -> list[Target]:
        wide = self.sizes.pair("wide")
        decode, fingerprint, fetch, hashing = (
            self.results.find(STEP_COSTS, contender, wide)
            for contender in (*map(step_name, ("decode", "fingerprint", "fetch")), DUCKDB_HASH_SCAN)
        )
        unique, one = (self.results.find(ONE_KEY, PARITY, pair) for pair in self.sizes.key_pairs())
        return [
            _ratio("fingerprint / decode", 1.25, fingerprint, decode),
            _ratio("fingerprint / DuckDB hashing every row", 0.9, fingerprint, hashing),
            _ratio("fetch of 1 % of the rows / decode", 0.5, fetch, decode),
            _ratio("one key for all rows / unique keys", 3.0, one, unique),
        ]


def evaluate(results: Results, sizes: Sizes) -> list[Target]:
    """Every goal."""
    return _Goals(results, sizes).all()


def _ratio(name: str, limit: float, above: Outcome | None, below: Outcome | None, at_least: bool = False) -> Target:
    wall, cpu = (ratio(above, below, figure) if above and below else None for figure in (_WALL, _CPU))
    return Target(name, limit, wall, cpu, at_least=at_least)


def _peak(name: str, limit: float, outcome: Outcome | None) -> Target:
    return Target(name, limit, outcome.peak_bytes / _MEBIBYTE if outcome else None, unit="MiB")
