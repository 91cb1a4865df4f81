"""Calling the native command and reading what it answers."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import fastjsonschema

from oracle import Options

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_PARITY = REPOSITORY / "bin" / "parity"
# How the driver `exchange` reads sides other than as Parquet files: copied into record batches, with their rows in
# another order each time a split is opened; or the right one alone as record batches.
SOURCE_VARIABLE = "PARITY_TEST_SOURCE"
SOURCES = ("reordering", "mixed")
# The options that the command takes as members of one JSON object.
JSON_OPTIONS = ("tolerance", "text", "null_equals", "unordered", "thresholds", "mask")


def driver(name: str) -> Path:
    """A driver of the steps for tests, or where it should be; `cargo test --workspace` makes it."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    return Path(os.environ.get(name.upper(), target / "debug" / name))


@dataclass(frozen=True)
class Answer:
    """Exit status, the raw streams, and the last line of standard output as JSON (numbers kept exact)."""

    status: int
    stdout: str
    stderr: str
    document: dict[str, Any] | None

    @property
    def error_code(self) -> str | None:
        error = (self.document or {}).get("error")
        return error.get("code") if isinstance(error, dict) else None

    def misbehaviour(self) -> str | None:
        """What no answer may ever show, whatever was asked."""
        if self.status not in (0, 1, 2):
            return f"exit status {self.status}"
        for sign in ("panicked at", "RUST_BACKTRACE", "stack backtrace"):
            if sign in self.stderr or sign in self.stdout:
                return f"{sign!r} in the output"
        if self.document is None:
            return "the last line of standard output is not a JSON object"
        if len(self.stdout.splitlines()) != 1:
            return "standard output holds more than the document"
        if (self.status == 2) != ("error" in self.document):
            return "exit status 2 and an error document do not go together"
        if self.status != 2 and (self.status == 0) != self.document.get("passed"):
            return f"exit status {self.status}, but passed is {self.document.get('passed')}"
        return None if self.status == 2 else against_schema(self.document)


@cache
def _validator() -> Callable[[Any], Any]:
    schema = json.loads((REPOSITORY / "docs" / "result.schema.json").read_text())
    return fastjsonschema.compile(schema)


def against_schema(document: Any) -> str | None:
    """In what a result document is none by its published JSON Schema."""
    try:
        _validator()(document)
    except fastjsonschema.JsonSchemaValueException as wrong:
        return f"the document does not keep to its schema: {wrong.message}"
    return None


class Engine(Protocol):
    """Something that answers as the native command does, without being a program."""

    def ask(self, left: Path, right: Path, arguments: list[str]) -> Answer:
        """Compares two paths, with options spelled as for the command."""

    def compare(self, left: Path, right: Path, options: Options) -> Answer:
        """Compares two paths."""


def option_arguments(options: Options) -> list[str]:
    arguments: list[str] = []
    for name, right_name in options.asked_keys() or []:
        arguments += ["--key", name if right_name is None else f"{name}={right_name}"]
    for name in options.columns or []:
        arguments += ["--column", name]
    for name in options.exclude:
        arguments += ["--exclude", name]
    for name, right_name in options.rename.items():
        arguments += ["--rename", f"{name}={right_name}"]
    for name in ("where", "left_where", "right_where"):
        if (predicate := getattr(options, name)) is not None:
            arguments.append(f"--{name.replace('_', '-')}={predicate}")
    if options.duplicates != "pair":
        arguments += ["--duplicates", options.duplicates]
    if options.samples != 20:
        arguments += ["--samples", str(options.samples)]
    if options.case_sensitive:
        arguments.append("--case-sensitive")
    if options.time_zone != "UTC":
        arguments += ["--time-zone", options.time_zone]
    further = {name: getattr(options, name) for name in JSON_OPTIONS if getattr(options, name) is not None}
    if further:
        arguments += ["--options", json.dumps(further)]
    return arguments


def run_parity(
    parity: Path | Engine,
    left: Path | str,
    right: Path | str,
    arguments: list[str],
    *,
    threads: int = 2,
    timeout_seconds: float = 60,
) -> Answer:
    """Compares two paths; raises `subprocess.TimeoutExpired` when the command does not end in time."""
    if not isinstance(parity, Path):
        return parity.ask(Path(left), Path(right), arguments)
    finished = subprocess.run(
        [str(parity), "compare", str(left), str(right), *arguments, "--json", "--threads", str(threads)],
        capture_output=True,
        timeout=timeout_seconds,
        check=False,
    )
    stdout = finished.stdout.decode("utf-8", errors="replace")
    stderr = finished.stderr.decode("utf-8", errors="replace")
    return answer(finished.returncode, stdout, stderr)


def answer(status: int, stdout: str, stderr: str) -> Answer:
    """What a command said, with the document read from its last line."""
    lines = stdout.splitlines()
    try:
        document = json.loads(lines[-1], parse_float=Decimal) if lines else None
    except json.JSONDecodeError:
        document = None
    return Answer(status, stdout, stderr, document if isinstance(document, dict) else None)
