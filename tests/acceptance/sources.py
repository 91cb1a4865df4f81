"""Sources of the product in Rust and on the JVM, without their tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from differential.command import REPOSITORY

_RUST_TESTS = re.compile(r"#\[cfg\(test\)\]\nmod tests \{.*", re.DOTALL)


def sources(*patterns: str) -> Iterator[tuple[Path, str]]:
    """Files of the repository with their text."""
    for pattern in patterns:
        for path in sorted(REPOSITORY.glob(pattern)):
            yield path, path.read_text()


def rust_sources() -> Iterator[tuple[Path, str]]:
    for path, text in sources("native/*/src/**/*.rs"):
        if not path.name.endswith("_tests.rs"):
            yield path, _RUST_TESTS.sub("", text)


def jvm_sources() -> Iterator[tuple[Path, str]]:
    yield from sources("jvm/src/main/**/*.java", "jvm/src/main/**/*.scala", "jvm/shims/**/*.scala")
