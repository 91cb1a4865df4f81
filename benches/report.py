"""The benchmark's results as Markdown for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from results import Outcome, Results
from scenarios import Scenario
from targets import Target

_MEBIBYTE = 1 << 20
_MEGABYTE = 1_000_000
_HEADER = ["contender", "wall s", "(range)", "CPU s", "process wall s", "process CPU s", "peak MiB", "answer"]
_SPARK_HEADER = [
    "on Spark",
    "session s",
    "first 1,000 rows s",
    "jobs",
    "shuffle MB",
    "shuffle bytes a row",
    "to driver MB",
    "task MiB",
]
_MEDIANS = ("compare_s", "compare_cpu_s", "process_s", "process_cpu_s", "peak_rss_bytes")


@dataclass(frozen=True)
class Report:
    """A finished run of the benchmark."""

    date: str
    machine: Mapping[str, object]
    versions: Mapping[str, str]
    settings: Mapping[str, object]
    scenarios: list[Scenario]
    results: Results
    targets: list[Target]

    def markdown(self) -> str:
        """Targets first, then a table for every scenario."""
        parts = [self._heading(), self._targets()]
        parts += [self._scenario(scenario) for scenario in self.scenarios if scenario.name in self.results.scenarios]
        return "\n\n".join(parts) + "\n"

    def json(self) -> dict[str, Any]:
        """Everything, with the samples of every round."""
        return {
            "date": self.date,
            "machine": dict(self.machine),
            "versions": dict(self.versions),
            "settings": dict(self.settings),
            "targets": [{**asdict(target), "verdict": target.verdict} for target in self.targets],
            "scenarios": [
                {
                    "name": scenario.name,
                    "question": scenario.question,
                    "outcomes": [_outcome_json(outcome) for outcome in self.results.scenarios[scenario.name]],
                }
                for scenario in self.scenarios
                if scenario.name in self.results.scenarios
            ],
        }

    def _heading(self) -> str:
        machine = self.machine
        memory = int(str(machine["memory_bytes"])) / (1 << 30)
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return (
            f"# Benchmark of {self.date}\n\n"
            f"{machine['cpu']}, {machine['cores']} cores, {memory:.0f} GiB, {machine['system']}; "
            f"load before the first run {machine['load_before']}.\n{versions}.\n"
            f"{self.settings['threads']} threads, {self.settings['rounds']} rounds in turn, medians; page cache warm."
        )

    def _targets(self) -> str:
        rows = []
        for target in self.targets:
            limit = "–" if target.limit is None else f"≤ {target.limit:.3g} {target.unit}"
            rows.append(
                [
                    target.name,
                    limit,
                    _figure(target.measured, target.unit),
                    _figure(target.measured_cpu, target.unit),
                    target.verdict,
                ]
            )
        return "## Targets\n\n" + _table(["target", "limit", "measured", "in CPU time", ""], rows)

    def _scenario(self, scenario: Scenario) -> str:
        parts = [f"## {scenario.name}: {scenario.question}"]
        outcomes = self.results.scenarios[scenario.name]
        for pair in scenario.pairs:
            rows = [_outcome_row(outcome) for outcome in outcomes if outcome.entry.pair == pair]
            parts.append(f"{pair.title}\n\n{_table(_HEADER, rows)}")
            on_spark = [outcome for outcome in outcomes if outcome.entry.pair == pair and outcome.on_spark]
            if on_spark:
                parts.append(_table(_SPARK_HEADER, map(_spark_row, on_spark)))
        return "\n\n".join(parts)


def _outcome_row(outcome: Outcome) -> list[str]:
    name = outcome.entry.contender
    if not outcome.measured:
        return [name, *["–"] * 6, outcome.failure or outcome.not_run or "not run"]
    walls = outcome.figures("compare_s")
    return [
        name,
        f"{outcome.median('compare_s'):.2f}",
        f"{min(walls):.2f}–{max(walls):.2f}",
        *(f"{outcome.median(figure):.2f}" for figure in ("compare_cpu_s", "process_s", "process_cpu_s")),
        f"{outcome.median('peak_rss_bytes') / _MEBIBYTE:.0f}",
        "correct" + (f", runs that read from disk: {outcome.cold_runs}" if outcome.cold_runs else ""),
    ]


def _spark_row(outcome: Outcome) -> list[str]:
    return [
        outcome.entry.contender,
        f"{outcome.spark_median('session_s'):.1f}",
        f"{outcome.spark_median('first_s'):.1f}",
        f"{outcome.spark_median('jobs'):.0f}",
        f"{outcome.spark_median('shuffle_bytes') / _MEGABYTE:.1f}",
        f"{outcome.spark_median('shuffle_bytes') / (2 * outcome.entry.pair.rows):.1f}",
        f"{outcome.spark_median('driver_bytes') / _MEGABYTE:.1f}",
        f"{outcome.spark_median('task_peak_bytes') / _MEBIBYTE:.0f}",
    ]


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "contender": outcome.entry.contender,
        "pair": asdict(outcome.entry.pair),
        "medians": {name: outcome.median(name) for name in _MEDIANS} if outcome.measured else None,
        "samples": [asdict(sample) for sample in outcome.samples],
        "cold_runs": outcome.cold_runs,
        "not_run": outcome.not_run,
        "failure": outcome.failure,
    }


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:.0f} {unit}" if unit == "MiB" else f"{value:.3g} {unit}"


def _table(header: list[str], rows: Iterable[list[str]]) -> str:
    lines = [header, ["---"] * len(header)]
    lines += [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
