"""Random predicates for a side whose columns and rows are known; most of them keep some rows and drop others."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from generator.sides import Column
from generator.values import Kind, random_shape, random_value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"
_COMPARISONS = ["=", "=", "==", "<>", "!=", "<", "<=", ">", ">=", "<=>"]
_NUMBERS = ("integer", "uint64", "decimal", "floating")
_TIMES = ("date", "timestamp", "timestamp_ntz")
_ODD = [
    "c = ", "v + 1 = 2", "abs(v) = 1", "v like '%a'", "v = v", "(v = 1", "v = 'open", "`no such column` = 1",
    "v in ()", "v is true", "1 = 1", "v between 1", "v = date '2024-02-30'", "v rlike 'a'",
]  # fmt: skip


def random_wheres(
    rng: random.Random,
    columns: tuple[Sequence[Column], Sequence[Column]],
    rows: tuple[Sequence[tuple], Sequence[tuple]],
) -> dict[str, str]:
    """`where`, `left_where` and `right_where` for the columns and rows of the left and the right, mostly none."""
    if rng.random() < 0.7:
        return {}
    if rng.random() < 0.04:
        return {rng.choice(["where", "left_where", "right_where"]): rng.choice(_ODD)}
    found = {}
    for option, side in (("left_where", 0), ("right_where", 1)):
        if rng.random() < 0.5:
            found[option] = _predicate(rng, columns[side], rows[side], rng.choice([0, 1, 1, 2]))
    names = {column.name for column in columns[1]}
    common = [place for place, column in enumerate(columns[0]) if column.name in names]
    if common and (not found or rng.random() < 0.3):
        kept = [columns[0][place] for place in common]
        found["where"] = _predicate(rng, kept, [tuple(row[p] for p in common) for row in rows[0]], 1)
    return found


def _predicate(rng: random.Random, columns: Sequence[Column], rows: Sequence[tuple], depth: int) -> str:
    if depth == 0:
        return _condition(rng, columns, rows)
    parts = [_predicate(rng, columns, rows, depth - 1) for _ in range(rng.choice([1, 2, 2, 3]))]
    if len(parts) == 1:
        return f"not ({parts[0]})"
    joined = rng.choice([" and ", " or ", " OR "]).join(f"({part})" if rng.random() < 0.7 else part for part in parts)
    return rng.choice(["not ({})", "{}", "{}"]).format(joined)


def _condition(rng: random.Random, columns: Sequence[Column], rows: Sequence[tuple]) -> str:
    place = rng.randrange(len(columns))
    column = columns[place]
    name = _spelled(rng, column.name)
    values = [row[place] for row in rows]

    def literal() -> str:
        return _literal(rng, column.kind, values)

    choice = rng.random()
    negated = rng.choice(["", "not "])
    if choice < 0.12:
        return f"{name} is {negated}null"
    if choice < 0.3:
        # Strings beside other literals mostly have no rule.
        drawn = [literal() for _ in range(rng.randint(1, 5))]
        plain = [each for each in drawn if column.kind.family == "string" or each[0] not in "'\""]
        return f"{name} {negated}in ({', '.join(plain if plain and rng.random() < 0.9 else drawn)})"
    if choice < 0.4:
        return f"{name} {negated}between {literal()} and {literal()}"
    if choice < 0.5 and column.kind.family == "string":
        return f"{name} {negated}like {_prefix(rng, values)}"
    if choice < 0.6 and column.kind.family == "boolean":
        return f"{negated}{name}"
    if choice < 0.7:
        return f"{literal()} {rng.choice(_COMPARISONS)} {name}"
    return f"{name} {rng.choice(_COMPARISONS)} {literal()}"


def _spelled(rng: random.Random, name: str) -> str:
    plain = name and all(each in _PLAIN_NAME for each in name) and not name[0].isdigit()
    if plain and name.lower() not in ("select", "left", "date") and rng.random() < 0.8:
        return name
    return "`" + name.replace("`", "``") + "`"


def _literal(rng: random.Random, kind: Kind, values: Sequence[Any]) -> str:
    """A literal near the values of a column, mostly of its type."""
    if rng.random() < 0.04:
        return "null"
    present = [value for value in values if value is not None]
    value = rng.choice(present) if present and rng.random() < 0.8 else random_value(rng, kind)
    if rng.random() < 0.06:
        kind, value = _other(rng, kind, value)
    match kind.family:
        case "integer" | "uint64" | "decimal":
            return _exact(rng, Decimal(value))
        case "floating":
            return _floating(rng, value)
        case "string":
            return _string(rng, value)
        case "binary":
            return f"X'{value.hex()}'" if rng.random() < 0.8 else _string(rng, value)
        case "boolean":
            return rng.choice([str(value).lower(), f"'{rng.choice(['yes', 'F', ' true', '0', 'maybe'])}'"])
        case "date" | "timestamp" | "timestamp_ntz":
            return _time(rng, kind.family, value)
    return "null"


def _other(rng: random.Random, kind: Kind, value: Any) -> tuple[Kind, Any]:
    """A value of another type, which may have a rule with this one."""
    if kind.family in _NUMBERS:
        other = random_shape(rng, rng.choice(["integer", "decimal", "floating"]))
        return other, random_value(rng, other)
    if kind.family in _TIMES:
        other = random_shape(rng, rng.choice(_TIMES))
        return other, random_value(rng, other)
    other = random_shape(rng, rng.choice(["integer", "string", "date", "boolean"]))
    return other, random_value(rng, other)


def _exact(rng: random.Random, value: Decimal) -> str:
    text = f"{value:f}"
    choice = rng.random()
    if choice < 0.1 and "." not in text:
        return rng.choice([f"{text}L", f"{text}BD", f"{text}.0"]) if abs(value) < 2**62 else text
    if choice < 0.2 and len(text) < 30:
        return f"{text}{'' if '.' in text else '.'}{rng.choice(['5', '50', '000000000000000000001'[: 37 - len(text)]])}"
    if choice < 0.3:
        return _floating(rng, float(value))
    if choice < 0.4:
        return rng.choice(["'{}'", "' {} '", "'+{}'", "'{}.9'", "'{}x'"]).format(text)
    return text


def _floating(rng: random.Random, value: float) -> str:
    if not math.isfinite(value) or rng.random() < 0.15:
        return f"'{value}'"
    if rng.random() < 0.15:
        small = math.copysign(min(abs(value), 3e38), value)
        return f"{small!r}F"
    text = repr(value)
    return text if "e" in text else f"{text}D" if rng.random() < 0.7 else text


def _string(rng: random.Random, value: bytes) -> str:
    text = value.decode(errors="replace")[:60]
    quote = rng.choice("''\"")
    escaped = "".join(_escaped(rng, each, quote) for each in text)
    return f"{quote}{escaped}{quote}"


def _escaped(rng: random.Random, character: str, quote: str) -> str:
    if character in (quote, "\\"):
        return f"\\{character}"
    if rng.random() < 0.05 and len(character.encode("utf-16")) == 4:
        return f"\\u{ord(character):04x}"
    return {"\n": "\\n", "\t": "\\t", "\0": "\\u0000"}.get(character, character)


def _prefix(rng: random.Random, values: Sequence[Any]) -> str:
    texts = [value for value in values if value is not None] or [b"a"]
    text = rng.choice(texts).decode(errors="ignore")[: rng.randint(0, 4)]
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = escaped + rng.choice(["%", "%", "%%", ""])
    return "'" + pattern.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\0", "\\u0000") + "'"


def _time(rng: random.Random, family: str, value: int) -> str:
    nanos_per_day = 86_400_000_000_000
    day, nanos = (value, 0) if family == "date" else divmod(value, nanos_per_day)
    try:
        date = (_EPOCH + timedelta(days=day)).date().isoformat()
    except OverflowError:
        date = "2024-01-31"
    micros = nanos // 1000 + rng.choice([0, 0, 0, 1])
    seconds, micros = divmod(micros, 1_000_000)
    clock = f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    fraction = f".{micros:06}" if micros or rng.random() < 0.1 else ""
    moment = f"{date}{rng.choice(' T')}{clock}{fraction}"
    zone = rng.choice(["", "", "", "Z", "+02:00", " Europe/Berlin"])
    choice = rng.random()
    if choice < 0.25:
        return rng.choice([f"'{date}'", f"'{date} '", f"'{date[:7]}'", "'soon'", f"'{date}T1'"])
    if family == "date" and choice < 0.8:
        return f"date '{date}'"
    if choice < 0.4:
        return f"'{moment}{zone}'"
    if family == "timestamp" or choice > 0.9:
        return f"timestamp '{moment}{zone}'"
    return f"timestamp_ntz '{moment}'"
