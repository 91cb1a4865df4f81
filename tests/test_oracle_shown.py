"""How the oracle shows values, and its calendar and time zones, against examples worked out by hand."""

from __future__ import annotations

import math
import random
import struct
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from oracle.instants import (
    NANOS_PER_DAY,
    civil_from_days,
    days_from_civil,
    instant_to_local,
    local_to_instant,
    midnight_instant,
    zone_of,
)
from oracle.shown import date_text, decimal_text, floating_text, shown, timestamp_text

SECOND = 1_000_000_000


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.0"),
        (0.1, "0.1"),
        (1e7, "1.0E7"),
        (9999999.0, "9999999.0"),
        (12345678.9, "1.23456789E7"),
        (0.001, "0.001"),
        (0.00099, "9.9E-4"),
        (1e23, "1.0E23"),
        (2e-3, "0.002"),
        (5e-324, "4.9E-324"),
        (2.0**-44, "5.684341886080802E-14"),
        (1.7976931348623157e308, "1.7976931348623157E308"),
        (2.2250738585072014e-308, "2.2250738585072014E-308"),
        (-0.0, "0.0"),
        (0.0, "0.0"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        (2.0**53, "9.007199254740992E15"),
        (0.30000000000000004, "0.30000000000000004"),
        (100.0, "100.0"),
    ],
)
def test_a_double_is_shown_as_java_prints_it(value: float, text: str) -> None:
    assert floating_text(value, 64) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1"), (1.4e-45, "1.4E-45"), (3.4028235e38, "3.4028235E38"), (16777216.0, "1.6777216E7"), (1e10, "1.0E10")],
)
def test_a_float_is_shown_with_the_digits_of_a_float(value: float, text: str) -> None:
    (single,) = struct.unpack("<f", struct.pack("<f", value))
    assert floating_text(single, 32) == text


def test_a_random_double_is_shown_with_the_digits_of_its_shortest_text() -> None:
    rng = random.Random(5)
    for _ in range(2000):
        (value,) = struct.unpack("<d", rng.randbytes(8))
        if math.isfinite(value) and abs(value) > 1e-300:
            text = floating_text(value, 64)
            assert float(text) == value
            assert len(_digits(text)) <= max(len(_digits(repr(value))), 2)


def _digits(text: str) -> str:
    """The significant digits of a number's text."""
    return text.strip("-").upper().split("E")[0].replace(".", "").strip("0")


@pytest.mark.parametrize(
    ("value", "scale", "text"),
    [
        ("0", 18, "0.000000000000000000"),
        ("-0.05", 2, "-0.05"),
        ("1.5", 2, "1.50"),
        ("9" * 38, 0, "9" * 38),
        ("1E-38", 38, "0." + "0" * 37 + "1"),
        ("-1", 0, "-1"),
    ],
)
def test_a_decimal_is_shown_plain_with_its_whole_scale(value: str, scale: int, text: str) -> None:
    assert decimal_text(Decimal(value), scale) == text


def test_dates_and_timestamps_are_shown_as_spark_casts_them() -> None:
    assert date_text(0) == "1970-01-01"
    assert date_text(2_932_897) == "+10000-01-01"
    assert date_text(-719_528) == "0000-01-01"
    assert date_text(-719_529) == "-0001-12-31"
    assert date_text(2**31 - 1) == "+5881580-07-11"
    assert timestamp_text(-1) == "1969-12-31 23:59:59.999999999"
    assert timestamp_text(SECOND // 2) == "1970-01-01 00:00:00.5"
    assert shown(0, "timestamp", zone_of("America/New_York")) == "1969-12-31 19:00:00"
    assert shown(0, "timestamp_ntz", zone_of("America/New_York")) == "1970-01-01 00:00:00"
    assert shown(3_600 * SECOND + 5_000_000, "time", UTC) == "01:00:00.005"
    assert shown(b"\x00\xab", "binary", UTC) == "00AB"
    assert shown(b"a\xff", "string", UTC) == "a\ufffd"


def test_the_calendar_agrees_with_itself_and_with_datetime() -> None:
    for day in [*range(-800_000, 800_000, 997), -(2**31), 2**31 - 1]:
        assert days_from_civil(*civil_from_days(day)) == day
    for day in range(-700_000, 2_900_000, 9_973):
        moment = datetime.fromordinal(day + 719_163)
        assert civil_from_days(day) == (moment.year, moment.month, moment.day)


def test_a_skipped_wall_clock_time_moves_on_by_the_gap() -> None:
    new_york = ZoneInfo("America/New_York")
    skipped = instant("2024-03-10T02:30:00+00:00")
    assert local_to_instant(skipped, new_york) == instant("2024-03-10T03:30:00-04:00")


def test_a_repeated_wall_clock_time_is_its_first_occurrence() -> None:
    new_york = ZoneInfo("America/New_York")
    repeated = instant("2024-11-03T01:30:00+00:00")
    assert local_to_instant(repeated, new_york) == instant("2024-11-03T01:30:00-04:00")


def test_a_date_whose_midnight_is_skipped_begins_after_the_gap() -> None:
    sao_paulo = ZoneInfo("America/Sao_Paulo")
    day = days_from_civil(2018, 11, 4)
    assert midnight_instant(day, sao_paulo) == instant("2018-11-04T03:00:00+00:00")
    assert midnight_instant(day + 1, sao_paulo) == instant("2018-11-05T02:00:00+00:00")


def test_years_beyond_the_calendar_of_datetime_keep_their_zone() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    far = days_from_civil(250_000, 7, 1) * NANOS_PER_DAY
    assert instant_to_local(far, kolkata) - far == 19_800 * SECOND
    assert local_to_instant(instant_to_local(far, kolkata), kolkata) == far
    long_ago = days_from_civil(-250_000, 7, 1) * NANOS_PER_DAY
    assert local_to_instant(instant_to_local(long_ago, kolkata), kolkata) == long_ago
