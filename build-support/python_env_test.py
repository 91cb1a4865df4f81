"""The Python environments of the build: which lines they take, and when they are made."""

from __future__ import annotations

from pathlib import Path

import pytest

import python_env


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The requirements that environments were made of; nothing is installed."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    requirements: list[str] = []

    def make(folder: Path, text: str) -> None:
        folder.mkdir(exist_ok=True)
        requirements.append(text)

    monkeypatch.setattr(python_env, "make", make)
    return requirements


def test_only_takes_the_named_lines_with_their_versions() -> None:
    text = "# rivals\nduckdb==2.0.0\nNumPy==2.4.6\npyarrow==26.0.1\n"
    assert python_env.only(text, ["numpy", "pyarrow"]) == "NumPy==2.4.6\npyarrow==26.0.1\n"
    with pytest.raises(ValueError, match="do not name polars"):
        python_env.only(text, ["polars"])


def test_an_environment_is_made_once_and_anew_for_changed_requirements(made: list[str]) -> None:
    first = python_env.environment("a==1\n", "tests")
    assert python_env.environment("a==1\n", "tests") == first
    assert python_env.environment("a==2\n", "tests") != first
    assert made == ["a==1\n", "a==2\n"]


def test_an_interrupted_environment_is_made_again(made: list[str]) -> None:
    folder = python_env.environment("a==1\n", "tests").parent
    (folder / "complete").unlink()
    python_env.environment("a==1\n", "tests")
    assert made == ["a==1\n", "a==1\n"]


def test_another_spark_takes_the_place_of_the_pinned_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sparks = tmp_path / "sparks.txt"
    sparks.write_text("# comment\npyspark==4.0.4\npyspark==4.3.0\n")
    monkeypatch.setattr(python_env, "SPARKS", sparks)
    text = "# pyspark\na==1\npyspark==3.5.9\nb==2\n"
    assert python_env.with_spark(text, "4.3") == "# pyspark\na==1\npyspark==4.3.0\nb==2\n"
    assert python_env.with_spark(text, "3.5") == text
    with pytest.raises(ValueError, match=r"no PySpark 4\.30 is listed in sparks\.txt"):
        python_env.with_spark(text, "4.30")
