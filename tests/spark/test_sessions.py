"""Which session a comparison runs in, and what is said when there is none that fits."""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from spark_parity import ParityError, __version__, compare_datasets
from spark_parity.session import packaged_jar

from acceptance.parquet_fixtures import numbers
from differential.on_spark import JAVA_SIGNS
from spark.processes import Ended, run_python
from spark.versions import SPARK

# Prints the code and the text of the error that a call ends in.
REPORT = """
import json, sys
from spark_parity import ParityError, compare_datasets

left, right = sys.argv[1:3]

def report(call):
    try:
        print(json.dumps(call()))
    except ParityError as error:
        print(json.dumps({"code": error.code, "text": str(error)}))

def counts(**options):
    with compare_datasets(left, right, keys=["id"], **options) as result:
        return {"changed": result.counts.changed, "rows": result.changed().count()}
"""


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return numbers(tmp_path / "left.parquet"), numbers(tmp_path / "right.parquet", last=4)


def reports(ended: Ended) -> list[dict[str, Any]]:
    assert ended.status == 0, ended.stderr
    found = [json.loads(line) for line in ended.lines]
    texts = [each["text"] for each in found if isinstance(each, dict) and "text" in each]
    assert [text for text in texts if any(sign in text for sign in JAVA_SIGNS)] == []
    return found


ONE_CHANGED = {"changed": 1, "rows": 1}


def test_without_a_session_a_fit_one_is_started_and_used_again(pair: tuple[Path, Path], tmp_path: Path) -> None:
    program = """
    report(counts)
    from pyspark.sql import SparkSession
    spark = SparkSession.getActiveSession()
    print(json.dumps([spark.sparkContext.master, spark.conf.get("spark.plugins")]))
    report(counts)
    print(json.dumps(spark is SparkSession.getActiveSession()))
    """
    ended = run_python(REPORT + _unindented(program), *pair, cwd=tmp_path)
    assert reports(ended) == [ONE_CHANGED, ["local[*]", "org.sparkparity.ParityPlugin"], ONE_CHANGED, True]


def test_a_session_started_without_the_jar_is_attached_to_while_it_runs(pair: tuple[Path, Path]) -> None:
    program = """
    from differential.on_spark import start
    spark = start(plugin=False)
    spark.range(10).count()
    report(counts)
    report(counts)
    report(lambda: counts(spark=spark.newSession()))
    other = spark.newSession()
    other.conf.set("spark.sql.caseSensitive", "true")
    def upper():
        with compare_datasets(left, right, keys=["ID"], spark=other): pass
    report(upper)
    """
    ended = run_python(REPORT + _unindented(program), *pair)
    *same, refused = reports(ended)
    assert same == [ONE_CHANGED] * 3
    # Not even PySpark's own logging speaks of the first attempt.
    assert "parity_run" not in ended.stderr
    assert refused["code"] == "KEY_NOT_FOUND"


def test_a_stopped_session_and_a_dead_one_are_named_and_closing_does_no_harm(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    program = """
    import os, signal
    from differential.on_spark import start
    from spark.versions import SPARK
    spark = start()
    result = compare_datasets(left, right, keys=["id"], spark=spark)
    frame = result.changed()
    spark.stop()
    report(lambda: counts(spark=spark))
    report(lambda: result.only_left().count())
    # Since 4.3 Spark's own cleaning up fails in a stopped session, and hides every other error.
    hidden = "SparkContext.dagScheduler()" if SPARK >= (4, 3) else None
    def action(call):
        try:
            report(call)
        except Exception as error:
            found = hidden is not None and hidden in str(error)
            print(json.dumps({"code": "SESSION_STOPPED" if found else type(error).__name__}))
    action(frame.count)
    action(frame.filter("id > 1").show)
    action(lambda: frame.write.parquet(sys.argv[3]))
    print(json.dumps([result.counts.changed, result.close()]))
    spark = start()
    result = compare_datasets(left, right, keys=["id"])
    os.kill(spark.sparkContext._gateway.proc.pid, signal.SIGKILL)
    report(lambda: counts(spark=spark))
    report(lambda: result.only_left().count())
    print(json.dumps([result.counts.changed, result.close()]))
    """
    found = reports(run_python(REPORT + _unindented(program), *pair, tmp_path / "written"))
    assert [each["code"] for each in (*found[0:5], *found[6:8])] == ["SESSION_STOPPED"] * 7
    assert found[5] == found[8] == [1, None]


def test_no_java_is_said_before_spark_is_started(pair: tuple[Path, Path], tmp_path: Path) -> None:
    nowhere = run_python(REPORT + "report(counts)", *pair, environment={"PATH": str(tmp_path)}, without=("JAVA_HOME",))
    wrong_home = run_python(REPORT + "report(counts)", *pair, environment={"JAVA_HOME": str(tmp_path)})
    for ended in (nowhere, wrong_home):
        (found,) = reports(ended)
        assert found["code"] == "JAVA_MISSING"
        assert "Java 17" in found["text"]
    assert str(tmp_path) in reports(wrong_home)[0]["text"]


@pytest.mark.parametrize("version", ["1.8.0_392", "11.0.13", "24.0.1"])
def test_a_java_that_spark_does_not_start_on_is_named(pair: tuple[Path, Path], tmp_path: Path, version: str) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2026-01-20' >&2\nexit 1\n")
    java.chmod(0o755)
    (found,) = reports(run_python(REPORT + "report(counts)", *pair, environment={"JAVA_HOME": str(tmp_path)}))
    major = int(version.removeprefix("1.").split(".")[0])
    starts = (8 if SPARK < (4,) else 17) <= major and (major < 24 or SPARK >= (4, 1))
    assert found["code"] == ("SPARK_FAILED" if starts else "JAVA_MISSING")
    if not starts:
        assert f"is Java {major}, and Spark {SPARK[0]}.{SPARK[1]}" in found["text"]
        assert "install Java 17" in found["text"]


def test_another_spark_is_refused_with_both_versions(pair: tuple[Path, Path], spark: SparkSession) -> None:
    program = """
    import pyspark
    pyspark.__version__ = "5.0.1"
    report(counts)
    """
    (found,) = reports(run_python(REPORT + _unindented(program), *pair))
    assert found["code"] == "SPARK_VERSION"
    assert "5.0.1" in found["text"]
    assert "3.5" in found["text"]

    class Newer:
        """A session that says another version."""

        version = "3.4.1-amzn-2"
        sparkContext = spark.sparkContext
        sql = spark.sql

    with pytest.raises(ParityError, match=r"3\.4\.1-amzn-2.*3\.5") as caught:
        compare_datasets(*map(str, pair), keys=["id"], spark=Newer())  # type: ignore[arg-type]
    assert caught.value.code == "SPARK_VERSION"


def test_what_is_no_session_is_refused(pair: tuple[Path, Path]) -> None:
    with pytest.raises(ParityError, match="str") as caught:
        compare_datasets(*map(str, pair), keys=["id"], spark="local")  # type: ignore[arg-type]
    assert caught.value.code == "BAD_OPTION"


def test_python_without_pyspark_is_told_how_to_get_it(pair: tuple[Path, Path]) -> None:
    program = "import sys; sys.modules['pyspark'] = None" + REPORT + "report(counts)"
    (found,) = reports(run_python(program, *pair))
    assert found["code"] == "PYSPARK_MISSING"


@pytest.mark.parametrize("spoiled", ["another version", "no library", "a cut off library", "another processor's"])
def test_a_jar_whose_library_does_not_belong_to_it_is_not_used(
    pair: tuple[Path, Path], tmp_path: Path, spoiled: str
) -> None:
    jar = tmp_path / "spoiled.jar"
    library, stated = "native/linux/amd64/libspark_parity.so", "native/spark-parity.properties"
    with zipfile.ZipFile(packaged_jar()) as sound, zipfile.ZipFile(jar, "w") as copy:
        contents = {name: sound.read(name) for name in sound.namelist()}
        was = contents[library]
        match spoiled:
            case "another version":
                contents[library] = was.replace(b"0.1.0 abi ", b"0.0.9 abi ")
            case "no library":
                del contents[library]
            case "a cut off library":
                contents[library] = was[: len(was) // 2]
            case "another processor's":
                contents[library] = contents[library.replace("amd64", "aarch64")]
        assert contents.get(library) != was
        if spoiled in ("another version", "another processor's"):
            # Not damaged, but otherwise built.
            crc = [f"{zlib.crc32(content):x}".encode() for content in (was, contents[library])]
            assert crc[0] in contents[stated]
            contents[stated] = contents[stated].replace(*crc)
        for name, content in contents.items():
            copy.writestr(name, content)
    program = """
    from differential.on_spark import start
    start(settings={"spark.jars": sys.argv[3]})
    report(counts)
    """
    (found,) = reports(run_python(REPORT + _unindented(program), *pair, jar))
    assert found["code"] == "NATIVE_UNAVAILABLE"
    for text in {
        "another version": ("0.0.9", "0.1.0"),
        "no library": ("no native library for linux/amd64",),
        "a cut off library": ("is damaged", "undamaged jar"),
        "another processor's": ("another processor",),
    }[spoiled]:
        assert text in found["text"]


def _unindented(program: str) -> str:
    return "\n".join(line[4:] for line in program.splitlines())


def test_a_package_and_a_jar_of_different_versions_are_told_apart(
    spark: SparkSession, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    left, right = map(str, pair)
    monkeypatch.setattr("spark_parity.query.__version__", "99.0.0")
    with pytest.raises(ParityError) as caught:
        compare_datasets(left, right, keys=["id"], spark=spark)
    assert caught.value.code == "NATIVE_UNAVAILABLE"
    assert caught.value.message == (
        f"the Python package spark-parity is version 99.0.0, and the jar in this session is version {__version__}"
    )
    assert f"pip install spark-parity=={__version__}" in str(caught.value.hint)
