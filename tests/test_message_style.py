"""Messages and hints of one style, whoever says them: a clause that begins small and ends without a full stop.

`parity: CODE: message` and Python's `CODE: message` go on after a colon, so a capital letter or a full stop would look
different from message to message. What is checked here is the text in the sources, in three languages; `refused` in
`acceptance/answers.py` checks every message that a test provokes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.answers import unlike_a_clause
from differential.command import REPOSITORY

_CALLS = re.compile(r"ParityError::(?:new|bad_option|internal)\(|ScanError::corrupt\(|new ParityException\(|#\[error\(")
_LITERAL = re.compile(r's?"((?:[^"\\]|\\.)*)"', re.DOTALL)  # also literals that go on in the next line


def clauses_of_calls(source: str) -> Iterator[str]:
    """String literals of more than one word among the arguments of a call that makes an error."""
    for call in _CALLS.finditer(source):
        depth, at = 1, call.end()
        while depth:
            literal = _LITERAL.match(source, at)
            if literal:
                if " " in literal[1]:
                    yield literal[1]
                at = literal.end()
                continue
            depth += {"(": 1, ")": -1}.get(source[at], 0)
            at += 1


def clauses_of_python(source: str) -> Iterator[str]:
    """Arguments of the calls that make a `ParityError`, literal parts of f-strings joined."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id not in ("ParityError", "bad_option"):
                continue
            for argument in node.args:
                parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts)
                if " " in text:
                    yield text


SOURCES = {
    "native": (clauses_of_calls, ["native/*/src/**/*.rs"], 100),
    "jvm": (clauses_of_calls, ["jvm/src/main/**/*.scala", "jvm/src/main/**/*.java"], 20),
    "python": (clauses_of_python, ["python/spark_parity/*.py"], 40),
}


@pytest.mark.parametrize("language", SOURCES)
def test_messages_are_clauses(language: str) -> None:
    clauses, patterns, at_least = SOURCES[language]
    paths: list[Path] = sorted(path for pattern in patterns for path in REPOSITORY.glob(pattern))
    found = [(path, text) for path in paths if "_tests" not in path.name for text in clauses(path.read_text())]
    assert len(found) >= at_least
    assert [f"{path.name}: {text}" for path, text in found if unlike_a_clause(text)] == []


def test_sentences_are_found() -> None:
    rust = 'ParityError::new("CODE", format!("There is {}", x()), "look (here).")'
    assert [text for text in clauses_of_calls(rust) if unlike_a_clause(text)] == ["There is {}", "look (here)."]
    python = 'bad_option(f"{name} is wrong.", "It is a name")\nParityError("CODE", "x is fine", "Spark says so…")'
    assert [text for text in clauses_of_python(python) if unlike_a_clause(text)] == ["x is wrong.", "It is a name"]
