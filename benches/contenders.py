"""Who is measured: how each contender is called, and how its answer is read and checked."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from environment import BENCHES, REPOSITORY
from measure import Usage
from rivals.answer import Differences, Truth

PARITY = "parity"
RIVALS = ("duckdb-join", "duckdb-row-hash", "duckdb-hash-scan", "polars-join", "polars-row-hash")
STEPS = ("decode", "fingerprint", "fetch")
FETCHED_SHARE = 0.01


@dataclass(frozen=True)
class Reading:
    """One run as its contender reports it: the time of the work itself, without start-up, and what was wrong."""

    compare_s: float
    compare_cpu_s: float
    mistakes: list[str]


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


@dataclass(frozen=True)
class Parity(Native):
    """The whole comparison. It has no start-up to leave out: its times are those of its process."""

    def command(self, pair: Path, truth: Truth) -> Sequence[str | Path]:
        """The native command with the result document."""
        return [self.binary, "compare", *self.arguments(pair, truth), "--json"]

    def read(self, usage: Usage, truth: Truth) -> Reading:
        """Checks counts, mismatches of every column, and that the document and the exit status agree."""
        document = last_json_line(usage)
        if "error" in document:
            raise ValueError(f"{document['error']['code']}: {document['error']['message']}")
        counts = {name: document["counts"][name] for name in truth["counts"]}
        mismatches = {column["name"]: column["mismatches"] for column in document["columns"]}
        mistakes = Differences(counts, mismatches).mistakes(truth)
        for name in ("duplicate_keys_left", "duplicate_keys_right", "null_keys_left", "null_keys_right"):
            if document["counts"][name] != 0:
                mistakes.append(f"{name} is {document['counts'][name]}, not 0")
        differing = {name for name, number in truth["mismatches"].items() if number}
        if set(document["mismatched_columns"]) != differing:
            mistakes.append("mismatched_columns does not name the columns with mismatches")
        equal = not differing and not truth["counts"]["only_left"] and not truth["counts"]["only_right"]
        if document["equal"] != equal or usage.status != (0 if equal else 1):
            mistakes.append(f"equal is {document['equal']} and the exit status {usage.status}")
        return Reading(usage.wall_s, usage.cpu_s, mistakes)


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
            raise ValueError(f"exit status {usage.status}: {usage.stderr_tail}")
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
        if usage.status not in (0, 1) or not usage.stdout:
            raise ValueError(f"exit status {usage.status}: {usage.stderr_tail}")
        line = last_json_line(usage)
        return Reading(line["compare_s"], line["cpu_s"], line["mistakes"])


def all_contenders(python: Path, parity: Path, steps: Path, threads: int) -> dict[str, Contender]:
    """Every contender by its name."""
    contenders: list[Contender] = [Parity(PARITY, parity, threads)]
    contenders += [Step(step_name(step), steps, threads, step) for step in STEPS]
    contenders += [Rival(name, python, threads) for name in RIVALS]
    return {contender.name: contender for contender in contenders}


def step_name(step: str) -> str:
    """The contender that runs a step."""
    return f"step-{step}"


def last_json_line(usage: Usage) -> dict[str, Any]:
    """The object on the last line of standard output."""
    lines = usage.stdout.strip().splitlines()
    if not lines:
        raise ValueError(f"no answer, exit status {usage.status}: {usage.stderr_tail}")
    parsed = json.loads(lines[-1])
    if not isinstance(parsed, dict):
        raise TypeError(f"the last line is not an object: {lines[-1][:200]}")
    return parsed
