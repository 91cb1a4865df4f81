"""The lines of Spark that there are jars for, and which of them the running Spark is of.

A jar is for the Sparks whose version begins as its line says, with one version of Scala. `build.gradle` has the same
lines; a test compares them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .errors import ParityError


@dataclass(frozen=True)
class Line:
    """What a jar is for, and the project of `build.gradle` that builds it."""

    spark: str
    scala: str
    project: str

    def __str__(self) -> str:
        return f"Spark {self.spark} with Scala {self.scala}"

    @property
    def jar_pattern(self) -> str:
        """The name of its jar, whatever the version."""
        return f"spark-parity-spark_{self.spark}_{self.scala}-*.jar"


LINES = (
    Line("3.5", "2.12", "spark35"),
    Line("3.5", "2.13", "spark35s213"),
    Line("4", "2.13", "spark4"),
)


@dataclass(frozen=True)
class Running:
    """The versions of a Spark; Scala's is None where nobody tells it, as in Spark Connect."""

    spark: str
    scala: str | None = None

    def __str__(self) -> str:
        return f"Spark {self.spark}" + (f" with Scala {self.scala}" if self.scala else "")


def check_spark(version: str) -> None:
    """Refuses a Spark of which there is no line."""
    if not any(_is_of(version, line.spark) for line in LINES):
        sparks = sorted({f"Spark {line.spark}" for line in LINES})
        raise ParityError(
            "SPARK_VERSION",
            f"this is Spark {version}; spark-parity runs on {_listed(sparks)}",
            "use a cluster with one of these (EMR 7 has 3.5, EMR's Spark 8 line has 4.0), "
            "or pip install 'pyspark>=3.5,<5'",
        )


def line_of(running: Running) -> Line:
    """The line of a Spark."""
    check_spark(running.spark)
    for line in LINES:
        if _is_of(running.spark, line.spark) and (running.scala is None or _is_of(running.scala, line.scala)):
            return line
    raise ParityError(
        "NATIVE_UNAVAILABLE",
        f"this is {running}; spark-parity has jars for {_listed([str(line) for line in LINES])}",
        "use one of these",
    )


def javas_of(spark: str) -> tuple[int, int]:
    """The oldest and the newest Java that a Spark starts on."""
    # Java 24 took away what Hadoop logs in with, as Spark 3.5 and 4.0 have it.
    newest = 23 if _is_of(spark, "3.5") or _is_of(spark, "4.0") else 99
    return (8 if _is_of(spark, "3.5") else 17), newest


def spark_of_home(home: Path) -> Running | None:
    """The Spark of an installation, as its own jar is named; None where it has none."""
    for jar in (home / "jars").glob("spark-core_*.jar"):
        if named := re.fullmatch(r"spark-core_([\d.]+)-(\d+\..+)\.jar", jar.name):
            return Running(spark=named[2], scala=named[1])
    return None


def _is_of(version: str, line: str) -> bool:
    return version == line or version.startswith(f"{line}.")


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
