"""Runs one process and takes its wall time, CPU time and peak memory from the kernel.

Times are those of `wait4` for this very child and children it waited for itself. Peak memory is that of the child and
everything it started together, looked at ten times a second; a process's own peak is kept by the kernel, so no
short-lived one of a single process is missed. A child's peak is never below the memory of the process that
started it, so this program must stay small: it imports nothing but the standard library.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import process_tree

_BLOCK_BYTES = 512  # the unit of ru_inblock
_CHUNK_BYTES = 8 << 20
_WATCH_S = 0.1


@dataclass(frozen=True)
class Usage:
    """A finished process: what it said and what it took."""

    status: int  # exit status; negative: the signal that ended it
    stdout: str
    stderr: str
    wall_s: float
    cpu_s: float
    peak_rss_bytes: int
    disk_read_bytes: int
    read_bytes: int  # by this very process, from wherever they came
    ended_after_s: float | None = None  # the time limit, where it was ended by it

    @property
    def complaint(self) -> str:
        """Why there is no answer, in a few words."""
        if self.ended_after_s:
            return f"ended after {self.ended_after_s:g} s"
        lines = self.stderr.strip().splitlines()
        return lines[-1] if lines else f"exit status {self.status}"


def run_measured(command: Sequence[str | Path], folder: Path, timeout_s: float) -> Usage:
    """Runs a command to its end, or kills it and what it started after `timeout_s`."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True
        )
        timer = threading.Timer(timeout_s, _kill, [process.pid])
        timer.start()
        memory = _MemoryWatch(process.pid)
        memory.start()
        try:
            # Ended, but still there to be looked at.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            wall_s = time.perf_counter() - start
            read_bytes = process_tree.read_bytes(process.pid)
            _, wait_status, usage = os.wait4(process.pid, 0)
        except BaseException:
            _kill(process.pid)
            process.wait()
            raise
        finally:
            timer.cancel()
            memory.ended.set()
        process.returncode = os.waitstatus_to_exitcode(wait_status)
        stdout.seek(0)
        stderr.seek(0)
        return Usage(
            status=process.returncode,
            stdout=stdout.read().decode(errors="replace"),
            stderr=stderr.read().decode(errors="replace"),
            wall_s=wall_s,
            cpu_s=usage.ru_utime + usage.ru_stime,
            peak_rss_bytes=max(usage.ru_maxrss * 1024, memory.peak_bytes),
            disk_read_bytes=usage.ru_inblock * _BLOCK_BYTES,
            read_bytes=read_bytes,
            ended_after_s=timeout_s if wall_s >= timeout_s else None,
        )


def _kill(group: int) -> None:
    """Ends a process that leads a group, and the group."""
    os.killpg(group, signal.SIGKILL)


class _MemoryWatch(threading.Thread):
    """Keeps the highest sum of the peaks of processes that live at the same time."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root = root
        self.peak_bytes = 0
        self.ended = threading.Event()

    def run(self) -> None:
        """Looks until the root has ended."""
        while not self.ended.wait(_WATCH_S):
            self.peak_bytes = max(self.peak_bytes, process_tree.peak_bytes(self.root))


def warm_page_cache(folders: Iterable[Path]) -> None:
    """Reads every file below the folders once."""
    buffer = bytearray(_CHUNK_BYTES)
    for folder in folders:
        for path in sorted(folder.rglob("*.parquet")):
            with path.open("rb", buffering=0) as file:
                while file.readinto(buffer):
                    pass
