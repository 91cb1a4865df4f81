"""The examples of `docs/semantics.md`, by the oracle and through the native command."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from acceptance.answers import compared
from acceptance.cases import load_cases
from differential.command import REPOSITORY, option_arguments
from generator.values import rounded
from oracle import Options, Side, compare
from test_cases import write

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXT = (REPOSITORY / "docs" / "semantics.md").read_text()


@dataclass(frozen=True)
class Example:
    """A line of the table: a cell on each side, and whether they are equal."""

    rule: str
    left: Side
    right: Side
    options: Options
    is_equal: bool

    def __str__(self) -> str:
        return self.rule.replace(" ", "_")


def table(heading: str) -> list[list[str]]:
    """The lines of the first table under a heading, cell by cell."""
    lines = _TEXT.partition(f"# {heading}\n")[2].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|---"))
    rows = []
    for line in lines[start + 1 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().removeprefix("`").removesuffix("`") for cell in line.strip("|").split(" | ")])
    return rows


def value(text: str, type_name: str) -> Any:
    """A value as the oracle holds it."""
    if text == "null":
        return None
    if type_name.startswith(("array<", "map<")):
        return json.loads(text)
    match type_name:
        case "string":
            return json.loads(text).encode()
        case "binary":
            return bytes.fromhex(text)
        case "boolean":
            return {"true": True, "false": False}[text]
        case "double" | "float":
            return rounded(float(text), 64 if type_name == "double" else 32)
        case "date":
            return (date.fromisoformat(text) - _EPOCH.date()).days
        case "timestamp" | "timestamp_ntz":
            moment = datetime.fromisoformat(text)
            passed = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
            return ((passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds) * 1000
    return Decimal(text) if type_name.startswith("decimal(") else int(text)


def side(cell: str) -> Side:
    type_name, _, text = cell.partition(" ")
    return Side([("id", "int"), ("v", type_name)], [(1, value(text, type_name))])


def examples() -> list[Example]:
    return [
        Example(rule, side(left), side(right), Options(keys=["id"], **json.loads(options or "{}")), outcome == "equal")
        for rule, left, right, options, outcome in table("Every rule, with an example")
    ]


def test_the_table_is_read_whole() -> None:
    assert len(examples()) > 60
    assert {row[4] for row in table("Every rule, with an example")} == {"equal", "differs"}


@pytest.mark.parametrize("example", examples(), ids=str)
def test_the_oracle_follows_the_example(example: Example) -> None:
    (column,) = compare(example.left, example.right, example.options)["columns"]
    assert column["mismatches"] == (0 if example.is_equal else 1)


@pytest.mark.parametrize("example", examples(), ids=str)
def test_the_native_command_follows_the_example(example: Example, parity: Path, tmp_path: Path) -> None:
    paths = [write(tmp_path / name, each, "one_file") for name, each in (("l", example.left), ("r", example.right))]
    (column,) = compared(parity, *paths, *option_arguments(example.options))["columns"]
    assert column["mismatches"] == (0 if example.is_equal else 1)


def test_every_rule_of_rows_and_every_trap_names_a_case() -> None:
    names = {f"{case.topic}/{case.name}" for case in load_cases()}
    rules = [row[1] for row in table("Rows, keys, columns and verdicts")]
    traps = [row[2] for row in table("Traps")]
    assert len(rules) > 30
    assert len(traps) > 10
    assert set(rules + traps) <= names
