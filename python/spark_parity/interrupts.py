"""Ctrl-C, kept out of calls into the JVM.

An interrupt in the middle of a call leaves its answer unread, and the next call reads that one: the session is lost. So
the calling thread makes its few short calls with interrupts deferred, and waits for all else outside of any call.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupts_deferred() -> Iterator[None]:
    """An interrupt that arrives in this block takes effect at its end. Other threads than the main one get none."""
    handler = signal.getsignal(signal.SIGINT)
    # A handler that was not installed from Python could not be put back.
    if threading.current_thread() is not threading.main_thread() or handler is None:
        yield
        return
    arrived: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: arrived.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if arrived and callable(handler):
            handler(*arrived[-1])
