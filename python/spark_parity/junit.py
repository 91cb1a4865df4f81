"""The result document as JUnit XML, for a CI server: a case for the rows, one for the schema, one for each column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

# What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(document: Mapping[str, Any], summary: str) -> str:
    """One test suite; a case fails when what it is about differs."""
    cases = list(_cases(document))
    failures = sum(message is not None for _, message in cases)
    suite = ElementTree.Element(
        "testsuite", name="spark-parity", tests=str(len(cases)), failures=str(failures), errors="0", skipped="0"
    )
    for name, message in cases:
        case = ElementTree.SubElement(suite, "testcase", classname="spark-parity", name=_xml(name))
        if message is not None:
            ElementTree.SubElement(case, "failure", message=_xml(message))
    ElementTree.SubElement(suite, "system-out").text = _xml(summary)
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _cases(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names, and what is wrong (None when nothing is)."""
    counts = document["counts"]
    wrong = [
        f"{counts[name]} {name.replace('_', ' ')}" for name in ("changed", "only_left", "only_right") if counts[name]
    ]
    yield "rows", ", ".join(wrong) or None
    schema = document["schema"]
    wrong = [f"{name} only on the left" for name in schema["only_left"]]
    wrong += [f"{name} only on the right" for name in schema["only_right"]]
    wrong += [f"{c['name']} is {c['left_type']} and {c['right_type']}" for c in schema["type_changes"]]
    yield "schema", ", ".join(wrong) or None
    for column in document["columns"]:
        mismatches = column["mismatches"]
        yield f"column {column['name']}", f"{mismatches} of {counts['matched']} differ" if mismatches else None


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
