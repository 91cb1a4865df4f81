"""Markdown, JUnit XML and the notebook's table: well formed whatever names and values hold."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from spark_parity.junit import junit
from spark_parity.markdown import markdown
from spark_parity.notebook import notebook_html
from spark_parity.shown import change, cut, visible

NASTY = "a|b`c\n<d> \x00\ud800".encode("utf-8", "replace").decode()


def document(names: list[str], value: str | None = "x") -> dict[str, Any]:
    counts = dict.fromkeys(
        ["identical", "changed", "only_left", "only_right", "duplicate_keys_left", "duplicate_keys_right"], 1234
    )
    columns = [
        {
            "name": name,
            "left_type": "string",
            "right_type": "string",
            "mismatches": 3,
            "rate": 0.5,
            "samples": [{"key": {"id": value}, "left": value, "right": None}],
        }
        for name in names
    ]
    return {
        "equal": False,
        "passed": False,
        "keys": [{"left": "id", "right": "id"}],
        "thresholds": None,
        "left": {"path": f"left/{NASTY}"},
        "right": {"path": "right"},
        "warnings": [NASTY],
        "counts": {"left": 9, "right": 9, "matched": 2468, **counts},
        "schema": {
            "only_left": [NASTY],
            "only_right": [],
            "type_changes": [{"name": NASTY, "left_type": "int", "right_type": "bigint"}],
        },
        "columns": columns,
        "mismatched_columns": names,
    }


def test_markdown_tables_keep_their_columns_whatever_the_values() -> None:
    text = markdown(document([NASTY, "plain"], NASTY))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in rows}
    assert widths == {3, 5}
    assert "### Different" in text
    assert "1,234" in text
    assert "50.000 %" in text
    assert "*null*" in text


def test_lists_are_cut_and_say_how_much_is_missing() -> None:
    names = [f"c{number}" for number in range(50)]
    for text in (markdown(document(names)), notebook_html(document(names))):
        assert "c19" in text
        assert "c20" not in text
        assert "30 more columns" in text


def test_a_long_value_is_cut() -> None:
    assert "v" * 41 not in markdown(document(["c"], "v" * 500))
    assert cut("x" * 50 + "y" * 50) == f"{'x' * 20}…{'y' * 19}"


def test_junit_and_the_notebook_are_well_formed_whatever_the_values() -> None:
    whole = document([NASTY], NASTY)
    parsed = ElementTree.fromstring(junit(whole, NASTY).encode())
    assert len(list(parsed.iter("testcase"))) == 3
    cells = ElementTree.fromstring(f"<div>{notebook_html(whole)}</div>".replace("\x00", ""))
    assert len(list(cells.iter("table"))) == 2


def test_an_equal_result_has_no_failure_and_no_columns_table() -> None:
    same = document([])
    same.update(equal=True, passed=True, warnings=[], schema={"only_left": [], "only_right": [], "type_changes": []})
    same["counts"].update(changed=0, only_left=0, only_right=0)
    assert 'failures="0"' in junit(same, "")
    assert markdown(same).count("\n|") == 11
    assert notebook_html(same).startswith("<b>Equal</b>")


LONG = "https://example.org/a/path/that/is/rather/long/and/the/same?session="


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (f"{LONG}17&user=jo&page=1", f"{LONG}18&user=jo&page=1"),
        ("0123456789" * 3000, "0123456789" * 3000 + "!"),
        ("a" + "0123456789" * 30, "b" + "0123456789" * 30),
        ("x" * 50, "x" * 200),
        ("x", "x "),
        ("a b", "a  b"),
        ("é", "e\u0301"),
        ("a\u00a0b", "a b"),
        ("a\u200bb", "ab"),
        ("a\nb", "a\\nb"),
        ("\x01", "\x02"),
        ("", '""'),
        ("\u202e" * 100 + "a", "\u202e" * 100 + "b"),
    ],
)
def test_two_values_that_differ_never_read_alike(left: str, right: str) -> None:
    one, other = change(left, right, ("string", "string"))
    assert one is not None
    assert other is not None
    assert " ".join(one.split()) != " ".join(other.split()) or one.startswith('"')
    assert one != other
    assert one.isprintable()
    assert max(len(one), len(other)) <= 40
    whole = document(["c"])
    whole["columns"][0]["samples"] = [{"key": {"id": "1"}, "left": left, "right": right}]
    for text in (markdown(whole), notebook_html(whole).replace("&quot;", '"').replace("&amp;", "&")):
        assert one in text
        assert other in text


def test_long_values_are_cut_around_their_first_difference() -> None:
    assert change(f"{LONG}17&user=jo&page=1", f"{LONG}18&user=jo&page=1", ("string", "string")) == (
        "…and/the/same?session=17&user=jo&page=1",
        "…and/the/same?session=18&user=jo&page=1",
    )


def test_null_the_string_null_and_values_of_one_text_are_told_apart() -> None:
    assert change(None, "null", ("string", "string")) == (None, '"null"')
    assert change("0.1", "0.1", ("float", "double")) == ("0.1 (float)", "0.1 (double)")
    assert change("a", "a", ("string", "string")) == ("a", "a (shown alike)")


def test_what_is_not_printed_is_an_escape() -> None:
    assert visible("a\nb\x1b[31m\u202e\u200f\0") == r"a\nb\u{1b}[31m\u{202e}\u{200f}\0"
    assert visible("fünf 日本 e\u0301") == "fünf 日本 e\u0301"
    whole = document(["evil\u202e"], "value\u202e\x1b")
    for text in (markdown(whole), notebook_html(whole)):
        assert "\u202e" not in text
        assert "\x1b" not in text


def test_masked_keys_are_masked_in_examples() -> None:
    whole = document(["c"])
    whole["keys"] = [{"left": "id", "right": "id", "masked": True}]
    whole["columns"][0]["samples"][0]["key"] = {"id": None}
    assert "`id` = `(masked)`" in markdown(whole)
    assert "id=(masked)" in notebook_html(whole)


def failed_cases(whole: dict[str, Any]) -> list[str]:
    cases = ElementTree.fromstring(junit(whole, "").encode()).iter("testcase")
    return [str(case.get("name")) for case in cases if case.find("failure") is not None]


@pytest.mark.parametrize(
    ("thresholds", "passed", "failed"),
    [
        (None, False, ["rows", "schema", "column c", "column d"]),
        ({"rows": 0.5}, True, []),
        ({"rows": 0.1}, False, ["rows"]),
        ({"columns": {"c": 0.5, "d": 0.4}}, False, ["column d"]),
        ({"columns": {"c": 0.5}}, True, []),
        ({"rows": 0.5, "schema": 0}, False, ["schema"]),
    ],
)
def test_what_thresholds_let_pass_fails_nowhere(
    thresholds: dict[str, Any] | None, passed: bool, failed: list[str]
) -> None:
    whole = document(["c", "d"])
    whole["counts"].update(left=10, right=10, matched=8, changed=3, only_left=2, only_right=0)
    whole.update(thresholds=thresholds, passed=passed)
    assert failed_cases(whole) == failed
    word = "Different, within the thresholds" if passed else "Different"
    assert markdown(whole).startswith(f"### {word}: ")
    assert notebook_html(whole).startswith(f"<b>{word}</b>")
    notes = [case.findtext("system-out") for case in ElementTree.fromstring(junit(whole, "").encode()).iter("testcase")]
    if passed:
        assert "3 changed, 2 only left: within the thresholds" in notes


def test_limits_of_columns_without_a_matched_row_fail_their_columns() -> None:
    whole = document(["c", "d"])
    whole["counts"].update(left=1, right=1, matched=0, changed=0, only_left=1, only_right=1)
    whole["columns"] = [{**column, "mismatches": 0, "rate": 0.0} for column in whole["columns"]]
    whole.update(thresholds={"columns": {"c": 0.5}})
    assert failed_cases(whole) == ["column c"]


def test_one_is_not_many() -> None:
    whole = document([f"c{number}" for number in range(21)])
    whole["counts"].update(matched=1, changed=1)
    whole["columns"][0]["mismatches"] = 1
    assert "1 more column." in markdown(whole)
    assert "1 more column<" in notebook_html(whole)
    assert 'message="1 of 1 row differs"' in junit(whole, "")
