"""The targets, each held against what was measured."""

from __future__ import annotations

from dataclasses import dataclass

from contenders import PARITY, SPARK_PARITY, step_name
from results import Results, ratio
from scenarios import (
    ALL_CHANGED,
    LINEARITY,
    MEDIUM,
    ONE_KEY,
    SMALL,
    SPARK_ALL_CHANGED,
    SPARK_LINEARITY,
    SPARK_MEDIUM,
    SPARK_SMALL,
    SPARK_WIDE,
    STEP_COSTS,
    Sizes,
)

_MEBIBYTE = 1 << 20
_MEGABYTE = 1_000_000
# The figures of the work without start-up: wall-clock and CPU time.
_WORK = ("compare_s", "compare_cpu_s")
# What Spark may take beyond the command without it, whatever the size of the data.
_SPARK_ALLOWANCE_S = 1.5


@dataclass(frozen=True)
class Target:
    """A figure and its limit. The CPU figure is there to judge the wall-clock one on a busy machine."""

    name: str
    measured: float | None
    measured_cpu: float | None = None
    limit: float | None = None
    unit: str = "×"

    @property
    def verdict(self) -> str:
        """ok, MISS, or why there is neither."""
        if self.measured is None:
            return "not measured"
        if self.limit is None:
            return "no target"
        return "ok" if self.measured <= self.limit else "MISS"


def evaluate(results: Results, sizes: Sizes) -> list[Target]:
    """Every target, in the order of the design's steps."""
    decode, fingerprint, fetch = (step_name(step) for step in ("decode", "fingerprint", "fetch"))
    medium = f"{sizes.medium:,} rows"
    return [
        _ratio(results, "fingerprint / decode", STEP_COSTS, fingerprint, decode, 1.25),
        _ratio(results, "fingerprint / DuckDB hashing every row", STEP_COSTS, fingerprint, "duckdb-hash-scan", 0.9),
        _ratio(results, "fetch of 1 % of the rows / decode", STEP_COSTS, fetch, decode, 0.5),
        _ratio(results, f"whole / DuckDB row hashes, {medium}", MEDIUM, PARITY, "duckdb-row-hash", 0.9),
        _ratio(results, f"whole / DuckDB row hashes, {sizes.small:,} rows", SMALL, PARITY, "duckdb-row-hash", None),
        _ratio(results, f"whole / DuckDB join, {medium}, all changed", ALL_CHANGED, PARITY, "duckdb-join", None),
        _one_key(results, sizes),
        _linearity(results, sizes, LINEARITY, PARITY),
        _peak_memory(results, f"peak memory, {medium}"),
        *_on_spark(results, sizes),
    ]


def _on_spark(results: Results, sizes: Sizes) -> list[Target]:
    small, medium = (f"{rows:,} rows" for rows in (sizes.small, sizes.medium))
    changed = f"on Spark / plain PySpark, {medium}, all changed"
    return [
        _ratio(results, f"on Spark / plain PySpark, {small}", SPARK_SMALL, SPARK_PARITY, "spark-join", 1 / 12),
        _ratio(results, f"on Spark / G-Research diff, {small}", SPARK_SMALL, SPARK_PARITY, "gresearch-diff", 1 / 12),
        _ratio(results, f"on Spark / plain PySpark, {medium}", SPARK_MEDIUM, SPARK_PARITY, "spark-join", 1 / 15),
        _ratio(results, f"on Spark / G-Research diff, {medium}", SPARK_MEDIUM, SPARK_PARITY, "gresearch-diff", 1 / 15),
        _ratio(results, f"on Spark / PySpark row hashes, {medium}", SPARK_MEDIUM, SPARK_PARITY, "spark-row-hash", 0.1),
        _beyond_the_command(results, medium),
        _ratio(results, changed, SPARK_ALL_CHANGED, SPARK_PARITY, "spark-join", 1.0),
        _linearity(results, sizes, SPARK_LINEARITY, SPARK_PARITY),
        _first_exchange(results, sizes),
        _task_memory(results, medium),
        _peak_ratio(results, medium),
        *_wide(results, sizes),
    ]


def _ratio(results: Results, name: str, scenario: str, ours: str, theirs: str, limit: float | None) -> Target:
    wall, cpu = (results.ratio(scenario, ours, theirs, figure) for figure in _WORK)
    return Target(name, wall, cpu, limit)


def _one_key(results: Results, sizes: Sizes) -> Target:
    """All rows under one key against the same rows under unique keys."""
    unique, one = (results.find(ONE_KEY, PARITY, pair) for pair in sizes.key_pairs())
    wall, cpu = (None if one is None or unique is None else ratio(one, unique, figure) for figure in _WORK)
    return Target(f"one key / unique keys, {sizes.medium:,} rows", wall, cpu, 3.0)


def _linearity(results: Results, sizes: Sizes, scenario: str, contender: str) -> Target:
    wall, cpu = (_growth(results, sizes, scenario, contender, figure) for figure in _WORK)
    where = "on Spark, " if contender == SPARK_PARITY else ""
    spans = f"{sizes.medium:,} to {sizes.large:,} / {sizes.small:,} to {sizes.medium:,}"
    return Target(f"{where}seconds a row, {spans}", wall, cpu, 1.15)


def _growth(results: Results, sizes: Sizes, scenario: str, contender: str, figure: str) -> float | None:
    """The slope between medium and large over the slope between small and medium: 1 is linear, below 1 is better."""
    rows = (sizes.small, sizes.medium, sizes.large)
    outcomes = [results.find(scenario, contender, sizes.pair(size)) for size in rows]
    small, medium, large = (None if outcome is None else outcome.median(figure) for outcome in outcomes)
    if small is None or medium is None or large is None or not small < medium < large:
        return None
    return (large - medium) / (rows[2] - rows[1]) * (rows[1] - rows[0]) / (medium - small)


def _peak_memory(results: Results, name: str) -> Target:
    outcome = results.find(MEDIUM, PARITY)
    peak = None if outcome is None else max(outcome.figures("peak_rss_bytes")) / _MEBIBYTE
    return Target(name, peak, None, 600, "MiB")


def _beyond_the_command(results: Results, medium: str) -> Target:
    """What Spark takes, less a fixed allowance, against the command without Spark."""
    ours, command = results.find(SPARK_MEDIUM, SPARK_PARITY), results.find(SPARK_MEDIUM, PARITY)
    measured = None
    if ours and command:
        measured = (ours.median("compare_s") - _SPARK_ALLOWANCE_S) / command.median("compare_s")
    return Target(f"(on Spark - {_SPARK_ALLOWANCE_S} s) / the command, {medium}", measured, None, 1.3)


def _first_exchange(results: Results, sizes: Sizes) -> Target:
    outcome = results.find(SPARK_MEDIUM, SPARK_PARITY)
    measured = outcome.spark_median("first_exchange_bytes") / (2 * sizes.medium) if outcome else None
    return Target("on Spark, first exchange", measured, None, 64, "bytes a row")


def _task_memory(results: Results, medium: str) -> Target:
    outcome = results.find(SPARK_MEDIUM, SPARK_PARITY)
    measured = outcome.spark_median("task_peak_bytes") / _MEBIBYTE if outcome else None
    return Target(f"on Spark, native memory of a task, {medium}", measured, None, 256, "MiB")


def _peak_ratio(results: Results, medium: str) -> Target:
    """Against plain PySpark in the same heap."""
    ratio = results.ratio(SPARK_MEDIUM, SPARK_PARITY, "spark-join", "peak_rss_bytes")
    return Target(f"on Spark / plain PySpark, peak memory, {medium}", ratio, None, 1.0)


def _wide(results: Results, sizes: Sizes) -> list[Target]:
    usual, wide = (results.find(SPARK_WIDE, SPARK_PARITY, pair) for pair in sizes.wide_pairs())
    columns = f"{sizes.wide_pairs()[1].columns:,} columns"
    driver = wide.spark_median("driver_bytes") / _MEGABYTE if wide else None
    jobs = wide.spark_median("jobs") / usual.spark_median("jobs") if wide and usual else None
    return [
        Target(f"on Spark, to the driver, {columns}", driver, None, 64, "MB"),
        Target(f"on Spark, jobs, {columns} / {sizes.columns}", jobs, None, 1.0),
    ]
