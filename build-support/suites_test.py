"""The counts that decide whether a change is good: what the runners print, and what is made of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from suites import Counts, Outcome, Suite, cargo_counts, close, differential_counts, junit_counts, problems, run


def suite(code: str) -> Suite:
    return Suite("example", [sys.executable, "-c", code], differential_counts)


def test_cargo_binaries_and_doc_tests_are_added_up() -> None:
    lines = [
        "running 3 tests",
        "test hash::empty_text ... ok",
        "test slow ... ignored, takes an hour",
        "test hash::null ... FAILED",
        "test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        "   Doc-tests parity_kernels",
        "test native/kernels/src/lib.rs - (line 7) ... ok",
        "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.20s",
    ]
    assert cargo_counts(lines) == Counts(2, 1, [("slow", "takes an hour")])


def test_cargo_ignored_test_with_a_torn_line_still_counts_as_a_skip_without_reason() -> None:
    counts = cargo_counts(["test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out;"])
    assert counts.skips == [("an ignored test", "")]


def test_cargo_that_does_not_compile_ran_no_test() -> None:
    assert problems(cargo_counts(["error[E0425]: cannot find value `x` in this scope"]), status=101) == [
        "it ran no test",
        "it ended with status 101, although no test of it failed",
    ]


def test_pytest_report_is_counted_with_reasons_and_a_failing_clean_up_once(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        """<testsuites><testsuite>
        <testcase classname="a" name="good"/>
        <testcase classname="a" name="bad"><failure message="no"/></testcase>
        <testcase classname="a" name="fixture"><error message="no"/></testcase>
        <testcase classname="a" name="twice"/>
        <testcase classname="a" name="twice"><error message="clean-up"/></testcase>
        <testcase classname="a" name="skip"><skipped type="pytest.skip" message="needs a cluster"/></testcase>
        <testcase classname="a" name="xfail"><skipped type="pytest.xfail" message=""/></testcase>
        </testsuite></testsuites>"""
    )
    assert junit_counts([report]) == Counts(1, 3, [("a.skip", "needs a cluster"), ("a.xfail", "")])


def test_a_runner_that_wrote_no_report_ran_no_test() -> None:
    assert problems(junit_counts([]), status=4)[0] == "it ran no test"


def test_several_reports_are_added_up(tmp_path: Path) -> None:
    for name in ("One", "Two"):
        (tmp_path / f"{name}.xml").write_text(f'<testsuite><testcase classname="{name}" name="good"/></testsuite>')
    assert junit_counts(sorted(tmp_path.glob("*.xml"))) == Counts(2, 0)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["seed 1000007 (different)", "2999 of 3000 pairs agree, 1 do not (9 equal; 50 pairs/s)"], Counts(2999, 1)),
        (["Traceback (most recent call last):", "the 3000 of 3000 pairs agree, 0 do not"], Counts()),
        ([], Counts()),
    ],
)
def test_a_differential_run_counts_its_pairs(lines: list[str], expected: Counts) -> None:
    assert differential_counts(lines) == expected


def test_a_skip_without_reason_is_a_problem_and_one_with_a_reason_is_none() -> None:
    assert problems(Counts(1, 0, [("a", "needs a cluster")]), status=0) == []
    assert problems(Counts(1, 0, [("a", "")]), status=0) == ["skips without a reason: a"]


def test_failed_tests_with_status_0_are_a_problem() -> None:
    assert problems(Counts(1, 1), status=0) == ["it ended with status 0, although tests of it failed"]


def test_the_sum_is_the_last_line_and_good_only_when_nothing_failed(capsys: pytest.CaptureFixture[str]) -> None:
    good = Outcome(suite(""), Counts(2, 0, [("slow", "takes an hour")]), [], 1.0)
    empty = Outcome(suite(""), Counts(), ["it ran no test"], 1.0)
    assert close([good, good]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == "4 passed, 0 failed, 2 skipped"
    assert "skipped in example: slow: takes an hour" in printed
    assert close([good, empty]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "2 passed, 1 failed, 1 skipped"


def test_a_suite_that_dies_after_its_last_line_has_failed() -> None:
    outcome = run(suite("print('5 of 5 pairs agree, 0 do not', flush=True); import os; os._exit(3)"))
    assert outcome.counts == Counts(5, 0)
    assert outcome.problems == ["it ended with status 3, although no test of it failed"]
