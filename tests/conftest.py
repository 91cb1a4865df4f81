"""Fixtures of all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from differential.command import DEFAULT_PARITY


@pytest.fixture(scope="session")
def parity() -> Path:
    """The native command; `PARITY` in the environment names another one."""
    path = Path(os.environ.get("PARITY", DEFAULT_PARITY))
    if not path.exists():
        pytest.fail(f"{path} does not exist; `make build` puts it there", pytrace=False)
    return path
