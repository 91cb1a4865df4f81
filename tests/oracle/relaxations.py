"""What may differ without being a difference: tolerances, text rules and literals that stand for null."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from oracle.distance import Measure, measure_of
from oracle.nested import has_text, reached_type
from oracle.plan import ColumnPair, Options, Plan, Refused
from oracle.text import RULES
from oracle.tolerance import MEMBERS, Tolerance, tolerance_of
from oracle.types import INTEGERS, Domain, is_number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES = {
    *INTEGERS, "decimal", "float", "double", "string", "binary", "boolean",
    "date", "timestamp", "timestamp_ntz", "time",
}  # fmt: skip
_DECIMAL = re.compile(r"decimal\(\d+,\d+\)")
_LITERAL_TAGS = {"$decimal": "number", "$date": "date", "$ts": "timestamp", "$ts_ntz": "timestamp_ntz"}


@dataclass(frozen=True)
class Literal:
    """A value that stands for null, of one family of types: a number is for every number column."""

    family: str
    value: Any


@dataclass(frozen=True)
class Relaxation:
    """What holds for one column pair."""

    rules: tuple[str, ...] = ()
    tolerance: Tolerance | None = None
    literal: Literal | None = None
    unordered: bool = False


def check_form(options: Options) -> None:
    """Refuses what makes no sense whatever the columns are."""
    if options.tolerance is not None:
        _read(options.tolerance, tolerance_of, is_bare=_is_one_tolerance(options.tolerance))
    if options.text is not None:
        _read(options.text, _rules_of, is_bare=False)
    if options.null_equals is not None:
        for selector, literal in _read(
            options.null_equals, _literal, is_bare=_is_one_literal(options.null_equals)
        ).items():
            if selector.startswith("type:") and literal.family != family_of(selector.removeprefix("type:")):
                raise Refused("BAD_OPTION", f"null_equals: {literal.value!r} for {selector}")


def relaxations_of(columns: Plan, options: Options) -> list[Relaxation]:
    """The relaxation of every column pair, in their order."""
    names = Names(columns, options)
    if options.tolerance not in (None, {}) and columns.keys is None:
        raise Refused("BAD_OPTION", "tolerance without keys")
    tolerance, text, literal = options.tolerance, options.text, options.null_equals
    tolerances = _chosen(names, tolerance, tolerance_of, is_bare=_is_one_tolerance(tolerance), check=_check_tolerance)
    rules = _chosen(names, text, _rules_of, is_bare=False, check=_check_text)
    literals = _chosen(names, literal, _literal, is_bare=_is_one_literal(literal), check=_check_literal)
    unordered = {_unordered_slot(names, name) for name in options.unordered or []}
    return [
        Relaxation(
            each_rules or (),
            tolerance,
            literal if literal and literal.family == family_of(pair.left_type) else None,
            slot in unordered,
        )
        for slot, (pair, each_rules, tolerance, literal) in enumerate(
            zip(columns.pairs, rules, tolerances, literals, strict=True)
        )
    ]


class Names:
    """The compared columns as options name them."""

    def __init__(self, columns: Plan, options: Options) -> None:
        self.pairs = columns.pairs
        self._case_sensitive = options.case_sensitive
        self._compared = {self._fold(pair.name): slot for slot, pair in enumerate(columns.pairs)}
        self._passed_over = {self._fold(name) for name in columns.passed_over}

    def _fold(self, name: str) -> str:
        return name if self._case_sensitive else name.lower()

    def slots(self, name: str, *, with_struct: bool = False) -> list[int]:
        """The place of a compared column, of all leaves for a struct, and perhaps its own; none where nobody looks."""
        slot = self._compared.get(self._fold(name))
        if slot is None:
            if self._fold(name) not in self._passed_over:
                raise Refused("COLUMN_NOT_FOUND", name)
            return []
        if self.pairs[slot].domain is not Domain.PRESENCE:
            return [slot]
        within, slot_of_struct = self._fold(name) + ".", slot
        return [
            slot
            for slot, pair in enumerate(self.pairs)
            if (self._fold(pair.name).startswith(within) and (with_struct or pair.domain is not Domain.PRESENCE))
            or (with_struct and pair is self.pairs[slot_of_struct])
        ]


def _is_one_tolerance(asked: Any) -> bool:
    return (
        isinstance(asked, Mapping)
        and set(asked) <= set(MEMBERS)
        and not any(isinstance(each, (Mapping, list)) for each in asked.values())
    )


def _is_one_literal(asked: Any) -> bool:
    return isinstance(asked, Mapping) and len(asked) == 1 and next(iter(asked)).startswith("$")


def _read(asked: Any, read: Callable[[Any], Any], *, is_bare: bool) -> dict[str, Any]:
    """What each selector asks for; a bare value is for all columns."""
    if is_bare or not isinstance(asked, Mapping):
        return {"*": read(asked)}
    for selector in asked:
        name = selector.removeprefix("type:")
        if selector.startswith("type:") and name not in _TYPES and not _DECIMAL.fullmatch(name):
            raise Refused("BAD_OPTION", f"unknown type {name}")
    return {selector: read(value) for selector, value in asked.items()}


def _chosen(
    names: Names,
    asked: Any,
    read: Callable[[Any], Any],
    *,
    is_bare: bool,
    check: Callable[[ColumnPair, Any], None],
) -> list[Any]:
    """For every column pair what the most specific selector says. Keys are reached by their own name only."""
    chosen: list[Any] = [None] * len(names.pairs)
    if asked is None:
        return chosen
    selected = _read(asked, read, is_bare=is_bare)
    by_name: dict[int, Any] = {}
    for selector, value in selected.items():
        for slot in [] if selector == "*" or selector.startswith("type:") else names.slots(selector):
            if slot in by_name:
                raise Refused("BAD_OPTION", f"{selector} is named twice")
            check(names.pairs[slot], value)
            by_name[slot] = value
    for slot, pair in enumerate(names.pairs):
        if slot in by_name:
            chosen[slot] = by_name[slot]
        elif not pair.is_key:
            general = [name for name in _general_selectors(reached_type(pair.left_type)) if name in selected]
            chosen[slot] = selected[general[0]] if general else None
    return chosen


def _general_selectors(type_name: str) -> list[str]:
    family = ["type:decimal"] if type_name.startswith("decimal(") else []
    return [f"type:{type_name}", *family, "*"]


def _unordered_slot(names: Names, name: str) -> int:
    slots = names.slots(name)
    if len(slots) != 1 or names.pairs[slots[0]].is_key or not names.pairs[slots[0]].left_type.startswith("array<"):
        raise Refused("BAD_OPTION", f"unordered names {name}, which is no compared array")
    return slots[0]


def _check_tolerance(pair: ColumnPair, tolerance: Tolerance) -> None:
    if pair.is_key:
        raise Refused("BAD_OPTION", f"tolerance names the key {pair.name}")
    has_number = any(map(is_number, (pair.left_type, pair.right_type)))
    has_time = any(each in ("date", "timestamp", "timestamp_ntz", "time") for each in (pair.left_type, pair.right_type))
    if not has_number and not has_time:
        raise Refused("BAD_OPTION", f"tolerance names {pair.name}, which holds no numbers or times")
    measure = measure_of(pair)
    says_number, says_time = tolerance.of_numbers, tolerance.time_nanos is not None
    if measure in (Measure.DAYS, Measure.NANOS) and says_number and not says_time:
        raise Refused("BAD_OPTION", f"tolerance of {pair.name} has no time")
    if measure in (Measure.EXACT, Measure.DOUBLE) and says_time and not says_number:
        raise Refused("BAD_OPTION", f"tolerance of {pair.name} has only a time")


def _check_text(pair: ColumnPair, rules: tuple[str, ...]) -> None:
    if (not has_text(pair.left_type) and not has_text(pair.right_type)) or pair.domain is Domain.PRESENCE:
        raise Refused("BAD_OPTION", f"text names {pair.name}, which is no text")


def _rules_of(asked: Any) -> tuple[str, ...]:
    if not isinstance(asked, (list, tuple)) or not all(rule in RULES for rule in asked):
        raise Refused("BAD_OPTION", f"text: {asked!r}")
    return tuple(asked)


def _for_type(literal: Literal | None, type_name: str) -> Literal | None:
    return literal if literal is not None and literal.family == family_of(type_name) else None


def _check_literal(pair: ColumnPair, literal: Literal) -> None:
    if pair.is_key:
        raise Refused("BAD_OPTION", f"null_equals names the key {pair.name}")
    if literal.family != family_of(pair.left_type):
        raise Refused("BAD_OPTION", f"null_equals: {pair.name} is {pair.left_type}, {literal.value!r} is not")


def family_of(type_name: str) -> str:
    """The types whose columns a literal is for."""
    return "number" if is_number(type_name) or type_name == "decimal" else type_name


def _literal(asked: Any) -> Literal:
    try:
        return _read_literal(asked)
    except (ValueError, TypeError, ArithmeticError):
        raise Refused("BAD_OPTION", f"null_equals: {asked!r}") from None


def _read_literal(asked: Any) -> Literal:
    if isinstance(asked, bool):
        return Literal("boolean", asked)
    if isinstance(asked, str):
        return Literal("string", asked.encode())
    if isinstance(asked, (int, float)):
        number = Decimal(str(asked))
        if not number.is_finite():
            raise ValueError(asked)
        return Literal("number", number)
    if not isinstance(asked, Mapping) or len(asked) != 1:
        raise ValueError(asked)
    ((tag, text),) = asked.items()
    if tag not in _LITERAL_TAGS:
        raise ValueError(asked)
    family = _LITERAL_TAGS[tag]
    if family == "number":
        return Literal(family, Decimal(text))
    if family == "date":
        return Literal(family, (date.fromisoformat(text) - _EPOCH.date()).days)
    moment = datetime.fromisoformat(text)
    if (moment.tzinfo is None) != (family == "timestamp_ntz"):
        raise ValueError(asked)
    passed = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    return Literal(family, ((passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds) * 1000)
