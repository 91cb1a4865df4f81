"""Every acceptance case through Spark: what the case expects, and the very document that the native command writes.

The native command runs each case in every layout; here one case lies in one file, the next is scattered over several.
"""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import pytest

from acceptance.cases import Case, load_cases
from acceptance.expectations import broken_expectations, shown_secrets
from differential.command import option_arguments, run_parity
from differential.on_spark import SparkEngine
from test_cases import write

LAYOUTS = ("one_file", "scattered_1")


@pytest.mark.parametrize(("case", "layout"), list(zip(load_cases(), cycle(LAYOUTS), strict=False)), ids=str)
def test_spark_meets_the_case_with_the_document_of_the_command(
    case: Case, layout: str, parity: SparkEngine, native: Path, tmp_path: Path
) -> None:
    left = write(tmp_path / "left", case.left, layout)
    right = write(tmp_path / "right", case.right, layout)
    answer = parity.compare(left, right, case.options)
    assert answer.misbehaviour() is None
    assert answer.document is not None
    assert broken_expectations(case.expect, answer.document) == []
    assert shown_secrets(case.expect, answer.stdout, answer.stderr) == []
    alone = run_parity(native, left, right, option_arguments(case.options))
    if answer.error_code:
        assert answer.error_code == alone.error_code
    else:
        assert answer.stdout.splitlines() == alone.stdout.splitlines()
