"""`compare_datasets` on a Spark session, asked and answering as the native command does.

Whatever is tested through the command is so tested through Python and Spark as well.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from differential.command import REPOSITORY, Answer, answer
from differential.keywords import expressible, keyword_arguments
from oracle import Options

sys.path.insert(0, str(REPOSITORY / "python"))

from pyspark.sql import SparkSession
from spark_parity import ParityError, compare_datasets
from spark_parity.result import ComparisonResult
from spark_parity.session import PLUGIN, packaged_jar

JAVA_SIGNS = ("Traceback", "\tat ", "java.lang.", "org.apache.spark.", "org.sparkparity.", "Py4J")
_SETTINGS = {
    "spark.driver.memory": "1g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "2",
}


def start(master: str = "local[2]", *, plugin: bool = True, settings: dict[str, str] | None = None) -> SparkSession:
    """A session of its own, in this process' JVM; with `plugin`, by the one line that users are told to write."""
    builder = SparkSession.builder.master(master)
    folder = tempfile.mkdtemp(prefix="parity-spark-")
    places = {"spark.local.dir": folder, "spark.sql.warehouse.dir": f"{folder}/warehouse"}
    plugins = {"spark.jars": str(packaged_jar()), "spark.plugins": PLUGIN} if plugin else {}
    for name, value in {**_SETTINGS, **places, **plugins, **(settings or {})}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel(os.environ.get("SPARK_LOG_LEVEL", "ERROR"))
    return session


def compared(session: SparkSession, left: Path | str, right: Path | str, options: Options) -> ComparisonResult:
    """The result of two paths, whose session is set as the options say."""
    session.conf.set("spark.sql.caseSensitive", str(options.case_sensitive).lower())
    session.conf.set("spark.sql.session.timeZone", options.time_zone)
    return compare_datasets(str(left), str(right), spark=session, **keyword_arguments(options))


class SparkEngine:
    """An engine on one session."""

    def __init__(self, session: SparkSession) -> None:
        self.session = session

    def ask(self, left: Path, right: Path, arguments: list[str]) -> Answer:
        """Compares two paths, with options spelled as for the command."""
        return self.compare(left, right, _options(arguments))

    def compare(self, left: Path, right: Path, options: Options) -> Answer:
        """Compares two paths."""
        try:
            with compared(self.session, left, right, options) as result:
                return answer(0 if result.passed else 1, result.to_json(), "")
        except ParityError as error:
            for sign in JAVA_SIGNS:
                if sign in str(error):
                    raise AssertionError(f"{sign!r} in the message: {error}") from None
            document = {"code": error.code, "message": error.message, "hint": error.hint}
            line = json.dumps({"version": 1, "error": document})
            return answer(2, line, f"parity: {error.code}: {error.message}")


def _options(arguments: list[str]) -> Options:
    """The options that the command would read from its arguments; names in them hold no `=`."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    for flag in ("--key", "--column", "--exclude", "--rename"):
        parser.add_argument(flag, action="append", default=[])
    for flag in ("--where", "--left-where", "--right-where"):
        parser.add_argument(flag)
    parser.add_argument("--duplicates", default="pair")
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--case-sensitive", action="store_true")
    parser.add_argument("--time-zone", default="UTC")
    parser.add_argument("--options", type=json.loads, default={})
    given = parser.parse_args(arguments)
    keys = [(left, right or None) for left, _, right in (key.partition("=") for key in given.key)]
    return expressible(
        Options(
            keys=keys or None,
            columns=given.column or None,
            exclude=given.exclude,
            rename=dict(pair.split("=", 1) for pair in given.rename),
            where=given.where,
            left_where=given.left_where,
            right_where=given.right_where,
            duplicates=given.duplicates,
            samples=given.samples,
            case_sensitive=given.case_sensitive,
            time_zone=given.time_zone,
            **given.options,
        )
    )
