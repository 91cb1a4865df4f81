"""Error codes: those of the generated page, `docs/error-codes.md`, are those that are raised and that tests provoke.

A Rust test holds the page against `native/source/src/code.rs`, the table of all codes. Here it is held against the
other languages, so that a code that is only half there fails: not in the JVM's list, raised nowhere or somewhere else
than the page says, without a test.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from acceptance.sources import jvm_sources, rust_sources, sources
from differential.command import REPOSITORY

# The table of all codes in Rust, and the list in Java.
_TABLES = ("code.rs", "ErrorCode.java")
_ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+) \| ([a-z, ]+) \| (yes|no) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """What the page says of a code."""

    code: str
    when: str
    raised_by: frozenset[str]
    is_mendable: bool

    @property
    def rust(self) -> str:
        """How Rust calls it."""
        return "Code::" + self.code.title().replace("_", "")


def page() -> dict[str, Row]:
    text = (REPOSITORY / "docs/error-codes.md").read_text()
    rows = [
        Row(code, when, frozenset(raised.split(", ")), again == "yes")
        for code, when, raised, again in _ROW.findall(text)
    ]
    return {row.code: row for row in rows}


def python_calls() -> Iterator[tuple[Path, ast.expr]]:
    """The codes of the calls that make a `ParityError`."""
    for path, text in sources("python/spark_parity/*.py"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ParityError":
                yield path, node.args[0]


def raised() -> dict[str, set[str]]:
    """Who raises which code, by the sources."""
    rust = "\n".join(text for path, text in rust_sources() if path.name != _TABLES[0])
    jvm = "\n".join(text for path, text in jvm_sources() if path.name != _TABLES[1])
    python = {node.value for _, node in python_calls() if isinstance(node, ast.Constant)}
    found: dict[str, set[str]] = {}
    for code, row in page().items():
        is_raised = {
            "native": re.search(rf"\b{row.rust}\b", rust) is not None,
            "jvm": re.search(rf"\bErrorCode\.{code}\b", jvm) is not None,
            "python": code in python,
        }
        found[code] = {raiser for raiser, yes in is_raised.items() if yes}
    return found


def provoked() -> set[str]:
    """Codes that a test asserts, or expects by its parameters."""
    found: set[str] = set()
    for _, text in sources("tests/cases/*.json"):
        found |= {case["expect"]["error"] for case in json.loads(text) if "error" in case["expect"]}
    for _, text in sources("tests/test_*.py", "tests/spark/test_*.py", "tests/storage/test_*.py"):
        for function in ast.walk(ast.parse(text)):
            if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
                asserts = [node for node in ast.walk(function) if isinstance(node, ast.Assert)]
                for node in (*asserts, *function.decorator_list):
                    constants = [each for each in ast.walk(node) if isinstance(each, ast.Constant)]
                    found |= {each.value for each in constants if isinstance(each.value, str)}
    for _, text in sources("jvm/src/test/**/*.scala"):
        for line in text.splitlines():
            found |= set(re.findall(r'code == "([A-Z_]+)"', line))
            found |= set(re.findall(r'_1 == "([A-Z_]+)"', line))
    asserted = "\n".join(
        line for _, text in sources("native/**/*_tests.rs") for line in text.splitlines() if "assert" in line
    )
    found |= {code for code, row in page().items() if re.search(rf"\b{row.rust}\b", asserted)}
    return found


def test_the_jvm_knows_every_code_and_which_of_them_another_try_may_mend() -> None:
    listed = re.findall(
        r"^  ([A-Z_]+)\((true|false)\)[,;]$",
        (REPOSITORY / "jvm/src/main/java/org/sparkparity/ErrorCode.java").read_text(),
        re.MULTILINE,
    )
    assert {code: mendable == "true" for code, mendable in listed} == {
        code: row.is_mendable for code, row in page().items()
    }


def test_every_code_is_raised_where_the_page_says_and_nowhere_else() -> None:
    assert raised() == {code: set(row.raised_by) for code, row in page().items()}


def test_python_raises_no_code_that_is_not_on_the_page() -> None:
    calls = list(python_calls())
    assert len(calls) > 5
    literals = [(path.name, node.value) for path, node in calls if isinstance(node, ast.Constant)]
    assert [call for call in literals if call[1] not in page()] == []


def test_codes_are_spelled_in_one_place_of_rust_and_of_the_jvm() -> None:
    literal = re.compile(rf'"({"|".join(sorted(page()))})"')
    files = [each for each in (*rust_sources(), *jvm_sources()) if each[0].name not in _TABLES]
    assert [(path.name, found[1]) for path, text in files for found in literal.finditer(text)] == []


def test_every_code_has_a_test_that_provokes_it() -> None:
    assert sorted(set(page()) - provoked()) == []
