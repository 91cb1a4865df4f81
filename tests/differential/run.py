"""Random pairs through the native command and the oracle; every field of every answer must agree.

    python tests/differential/run.py --pairs 3000 --seed 1

With `--engine spark`, `compare_datasets` answers in place of the command, every worker on one Spark session of its own.

A run ends with one line of counts; its exit status is 0 when all pairs agree. A pair that does not agree is printed
with its seed, and `--only SEED` runs that pair alone (add `--keep DIR` to look at its files).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from differential.agreement import disagreements, mirror_disagreements, same_but_for_the_paths
from differential.command import (
    DEFAULT_PARITY,
    SOURCE_VARIABLE,
    SOURCES,
    Answer,
    Engine,
    option_arguments,
    run_parity,
)
from differential.keywords import expressible
from differential.leaks import leaks
from differential.seeded import written_pair
from differential.unpromised import Unpromised, unpromised
from generator import write_plainly
from generator.pairs import mirrored
from generator.sides import Written
from oracle import Options, Refused, compare

PAIRS_PER_SEED = 1_000_000
EXTRA_CHECK_SHARE = 0.12


@dataclass
class Outcome:
    """What became of one pair."""

    seed: int
    kind: str
    problems: list[str] = field(default_factory=list)
    command: str = ""


@dataclass(frozen=True)
class Work:
    """What the workers need to know, once. Without the native command, Spark answers."""

    parity: Path | None
    keep: Path | None


_work: Work
_engine: Path | Engine


def _begin_worker(work: Work) -> None:
    global _work, _engine
    _work = work
    import pyarrow

    pyarrow.set_cpu_count(1)
    if work.parity is not None:
        _engine = work.parity
    else:
        from differential.on_spark import SparkEngine, start

        _engine = SparkEngine(start())


def _ask(left: Path, right: Path, options: Options, *, threads: int = 2) -> Answer:
    if isinstance(_engine, Path):
        return run_parity(_engine, left, right, option_arguments(options), threads=threads)
    return _engine.compare(left, right, options)


def check_seed(seed: int) -> Outcome:
    """Makes the pair of a seed, asks both, compares the answers."""
    folder = Path(tempfile.mkdtemp(prefix=f"parity-{seed}-"))
    try:
        outcome = _check(seed, folder)
    except Exception:
        outcome = Outcome(seed, "broken", [traceback.format_exc()])
    if outcome.problems and _work.keep is not None:
        shutil.copytree(folder, _work.keep / str(seed), dirs_exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    return outcome


def _check(seed: int, folder: Path) -> Outcome:
    rng = random.Random(seed)
    left, right, options = written_pair(seed, rng, folder)
    if not isinstance(_engine, Path):
        options = expressible(options)
    arguments = option_arguments(options)
    outcome = Outcome(seed, "", command=shlex.join(["compare", str(left.path), str(right.path), *arguments]))
    try:
        expected = compare(left.side, right.side, options)
    except Refused as refused:
        expected = None
        outcome.kind = refused.code
    try:
        answer = _ask(left.path, right.path, options)
    except subprocess.TimeoutExpired:
        outcome.problems.append("the command did not end in time")
        return outcome
    if wrong := answer.misbehaviour():
        outcome.problems.append(f"{wrong}\n{answer.stderr[-2000:]}")
        return outcome
    assert answer.document is not None
    outcome.problems += leaks(left.side, right.side, options, answer, expected)
    if expected is None:
        if answer.error_code != outcome.kind:
            outcome.problems.append(f"expected error {outcome.kind}, found {answer.document.get('error', 'a result')}")
        return outcome
    outcome.kind = "equal" if expected["equal"] else "different"
    if answer.error_code:
        outcome.problems.append(f"expected a result, found {answer.document['error']}")
        return outcome
    reduction = unpromised(left.side, right.side, options, expected)
    outcome.problems += disagreements(expected, answer.document, reduction)
    if not outcome.problems and rng.random() < EXTRA_CHECK_SHARE:
        outcome.problems += _extra_checks(rng, folder, left, right, options, answer, reduction)
    return outcome


def _extra_checks(
    rng: random.Random,
    folder: Path,
    left: Written,
    right: Written,
    options: Options,
    answer: Answer,
    reduction: Unpromised | None,
) -> list[str]:
    """Facts that hold between answers: another layout changes nothing, swapped sides mirror the result."""
    assert answer.document is not None
    problems = []
    again_left = write_plainly(rng, folder / "again_left", left.side)
    again_right = write_plainly(rng, folder / "again_right", right.side)
    again = _ask(again_left.path, again_right.path, options, threads=1)
    if again.document is None or not same_but_for_the_paths(answer.document, again.document, reduction):
        problems.append(f"another layout of the same rows gives another document:\n{answer.stdout}{again.stdout}")
    swapped_options = mirrored(options)
    arrays = {name for name, spark_type in right.side.schema if spark_type.startswith("array<")}
    says_the_same = not (options.columns or options.exclude) and set(options.unordered or []) <= arrays
    if swapped_options is not None and says_the_same:
        swapped = _ask(right.path, left.path, swapped_options)
        if swapped.document is None or swapped.error_code:
            problems.append(f"swapped sides give no result: {swapped.stdout}{swapped.stderr}")
        else:
            problems += [f"swapped sides: {each}" for each in mirror_disagreements(answer.document, swapped.document)]
    return problems


def _report(outcome: Outcome, engine: str, seen: int) -> None:
    if not outcome.problems:
        return
    print(f"seed {outcome.seed} ({outcome.kind})", flush=True)
    print(f"  {outcome.command}")
    for problem in outcome.problems[:seen]:
        print("  " + problem.replace("\n", "\n    "))
    if len(outcome.problems) > seen:
        print(f"  … and {len(outcome.problems) - seen} more")
    print(f"  again: python tests/differential/run.py --engine {engine} --only {outcome.seed} --keep DIR", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3000, help="how many pairs (default 3000)")
    parser.add_argument("--seed", type=int, default=1, help="where the seeds of the pairs begin (default 1)")
    parser.add_argument("--only", type=int, help="run the pair of this one seed, as a failure printed it")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="worker processes")
    parser.add_argument(
        "--engine", choices=["native", "spark"], default="native", help="what answers beside the oracle"
    )
    parser.add_argument("--parity", type=Path, default=DEFAULT_PARITY, help="the native command")
    parser.add_argument(
        "--source", choices=SOURCES, help="what `--parity …/exchange` compares in place of Parquet files"
    )
    parser.add_argument("--keep", type=Path, help="copy the files of failing pairs into this folder")
    parser.add_argument("--show", type=int, default=6, help="problems shown for each failing pair (default 6)")
    return parser.parse_args()


def main() -> int:
    arguments = _arguments()
    parity = arguments.parity.resolve() if arguments.engine == "native" else None
    if parity is not None and not parity.exists():
        print(f"{parity} does not exist; `make build` puts it there", file=sys.stderr)
        return 2
    if arguments.keep is not None:
        arguments.keep.mkdir(parents=True, exist_ok=True)
    if arguments.source is not None:
        os.environ[SOURCE_VARIABLE] = arguments.source
    work = Work(parity, arguments.keep)
    if arguments.only is not None:
        seeds = range(arguments.only, arguments.only + 1)
    else:
        seeds = range(arguments.seed * PAIRS_PER_SEED, arguments.seed * PAIRS_PER_SEED + arguments.pairs)
    began = time.monotonic()
    counts: Counter[str] = Counter()
    failed: list[int] = []
    with multiprocessing.Pool(arguments.jobs, _begin_worker, (work,)) as pool:
        for outcome in pool.imap_unordered(check_seed, seeds, chunksize=min(16, len(seeds))):
            counts[outcome.kind] += 1
            if outcome.problems:
                failed.append(outcome.seed)
            _report(outcome, arguments.engine, arguments.show)
    seconds = time.monotonic() - began
    kinds = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    agreed = len(seeds) - len(failed)
    print(f"{agreed} of {len(seeds)} pairs agree, {len(failed)} do not ({kinds}; {len(seeds) / seconds:.0f} pairs/s)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
