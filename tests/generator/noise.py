"""Nested values with a little noise in their numbers and times, and tolerances that reach it."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from oracle.nested import Type

_SECOND = 1_000_000_000


def noisy(rng: random.Random, value: Any, own: Type) -> Any:
    """The value with some of its numbers and times moved a little; keys of maps stay as they are."""
    if value is None:
        return None
    match own.kind:
        case "array":
            return tuple(noisy(rng, element, own.parts[0][1]) for element in value)
        case "map":
            return tuple((key, noisy(rng, entry, own.parts[1][1])) for key, entry in value)
        case "struct":
            return tuple(noisy(rng, cell, part) for cell, (_, part) in zip(value, own.parts, strict=True))
    return _moved(rng, value, own.text) if rng.random() < 0.7 else value


def _moved(rng: random.Random, value: Any, type_name: str) -> Any:
    sign = rng.choice([-1, 1])
    match type_name:
        case "int" | "bigint":
            return value + sign * rng.choice([1, 1, 2]) if abs(value) < 2**31 - 3 or type_name == "bigint" else value
        case "double" if math.isfinite(value):
            if rng.random() < 0.5:
                return math.nextafter(value, sign * math.inf)
            return value + sign * rng.choice([0.5, 1.0, 0.25, 1e-9])
        case "decimal(9,2)" if abs(value) < 1000:
            return value + sign * Decimal(rng.choice(["0.01", "0.5", "1", "1.01"]))
        case "date" if abs(value) < 100_000:
            return value + sign
        case "timestamp":
            return value + sign * rng.choice([1000, _SECOND, 86_400 * _SECOND])
    return value


def random_tolerance(rng: random.Random, names: Sequence[str]) -> Any:
    """A tolerance for all, for a type, or for some of the names; now and then one that says nothing there."""

    def one() -> Any:
        choice = rng.random()
        if choice < 0.5:
            return rng.choice([0.5, 1, 1, 2, 1e-9, 0])
        number = rng.choice([{"absolute": 1}, {"relative": 1e-12}, {"absolute": 0.5, "relative": 0.5}])
        time = {"time": rng.choice(["1 second", "1 day", "1 microsecond"])}
        return {**number, **time} if choice < 0.85 else time if choice < 0.93 else {**number, "symmetric": True}

    choice = rng.random()
    if choice < 0.4 or not names:
        return one()
    asked = {name: one() for name in names if rng.random() < (0.2 if len(names) > 3 else 0.5)}
    if rng.random() < 0.3 or not asked:
        asked["type:" + rng.choice(["int", "double", "double", "decimal", "decimal(9,2)", "timestamp"])] = one()
    if rng.random() < 0.4:
        asked["*"] = one()
    return asked
