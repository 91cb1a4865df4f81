#!/usr/bin/env python3
"""What rules and nested types cost: each comparison in turn with the flat, exact one of the same values.

    python3 benches/rules.py                               400,000 rows × 200 columns, 3 rounds
    python3 benches/rules.py --into docs/performance.md    the table into the document

Derives the datasets from a generated pair: the same values as structs and as arrays, and a right side whose doubles
all differ in the last bit. Every document is checked against the pair's ground truth. Prints Markdown; exits with 1
when a document is wrong, with --fail-on-miss also when a target is not met.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import environment
from document import replace_tables, table
from measure import run_measured, warm_page_cache
from pairs import Pair
from rivals.answer import read_truth
from run import generate

# Far below what changed cells differ by, far above the last bit of a double.
_TOLERANCE: dict[str, Any] = {"type:double": {"relative": 1e-12}}
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Case:
    """A comparison that is timed beside another one."""

    name: str
    data: str
    options: Mapping[str, Any] = field(default_factory=dict)
    beside: str | None = None
    limit: float | None = None


CASES = (
    Case("flat, exact", "flat"),
    Case("structs of ten columns", "structs", beside="flat, exact", limit=2.0),
    Case("arrays of ten doubles", "arrays", beside="flat, exact", limit=2.0),
    Case("tolerance on all doubles", "flat", {"tolerance": _TOLERANCE}, "flat, exact", 2.0),
    Case("text rules on all text", "flat", {"text": ["trim", "ignore_case", "normalize"]}, "flat, exact", 2.0),
    Case(
        "tolerance, every double off by the last bit",
        "noise",
        {"tolerance": _TOLERANCE},
        "tolerance on all doubles",
        1.6,
    ),
    Case("all values masked", "flat", {"mask": "all"}, "flat, exact"),
)


def main() -> int:
    """Derives, measures, prints."""
    options = arguments()
    python = environment.rivals_python()
    pair = Pair(options.rows, options.columns, 0.01, 42)
    generate(python, pair, options.data)
    folder = options.data / pair.folder
    truth = read_truth(folder)
    derive = [python, environment.BENCHES / "derive.py", folder]
    subprocess.run(derive, check=True)
    folders = {"flat": folder} | {name: folder / name for name in ("structs", "arrays", "noise")}
    taken: dict[str, list[float]] = {case.name: [] for case in CASES}
    peaks: dict[str, int] = {}
    wrong: list[str] = []
    for number in range(options.rounds):
        warm_page_cache(folders.values())
        first = number % len(CASES)
        for case in CASES[first:] + CASES[:first]:
            asked = dict(case.options)
            if asked.get("mask") == "all":
                asked["mask"] = list(truth["mismatches"])
            command: list[str | Path] = [
                options.parity,
                "compare",
                *(folders[case.data] / side for side in ("left", "right")),
            ]
            for key in truth["keys"]:
                command += ["--key", key]
            command += ["--json", "--threads", str(options.threads), "--options", json.dumps(asked)]
            usage = run_measured(command, environment.BENCHES, options.timeout)
            if usage.status != 1:
                raise SystemExit(f"{case.name}: {usage.complaint}")
            document = json.loads(usage.stdout.splitlines()[-1])
            if any(document["counts"][name] != count for name, count in truth["counts"].items()):
                wrong.append(f"{case.name}: {document['counts']}, expected {truth['counts']}")
            taken[case.name].append(usage.wall_s)
            peaks[case.name] = max(peaks.get(case.name, 0), usage.peak_rss_bytes)
            print(f"round {number + 1}: {case.name}: {usage.wall_s:.2f} s", file=sys.stderr, flush=True)
    text, missed = report(pair, options, taken, peaks)
    print(text)
    if options.into:
        replace_tables(options.into, {"rules": text})
    for line in wrong:
        print(f"\nWRONG: {line}")
    return 1 if wrong or (missed and options.fail_on_miss) else 0


def report(
    pair: Pair, options: argparse.Namespace, taken: Mapping[str, list[float]], peaks: Mapping[str, int]
) -> tuple[str, list[str]]:
    """The table, and the names of cases that miss their limit."""
    missed, rows = [], []
    for case in CASES:
        row = [case.name, f"{median(taken[case.name]):.2f}", f"{peaks[case.name] / _MEBIBYTE:,.0f}"]
        if case.beside:
            ratio = median(ours / theirs for ours, theirs in zip(taken[case.name], taken[case.beside], strict=True))
            verdict = "" if case.limit is None else "met" if ratio <= case.limit else "missed"
            row += [case.beside, f"{ratio:.2f} ×", f"{case.limit} ×" if case.limit else "–", verdict]
            missed += [case.name] if verdict == "missed" else []
        else:
            row += [""] * 4
        rows.append(row)
    made = f"On {date.today()}, {pair.size}; {options.threads} threads; medians of {options.rounds} rounds:"
    return f"{made}\n\n{table(['comparison', 's', 'peak MiB', 'beside', 'ratio', 'limit', ''], rows)}", missed


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--columns", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--data", type=Path, default=environment.CACHE / "bench", help="where the pairs are")
    parser.add_argument("--parity", type=Path, default=environment.REPOSITORY / "bin" / "parity")
    parser.add_argument("--timeout", type=float, default=1200, help="seconds after which a run is ended")
    parser.add_argument("--into", type=Path, help="a document whose table is replaced")
    parser.add_argument("--fail-on-miss", action="store_true", help="exit with 1 when a target is not met")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
