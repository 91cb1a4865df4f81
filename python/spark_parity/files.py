"""Writing a text file where the caller wants it: a plain path is a local one, a scheme names a Hadoop file system.

A file gets its content whole, in place of what was there, or not at all, wherever it lies.
"""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from .errors import ParityError, bad_option, session_stopped, translated
from .interrupts import interrupts_deferred
from .options import Path, has_scheme
from .session import is_connect, is_stopped, of_jar

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WRITER = "org.sparkparity.output.WholeFiles"


def write_text(spark: SparkSession, path: Path, text: str) -> None:
    """Writes UTF-8, in place of what is there, whole or not at all."""
    place = os.fspath(path)
    local = place.removeprefix("file://").removeprefix("file:")
    if local.startswith("/") or not has_scheme(place):
        _write_local(local, text.encode())
    else:
        _write_hadoop(spark, place, text.encode())


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
        # A link stays one, and the file that it names is replaced.
        target = os.path.realpath(path)
        draft = os.path.join(os.path.dirname(target), f".{os.path.basename(target)}.{uuid.uuid4()}")
        try:
            with open(draft, "xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, target)
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
    with interrupts_deferred():
        if is_stopped(spark):
            raise session_stopped()
        try:
            of_jar(spark, WRITER).newInstance().write(spark._jsparkSession, path, content)
        except Exception as error:
            raise _unwritable(path, translated(error).message) from None


def _unwritable(path: str, why: str) -> ParityError:
    return ParityError("OUTPUT_UNWRITABLE", f"{path} cannot be written: {why}", "name a place that you may write to")
