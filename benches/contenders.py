"""Who is measured: how each contender is called, and how its answer is read and checked."""

from __future__ import annotations

import json
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from environment import BENCHES, REPOSITORY
from measure import Usage
from pairs import Pair, warming
from rivals.answer import Differences, Truth, differences

PARITY = "parity"
COMPARA, VENN = "compara", "venn"
DUCKDB_ROW_HASH, DUCKDB_HASH_JOIN, DUCKDB_JOIN = "duckdb-row-hash", "duckdb-hash-join", "duckdb-join"
DUCKDB_HASH_SCAN = "duckdb-hash-scan"
POLARS_ROW_HASH, POLARS_JOIN = "polars-row-hash", "polars-join"
RIVALS = (DUCKDB_ROW_HASH, DUCKDB_HASH_JOIN, DUCKDB_JOIN, DUCKDB_HASH_SCAN, POLARS_ROW_HASH, POLARS_JOIN)

SPARK_PARITY = "spark-parity"
SPARK_JOIN, SPARK_FULL_JOIN = "spark-join", "spark-full-join"
COMET_JOIN, COMET_FULL_JOIN = "comet-join", "comet-full-join"
GRESEARCH, DATACOMPY = "gresearch-diff", "datacompy-spark"
SPARK_RIVALS = (SPARK_JOIN, SPARK_FULL_JOIN, COMET_JOIN, COMET_FULL_JOIN, GRESEARCH, DATACOMPY)
# Measured on Spark 3.5 alone, which `spark-requirements.txt` and `comet-jars.txt` have them for.
ONLY_ON_35 = (COMET_JOIN, COMET_FULL_JOIN, GRESEARCH, DATACOMPY)

STEPS = ("decode", "fingerprint", "fetch")
FETCHED_SHARE = 0.01
PACKAGE = REPOSITORY / "python"


def step_name(step: str) -> str:
    """The contender that runs a step."""
    return f"step-{step}"


# How tables call them.
TITLES = {
    PARITY: "spark-parity",
    COMPARA: "compara",
    VENN: "venn (counts only)",
    DUCKDB_ROW_HASH: "DuckDB, row hashes and a second pass",
    DUCKDB_HASH_JOIN: "DuckDB, full outer join of row hashes (counts only)",
    DUCKDB_JOIN: "DuckDB, full outer join",
    DUCKDB_HASH_SCAN: "DuckDB hashing every row",
    POLARS_ROW_HASH: "Polars, row hashes and a second pass",
    POLARS_JOIN: "Polars, streaming full join",
    SPARK_PARITY: "spark-parity",
    SPARK_JOIN: "PySpark, anti joins and a join",
    SPARK_FULL_JOIN: "PySpark, full outer join",
    COMET_JOIN: "the same with Comet",
    COMET_FULL_JOIN: "the same with Comet",
    GRESEARCH: "G-Research `diff`",
    DATACOMPY: "datacompy",
    step_name("decode"): "decode",
    step_name("fingerprint"): "fingerprint",
    step_name("fetch"): "fetch of 1 % of the rows",
}


@dataclass(frozen=True)
class SparkFigures:
    """What a run on Spark tells beyond its time: the cold figures, and what its event log holds."""

    session_s: float  # starting the session
    first_s: float  # comparing the warming pair in it
    jobs: int
    driver_bytes: int
    shuffle_bytes: int
    first_exchange_bytes: int
    read_bytes: int
    task_peak_bytes: int


@dataclass(frozen=True)
class Reading:
    """One run as its contender reports it: the time of the work itself, without start-up, and what was wrong."""

    compare_s: float
    compare_cpu_s: float
    mistakes: list[str]
    spark: SparkFigures | None = None
    # The seconds of its steps, as far as it tells them.
    steps: Mapping[str, float] = field(default_factory=dict)


class Contender(ABC):
    """A command that works on a pair."""

    name: str
    folder: Path = REPOSITORY

    @abstractmethod
    def command(self, pair: Path, truth: Truth) -> Sequence[str | Path]:
        """The command line for a pair."""

    @abstractmethod
    def read(self, usage: Usage, truth: Truth) -> Reading:
        """Its answer, checked. Raises ValueError, KeyError or TypeError when there is none."""

    def missing(self) -> str | None:
        """Why it cannot run here."""
        return None

    def warms_with(self, pair: Pair) -> Pair | None:
        """The pair that it compares before the one that counts."""
        return None


@dataclass(frozen=True)
class Native(Contender):
    """A binary of ours."""

    name: str
    binary: Path
    threads: int

    def missing(self) -> str | None:
        """It has not been built."""
        return None if self.binary.exists() else f"{self.binary.name} is not built: `make build`"

    def arguments(self, pair: Path, truth: Truth) -> list[str | Path]:
        """The sides, the keys and the threads."""
        keys = [part for key in truth["keys"] for part in ("--key", key)]
        return [pair / "left", pair / "right", *keys, "--threads", str(self.threads)]


_STEP = re.compile(r"^parity: ([a-z ]+): ([0-9.]+) s$", re.MULTILINE)


@dataclass(frozen=True)
class Parity(Native):
    """The whole comparison. It has no start-up to leave out: its times are those of its process."""

    def command(self, pair: Path, truth: Truth) -> Sequence[str | Path]:
        """The native command with the result document, and its steps on standard error."""
        return [self.binary, "compare", *self.arguments(pair, truth), "--json", "--verbose"]

    def read(self, usage: Usage, truth: Truth) -> Reading:
        """Checks counts, mismatches of every column, and that the document and the exit status agree."""
        document = last_json_line(usage)
        if "error" in document:
            raise ValueError(f"{document['error']['code']}: {document['error']['message']}")
        counts = {name: document["counts"][name] for name in truth["counts"]}
        mismatches = {column["name"]: column["mismatches"] for column in document["columns"]}
        mistakes = Differences(counts, mismatches, by_leaf=True).mistakes(truth)
        for name in ("duplicate_keys_left", "duplicate_keys_right", "null_keys_left", "null_keys_right"):
            if name not in truth["counts"] and document["counts"][name] != 0:
                mistakes.append(f"{name} is {document['counts'][name]}, not 0")
        differing = {name for name, number in (truth["leaf_mismatches"] or mismatches).items() if number}
        if set(document["mismatched_columns"]) != differing:
            mistakes.append("mismatched_columns does not name the columns with mismatches")
        equal = all(truth["counts"]["identical"] == truth["counts"][side] for side in ("left", "right"))
        if document["equal"] != equal or usage.status != (0 if equal else 1):
            mistakes.append(f"equal is {document['equal']} and the exit status {usage.status}")
        steps = {name: float(seconds) for name, seconds in _STEP.findall(usage.stderr)}
        return Reading(usage.wall_s, usage.cpu_s, mistakes, steps=steps)


@dataclass(frozen=True)
class Step(Native):
    """One step of ours on its own: reading both sides, fingerprinting them, or fetching scattered rows of both."""

    step: str

    def command(self, pair: Path, truth: Truth) -> Sequence[str | Path]:
        """The step runner; a fetch is of 1 % of the rows."""
        share = ["--fraction", str(FETCHED_SHARE)] if self.step == "fetch" else []
        return [self.binary, self.step, *self.arguments(pair, truth), *share]

    def read(self, usage: Usage, truth: Truth) -> Reading:
        """`rows` counts the rows of both sides: all of them, or about the share that is fetched."""
        if usage.status != 0:
            raise ValueError(usage.complaint)
        line = last_json_line(usage)
        rows, both_sides = line["rows"], truth["counts"]["left"] + truth["counts"]["right"]
        mistakes = []
        if line["step"] != self.step:
            mistakes.append(f"the step is {line['step']}, not {self.step}")
        if self.step == "fetch":
            wanted = both_sides * FETCHED_SHARE
            if not 0.8 * wanted <= rows <= 1.2 * wanted + 10:
                mistakes.append(f"{rows} rows were fetched, not about {wanted:.0f}")
        elif rows != both_sides:
            mistakes.append(f"{rows} rows were read, not {both_sides}")
        return Reading(line["wall_s"], line["cpu_s"], mistakes)


@dataclass(frozen=True)
class Command(Contender):
    """Another command that compares. Like ours, it is measured with its start-up."""

    name: str
    binary: Path
    threads: int

    def read(self, usage: Usage, truth: Truth) -> Reading:
        """Its answer is all of its standard output."""
        if usage.status not in (0, 1):
            raise ValueError(usage.complaint)
        found = self.found(json.loads(usage.stdout))
        if skipped := set(_SKIPPED.findall(usage.stderr)):
            raise ValueError(f"skips {len(skipped)} columns: {next(iter(skipped))[1]}")
        return Reading(usage.wall_s, usage.cpu_s, found.mistakes(truth))

    @abstractmethod
    def found(self, document: dict[str, Any]) -> Differences:
        """What its document says."""


_SKIPPED = re.compile(r'column "([^"]+)" skipped: (.*)')


@dataclass(frozen=True)
class Compara(Command):
    """compara: counts and the mismatches of every column."""

    def command(self, pair: Path, truth: Truth) -> Sequence[str | Path]:
        """With its JSON summary on standard output."""
        sides = [pair / "left", pair / "right"]
        threads = str(self.threads)
        return [self.binary, "compare", *sides, "--key", ",".join(truth["keys"]), "--threads", threads, "--json", "-"]

    def found(self, document: dict[str, Any]) -> Differences:
        """Its words for the counts are those of a text comparison."""
        counts = document["counts"]
        return differences(
            only_left=counts["removed"],
            only_right=counts["added"],
            matched=counts["matched"],
            changed=counts["changed"],
            mismatches={column["name"]: column["changed"] for column in document["columns"]},
        )


@dataclass(frozen=True)
class Venn(Command):
    """venn in its fastest mode, which counts rows and does not look at columns."""

    def command(self, pair: Path, truth: Truth) -> Sequence[str | Path]:
        """It is in Go, whose runtime takes the number of threads."""
        command: list[str | Path] = ["env", f"GOMAXPROCS={self.threads}", self.binary, pair / "left", pair / "right"]
        return [*command, "--key", ",".join(truth["keys"]), "--summary", "--format", "json"]

    def found(self, document: dict[str, Any]) -> Differences:
        """Its counts are of rows."""
        return differences(
            only_left=document["removed"],
            only_right=document["added"],
            matched=document["changed"] + document["unchanged"],
            changed=document["changed"],
            mismatches=None,
        )


@dataclass(frozen=True)
class Rival(Contender):
    """Another engine, a module of `rivals` in a Python process of its own. It checks its answer itself."""

    name: str
    python: Path
    threads: int
    folder: Path = BENCHES

    def command(self, pair: Path, truth: Truth) -> Sequence[str | Path]:
        """The module."""
        module = f"rivals.{self.name.replace('-', '_')}"
        return [self.python, "-m", module, "--data", pair, "--threads", str(self.threads)]

    def read(self, usage: Usage, truth: Truth) -> Reading:
        """The time of the work without starting Python and importing the engine."""
        line = last_json_line(usage)
        if "failure" in line:
            raise ValueError(line["failure"])
        return Reading(line["compare_s"], line["cpu_s"], line["mistakes"])


@dataclass(frozen=True)
class OnSpark(Rival):
    """A contender on a Spark session that is warmed with a small pair of the same columns."""

    def warms_with(self, pair: Pair) -> Pair | None:
        """A thousand rows."""
        return warming(pair.columns, pair.seed, pair.shape)

    def missing(self) -> str | None:
        """Spark needs Java."""
        return None if shutil.which("java") else "Java is missing"

    def command(self, pair: Path, truth: Truth) -> Sequence[str | Path]:
        """The module."""
        parameters = truth["parameters"]
        warm = pair.parent / warming(parameters["columns"], parameters["seed"], parameters["shape"]).folder
        return [*super().command(pair, truth), "--warm", warm]

    def read(self, usage: Usage, truth: Truth) -> Reading:
        """The time of the second comparison of the session."""
        reading = super().read(usage, truth)
        line = last_json_line(usage)
        cold, spark = line["cold"], line["spark"]
        figures = SparkFigures(
            session_s=cold["session_s"],
            first_s=cold["first_s"],
            jobs=spark["jobs"],
            driver_bytes=spark["driver_bytes"],
            shuffle_bytes=spark["shuffle_bytes"],
            first_exchange_bytes=spark["exchanges"][0]["bytes"] if spark["exchanges"] else 0,
            read_bytes=spark["read_bytes"],
            task_peak_bytes=spark["task_peak_bytes"],
        )
        return replace(reading, spark=figures)


@dataclass(frozen=True)
class SparkParity(OnSpark):
    """The Python package of ours, as it lies in this checkout."""

    def missing(self) -> str | None:
        """The package takes the jar from where the build puts it."""
        built = any((REPOSITORY / "jvm").glob("*/build/libs/*spark_*.jar"))
        return super().missing() or (None if built else "the jar is not built: `make jar`")

    def command(self, pair: Path, truth: Truth) -> Sequence[str | Path]:
        """The module, which finds the package."""
        return ["env", f"PYTHONPATH={PACKAGE}", *super().command(pair, truth)]


def all_contenders(
    python: Path, spark_python: Path | None, parity: Path, steps: Path, threads: int
) -> dict[str, Contender]:
    """Every contender by its name; those on Spark only with an interpreter for them."""
    contenders: list[Contender] = [Parity(PARITY, parity, threads)]
    contenders += [Step(step_name(step), steps, threads, step) for step in STEPS]
    contenders += [Compara(COMPARA, python.parent / "compara", threads), Venn(VENN, python.parent / "venn", threads)]
    contenders += [Rival(name, python, threads) for name in RIVALS]
    if spark_python:
        contenders.append(SparkParity(SPARK_PARITY, spark_python, threads))
        contenders += [OnSpark(name, spark_python, threads) for name in SPARK_RIVALS]
    return {contender.name: contender for contender in contenders}


def last_json_line(usage: Usage) -> dict[str, Any]:
    """The object on the last line of standard output."""
    lines = usage.stdout.strip().splitlines()
    if not lines:
        raise ValueError(usage.complaint)
    parsed = json.loads(lines[-1])
    if not isinstance(parsed, dict):
        raise TypeError(f"the last line is not an object: {lines[-1][:200]}")
    return parsed
