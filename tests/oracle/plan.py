"""Which column of the left meets which column of the right, and which options are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from oracle.nested import domain_of_nested
from oracle.types import NESTED, Domain, Value, domain_of


class Refused(Exception):
    """The comparison cannot be done; `code` is the documented error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@dataclass(frozen=True)
class Side:
    """One dataset: names with Spark types, and rows of values (see the package's table)."""

    schema: Sequence[tuple[str, str]]
    rows: Sequence[tuple[Value, ...]]


@dataclass(frozen=True)
class Options:
    """The options of a comparison. A key is a left name, or a left and a right name (also as a mapping).

    Relaxations and thresholds are as the caller writes them; literals that JSON lacks are objects such as
    `{"$date": "2024-01-31"}`.
    """

    keys: Sequence[str | tuple[str, str]] | Mapping[str, str] | None = None
    columns: list[str] | None = None
    exclude: list[str] = field(default_factory=list)
    rename: dict[str, str] = field(default_factory=dict)
    duplicates: str = "pair"
    samples: int = 20
    case_sensitive: bool = False
    time_zone: str = "UTC"
    where: str | None = None
    left_where: str | None = None
    right_where: str | None = None
    tolerance: Any = None
    text: Any = None
    null_equals: Any = None
    unordered: list[str] | None = None
    mask: list[str] | None = None
    thresholds: Any = None

    def asked_keys(self) -> list[tuple[str, str | None]] | None:
        """Left names of the keys, each with the right name where the caller gave one."""
        if self.keys is None:
            return None
        if isinstance(self.keys, Mapping):
            return list(self.keys.items())
        return [(key, None) if isinstance(key, str) else key for key in self.keys]


@dataclass(frozen=True)
class ColumnPair:
    """A column looked at on both sides; `name` is the left name."""

    name: str
    right_name: str
    left_index: int
    right_index: int
    left_type: str
    right_type: str
    is_key: bool
    case_sensitive: bool = False

    @cached_property
    def domain(self) -> Domain:
        """What values of both sides are brought to."""
        if self.left_type.startswith(NESTED) or self.right_type.startswith(NESTED):
            return domain_of_nested(self.left_type, self.right_type)
        return domain_of(self.left_type, self.right_type)


@dataclass(frozen=True)
class Plan:
    """All column pairs in left schema order, the key pairs in the order they were given, and what has no partner.

    `passed_over` holds the left names of columns that both sides have and the options leave out.
    """

    pairs: list[ColumnPair]
    keys: list[ColumnPair] | None
    only_left: list[str]
    only_right: list[str]
    passed_over: list[str]


def plan(left: Side, right: Side, options: Options) -> Plan:
    def fold(name: str) -> str:
        return name if options.case_sensitive else name.lower()

    if options.columns == []:
        raise Refused("BAD_OPTION", "columns is empty")
    left_at, left_twice = _positions(left, fold)
    right_at, right_twice = _positions(right, fold)
    _check_key_names(options, fold)
    partner = _explicit_partners(options, left_at, right_at, fold)
    claimed = set(partner.values())
    for name, position in left_at.items():
        if position not in partner and name in right_at and right_at[name] not in claimed:
            partner[position] = right_at[name]
    partnered_right = set(partner.values())

    asked = options.asked_keys()
    key_positions = None
    if asked is not None:
        key_positions = []
        for name, _ in asked:
            position = left_at.get(fold(name))
            if position is None or position not in partner:
                raise Refused("KEY_NOT_FOUND", name)
            key_positions.append(position)

    wanted_left, wanted_right = set(left_at.values()), set(right_at.values())
    if options.columns is not None:
        wanted_left = set(key_positions or [])
        for name in options.columns:
            position = left_at.get(fold(name))
            if position is None or position not in partner:
                raise Refused("COLUMN_NOT_FOUND", name)
            wanted_left.add(position)
        wanted_right = {partner[position] for position in wanted_left}
    for name in options.exclude:
        left_position, right_position = left_at.get(fold(name)), right_at.get(fold(name))
        if right_position in partnered_right:
            right_position = None  # a right column that has a partner goes by the left name
        if left_position is None and right_position is None:
            raise Refused("COLUMN_NOT_FOUND", name)
        wanted_left.discard(left_position)
        wanted_right.discard(right_position)
        if left_position is not None:
            wanted_right.discard(partner.get(left_position))

    for side, ambiguous in ((left, wanted_left & left_twice), (right, wanted_right & right_twice)):
        for position in ambiguous:
            raise Refused("AMBIGUOUS_COLUMN", side.schema[position][0])

    pairs = [
        ColumnPair(
            name=left.schema[i][0],
            right_name=right.schema[partner[i]][0],
            left_index=i,
            right_index=partner[i],
            left_type=left.schema[i][1],
            right_type=right.schema[partner[i]][1],
            is_key=key_positions is not None and i in key_positions,
            case_sensitive=options.case_sensitive,
        )
        for i in range(len(left.schema))
        if i in wanted_left and i in partner
    ]
    if not pairs:
        raise Refused("NO_COMMON_COLUMNS", "nothing is left to compare")
    for pair in pairs:
        if pair.is_key and pair.domain in (Domain.NO_RULE, Domain.PARSED):
            raise Refused("BAD_OPTION", f"key {pair.name}: {pair.left_type} against {pair.right_type}")
    by_position = {pair.left_index: pair for pair in pairs}
    return Plan(
        pairs=pairs,
        keys=None if key_positions is None else [by_position[position] for position in key_positions],
        only_left=[left.schema[i][0] for i in sorted(wanted_left) if i not in partner],
        only_right=[right.schema[j][0] for j in sorted(wanted_right) if j not in partnered_right],
        passed_over=[left.schema[i][0] for i in partner if i not in wanted_left],
    )


def _positions(side: Side, fold: Callable[[str], str]) -> tuple[dict[str, int], set[int]]:
    """The first column of each name, and those whose name is that of another column too."""
    positions: dict[str, int] = {}
    twice: set[int] = set()
    for position, (name, _) in enumerate(side.schema):
        if fold(name) in positions:
            twice.add(positions[fold(name)])
        positions.setdefault(fold(name), position)
    return positions, twice


def _check_key_names(options: Options, fold: Callable[[str], str]) -> None:
    asked = options.asked_keys()
    if asked is None:
        return
    names = [fold(name) for name, _ in asked]
    if not names or len(set(names)) < len(names):
        raise Refused("BAD_OPTION", "no key, or a key twice")
    if set(names) & {fold(name) for name in options.exclude}:
        raise Refused("BAD_OPTION", "a key is excluded")
    mapped = {fold(name) for name, right_name in asked if right_name is not None}
    if mapped & {fold(name) for name in options.rename}:
        raise Refused("BAD_OPTION", "a key is both mapped and renamed")


def _explicit_partners(
    options: Options, left_at: dict[str, int], right_at: dict[str, int], fold: Callable[[str], str]
) -> dict[int, int]:
    """Left position to right position, as `rename` and a mapping of keys say."""
    asked: list[tuple[tuple[str, str], str]] = [(pair, "COLUMN_NOT_FOUND") for pair in options.rename.items()]
    for name, right_name in options.asked_keys() or []:
        if right_name is not None:
            asked.append(((name, right_name), "KEY_NOT_FOUND"))
    partner: dict[int, int] = {}
    for (left_name, right_name), code in asked:
        if fold(left_name) not in left_at or fold(right_name) not in right_at:
            raise Refused(code, f"{left_name}={right_name}")
        left_position, right_position = left_at[fold(left_name)], right_at[fold(right_name)]
        if left_position in partner or right_position in partner.values():
            raise Refused("BAD_OPTION", f"{left_name}={right_name}: a column is named twice")
        partner[left_position] = right_position
    return partner
