"""One Spark session for all tests of this folder; tests that need another one start a process of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from differential.command import DEFAULT_PARITY
from differential.on_spark import SparkEngine, start
from spark.versions import SPARK

# Spark 3.5 has none of these types.
collect_ignore = ["test_types_of_spark4.py"] if SPARK < (4, 0) else []


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    session = start("local[2]")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def parity(spark: SparkSession) -> SparkEngine:
    """In place of the native command: tests that were written for it run on Spark in this folder."""
    return SparkEngine(spark)


@pytest.fixture(scope="session")
def native() -> Path:
    """The native command itself."""
    path = Path(os.environ.get("PARITY", DEFAULT_PARITY))
    if not path.exists():
        pytest.fail(f"{path} does not exist; `make build` puts it there", pytrace=False)
    return path
