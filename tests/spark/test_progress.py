"""The bar in a terminal, and its absence elsewhere."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

from spark_parity.progress import NotebookBar, Stage, TerminalBar

from acceptance.parquet_fixtures import numbers
from spark.faults import SLOW_TASKS, faults_jar
from spark.processes import environment_of

PROGRAM = """
import sys
from differential.on_spark import start
from spark_parity import compare_datasets
from spark_parity.session import PLUGIN, packaged_jar

left, right, faults, slow = sys.argv[1:]
spark = start(settings={"spark.jars": f"{packaged_jar()},{faults}", "spark.plugins": f"{PLUGIN},{slow}",
                        "spark.parity.faults.hold": left, "spark.parity.faults.wait.ms": "700"})
print(compare_datasets(left, right, keys=["id"]).counts.changed)
"""


def test_a_bar_is_written_over_and_leaves_no_trace() -> None:
    stream = io.StringIO()
    bar = TerminalBar(stream)
    bar.clear()
    assert stream.getvalue() == ""
    bar.show(Stage("parity: match", 1, 4))
    bar.show(Stage("parity: compare", 4, 4))
    bar.clear()
    first, second, end = stream.getvalue().split("\r\x1b[K")[1:]
    assert first.startswith("parity: match")
    assert first.endswith("1/4")
    assert first.count("█") == 6
    assert "░" not in second
    assert end == ""


def test_a_notebook_shows_one_output_that_is_emptied_at_the_end(monkeypatch: object) -> None:
    shown: list[str] = []

    class Cell:
        """Stands in for IPython.display."""

        HTML = str

        @staticmethod
        def display(markup: str, display_id: bool) -> Cell:
            assert display_id
            shown.append(markup)
            return Cell()

        @staticmethod
        def update(markup: str) -> None:
            shown.append(markup)

    sys.modules["IPython.display"] = Cell  # type: ignore[assignment]
    try:
        bar = NotebookBar()
        bar.clear()
        bar.show(Stage("parity: <match>", 1, 4))
        bar.show(Stage("parity: compare", 2, 4))
        bar.clear()
    finally:
        del sys.modules["IPython.display"]
    assert len(shown) == 3
    assert 'value="1" max="4"' in shown[0]
    assert "parity: &lt;match&gt; 1/4" in shown[0]
    assert shown[2] == ""


def test_a_terminal_sees_the_stages_and_a_pipe_sees_nothing(tmp_path: Path) -> None:
    pair = [numbers(tmp_path / "a.parquet"), numbers(tmp_path / "b.parquet", last=4)]
    command = [sys.executable, "-c", PROGRAM, *map(str, pair), str(faults_jar()), SLOW_TASKS]
    piped = subprocess.run(command, capture_output=True, text=True, env=environment_of(), timeout=180, check=True)
    assert piped.stdout.strip() == "1"
    assert "parity:" not in piped.stderr
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs, text=True, env=environment_of()
    ) as process:
        os.close(theirs)
        seen = _everything(ours)
        assert process.stdout is not None
        assert process.stdout.read().strip() == "1"
    assert process.returncode == 0
    for stage in ("parity: fingerprint", "parity: match"):
        assert stage in seen
    assert seen.endswith("\r\x1b[K")


def _everything(descriptor: int) -> str:
    """What is written to a terminal until its other end is closed."""
    read = b""
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:
            break
        if not part:
            break
        read += part
    os.close(descriptor)
    return read.decode()
