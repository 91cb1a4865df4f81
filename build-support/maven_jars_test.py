"""Jars that are not those of a list are refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from maven_jars import check, parse

CONTENT = b"a jar"
LIST = f"# why\n{hashlib.sha256(CONTENT).hexdigest()}  com.example:tool:1.0\n\n"


def test_a_folder_with_exactly_the_listed_jars_passes(tmp_path: Path) -> None:
    (tmp_path / "tool-1.0.jar").write_bytes(CONTENT)
    check(tmp_path, parse(LIST))


@pytest.mark.parametrize("files", [{}, {"tool-1.0.jar": b"another"}, {"tool-1.0.jar": CONTENT, "more-2.jar": b""}])
def test_a_missing_a_changed_and_a_further_jar_are_refused(tmp_path: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match="jars that are not those of the list"):
        check(tmp_path, parse(LIST))
