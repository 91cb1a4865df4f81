"""Python programs in processes of their own: for what needs its own Spark session, environment or interrupt."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

from differential.command import REPOSITORY

_PATHS = [str(REPOSITORY / "python"), str(REPOSITORY / "tests")]


@dataclass(frozen=True)
class Ended:
    """How a program ended, and what it printed."""

    status: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[str]:
        return self.stdout.splitlines()


def run_python(
    program: str,
    *arguments: object,
    environment: dict[str, str] | None = None,
    without: tuple[str, ...] = (),
    python: Path | None = None,
    paths: list[str] | None = None,
    cwd: Path | None = None,
    interrupt_after: str | None = None,
    timeout_seconds: float = 180,
) -> Ended:
    """Runs a program to its end; `interrupt_after` is a line after which it gets a SIGINT, as by Ctrl-C."""
    process = subprocess.Popen(
        [str(python or sys.executable), "-c", textwrap.dedent(program), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=environment_of(environment, without=without, paths=paths),
        # What a shell runs in the background ignores Ctrl-C, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        before = _interrupted(process, interrupt_after, timeout_seconds) if interrupt_after else ""
        stdout, stderr = process.communicate(timeout=timeout_seconds)
    except BaseException:
        process.kill()
        raise
    return Ended(process.returncode, before + stdout, stderr)


def environment_of(
    added: dict[str, str] | None = None, *, without: tuple[str, ...] = (), paths: list[str] | None = None
) -> dict[str, str]:
    """This process' environment, with the package and the tests' modules in Python's path."""
    inherited = {name: value for name, value in os.environ.items() if name not in without}
    return {**inherited, "PYTHONPATH": os.pathsep.join(_PATHS if paths is None else paths), **(added or {})}


def _interrupted(process: subprocess.Popen[str], line: str, seconds: float) -> str:
    """Waits for the line, sends the signal, and returns what was printed until then."""
    assert process.stdout is not None
    read = ""
    end = time.monotonic() + seconds
    for each in process.stdout:
        read += each
        if each.strip() == line:
            break
        if time.monotonic() > end:
            raise TimeoutError(f"the program did not print {line!r}")
    process.send_signal(signal.SIGINT)
    return read
