"""Text against other types, by the oracle, against examples worked out by hand."""

from __future__ import annotations

import math
from datetime import UTC
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oracle import Options, Side, compare
from oracle.parsing import parsed

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
NEW_YEAR = 19_723  # 2024-01-01


@pytest.mark.parametrize(
    ("text", "type_name", "value"),
    [
        ("5", "int", 5),
        (" +5\t", "int", 5),
        ("-007", "int", -7),
        ("5.0", "int", None),
        ("5.", "int", None),
        ("1e3", "int", None),
        ("", "int", None),
        ("+", "int", None),
        ("1 2", "int", None),
        ("\u00a05", "int", None),
        ("127", "tinyint", 127),
        ("128", "tinyint", None),
        ("-128", "tinyint", -128),
        ("9223372036854775807", "bigint", 2**63 - 1),
        ("9223372036854775808", "bigint", None),
        ("1.505", "decimal(10,2)", Decimal("1.505")),
        (" -.5", "decimal(10,2)", Decimal("-0.5")),
        ("5.", "decimal(10,2)", Decimal(5)),
        ("1.5E2", "decimal(10,2)", Decimal(150)),
        ("1e-40", "decimal(10,2)", Decimal("1E-40")),
        ("9" * 38, "decimal(38,0)", Decimal("9" * 38)),
        ("1" + "0" * 38, "decimal(38,0)", None),
        ("99.994", "decimal(4,2)", Decimal("99.994")),
        ("99.995", "decimal(4,2)", None),
        ("1e16", "decimal(18,18)", None),
        ("١.٥", "decimal(4,2)", Decimal("1.5")),
        ("1e-1001", "decimal(4,2)", None),
        ("NaN", "decimal(10,2)", None),
        ("1d", "decimal(10,2)", None),
        ("1_0", "decimal(10,2)", None),
        ("0.1", "double", 0.1),
        ("0.1", "float", 0.10000000149011612),
        ("16777217", "float", 16777216.0),
        ("1.00000017881393432617187499", "float", 1.00000011920928955078125),
        ("1e39", "float", math.inf),
        ("1e-46", "float", 0.0),
        ("1e400", "double", math.inf),
        ("1d", "double", 1.0),
        ("2.5F", "double", 2.5),
        ("0x1.8p1", "double", 3.0),
        ("Infinity", "double", math.inf),
        ("-inf", "double", -math.inf),
        ("+INFINITY", "double", math.inf),
        ("0x10", "double", None),
        ("1_0", "double", None),
        ("", "double", None),
        ("true", "boolean", True),
        (" Y ", "boolean", True),
        ("0", "boolean", False),
        ("NO", "boolean", False),
        ("on", "boolean", None),
        ("2024-01-01", "date", NEW_YEAR),
        ("2024-1-1", "date", NEW_YEAR),
        ("2024-01", "date", NEW_YEAR),
        ("2024", "date", NEW_YEAR),
        ("2024-01-01T", "date", NEW_YEAR),
        ("2024-01-01 anything", "date", NEW_YEAR),
        (" 2024-01-01 ", "date", NEW_YEAR),
        ("-0001-03-01", "date", -719_834),
        ("2024-02-30", "date", None),
        ("2024-01-01x", "date", None),
        ("31/12/2024", "date", None),
        ("20240101", "date", None),
        ("024-01-01", "date", None),
        ("2024-01-01", "timestamp", NEW_YEAR * DAY),
        ("2024-01-01T00:00:01", "timestamp", NEW_YEAR * DAY + SECOND),
        ("2024-01-01 0:0:1.5", "timestamp", NEW_YEAR * DAY + 3 * SECOND // 2),
        ("2024-01-01 00:00:00.1234567", "timestamp", NEW_YEAR * DAY + 123_456_000),
        ("2024-01-01 02:00:00+02:00", "timestamp", NEW_YEAR * DAY),
        ("2024-01-01T00:00:00Z", "timestamp", NEW_YEAR * DAY),
        ("2024-01-01 00:00:00 UTC", "timestamp", NEW_YEAR * DAY),
        ("2024-01-01 01:00:00 Europe/Berlin", "timestamp", NEW_YEAR * DAY),
        ("2024-01-01 1", "timestamp", NEW_YEAR * DAY + 3600 * SECOND),
        ("2024-01-01 00:01", "timestamp", NEW_YEAR * DAY + 60 * SECOND),
        ("2024-01-01T", "timestamp", None),
        ("2024-01-01 00:00Z", "timestamp", None),
        ("2024-01-01 00:00:00.", "timestamp", NEW_YEAR * DAY),
        ("2024-01-01 00:00:00 EST", "timestamp", NEW_YEAR * DAY + 5 * 3600 * SECOND),
        ("2024-01-01 24:00:00", "timestamp", None),
        ("12:30:00", "timestamp", None),
        ("2024-01-01 00:00:00 Nowhere/City", "timestamp", None),
        ("2024-01-01T00:00:00+02:00", "timestamp_ntz", NEW_YEAR * DAY),
    ],
)
def test_a_text_is_read_as_try_cast_reads_it(text: str, type_name: str, value: Any) -> None:
    assert parsed(text.encode(), type_name, UTC) == value


def test_not_a_number_is_read_from_any_case() -> None:
    assert all(math.isnan(parsed(text, "double", UTC)) for text in (b"NaN", b"nan", b" NAN "))


def test_a_time_without_a_zone_is_in_the_session_time_zone() -> None:
    assert parsed(b"2024-01-01", "timestamp", ZoneInfo("America/New_York")) == NEW_YEAR * DAY + 5 * 3600 * SECOND


def entry(left_type: str, right_type: str, pairs: list[tuple], **options: Any) -> dict[str, Any]:
    left = Side([("k", "int"), ("v", left_type)], [(k, pair[0]) for k, pair in enumerate(pairs)])
    right = Side([("k", "int"), ("v", right_type)], [(k, pair[1]) for k, pair in enumerate(pairs)])
    document = compare(left, right, Options(keys=["k"], **options))
    assert not document["equal"]
    return document["columns"][0]


def differing(found: dict[str, Any]) -> list[int]:
    return [int(sample["key"]["k"]) for sample in found["samples"]]


def test_text_meets_numbers_and_what_is_no_number_meets_nothing() -> None:
    found = entry("string", "int", [(b"01", 1), (b"x", None), (None, None), (b"3", 5), (b"1.0", 1)])
    assert differing(found) == [1, 3, 4]
    assert (found["max_difference"], found["null_right"]) == (2, 1)
    assert differing(entry("decimal(10,2)", "string", [(Decimal("1.51"), b"1.505"), (Decimal("1.50"), b"1.5")])) == [0]


def test_text_rules_run_before_parsing_and_a_tolerance_after() -> None:
    pairs = [("\u00a05".encode(), 5), (b"6", 5)]
    assert differing(entry("string", "int", pairs)) == [0, 1]
    assert differing(entry("string", "int", pairs, text=["trim"])) == [1]
    assert differing(entry("string", "int", pairs, text=["trim"], tolerance={"v": 1})) == []


def test_rules_never_spoil_a_text_that_reads_as_the_value() -> None:
    pairs = [(b"2024-01-01T00:00:00Z", NEW_YEAR * DAY)]
    assert differing(entry("string", "timestamp", pairs, text=["ignore_case"])) == []


def test_a_literal_for_null_reaches_text_that_is_no_value() -> None:
    pairs = [(b"", None), (None, 0), (b"x", None)]
    assert differing(entry("string", "int", pairs, null_equals="")) == [1, 2]
    assert differing(entry("string", "int", pairs, null_equals="0")) == [0, 2]
    assert differing(entry("int", "string", [(None, b"0"), (0, None)], null_equals=0)) == []
