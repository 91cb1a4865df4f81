"""What the command prints for people: it fits where it goes, and nothing in it misleads."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import termios
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from acceptance.parquet_fixtures import numbers, write_table
from acceptance.terminals import written_to

URL = "https://example.org/shop/orders/2026/01/31/details?session=abcdef&user="


def printed(parity: Path, left: Path, right: Path, *arguments: str, **settings: str) -> tuple[str, str]:
    """Standard output and standard error, with these settings in the environment and no other terminal or locale."""
    finished = subprocess.run(
        [str(parity), "compare", str(left), str(right), *arguments],
        capture_output=True,
        timeout=60,
        check=False,
        env=environment(**settings),
    )
    return finished.stdout.decode(), finished.stderr.decode()


def environment(**settings: str) -> dict[str, str]:
    unset = ("COLUMNS", "LC_ALL", "LC_CTYPE", "LANG", "NO_COLOR", "TERM")
    return {**{name: value for name, value in os.environ.items() if name not in unset}, **settings}


def pair(folder: Path, left: dict[str, Any], right: dict[str, Any]) -> tuple[Path, Path]:
    return write_table(folder / "left.parquet", left), write_table(folder / "right.parquet", right)


@pytest.fixture
def wide(tmp_path: Path) -> tuple[Path, Path]:
    """Twenty-three columns that differ, two of them in long values, and 31 rows on the left only."""
    names = [f"column_{number}" for number in range(21)]

    def side(last: int, rows: int) -> dict[str, Any]:
        return {
            "id": list(range(1, rows + 1)),
            "url": [f"{URL}{last}&page=1"] * rows,
            "fünf": [f"größer {last}"] * rows,
            **{name: [float(last)] * rows for name in names},
        }

    return pair(tmp_path, side(1, 32), side(2, 1))


@pytest.mark.parametrize("columns", [60, 80, 132, 200])
def test_lines_fit_the_terminal(parity: Path, wide: tuple[Path, Path], columns: int) -> None:
    text, _ = printed(parity, *wide, "--key", "id", COLUMNS=str(columns))
    assert max(map(len, text.splitlines())) <= columns
    _, text = printed(parity, *wide, "--key", "id", "--json", COLUMNS=str(columns))
    assert max(map(len, text.splitlines())) <= columns


def test_without_a_terminal_lines_have_80_columns(parity: Path, wide: tuple[Path, Path]) -> None:
    text, _ = printed(parity, *wide, "--key", "id")
    assert 60 < max(map(len, text.splitlines())) <= 80


def shown(parity: Path, left: Path, right: Path, *arguments: str, columns: int = 80, **settings: str) -> str:
    """What a terminal of so many columns shows in the end, with these settings in the environment."""
    terminal, end = pty.openpty()
    termios.tcsetwinsize(end, (24, columns))
    call = [str(parity), "compare", str(left), str(right), *arguments]
    with subprocess.Popen(call, stdout=end, stderr=end, stdin=end, env=environment(**settings)) as process:
        os.close(end)
        written = written_to(terminal)
        assert process.wait(60) == 1
    os.close(terminal)
    return written.decode().rpartition("\r\x1b[K")[2].replace("\r\n", "\n")


def without_colours(text: str) -> str:
    return re.sub("\x1b\\[[0-9;]*m", "", text)


def test_a_terminal_tells_its_width_and_keeps_no_trace_of_the_progress(parity: Path, wide: tuple[Path, Path]) -> None:
    text = without_colours(shown(parity, *wide, "--key", "id", columns=60, TERM="xterm"))
    assert text.startswith("DIFFERENT")
    assert max(map(len, text.splitlines())) <= 60


def test_a_terminal_is_coloured_and_nothing_else_is(parity: Path, wide: tuple[Path, Path]) -> None:
    text = shown(parity, *wide, "--key", "id", TERM="xterm")
    assert text.startswith("\x1b[1;31mDIFFERENT\x1b[0m")
    (piped, _) = printed(parity, *wide, "--key", "id", TERM="xterm")
    assert "\x1b" not in piped
    # The first line says how long it took.
    assert without_colours(text).splitlines()[1:] == piped.splitlines()[1:]
    for settings in ({"NO_COLOR": "1", "TERM": "xterm"}, {"TERM": "dumb"}):
        assert "\x1b" not in shown(parity, *wide, "--key", "id", **settings)


def test_with_json_the_stream_of_the_summary_decides(parity: Path, wide: tuple[Path, Path]) -> None:
    text = shown(parity, *wide, "--key", "id", "--json", TERM="xterm")
    document, _, summary = text.partition("\n")
    assert "\x1b" not in document
    assert json.loads(document)["version"] == 1
    assert summary.startswith("\x1b[1;31mDIFFERENT")


def test_the_summary_ends_with_where_the_report_is(parity: Path, wide: tuple[Path, Path], tmp_path: Path) -> None:
    page = tmp_path / "a page.html"
    text, _ = printed(parity, *wide, "--key", "id", "--report", str(page))
    assert text.endswith(f"\n\n  report: {page}\n")
    assert page.exists()
    nowhere = str(tmp_path / "a" / "page.html")
    text, error = printed(parity, *wide, "--key", "id", "--report", nowhere)
    assert (text, "OUTPUT_UNWRITABLE" in error) == ("", True)


def test_what_is_left_out_is_counted_and_promised_only_where_it_is(parity: Path, wide: tuple[Path, Path]) -> None:
    alone, _ = printed(parity, *wide, "--key", "id")
    assert "23 of 23 compared columns differ; the 20 worst:" in alone
    assert "\n    and 3 more\n" in alone
    assert "e.g. id=2  and 30 more\n" in alone
    assert "document" not in alone
    _, beside = printed(parity, *wide, "--key", "id", "--json")
    assert "and 3 more in the document" in beside
    assert "(20 of 31 rows are in the document)" in beside
    _, beside = printed(parity, *wide, "--key", "id", "--json", "--samples", "40")
    assert "e.g. id=2  and 30 more in the document" in beside


def test_long_values_are_cut_around_their_first_difference(parity: Path, tmp_path: Path) -> None:
    sides = pair(tmp_path, {"id": [1], "v": [f"{URL}1&page=1"]}, {"id": [1], "v": [f"{URL}2&page=1"]})
    text, _ = printed(parity, *sides, "--key", "id")
    assert "user=1&page=1 → " in text
    assert "user=2&page=1\n" in text


@pytest.mark.parametrize(
    ("left", "right", "shown"),
    [
        ("x", "x ", '"x" → "x "'),
        (None, "null", 'null → "null"'),
        ("", "x", '"" → x'),
        ("a\u202eb", "a\x1b[31m", "a\\u{202e}b → a\\u{1b}[31m"),
        ("e\u0301", "é", '"e\\u{301}" → "\\u{e9}"'),
    ],
)
def test_two_values_never_read_alike(parity: Path, tmp_path: Path, left: Any, right: Any, shown: str) -> None:
    types = pa.string()
    sides = pair(tmp_path, {"id": [1], "v": pa.array([left], types)}, {"id": [1], "v": pa.array([right], types)})
    text, _ = printed(parity, *sides, "--key", "id")
    assert f"id=1: {shown}\n" in text


def test_values_of_one_text_are_told_apart_by_their_types(parity: Path, tmp_path: Path) -> None:
    left, right = pa.array([0.1], pa.float32()), pa.array([0.1], pa.float64())
    text, _ = printed(parity, *pair(tmp_path, {"id": [1], "v": left}, {"id": [1], "v": right}), "--key", "id")
    assert "0.1 (float) → 0.1 (double)" in text


@pytest.mark.parametrize(
    ("left", "right", "change"),
    [
        (0.0, 1e300, "1.0E300 apart"),
        (0.0, 1e-9, "+0.000000001"),
        (0.5, 0.75, "+0.25"),
        (2.0, 1.0, "-1"),
        (1.25, 125.0, "times 100"),
    ],
)
def test_changes_of_numbers_are_said_in_words(
    parity: Path, tmp_path: Path, left: float, right: float, change: str
) -> None:
    text, _ = printed(parity, *pair(tmp_path, {"id": [1], "v": [left]}, {"id": [1], "v": [right]}), "--key", "id")
    assert re.search(rf" {re.escape(change)} +id=1: ", text), text


def test_what_all_changes_have_in_common_is_said_once(parity: Path, tmp_path: Path) -> None:
    def side(more: int, name: str) -> dict[str, Any]:
        rows = range(50)
        return {"id": list(rows), "v": [(row + more) / 100 for row in rows], "n": [name] * 50}

    text, _ = printed(parity, *pair(tmp_path, side(0, "x"), side(1, "x ")), "--key", "id")
    assert re.search(r"\n    v +50  100\.000 %  all \+0\.01 +id=0: 0\.0 → 0\.01\n", text), text
    assert re.search(r'\n    n +50  100\.000 %  all spaces at the ends  id=0: "x" → "x "\n', text), text


def test_one_is_not_many(parity: Path, tmp_path: Path) -> None:
    left, right = pair(tmp_path, {"id": [1], "v": [1]}, {"id": [1], "v": [2]})
    text, _ = printed(parity, left, right, "--key", "id")
    assert text.count(", 1 row") == 2
    assert "1 rows" not in text
    assert "1 of 1 compared column differs" in text


def test_multisets_that_differ_are_not_said_to_have_equal_cells(parity: Path, tmp_path: Path) -> None:
    left, right = numbers(tmp_path / "a.parquet"), numbers(tmp_path / "b.parquet", last=9)
    text, _ = printed(parity, left, right)
    assert text.startswith("DIFFERENT")
    assert "no cell" not in text


@pytest.mark.parametrize("locale", ["C", "POSIX", "de_DE.ISO-8859-1"])
def test_an_ascii_locale_gets_ascii(parity: Path, wide: tuple[Path, Path], locale: str) -> None:
    text, _ = printed(parity, *wide, "--key", "id", LC_ALL=locale)
    assert text.isascii()
    assert "f\\u{fc}nf" in text
    assert "..." in text
    assert max(map(len, text.splitlines())) <= 80
    _, error = printed(parity, *wide, "--key", "fünf2", LC_ALL=locale)
    assert error.isascii()
    assert "f\\u{fc}nf2" in error
    # The document is UTF-8 whatever the terminal.
    document, _ = printed(parity, *wide, "--key", "id", "--json", LC_ALL=locale)
    assert "fünf" in document


@pytest.mark.parametrize("locale", ["", "C.UTF-8", "de_DE.utf8"])
def test_any_other_locale_gets_everything(parity: Path, wide: tuple[Path, Path], locale: str) -> None:
    text, _ = printed(parity, *wide, "--key", "id", LC_ALL=locale)
    assert "fünf" in text
    assert "größer 1 → größer 2" in text


def test_differences_within_the_thresholds_say_so(parity: Path, tmp_path: Path) -> None:
    left, right = numbers(tmp_path / "a.parquet"), numbers(tmp_path / "b.parquet", last=9)
    text, _ = printed(parity, left, right, "--key", "id", "--options", '{"thresholds": {"rows": 0.5}}')
    assert text.startswith("DIFFERENT, within the thresholds")
