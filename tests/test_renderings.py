"""Documents as the command writes them, read back and rendered by `native/report`."""

from __future__ import annotations

import json
import random
from pathlib import Path
from xml.etree import ElementTree

import pytest

from acceptance.cases import load_cases
from acceptance.expectations import shown_secrets
from acceptance.renderings import rendered
from differential.command import option_arguments, run_parity
from generator import write_plainly

CASES = [case for case in load_cases() if "error" not in case.expect]
TOPICS = sorted({case.topic for case in CASES})


@pytest.mark.parametrize("topic", TOPICS)
def test_documents_of_the_cases_are_read_back_and_rendered(topic: str, parity: Path, tmp_path: Path) -> None:
    cases = [case for case in CASES if case.topic == topic]
    documents = []
    for number, case in enumerate(cases):
        sides = zip(("left", "right"), (case.left, case.right), strict=True)
        left, right = (
            write_plainly(random.Random(1), tmp_path / f"{number}_{name}", side).path for name, side in sides
        )
        documents.append(run_parity(parity, left, right, option_arguments(case.options)).stdout.splitlines()[-1])
    for case, document, texts in zip(cases, documents, rendered(documents), strict=True):
        assert texts.pop("document") == document, case
        assert shown_secrets(case.expect, *texts.values()) == [], case
        said = json.loads(document)
        suite = ElementTree.fromstring(texts["junit"].encode()).find("testsuite")
        assert suite is not None
        assert (suite.get("failures") == "0") == said["passed"], case
        assert len(list(suite.iter("testcase"))) == 2 + len(said["columns"]), case
        ElementTree.fromstring(f"<div>{texts['notebook']}</div>")


def test_a_document_of_another_version_is_refused_in_a_sentence() -> None:
    (answer,) = rendered(['{"version": 2, "equal": true}'])
    assert answer == {"error": "the result document has version 2, and this spark-parity reads version 1"}
