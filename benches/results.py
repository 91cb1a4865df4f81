"""The measurements of a run of the benchmark, and the figures made of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from contenders import Contender, SparkFigures
from measure import Usage
from pairs import Pair
from rivals.answer import Truth
from scenarios import Entry

# A run that had to read more than this share of its pair from disk did not have a warm page cache. The parts of an
# engine's libraries that it touches for the first time are read as well, and are no sign of that.
_COLD_SHARE = 0.01
_LIBRARY_BYTES = 64 << 20
_MOST_CHARACTERS = 120


@dataclass(frozen=True)
class Sample:
    """One correct run."""

    compare_s: float  # the work, without the start-up of a rival that is a library
    compare_cpu_s: float
    process_s: float
    process_cpu_s: float
    peak_rss_bytes: int
    disk_read_bytes: int
    read_bytes: int
    spark: SparkFigures | None = None
    steps: Mapping[str, float] = field(default_factory=dict)


@dataclass
class Outcome:
    """The runs of a contender on a pair in one scenario; no more after the first that failed."""

    entry: Entry
    pair_bytes: int
    samples: list[Sample] = field(default_factory=list)
    not_run: str | None = None
    failure: str | None = None
    cold_runs: int = 0

    def add(self, usage: Usage, contender: Contender, truth: Truth, data: Path) -> None:
        """Reads and checks a run; paths of the pairs, in `data`, are left out of what it says."""
        try:
            reading = contender.read(usage, truth)
        except (ValueError, KeyError, TypeError) as problem:
            said = str(problem) if isinstance(problem, ValueError) else f"{type(problem).__name__}: {problem}"
            self.failure = re.sub(rf":? ?{re.escape(str(data))}\S*", "", said).removeprefix("error: ")[
                :_MOST_CHARACTERS
            ]
            return
        if reading.mistakes:
            self.failure = f"wrong: {'; '.join(reading.mistakes)}"[:_MOST_CHARACTERS]
            return
        if usage.disk_read_bytes > _LIBRARY_BYTES + _COLD_SHARE * self.pair_bytes:
            self.cold_runs += 1
        self.samples.append(
            Sample(
                compare_s=reading.compare_s,
                compare_cpu_s=reading.compare_cpu_s,
                process_s=usage.wall_s,
                process_cpu_s=usage.cpu_s,
                peak_rss_bytes=usage.peak_rss_bytes,
                disk_read_bytes=usage.disk_read_bytes,
                read_bytes=usage.read_bytes,
                spark=reading.spark,
                steps=reading.steps,
            )
        )

    @property
    def measured(self) -> bool:
        """Every round gave a correct answer."""
        return bool(self.samples) and self.failure is None

    @property
    def on_spark(self) -> bool:
        """It has figures that only Spark gives."""
        return self.measured and all(sample.spark is not None for sample in self.samples)

    def figures(self, name: str) -> list[float]:
        """One figure of every round."""
        return [float(getattr(sample, name)) for sample in self.samples]

    def median(self, name: str) -> float:
        """The median of a figure."""
        return median(self.figures(name))

    def spark_median(self, name: str) -> float:
        """The median of a figure that only Spark gives."""
        return median(float(getattr(sample.spark, name)) for sample in self.samples)

    @property
    def peak_bytes(self) -> float:
        """The most memory of any run."""
        return max(self.figures("peak_rss_bytes"))

    @staticmethod
    def of(document: Mapping[str, Any]) -> Outcome:
        """The outcome that a results file holds."""
        samples = [
            Sample(**{**sample, "spark": SparkFigures(**sample["spark"]) if sample["spark"] else None})
            for sample in document["samples"]
        ]
        entry = Entry(**{**document["entry"], "pair": Pair(**document["entry"]["pair"])})
        return Outcome(**{**document, "entry": entry, "samples": samples})


def ratio(above: Outcome, below: Outcome, figure: str) -> float:
    """The median over the rounds of the ratio within a round: neighbours in time see the same machine."""
    # Only the rounds that both ran in.
    pairs = zip(above.figures(figure), below.figures(figure), strict=False)
    return median(numerator / denominator for numerator, denominator in pairs)


@dataclass(frozen=True)
class Results:
    """The outcomes of every scenario that was run, by its name."""

    scenarios: dict[str, list[Outcome]]

    def find(self, scenario: str, contender: str, pair: Pair) -> Outcome | None:
        """A measured outcome."""
        for outcome in self.scenarios.get(scenario, []):
            if outcome.entry.contender == contender and outcome.entry.pair == pair and outcome.measured:
                return outcome
        return None

    def fastest(self, scenario: str, contenders: Iterable[str], pair: Pair) -> Outcome | None:
        """The one of some contenders that takes the least time."""
        found = (self.find(scenario, contender, pair) for contender in contenders)
        return min(filter(None, found), key=lambda outcome: outcome.median("compare_s"), default=None)

    @property
    def failures(self) -> list[Outcome]:
        """Contenders that gave a wrong answer or none, and should have given a right one."""
        outcomes = (outcome for outcomes in self.scenarios.values() for outcome in outcomes)
        return [outcome for outcome in outcomes if outcome.failure and not outcome.entry.may_fail]
