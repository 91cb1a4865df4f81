"""Calendar and time zone arithmetic on plain integers, without the year limits of `datetime`.

The Gregorian calendar repeats every 400 years, and time zone rules outside the years that `zoneinfo` covers are either
one constant offset (the far past) or a yearly rule (the future), so both can be looked up a multiple of 400 years away.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

NANOS_PER_SECOND = 1_000_000_000
SECONDS_PER_DAY = 86_400
NANOS_PER_DAY = SECONDS_PER_DAY * NANOS_PER_SECOND
SECONDS_PER_CYCLE = 146_097 * SECONDS_PER_DAY

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST_SECONDS = -62_135_596_800 + SECONDS_PER_DAY * 2
_LATEST_SECONDS = 253_402_300_800 - SECONDS_PER_DAY * 2
_FIXED_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")


@cache
def zone_of(name: str) -> tzinfo:
    """The zone that a session time zone names: an IANA name or an offset such as `+05:30`."""
    if name in ("UTC", "Z"):
        return UTC
    if fixed := _FIXED_OFFSET.fullmatch(name):
        sign = -1 if fixed[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(fixed[2]), minutes=int(fixed[3])))
    return ZoneInfo(name)


def _within_zoneinfo(seconds: int) -> int:
    """The same moment of the calendar cycle inside the years `zoneinfo` knows."""
    if seconds < _EARLIEST_SECONDS:
        return seconds + -((seconds - _EARLIEST_SECONDS) // SECONDS_PER_CYCLE) * SECONDS_PER_CYCLE
    if seconds >= _LATEST_SECONDS:
        return seconds - ((seconds - _LATEST_SECONDS) // SECONDS_PER_CYCLE + 1) * SECONDS_PER_CYCLE
    return seconds


def _offset_seconds(zone: tzinfo, moment: datetime) -> int:
    offset = moment.replace(tzinfo=zone).utcoffset()
    assert offset is not None
    return round(offset.total_seconds())


def offset_at_instant(instant_seconds: int, zone: tzinfo) -> int:
    """Seconds east of UTC at an instant."""
    moment = _EPOCH + timedelta(seconds=_within_zoneinfo(instant_seconds))
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return round(offset.total_seconds())


def local_to_instant(local_nanos: int, zone: tzinfo) -> int:
    """The instant of a wall clock time; a skipped time moves on by the gap, a repeated one is its first occurrence."""
    local_seconds = local_nanos // NANOS_PER_SECOND
    moment = (_EPOCH + timedelta(seconds=_within_zoneinfo(local_seconds))).replace(tzinfo=None, fold=0)
    return local_nanos - _offset_seconds(zone, moment) * NANOS_PER_SECOND


def midnight_instant(day: int, zone: tzinfo) -> int:
    """The instant at which a date begins in the zone: the end of the gap where its midnight is skipped."""
    midnight = day * NANOS_PER_DAY
    begin = local_to_instant(midnight, zone)
    if instant_to_local(begin, zone) == midnight:
        return begin
    after = begin // NANOS_PER_SECOND
    before = after - SECONDS_PER_DAY
    offset_after = offset_at_instant(after, zone)
    while after - before > 1:
        middle = (before + after) // 2
        if offset_at_instant(middle, zone) == offset_after:
            after = middle
        else:
            before = middle
    return after * NANOS_PER_SECOND


def instant_to_local(instant_nanos: int, zone: tzinfo) -> int:
    """The wall clock time of an instant, as nanoseconds."""
    return instant_nanos + offset_at_instant(instant_nanos // NANOS_PER_SECOND, zone) * NANOS_PER_SECOND


def civil_from_days(day: int) -> tuple[int, int, int]:
    """Year, month and day of the proleptic Gregorian calendar, for any number of days since 1970-01-01."""
    cycle, day_of_cycle = divmod(day + 719_468, 146_097)
    year_of_cycle = (day_of_cycle - day_of_cycle // 1460 + day_of_cycle // 36_524 - day_of_cycle // 146_096) // 365
    day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle // 4 - year_of_cycle // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    day_of_month = day_of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    year = year_of_cycle + cycle * 400 + (month <= 2)
    return year, month, day_of_month


def days_from_civil(year: int, month: int, day: int) -> int:
    """The inverse of `civil_from_days`."""
    year -= month <= 2
    cycle, year_of_cycle = divmod(year, 400)
    day_of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    day_of_cycle = year_of_cycle * 365 + year_of_cycle // 4 - year_of_cycle // 100 + day_of_year
    return cycle * 146_097 + day_of_cycle - 719_468
