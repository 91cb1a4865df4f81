#!/usr/bin/env python3
"""The benchmark: our comparison beside its rivals on the same data, every answer checked.

    python3 benches/run.py --into docs/performance.md      every scenario, tables into the document (`make bench`)
    python3 benches/run.py --scale 0.01 --rounds 1         small pairs, to try a change of the benchmark (minutes)
    python3 benches/run.py --scenario wide --rounds 3 --contender parity --contender duckdb-row-hash
    python3 benches/run.py --scenario spark-wide --spark 4 --contender spark-parity     on the newest Spark
    python3 benches/run.py --generate-only                 only write the pairs (about 35 GB)
    python3 benches/run.py --results FILE --into docs/performance.md     the tables of an earlier run again

Needs Python 3.11, and Java and Gradle for what runs on Spark: the rivals' packages are installed into
~/.cache/spark-parity/venvs, the pairs are generated under ~/.cache/spark-parity/bench. The report goes to standard
output as Markdown and into a JSON file; progress goes to standard error. A contender that is not built is left out
with a note.

Exit status: 0, 1 when a contender failed or answered wrongly that should not (with --fail-on-miss also when a goal is
not met), 2 for options that make no sense.
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
    COMPARA,
    ONLY_ON_35,
    PARITY,
    RIVALS,
    SPARK_PARITY,
    SPARK_RIVALS,
    STEPS,
    VENN,
    Contender,
    all_contenders,
    step_name,
)
from document import replace_tables
from measure import run_measured, warm_page_cache
from pairs import Pair
from report import Report
from results import Outcome, Results
from rivals.answer import Truth, read_truth
from scenarios import Entry, Scenario, Sizes
from targets import evaluate

CONTENDERS = (PARITY, COMPARA, VENN, *map(step_name, STEPS), *RIVALS, SPARK_PARITY, *SPARK_RIVALS)
SCENARIOS = tuple(scenario.name for scenario in Sizes(1, 0).scenarios())


def main() -> int:
    """Measures and reports, or reports what was measured."""
    options = parse_arguments()
    report = earlier(options.results) if options.results else measured(options)
    if report is None:
        return 0
    print(report.markdown())
    if options.into:
        if options.spark != "3.5":
            raise SystemExit("--into: the tables are of Spark 3.5")
        if set(report.results.scenarios) != set(SCENARIOS):
            raise SystemExit("--into: these results do not hold every scenario")
        replace_tables(options.into, report.tables())
    missed = any(target.verdict != "met" for target in report.targets)
    return 1 if report.results.failures or (options.fail_on_miss and missed) else 0


def measured(options: argparse.Namespace) -> Report | None:
    """Generates what is missing and measures."""
    sizes = Sizes(options.scale, options.seed)
    scenarios = [scenario for scenario in sizes.scenarios() if scenario.name in (options.scenario or SCENARIOS)]
    python = environment.rivals_python()
    entries = [entry for scenario in scenarios for entry in scenario.entries]
    names = {entry.contender for entry in entries} & set(options.contender or CONTENDERS)
    if options.spark != "3.5" and (absent := names & set(ONLY_ON_35)):
        progress(f"measured on Spark 3.5 alone: {', '.join(sorted(absent))}")
        names -= absent
    on_spark = names & {SPARK_PARITY, *SPARK_RIVALS}
    spark_python = environment.spark_python(options.spark) if on_spark else None
    contenders = all_contenders(python, spark_python, options.parity, options.parity_steps, options.threads)
    chosen = {name: contenders[name] for name in names}

    for pair in pairs_of(entries, chosen):
        generate(python, pair, options.data)
    if options.generate_only:
        return None

    os.sync()  # what was just generated is written now, not during the runs

    date = datetime.now(UTC)
    machine, versions = environment.machine(), environment.versions(python, spark_python)
    results = Results({})
    path = options.json or options.data / "results" / f"{date:%Y%m%dT%H%M%SZ}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    for scenario in scenarios:
        rounds = options.spark_rounds if scenario.on_spark else options.rounds
        results.scenarios[scenario.name] = measure(scenario, chosen, options.data, rounds, options.timeout)
        report = Report(
            date=date.isoformat(timespec="seconds"),
            machine=machine,
            versions=versions,
            settings={
                "threads": options.threads,
                "rounds": options.rounds,
                "spark_rounds": options.spark_rounds,
                "sizes": asdict(sizes),
            },
            scenarios=scenarios,
            results=results,
            targets=evaluate(results, sizes),
        )
        # After every scenario, so that what was measured is not lost with the rest.
        path.write_text(json.dumps(report.json(), indent=1) + "\n")
    progress(f"written to {path}")
    return report


def earlier(path: Path) -> Report:
    """The report of a results file."""
    document = json.loads(path.read_text())
    sizes = Sizes(**document["settings"]["sizes"])
    outcomes = {name: list(map(Outcome.of, some)) for name, some in document["scenarios"].items()}
    return Report(
        date=document["date"],
        machine=document["machine"],
        versions=document["versions"],
        settings=document["settings"],
        scenarios=sizes.scenarios(),
        results=Results(outcomes),
        targets=evaluate(Results(outcomes), sizes),
    )


def pairs_of(entries: list[Entry], chosen: dict[str, Contender]) -> list[Pair]:
    """Every pair that is compared, also to warm up, each once and the smallest first."""
    wanted: set[Pair] = set()
    for entry in entries:
        if contender := chosen.get(entry.contender):
            warming = contender.warms_with(entry.pair)
            wanted |= {entry.pair, *([warming] if warming else [])}
    return sorted(wanted, key=lambda pair: (pair.rows * pair.columns, pair.folder))


def generate(python: Path, pair: Pair, data: Path) -> None:
    """Writes a pair unless it is there; in a process of its own, which keeps this one small."""
    command: list[str | Path] = [python, environment.BENCHES / "generate.py", "--out", data / pair.folder]
    command += ["--shape", pair.shape, "--rows", str(pair.rows), "--columns", str(pair.columns)]
    command += ["--changed", str(pair.changed), "--only", str(pair.only), "--seed", str(pair.seed)]
    command += ["--files", str(pair.files)]
    command += ["--one-key"] if pair.one_key else []
    subprocess.run(command, check=True)


def measure(
    scenario: Scenario, chosen: dict[str, Contender], data: Path, rounds: int, timeout_s: float
) -> list[Outcome]:
    """Runs the entries of a scenario in turn; every round starts with another one."""
    chosen_entries = [entry for entry in scenario.entries if entry.contender in chosen]
    truths: dict[Pair, Truth] = {
        pair: read_truth(data / pair.folder) for pair in {entry.pair for entry in chosen_entries}
    }
    outcomes = [Outcome(entry, sum(truths[entry.pair]["bytes"].values())) for entry in chosen_entries]
    for outcome in outcomes:
        outcome.not_run = chosen[outcome.entry.contender].missing()
    for number in range(rounds):
        running = [outcome for outcome in outcomes if runs(outcome, number)]
        first = number % max(len(running), 1)
        for outcome in running[first:] + running[:first]:
            entry = outcome.entry
            run_once(outcome, chosen[entry.contender], truths[entry.pair], data, timeout_s)
            taken = outcome.failure or f"{outcome.samples[-1].compare_s:.2f} s"
            progress(f"{scenario.name}, round {number + 1} of {rounds}: {entry.contender}, {entry.pair.title}: {taken}")
    return outcomes


def runs(outcome: Outcome, number: int) -> bool:
    """Whether a contender takes part in a round."""
    most = outcome.entry.most_rounds
    return outcome.not_run is None and outcome.failure is None and (most is None or number < most)


def run_once(outcome: Outcome, contender: Contender, truth: Truth, data: Path, timeout_s: float) -> None:
    """Runs a contender on its pair, whose files are in memory, and keeps the sample."""
    folder = data / outcome.entry.pair.folder
    warm_page_cache([folder])
    usage = run_measured(contender.command(folder, truth), contender.folder, timeout_s)
    outcome.add(usage, contender, truth, data)


def progress(text: str) -> None:
    """A line on standard error."""
    print(text, file=sys.stderr, flush=True)


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="only this one; repeat it")
    parser.add_argument("--contender", action="append", choices=CONTENDERS, help="only this one; repeat it")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--spark-rounds", type=int, default=2, help="rounds of ours on Spark; rivals there run once")
    parser.add_argument("--spark", choices=("3.5", "4"), default="3.5", help="4: the newest Spark that tests run on")
    parser.add_argument("--threads", type=int, default=2, help="threads of every contender")
    parser.add_argument("--scale", type=float, default=1.0, help="rows of every pair, times this")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--data", type=Path, default=environment.CACHE / "bench", help="where the pairs are")
    parser.add_argument("--json", type=Path, help="the results (default: a file under DATA/results)")
    parser.add_argument("--results", type=Path, help="measure nothing: the report of these results")
    parser.add_argument("--into", type=Path, help="a document whose tables are replaced")
    parser.add_argument("--parity", type=Path, default=environment.REPOSITORY / "bin" / "parity")
    parser.add_argument("--parity-steps", type=Path, default=environment.REPOSITORY / "bin" / "parity-steps")
    parser.add_argument("--timeout", type=float, default=600, help="seconds after which a run is ended")
    parser.add_argument("--generate-only", action="store_true", help="only write the pairs")
    parser.add_argument("--fail-on-miss", action="store_true", help="exit with 1 when a goal is not met")
    options = parser.parse_args()
    if min(options.rounds, options.spark_rounds, options.threads) < 1:
        parser.error("--rounds, --spark-rounds and --threads are at least 1")
    if not 0 < options.scale <= 1:
        parser.error("--scale is above 0 and at most 1")
    if options.into and not options.results and (options.scenario or options.contender or options.scale != 1):
        parser.error("--into takes every scenario at full size: a document shows one whole run")
    for name in ("data", "parity", "parity_steps"):
        setattr(options, name, getattr(options, name).resolve())
    return options


if __name__ == "__main__":
    sys.exit(main())
