"""Answers of the native command in good form: a refusal, or a result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from differential.command import Answer, run_parity

# Names that a message may begin with.
_NAMES = ("Spark", "PySpark", "Java", "Parquet", "Python", "Hadoop", "JSON", "SQL")


def unlike_a_clause(text: str) -> bool:
    """Whether a message or hint is not in the one style they have: it begins small and ends without a full stop."""
    first = text.split()[0]
    begins_large = first[0].isupper() and first[1:].islower() and not first.startswith(_NAMES)
    return begins_large or (text.endswith(".") and not text.endswith("..."))


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
    # A path or a name may come first, in the spelling that it has.
    assert not error["message"].endswith("."), error["message"]
    assert not error["hint"] or not unlike_a_clause(error["hint"]), error["hint"]
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
