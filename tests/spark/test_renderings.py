"""Markdown, JUnit XML and the notebook's table: well formed whatever names and values hold."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from spark_parity.junit import junit
from spark_parity.markdown import markdown
from spark_parity.notebook import notebook_html

NASTY = "a|b`c\n<d> \x00\ud800".encode("utf-8", "replace").decode()


def document(names: list[str], value: str | None = "x") -> dict[str, Any]:
    counts = dict.fromkeys(
        ["identical", "changed", "only_left", "only_right", "duplicate_keys_left", "duplicate_keys_right"], 1234
    )
    columns = [
        {
            "name": name,
            "mismatches": 3,
            "rate": 0.5,
            "samples": [{"key": {"id": value}, "left": value, "right": None}],
        }
        for name in names
    ]
    return {
        "equal": False,
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


def test_junit_and_the_notebook_are_well_formed_whatever_the_values() -> None:
    whole = document([NASTY], NASTY)
    parsed = ElementTree.fromstring(junit(whole, NASTY).encode())
    assert len(list(parsed.iter("testcase"))) == 3
    cells = ElementTree.fromstring(f"<div>{notebook_html(whole)}</div>".replace("\x00", ""))
    assert len(list(cells.iter("table"))) == 2


def test_an_equal_result_has_no_failure_and_no_columns_table() -> None:
    same = document([])
    same.update(equal=True, warnings=[], schema={"only_left": [], "only_right": [], "type_changes": []})
    same["counts"].update(changed=0, only_left=0, only_right=0)
    assert 'failures="0"' in junit(same, "")
    assert markdown(same).count("\n|") == 11
    assert notebook_html(same).startswith("<b>Equal</b>")
