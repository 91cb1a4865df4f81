"""Printing a result or an error: the verdict is never mistaken for a truth value, and no terminal makes it fail."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import Any

import pytest
from spark_parity import ComparisonResult, ParityError
from spark_parity.query import Answer
from spark_parity.terminal import sayable

from acceptance.terminals import written_to
from differential.command import REPOSITORY

COUNTS = ["left", "right", "matched", "identical", "changed", "only_left", "only_right"]
DOCUMENT = {
    "equal": False,
    "passed": False,
    "counts": {
        name: 1
        for name in [
            *COUNTS,
            "duplicate_keys_left",
            "duplicate_keys_right",
            "null_keys_left",
            "null_keys_right",
        ]
    },
    "schema": {"common": ["id"], "only_left": [], "only_right": [], "type_changes": []},
}
SUMMARY = "DIFFERENT\n\n  id=1: …fünf 😀 → …f\n"


def result_of(**members: Any) -> ComparisonResult:
    """A result that no Spark stands behind."""
    spark: Any = None
    return ComparisonResult(spark, "run", Answer(json.dumps({**DOCUMENT, **members}), "{}", {"text": SUMMARY}))


@pytest.mark.parametrize("equal", [True, False])
def test_a_result_is_neither_true_nor_false(equal: bool) -> None:
    result = result_of(equal=equal, passed=equal)
    for use in (lambda: bool(result), lambda: not result, lambda: result and None):
        with pytest.raises(ValueError, match="equal") as caught:
            use()
        for name in (".equal", ".passed", "assert_equal()"):
            assert name in str(caught.value)
    with pytest.raises(ValueError, match="ambiguous"):
        assert result


def test_parts_of_a_result_are_neither_true_nor_false() -> None:
    result = result_of()
    with pytest.raises(ValueError, match=r"\.only_left, \.only_right and \.type_changes"):
        bool(result.schema)
    with pytest.raises(ValueError, match="changed"):
        bool(result.counts)


def test_a_result_has_no_length_no_members_and_no_order() -> None:
    result: Any = result_of()
    for use in (
        lambda: len(result),
        lambda: list(result),
        lambda: "id" in result,
        lambda: result[0],
        lambda: result < result,
        lambda: result(),
        lambda: result.equal(),
    ):
        with pytest.raises(TypeError):
            use()


def test_a_result_equals_itself_only() -> None:
    result, other = result_of(equal=True), result_of(equal=True)
    assert result == result
    assert result != other
    assert result != True  # noqa: E712
    assert len({result, result, other}) == 2
    assert [result].index(result) == 0
    assert other not in [result]


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ({"equal": True, "passed": True}, "equal"),
        ({"passed": True}, "different, within the thresholds"),
        ({}, "different"),
    ],
)
def test_the_representation_tells_the_verdict(verdict: dict[str, Any], said: str) -> None:
    assert repr(result_of(**verdict)) == f"<ComparisonResult {said}: 1 identical, 1 changed, 1 only left, 1 only right>"


PRINTS = """
import json, sys
from spark_parity import ComparisonResult, DatasetsDiffer, ParityError
from spark_parity.query import Answer
result = ComparisonResult(None, "run", Answer(*json.loads(sys.argv[1])))
print(result)
print(repr(result))
print(f"{result}")
try:
    result.assert_equal()
except DatasetsDiffer as error:
    print(error)
print(ParityError("PATH_NOT_FOUND", "f\\xfcnf\\u2026 does not exist", "look for \\U0001f600"))
result.assert_equal()
"""


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({"PYTHONIOENCODING": "ascii"}, "id=1: ...f\\xfcnf \\U0001f600 -> ...f"),
        ({"PYTHONIOENCODING": "latin-1"}, "id=1: ...fünf \\U0001f600 -> ...f"),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "-> ...f"),
        ({"PYTHONIOENCODING": "utf-8"}, "id=1: …fünf 😀 → …f"),
    ],
    ids=["ascii", "latin-1", "C", "utf-8"],
)
def test_printing_never_fails_whatever_the_encoding(settings: dict[str, str], shown: str) -> None:
    finished = subprocess.run(
        [
            sys.executable,
            "-c",
            PRINTS.encode("ascii", "backslashreplace").decode(),
            json.dumps([json.dumps(DOCUMENT), "{}", {"text": SUMMARY}]),
        ],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "python"), **settings},
    )
    encoding = settings.get("PYTHONIOENCODING", "ascii")
    printed, raised = finished.stdout.decode(encoding), finished.stderr.decode(encoding)
    assert "UnicodeEncodeError" not in raised
    assert printed.count(shown) == 3
    assert "PATH_NOT_FOUND" in printed
    assert raised.rstrip().endswith(shown)


COLOURED = "\x1b[1;31mDIFFERENT\x1b[0m\n\n  id=1: a → b\n"


def printed_on_terminal(**settings: str) -> str:
    """What the script above prints to a terminal, with these settings in the environment."""
    terminal, end = pty.openpty()
    call = [sys.executable, "-c", PRINTS.encode("ascii", "backslashreplace").decode()]
    unset = ("NO_COLOR", "TERM", "PYTHONIOENCODING")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    with subprocess.Popen(
        [*call, json.dumps([json.dumps(DOCUMENT), "{}", {"text": COLOURED}])],
        stdin=end,
        stdout=end,
        stderr=subprocess.DEVNULL,
        env={**environment, "PYTHONPATH": str(REPOSITORY / "python"), "PYTHONUTF8": "1", **settings},
    ):
        os.close(end)
        written = written_to(terminal)
    os.close(terminal)
    return written.decode().replace("\r\n", "\n")


def test_a_terminal_is_coloured_and_the_message_of_an_error_is_not() -> None:
    text = printed_on_terminal(TERM="xterm")
    # print(result) and an f-string; assert_equal()'s message follows without.
    assert text.count("\x1b[1;31mDIFFERENT\x1b[0m\n\n  id=1: a → b\n") == 2
    assert text.count("DIFFERENT\n\n  id=1: a → b\n") == 1


@pytest.mark.parametrize("settings", [{"NO_COLOR": "1", "TERM": "xterm"}, {"TERM": "dumb"}])
def test_no_color_and_a_dumb_terminal_are_not_coloured(settings: dict[str, str]) -> None:
    text = printed_on_terminal(**settings)
    assert "\x1b" not in text
    assert text.count("DIFFERENT\n\n  id=1: a → b\n") == 3


def test_what_is_no_terminal_is_not_coloured(capsys: pytest.CaptureFixture[str]) -> None:
    spark: Any = None
    result = ComparisonResult(spark, "run", Answer(json.dumps(DOCUMENT), "{}", {"text": COLOURED}))
    print(result)
    assert capsys.readouterr().out == "DIFFERENT\n\n  id=1: a → b\n"


def test_what_no_encoding_holds_is_escaped() -> None:
    class Stream:
        encoding: str | None = "utf-8"

    stream = Stream()
    assert sayable("a\udcffb…", stream) == "a\\udcffb..."
    for stream.encoding in (None, "utf-8"):
        assert sayable("fünf…", stream) == "fünf…"
    stream.encoding = "no such encoding"
    assert sayable("fünf", stream) == "f\\xfcnf"


def test_an_error_reads_like_that_of_the_command() -> None:
    assert str(ParityError("CODE", "message", "hint")) == "CODE: message\n  hint: hint"
    assert str(ParityError("CODE", "message")) == "CODE: message"
