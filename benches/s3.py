#!/usr/bin/env python3
"""Ours on Spark with both sides on an object store behind a slow network: what does the store cost?

    python3 benches/s3.py                              every case, about half an hour
    python3 benches/s3.py --case small --case medium   some of them

Starts MinIO with a toxiproxy in front of it (40 ms and 60 MB/s a connection) and measures, in turn: reading every byte
and doing nothing else, with a connection a core and with four times as many; ours with the files on disk; ours on the
store, without the slow network and behind it. Prints Markdown, and holds the figures against the goals.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import environment
from contenders import PACKAGE, last_json_line
from measure import run_measured, warm_page_cache
from pairs import ALL, FILES, NONE, SOME, Pair, warming
from run import generate

sys.path.append(str(environment.REPOSITORY / "build-support"))

from object_store import HOST, ObjectStore, Proxy, object_store, proxy
from spark_home import spark_home

_BUCKET = "bench"
_MEGABYTE = 1_000_000
_MORE_CONNECTIONS = 4
_READ_FEW = "reading alone, a connection a core"
_READ_MANY = "reading alone, four connections a core"
_DISK = "ours, files on disk"
_STORE = "ours, store without the slow network"
_SLOW = "ours, store behind the slow network"
# The same rows in few and in many files.
_FILES = ("few-files", "many-files")
_CASES = ("small", "medium", "identical", "all-changed", "large", *_FILES)


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


def cases(columns: int) -> dict[str, Pair]:
    """The pairs, by the names of their cases."""

    def pair(rows: int, changed: float = SOME, files: int = FILES) -> Pair:
        return Pair(rows, columns, changed, 42, files=files)

    return {
        "small": pair(20_000),
        "medium": pair(200_000),
        "identical": pair(200_000, NONE),
        "all-changed": pair(200_000, ALL),
        "large": pair(1_000_000),
        "few-files": pair(700_000),
        "many-files": pair(700_000, files=2_000),
    }


def main() -> int:
    """Starts everything, measures, prints."""
    options = arguments()
    python, spark_python = environment.rivals_python(), environment.spark_python()
    chosen = {name: pair for name, pair in cases(options.columns).items() if name in (options.case or _CASES)}
    warm = warming(options.columns, 42)
    for each in (warm, *chosen.values()):
        generate(python, each, options.data)
    measured: dict[str, Case] = {}
    for name, pair in chosen.items():
        with (
            tempfile.TemporaryDirectory(prefix="bench-s3-", dir=options.data) as scratch,
            object_store(Path(scratch)) as store,
            proxy(store, Path(scratch)) as way,
        ):
            machine = Machine(python, spark_python, store, options.threads, options.timeout)
            measured[name] = measure(name, machine, way, pair, warm, options)
    print(report(options, measured))
    return 0


@dataclass(frozen=True)
class Case:
    """Medians of the seconds of a pair, and bytes."""

    pair: Pair
    pair_bytes: int
    read_bytes: int
    seconds: Mapping[str, float]


def measure(name: str, machine: Machine, way: Proxy, pair: Pair, warm: Pair, options: argparse.Namespace) -> Case:
    """Everything about one pair, on a store that holds nothing else."""
    data, warm_data = options.data / pair.folder, options.data / warm.folder
    machine.objects(["upload", _BUCKET, str(data), str(warm_data)], machine.store.port)
    way.delay(options.latency_ms)
    way.limit(options.megabytes * _MEGABYTE)
    read_bytes = 0

    def ours(port: int | None) -> float:
        nonlocal read_bytes
        line = machine.ours(data, warm_data, port)
        read_bytes = max(read_bytes, line["spark"]["read_bytes"] if port else 0)
        return float(line["compare_s"])

    runs: dict[str, Callable[[], float]] = {
        _READ_FEW: lambda: machine.read_s(data, way.port, options.threads),
        _READ_MANY: lambda: machine.read_s(data, way.port, options.threads * _MORE_CONNECTIONS),
        _DISK: lambda: ours(None),
        _STORE: lambda: ours(machine.store.port),
        _SLOW: lambda: ours(way.port),
    }
    if name in _FILES:
        runs = {_SLOW: runs[_SLOW]}
    taken: dict[str, list[float]] = {run: [] for run in runs}
    for number in range(options.rounds):
        warm_page_cache([data])
        for run, seconds in runs.items():
            taken[run].append(seconds())
            print(f"{name}, round {number + 1}: {run}: {taken[run][-1]:.2f} s", file=sys.stderr, flush=True)
    pair_bytes = sum(path.stat().st_size for path in data.rglob("*.parquet"))
    return Case(pair, pair_bytes, read_bytes, {run: median(seconds) for run, seconds in taken.items()})


def report(options: argparse.Namespace, measured: Mapping[str, Case]) -> str:
    """The tables."""
    columns = [
        f"{name}: {case.pair.rows:,} rows, {case.pair.change}, {case.pair_bytes / _MEGABYTE:,.0f} MB in "
        f"{2 * case.pair.files:,} files"
        for name, case in measured.items()
    ]
    lines = [
        f"{environment.machine()['cpu']}, {options.threads} cores, {datetime.now(UTC):%Y-%m-%d}; "
        f"{options.latency_ms} ms and {options.megabytes} MB/s a connection; medians of {options.rounds}",
        "",
        f"| seconds | {' | '.join(columns)} |",
        f"|---|{'---|' * len(columns)}",
    ]
    for run in (_READ_FEW, _READ_MANY, _DISK, _STORE, _SLOW):
        taken = (f"{case.seconds[run]:.2f}" if run in case.seconds else "–" for case in measured.values())
        lines.append(f"| {run} | {' | '.join(taken)} |")
    shares = (f"{case.read_bytes / case.pair_bytes:.2f}" for case in measured.values())
    lines += [f"| bytes read / bytes of the pair | {' | '.join(shares)} |", ""]
    lines += ["| goal | limit | measured | |", "|---|---|---|---|"]
    for goal, limit, figure in goals(measured):
        lines.append(f"| {goal} | {limit:.2f} | {figure:.2f} | {'met' if figure <= limit else 'missed'} |")
    return "\n".join(lines)


def goals(measured: Mapping[str, Case]) -> Iterator[tuple[str, float, float]]:
    """What is wanted, its limit, and what was measured."""
    for name, case in measured.items():
        taken = case.seconds
        if name in ("medium", "large"):
            yield (
                f"{name}: slow network, at most 15 % and 1.5 s more than without",
                1.15 * taken[_STORE] + 1.5,
                taken[_SLOW],
            )
            fast = 1.15 * (taken[_DISK] + taken[_READ_MANY])
            yield f"{name}: store, at most 1.15 × (on disk + reading with 8 connections)", fast, taken[_STORE]
        if name == "small":
            yield f"{name}: slow network, at most 1.5 s more than on disk", taken[_DISK] + 1.5, taken[_SLOW]
        if name != "many-files":
            yield f"{name}: bytes read, at most 1.1 × the pair's", 1.1, case.read_bytes / case.pair_bytes
    few, many = (measured.get(name) for name in _FILES)
    if few and many:
        limit = 1.5 * few.seconds[_SLOW] + 3
        yield "many files, at most 1.5 × few files and 3 s", limit, many.seconds[_SLOW]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", action="append", choices=_CASES, help="only this one; repeat it")
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
