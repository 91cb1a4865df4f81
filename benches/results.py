"""The measurements of a run of the benchmark, and the figures made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

from contenders import Contender, SparkFigures
from measure import Usage
from pairs import Pair
from rivals.answer import Truth
from scenarios import Entry

# A run that had to read more than this share of its pair from disk did not have a warm page cache. The parts of an
# engine's libraries that it touches for the first time are read as well, and are no sign of that.
_COLD_SHARE = 0.01
_LIBRARY_BYTES = 64 << 20


@dataclass(frozen=True)
class Sample:
    """One correct run."""

    compare_s: float  # the work, without the start-up of a rival
    compare_cpu_s: float
    process_s: float
    process_cpu_s: float
    peak_rss_bytes: int
    disk_read_bytes: int
    spark: SparkFigures | None = None


@dataclass
class Outcome:
    """The runs of a contender on a pair in one scenario; no more after the first that failed."""

    entry: Entry
    samples: list[Sample] = field(default_factory=list)
    not_run: str | None = None
    failure: str | None = None
    cold_runs: int = 0

    def add(self, usage: Usage, contender: Contender, truth: Truth) -> None:
        """Reads and checks a run."""
        try:
            reading = contender.read(usage, truth)
        except (ValueError, KeyError, TypeError) as problem:
            self.failure = f"{type(problem).__name__}: {problem}"
            return
        if reading.mistakes:
            self.failure = "wrong answer: " + "; ".join(reading.mistakes)
            return
        if usage.disk_read_bytes > _LIBRARY_BYTES + _COLD_SHARE * sum(truth["bytes"].values()):
            self.cold_runs += 1
        self.samples.append(
            Sample(
                compare_s=reading.compare_s,
                compare_cpu_s=reading.compare_cpu_s,
                process_s=usage.wall_s,
                process_cpu_s=usage.cpu_s,
                peak_rss_bytes=usage.peak_rss_bytes,
                disk_read_bytes=usage.disk_read_bytes,
                spark=reading.spark,
            )
        )

    @property
    def measured(self) -> bool:
        """Every round gave a correct answer."""
        return bool(self.samples) and self.failure is None

    def figures(self, name: str) -> list[float]:
        """One figure of every round."""
        return [float(getattr(sample, name)) for sample in self.samples]

    @property
    def on_spark(self) -> bool:
        """It has figures that only Spark gives."""
        return self.measured and all(sample.spark is not None for sample in self.samples)

    def spark_median(self, name: str) -> float:
        """The median of a figure that only Spark gives."""
        return median(float(getattr(sample.spark, name)) for sample in self.samples)

    def median(self, name: str) -> float:
        """The median of a figure."""
        return median(self.figures(name))


def ratio(above: Outcome, below: Outcome, figure: str) -> float:
    """The median over the rounds of the ratio within a round: neighbours in time see the same machine."""
    pairs = zip(above.figures(figure), below.figures(figure), strict=True)
    return median(numerator / denominator for numerator, denominator in pairs)


@dataclass(frozen=True)
class Results:
    """The outcomes of every scenario that was run, by its name."""

    scenarios: dict[str, list[Outcome]]

    def find(self, scenario: str, contender: str, pair: Pair | None = None) -> Outcome | None:
        """A measured outcome; `pair` tells those of one scenario apart."""
        for outcome in self.scenarios.get(scenario, []):
            same_pair = pair is None or outcome.entry.pair == pair
            if outcome.entry.contender == contender and same_pair and outcome.measured:
                return outcome
        return None

    def ratio(self, scenario: str, ours: str, theirs: str, figure: str) -> float | None:
        """The ratio of two contenders of a scenario."""
        above, below = self.find(scenario, ours), self.find(scenario, theirs)
        if above is None or below is None:
            return None
        return ratio(above, below, figure)

    @property
    def failures(self) -> list[Outcome]:
        """Contenders that gave a wrong answer or none."""
        return [outcome for outcomes in self.scenarios.values() for outcome in outcomes if outcome.failure]
