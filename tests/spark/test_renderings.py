"""The renderings of a result on Spark: each has a member, is described, and outlives the run and the session.

What is in them is tested where they are made, in `native/report`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pyspark.sql import SparkSession
from spark_parity import ComparisonResult, DatasetsDiffer, compare_datasets
from spark_parity.terminal import plain

from acceptance.parquet_fixtures import write_table
from acceptance.renderings import rendered
from differential.command import REPOSITORY

NASTY = "a|b`c\n<d> \x00\u202e&amp;"


def written(result: ComparisonResult, folder: Path) -> str:
    result.to_junit(folder / "junit.xml")
    return (folder / "junit.xml").read_text()


# Every rendering and the member that gives it.
MEMBERS: dict[str, tuple[str, Callable[[ComparisonResult, Path], str]]] = {
    "text": ("print(result)", lambda result, folder: f"{result}\n"),
    "markdown": ("result.to_markdown()", lambda result, folder: result.to_markdown()),
    "junit": ("result.to_junit(path)", written),
    "notebook": ("In a notebook a result shows itself", lambda result, folder: result._repr_html_()),
}


@pytest.fixture(scope="module")
def result(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComparisonResult]:
    folder = tmp_path_factory.mktemp("hostile")
    left = write_table(folder / "left.parquet", {"id": [1, 2], NASTY: [NASTY, "x"], "gone": [1, 1]})
    right = write_table(folder / "right.parquet", {"id": [1, 2], NASTY: [f"{NASTY}!", None]})
    with compare_datasets(left, right, keys=["id"], spark=spark) as result:
        pass
    yield result


def test_every_rendering_has_a_member_that_gives_it_also_once_the_result_is_closed(
    result: ComparisonResult, tmp_path: Path
) -> None:
    assert set(result._answer.renderings) == set(MEMBERS)
    for name, (_, member) in MEMBERS.items():
        given = result._answer.renderings[name]
        # No test writes to a terminal.
        assert member(result, tmp_path) == (plain(given) if name == "text" else given)
    with pytest.raises(DatasetsDiffer) as caught:
        result.assert_equal()
    assert str(caught.value) in plain(result._answer.renderings["text"])
    assert "\x1b[" in result._answer.renderings["text"]


@pytest.mark.parametrize("name", MEMBERS)
def test_every_member_is_described(name: str) -> None:
    documented, _ = MEMBERS[name]
    assert documented in (REPOSITORY / "docs" / "python.md").read_text()
    assert f"\n| `{name}` | " in (REPOSITORY / "docs" / "result-document.md").read_text()


def test_renderings_are_what_the_document_gives(result: ComparisonResult) -> None:
    look = {"width": 80, "rest": "members", "colour": True}
    (again,) = rendered([result.to_json()], look)
    assert again.pop("document") == result.to_json()
    assert again == result._answer.renderings


def test_xml_and_html_are_well_formed_whatever_names_and_values_hold(result: ComparisonResult, tmp_path: Path) -> None:
    suite = ElementTree.fromstring(written(result, tmp_path).encode()).find("testsuite")
    assert suite is not None
    assert [case.get("name") for case in suite.iter("testcase")][:2] == ["rows", "schema"]
    panel = ElementTree.fromstring(result._repr_html_())
    assert len(list(panel.iter("table"))) == 1
    assert [element for element in panel.iter() if element.tag in ("script", "style", "img", "link")] == []


def test_all_renderings_follow_the_thresholds(spark: SparkSession, tmp_path: Path) -> None:
    left = write_table(tmp_path / "left.parquet", {"id": [1, 2], "v": [1, 2]})
    right = write_table(tmp_path / "right.parquet", {"id": [1, 2], "v": [1, 3]})
    with compare_datasets(left, right, keys=["id"], thresholds={"rows": 0.5}, spark=spark) as result:
        assert (result.equal, result.passed) == (False, True)
        assert str(result).startswith("DIFFERENT, within the thresholds\n")
        assert result.to_markdown().startswith("### Different, within the thresholds: ")
        assert ">Different, within the thresholds</b>" in result._repr_html_()
        assert 'failures="0"' in written(result, tmp_path)
        assert json.loads(result.to_json())["thresholds"] == {"rows": 0.5}
