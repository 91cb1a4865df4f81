#!/usr/bin/env python3
"""Ours on Spark with both sides on an object store behind a slow network: how far do reading and decoding overlap?

    python3 benches/s3.py                        200,000 rows × 200 columns, 40 ms and 60 MB/s a connection

Starts MinIO with a toxiproxy in front of it and measures, in turn: reading every byte and doing nothing else, with a
connection a core and with four times as many; ours with the files on disk; ours through the proxy. Were reading and
decoding done one after the other, ours through the proxy would take the sum of reading and of ours on disk; were
they wholly overlapped, the larger of the two. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import environment
from contenders import PACKAGE, last_json_line
from measure import run_measured, warm_page_cache
from pairs import Pair, warming
from run import generate

sys.path.append(str(environment.REPOSITORY / "build-support"))

from object_store import HOST, ObjectStore, object_store, proxy
from spark_home import spark_home

_BUCKET = "bench"
_MEGABYTE = 1_000_000
_MORE_CONNECTIONS = 4


@dataclass(frozen=True)
class Machine:
    """The interpreters, and the store as its users see it."""

    python: Path
    spark_python: Path
    store: ObjectStore
    threads: int
    timeout_s: float

    def read_s(self, pair: Path, port: int, connections: int) -> float:
        """Every byte of a pair through a port."""
        command = [str(part) for part in ("read", _BUCKET, pair, "--connections", connections)]
        return float(json.loads(self.objects(command, port))["seconds"])

    def objects(self, arguments: Sequence[str], port: int) -> str:
        """Runs `s3_objects.py`."""
        command = [self.python, environment.BENCHES / "s3_objects.py", *arguments]
        variables = {"S3_ENDPOINT": f"{HOST}:{port}", "S3_USER": self.store.user, "S3_PASSWORD": self.store.password}
        return subprocess.check_output(command, env={**os.environ, **variables}, text=True)

    def ours(self, pair: Path, warm: Path, port: int | None) -> dict[str, Any]:
        """The comparison in a warm session; without a port, of the files on disk."""
        variables = {"PYTHONPATH": PACKAGE, "SPARK_HOME": spark_home(self._pyspark())}
        command: list[str | Path] = ["env", *(f"{name}={value}" for name, value in variables.items())]
        command += [self.spark_python, "-m", "rivals.spark_parity", "--data", pair, "--warm", warm]
        command += ["--threads", str(self.threads)]
        if port:
            command += ["--store", f"s3a://{_BUCKET}"]
            settings = self.store.s3a_settings(port=port)
            command += [f"--setting={name}={value}" for name, value in settings.items()]
        line = last_json_line(run_measured(command, environment.BENCHES, self.timeout_s))
        if line["mistakes"]:
            raise ValueError(f"wrong answer: {line['mistakes']}")
        return line

    def _pyspark(self) -> Path:
        command = [self.spark_python, "-c", "import pyspark; print(*pyspark.__path__)"]
        return Path(subprocess.check_output(command, text=True).strip())


def main() -> int:
    """Starts everything, measures, prints."""
    options = arguments()
    python, spark_python = environment.rivals_python(), environment.spark_python()
    pair, warm = Pair(options.rows, options.columns, 0.01, 42), warming(options.columns, 42)
    for each in (warm, pair):
        generate(python, each, options.data)
    data, warm_data = options.data / pair.folder, options.data / warm.folder
    with (
        tempfile.TemporaryDirectory(prefix="bench-s3-", dir=options.data) as scratch,
        object_store(Path(scratch)) as store,
        proxy(store, Path(scratch)) as way,
    ):
        machine = Machine(python, spark_python, store, options.threads, options.timeout)
        machine.objects(["upload", _BUCKET, str(data), str(warm_data)], store.port)
        way.delay(options.latency_ms)
        way.limit(options.megabytes * _MEGABYTE)
        few, many = options.threads, options.threads * _MORE_CONNECTIONS
        runs: dict[str, Callable[[], float]] = {
            f"reading alone, {few} connections": lambda: machine.read_s(data, way.port, few),
            f"reading alone, {many} connections": lambda: machine.read_s(data, way.port, many),
            "ours, files on disk": lambda: machine.ours(data, warm_data, None)["compare_s"],
            "ours, store without the slow network": lambda: machine.ours(data, warm_data, store.port)["compare_s"],
            "ours, store behind the slow network": lambda: machine.ours(data, warm_data, way.port)["compare_s"],
        }
        taken: dict[str, list[float]] = {name: [] for name in runs}
        for number in range(options.rounds):
            warm_page_cache([data])
            for name, run in runs.items():
                taken[name].append(run())
                print(f"round {number + 1}: {name}: {taken[name][-1]:.2f} s", file=sys.stderr, flush=True)
    read_bytes = sum(path.stat().st_size for path in data.rglob("*.parquet"))
    print(report(options, pair, read_bytes, {name: median(seconds) for name, seconds in taken.items()}))
    return 0


def report(options: argparse.Namespace, pair: Pair, read_bytes: int, seconds: Mapping[str, float]) -> str:
    """The table, and the overlap that it shows."""
    read_s, _, disk_s, _, slow_s = seconds.values()
    overlap = (read_s + disk_s - slow_s) / min(read_s, disk_s)
    lines = [
        f"{pair.title}, {read_bytes / _MEGABYTE:,.0f} MB; {options.latency_ms} ms and {options.megabytes} MB/s a "
        f"connection; {options.threads} cores; medians of {options.rounds}",
        "",
        "| | seconds |",
        "| --- | --- |",
        *(f"| {name} | {taken:.2f} |" for name, taken in seconds.items()),
        f"| one after the other: reading with a connection a core, then ours on disk | {read_s + disk_s:.2f} |",
        f"| wholly overlapped: the larger of the two | {max(read_s, disk_s):.2f} |",
        "",
        f"Of the shorter of the two, {100 * overlap:.0f} % is hidden behind the other.",
    ]
    return "\n".join(lines)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--columns", type=int, default=200)
    parser.add_argument("--latency-ms", type=int, default=40)
    parser.add_argument("--megabytes", type=int, default=60, help="MB/s of every connection")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--data", type=Path, default=environment.CACHE / "bench", help="where the pairs are")
    parser.add_argument("--timeout", type=float, default=1200, help="seconds after which a run is ended")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
