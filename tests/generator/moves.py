"""Columns whose right values moved by one constant, in all rows or in most."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from generator.storages import WIDE
from generator.values import Kind, rounded
from oracle.shown import floating_text

_NUMBERS = [1, 7, -7, 13, "0.25", "-0.5", "0.01", "1e9", "123456789.125", "1e-12", "-3e20"]
_NANOS = [1, 1_000, -1_000, 37_000_000_000, -5_000_000, 2 * 86_400_000_000_000, 3_600_000_000_001]


def moved_rows(rng: random.Random, kinds: Sequence[Kind], rows: list[tuple], slots: Sequence[int]) -> list[tuple]:
    """The rows with some of the columns moved, on about a fifth of all pairs."""
    if rng.random() > 0.2:
        return rows
    steps = {
        slot: (rng.choice(_NUMBERS), rng.choice(_NANOS), rng.choice([0.4, 0.6, 0.9, 1]))
        for slot in slots
        if rng.random() < 0.5
    }

    def cell(slot: int, value: Any) -> Any:
        if slot not in steps or value is None or rng.random() > steps[slot][2]:
            return value
        return moved(kinds[slot], value, Decimal(steps[slot][0]), steps[slot][1])

    return [tuple(cell(slot, value) for slot, value in enumerate(row)) for row in rows]


def moved(kind: Kind, value: Any, number: Decimal, nanos: int) -> Any:
    """A value moved by a number or by nanoseconds, or the value itself where its kind does not hold that."""
    match kind.family:
        case "integer" | "uint64":
            low, high = (0, 2**64 - 1) if kind.family == "uint64" else kind.bounds()
            found = Decimal(value) + number
            if found != int(found) or not low <= found <= high:
                return value
            return found if kind.family == "uint64" else int(found)
        case "decimal":
            unscaled = WIDE.add(value, number).scaleb(kind.scale, WIDE)
            fits = unscaled == unscaled.to_integral_value() and abs(unscaled) < 10**kind.precision
            return unscaled.scaleb(-kind.scale, WIDE) if fits else value
        case "floating" if math.isfinite(value):
            return rounded(float(WIDE.add(Decimal(floating_text(value, kind.bits)), number)), kind.bits)
        case "date" if abs(value) < 2_000_000:
            return value + int(number) % 1000
        case "timestamp" | "timestamp_ntz" | "time":
            unit = {"ms": 1_000_000, "us": 1_000, "ns": 1}[kind.unit]
            found = (value + nanos) // unit * unit
            fits = 0 <= found < 86_400_000_000_000 if kind.family == "time" else abs(found // unit) < 2**63
            return found if fits else value
    return value
