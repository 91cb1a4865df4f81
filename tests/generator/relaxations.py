"""Random tolerances, text rules, literals for null and thresholds, and right rows that make them matter."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from generator.sides import Column
from generator.storages import WIDE
from generator.texts import variant
from generator.values import Kind, converted, rounded
from oracle import Options
from oracle.text import RULES

_NUMBERS = ("integer", "uint64", "decimal", "floating")
_INSTANTS = ("timestamp", "timestamp_ntz")
_TIMES = (*_INSTANTS, "date", "time")
_DURATIONS = {
    "1 second": 1_000_000_000,
    "2 seconds": 2_000_000_000,
    "250 milliseconds": 250_000_000,
    "1 microsecond": 1_000,
    "1 hour": 3_600_000_000_000,
    "1 day": 86_400_000_000_000,
    "1 day 12 hours": 129_600_000_000_000,
    "0 seconds": 0,
}
_EPOCH = datetime(1970, 1, 1)


class Twin(Protocol):
    """A column on both sides."""

    left: Column
    right: Column
    is_key: bool


@dataclass(frozen=True)
class Relaxed:
    """Relaxations as options, and what a right row needs to make use of them."""

    tolerance: Any = None
    text: Any = None
    null_equals: Any = None
    amounts: tuple[float, ...] = ()
    durations: tuple[int, ...] = ()
    literals: Mapping[int, Any] | None = None
    ruled_keys: frozenset[int] = frozenset()

    def applied(self, options: Options) -> Options:
        """The options with these relaxations; names that are not compared are not named."""
        if options.columns is not None or options.exclude:
            hidden = set(options.exclude)
            keys = {name for name, _ in options.asked_keys() or []}
            shown = None if options.columns is None else {*options.columns, *keys}
            kept = [_named_within(each, hidden, shown) for each in (self.tolerance, self.text, self.null_equals)]
        else:
            kept = [self.tolerance, self.text, self.null_equals]
        return replace(options, tolerance=kept[0], text=kept[1], null_equals=kept[2])


def _named_within(asked: Any, hidden: set[str], shown: set[str] | None) -> Any:
    if not isinstance(asked, dict):
        return asked
    general = ("*", "absolute", "relative", "symmetric", "time")
    kept = {
        name: value
        for name, value in asked.items()
        if name in general
        or name.startswith(("type:", "$"))
        or (name not in hidden and (shown is None or name in shown))
    }
    return kept or None


def random_relaxations(rng: random.Random, twins: Sequence[Twin], left_rows: Sequence[tuple]) -> Relaxed:
    """Relaxations for about a third of all pairs."""
    if rng.random() > 0.34:
        return Relaxed()
    found = Relaxed()
    has_keys = any(twin.is_key for twin in twins)
    families = {twin.right.kind.family for twin in twins if not twin.is_key}
    if has_keys and rng.random() < (0.8 if families & {*_NUMBERS, *_TIMES} else 0.15):
        found = _with_tolerance(rng, twins, found)
    elif not has_keys and rng.random() < 0.02:
        found = replace(found, tolerance=1)
    if rng.random() < (0.7 if "string" in families else 0.25):
        found = _with_text(rng, twins, found)
    if rng.random() < 0.4:
        found = _with_literals(rng, twins, left_rows, found)
    return found


def _with_tolerance(rng: random.Random, twins: Sequence[Twin], found: Relaxed) -> Relaxed:
    amounts: list[float] = []
    durations: list[int] = []

    def one(needs: str | None = None) -> Any:
        amount = rng.choice([0.1, 0.25, 1, 0.01, 2, 0.5, 1e-9, 0, 100])
        share = rng.choice([0.01, 0.1, 1e-6, 0.5, 1])
        text, nanos = rng.choice(list(_DURATIONS.items()))
        amounts.extend([amount, share])
        durations.append(nanos)
        if needs is None and rng.random() < 0.3:
            return amount
        asked: dict[str, Any] = {}
        if needs == "number" or (needs is None and rng.random() < 0.8):
            asked["relative" if rng.random() < 0.4 else "absolute"] = share if rng.random() < 0.5 else amount
            if rng.random() < 0.3:
                asked["absolute"] = amount
            if rng.random() < 0.3:
                asked["symmetric"] = rng.random() < 0.8
        if needs == "time" or (needs is None and rng.random() < 0.6):
            asked["time"] = text
        return asked or amount

    if rng.random() < 0.55:
        asked = one()
    else:
        asked = {}
        for twin in twins:
            family = twin.left.kind.family
            if not twin.is_key and _nameable(twin) and family in (*_NUMBERS, *_TIMES) and rng.random() < 0.4:
                asked[twin.left.name] = one("number" if family in _NUMBERS else "time")
        if rng.random() < 0.5:
            asked[_random_type(rng, twins)] = one()
        if rng.random() < 0.4 or not asked:
            asked["*"] = one()
    if rng.random() < 0.01:
        asked = rng.choice([-1, {"absolute": -0.5}, {"time": "soon"}, {"*": {"relatively": 1}}, {"type:number": 1}])
    return replace(found, tolerance=asked, amounts=tuple(amounts), durations=tuple(durations))


def _with_text(rng: random.Random, twins: Sequence[Twin], found: Relaxed) -> Relaxed:
    def rules() -> list[str]:
        return list(RULES) if rng.random() < 0.3 else rng.sample(RULES, rng.randint(0 if rng.random() < 0.1 else 1, 4))

    asked: Any = rules()
    ruled_keys: set[int] = set()
    if rng.random() < 0.5:
        asked = {}
        for slot, twin in enumerate(twins):
            if _nameable(twin) and twin.left.kind.family == twin.right.kind.family == "string" and rng.random() < 0.6:
                asked[twin.left.name] = rules()
                ruled_keys |= {slot} if twin.is_key else set()
        if rng.random() < 0.3:
            asked[_random_type(rng, twins)] = rules()
        if rng.random() < 0.4 or not asked:
            asked["*"] = rules()
    if rng.random() < 0.01:
        asked = rng.choice([["trimmed"], {"*": ["upper"]}, {"no such column": ["trim"]}])
    return replace(found, text=asked, ruled_keys=frozenset(ruled_keys))


def _with_literals(rng: random.Random, twins: Sequence[Twin], rows: Sequence[tuple], found: Relaxed) -> Relaxed:
    """One literal for all columns of its type, or some for columns by name."""
    choices: dict[int, tuple[Any, Any]] = {}
    for slot, twin in enumerate(twins):
        values = [row[slot] for row in rows if row[slot] is not None]
        value = rng.choice(values) if values else None
        literal = None if value is None else _literal(twin.left.kind, value)
        if literal is not None and not twin.is_key:
            choices[slot] = (value, literal)
    if not choices:
        return found
    if rng.random() < 0.5:
        slot = rng.choice(list(choices))
        return replace(found, null_equals=choices[slot][1], literals={slot: choices[slot][0]})
    named = {slot: each for slot, each in choices.items() if _nameable(twins[slot]) and rng.random() < 0.7}
    if not named:
        return found
    asked = {twins[slot].left.name: literal for slot, (_, literal) in named.items()}
    return replace(found, null_equals=asked, literals={slot: value for slot, (value, _) in named.items()})


def _literal(kind: Kind, value: Any) -> Any:
    """A value as the option writes it, `None` where it cannot."""
    match kind.family:
        case "integer" | "boolean":
            return value
        case "uint64" | "decimal":
            return {"$decimal": format(value, "f")}
        case "floating":
            return value if math.isfinite(value) and 1e-30 < abs(value) < 1e30 else None
        case "string":
            try:
                return value.decode()
            except UnicodeDecodeError:
                return None
        case "date" if -700_000 < value < 2_900_000:
            return {"$date": (_EPOCH + timedelta(days=value)).date().isoformat()}
        case "timestamp" | "timestamp_ntz" if value % 1000 == 0 and abs(value) < 60_000_000_000 * 10**9:
            moment = _EPOCH + timedelta(microseconds=value // 1000)
            if kind.family == "timestamp":
                return {"$ts": moment.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")}
            return {"$ts_ntz": moment.isoformat()}
    return None


def _nameable(twin: Twin) -> bool:
    """Whether the column's name is no selector of its own."""
    return twin.left.name != "*"


def _random_type(rng: random.Random, twins: Sequence[Twin]) -> str:
    """A selector of a type that some column has."""
    return "type:" + rng.choice(twins).left.kind.spark_type.partition("(")[0]


def drawn_near(rng: random.Random, relaxed: Relaxed, twins: Sequence[Twin], rows: list[tuple]) -> list[tuple]:
    """The right rows with some cells moved to where the relaxations decide."""
    if relaxed == Relaxed():
        return rows
    literals = {
        slot: found
        for slot, value in (relaxed.literals or {}).items()
        if (found := _on_the_right(twins[slot], value)) is not None
    }
    return [
        tuple(
            _near(rng, relaxed, twin.right.kind, cell, literals.get(slot))
            if rng.random() < 0.5 and (not twin.is_key or slot in relaxed.ruled_keys)
            else cell
            for slot, (twin, cell) in enumerate(zip(twins, row, strict=True))
        )
        for row in rows
    ]


def _on_the_right(twin: Twin, value: Any) -> Any:
    try:
        return value if twin.left.kind == twin.right.kind else converted(value, twin.left.kind, twin.right.kind)
    except ValueError:
        return None


def _near(rng: random.Random, relaxed: Relaxed, kind: Kind, cell: Any, literal: Any) -> Any:
    if literal is not None and rng.random() < 0.5:
        if cell is None:
            return literal
        if cell == literal or rng.random() < 0.2:
            return None
    if cell is None:
        return None
    if kind.family in _NUMBERS and relaxed.amounts:
        return _near_number(rng, kind, cell, rng.choice(relaxed.amounts))
    if kind.family in _TIMES and relaxed.durations:
        return _near_time(rng, kind, cell, rng.choice(relaxed.durations))
    if kind.family == "string" and relaxed.text is not None:
        return variant(rng, cell)
    return cell


def _near_number(rng: random.Random, kind: Kind, value: Any, amount: float) -> Any:
    """The value moved by the amount or by that share of itself, a little less or a little more."""
    share = rng.choice([-2, -1, -1, 0.5, 1, 1, 1.001])
    if kind.family == "floating":
        step = amount * share * (value if rng.random() < 0.4 and math.isfinite(value) else 1)
        return rounded(value + step, kind.bits)
    scale = kind.scale if kind.family == "decimal" else 0
    step = Decimal(str(amount)) * Decimal(str(share))
    step = step * Decimal(value) if rng.random() < 0.4 else step
    unscaled = int((Decimal(value) + step).scaleb(scale, WIDE))
    if kind.family == "decimal":
        most = 10**kind.precision - 1
        return Decimal(max(-most, min(most, unscaled))).scaleb(-scale, WIDE)
    low, high = (0, 2**64 - 1) if kind.family == "uint64" else kind.bounds()
    kept = max(low, min(high, unscaled))
    return Decimal(kept) if kind.family == "uint64" else kept


def _near_time(rng: random.Random, kind: Kind, value: int, nanos: int) -> int:
    step = rng.choice([-nanos, nanos, nanos // 2, -nanos - 1_000_000, nanos + 1_000_000])
    if kind.family == "date":
        return value + step // 86_400_000_000_000 if abs(value) < 2_000_000 else value
    unit = {"ms": 1_000_000, "us": 1_000, "ns": 1}[kind.unit]
    found = (value + step) // unit * unit
    if kind.family == "time":
        return found % 86_400_000_000_000
    return found if abs(found) < 2**62 or kind.unit != "ns" else value


def random_thresholds(rng: random.Random, names: Sequence[str]) -> Any:
    """Thresholds on about a sixth of all pairs; `names` are those of the columns that are compared."""
    if rng.random() > 0.16:
        return None
    if rng.random() < 0.02:
        return rng.choice(
            [{"rows": 1.5}, {"columns": {"no such column": 0.1}}, {"schema": 1}, {"row": 0.1}, {"rows": -1}]
        )
    asked: dict[str, Any] = {}
    if rng.random() < 0.7:
        asked["rows"] = rng.choice([0, 0.0, 0.01, 0.1, 0.2, 0.25, 0.5, 1, 0.9])
    limited = [name for name in names if rng.random() < 0.4]
    if limited:
        asked["columns"] = {name: rng.choice([0, 0.05, 0.1, 0.3, 0.5, 1.0]) for name in limited}
    if rng.random() < 0.4:
        asked["schema"] = 0
    return asked
