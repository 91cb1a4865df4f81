"""The jar links with the running Spark: one jar serves versions that it was not compiled against."""

from __future__ import annotations

import os
from pathlib import Path

from pyspark.find_spark_home import _find_spark_home
from spark_parity.session import packaged_jar

from spark.linkage import ClassPath, missing
from spark.versions import SPARK


def test_what_the_jar_refers_to_is_in_the_running_spark() -> None:
    jars = ClassPath(sorted((Path(os.fspath(_find_spark_home())) / "jars").glob("*.jar")))
    lost = missing(packaged_jar(), jars)
    # Each of these is used only where what it refers to is there.
    if SPARK >= (4, 0):
        assert lost.pop("SparkCalls" if SPARK >= (4, 3) else "Spark43$"), "the calls since 4.3 are those before"
    if not jars.has(("org/apache/hadoop/fs/FileRange", "", "")):
        assert lost.pop("VectoredReads$Calls")
    assert lost == {}
