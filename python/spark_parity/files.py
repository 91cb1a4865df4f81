"""Writing a text file where the caller wants it: a plain path is a local one, a scheme names a Hadoop file system."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from .errors import ParityError, bad_option, session_stopped, translated
from .options import Path, has_scheme
from .session import is_connect, is_stopped

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def write_text(spark: SparkSession, path: Path, text: str) -> None:
    """Writes UTF-8, in place of what is there, whole or not at all."""
    place = os.fspath(path)
    if has_scheme(place):
        _write_hadoop(spark, place, text.encode())
    else:
        _write_local(place, text.encode())


def _write_local(path: str, content: bytes) -> None:
    try:
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        if os.path.exists(path) and not os.path.isfile(path):
            # A pipe or a terminal has nothing to be replaced.
            with open(path, "wb") as file:
                file.write(content)
            return
        draft = f"{path}.{uuid.uuid4()}"
        try:
            with open(draft, "xb") as file:
                file.write(content)
            os.replace(draft, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.remove(draft)
            raise
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from None


def _write_hadoop(spark: SparkSession, path: str, content: bytes) -> None:
    if is_connect(spark):
        raise bad_option(
            f"{path} is not a local path, and a Spark Connect client reaches no other",
            "write to a local path, or let the run write there with output=…",
        )
    if is_stopped(spark):
        raise session_stopped()
    jvm, configuration = spark._jvm, spark._jsparkSession.sessionState().newHadoopConf()
    assert jvm is not None
    try:
        hadoop_path = jvm.org.apache.hadoop.fs.Path(path)
        stream = hadoop_path.getFileSystem(configuration).create(hadoop_path, True)
        try:
            stream.write(content)
        finally:
            stream.close()
    except Exception as error:
        raise _unwritable(path, translated(error).message) from None


def _unwritable(path: str, why: str) -> ParityError:
    return ParityError("OUTPUT_UNWRITABLE", f"{path} cannot be written: {why}", "name a place that you may write to")
