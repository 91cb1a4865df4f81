"""Options: the signature of `compare_datasets`, its call and the JSON Schema are those of the catalog in Rust.

Rust tests hold the pages and the schema against `native/steps/src/ask/catalog.rs`; here they are held against Python.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import spark_parity.comparison
from spark_parity import compare_datasets

from acceptance.cases import CASES_FOLDER
from acceptance.sources import jvm_sources, rust_sources
from differential.command import REPOSITORY
from differential.keywords import keyword_arguments
from oracle import Options

SCHEMA: dict[str, Any] = json.loads((REPOSITORY / "docs/options.schema.json").read_text())
_ROW = re.compile(r"^\| `(\w+)` \| (?:`([^`]+)`)? ?\| [a-z ]+ \| .+ \|$", re.MULTILINE)
_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "number": (int, float),
    "integer": int,
}


def is_valid(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a value is as a schema says, by the few keywords that ours uses; any other keyword is an error here."""
    return all(_holds(word, asked, value, schema) for word, asked in schema.items())


def _holds(word: str, asked: Any, value: Any, schema: Mapping[str, Any]) -> bool:
    match word:
        case "$schema" | "title" | "description" | "examples" | "default":
            return True
        case "type":
            types = [asked] if isinstance(asked, str) else asked
            return any(
                isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool)) for name in types
            )
        case "anyOf":
            return any(is_valid(value, each) for each in asked)
        case "enum":
            return value in asked
        case "const":
            return bool(value == asked)
        case "minimum" | "maximum":
            return not isinstance(value, (int, float)) or (value >= asked if word == "minimum" else value <= asked)
        case "minLength" | "minItems" | "minProperties":
            return not isinstance(value, (str, list, dict)) or len(value) >= asked
        case "uniqueItems":
            return not isinstance(value, list) or len(value) == len({json.dumps(each) for each in value})
        case "items":
            return not isinstance(value, list) or all(is_valid(each, asked) for each in value)
        case "required":
            return not isinstance(value, dict) or set(asked) <= set(value)
        case "properties":
            known = asked.keys() & value.keys() if isinstance(value, dict) else ()
            return all(is_valid(value[name], asked[name]) for name in known)
        case "additionalProperties":
            others = value.keys() - schema.get("properties", {}).keys() if isinstance(value, dict) else ()
            return all(asked is not False and is_valid(value[name], asked) for name in others)
    raise ValueError(f"the test does not know the keyword {word}")


def defaults_of_the_page() -> dict[str, Any]:
    """The arguments in `docs/python.md` with their defaults."""
    text = (REPOSITORY / "docs/python.md").read_text()
    table = text.split("<!-- Options, written")[1].split("<!-- The end of the options. -->")[0]
    rows = _ROW.findall(table)
    assert len(rows) == table.count("\n| `")
    return {name: ast.literal_eval(default) if default else inspect.Parameter.empty for name, default in rows}


def test_the_signature_is_that_of_the_catalog() -> None:
    parameters = inspect.signature(compare_datasets).parameters
    assert {name: each.default for name, each in parameters.items()} == defaults_of_the_page()


def test_the_schema_has_every_argument_but_the_session() -> None:
    assert set(SCHEMA["properties"]) == set(defaults_of_the_page()) - {"spark"}


def test_the_docstring_names_every_argument() -> None:
    documented = set(re.findall(r"`(\w+)[=`]", inspect.getdoc(compare_datasets) or ""))
    assert set(defaults_of_the_page()) - documented - {"left", "right"} == set()


@pytest.mark.parametrize("name", SCHEMA["properties"])
def test_every_argument_reaches_the_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    class Asked(Exception):
        """In place of an answer."""

    def run(_: object, options: dict[str, Any]) -> None:
        asked.append({member: value for member, value in options.items() if member not in ("id", "look")})
        raise Asked

    monkeypatch.setattr(spark_parity.comparison, "run", run)
    monkeypatch.setattr(spark_parity.comparison, "session_for", lambda spark: spark)
    sides = {"left": "a/", "right": "b/"}
    for arguments in (sides, {**sides, name: SCHEMA["properties"][name]["examples"][0]}):
        with pytest.raises(Asked):
            compare_datasets(**arguments)
    assert asked[0] != asked[1]


def cases(error: bool) -> list[tuple[str, dict[str, Any]]]:
    """The options of the acceptance cases that end in `BAD_OPTION`, or of all others."""
    found = []
    for path in sorted(CASES_FOLDER.glob("*.json")):
        for case in json.loads(path.read_text()):
            if (case["expect"].get("error") == "BAD_OPTION") == error:
                found.append((f"{path.stem}-{case['name']}", case["options"]))
    return found


def test_the_schema_accepts_the_options_of_every_acceptance_case_that_compares() -> None:
    assert len(cases(error=False)) > 100
    assert [name for name, options in cases(error=False) if not is_valid(options, SCHEMA)] == []


def test_the_schema_refuses_the_bad_options_that_need_no_data_to_be_seen() -> None:
    refused = {name for name, options in cases(error=True) if not is_valid(options, SCHEMA)}
    assert refused >= {
        "errors-a_key_given_twice",
        "errors-negative_tolerance",
        "text-an_unknown_text_rule",
        "text-an_unknown_text_rule_for_one_column",
        "thresholds-a_share_above_one",
        "thresholds-a_negative_share",
        "thresholds-a_column_share_above_one",
        "thresholds-a_schema_share",
        "thresholds-an_unknown_limit",
        "tolerance-a_negative_relative_tolerance",
        "tolerance-a_negative_tolerance_for_one_column",
        "tolerance-a_tolerance_of_unknown_parts",
    }


@pytest.mark.parametrize("name", SCHEMA["properties"])
def test_the_schema_accepts_its_own_examples_and_defaults(name: str) -> None:
    own = SCHEMA["properties"][name]
    assert all(is_valid(value, own) for value in own["examples"])
    assert "default" not in own or is_valid(own["default"], own)


@pytest.mark.parametrize(
    "options",
    [
        {"no_such_option": 1},
        {"left": []},
        {"keys": []},
        {"keys": "id"},
        {"keys": {"id": 1}},
        {"columns": []},
        {"exclude": "v"},
        {"rename": ["v"]},
        {"where": 1},
        {"duplicates": "perhaps"},
        {"duplicates": None},
        {"samples": -1},
        {"samples": 1.5},
        {"samples": True},
        {"report_rows": -1},
        {"report_rows": "many"},
        {"tolerance": "2 seconds"},
        {"tolerance": {"v": {"absolut": 1}}},
        {"tolerance": {"$tolerance": {"relative": -0.1}}},
        {"text": ["upper"]},
        {"text": {"v": "trim"}},
        {"null_equals": {"v": None}},
        {"unordered": "v"},
        {"thresholds": {"rows": 2}},
        {"thresholds": {"schema": 1}},
        {"thresholds": {"cells": 0}},
        {"mask": {"v": True}},
        {"output": ""},
    ],
    ids=str,
)
def test_the_schema_refuses(options: dict[str, Any]) -> None:
    assert not is_valid(options, SCHEMA)


def test_options_of_the_generator_are_those_of_the_catalog() -> None:
    assert set(keyword_arguments(Options())) | {"left", "right", "spark", "output", "mask", "report_rows"} == set(
        defaults_of_the_page()
    )


def test_only_the_command_itself_spells_flags() -> None:
    """Everything else is said to Python users too, and spells options with `Caller::spell`."""
    flag = re.compile(r'"[^"\n]*--[a-z][^"\n]*"')
    own = REPOSITORY / "native/cli"
    spelled = [
        (path.name, found[0])
        for path, text in (*rust_sources(), *jvm_sources())
        if not path.is_relative_to(own)
        for found in flag.finditer(text)
    ]
    assert spelled == []
