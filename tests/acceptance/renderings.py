"""All renderings of result documents, as `native/report` makes them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from differential.command import driver


def renderer() -> Path:
    """The program that renders; `cargo test --workspace` makes it."""
    return driver("render")


def rendered(documents: Sequence[str], look: Mapping[str, Any] | None = None) -> list[dict[str, str]]:
    """For each document its renderings by name, and under `document` what is written when it is read back."""
    if not renderer().exists():
        pytest.fail(f"{renderer()} does not exist; `cargo test --workspace --no-run` makes it", pytrace=False)
    finished = subprocess.run(
        [str(renderer()), json.dumps(look or {})],
        input="".join(f"{document}\n" for document in documents).encode(),
        capture_output=True,
        timeout=120,
        check=True,
    )
    return [json.loads(line) for line in finished.stdout.decode().splitlines()]
