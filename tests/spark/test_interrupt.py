"""Ctrl-C: the comparison ends, nothing runs on or is left behind, and the session can be used again."""

from __future__ import annotations

import json
from pathlib import Path

from acceptance.parquet_fixtures import numbers
from spark.faults import SLOW_TASKS, faults_jar
from spark.processes import run_python

# Tasks wait for as long as the file `hold` is there.
SETUP = f"""
import json, os, pathlib, signal, sys, threading, time
from differential.on_spark import start
from spark_parity import compare_datasets
from spark_parity.session import PLUGIN, packaged_jar

left, right, faults, folder = sys.argv[1:]
hold = pathlib.Path(folder, "hold")
hold.touch()
spark = start(settings={{
    "spark.jars": f"{{packaged_jar()}},{{faults}}",
    "spark.plugins": f"{{PLUGIN}},{SLOW_TASKS}",
    "spark.parity.faults.hold": str(hold),
    "spark.parity.faults.wait.ms": "60000",
}})
tracker = spark.sparkContext.statusTracker()
running = [time.monotonic()]

def state():
    files = [path.name for path in pathlib.Path(folder, "out").rglob("*") if path.is_file()]
    return {{
        "jobs": list(tracker.getActiveJobsIds()),
        "held": len(spark.sparkContext._jsc.getPersistentRDDs()),
        "files": files,
        "threads": [thread.name for thread in threading.enumerate() if thread.name.startswith("spark-parity")],
    }}

def announce():
    while not tracker.getActiveJobsIds():
        time.sleep(0.05)
    running[0] = time.monotonic()
    print("running", flush=True)

def announced():
    threading.Thread(target=announce, daemon=True).start()

def interrupted(output, begin):
    try:
        running[0] = time.monotonic()
        begin()
        compare_datasets(left, right, keys=["id"], output=output)
    except KeyboardInterrupt:
        ended = time.monotonic()
        print(json.dumps({{**state(), "quick": ended - running[0] < 20}}), flush=True)
"""
CLEAN = {"jobs": [], "held": 0, "files": [], "threads": [], "quick": True}


def test_an_interrupt_ends_the_jobs_and_leaves_nothing_and_the_session_goes_on(tmp_path: Path) -> None:
    pair = [numbers(tmp_path / "a.parquet"), numbers(tmp_path / "b.parquet", last=4)]
    program = """
interrupted(f"{folder}/out", announced)
hold.unlink()
with compare_datasets(left, right, keys=["id"], output=f"{folder}/out") as result:
    print(json.dumps([result.counts.changed, result.changed().count()]))
"""
    ended = run_python(SETUP + program, *pair, faults_jar(), tmp_path, interrupt_after="running")
    assert ended.status == 0, ended.stderr
    assert [json.loads(line) for line in ended.lines[1:]] == [CLEAN, [1, 1]]


def test_an_interrupt_at_any_moment_of_the_start_is_as_good(tmp_path: Path) -> None:
    pair = [numbers(tmp_path / "a.parquet"), numbers(tmp_path / "b.parquet", last=4)]
    program = """
for delay in (0.0, 0.01, 0.05, 0.1, 0.2, 0.5):
    interrupted(None, threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT)).start)
hold.unlink()
print(json.dumps(compare_datasets(left, right, keys=["id"]).counts.changed))
"""
    ended = run_python(SETUP + program, *pair, faults_jar(), tmp_path)
    assert ended.status == 0, ended.stderr
    assert [json.loads(line) for line in ended.lines] == [*[CLEAN] * 6, 1]


def test_an_interrupt_ends_a_report_and_leaves_the_earlier_file_and_the_result(tmp_path: Path) -> None:
    pair = [numbers(tmp_path / "a.parquet"), numbers(tmp_path / "b.parquet", last=4)]
    program = """
page = pathlib.Path(folder, "out", "report.html")
page.parent.mkdir()
page.write_text("of yesterday")
hold.unlink()
with compare_datasets(left, right, keys=["id"]) as result:
    held = state()["held"]
    hold.touch()
    announced()
    try:
        result.report(page)
    except KeyboardInterrupt:
        after = {**state(), "quick": time.monotonic() - running[0] < 20}
        print(json.dumps([{**after, "held": after["held"] - held}, page.read_text()]), flush=True)
    hold.unlink()
    result.report(page)
    print(json.dumps([state()["files"], "payload" in page.read_text(), result.changed().count()]))
"""
    ended = run_python(SETUP + program, *pair, faults_jar(), tmp_path, interrupt_after="running")
    assert ended.status == 0, ended.stderr
    left = [{**CLEAN, "files": ["report.html"], "threads": ["spark-parity release"]}, "of yesterday"]
    assert [json.loads(line) for line in ended.lines[1:]] == [left, [["report.html"], True, 1]]
