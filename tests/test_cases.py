"""Every acceptance case, by the oracle and through the native command, written to Parquet in several layouts."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest

from acceptance.cases import Case, load_cases
from acceptance.expectations import broken_expectations, shown_secrets
from differential.agreement import disagreements
from differential.command import option_arguments, run_parity
from differential.unpromised import unpromised
from generator import write_plainly
from generator.sides import storage_of
from generator.spark_metadata import spark_types, write_table
from oracle import Refused, Side, compare

CASES = load_cases()
LAYOUTS = ["one_file", "scattered_1", "scattered_2"]


def write(folder: Path, side: Side, layout: str) -> Path:
    """One file as any writer makes it, or several with random settings and the rows in another order."""
    if layout != "one_file":
        return write_plainly(random.Random(layout + folder.name), folder, side).path
    folder.mkdir(parents=True)
    arrays = [
        storage_of(spark_type).array([row[slot] for row in side.rows])
        for slot, (_, spark_type) in enumerate(side.schema)
    ]
    path = folder / "data.parquet"
    write_table(path, pa.table(arrays, names=[name for name, _ in side.schema]), spark_types(dict(side.schema)))
    return path


def test_the_names_of_the_cases_are_unique() -> None:
    names = [str(case) for case in CASES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_oracle_meets_the_case(case: Case) -> None:
    try:
        document = compare(case.left, case.right, case.options)
    except Refused as refused:
        document = {"error": {"code": refused.code}}
    assert broken_expectations(case.expect, document) == []
    assert shown_secrets(case.expect, str(document)) == []


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_native_command_meets_the_case(case: Case, layout: str, parity: Path, tmp_path: Path) -> None:
    left = write(tmp_path / "left", case.left, layout)
    right = write(tmp_path / "right", case.right, layout)
    answer = run_parity(parity, left, right, option_arguments(case.options))
    assert answer.misbehaviour() is None, answer.stderr
    assert answer.document is not None
    assert broken_expectations(case.expect, answer.document) == []
    assert shown_secrets(case.expect, answer.stdout, answer.stderr) == []
    if "error" not in case.expect:
        assert answer.status == (0 if case.expect.get("passed", case.expect["equal"]) else 1)
        expected = compare(case.left, case.right, case.options)
        reduction = unpromised(case.left, case.right, case.options, expected)
        assert disagreements(expected, answer.document, reduction) == []
