"""`report()`: the page of a result, with its rows, and what is known of the run."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from spark_parity import ParityError, compare_datasets

from acceptance.page import payload, shown_rows
from acceptance.parquet_fixtures import write_table


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    left = write_table(tmp_path / "a.parquet", {"id": list(range(30)), "v": ["x"] * 30, "w": [1] * 30})
    right = write_table(
        tmp_path / "b.parquet", {"id": list(range(10, 40)), "v": ["x"] * 10 + ["y "] * 20, "w": [1] * 25 + [3] * 5}
    )
    return left, right


def test_a_page_has_the_first_rows_of_each_kind_whole(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    page = tmp_path / "new" / "report.html"
    with compare_datasets(*pair, keys=["id"], report_rows=5, samples=2, spark=spark) as result:
        result.report(page)
        found = payload(page)
        assert found["run"] == result.run
    assert found["document"]["counts"] == result.to_dict()["counts"]
    assert shown_rows(page) == {"changed": 5, "only_left": 5, "only_right": 5}
    rows = found["rows"]
    assert [rows[kind]["total"] for kind in ("changed", "only_left", "only_right")] == [10, 10, 10]
    assert [row["key"] for row in rows["changed"]["rows"]] == [[str(key)] for key in range(20, 25)]
    cell = {"column": 0, "left": "x", "right": "y ", "cause": "other"}
    assert rows["changed"]["rows"][0]["cells"] == [cell]
    assert rows["only_right"]["rows"][0] == {"key": ["30"], "values": ["y ", "1"]}
    assert [row["key"] for row in rows["only_left"]["rows"]] == [[str(key)] for key in range(5)]


def test_a_page_that_is_there_is_replaced_and_a_closed_result_makes_none(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    page.write_text("of yesterday")
    with compare_datasets(pair[0], pair[0], keys=["id"], spark=spark) as result:
        result.report(page)
        assert payload(page)["rows"] is None
        assert [path.name for path in tmp_path.iterdir() if "report" in path.name] == ["report.html"]
    with pytest.raises(ParityError, match="closed"):
        result.report(page)
    with pytest.raises(ParityError) as caught, compare_datasets(*pair, keys=["id"], spark=spark) as result:
        result.report(tmp_path / "a.parquet" / "report.html")
    assert caught.value.code == "OUTPUT_UNWRITABLE"


def test_a_result_says_where_its_page_is_once_it_is_written(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    page = tmp_path / "my page.html"
    with compare_datasets(*pair, keys=["id"], spark=spark) as result:
        before, document = str(result), result.to_json()
        assert "report" not in before + result._repr_html_()
        with pytest.raises(ParityError):
            result.report(tmp_path / "a.parquet" / "report.html")
        assert str(result) == before
        result.report(page)
        assert str(result) == f"{before}\n\n  report: {page}"
        assert f'<a href="file://{str(page).replace(" ", "%20")}"' in result._repr_html_()
        assert result.to_json() == document
        result.report(str(tmp_path / "second.html"))
        assert str(result).endswith("second.html")
    assert str(result).endswith("second.html")


def test_a_result_says_where_the_page_of_its_output_is(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    for output in (f"{tmp_path}/plain/", f"file:{tmp_path}/with-scheme"):
        with compare_datasets(*pair, keys=["id"], output=output, spark=spark) as result:
            assert str(result).endswith(f"\n\n  report: {output.rstrip('/')}/report.html")
            assert f'<a href="file://{tmp_path}/' in result._repr_html_()
    assert payload(tmp_path / "plain" / "report.html")["document"] == result.to_dict()


def test_a_page_shows_nothing_that_is_masked(spark: SparkSession, tmp_path: Path) -> None:
    left = write_table(tmp_path / "a.parquet", {"id": ["SECRET-1", "SECRET-2"], "v": ["SECRET-x", "a"], "w": [1, 2]})
    right = write_table(tmp_path / "b.parquet", {"id": ["SECRET-1", "SECRET-3"], "v": ["SECRET-y", "b"], "w": [5, 6]})
    page = tmp_path / "report.html"
    with compare_datasets(left, right, keys=["id"], mask=["id", "v"], spark=spark) as result:
        result.report(page)
    assert shown_rows(page) == {"changed": 1, "only_left": 1, "only_right": 1}
    assert "SECRET" not in page.read_text() + str(payload(page))
    cells = payload(page)["rows"]["changed"]["rows"][0]["cells"]
    assert [(cell["left"], cell["right"]) for cell in cells] == [(None, None), ("1", "5")]


def test_a_run_tells_what_the_document_must_not(spark: SparkSession, pair: tuple[Path, Path]) -> None:
    with compare_datasets(*pair, keys=["id"], spark=spark) as result:
        run = result.run
    assert run["version"] == 1
    assert run["versions"]["spark"] == spark.version
    assert [step["name"] for step in run["steps"]] == ["plan", "fingerprint and match", "fetch and compare"]
    assert sum(step["seconds"] for step in run["steps"]) <= run["seconds"] + 0.01
    read = run["steps"][1]
    assert read["bytes"] > 0
    assert read["requests"] > 0
    assert [source["splits"] for source in run["sources"]] == [1, 1]
