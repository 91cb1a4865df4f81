"""The jar is that of the running Spark; another one is told before anything of it is used."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from spark_parity import ParityError, session
from spark_parity.lines import LINES, Line, Running, check_spark, line_of, spark_of_home
from spark_parity.session import packaged_jar

from acceptance.parquet_fixtures import numbers
from differential.command import REPOSITORY
from spark.processes import run_python


def built(line: Line) -> Path:
    """A line's jar in this checkout."""
    (jar,) = (REPOSITORY / "jvm" / line.project / "build" / "libs").glob(line.jar_pattern)
    return jar


def line_here(spark: SparkSession) -> Line:
    return line_of(Running(spark.version, spark._jvm.scala.util.Properties.versionNumberString()))


def test_the_lines_are_those_of_the_build() -> None:
    build = (REPOSITORY / "build.gradle").read_text()
    found = re.findall(
        r"^    (\w+): \[name: '([\d.]+)', java: \d+, spark: '[\d.]+', scala: '(2\.\d+)\.\d+'", build, re.MULTILINE
    )
    assert [Line(spark, scala, project) for project, spark, scala in found] == list(LINES)


@pytest.mark.parametrize(
    ("running", "project"),
    [
        (Running("3.5.9", "2.12.18"), "spark35"),
        (Running("3.5.1-amzn-2", "2.12.17"), "spark35"),
        (Running("3.5.9", "2.13.8"), "spark35s213"),
        (Running("4.0.0", "2.13.16"), "spark4"),
        (Running("4.0.1-amzn-0", "2.13.16"), "spark4"),
        (Running("4.3.0", "2.13.18"), "spark4"),
        (Running("4.3.0"), "spark4"),
    ],
    ids=str,
)
def test_a_spark_is_of_the_line_of_its_version_and_its_scala(running: Running, project: str) -> None:
    assert line_of(running).project == project


@pytest.mark.parametrize("version", ["3.4.4", "2.4.8", "3.50.0", "5.0.0", "40.0"])
def test_a_spark_without_a_line_is_told_which_lines_there_are(version: str) -> None:
    with pytest.raises(ParityError) as refused:
        check_spark(version)
    assert refused.value.code == "SPARK_VERSION"
    assert refused.value.message == f"this is Spark {version}; spark-parity runs on Spark 3.5 and Spark 4"


def test_a_scala_without_a_jar_is_told_which_jars_there_are() -> None:
    with pytest.raises(ParityError) as refused:
        line_of(Running("4.9.0", "3.9.1"))
    assert refused.value.code == "NATIVE_UNAVAILABLE"
    assert refused.value.message == (
        "this is Spark 4.9.0 with Scala 3.9.1; spark-parity has jars for "
        "Spark 3.5 with Scala 2.12, Spark 3.5 with Scala 2.13 and Spark 4 with Scala 2.13"
    )


def test_a_package_without_the_jar_of_the_line_names_it() -> None:
    with pytest.raises(ParityError, match=r"does not hold the jar for Spark 4 with Scala 2\.13") as refused:
        session.jar_of(Line("4", "2.13", "a project that was not built"))
    assert refused.value.code == "NATIVE_UNAVAILABLE"


def test_an_installation_tells_its_versions_by_its_own_jar(tmp_path: Path) -> None:
    assert spark_of_home(tmp_path) is None
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / "spark-core_2.13-3.5.1-amzn-2.jar").touch()
    assert spark_of_home(tmp_path) == Running("3.5.1-amzn-2", "2.13")


def test_the_jar_that_a_session_is_started_with_is_the_one_it_would_be_given(spark: SparkSession) -> None:
    assert packaged_jar() == built(line_here(spark))


@pytest.mark.parametrize("how", ["spark.plugins", "spark.sql.extensions", ""])
def test_a_jar_in_the_wrong_spark_is_told_and_the_session_stays_usable(
    spark: SparkSession, tmp_path: Path, how: str
) -> None:
    here = line_here(spark)
    others = [line for line in LINES if line != here]
    # One way for each jar, and every jar by way of the plugin.
    for other in others if how == "spark.plugins" else others[:1]:
        program = """
        import json, sys
        from differential.on_spark import start
        from spark_parity import ParityError, compare_datasets

        left, right, jar, how = sys.argv[1:]
        classes = {"spark.plugins": "org.sparkparity.ParityPlugin",
                   "spark.sql.extensions": "org.sparkparity.ParityExtensions"}
        spark = start(plugin=False, settings={"spark.jars": jar, **({how: classes[how]} if how else {})})
        for _ in range(2):
            try:
                compare_datasets(left, right, keys=["id"])
            except ParityError as error:
                print(json.dumps([error.code, error.message, spark.range(3).count()]))
        """
        pair = [numbers(tmp_path / "a.parquet"), numbers(tmp_path / "b.parquet", last=4)]
        ended = run_python(program, *pair, built(other), how)
        assert ended.status == 0, ended.stderr
        scala = spark._jvm.scala.util.Properties.versionNumberString()
        message = f"this jar of spark-parity is for {other}, and this is Spark {spark.version} with Scala {scala}"
        assert [json.loads(line) for line in ended.lines] == [["NATIVE_UNAVAILABLE", message, 3]] * 2
