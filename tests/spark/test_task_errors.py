"""Errors that begin in a task reach the caller whole: code, names and hint, never a Java trace, and soon."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acceptance.parquet_fixtures import damaged_file, numbers, write_table
from differential.on_spark import JAVA_SIGNS
from spark.faults import SLOW_TASKS, faults_jar
from spark.processes import run_python

# A session that was started without our jar; tasks wait for as long as the file `hold` is there. `viewfs://here` is the
# folder as a file system that Hadoop reads, and not we.
SETUP = f"""
import json, os, pathlib, shutil, sys, threading, time
from differential.on_spark import start
from spark_parity import ParityError, compare_datasets

master, faults, folder = sys.argv[1:]
folder = pathlib.Path(folder)
hold = folder / "hold"
spark = start(master, plugin=False, settings={{
    "spark.jars": faults,
    "spark.plugins": "{SLOW_TASKS}",
    "spark.parity.faults.hold": str(hold),
    "spark.parity.faults.wait.ms": "60000",
    "spark.executor.memory": "1g",
    "spark.eventLog.enabled": "true",
    "spark.eventLog.dir": str(folder / "events"),
    "spark.eventLog.rolling.enabled": "false",
    "spark.eventLog.compress": "false",
    "spark.eventLog.logBlockUpdates.enabled": "false",
    "spark.hadoop.fs.viewfs.mounttable.here.link./data": folder.as_uri(),
}})
sc = spark.sparkContext

def compare(left, right):
    return compare_datasets(str(folder / left), str(folder / right), keys=["id"])

def report(call):
    try:
        print(json.dumps(call()), flush=True)
    except ParityError as error:
        print(json.dumps({{"code": error.code, "text": str(error)}}), flush=True)
    except Exception as error:
        print(json.dumps({{"code": type(error).__name__, "text": str(error)}}), flush=True)
"""

# More files than the driver itself reads the footers of, by two that vanish.
MANY = 67

# Frames of a file that changes under them, runs that are cancelled in each way that Spark offers, and files that vanish
# between listing and reading.
PROGRAM = """
report(lambda: compare("good.parquet", "damaged.parquet"))

with compare("good.parquet", "changing.parquet") as result:
    frame = result.changed()
    report(frame.count)
    shutil.copy(folder / "other.parquet", folder / "changing.parquet")
    report(frame.count)
    report(frame.select("id").distinct().collect)
    report(frame.show)
    report(lambda: frame.write.parquet(str(folder / "written")))

def meanwhile(act, call):
    # Tasks of the first job are held up meanwhile; `act` may let them go on. That the job before is over is told late.
    while sc.statusTracker().getActiveJobsIds():
        time.sleep(0.02)
    hold.touch()
    def soon():
        while not sc.statusTracker().getActiveJobsIds():
            time.sleep(0.02)
        act()
    threading.Thread(target=soon, daemon=True).start()
    report(call)
    hold.unlink(missing_ok=True)

def cancelled(cancel):
    meanwhile(cancel, lambda: compare("good.parquet", "good.parquet"))

cancelled(sc.cancelAllJobs)
sc.setJobGroup("mine", "")
cancelled(lambda: sc.cancelJobGroup("mine"))
sc.addJobTag("mine")
cancelled(lambda: sc.cancelJobsWithTag("mine"))

# The footers of a few files are read by the driver, those of many by the first job.
spark.conf.set("spark.sql.files.ignoreMissingFiles", "true")
for right in ("few", "many"):
    for place in (f"{folder}/{right}", f"viewfs://here/data/{right}"):
        def vanish():
            max((folder / right).glob("*.parquet")).unlink()
            hold.unlink()
        meanwhile(vanish, lambda: compare_datasets(folder / "good.parquet", place, keys=["id"]).equal)

def held():
    return [list(sc.statusTracker().getActiveJobsIds()), len(sc._jsc.getPersistentRDDs())]

report(held)
with compare("good.parquet", "good.parquet") as result:
    report(lambda: result.equal)
spark.stop()

# Tries of the tasks of the first job, the one that met the damaged file.
(log,) = (folder / "events").iterdir()
events = [json.loads(line) for line in log.read_text().splitlines()]
(first, *_) = [event for event in events if event["Event"] == "SparkListenerJobStart"]
starts = [event for event in events if event["Event"] == "SparkListenerTaskStart"]
tries = [start["Task Info"]["Attempt"] for start in starts if start["Stage ID"] in first["Stage IDs"]]
print(json.dumps({"tries": tries}))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    numbers(tmp_path / "good.parquet")
    numbers(tmp_path / "changing.parquet", last=4)
    write_table(tmp_path / "other.parquet", {"id": [1, 2, 3, 4], "v": [1, 2, 3, 4]})
    damaged_file(tmp_path / "damaged.parquet")
    for name, count in (("few", 3), ("many", MANY)):
        for number in range(count):
            numbers(tmp_path / name / f"{number:03}.parquet")
    (tmp_path / "events").mkdir()
    return tmp_path


@pytest.mark.parametrize("master", ["local[2]", "local-cluster[2,1,1024]"])
def test_in_a_session_without_the_jar_errors_of_tasks_come_whole_and_at_the_first_try(
    folder: Path, master: str
) -> None:
    ended = run_python(SETUP + PROGRAM, master, faults_jar(), folder, timeout_seconds=300)
    assert ended.status == 0, ended.stderr
    found: list[Any] = [json.loads(line) for line in ended.lines if not line.startswith(("+", "|"))]
    damaged, rows, *frames, at_all, by_group, by_tag = found[:9]
    *gone, held, equal, tries = found[9:]
    assert damaged["code"] == "CORRUPT_FILE"
    assert f"{folder}/damaged.parquet: row group 0, column id" in damaged["text"]
    assert "\n  hint: write the file again" in damaged["text"]
    assert rows == 1
    assert [frame["code"] for frame in frames] == ["SOURCE_CHANGED"] * 4
    assert {f"{folder}/changing.parquet" in frame["text"] for frame in frames} == {True}
    assert [each["code"] for each in (at_all, by_group, by_tag)] == ["CANCELLED"] * 3
    assert [error["code"] for error in gone] == ["SOURCE_CHANGED"] * 4
    names = ("few/002", "few/001", f"many/{MANY - 1:03}", f"many/{MANY - 2:03}")
    for error, name in zip(gone, names, strict=True):
        assert f"/{name}.parquet" in error["text"]
    for error in (damaged, *frames, at_all, by_group, by_tag, *gone):
        assert len(error["text"].splitlines()) == 2
        assert [sign for sign in JAVA_SIGNS if sign in error["text"]] == []
    assert held == [[], 0]
    assert equal is True
    # It says something on a local cluster alone: `local[2]` never tries a task twice.
    assert tries == {"tries": [0, 0]}
