"""Answers of the native command in good form: a refusal, or a result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from differential.command import Answer, run_parity


def refused(parity: Path, left: Path | str, right: Path | str, *arguments: str) -> Answer:
    """An answer that must be an error document in good form."""
    answer = run_parity(parity, left, right, list(arguments))
    assert answer.misbehaviour() is None, answer.stderr
    assert answer.document is not None
    assert answer.status == 2, answer.stdout
    assert answer.document["version"] == 1
    error = answer.document["error"]
    assert set(error) == {"code", "message", "hint"}
    assert error["message"]
    assert f"parity: {error['code']}: " in answer.stderr
    return answer


def compared(parity: Path, left: Path | str, right: Path | str, *arguments: str) -> dict[str, Any]:
    answer = run_parity(parity, left, right, list(arguments))
    assert answer.misbehaviour() is None, answer.stderr
    assert answer.document is not None
    assert answer.status in (0, 1), answer.stdout
    return answer.document


def text_of(answer: Answer) -> str:
    assert answer.document is not None
    return f"{answer.document['error']['message']} {answer.document['error']['hint']}"
