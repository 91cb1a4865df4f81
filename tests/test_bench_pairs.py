"""The pairs of the benchmark differ as their ground truth says, whatever their shape."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from python_env import environment, only

REPOSITORY = Path(__file__).resolve().parent.parent
BENCHES = REPOSITORY / "benches"
COLUMNS = {"wide": 30, "tall": 8, "text": 9, "nested": 33}

Row = dict[str, Any]
Side = dict[tuple[Any, ...], Row]


@pytest.fixture(scope="module")
def python() -> Path:
    """The interpreter with what the generator needs."""
    requirements = only((BENCHES / "requirements.txt").read_text(), ["numpy", "pyarrow"])
    return environment(requirements, BENCHES.name) / "python"


def _generate(python: Path, folder: Path, shape: str, changed: float) -> dict[str, Any]:
    command = [python, BENCHES / "generate.py", "--shape", shape, "--columns", str(COLUMNS[shape]), "--out", folder]
    command += ["--rows", "700", "--changed", str(changed), "--only", "0.01" if changed else "0"]
    subprocess.run([*command, "--files", "2", "--row-group", "200", "--workers", "1"], check=True)
    truth: dict[str, Any] = json.loads((folder / "truth.json").read_text())
    return truth


def _side(folder: Path, keys: list[str]) -> tuple[Side, pa.Schema]:
    table = pq.read_table(folder)
    rows = {tuple(row.pop(key) for key in keys): row for row in table.to_pylist()}
    assert len(rows) == table.num_rows, "keys are unique"
    return rows, table.schema


def _different_leaves(field: pa.Field, left: Any, right: Any) -> list[str]:
    """The leaves of a column that differ; a struct itself only where it is null and, on the other side, empty."""
    if not pa.types.is_struct(field.type):
        return [field.name] if left != right else []
    inside = [
        f"{field.name}.{child.name}"
        for child in field.type
        if (left or {}).get(child.name) != (right or {}).get(child.name)
    ]
    return inside if inside or left == right else [field.name]


@pytest.mark.parametrize(
    ("shape", "changed"),
    [("wide", 0.05), ("tall", 0.05), ("tall", 0.0), ("text", 0.05), ("nested", 0.05), ("nested", 0.0), ("nested", 1.0)],
)
def test_a_pair_differs_as_its_truth_says(python: Path, tmp_path: Path, shape: str, changed: float) -> None:
    truth = _generate(python, tmp_path, shape, changed)
    left, schema = _side(tmp_path / "left", truth["keys"])
    right, _ = _side(tmp_path / "right", truth["keys"])
    mismatches: Counter[str] = Counter()
    leaf_mismatches: Counter[str] = Counter()
    changed_rows = 0
    for key in left.keys() & right.keys():
        differing = [name for name in left[key] if left[key][name] != right[key][name]]
        changed_rows += bool(differing)
        mismatches.update(differing)
        for name in differing:
            leaf_mismatches.update(_different_leaves(schema.field(name), left[key][name], right[key][name]))
    matched = len(left.keys() & right.keys())
    assert truth["counts"] == {
        "left": len(left),
        "right": len(right),
        "matched": matched,
        "identical": matched - changed_rows,
        "changed": changed_rows,
        "only_left": len(left) - matched,
        "only_right": len(right) - matched,
    }
    assert changed_rows == round(matched * changed)
    assert {name: number for name, number in truth["mismatches"].items() if number} == mismatches
    assert {name: number for name, number in truth["leaf_mismatches"].items() if number} == leaf_mismatches
    assert set(truth["mismatches"]) == set(next(iter(left.values())))


def test_an_unchanged_pair_holds_its_rows_in_another_order(python: Path, tmp_path: Path) -> None:
    truth = _generate(python, tmp_path, "tall", 0.0)
    ids = [pq.read_table(tmp_path / side, columns=truth["keys"])["id"].to_pylist() for side in ("left", "right")]
    assert ids[0] != ids[1]
    assert sorted(ids[0]) == sorted(ids[1])


def test_the_tables_of_a_document_are_replaced_and_nothing_else(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("before\n<!-- bench: goals -->\n\nold\n\n<!-- end of bench: goals -->\nafter\n")
    script = "import sys, pathlib, document; document.replace_tables(pathlib.Path(sys.argv[1]), {'goals': 'new'})"
    subprocess.run([sys.executable, "-c", script, document], cwd=BENCHES, check=True)
    assert document.read_text() == ("before\n<!-- bench: goals -->\n\nnew\n\n<!-- end of bench: goals -->\nafter\n")
