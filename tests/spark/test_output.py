"""The folder of `output=`: whole or without `_SUCCESS`, and nothing in it is touched that a run did not write."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from spark_parity import ParityError, compare_datasets

from acceptance.page import shown_rows
from acceptance.parquet_fixtures import numbers, write_table
from spark.processes import environment_of


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    left = write_table(tmp_path / "a.parquet", {"id": [1, 2, 3], "v": ["x", "y", "z"]})
    right = write_table(tmp_path / "b.parquet", {"id": [2, 3, 4], "v": ["y", "Z", "w"]})
    return left, right


def test_the_document_and_the_tables_are_those_of_the_result(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "new" / "out"
    with compare_datasets(*pair, keys=["id"], output=out, spark=spark) as result:
        assert (out / "result.json").read_text() == result.to_json()
        for frame in ("differences", "only_left", "only_right"):
            written = spark.read.parquet(str(out / frame))
            assert written.collect() == getattr(result, frame)().collect()
            assert written.count() == 1
    assert (out / "_SUCCESS").exists()
    assert sorted(path.name for path in out.iterdir() if not path.name.startswith(".")) == [
        "_SUCCESS",
        "differences",
        "only_left",
        "only_right",
        "report.html",
        "result.json",
        "run.json",
    ]
    assert json.loads((out / "run.json").read_text()) == result.run
    assert shown_rows(out / "report.html") == {"changed": 1, "only_left": 1, "only_right": 1}


def test_a_folder_with_results_is_refused_before_any_work_unless_told_otherwise(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    compare_datasets(*pair, keys=["id"], output=str(out), spark=spark).close()
    before = (out / "result.json").read_text()
    with pytest.raises(ParityError) as caught:
        compare_datasets(pair[0], pair[0], keys=["id"], output=str(out), spark=spark)
    assert caught.value.code == "OUTPUT_EXISTS"
    assert str(out) in str(caught.value)
    assert "spark.parity.output.overwrite" in str(caught.value)
    assert (out / "result.json").read_text() == before
    spark.conf.set("spark.parity.output.overwrite", "true")
    try:
        with compare_datasets(pair[0], pair[0], keys=["id"], output=str(out), spark=spark) as result:
            assert (out / "result.json").read_text() == result.to_json() != before
            assert spark.read.parquet(str(out / "only_left")).count() == 0
    finally:
        spark.conf.unset("spark.parity.output.overwrite")


def test_a_place_that_cannot_be_written_is_refused_before_any_work(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ParityError) as caught:
        compare_datasets(*pair, keys=["id"], output=tmp_path / "file" / "out", spark=spark)
    assert caught.value.code == "OUTPUT_UNWRITABLE"
    assert str(tmp_path / "file") in str(caught.value)


def test_a_folder_without_permission_is_refused(spark: SparkSession, pair: tuple[Path, Path]) -> None:
    # Root may write everywhere but here.
    place = Path("/proc/parity") if os.getuid() == 0 else Path("/parity")
    with pytest.raises(ParityError) as caught:
        compare_datasets(*pair, keys=["id"], output=place, spark=spark)
    assert caught.value.code == "OUTPUT_UNWRITABLE"
    assert str(place) in str(caught.value)


def test_a_comparison_that_fails_leaves_no_results(spark: SparkSession, tmp_path: Path) -> None:
    twice = write_table(tmp_path / "twice.parquet", {"id": [1, 1], "v": [1, 2]})
    with pytest.raises(ParityError) as caught:
        compare_datasets(
            twice, numbers(tmp_path / "b.parquet"), keys=["id"], duplicates="fail", output=tmp_path / "out", spark=spark
        )
    assert caught.value.code == "DUPLICATE_KEYS"
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == []


FOREIGN = ["notes.txt", "differences/part-old.parquet", "only_left/notes.txt", "differences/deep/below.txt"]


def files(folder: Path) -> dict[str, bytes]:
    """What a folder holds, checksums of Hadoop's local file system apart."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".crc"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@contextmanager
def overwriting(spark: SparkSession) -> Iterator[None]:
    spark.conf.set("spark.parity.output.overwrite", "true")
    try:
        yield
    finally:
        spark.conf.unset("spark.parity.output.overwrite")


def refused(spark: SparkSession, pair: tuple[Path, Path], out: Path) -> ParityError:
    """The error of a comparison into a folder, which stays as it is."""
    before = files(out)
    with pytest.raises(ParityError) as caught:
        compare_datasets(*pair, keys=["id"], output=out, spark=spark)
    assert files(out) == before
    return caught.value


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_named_and_stays(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text("mine")
    shown = "differences/deep" if "deep" in name else name
    error = refused(spark, pair, out)
    assert (error.code, shown in error.message) == ("OUTPUT_EXISTS", True)
    with overwriting(spark):
        assert refused(spark, pair, out).code == "OUTPUT_EXISTS"


def test_the_output_of_a_spark_job_is_not_ours_to_overwrite(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    spark.range(3).write.parquet(str(tmp_path / "out"))
    with overwriting(spark):
        assert refused(spark, pair, tmp_path / "out").code == "OUTPUT_EXISTS"


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_beside_results_is_named_and_stays_under_overwrite(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    compare_datasets(*pair, keys=["id"], output=out, spark=spark).close()
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_text("mine")
    with overwriting(spark):
        error = refused(spark, pair, out)
    assert error.code == "OUTPUT_EXISTS"
    assert Path(name).parts[-1].removesuffix("below.txt") in error.message


def test_success_lists_the_files_and_is_replaced_whole(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    compare_datasets(*pair, keys=["id"], output=out, spark=spark).close()
    run = json.loads((out / "_SUCCESS").read_text())["run"]
    parts = [name for name in files(out) if "part-" in name]
    assert len(parts) >= 3
    assert all(run in name for name in parts)
    with overwriting(spark):
        compare_datasets(*pair, keys=["id"], output=out, spark=spark).close()
    assert run not in " ".join([*files(out), (out / "_SUCCESS").read_text()])
    assert spark.read.parquet(str(out / "differences")).count() == 1


def test_a_failure_under_overwrite_leaves_no_results(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    compare_datasets(*pair, keys=["id"], output=out, spark=spark).close()
    with overwriting(spark), pytest.raises(ParityError):
        compare_datasets(*pair, keys=["absent"], output=out, spark=spark)
    assert files(out) == {}
    compare_datasets(*pair, keys=["id"], output=out, spark=spark).close()


@pytest.mark.parametrize("place", ["left", "left/deeper", ".", "link"])
def test_an_output_in_an_input_or_around_one_is_refused(spark: SparkSession, tmp_path: Path, place: str) -> None:
    left = numbers(tmp_path / "left" / "a.parquet").parent
    right = numbers(tmp_path / "right.parquet")
    (tmp_path / "link").symlink_to(left)
    before = files(tmp_path)
    for sides in ((left, right), (right, left)):
        with pytest.raises(ParityError) as caught:
            compare_datasets(*sides, keys=["id"], output=tmp_path / place, spark=spark)
        assert caught.value.code == "BAD_OPTION"
        assert "output" in caught.value.message
        assert any(str(side) in caught.value.message for side in sides)
    assert files(tmp_path) == before


def test_an_output_in_the_folder_of_a_table_is_refused(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    spark.range(3).write.option("path", str(tmp_path / "table")).saveAsTable("output_in_here")
    try:
        with pytest.raises(ParityError) as caught:
            compare_datasets("output_in_here", pair[0], keys=["id"], output=tmp_path / "table" / "out", spark=spark)
        assert caught.value.code == "BAD_OPTION"
    finally:
        spark.sql("DROP TABLE output_in_here")


# A run whose JVM is stopped as soon as a file is there, and that is killed then.
_WRITING = """
import os, signal, sys, threading, time
from pathlib import Path
from differential.on_spark import start
from spark_parity import compare_datasets

left, right, out, stop = sys.argv[1:]
spark = start("local[1]")
java = int(spark._jvm.java.lang.ProcessHandle.current().pid())

def watch():
    while not any(path.stat().st_size for path in Path(out).glob(stop)):
        time.sleep(0.001)
    os.kill(java, signal.SIGSTOP)
    print(java, flush=True)

threading.Thread(target=watch, daemon=True).start()
compare_datasets(left, right, keys=["id"], output=out, spark=spark)
print("finished", flush=True)
"""


def state(task: Path) -> str:
    """What Linux says of a process or a thread; X where it is gone."""
    try:
        return (task / "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def waits(is_over: Callable[[], bool]) -> None:
    """It may take its time under load."""
    end = time.monotonic() + 60
    while not is_over():
        assert time.monotonic() < end
        time.sleep(0.01)


def stop_of(pid: int) -> None:
    """Waits until every thread of a process that was stopped has stopped: one that writes does when it has written."""
    waits(lambda: all(state(thread) in "TZX" for thread in Path(f"/proc/{pid}/task").iterdir()))


def end_of(pid: int) -> None:
    """Waits until a process that was killed has ended."""
    waits(lambda: state(Path(f"/proc/{pid}")) in "ZX")


@pytest.mark.parametrize("stop", ["_STARTED", "only_left/part-*"])
def test_a_second_run_is_refused_and_a_killed_one_is_replaced(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path, stop: str
) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_WRITING), *map(str, pair), str(out), stop],
        stdout=subprocess.PIPE,
        text=True,
        env=environment_of(),
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        java = int(process.stdout.readline())
        stop_of(java)
        assert (out / "_STARTED").exists()
        assert not (out / "_SUCCESS").exists()
        with overwriting(spark):
            error = refused(spark, pair, out)
        assert error.code == "OUTPUT_EXISTS"
        assert "another comparison is writing" in error.message
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    end_of(java)
    (out / "only_left").mkdir(exist_ok=True)
    (out / "only_left" / "part-old.parquet").write_text("mine")
    assert "only_left/part-old.parquet" in refused(spark, pair, out).message
    (out / "only_left" / "part-old.parquet").unlink()
    compare_datasets(*pair, keys=["id"], output=out, spark=spark).close()
    assert {
        name: spark.read.parquet(str(out / name)).count() for name in ("differences", "only_left", "only_right")
    } == {
        "differences": 1,
        "only_left": 1,
        "only_right": 1,
    }
    assert not (out / "_STARTED").exists()


def test_what_appears_while_a_run_writes_ends_it_and_stays(
    spark: SparkSession, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"

    over = threading.Event()

    def drop() -> None:
        while not (out / "_STARTED").exists():
            # Where the run ends before it has begun, nothing is dropped, and the run did not fail as it must.
            if over.wait(0.001):
                return
        (out / "only_right").mkdir(exist_ok=True)
        (out / "only_right" / "mine.txt").write_text("mine")

    thread = threading.Thread(target=drop, daemon=True)
    thread.start()
    try:
        with pytest.raises(ParityError) as caught:
            compare_datasets(*pair, keys=["id"], output=out, spark=spark)
    finally:
        over.set()
        thread.join(timeout=60)
    assert (caught.value.code, "only_right/mine.txt" in caught.value.message) == ("OUTPUT_EXISTS", True)
    assert files(out) == {"only_right/mine.txt": b"mine"}
