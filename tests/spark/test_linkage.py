"""The jar links with the running Spark: one jar serves versions that it was not compiled against."""

from __future__ import annotations

import os
from pathlib import Path

from pyspark.find_spark_home import _find_spark_home
from pyspark.sql import SparkSession
from spark_parity.session import packaged_jar

from spark.linkage import ClassPath, missing


def test_what_the_jar_refers_to_is_in_the_running_spark(spark: SparkSession) -> None:
    jars = ClassPath(sorted((Path(os.fspath(_find_spark_home())) / "jars").glob("*.jar")))
    lost = missing(packaged_jar(), jars)
    major, minor = map(int, spark.version.split(".")[:2])
    # Each of these is used only where what it refers to is there.
    if major == 4:
        assert lost.pop("SparkCalls" if minor >= 3 else "Spark43$"), "the calls since 4.3 are those before"
    if not jars.has(("org/apache/hadoop/fs/FileRange", "", "")):
        assert lost.pop("VectoredReads$Calls")
    assert lost == {}
