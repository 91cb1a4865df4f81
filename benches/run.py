#!/usr/bin/env python3
"""The benchmark: our comparison beside its rivals on the same data, every answer checked.

    python3 benches/run.py                      every scenario (what `make bench` runs; hours)
    python3 benches/run.py --scenario spark-small --rounds 3
    python3 benches/run.py --scenario medium --rounds 3 --contender parity --contender duckdb-row-hash
    python3 benches/run.py --generate-only      only write the pairs

Needs Python 3.11, and Java and Gradle for what runs on Spark: the rivals' packages are installed into
~/.cache/spark-parity/bench-venv and venvs, the pairs are generated under ~/.cache/spark-parity/bench (about 20 GB for
all of them). The report goes to standard output as
Markdown and into a JSON file; progress goes to standard error. A contender that is not built is left out with a note.

Exit status: 0, 1 when a contender failed or answered wrongly (with --fail-on-miss also when a target is not met),
2 for options that make no sense.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import environment
from contenders import (
    PARITY,
    RIVALS,
    SPARK_PARITY,
    SPARK_RIVALS,
    STEPS,
    Contender,
    all_contenders,
    step_name,
)
from measure import run_measured, warm_page_cache
from pairs import Pair
from report import Report
from results import Outcome, Results
from rivals.answer import Truth, read_truth
from scenarios import Entry, Scenario, Sizes
from targets import evaluate

CONTENDERS = (PARITY, *(step_name(step) for step in STEPS), *RIVALS, SPARK_PARITY, *SPARK_RIVALS)
SCENARIOS = tuple(scenario.name for scenario in Sizes(10, 20, 30, 8, 0).scenarios())


def main() -> int:
    """Generates what is missing, measures, reports."""
    options = parse_arguments()
    sizes = Sizes(options.small, options.medium, options.large, options.columns, options.seed)
    scenarios = [scenario for scenario in sizes.scenarios() if scenario.name in (options.scenario or SCENARIOS)]
    python = environment.rivals_python()
    entries = [entry for scenario in scenarios for entry in scenario.entries]
    names = {entry.contender for entry in entries} & set(options.contender or CONTENDERS)
    on_spark = names & {SPARK_PARITY, *SPARK_RIVALS}
    spark_python = environment.spark_python() if on_spark else None
    contenders = all_contenders(python, spark_python, options.parity, options.parity_steps, options.threads)
    chosen = {name: contenders[name] for name in names}

    for pair in pairs_of(entries, chosen):
        generate(python, pair, options.data)
    if options.generate_only:
        return 0

    os.sync()  # what was just generated is written now, not during the runs

    date = datetime.now(UTC)
    machine, versions = environment.machine(), environment.versions(python, spark_python)
    results = Results({})
    for scenario in scenarios:
        results.scenarios[scenario.name] = measure(scenario, chosen, options.data, options.rounds, options.timeout)
    report = Report(
        date=date.isoformat(timespec="seconds"),
        machine=machine,
        versions=versions,
        settings={"threads": options.threads, "rounds": options.rounds, "sizes": asdict(sizes)},
        scenarios=scenarios,
        results=results,
        targets=evaluate(results, sizes),
    )
    print(report.markdown())
    path = options.json or options.data / "results" / f"{date:%Y%m%dT%H%M%SZ}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report.json(), indent=1) + "\n")
    progress(f"written to {path}")

    missed = any(target.verdict in ("MISS", "not measured") for target in report.targets if target.limit)
    return 1 if results.failures or (options.fail_on_miss and missed) else 0


def pairs_of(entries: list[Entry], chosen: dict[str, Contender]) -> list[Pair]:
    """Every pair that is compared, also to warm up, each once and the smallest first."""
    wanted: set[Pair] = set()
    for entry in entries:
        if contender := chosen.get(entry.contender):
            warming = contender.warms_with(entry.pair)
            wanted |= {entry.pair, *([warming] if warming else [])}
    return sorted(wanted, key=lambda pair: (pair.rows, pair.columns, pair.changed, pair.one_key))


def generate(python: Path, pair: Pair, data: Path) -> None:
    """Writes a pair unless it is there; in a process of its own, which keeps this one small."""
    command: list[str | Path] = [python, environment.BENCHES / "generate.py", "--out", data / pair.folder]
    command += ["--rows", str(pair.rows), "--columns", str(pair.columns)]
    command += ["--changed", str(pair.changed), "--seed", str(pair.seed)]
    command += ["--one-key"] if pair.one_key else []
    subprocess.run(command, check=True)


def measure(
    scenario: Scenario, chosen: dict[str, Contender], data: Path, rounds: int, timeout_s: float
) -> list[Outcome]:
    """Runs the entries of a scenario in turn; every round starts with another one."""
    outcomes = [Outcome(entry) for entry in scenario.entries if entry.contender in chosen]
    for outcome in outcomes:
        outcome.not_run = chosen[outcome.entry.contender].missing()
    truths: dict[Pair, Truth] = {
        pair: read_truth(data / pair.folder) for pair in {outcome.entry.pair for outcome in outcomes}
    }
    for number in range(min(rounds, scenario.most_rounds or rounds)):
        running = [outcome for outcome in outcomes if outcome.not_run is None and outcome.failure is None]
        warm_page_cache(data / pair.folder for pair in {outcome.entry.pair for outcome in running})
        first = number % max(len(running), 1)
        for outcome in running[first:] + running[:first]:
            run_once(outcome, chosen[outcome.entry.contender], truths[outcome.entry.pair], data, timeout_s)
            taken = outcome.failure or f"{outcome.samples[-1].compare_s:.2f} s"
            entry = outcome.entry
            progress(f"{scenario.name}, round {number + 1} of {rounds}: {entry.contender}, {entry.pair.title}: {taken}")
    return outcomes


def run_once(outcome: Outcome, contender: Contender, truth: Truth, data: Path, timeout_s: float) -> None:
    """Runs a contender on its pair, and keeps the sample."""
    command = contender.command(data / outcome.entry.pair.folder, truth)
    outcome.add(run_measured(command, contender.folder, timeout_s), contender, truth)


def progress(text: str) -> None:
    """A line on standard error."""
    print(text, file=sys.stderr, flush=True)


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="only this one; repeat it")
    parser.add_argument("--contender", action="append", choices=CONTENDERS, help="only this one; repeat it")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2, help="threads of every contender")
    parser.add_argument("--small", type=int, default=200_000, help="rows of the small pair")
    parser.add_argument("--medium", type=int, default=1_000_000, help="rows of the medium pairs")
    parser.add_argument("--large", type=int, default=4_000_000, help="rows of the large pair (linearity)")
    parser.add_argument("--columns", type=int, default=200)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--data", type=Path, default=environment.CACHE / "bench", help="where the pairs are")
    parser.add_argument("--json", type=Path, help="the results (default: a file under DATA/results)")
    parser.add_argument("--parity", type=Path, default=environment.REPOSITORY / "bin" / "parity")
    parser.add_argument("--parity-steps", type=Path, default=environment.REPOSITORY / "bin" / "parity-steps")
    parser.add_argument("--timeout", type=float, default=1200, help="seconds after which a run is ended")
    parser.add_argument("--generate-only", action="store_true", help="only write the pairs")
    parser.add_argument("--fail-on-miss", action="store_true", help="exit with 1 when a target is not met")
    options = parser.parse_args()
    if not options.small < options.medium < options.large:
        parser.error("--small, --medium and --large must ascend")
    if options.rounds < 1 or options.threads < 1:
        parser.error("--rounds and --threads are at least 1")
    for name in ("data", "parity", "parity_steps"):
        setattr(options, name, getattr(options, name).resolve())
    return options


if __name__ == "__main__":
    sys.exit(main())
