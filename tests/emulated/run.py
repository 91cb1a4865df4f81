#!/usr/bin/env python3
"""A comparison on Spark as AArch64, emulated by QEMU: a JVM for that processor loads the jar's library for it.

    tools=$(python3 build-support/python_env.py tests/requirements.txt --spark newest)
    "$tools/python" tests/emulated/run.py

`build-support/require emulator` says what it needs. The pair is of many types, and the document has to be
the one that the command gives on this machine's processor.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "build-support"))

from differential.command import DEFAULT_PARITY, run_parity
from jdks import java_home
from spark.processes import run_python

ROWS = 3000
# What says where and how a comparison ran.
ELSEWHERE = ("left", "right", "options")

SCRIPT = """
import json, sys
from pyspark.sql import SparkSession
from spark_parity import compare_datasets

spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
processor = spark._jvm.java.lang.System.getProperty("os.arch")
result = compare_datasets(sys.argv[1], sys.argv[2], keys=["id"])
print(json.dumps({"processor": processor, "document": result.to_dict()}))
"""


def main() -> int:
    """0 when the documents are the same, 1 when not."""
    with tempfile.TemporaryDirectory() as folder:
        sides = [Path(folder) / name for name in ("left", "right")]
        for side in range(2):
            sides[side].mkdir()
            pq.write_table(table(side), sides[side] / "part.parquet", row_group_size=700)
        home = java_home(Path(folder) / "java", 21, "aarch64", emulator="qemu-aarch64 -L /usr/aarch64-linux-gnu")
        found = on_spark(home, sides)
        command = run_parity(DEFAULT_PARITY, *sides, ["--key", "id"])
    expected: dict[str, Any] = json.loads(command.stdout)
    if found["processor"] != "aarch64":
        print(f"emulated: the JVM ran as {found['processor']}")
        return 1
    for name in sorted(expected.keys() - ELSEWHERE):
        if found["document"].get(name) != expected[name]:
            print(f"emulated: {name} differs:\n  {found['document'].get(name)}\n  {expected[name]}")
            return 1
    counts = found["document"]["counts"]
    print(f"AArch64 and this machine's processor give the same document: {counts}")
    return 0 if counts["changed"] and counts["only_left"] else 1


def table(side: int) -> pa.Table:
    """A side: rows of many types, some of them changed or missing."""
    rows = [n for n in range(ROWS) if n % 500 != 17 + side]
    changed = [bool(side) and n % 100 == 3 for n in rows]
    start = datetime(2026, 1, 31, 12)

    def column(value: Any) -> list[Any]:
        return [None if n % 37 == 5 else value(n, c) for n, c in zip(rows, changed, strict=True)]

    return pa.table(
        {
            "id": rows,
            "whole": pa.array(column(lambda n, c: n * 7919 + c), pa.int32()),
            "double": column(lambda n, c: n / 3 + (0.25 if c and n % 200 == 3 else 0)),
            "float": pa.array(column(lambda n, _: n / 7), pa.float32()),
            "money": pa.array(column(lambda n, c: Decimal(n * 11 + c).scaleb(-2)), pa.decimal128(20, 2)),
            "text": column(lambda n, c: f"Größe {n % 50} " * (n % 9) + ("x" if c else "")),
            "flag": column(lambda n, _: n % 3 == 0),
            "day": column(lambda n, c: date(2026, 1, 1) + timedelta(days=n % 400 + c)),
            "time": pa.array(column(lambda n, _: start + timedelta(seconds=n)), pa.timestamp("us")),
            "list": column(lambda n, c: [float(k) for k in range(n % 4)] + [9.5] * c),
            "pair": column(lambda n, c: {"a": n, "b": f"b{n + c}"}),
        }
    )


def on_spark(home: Path, sides: list[Path]) -> dict[str, Any]:
    """What Spark gives on that JVM."""
    # Java's own helper for starting programs is for AArch64 too, and nothing runs that for it.
    java = {"JAVA_HOME": str(home), "JAVA_TOOL_OPTIONS": "-Djdk.lang.Process.launchMechanism=VFORK"}
    ended = run_python(SCRIPT, *sides, environment=java, timeout_seconds=1800)
    if ended.status:
        raise RuntimeError(ended.stderr)
    answer: dict[str, Any] = json.loads(ended.lines[-1])
    return answer


if __name__ == "__main__":
    sys.exit(main())
