"""`report()`: the page of a result, with its rows, and what is known of the run."""

from __future__ import annotations

import errno
import os
import subprocess
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


def test_files_on_a_hadoop_file_system_are_replaced_and_nothing_is_left_beside_them(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    mounted = tmp_path / "mounted"
    (mounted / "folder").mkdir(parents=True)
    spark.conf.set("fs.viewfs.mounttable.reports.link./data", mounted.as_uri())
    root = "viewfs://reports/data"
    with compare_datasets(*pair, keys=["id"], spark=spark) as result:
        for _ in range(2):
            result.report(f"{root}/new/report.html")
            result.to_json(f"{root}/new/result.json")
            result.to_junit(f"file://{mounted}/new/junit.xml")
        assert payload(mounted / "new" / "report.html")["document"] == result.to_dict()
        assert (mounted / "new" / "result.json").read_text() == result.to_json() + "\n"
        visible = [path.name for path in (mounted / "new").iterdir() if path.suffix != ".crc"]
        assert sorted(visible) == ["junit.xml", "report.html", "result.json"]
        for place, why in ((f"{root}/folder", "it is a folder"), ("nofs://a/b", 'No FileSystem for scheme "nofs"')):
            with pytest.raises(ParityError, match=f"{place} cannot be written: .*{why}") as caught:
                result.to_json(place)
            assert caught.value.code == "OUTPUT_UNWRITABLE"


def test_a_link_stays_one_and_a_pipe_is_written_into(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "result.json").write_text("of yesterday")
    link, pipe = tmp_path / "latest.json", tmp_path / "pipe"
    link.symlink_to("result.json")
    os.mkfifo(pipe)
    with compare_datasets(*pair, keys=["id"], spark=spark) as result:
        result.to_json(link)
        with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
            result.to_json(pipe)
            assert reader.communicate(timeout=60)[0] == (tmp_path / "result.json").read_text()
    assert link.is_symlink()
    assert pipe.is_fifo()
    assert len(list(tmp_path.iterdir())) == 5


def test_a_local_write_that_fails_leaves_the_earlier_file(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "report.html"
    page.write_text("of yesterday")
    before = sorted(tmp_path.iterdir())

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with (
        compare_datasets(*pair, keys=["id"], spark=spark) as result,
        pytest.raises(ParityError, match="No space left on device"),
    ):
        result.report(page)
    assert page.read_text() == "of yesterday"
    assert sorted(tmp_path.iterdir()) == before


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


def test_a_run_tells_what_the_document_must_not(spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path) -> None:
    with compare_datasets(*pair, keys=["id"], spark=spark) as result:
        run = result.run
    assert run["version"] == 1
    assert run["versions"]["spark"] == spark.version
    # The values of one-sided rows come along with the cells of all columns, of which there are few.
    names = ["plan", "fingerprint and match", "fetch and compare"]
    assert [step["name"] for step in run["steps"]] == names
    left = write_table(tmp_path / "a.parquet", {"id": [1, 2], "v": [1, 2]})
    right = write_table(tmp_path / "b.parquet", {"id": [1, 3], "v": [1, 3]})
    with compare_datasets(left, right, keys=["id"], spark=spark) as result:
        assert result.run["steps"][-1]["name"] == "fetch example rows"
    assert sum(step["seconds"] for step in run["steps"]) <= run["seconds"] + 0.01
    read = run["steps"][1]
    assert read["bytes"] > 0
    assert read["requests"] > 0
    assert [source["splits"] for source in run["sources"]] == [1, 1]
