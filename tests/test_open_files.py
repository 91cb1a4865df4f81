"""What only a process of its own can show: the native command within the limits of its process."""

from __future__ import annotations

from pathlib import Path

from acceptance.answers import compared
from acceptance.parquet_fixtures import write_table


def test_more_files_than_may_be_open(parity: Path, tmp_path: Path) -> None:
    limited = tmp_path / "limited"
    limited.write_text(f'#!/bin/sh\nulimit -n 600\nexec "{parity}" "$@"\n')
    limited.chmod(0o755)
    for side, value in (("left", "a"), ("right", "b")):
        for number in range(700):
            (tmp_path / side).mkdir(exist_ok=True)
            write_table(tmp_path / side / f"{number}.parquet", {"id": [number], "v": [value]})
    document = compared(limited, tmp_path / "left", tmp_path / "right", "--key", "id")
    assert document["counts"]["changed"] == 700
