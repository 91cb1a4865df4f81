"""The frame of a contender's process on Spark: start, compare a small pair, compare the pair, print one line of JSON.

Spark compiles and caches while it works, so the comparison that counts is the second one of a session. What comes
before it, starting the session and comparing a pair of a thousand rows, is reported apart as the cold figures. CPU
time and memory are those of this process and of the JVM that it starts.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import process_tree
from rivals import event_log
from rivals import spark_session as session
from rivals.answer import Answer, read_truth
from rivals.contest import Pair, failed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True)
class Contestant:
    """How a pair is compared on a session, and what the session needs for it beyond the defaults."""

    compare: Callable[[SparkSession, Pair], Answer]
    settings: Callable[[], Mapping[str, str]] = field(default=dict)

    def main(self) -> int:
        """Runs once; the exit status is 1 when an answer is wrong or there is none."""
        parser = argparse.ArgumentParser()
        parser.add_argument("--data", type=Path, required=True, help="folder of a generated pair")
        parser.add_argument("--warm", type=Path, required=True, help="folder of the pair that is compared first")
        parser.add_argument("--threads", type=int, default=2)
        parser.add_argument("--store", help="where the folders lie by the same names, when not on disk")
        parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help="of Spark; repeat it")
        options = parser.parse_args()
        with tempfile.TemporaryDirectory(prefix="bench-spark-") as scratch:
            try:
                result = self._run(options, Path(scratch))
            except Exception as problem:
                return failed(problem)
        print(json.dumps(result))
        return 1 if result["mistakes"] else 0

    def _run(self, options: argparse.Namespace, scratch: Path) -> dict[str, Any]:
        settings = {**self.settings(), **dict(setting.split("=", 1) for setting in options.setting)}
        begin = time.perf_counter()
        spark = session.start(options.threads, scratch, settings)
        started = time.perf_counter()
        mistakes = [f"warming: {mistake}" for mistake in self._compare(spark, options.warm, options.store)[0]]
        first = time.perf_counter()

        cpu, from_ms = process_tree.cpu_seconds(os.getpid()), time.time() * 1000
        wrong, phases = self._compare(spark, options.data, options.store)
        compare_s = time.perf_counter() - first
        cpu_s, to_ms = process_tree.cpu_seconds(os.getpid()) - cpu, time.time() * 1000
        session.stop(spark)
        (log,) = (scratch / "events").iterdir()
        return {
            "compare_s": compare_s,
            "cpu_s": cpu_s,
            "cold": {"session_s": started - begin, "first_s": first - started},
            "phases": phases,
            "spark": event_log.read(log, from_ms, to_ms).summary(),
            "mistakes": mistakes + wrong,
        }

    def _compare(self, spark: SparkSession, folder: Path, store: str | None) -> tuple[list[str], dict[str, float]]:
        truth = read_truth(folder)
        pair = Pair(folder, truth["keys"], store=store)
        return self.compare(spark, pair).mistakes(truth), pair.phases


def run(contestant: Contestant) -> None:
    """Ends the process with the contestant's exit status."""
    sys.exit(contestant.main())
