"""Files that would take more memory than an executor has: an error with its code, and the executor lives on."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa

from acceptance.parquet_fixtures import page_of_one_gibibyte, write_table
from spark.processes import run_python

# In an address space for the heap, the reserve and a little more; both files of the second pair are small.
PROGRAM = """
import json, os, resource, sys

resource.setrlimit(resource.RLIMIT_DATA, (2_300_000_000,) * 2)

from differential.on_spark import start
from spark_parity import ParityError, compare_datasets

bomb, small, other = sys.argv[1:]
spark = start("local[2]")
executor = spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()

def said(left, right):
    try:
        with compare_datasets(left, right, keys=["id"]) as result:
            return result.counts.changed
    except ParityError as error:
        return error.code

answers = [said(bomb, small), said(small, bomb), said(small, other)]
same = executor == spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()
print(json.dumps({"answers": answers, "same": same}), flush=True)
"""


def test_a_page_that_grows_beyond_the_budget_is_refused_and_the_executor_compares_the_next_pair(tmp_path: Path) -> None:
    bomb, rows = page_of_one_gibibyte(tmp_path / "bomb.parquet")
    small, other = tmp_path / "small.parquet", tmp_path / "other.parquet"
    for path, value in ((small, b"a"), (other, b"b")):
        write_table(path, {"id": pa.array(range(rows), pa.int32()), "v": [value] + [b"x"] * (rows - 1)})
    ended = run_python(PROGRAM, str(bomb), str(small), str(other), timeout_seconds=300)
    assert ended.status == 0, ended.stderr
    assert json.loads(ended.lines[-1]) == {"answers": ["OUT_OF_RESOURCES", "OUT_OF_RESOURCES", 1], "same": True}
