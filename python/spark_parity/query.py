"""Running a comparison: one query over a table function, on a thread of its own.

The calling thread only waits, so that Ctrl-C reaches it at once and outside of any call into the JVM. On an interrupt
the run is closed, which cancels its jobs, and `KeyboardInterrupt` goes on to the caller. The page of a result is made
the same way, except that an interrupt cancels its jobs alone and the run stays.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Callable

from ._version import __version__
from .errors import ParityError, session_stopped, translated
from .interrupts import interrupts_deferred
from .progress import shown_progress
from .session import attach, is_connect, is_stopped

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

_UNKNOWN_FUNCTION = "UNRESOLVABLE_TABLE_VALUED_FUNCTION"
# How long an interrupted run may take to end its tasks.
_CANCEL_SECONDS = 20.0


@dataclass(frozen=True)
class Answer:
    """The result document and what is known of the run, as they were written, and the document's renderings by name
    (docs/result-document.md)."""

    document: str
    run: str
    renderings: Mapping[str, str]


def run(spark: SparkSession, options: dict[str, Any]) -> Answer:
    """Compares, and returns the answer; raises `ParityError` when there is none."""
    run_id: str = options["id"]
    # A jar of another version refuses to run, rather than to take the options for something else.
    call = json.dumps({**options, "package": __version__})
    rows = _on_own_thread(spark, run_id, "parity_close", "parity_run", options=call)
    parts = _parts(rows)
    if "error" in parts:
        error = json.loads(parts["error"])
        raise ParityError(error["code"], error["message"], error["hint"])
    return Answer(parts.pop("document"), parts.pop("run"), parts)


def page(spark: SparkSession, run_id: str, look: Mapping[str, Any]) -> tuple[str, Mapping[str, str]]:
    """The page of a run's result, and the renderings that name it. An interrupt ends the making, and leaves the result
    as it is."""
    rows = _on_own_thread(spark, run_id, "parity_cancel", "parity_page", run=run_id, look=json.dumps(look))
    parts = _parts(rows)
    return parts.pop("page"), parts


def close(spark: SparkSession, run_id: str) -> None:
    """Frees what a run holds."""
    _end_by(spark, "parity_close", run_id)


def release(spark: SparkSession, run_id: str) -> None:
    """Frees what a run holds as soon as no frame of it is in use."""
    _end_by(spark, "parity_release", run_id)


def _end_by(spark: SparkSession, function: str, run_id: str) -> None:
    """Nothing is left to do when the session is gone."""
    with interrupts_deferred():
        if not is_stopped(spark):
            table_function(spark, function, run=run_id).collect()


def table_function(spark: SparkSession, function: str, **arguments: str) -> DataFrame:
    """`SELECT * FROM function(…)`, in a session that may have to be given the functions first."""
    query = f"SELECT * FROM {function}({', '.join(f':{name}' for name in arguments)})"
    with interrupts_deferred():
        if is_stopped(spark):
            raise session_stopped()
        _log_nothing_of_a_first_attempt()
        try:
            return spark.sql(query, args=arguments)
        except Exception as error:
            if _UNKNOWN_FUNCTION not in str(error):
                raise translated(error) from None
        attach(spark)
        try:
            return spark.sql(query, args=arguments)
        except Exception as error:
            raise translated(error) from None


@cache
def _log_nothing_of_a_first_attempt() -> None:
    """From 4.0 on PySpark logs what it raises, with all of Java's stack, also where a function is not known yet."""
    try:
        from pyspark.logger import PySparkLogger
    except ImportError:
        return
    PySparkLogger.getLogger("SQLQueryContextLogger").addFilter(_is_unexpected)


def _is_unexpected(record: logging.LogRecord) -> bool:
    text = record.getMessage()
    return not (_UNKNOWN_FUNCTION in text and "`parity_" in text)


def _parts(rows: list[Row]) -> dict[str, str]:
    """The texts by name, each of which was cut into chunks."""
    parts: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: row.number):
        parts[row.part] = parts.get(row.part, "") + row.text
    return parts


def _on_own_thread(spark: SparkSession, run_id: str, ending: str, function: str, **arguments: str) -> list[Row]:
    """The rows of a table function that has jobs of a run; on an interrupt the function `ending` cancels these."""
    rows: list[Row] = []
    failures: list[Exception] = []
    over = threading.Event()

    def attempt() -> None:
        try:
            rows.extend(table_function(spark, function, **arguments).collect())
        except Exception as error:
            failures.append(error)
        finally:
            over.set()

    thread = _thread(spark, attempt)
    try:
        with interrupts_deferred():
            thread.start()
        with shown_progress(spark, run_id, thread):
            # Not by joining the thread: a join that is interrupted takes it for ended, in some versions of Python.
            # In steps, because a wait without end would keep an interrupt waiting on some platforms.
            while not over.wait(0.1):
                pass
    except BaseException:
        if thread.ident is not None:
            with interrupts_deferred():
                _end_running(spark, run_id, ending, over)
        raise
    for failure in failures:
        if isinstance(failure, ParityError):
            raise failure
        error = session_stopped() if is_stopped(spark) else translated(failure)
        error.__context__ = failure
        raise error from None
    return rows


def _thread(spark: SparkSession, work: Callable[[], None]) -> threading.Thread:
    """A thread with a twin in the JVM that has the caller's local properties: its scheduler pool, its job group."""
    if is_connect(spark):
        return threading.Thread(target=work, name="spark-parity", daemon=True)
    from pyspark import InheritableThread

    return InheritableThread(target=work, name="spark-parity", daemon=True)


def _end_running(spark: SparkSession, run_id: str, ending: str, over: threading.Event) -> None:
    """Ends jobs that go on; again and again, because an interrupt may come before the first has begun."""
    end = time.monotonic() + _CANCEL_SECONDS
    while time.monotonic() < end:
        _end_quietly(spark, run_id, ending)
        if over.wait(0.5):
            break
    _end_quietly(spark, run_id, ending)


def _end_quietly(spark: SparkSession, run_id: str, ending: str) -> None:
    """The interrupt is what the caller must see; a session that is gone has nothing left to free."""
    try:
        _end_by(spark, ending, run_id)
    except Exception:
        return
