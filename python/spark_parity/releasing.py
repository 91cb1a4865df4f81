"""Runs whose results nobody holds any more, given back to the session.

Garbage is collected in the middle of anything, a call into the JVM included, so nothing can be called there: a result
that goes leaves its run in a queue, and a thread of this module ends it.
"""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING

from . import query

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass
class Holding:
    """The run that a result holds in its session."""

    spark: SparkSession
    run_id: str
    # DataFrames made from a frame hold it in the JVM, where alone one can see when the last of them has gone.
    gave_frames: bool = False

    def end(self) -> None:
        """Frees what the run holds."""
        query.close(self.spark, self.run_id)

    def release(self) -> None:
        """Frees what the run holds as soon as no frame of it is in use."""
        if self.gave_frames:
            query.release(self.spark, self.run_id)
        else:
            self.end()


_abandoned: SimpleQueue[Holding] = SimpleQueue()
_start = threading.Lock()
_thread: threading.Thread | None = None


def released_with(owner: object, holding: Holding) -> weakref.finalize[[Holding], object]:
    """Releases a run when its owner has become garbage; `detach()` calls that off."""
    _ensure_thread()
    finalizer = weakref.finalize(owner, _abandoned.put, holding)
    # At the end of the process the session ends too.
    finalizer.atexit = False
    return finalizer


def _ensure_thread() -> None:
    """One thread for all; a process that was forked needs its own."""
    global _thread
    with _start:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_release_abandoned, name="spark-parity release", daemon=True)
            _thread.start()


def _release_abandoned() -> None:
    while True:
        holding = _abandoned.get()
        try:
            holding.release()
        except Exception:
            # The session is gone, or going, and what the run held goes with it.
            continue
        finally:
            del holding
