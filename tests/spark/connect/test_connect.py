"""`compare_datasets` through Spark Connect, from a process that finds no Java and, on Spark 4, has no Spark."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from spark_parity.session import PLUGIN

from acceptance.parquet_fixtures import numbers
from spark.connect.server import IS_35, Server, client_python, started
from spark.faults import SLOW_TASKS, faults_jar
from spark.processes import Ended, run_python

SETUP = """
import json, sys, time
# A program without a file is a doctest to pyspark-client 4.2, which then looks for a Spark.
sys.modules["__main__"].__file__ = "client.py"
from pyspark.sql import SparkSession
import spark_parity
from spark_parity import ParityError, compare_datasets

url, left, right, folder = sys.argv[1:5]
spark = SparkSession.builder.remote(url).getOrCreate()

def refusal(call):
    try:
        call()
    except ParityError as error:
        return [error.code, str(error)]
    return None
"""
JAVA_SIGNS = ("Traceback", "\tat ", "java.lang.", "org.apache.spark.", "JVM stacktrace")


@pytest.fixture(scope="module")
def hold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """While this file is there, every task waits for some seconds, also that of the query that ends a run."""
    return tmp_path_factory.mktemp("hold") / "hold"


@pytest.fixture(scope="module")
def server(hold: Path) -> Iterator[Server]:
    settings = {
        "spark.parity.faults.hold": str(hold),
        "spark.parity.faults.wait.ms": "4000",
    }
    with started(faults_jar(), plugins=f"{PLUGIN},{SLOW_TASKS}", settings=settings) as server:
        yield server


@pytest.fixture
def pair(tmp_path: Path) -> list[Path | str]:
    return [numbers(tmp_path / "a.parquet"), numbers(tmp_path / "b.parquet", last=4)]


def ran(
    program: str, server: Server, pair: list[Path | str], folder: Path, interrupt_after: str | None = None
) -> Ended:
    """Runs a client where no Java can be found."""
    return run_python(
        SETUP + program,
        server.url,
        *pair,
        folder,
        python=client_python(),
        environment={"PATH": "/nowhere", "JAVA_HOME": "/nowhere"},
        without=("SPARK_HOME", "SPARK_REMOTE", "PYSPARK_PYTHON"),
        interrupt_after=interrupt_after,
    )


def test_every_member_of_a_result_is_there(server: Server, pair: list[Path | str], tmp_path: Path) -> None:
    program = """
spark.read.parquet(left).write.mode("overwrite").saveAsTable("old")
spark.read.parquet(right).write.mode("overwrite").saveAsTable("new")
with compare_datasets("old", "new", keys=["id"]) as tables:
    # The client of 3.5 counts with numbers of numpy.
    print(json.dumps([tables.counts.changed, int(tables.changed().count())]))
with compare_datasets(left, right, keys=["id"], output=f"{folder}/out") as result:
    names = ("only_left", "only_right", "changed", "differences", "duplicates")
    print(json.dumps([len(getattr(result, name)().collect()) for name in names]))
    result.report(f"{folder}/report.html")
    result.to_junit(f"{folder}/junit.xml")
    assert json.loads(result.to_json(f"{folder}/result.json")) == result.to_dict()
    assert "Spark" in json.dumps(result.run) or result.run
    assert result.to_markdown() and result._repr_html_() and str(result)
    frame = result.changed()
for use in (frame.count, frame.collect, result.changed, lambda: result.report("nowhere.html")):
    print(json.dumps(refusal(use)))
print(json.dumps(refusal(lambda: compare_datasets(left + "x", right, keys=["id"], spark=spark))))
print(json.dumps(refusal(lambda: compare_datasets(left, right, keys=["id"], output=f"{folder}/out"))))
late = compare_datasets(left, right, keys=["id"])
spark.stop()
late.close()
print(json.dumps(refusal(lambda: compare_datasets(left, right, keys=["id"], spark=spark))))
"""
    ended = ran(program, server, pair, tmp_path)
    assert ended.status == 0, ended.stderr
    tables, frames, *refusals = map(json.loads, ended.lines)
    assert (tables, frames) == ([1, 1], [0, 0, 1, 1, 0])
    codes = ["BAD_OPTION"] * 4 + ["PATH_NOT_FOUND", "OUTPUT_EXISTS", "SESSION_STOPPED"]
    assert [code for code, _ in refusals] == codes
    for _, text in refusals:
        assert len(text.splitlines()) == 2, text
        assert [sign for sign in JAVA_SIGNS if sign in text] == []
    for name in ("report.html", "junit.xml", "result.json", "out/_SUCCESS", "out/report.html"):
        assert (tmp_path / name).exists(), name


def test_an_interrupt_ends_the_jobs_at_the_server_and_the_session_goes_on(
    server: Server, pair: list[Path | str], tmp_path: Path, hold: Path
) -> None:
    before = server.held()
    program = """
import pathlib, threading
hold = pathlib.Path(sys.argv[4], "hold")
threading.Timer(3, print, ["running"], {"flush": True}).start()
try:
    compare_datasets(left, right, keys=["id"], output=f"{folder}/out")
except KeyboardInterrupt:
    print("interrupted", flush=True)
hold.unlink()
with compare_datasets(left, right, keys=["id"], output=f"{folder}/out") as result:
    print(result.counts.changed)
"""
    hold.unlink(missing_ok=True)
    local = tmp_path / "hold"
    local.touch()
    hold.symlink_to(local)
    try:
        ended = ran(program, server, pair, tmp_path, interrupt_after="running")
    finally:
        hold.unlink()
    assert ended.status == 0, ended.stderr
    assert ended.lines == ["running", "interrupted", "1"]
    settles(lambda: server.running_jobs() == 0 and server.held() <= before)


def test_two_clients_at_once_get_their_own_answers(server: Server, pair: list[Path | str], tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    program = "print(compare_datasets(left, right, keys=['id']).counts.changed)"
    with ThreadPoolExecutor(2) as both:
        changed, none = both.map(lambda sides: ran(program, server, sides, tmp_path), (pair, [pair[0], pair[0]]))
    assert (changed.status, none.status) == (0, 0), changed.stderr + none.stderr
    assert (changed.lines, none.lines) == (["1"], ["0"])


def test_a_server_that_cannot_be_reached_is_named_at_once(pair: list[Path | str]) -> None:
    program = (
        SETUP.split("url, left")[0]
        + """
try:
    compare_datasets(*sys.argv[1:3], keys=["id"])
except ParityError as error:
    print(json.dumps([error.code, str(error)]))
"""
    )
    for address in ("127.0.0.1:1", "127.0.0.1:port"):
        environment = {"PATH": "/nowhere", "SPARK_REMOTE": f"sc://{address}/;user_id=x"}
        ended = run_python(program, *pair, python=client_python(), environment=environment, timeout_seconds=30)
        assert ended.status == 0, ended.stderr
        code, text = json.loads(ended.lines[-1])
        assert code == "SESSION_STOPPED"
        assert f"server {address} cannot be reached" in text


def test_a_server_without_the_plugin_is_told_what_to_add(pair: list[Path | str], tmp_path: Path) -> None:
    with started(plugins="") as bare:
        ended = ran(
            "print(json.dumps(refusal(lambda: compare_datasets(left, right, keys=['id']))))", bare, pair, tmp_path
        )
    assert ended.status == 0, ended.stderr
    code, text = json.loads(ended.lines[-1])
    assert code == "NATIVE_UNAVAILABLE"
    line = "3.5_2.12" if IS_35 else "4_2.13"
    assert re.search(rf"--jars \S*spark-parity-spark_{line}-\S+\.jar --conf spark.plugins={re.escape(PLUGIN)}", text)
    assert len(text.splitlines()) == 2


def settles(condition: Callable[[], bool]) -> None:
    """Waits for what the server frees on threads of its own."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it goes on being held"
        time.sleep(0.3)
