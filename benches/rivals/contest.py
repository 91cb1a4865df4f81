"""The frame of a rival's process: load the engine, compare, check the answer, print one line of JSON.

The time and the CPU of `compare` are taken without starting Python and importing the engine.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from rivals.answer import Answer, read_truth

Engine = TypeVar("Engine")


@dataclass
class Pair:
    """The two datasets, and the seconds of each phase of the work on them."""

    folder: Path
    keys: list[str]
    phases: dict[str, float] = field(default_factory=dict)
    # Where its folder lies when it is not on disk.
    store: str | None = None

    def side(self, side: str) -> str:
        """The address of a side's folder."""
        return f"{self.store}/{self.folder.name}/{side}" if self.store else str(self.folder / side)

    def files(self, side: str) -> str:
        """A glob of a side's files."""
        return str(self.folder / side / "*.parquet")

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Takes the time of a phase."""
        start = time.perf_counter()
        yield
        self.phases[name] = round(time.perf_counter() - start, 3)


@dataclass(frozen=True)
class Rival(Generic[Engine]):
    """A rival: how to load its engine with a number of threads, and how it compares a pair."""

    load: Callable[[int], Engine]
    compare: Callable[[Engine, Pair], Answer]

    def main(self) -> int:
        """Runs once; the exit status is 1 when the answer is wrong or there is none."""
        parser = argparse.ArgumentParser()
        parser.add_argument("--data", type=Path, required=True, help="folder of a generated pair")
        parser.add_argument("--threads", type=int, default=2)
        options = parser.parse_args()
        truth = read_truth(options.data)
        pair = Pair(options.data, truth["keys"])
        engine = self.load(options.threads)

        wall, cpu = time.perf_counter(), time.process_time()
        try:
            answer = self.compare(engine, pair)
        except Exception as problem:
            return failed(problem)
        result: dict[str, Any] = {
            "compare_s": time.perf_counter() - wall,
            "cpu_s": time.process_time() - cpu,
            "phases": pair.phases,
            "mistakes": answer.mistakes(truth),
        }
        print(json.dumps(result))
        return 1 if result["mistakes"] else 0


def failed(problem: Exception) -> int:
    """Prints why there is no answer; the exit status for that."""
    lines = str(problem).strip().splitlines() or [""]
    print(json.dumps({"failure": f"{type(problem).__name__}: {lines[0]}"}))
    return 1


def run(rival: Rival[Any]) -> None:
    """Ends the process with the rival's exit status."""
    sys.exit(rival.main())
