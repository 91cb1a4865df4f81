"""Executors in processes of their own, tasks that fail, executors that die: always the same result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from differential.command import run_parity
from spark.faults import BEFORE_JOBS, FAILS_FIRST_ATTEMPTS, faults_jar
from spark.pairs import KEYS, Layout, write_pair
from spark.processes import run_python

# Prints the document and the rows of all frames, for each time that it is told to.
SETUP = """
import json, os, pathlib, signal, sys, tempfile, time
from differential.on_spark import start
from acceptance.parquet_fixtures import damaged_file
from spark_parity import ParityError, compare_datasets
from spark_parity.session import PLUGIN, packaged_jar
from spark.pairs import KEYS
from spark.test_partitioning import frames

left, right, faults, master, plugins = sys.argv[1:]
before = pathlib.Path(tempfile.mkdtemp())
spark = start(master, settings={
    "spark.jars": f"{packaged_jar()},{faults}",
    "spark.plugins": ",".join(filter(None, [PLUGIN, plugins])),
    "spark.executor.memory": "1g",
    "spark.ui.enabled": "false",
    "spark.shuffle.service.enabled": "false",
    "spark.parity.faults.before": str(before),
    "spark.hadoop.fs.viewfs.mounttable.here.link./data": pathlib.Path(left).parent.as_uri(),
})

def say(**words):
    print(json.dumps(words), flush=True)

def executors():
    found = {}
    application = spark.sparkContext.applicationId
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if application in (line := process.joinpath("cmdline").read_text()) and "ExecutorBackend" in line:
                found[int(process.name)] = "libspark_parity" in process.joinpath("maps").read_text()
        except OSError:
            pass
    return found
"""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    return write_pair(tmp_path_factory.mktemp("pair"), Layout(5, 200, 1), Layout(4, 300, 2))


@pytest.fixture(scope="module")
def expected(pair: tuple[str, str], native: Path) -> str:
    arguments = [argument for key in KEYS for argument in ("--key", key)]
    return run_parity(native, Path(pair[0]), Path(pair[1]), arguments).stdout.strip()


def said(program: str, pair: tuple[str, str], master: str, plugins: str = "") -> list[dict[str, Any]]:
    ended = run_python(SETUP + program, *pair, faults_jar(), master, plugins, timeout_seconds=300)
    assert ended.status == 0, ended.stderr
    return [json.loads(line) for line in ended.lines]


def test_executors_load_the_library_and_report_whole_errors_and_their_death_changes_nothing(
    pair: tuple[str, str], expected: str
) -> None:
    program = """
damaged = damaged_file(pathlib.Path(left).with_name("damaged.parquet"))
try:
    compare_datasets(damaged, damaged, keys=["id"])
except ParityError as error:
    say(code=error.code, file="damaged.parquet: row group 0" in error.message)
with compare_datasets(left, right, keys=KEYS) as result:
    before = frames(result)
    say(document=result.to_json(), loaded=executors())
    os.kill(min(executors()), signal.SIGKILL)
    say(same=frames(result) == before)
    with compare_datasets(left, right, keys=KEYS) as again:
        say(document=again.to_json(), same=frames(again) == before)
"""
    error, first, after, again = said(program, pair, "local-cluster[2,1,1024]")
    assert error == {"code": "CORRUPT_FILE", "file": True}
    assert first["document"] == expected
    assert len(first["loaded"]) == 2
    assert all(first["loaded"].values())
    assert after == {"same": True}
    assert again == {"document": expected, "same": True}


def test_an_executor_that_held_copies_and_dies_between_two_steps_changes_nothing(pair: tuple[str, str]) -> None:
    # Hadoop reads the files, so that there are copies. The first executor that begins to compare cells dies of it.
    program = """
def compare(**options):
    sides = ("viewfs://here/data/left", "viewfs://here/data/right")
    with compare_datasets(*sides, keys=KEYS, **options) as result:
        read = {step["name"]: step["bytes"] for step in result.run["steps"]}
        return result.to_json(), frames(result), read["fetch and compare"]

local = spark.conf.get("spark.local.dir")
# What a killed executor leaves lies in its folder until the cluster removes that.
dead = set()
for mask in (None, ["name"]):
    document, rows, _ = compare(mask=mask)
    there = set(executors())
    (before / "parity_merge").write_text(
        f"find ${{SPARK_EXECUTOR_DIRS:?}} -name 'rdd_*' > {before}/copies\\n"
        "kill -9 $PPID\\n"
    )
    again, rows_again, read_again = compare(mask=mask)
    lost = (before / "copies").read_text().splitlines()
    dead.update(lost)
    left_behind = lambda: len(set(map(str, pathlib.Path(local).rglob("rdd_*"))) - dead)
    end = time.monotonic() + 20
    while left_behind() and time.monotonic() < end:
        time.sleep(0.1)
    say(same=again == document and rows_again == rows, killed=len(there - set(executors())), read=read_again,
        lost=len(lost), left=left_behind(),
        held=len(spark.sparkContext._jsc.getPersistentRDDs()))
"""
    for found in said(program, pair, "local-cluster[2,1,1024]", BEFORE_JOBS):
        assert (found["same"], found["killed"], found["left"], found["held"]) == (True, 1, 0, 0), found
        assert found["lost"] > 0
        assert found["read"] > 0, "what was lost is read again"


def test_tasks_that_fail_once_in_every_step_change_nothing(pair: tuple[str, str], expected: str) -> None:
    program = """
sc = spark.sparkContext
sc.setJobGroup("all", "")
with compare_datasets(left, right, keys=KEYS) as result:
    rows = {name: len(rows) for name, rows in frames(result).items()}
    tracker = sc.statusTracker()
    stages = {}
    for job in tracker.getJobIdsForGroup("all"):
        for stage in map(tracker.getStageInfo, tracker.getJobInfo(job).stageIds):
            if stage is not None and stage.name.startswith("parity:"):
                done, failed = stages.get(stage.name, (0, 0))
                stages[stage.name] = (done + stage.numCompletedTasks, failed + stage.numFailedTasks)
    say(document=result.to_json(), rows=rows, stages=stages)
"""
    (found,) = said(program, pair, "local[2,4]", FAILS_FIRST_ATTEMPTS)
    assert found["document"] == expected
    document = json.loads(expected)
    counts = document["counts"]
    assert found["rows"] == {
        "only_left": counts["only_left"],
        "only_right": counts["only_right"],
        "changed": counts["changed"],
        "differences": sum(column["mismatches"] for column in document["columns"]),
        "duplicates": counts["duplicate_keys_left"] + counts["duplicate_keys_right"],
    }
    steps = {
        "parity: fingerprint",
        "parity: match",
        "parity: find duplicate keys",
        "parity: fetch duplicate keys",
        "parity: match duplicate keys",
        "parity: find changed rows",
        "parity: fetch",
        "parity: compare",
        "parity: merge",
    }
    assert steps <= found["stages"].keys()
    assert {name for name, (done, failed) in found["stages"].items() if done and not failed} == set()
