"""What may differ without being a difference: tolerances, text rules and literals that stand for null."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from oracle.distance import Measure, measure_of
from oracle.nested import has_text, parsed, reached_flats, reached_pairs, reached_type
from oracle.plan import ColumnPair, Options, Plan, Refused
from oracle.text import RULES
from oracle.tolerance import MEMBERS, TAG, Tolerance, tolerance_of
from oracle.types import INTEGERS, INTERVALS, Domain, is_number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES = {
    *INTEGERS, "decimal", "float", "double", "string", "binary", "boolean",
    "date", "timestamp", "timestamp_ntz", "time", "interval",
}  # fmt: skip
_TIMES = ("date", "timestamp", "timestamp_ntz", "time")
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
    is_bare = _is_one_tolerance(tolerance)
    if is_bare and any(names.is_compared(member) for member in tolerance if member != TAG):
        raise Refused("BAD_OPTION", "a tolerance with a member that a compared column is called like")
    tolerances = _chosen(
        names, tolerance, tolerance_of, is_bare=is_bare, check=_check_tolerance, reaches=_has_numbers_or_times
    )
    rules = _chosen(
        names, text, _rules_of, is_bare=False, check=_check_text, reaches=lambda pair: any(map(has_text, _types(pair)))
    )
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
        self._compared = {self.folded(pair.name): slot for slot, pair in enumerate(columns.pairs)}
        self._passed_over = {self.folded(name) for name in columns.passed_over}

    def folded(self, name: str) -> str:
        return name if self._case_sensitive else name.lower()

    def is_compared(self, name: str) -> bool:
        """Whether a name means a compared column that is no key."""
        slot = self._compared.get(self.folded(name))
        return slot is not None and not self.pairs[slot].is_key

    def is_struct(self, name: str) -> bool:
        """Whether a name means a struct with a compared leaf."""
        slot = self._compared.get(self.folded(name))
        return slot is not None and self.pairs[slot].domain is Domain.PRESENCE

    def slots(self, name: str, *, with_struct: bool = False) -> list[int]:
        """The place of a compared column, of all leaves for a struct, and perhaps its own."""
        slot = self._compared.get(self.folded(name))
        if slot is None:
            if self.folded(name) in self._passed_over:
                raise Refused("BAD_OPTION", f"{name} is named and not compared")
            raise Refused("COLUMN_NOT_FOUND", name)
        if self.pairs[slot].domain is not Domain.PRESENCE:
            return [slot]
        within, slot_of_struct = self.folded(name) + ".", slot
        return [
            slot
            for slot, pair in enumerate(self.pairs)
            if (self.folded(pair.name).startswith(within) and (with_struct or pair.domain is not Domain.PRESENCE))
            or (with_struct and pair is self.pairs[slot_of_struct])
        ]


def _is_one_tolerance(asked: Any) -> bool:
    if not isinstance(asked, Mapping):
        return False
    if set(asked) == {TAG}:
        return True
    return set(asked) <= set(MEMBERS) and not any(isinstance(each, (Mapping, list)) for each in asked.values())


def _is_one_literal(asked: Any) -> bool:
    return isinstance(asked, Mapping) and len(asked) == 1 and next(iter(asked)).startswith("$")


def _read(asked: Any, read: Callable[[Any], Any], *, is_bare: bool) -> dict[str, Any]:
    """What each selector asks for; a bare value is for all columns."""
    if is_bare or not isinstance(asked, Mapping):
        return {"*": read(asked)}
    for selector in asked:
        name = selector.removeprefix("type:")
        is_known = name in _TYPES or name in INTERVALS or _DECIMAL.fullmatch(name)
        if selector.startswith("type:") and not is_known:
            raise Refused("BAD_OPTION", f"unknown type {name}")
    return {selector: read(value) for selector, value in asked.items()}


def _chosen(
    names: Names,
    asked: Any,
    read: Callable[[Any], Any],
    *,
    is_bare: bool,
    check: Callable[[ColumnPair, Any], None],
    reaches: Callable[[ColumnPair], bool] | None = None,
) -> list[Any]:
    """For every column pair what the most specific selector says. Keys are reached by their own name only.

    A struct's name is for those of its leaves that the option `reaches`, and less specific than a name further down.
    """
    chosen: list[Any] = [None] * len(names.pairs)
    if asked is None:
        return chosen
    selected = _read(asked, read, is_bare=is_bare)
    named: dict[int, tuple[int, Any]] = {}
    seen: set[str] = set()
    for selector, value in selected.items():
        slots = [] if selector == "*" or selector.startswith("type:") else names.slots(selector)
        if slots and names.folded(selector) in seen:
            raise Refused("BAD_OPTION", f"{selector} is named twice")
        seen.add(names.folded(selector))
        if names.is_struct(selector):
            slots = [slot for slot in slots if not names.pairs[slot].is_key and reaches and reaches(names.pairs[slot])]
            _check_struct(selector, [names.pairs[slot] for slot in slots], value, check)
        else:
            for slot in slots:
                check(names.pairs[slot], value)
        for slot in slots:
            named[slot] = max(named.get(slot, (-1, None)), (len(selector), value), key=lambda each: each[0])
    for slot, pair in enumerate(names.pairs):
        if slot in named:
            chosen[slot] = named[slot][1]
        elif not pair.is_key:
            general = [name for name in _general_selectors(reached_type(pair.left_type)) if name in selected]
            chosen[slot] = selected[general[0]] if general else None
    return chosen


def _check_struct(
    name: str, leaves: Sequence[ColumnPair], value: Any, check: Callable[[ColumnPair, Any], None]
) -> None:
    """Refuses what makes no sense for any of the leaves of a struct that is named."""
    for pair in leaves:
        with suppress(Refused):
            check(pair, value)
            return
    raise Refused("BAD_OPTION", f"{name} is named, and says nothing to any field of it")


def _general_selectors(type_name: str) -> list[str]:
    families = {"decimal(": "type:decimal", "interval ": "type:interval"}
    family = [selector for prefix, selector in families.items() if type_name.startswith(prefix)]
    return [f"type:{type_name}", *family, "*"]


def _unordered_slot(names: Names, name: str) -> int:
    slots = names.slots(name)
    if len(slots) != 1 or names.pairs[slots[0]].is_key or not names.pairs[slots[0]].left_type.startswith("array<"):
        raise Refused("BAD_OPTION", f"unordered names {name}, which is no compared array")
    return slots[0]


def _types(pair: ColumnPair) -> tuple[str, str]:
    return pair.left_type, pair.right_type


def _has_numbers_or_times(pair: ColumnPair) -> bool:
    flats = [flat for each in _types(pair) for flat in reached_flats(parsed(each))]
    return any(is_number(flat) or flat in _TIMES for flat in flats)


def _check_tolerance(pair: ColumnPair, tolerance: Tolerance) -> None:
    if pair.is_key:
        raise Refused("BAD_OPTION", f"tolerance names the key {pair.name}")
    if not _has_numbers_or_times(pair):
        raise Refused("BAD_OPTION", f"tolerance names {pair.name}, which holds no numbers or times")
    met = reached_pairs(*map(parsed, _types(pair)), pair.case_sensitive)
    measures = {measure_of(replace(pair, left_type=left, right_type=right)) for left, right in met} - {None}
    says_number, says_time = tolerance.of_numbers, tolerance.time_nanos is not None
    if measures and measures <= {Measure.DAYS, Measure.NANOS} and says_number and not says_time:
        raise Refused("BAD_OPTION", f"tolerance of {pair.name} has no time")
    if measures and measures <= {Measure.EXACT, Measure.DOUBLE} and says_time and not says_number:
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
