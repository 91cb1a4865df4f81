"""What a comparison found, held against the ground truth that the generator wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

Truth = Mapping[str, Any]

_MOST_MISTAKES = 10


class Answer(Protocol):
    """Something that can be held against the truth."""

    def mistakes(self, truth: Truth) -> list[str]:
        """What is wrong, one sentence each; empty when all is right."""


@dataclass(frozen=True)
class Differences:
    """The answer of a whole comparison.

    `mismatches` has one number for every value column, or with `by_leaf` for every leaf, where the fields of a struct
    are columns of their own. It is None where the engine counts rows only.
    """

    counts: Mapping[str, int]
    mismatches: Mapping[str, int] | None
    by_leaf: bool = False

    def mistakes(self, truth: Truth) -> list[str]:
        """Wrong counts, wrong numbers of mismatches, columns too many or too few."""
        found = _unequal(self.counts, truth["counts"])
        found += [f"the answer has no count {name}" for name in truth["counts"] if name not in self.counts]
        wanted = truth["leaf_mismatches" if self.by_leaf else "mismatches"]
        if self.mismatches is not None and wanted is not None:
            found += _unequal(self.mismatches, wanted)
            found += [f"column {name} is missing" for name in wanted if name not in self.mismatches]
        return found[:_MOST_MISTAKES]


@dataclass(frozen=True)
class RowsRead:
    """The answer of a scan of both sides: it saw every row."""

    left: int
    right: int

    def mistakes(self, truth: Truth) -> list[str]:
        """A side whose rows were not all read."""
        return _unequal({"left": self.left, "right": self.right}, truth["counts"])


def differences(
    *, only_left: int, only_right: int, matched: int, changed: int, mismatches: Mapping[str, int] | None
) -> Differences:
    """The answer of an engine that counts rows by their status."""
    counts = {
        "left": matched + only_left,
        "right": matched + only_right,
        "matched": matched,
        "identical": matched - changed,
        "changed": changed,
        "only_left": only_left,
        "only_right": only_right,
    }
    return Differences(counts, mismatches)


def read_truth(pair: Path) -> Truth:
    """The ground truth of a generated pair."""
    truth: Truth = json.loads((pair / "truth.json").read_text())
    return truth


def _unequal(found: Mapping[str, int], wanted: Mapping[str, int]) -> list[str]:
    return [
        f"{name} is {number}, not {wanted.get(name, 'there')}"
        for name, number in found.items()
        if wanted.get(name) != number
    ]
