"""Comparisons on every Java that a Spark runs on. The suites themselves run on 17."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from acceptance.parquet_fixtures import numbers
from jdks import java_home
from spark.processes import run_python
from spark.versions import SPARK

PROGRAM = """
import json, sys
from pyspark.sql import SparkSession
from spark_parity import compare_datasets

result = compare_datasets(sys.argv[1], sys.argv[2], keys=["id"])
java = SparkSession.getActiveSession()._jvm.java.lang.System.getProperty("java.specification.version")
print(json.dumps([java, result.counts.changed, result.changed().count()]))
"""


@pytest.mark.parametrize("major", [11] if SPARK < (4,) else [21, 25] if SPARK >= (4, 1) else [21])
def test_a_comparison_runs_on_this_java(tmp_path: Path, major: int) -> None:
    left, right = numbers(tmp_path / "left.parquet"), numbers(tmp_path / "right.parquet", last=4)
    ended = run_python(PROGRAM, left, right, environment={"JAVA_HOME": str(java_home(tmp_path / "java", major))})
    assert ended.status == 0, ended.stderr
    assert json.loads(ended.lines[-1]) == [str(major), 1, 1]
