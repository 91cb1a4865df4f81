"""Files that would take more memory than an executor has: an error with its code, and the executor lives on."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from spark.processes import run_python

MEBI = 1 << 20

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
    rows, length = 256, 4 * MEBI
    bomb, small, other = (str(tmp_path / f"{name}.parquet") for name in ("bomb", "small", "other"))
    ids = pa.array(range(rows), pa.int32())
    offsets = pa.array(range(0, rows * length + 1, length), pa.int32())
    zeros = pa.Array.from_buffers(pa.binary(), rows, [None, offsets.buffers()[1], pa.py_buffer(bytes(rows * length))])
    # One page of 1 GiB in some 100 KB.
    settings = {
        "use_dictionary": False,
        "compression": "zstd",
        "data_page_size": 2_000 * MEBI,
        "write_statistics": False,
    }
    pq.write_table(pa.table({"id": ids, "v": zeros}), bomb, **settings)
    assert Path(bomb).stat().st_size < MEBI
    for path, value in ((small, b"a"), (other, b"b")):
        pq.write_table(pa.table({"id": ids, "v": pa.array([value] + [b"x"] * (rows - 1), pa.binary())}), path)
    ended = run_python(PROGRAM, bomb, small, other, timeout_seconds=300)
    assert ended.status == 0, ended.stderr
    assert json.loads(ended.lines[-1]) == {"answers": ["OUT_OF_RESOURCES", "OUT_OF_RESOURCES", 1], "same": True}
