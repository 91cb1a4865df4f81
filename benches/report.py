"""The benchmark's results as Markdown for people and as JSON for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from contenders import PARITY, SPARK_PARITY, TITLES
from document import table
from pairs import Pair
from results import Outcome, Results, ratio
from scenarios import GROWTH, ONE_KEY, SHAPES, SPARK_GROWTH, STEP_COSTS, Scenario, on_spark
from targets import Target

_MEBIBYTE = 1 << 20
_MEGABYTE = 1_000_000
_GIGABYTE = 1_000_000_000
_LINE_CHARACTERS = 120
_NATIVE_HEADER = ["wall s", "CPU s", "peak MiB", "beside ours"]
_SPARK_HEADER = [
    "wall s",
    "CPU s",
    "peak MiB of process and JVM",
    "shuffle MB",
    "jobs",
    "session s / first 1,000 rows s",
    "beside ours",
]


@dataclass(frozen=True)
class Report:
    """A finished run of the benchmark."""

    date: str
    machine: Mapping[str, object]
    versions: Mapping[str, str]
    settings: Mapping[str, Any]
    scenarios: list[Scenario]
    results: Results
    targets: list[Target]

    def tables(self) -> dict[str, str]:
        """What a document shows, by the names of the places for it."""
        return {
            "run": self._run(),
            "goals": self._goals(),
            "whole": self._scenarios(SHAPES),
            "on Spark": self._scenarios(map(on_spark, SHAPES)),
            "further": self._scenarios((GROWTH, SPARK_GROWTH, STEP_COSTS, ONE_KEY)),
        }

    def markdown(self) -> str:
        """All of it."""
        return "\n\n".join(part for part in self.tables().values() if part) + "\n"

    def json(self) -> dict[str, Any]:
        """Everything, with the samples of every round."""
        return {
            "date": self.date,
            "machine": dict(self.machine),
            "versions": dict(self.versions),
            "settings": dict(self.settings),
            "targets": [{**asdict(target), "verdict": target.verdict} for target in self.targets],
            "scenarios": {
                name: [asdict(outcome) for outcome in outcomes] for name, outcomes in self.results.scenarios.items()
            },
        }

    def _run(self) -> str:
        machine = self.machine
        memory = int(str(machine["memory_bytes"])) / (1 << 30)
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        rounds = f"{self.settings['rounds']} rounds, on Spark {self.settings['spark_rounds']}"
        text = (
            f"Measured on {self.date[:10]}: {machine['cpu']}, {machine['cores']} cores, {memory:.0f} GiB, "
            f"{machine['system']}; load before the first run {machine['load_before']}. {versions}. "
            f"{self.settings['threads']} threads, page cache warm; medians of {rounds}."
        )
        return textwrap.fill(text, _LINE_CHARACTERS, break_long_words=False, break_on_hyphens=False)

    def _goals(self) -> str:
        rows = []
        for target in self.targets:
            limit = f"{'at least ' if target.at_least else ''}{target.limit:g} {target.unit}"
            measured, cpu = (_figure(value, target.unit) for value in (target.measured, target.measured_cpu))
            rows.append([target.name, limit, measured, cpu, target.verdict])
        return table(["goal", "limit", "measured", "in CPU time", ""], rows)

    def _scenarios(self, names: Any) -> str:
        chosen = {scenario.name: scenario for scenario in self.scenarios if scenario.name in self.results.scenarios}
        return "\n\n".join(self._scenario(chosen[name]) for name in names if name in chosen)

    def _scenario(self, scenario: Scenario) -> str:
        """A table for each size, the pairs of a size below each other."""
        outcomes = self.results.scenarios[scenario.name]
        header = _SPARK_HEADER if scenario.on_spark else _NATIVE_HEADER
        cells = _spark_cells if scenario.on_spark else _native_cells
        rows: list[list[str]] = []
        for pair in scenario.pairs:
            rows += _pair_rows(pair, [outcome for outcome in outcomes if outcome.entry.pair == pair], cells, header)
        return f"{scenario.question}\n\n" + table([_subject(scenario, outcomes), *header], rows)


def _subject(scenario: Scenario, outcomes: list[Outcome]) -> str:
    first = scenario.pairs[0]
    sizes = {outcome.pair_bytes for outcome in outcomes if outcome.entry.pair == first}
    return f"{first.shape}, {first.size}, 2 × {max(sizes, default=0) / 2 / _GIGABYTE:.2g} GB"


def _pair_rows(
    pair: Pair, outcomes: list[Outcome], cells: Callable[[Outcome], list[str]], header: list[str]
) -> list[list[str]]:
    ours = next((outcome for outcome in outcomes if outcome.entry.contender in (SPARK_PARITY, PARITY)), None)
    rows = []
    for number, outcome in enumerate(outcomes):
        name = _title(outcome, beside_spark=ours is not None and ours.entry.contender == SPARK_PARITY)
        name = f"**{pair.detail}:** {name}" if number == 0 else name
        if outcome.measured:
            rows.append([name, *cells(outcome), _beside(outcome, ours, outcomes)])
        else:
            reason = outcome.failure or outcome.not_run or "not run"
            rows.append([name, *["–"] * (len(header) - 1), reason])
    return rows


def _title(outcome: Outcome, beside_spark: bool = False) -> str:
    name = outcome.entry.contender
    return "the command without Spark" if beside_spark and name == PARITY else TITLES.get(name, name)


def _native_cells(outcome: Outcome) -> list[str]:
    cold = f" ({outcome.cold_runs} read from disk)" if outcome.cold_runs else ""
    return [
        f"{outcome.median('compare_s'):.2f}{cold}",
        f"{outcome.median('compare_cpu_s'):.1f}",
        f"{outcome.peak_bytes / _MEBIBYTE:,.0f}",
    ]


def _spark_cells(outcome: Outcome) -> list[str]:
    if not outcome.on_spark:  # the command beside it
        return [*_native_cells(outcome), "–", "–", "–"]
    return [
        *_native_cells(outcome),
        f"{outcome.spark_median('shuffle_bytes') / _MEGABYTE:,.1f}",
        f"{outcome.spark_median('jobs'):.0f}",
        f"{outcome.spark_median('session_s'):.1f} / {outcome.spark_median('first_s'):.1f}",
    ]


def _beside(outcome: Outcome, ours: Outcome | None, outcomes: list[Outcome]) -> str:
    """How many times the time of ours a rival takes; of ours, how many times that of the best rival."""
    if ours is None or not ours.measured:
        return ""
    if outcome is not ours:
        return f"{ratio(outcome, ours, 'compare_s'):.2f} ×"
    rivals = [other for other in outcomes if other.measured and other.entry.contender not in (PARITY, SPARK_PARITY)]
    if not rivals:
        return ""
    best = min(rivals, key=lambda rival: rival.median("compare_s"))
    times = ratio(ours, best, "compare_s")
    name = _title(best)
    return f"**{times:.2f} × the best rival** ({name})" if times <= 1 else f"**{times:.2f} ×: {name} leads**"


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:.0f} {unit}" if unit != "×" else f"{value:.3g} {unit}"
