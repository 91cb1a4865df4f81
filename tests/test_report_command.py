"""`parity report`, and `parity compare --report`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from acceptance.page import payload, shown_rows
from acceptance.parquet_fixtures import write_table


def ran(parity: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([parity, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    left = write_table(tmp_path / "a.parquet", {"id": [1, 2, 3], "v": ["x", "y", "z"]})
    right = write_table(tmp_path / "b.parquet", {"id": [2, 3, 4], "v": ["y", "Z", "w"]})
    return left, right


def test_a_comparison_writes_its_page(parity: Path, pair: tuple[Path, Path], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    compared = ran(parity, "compare", *pair, "--key", "id", "--report", page, "--json")
    assert compared.returncode == 1
    assert payload(page)["document"] == json.loads(compared.stdout)
    assert shown_rows(page) == {"changed": 1, "only_left": 1, "only_right": 1}
    few = ran(parity, "compare", *pair, "--key", "id", "--report", page, "--report-rows", 0)
    assert few.returncode == 1
    assert payload(page)["rows"] is None


def test_a_document_is_rendered_again(parity: Path, pair: tuple[Path, Path], tmp_path: Path) -> None:
    document = tmp_path / "result.json"
    document.write_text(ran(parity, "compare", *pair, "--key", "id", "--json").stdout)
    made = ran(parity, "report", document)
    assert (made.returncode, made.stdout) == (0, f"{tmp_path / 'report.html'}\n")
    found = payload(tmp_path / "report.html")
    assert found["document"] == json.loads(document.read_text())
    assert (found["rows"], found["run"]) == (None, None)
    (tmp_path / "run.json").write_text('{"version": 1, "product": "spark-parity 9"}')
    assert ran(parity, "report", document, "--output", tmp_path / "other.html").returncode == 0
    assert payload(tmp_path / "other.html")["run"]["product"] == "spark-parity 9"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "BAD_DOCUMENT: the result document is not JSON"),
        ('{"version": 2}', "BAD_DOCUMENT: the result document has version 2"),
        ('{"version": 1, "error": {"code": "KEY_NOT_FOUND"}}', "KEY_NOT_FOUND"),
    ],
)
def test_what_is_no_document_leaves_the_page_as_it_was(parity: Path, text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(text)
    (tmp_path / "report.html").write_text("of yesterday")
    made = ran(parity, "report", tmp_path / "result.json")
    assert made.returncode == 2
    assert said in made.stderr
    assert (tmp_path / "report.html").read_text() == "of yesterday"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_document_that_is_not_there_and_a_place_that_cannot_be_written_are_said(
    parity: Path, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    missing = ran(parity, "report", tmp_path / "none.json")
    assert (missing.returncode, missing.stderr.split(":")[1].strip()) == (2, "PATH_NOT_FOUND")
    page = tmp_path / "no such folder" / "report.html"
    unwritable = ran(parity, "compare", *pair, "--key", "id", "--report", page)
    assert (unwritable.returncode, unwritable.stderr.split(":")[1].strip()) == (2, "OUTPUT_UNWRITABLE")


def test_a_pipe_gets_the_page_and_stays_a_pipe(parity: Path, pair: tuple[Path, Path], tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    pipe = tmp_path / "page.pipe"
    os.mkfifo(pipe)
    command = [parity, "compare", *pair, "--key", "id", "--report", pipe]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as compared:
        read = subprocess.run(["cat", pipe], capture_output=True, check=True, timeout=60)
    assert compared.returncode == 1
    assert pipe.is_fifo()
    page = tmp_path / "page.html"
    page.write_bytes(read.stdout)
    assert shown_rows(page) == {"changed": 1, "only_left": 1, "only_right": 1}
    assert sorted(tmp_path.iterdir()) == sorted([*before, pipe, page])


def test_standard_output_gets_the_page_alone(parity: Path, pair: tuple[Path, Path], tmp_path: Path) -> None:
    document, page = tmp_path / "result.json", tmp_path / "page.html"
    document.write_text(ran(parity, "compare", *pair, "--key", "id", "--json").stdout)
    command = [parity, "report", document, "--output", "/dev/stdout"]
    piped = ran(*command)
    assert (piped.returncode, piped.stderr) == (0, "")
    assert piped.stdout.endswith("</html>\n")
    with page.open("w") as stream:
        assert subprocess.run(command, stdout=stream, check=False, timeout=60).returncode == 0
    assert page.read_text() == piped.stdout


def test_a_link_stays_one_and_its_file_is_replaced(parity: Path, pair: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("of yesterday")
    link = tmp_path / "latest.html"
    link.symlink_to("page.html")
    assert ran(parity, "compare", *pair, "--key", "id", "--report", link).returncode == 1
    assert link.is_symlink()
    assert shown_rows(tmp_path / "page.html") == {"changed": 1, "only_left": 1, "only_right": 1}


def test_a_folder_is_no_place_for_a_page(parity: Path, pair: tuple[Path, Path], tmp_path: Path) -> None:
    made = ran(parity, "compare", *pair, "--key", "id", "--report", tmp_path)
    assert (made.returncode, made.stderr.split(":")[1].strip()) == (2, "OUTPUT_UNWRITABLE")
