"""What two documents may show differently: rows that are the same under the rules, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

from differential.agreement import disagreements
from differential.unpromised import unpromised
from oracle import Options, Side, compare

TEXTS = [("s", "string"), ("n", "int")]


def found(left: Side, right: Side, options: Options, change: Any) -> list[str]:
    """The disagreements between the oracle's document and a changed copy of it."""
    expected = compare(left, right, options)
    actual = copy.deepcopy(expected)
    actual["left"] = actual["right"] = {"path": "", "files": 1, "bytes": 1}
    change(actual)
    return disagreements(expected, actual, unpromised(left, right, options, expected))


def shows(*texts: str | None) -> Any:
    """A change that shows these texts as the rows that are only on the left."""

    def change(document: dict[str, Any]) -> None:
        for row, text in zip(document["samples"]["only_left"], texts, strict=True):
            row["s"] = text

    return change


def test_without_keys_any_row_of_the_same_may_be_shown() -> None:
    left = Side(TEXTS, [(b"A", 1), (b"a", 1), (None, 2)])
    right = Side(TEXTS, [(b"a", 1)])
    options = Options(text=["ignore_case"], null_equals="b")
    assert found(left, right, options, shows(None, "A")) == []
    assert found(left, right, options, shows("B", "a")) == []
    assert found(left, right, options, shows(None, "c")) != []


def test_without_keys_and_rules_every_row_is_shown_as_promised() -> None:
    left, right = Side(TEXTS, [(b"A", 1), (b"a", 1)]), Side(TEXTS, [(b"a", 1)])
    assert found(left, right, Options(), shows("a")) != []


def test_of_a_list_that_does_not_hold_everything_the_length_counts() -> None:
    left, right = Side(TEXTS, [(b"A", 1), (b"a", 1), (b"b", 1)]), Side(TEXTS, [])
    options = Options(text=["ignore_case"], samples=1)
    assert found(left, right, options, shows("b")) == []
    assert found(left, right, options, lambda document: document["samples"]["only_left"].clear()) != []


def test_with_keys_that_occur_once_everything_shown_is_promised() -> None:
    left, right = Side(TEXTS, [(b"A", 1)]), Side(TEXTS, [(b"a", 2)])
    options = Options(keys=["s"], text={"s": ["ignore_case"]})

    def lower(document: dict[str, Any]) -> None:
        document["samples"]["changed"][0]["key"]["s"] = "a"

    assert found(left, right, options, lambda document: None) == []
    assert found(left, right, options, lower) != []


def test_under_a_repeated_key_the_spelling_of_a_ruled_key_is_not_promised() -> None:
    left, right = Side(TEXTS, [(b"A", 1), (b"a", 1)]), Side(TEXTS, [(b"a", 1), (b"a", 2)])
    options = Options(keys=["s"], text={"s": ["ignore_case"]})

    def other(document: dict[str, Any]) -> None:
        document["samples"]["changed"][0]["key"]["s"] = "A"

    def count(document: dict[str, Any]) -> None:
        document["counts"]["identical"] += 1

    assert found(left, right, options, other) == []
    assert found(left, right, options, count) != []
