#!/usr/bin/env python3
"""Runs the test suites one after the other and closes with one line over all of them: N passed, N failed, N skipped.

    python3 build-support/suites.py --pairs 3000 --spark-pairs 300 --seed 1

Each suite is counted by what its own runner reports. Whatever would make that count say too little is a failure of its
own: a suite that ran no test, one that ended badly although no test of it failed, a skip that gives no reason.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from python_env import newest_spark

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path("build") / "test"

# What runs on the newest Spark in `make test`: every step, frame and error, and the acceptance cases. All of
# tests/spark runs there in `make nightly`.
ON_NEWEST = [
    "tests/spark/connect",
    *(
        f"tests/spark/test_{name}.py"
        for name in (
            "linkage",
            "javas",
            "lines",
            "types_of_spark4",
            "graph",
            "result",
            "held_results",
            "tables",
            "arguments",
            "task_errors",
            "same_cases",
        )
    ),
]
NEWEST_PAIRS = 100

CARGO_RESULT = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;")
CARGO_IGNORED = re.compile(r"^test (?P<name>.+) \.\.\. ignored(?:, (?P<reason>.+))?$")
DIFFERENTIAL_RESULT = re.compile(r"^(\d+) of \d+ pairs agree, (\d+) do not\b")


@dataclass
class Counts:
    """What a suite did. A skip is its test's name and why, empty where it gives no reason."""

    passed: int = 0
    failed: int = 0
    skips: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {len(self.skips)} skipped"


@dataclass(frozen=True)
class Suite:
    """A command, and how to read the counts from the lines that it printed."""

    name: str
    command: list[str]
    counts: Callable[[list[str]], Counts]


@dataclass(frozen=True)
class Outcome:
    """A suite that has run: its counts, and what is wrong beyond single tests."""

    suite: Suite
    counts: Counts
    problems: list[str]
    seconds: float


def cargo_counts(lines: list[str]) -> Counts:
    """Adds up the test binaries and doc tests of `cargo test`."""
    counts = Counts()
    announced = 0
    for line in lines:
        if match := CARGO_RESULT.match(line):
            counts.passed += int(match[1])
            counts.failed += int(match[2])
            announced += int(match[3])
        elif match := CARGO_IGNORED.match(line):
            counts.skips.append((match["name"], match["reason"] or ""))
    # A test that prints while it runs can tear the line of an ignored one; the sum never misses it.
    counts.skips += [("an ignored test", "")] * (announced - len(counts.skips))
    return counts


def junit_counts(reports: Iterable[Path]) -> Counts:
    """Reads JUnit reports, of pytest or of Scalatest. A test whose clean-up fails counts once, as failed."""
    counts = Counts()
    cases: dict[str, list[ElementTree.Element]] = {}
    for report in reports:
        for case in ElementTree.parse(report).iter("testcase"):
            cases.setdefault(f"{case.get('classname')}.{case.get('name')}", []).append(case)
    for name, parts in cases.items():
        if any(part.find(kind) is not None for part in parts for kind in ("failure", "error")):
            counts.failed += 1
        elif skips := [skip for part in parts if (skip := part.find("skipped")) is not None]:
            counts.skips.append((name, skips[0].get("message") or ""))
        else:
            counts.passed += 1
    return counts


def differential_counts(lines: list[str]) -> Counts:
    """Reads the line that closes a differential run; each pair is a test."""
    for line in reversed(lines):
        if match := DIFFERENTIAL_RESULT.match(line):
            return Counts(int(match[1]), int(match[2]))
    return Counts()


def run(suite: Suite) -> Outcome:
    """Runs a suite, showing what it prints as it comes."""
    print(f"\n== {suite.name}: {shlex.join(suite.command)}", flush=True)
    start = time.monotonic()
    lines = []
    with subprocess.Popen(
        suite.command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line.rstrip("\n"))
    counts = suite.counts(lines)
    return Outcome(suite, counts, problems(counts, process.returncode), time.monotonic() - start)


def problems(counts: Counts, status: int) -> list[str]:
    """What the counts alone would not show."""
    found = []
    if counts.passed + counts.failed == 0:
        found.append("it ran no test")
    if status != 0 and counts.failed == 0:
        found.append(f"it ended with status {status}, although no test of it failed")
    if status == 0 and counts.failed > 0:
        found.append("it ended with status 0, although tests of it failed")
    if unexplained := [name for name, reason in counts.skips if not reason]:
        found.append(f"skips without a reason: {', '.join(unexplained)}")
    return found


def close(outcomes: list[Outcome]) -> int:
    """Prints the skips with their reasons, a line for every suite and the sum; 0 when all is well."""
    print()
    for outcome in outcomes:
        for name, reason in outcome.counts.skips:
            print(f"skipped in {outcome.suite.name}: {name}: {reason or 'no reason given'}")
    total = Counts()
    for outcome in outcomes:
        print(f"{outcome.suite.name}: {outcome.counts} ({outcome.seconds:.0f} s)")
        for problem in outcome.problems:
            print(f"{outcome.suite.name}: {problem}; counted as failed")
        total.passed += outcome.counts.passed
        total.failed += outcome.counts.failed + len(outcome.problems)
        total.skips += outcome.counts.skips
    # Nothing may follow this line: it is what CI reads.
    print(total, flush=True)
    return 1 if total.failed else 0


def suites(pairs: int, spark_pairs: int, seed: int) -> list[Suite]:
    """Every suite there is, the quick ones first."""
    python = str(tools("tests/requirements.txt") / "python")
    newest = newest_spark()
    python_newest = str(tools("tests/requirements.txt", "--spark", newest) / "python")
    differential = [python, "tests/differential/run.py", "--seed", str(seed)]
    # What a cluster runs, driven in memory. `cargo test` has built it.
    steps = [*differential, "--parity", str(cargo_target() / "debug/exchange")]
    return [
        pytest_suite("build scripts", python, "build-support"),
        # The dev profile, because its overflow checks and debug assertions are there to be met by tests.
        Suite("rust", ["cargo", "test", "--workspace", "--locked", "--no-fail-fast"], cargo_counts),
        browser_suite(),
        Suite(
            "jvm",
            ["gradle", "--no-daemon", "--quiet", "--continue", ":spark35:test", ":spark4:test"],
            lambda _: junit_counts(jvm_reports()),
        ),
        pytest_suite("pytest", python, "tests", "--ignore=tests/spark", "--ignore=tests/storage"),
        # Spark Connect is for the newest Spark here, and for the others in `make nightly`.
        pytest_suite("spark", python, "tests/spark", "--ignore=tests/spark/connect"),
        pytest_suite(f"spark {newest}", python_newest, *ON_NEWEST),
        pytest_suite("storage", python, "tests/storage"),
        Suite("differential", [*differential, "--pairs", str(pairs)], differential_counts),
        Suite("steps differential", [*steps, "--pairs", str(pairs // 4)], differential_counts),
        # Record batches in place of Parquet files, with their rows in another order each time a split is opened.
        Suite(
            "sources differential",
            [*steps, "--pairs", str(pairs // 10), "--source", "reordering"],
            differential_counts,
        ),
        Suite(
            "spark differential",
            [*differential, "--engine", "spark", "--pairs", str(spark_pairs)],
            differential_counts,
        ),
        Suite(
            f"spark {newest} differential",
            [python_newest, *differential[1:], "--engine", "spark", "--pairs", str(min(NEWEST_PAIRS, spark_pairs))],
            differential_counts,
        ),
    ]


def browser_suite() -> Suite:
    """The page in Chromium, by Node's test runner. The driver that renders pages is one that `cargo test` has built."""
    report = RESULTS / "browser.xml"
    files = sorted(str(path) for path in Path("tests/browser").glob("*.test.mjs"))
    # Shown as it comes, and reported to be counted.
    reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=junit"]
    command = ["node", "--test", "--test-concurrency=2", *reporters, f"--test-reporter-destination={report}", *files]
    return Suite("browser", command, lambda _: junit_counts([report] if report.exists() else []))


def pytest_suite(name: str, python: str, *arguments: str) -> Suite:
    """Pytest over folders or files."""
    report = RESULTS / f"{name.replace(' ', '-')}.xml"
    command = [python, "-m", "pytest", *arguments, "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
    return Suite(name, command, lambda _: junit_counts([report] if report.exists() else []))


def jvm_reports() -> list[Path]:
    """Where Gradle leaves the reports of the JVM's tests."""
    return sorted(Path("jvm").glob("*/build/test-results/**/*.xml"))


def cargo_target() -> Path:
    """Where cargo puts what it builds."""
    return Path(os.environ.get("CARGO_TARGET_DIR", "target"))


def tools(*arguments: str) -> Path:
    """The bin folder of the environment that `python_env.py` makes of these arguments."""
    made = subprocess.run(
        [sys.executable, "build-support/python_env.py", *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    return Path(made.stdout.strip())


def main() -> int:
    """Runs everything, also after a failure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, required=True, help="random pairs of the differential suite")
    parser.add_argument("--spark-pairs", type=int, required=True, help="those of the suite on Spark")
    parser.add_argument("--seed", type=int, required=True, help="their seed")
    options = parser.parse_args()
    os.chdir(ROOT)
    RESULTS.mkdir(parents=True, exist_ok=True)
    # A report of an earlier run must not be read as this one's.
    for report in [*RESULTS.glob("*.xml"), *jvm_reports()]:
        report.unlink()
    return close([run(suite) for suite in suites(options.pairs, options.spark_pairs, options.seed)])


if __name__ == "__main__":
    sys.exit(main())
