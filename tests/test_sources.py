"""Every acceptance case over record batches, their rows in another order at each reading, or on one side alone.

The rows are those of Parquet files, which the driver of the steps copies when they are listed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from acceptance.cases import Case, load_cases
from acceptance.expectations import broken_expectations, shown_secrets
from differential.agreement import disagreements
from differential.command import SOURCE_VARIABLE, SOURCES, driver, option_arguments, run_parity
from differential.unpromised import unpromised
from oracle import compare
from test_cases import write

CASES = load_cases()


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_record_batches_meet_the_case(case: Case, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not driver("exchange").exists():
        pytest.fail(f"{driver('exchange')} does not exist; `cargo test --workspace --no-run` makes it", pytrace=False)
    left = write(tmp_path / "left", case.left, "scattered_1")
    right = write(tmp_path / "right", case.right, "scattered_1")
    monkeypatch.setenv(SOURCE_VARIABLE, source)
    answer = run_parity(driver("exchange"), left, right, option_arguments(case.options))
    assert answer.misbehaviour() is None, answer.stderr
    assert answer.document is not None
    assert broken_expectations(case.expect, answer.document) == []
    assert shown_secrets(case.expect, answer.stdout, answer.stderr) == []
    if "error" not in case.expect:
        expected = compare(case.left, case.right, case.options)
        reduction = unpromised(case.left, case.right, case.options, expected)
        assert disagreements(expected, answer.document, reduction) == []
