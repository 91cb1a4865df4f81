"""Spark set up for a contest: as many local cores as there are threads, a heap of 10 GiB, defaults otherwise."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark import SparkContext
from pyspark.sql import SparkSession

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from rivals.contest import Pair


def start(threads: int, scratch: Path, settings: Mapping[str, str]) -> SparkSession:
    """A session that writes an event log into `scratch`."""
    (scratch / "events").mkdir()
    defaults = {
        "spark.master": f"local[{threads}]",
        "spark.driver.memory": "10g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(scratch / "local"),
        "spark.sql.session.timeZone": "UTC",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": (scratch / "events").as_uri(),
        # One plain file, which Spark 4 writes when it is told to.
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false",
    }
    builder = SparkSession.builder
    for name, value in (defaults | dict(settings)).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def stop(spark: SparkSession) -> None:
    """Stops Spark and waits for its JVM, whose CPU time then counts as that of a child."""
    gateway = SparkContext._gateway
    assert gateway is not None
    jvm: subprocess.Popen[bytes] = gateway.proc
    spark.stop()
    gateway.shutdown()
    assert jvm.stdin is not None
    jvm.stdin.close()
    jvm.wait()


def sides(spark: SparkSession, pair: Pair) -> tuple[DataFrame, DataFrame]:
    """Both sides, lazily."""
    return spark.read.parquet(pair.side("left")), spark.read.parquet(pair.side("right"))


def value_columns(frame: DataFrame, pair: Pair) -> list[str]:
    """The columns that are not keys."""
    return [name for name in frame.columns if name not in pair.keys]
