"""What a run is doing, while it runs: a bar in a terminal and in a notebook, nothing anywhere else.

The numbers are Spark's own, of the stages in the run's job group. They are asked for on a thread of their own, so that
the calling thread stays free for Ctrl-C.
"""

from __future__ import annotations

import html
import importlib
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from .interrupts import interrupts_deferred
from .session import is_connect
from .terminal import sayable

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# A comparison that ends before shows nothing.
_FIRST_SECONDS = 0.5
_EVERY_SECONDS = 0.2
_BAR_CHARACTERS = 24


@dataclass(frozen=True)
class Stage:
    """A stage that runs now."""

    name: str
    done: int
    tasks: int

    @property
    def share(self) -> float:
        """The part of its tasks that are done."""
        return self.done / self.tasks if self.tasks else 0.0


class Display(Protocol):
    """A place that shows one stage at a time."""

    def show(self, stage: Stage) -> None:
        """Shows it in place of the one before."""

    def clear(self) -> None:
        """Leaves no trace."""


@contextmanager
def shown_progress(spark: SparkSession, run_id: str, asking: threading.Thread) -> Iterator[None]:
    """Shows the run's progress where there is somebody to see it. `asking` is the thread that waits for the run."""
    display = _display()
    if display is None:
        yield
        return
    if is_connect(spark):
        with _shown_progress_of_connect(spark, display, asking):
            yield
        return
    over = threading.Event()
    # A run keeps the caller's job group, and makes one where there is none.
    with interrupts_deferred():
        group = spark.sparkContext.getLocalProperty("spark.jobGroup.id") or f"parity-{run_id}"
    thread = threading.Thread(target=_watch, args=(spark, group, display, over), name="spark-parity bar", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(1.0)
        display.clear()


@contextmanager
def _shown_progress_of_connect(spark: Any, display: Display, asking: threading.Thread) -> Iterator[None]:
    """Shows what a server of Spark Connect tells from Spark 4 on: the tasks of stages, without the stages' names."""
    if not hasattr(spark, "registerProgressHandler"):
        yield
        return
    over = threading.Event()

    def handler(stages: Any = None, **_: Any) -> None:
        # It is called by the thread that asks, and for the queries of other threads too.
        if over.is_set() or threading.current_thread() is not asking:
            return
        running = [stage for stage in stages or () if not stage.done and stage.num_tasks]
        if running:
            display.show(Stage("parity", running[0].num_completed_tasks, running[0].num_tasks))

    spark.registerProgressHandler(handler)
    try:
        yield
    finally:
        over.set()
        spark.removeProgressHandler(handler)
        display.clear()


def _watch(spark: SparkSession, group: str, display: Display, over: threading.Event) -> None:
    wait = _FIRST_SECONDS
    while not over.wait(wait):
        wait = _EVERY_SECONDS
        try:
            stage = _running_stage(spark, group)
            if stage is not None and not over.is_set():
                display.show(stage)
        except Exception:
            # Progress is a courtesy: whatever ails the session, the run itself will say.
            return


def _running_stage(spark: SparkSession, group: str) -> Stage | None:
    """The first stage of the run that is active. Whether its tasks run, Spark's store says late when there are few."""
    tracker = spark.sparkContext.statusTracker()
    active = set(tracker.getActiveStageIds())
    for job_id in sorted(tracker.getJobIdsForGroup(group)):
        job = tracker.getJobInfo(job_id)
        for stage_id in sorted(active.intersection(job.stageIds if job is not None else [])):
            stage = tracker.getStageInfo(stage_id)
            if stage is not None:
                return Stage(stage.name, stage.numCompletedTasks, stage.numTasks)
    return None


def _display() -> Display | None:
    if _in_notebook():
        return NotebookBar()
    if sys.stderr is not None and sys.stderr.isatty():
        return TerminalBar(sys.stderr)
    return None


def _in_notebook() -> bool:
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


class TerminalBar:
    """A line that is written over."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._shown = False

    def show(self, stage: Stage) -> None:
        """Shows it in place of the one before."""
        filled = round(stage.share * _BAR_CHARACTERS)
        bar = "█" * filled + "░" * (_BAR_CHARACTERS - filled)
        line = f"{stage.name}  {bar}  {stage.done}/{stage.tasks}"
        # One column is left free: a line as wide as the terminal wraps.
        self._stream.write("\r\x1b[K" + sayable(line, self._stream)[: shutil.get_terminal_size().columns - 1])
        self._stream.flush()
        self._shown = True

    def clear(self) -> None:
        """Leaves no trace."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


class NotebookBar:
    """An output of the cell that is replaced, and emptied at the end."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, stage: Stage) -> None:
        """Shows it in place of the one before."""
        self._put(
            f'<progress value="{stage.done}" max="{stage.tasks}"></progress> '
            f"{html.escape(stage.name)} {stage.done}/{stage.tasks}"
        )

    def clear(self) -> None:
        """Leaves no trace."""
        if self._handle is not None:
            self._put("")

    def _put(self, markup: str) -> None:
        cell: Any = importlib.import_module("IPython.display")
        if self._handle is None:
            self._handle = cell.display(cell.HTML(markup), display_id=True)
        else:
            self._handle.update(cell.HTML(markup))
