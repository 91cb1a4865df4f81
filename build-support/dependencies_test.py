"""Every dependency has its line in docs/dependencies.md and an exact version, and so has the product."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = sorted(path.relative_to(ROOT) for path in ROOT.glob("*/*requirements.txt"))


def rust() -> dict[str, Any]:
    """The dependencies of the workspace that are not its own members."""
    dependencies = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["dependencies"]
    return {name: how for name, how in dependencies.items() if not (isinstance(how, dict) and "path" in how)}


def python() -> list[str]:
    """The lines of all requirements files."""
    lines = [line.strip() for path in REQUIREMENTS for line in (ROOT / path).read_text().splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def test_every_dependency_is_explained() -> None:
    names = [*rust(), *(re.split(r"[^\w.-]", line)[0] for line in python())]
    page = (ROOT / "docs/dependencies.md").read_text()
    # Jars and servers are pinned in lists of their own.
    sections = [section for section in page.split("\n## ") if section.startswith(("Rust", "Python"))]
    first_cells = re.findall(r"^\| (`[^|]+`) \|", "\n".join(sections), re.MULTILINE)
    explained = [name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)]
    assert sorted(set(names)) == sorted(explained), "docs/dependencies.md names other dependencies than there are"


def test_the_package_has_the_version_of_everything_else() -> None:
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    assert f'__version__ = "{version}"' in (ROOT / "python/spark_parity/_version.py").read_text().splitlines()


@pytest.mark.parametrize("name", sorted(rust()))
def test_a_rust_dependency_has_an_exact_version(name: str) -> None:
    how = rust()[name]
    version = how["version"] if isinstance(how, dict) else how
    assert version.startswith("="), f"{name} is {version}"


@pytest.mark.parametrize("line", python())
def test_a_python_dependency_has_an_exact_version(line: str) -> None:
    assert re.search(r"==[\w.]+", line)
