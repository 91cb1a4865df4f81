"""Memory that is refused ends a comparison with a documented code, never by a signal; small files need little."""

from __future__ import annotations

import json
import resource
import subprocess
import time
from pathlib import Path

import pyarrow as pa
import pytest

from acceptance.parquet_fixtures import numbers, page_of_one_gibibyte, write_table
from differential.command import Answer, answer

SMALL_FILES_MB = 150


def limited(parity: Path, limit_mb: int, left: Path, right: Path, *options: str) -> Answer:
    """What the command says in an address space of this size."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit_mb * 1_000_000,) * 2)

    command = [str(parity), "compare", str(left), str(right), *options]
    ended = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, timeout=120, check=False)
    return answer(ended.returncode, ended.stdout, ended.stderr)


def refused_for_memory(said: Answer, *, is_json: bool) -> bool:
    if said.status != 2:
        return False
    assert said.stderr.startswith("parity: OUT_OF_RESOURCES: ")
    assert "\n  hint: " in said.stderr
    if is_json:
        assert said.misbehaviour() is None, said.stdout
        assert said.error_code == "OUT_OF_RESOURCES"
        assert (said.document or {})["error"]["hint"] in said.stderr
    else:
        assert said.stdout == ""
    return True


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Some hundred thousand rows, all changed."""
    folder, rows = tmp_path_factory.mktemp("large"), 400_000
    for name, add in (("left", 0), ("right", 1)):
        texts = pa.array([f"a text of some length {n * 7_919 + add}" for n in range(rows)])
        write_table(folder / f"{name}.parquet", {"id": list(range(rows)), "t": texts, "u": texts}, use_dictionary=False)
    return folder / "left.parquet", folder / "right.parquet"


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("limit_mb", [30, 60, 80, 100, SMALL_FILES_MB, 200, 250, 300, 500])
def test_small_files_compare_from_a_stated_limit_on_and_below_it_memory_is_refused(
    parity: Path, tmp_path: Path, limit_mb: int, options: tuple[str, ...]
) -> None:
    left, right = numbers(tmp_path / "left.parquet"), numbers(tmp_path / "right.parquet", last=4)
    said = limited(parity, limit_mb, left, right, "--key", "id", *options)
    if refused_for_memory(said, is_json=bool(options)):
        assert limit_mb < SMALL_FILES_MB
    else:
        assert said.status == 1, said.stderr


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("limit_mb", [120, 160, 220, 300, 450])
def test_files_that_do_not_fit_are_refused_and_never_end_by_a_signal(
    parity: Path, large: tuple[Path, Path], limit_mb: int, options: tuple[str, ...]
) -> None:
    said = limited(parity, limit_mb, *large, "--key", "id", *options)
    if not refused_for_memory(said, is_json=bool(options)):
        assert said.status == 1, said.stderr
    assert limit_mb > 120 or said.status == 2


@pytest.mark.parametrize("is_left", [True, False], ids=["left", "right"])
def test_a_page_beyond_the_budget_is_refused_and_is_not_corrupt(parity: Path, tmp_path: Path, is_left: bool) -> None:
    large, rows = page_of_one_gibibyte(tmp_path / "large.parquet")
    small = write_table(tmp_path / "small.parquet", {"id": pa.array(range(rows), pa.int32()), "v": [b"x"] * rows})
    said = limited(parity, 800, *((large, small) if is_left else (small, large)), "--key", "id", "--json")
    assert refused_for_memory(said, is_json=True), said.stdout
    message = (said.document or {})["error"]["message"]
    assert "large.parquet" in message
    assert "MiB" in message


def test_more_threads_than_four_a_core_are_not_started_and_a_warning_says_so(parity: Path, tmp_path: Path) -> None:
    left, right = numbers(tmp_path / "left.parquet"), numbers(tmp_path / "right.parquet", last=4)
    began = time.monotonic()
    ended = subprocess.run(
        [str(parity), "compare", str(left), str(right), "--key", "id", "--threads", "2000", "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("parity: warning: --threads 2000 is more than four for each of the ")
    assert json.loads(ended.stdout)["counts"]["changed"] == 1
    assert time.monotonic() - began < 30
