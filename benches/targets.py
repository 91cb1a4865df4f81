"""The targets, each held against what was measured."""

from __future__ import annotations

from dataclasses import dataclass

from contenders import PARITY, step_name
from results import Results
from scenarios import ALL_CHANGED, LINEARITY, MEDIUM, SMALL, STEP_COSTS, Sizes

_MEBIBYTE = 1 << 20


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
        _linearity(results, sizes),
        _peak_memory(results, f"peak memory, {medium}"),
    ]


def _ratio(results: Results, name: str, scenario: str, ours: str, theirs: str, limit: float | None) -> Target:
    wall, cpu = (results.ratio(scenario, ours, theirs, figure) for figure in ("compare_s", "compare_cpu_s"))
    return Target(name, wall, cpu, limit)


def _linearity(results: Results, sizes: Sizes) -> Target:
    wall, cpu = (_growth(results, sizes, figure) for figure in ("compare_s", "compare_cpu_s"))
    return Target(
        f"seconds a row, {sizes.medium:,} to {sizes.large:,} / {sizes.small:,} to {sizes.medium:,}", wall, cpu, 1.15
    )


def _growth(results: Results, sizes: Sizes, figure: str) -> float | None:
    """The slope between medium and large over the slope between small and medium: 1 is linear, below 1 is better."""
    rows = (sizes.small, sizes.medium, sizes.large)
    outcomes = [results.find(LINEARITY, PARITY, size) for size in rows]
    small, medium, large = (None if outcome is None else outcome.median(figure) for outcome in outcomes)
    if small is None or medium is None or large is None or not small < medium < large:
        return None
    return (large - medium) / (rows[2] - rows[1]) * (rows[1] - rows[0]) / (medium - small)


def _peak_memory(results: Results, name: str) -> Target:
    outcome = results.find(MEDIUM, PARITY)
    peak = None if outcome is None else max(outcome.figures("peak_rss_bytes")) / _MEBIBYTE
    return Target(name, peak, None, 600, "MiB")
