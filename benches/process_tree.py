"""What a process and everything it started take: CPU time, resident memory and bytes read, from /proc."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def processes(root: int) -> list[int]:
    """A process and its descendants, as far as they live."""
    found = [root]
    for process in found:
        found += _children(process)
    return found


def cpu_seconds(root: int) -> float:
    """CPU time that the living processes of a tree have taken, and their children that they waited for."""
    return sum(_cpu_ticks(process) for process in processes(root)) / _TICKS_A_SECOND


def peak_bytes(root: int) -> int:
    """The peaks of resident memory of the living processes of a tree, added up."""
    return sum(_peak_bytes(process) for process in processes(root))


def read_bytes(process: int) -> int:
    """What a process alone has asked to read, whether it came from disk or from the page cache."""
    try:
        lines = Path(f"/proc/{process}/io").read_text().splitlines()
    except OSError:
        return 0
    return int(dict(line.split(": ") for line in lines)["rchar"])


def _children(process: int) -> list[int]:
    children: list[int] = []
    try:
        for thread in Path(f"/proc/{process}/task").iterdir():
            children += map(int, (thread / "children").read_text().split())
    except OSError:  # it ended meanwhile
        pass
    return children


def _cpu_ticks(process: int) -> int:
    try:
        # Counted from the end of the name in parentheses, which may hold spaces: utime, stime, cutime, cstime.
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15]))


def _peak_bytes(process: int) -> int:
    try:
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
