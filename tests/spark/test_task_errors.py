"""Errors that begin in a task reach the caller whole: code, names and hint, never a Java trace, and soon."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acceptance.parquet_fixtures import numbers, write_table
from differential.on_spark import JAVA_SIGNS
from spark.faults import SLOW_TASKS, faults_jar
from spark.processes import run_python

# A session that was started without our jar; tasks wait for as long as the file `hold` is there.
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
    "spark.eventLog.logBlockUpdates.enabled": "false",
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

# Each way to cancel is tried on a comparison whose tasks run.
PROGRAM = """
report(lambda: compare("good.parquet", "damaged.parquet"))

result = compare("good.parquet", "changing.parquet")
frame = result.changed()
print(frame.count())
shutil.copy(folder / "other.parquet", folder / "changing.parquet")
report(frame.count)
report(lambda: frame.select("id").distinct().collect())
report(lambda: frame.write.parquet(str(folder / "written")))
result.close()

def cancelled(cancel):
    hold.touch()
    def soon():
        while not sc.statusTracker().getActiveJobsIds():
            time.sleep(0.02)
        cancel()
    threading.Thread(target=soon).start()
    report(lambda: compare("good.parquet", "good.parquet"))
    hold.unlink()

cancelled(sc.cancelAllJobs)
sc.setJobGroup("mine", "")
cancelled(lambda: sc.cancelJobGroup("mine"))
sc.addJobTag("mine")
cancelled(lambda: sc._jsc.sc().cancelJobsWithTag("mine"))
report(lambda: compare("good.parquet", "good.parquet").equal)
spark.stop()

def tried(event):
    info = event["Task Info"]
    return event["Stage ID"], info["Index"], info["Attempt"]

(log,) = (folder / "events").iterdir()
events = [json.loads(line) for line in log.read_text().splitlines()]
print(json.dumps(max(tried(event)[2] for event in events if event["Event"] == "SparkListenerTaskStart" and event["Stage ID"] == 0)))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    numbers(tmp_path / "good.parquet")
    numbers(tmp_path / "changing.parquet", last=4)
    write_table(tmp_path / "other.parquet", {"id": [1, 2, 3, 4], "v": [1, 2, 3, 4]})
    damaged = bytearray(numbers(tmp_path / "damaged.parquet", compression="zstd", use_dictionary=False).read_bytes())
    # The magic number of the first page's compressed bytes.
    damaged[damaged.index(b"\x28\xb5\x2f\xfd")] ^= 0xFF
    (tmp_path / "damaged.parquet").write_bytes(damaged)
    (tmp_path / "events").mkdir()
    return tmp_path


@pytest.mark.parametrize("master", ["local[2]", "local-cluster[2,1,1024]"])
def test_errors_of_tasks_keep_their_code_in_a_session_without_the_jar(folder: Path, master: str) -> None:
    ended = run_python(SETUP + PROGRAM, master, faults_jar(), folder)
    assert ended.status == 0, ended.stderr
    damaged, rows, *changed, equal, attempt = [json.loads(line) for line in ended.lines]
    print(ended.stdout)
    assert damaged["code"] == "CORRUPT_FILE"
