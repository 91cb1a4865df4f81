"""The result document as JUnit XML, for a CI server: a case for the rows, one for the schema, one for each column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from .shown import counted

# What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class _Case:
    """What a case is about, what differs in it (nothing where that is empty), and whether that fails it."""

    name: str
    differences: list[str]
    failed: bool


def junit(document: Mapping[str, Any], summary: str) -> str:
    """One test suite; a case fails when what it is about differs beyond the thresholds. Any case fails exactly if the
    result did not pass.
    """
    cases = list(_cases(document))
    failures = sum(case.failed for case in cases)
    suite = ElementTree.Element(
        "testsuite", name="spark-parity", tests=str(len(cases)), failures=str(failures), errors="0", skipped="0"
    )
    for case in cases:
        element = ElementTree.SubElement(suite, "testcase", classname="spark-parity", name=_xml(case.name))
        differences = ", ".join(case.differences)
        if case.failed:
            ElementTree.SubElement(element, "failure", message=_xml(differences))
        elif differences:
            ElementTree.SubElement(element, "system-out").text = _xml(f"{differences}: within the thresholds")
    ElementTree.SubElement(suite, "system-out").text = _xml(summary)
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _cases(document: Mapping[str, Any]) -> Iterator[_Case]:
    counts, limits = document["counts"], document["thresholds"]
    # Without thresholds nothing may differ; with thresholds only what they name is limited (docs/relaxations.md).
    is_strict = limits is None
    limits = limits or {}

    kinds = ("changed", "only_left", "only_right")
    found = [f"{counts[name]:,} {name.replace('_', ' ')}" for name in kinds if counts[name]]
    rows = max(counts["left"], counts["right"])
    share = sum(counts[name] for name in kinds) / rows if rows else 0.0
    yield _Case("rows", found, bool(found) and (is_strict or ("rows" in limits and share > limits["rows"])))

    schema = document["schema"]
    found = [f"{name} only on the left" for name in schema["only_left"]]
    found += [f"{name} only on the right" for name in schema["only_right"]]
    found += [f"{each['name']} is {each['left_type']} and {each['right_type']}" for each in schema["type_changes"]]
    yield _Case("schema", found, bool(found) and (is_strict or "schema" in limits))

    # Columns of which no row was matched have shown nothing.
    is_unseen = counts["matched"] == 0 and rows > 0 and "rows" not in limits
    for column in document["columns"]:
        name, mismatches = column["name"], column["mismatches"]
        verb = "differs" if mismatches == 1 else "differ"
        found = [f"{mismatches:,} of {counted(counts['matched'], 'row', 'rows')} {verb}"] if mismatches else []
        limit = limits.get("columns", {}).get(name)
        failed = bool(found) and (is_strict or (limit is not None and column["rate"] > limit))
        if limit is not None and is_unseen:
            found, failed = ["no row was matched, so nothing is known of the column"], True
        yield _Case(f"column {name}", found, failed)


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
