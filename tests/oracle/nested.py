"""Structs, arrays and maps: types, the leaves of structs, how two values meet, their order and how they are shown.

A struct is taken apart before anything else: each of its fields becomes a column of its own (`address.zip`), and the
struct itself one more, whose cells only say whether it is there and whether anything compared is in it.

Values: a struct is a `dict` by field name or a `tuple` in the order of its type, an array a `list` or `tuple`, a map a
list of (key, value) pairs.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from oracle.types import NESTED, Domain, is_exact_number, sort_key

if TYPE_CHECKING:
    from oracle.plan import ColumnPair, Options, Plan, Side


@dataclass(frozen=True)
class Type:
    """A type taken apart: `kind` is struct, array, map or flat; `parts` are the types inside, with their names."""

    text: str
    kind: str
    parts: tuple[tuple[str, Type], ...] = ()


@cache
def parsed(text: str) -> Type:
    """The parts of a Spark type."""
    kind = next((prefix[:-1] for prefix in NESTED if text.startswith(prefix)), "flat")
    if kind == "flat":
        return Type(text, kind)
    parts = _split(text[len(kind) + 1 : -1])
    if kind == "struct":
        named = [part.split(":", 1) for part in parts]
        return Type(text, kind, tuple((name, parsed(inner)) for name, inner in named))
    return Type(text, kind, tuple((name, parsed(part)) for name, part in zip(("key", "value"), parts, strict=False)))


def _split(text: str) -> list[str]:
    """The text between commas that stand in no brackets."""
    parts, depth, begin = [], 0, 0
    for place, char in enumerate(text):
        depth += (char in "<(") - (char in ">)")
        if char == "," and depth == 0:
            parts.append(text[begin:place])
            begin = place + 1
    return [*parts, text[begin:]]


def _fold(name: str, case_sensitive: bool) -> str:
    return name if case_sensitive else name.lower()


def same_type(left: str, right: str, case_sensitive: bool) -> bool:
    """Whether two types are no type change: the order of fields and the case of their names are none."""
    if left == right:
        return True
    one, other = parsed(left), parsed(right)
    if one.kind != other.kind or one.kind == "flat":
        return False
    if one.kind == "struct":
        fields = {_fold(name, case_sensitive): inner for name, inner in other.parts}
        names = [_fold(name, case_sensitive) for name, _ in one.parts]
        return set(names) == set(fields) and all(
            same_type(inner.text, fields[name].text, case_sensitive)
            for name, (_, inner) in zip(names, one.parts, strict=True)
        )
    return all(same_type(a.text, b.text, case_sensitive) for (_, a), (_, b) in zip(one.parts, other.parts, strict=True))


# How two values meet.


def domain_of_nested(left: str, right: str) -> Domain:
    """Where two columns meet of which one at least is nested."""
    kinds = parsed(left).kind, parsed(right).kind
    if kinds == ("struct", "struct"):
        return Domain.PRESENCE
    if kinds[0] != kinds[1]:
        return Domain.NO_RULE
    return Domain.NESTED


def inner_pairs(left: Type, right: Type, case_sensitive: bool) -> list[tuple[Type, Type]] | None:
    """The inner types that meet; `None` when two structs have other fields."""
    if left.kind != "struct":
        return [(a, b) for (_, a), (_, b) in zip(left.parts, right.parts, strict=True)]
    fields = {_fold(name, case_sensitive): inner for name, inner in right.parts}
    names = [_fold(name, case_sensitive) for name, _ in left.parts]
    if set(names) != set(fields) or len(names) != len(right.parts):
        return None
    return [(inner, fields[name]) for name, (_, inner) in zip(names, left.parts, strict=True)]


Flat = Callable[[str, str, str, bool], Callable[[Any], Hashable]]


def reached_type(text: str) -> str:
    """The type that options reach a column by: of arrays and maps, that of their elements or values."""
    own = parsed(text)
    return reached_type(own.parts[-1][1].text) if own.kind in ("array", "map") else text


def reached_flats(own: Type) -> list[str]:
    """The flat types that options reach: the column's own, or those inside it, but for keys of maps."""
    if own.kind == "flat":
        return [own.text]
    reached = own.parts[-1:] if own.kind == "map" else own.parts
    return [text for _, inner in reached for text in reached_flats(inner)]


def reached_pairs(left: Type, right: Type, case_sensitive: bool) -> list[tuple[str, str]]:
    """The flat types on both sides that meet where options reach them."""
    if left.kind != right.kind:
        return []
    if left.kind == "flat":
        return [(left.text, right.text)]
    inner = inner_pairs(left, right, case_sensitive) or []
    reached = inner[-1:] if left.kind == "map" else inner
    return [pair for own, other in reached for pair in reached_pairs(own, other, case_sensitive)]


def has_text(text: str) -> bool:
    """Whether text rules find text."""
    return "string" in reached_flats(parsed(text))


def brought_nested(
    own: Type,
    other: Type,
    side: str,
    flat: Flat,
    case_sensitive: bool,
    *,
    is_key: bool = False,
    is_unordered: bool = False,
) -> Callable[[Any], Hashable]:
    """A function from a value to something that is equal on both sides exactly when the values are equal.

    `flat` gives that of flat values by their left and right type, their side, and whether they are in the key of a map.
    An unordered array is a multiset; arrays inside it keep their order.
    """
    left, right = (own, other) if side == "left" else (other, own)
    if own.kind != other.kind or (own.kind == "struct" and inner_pairs(left, right, case_sensitive) is None):
        return lambda value: None if value is None else ("apart", side, value)
    if own.kind == "flat":
        return flat(left.text, right.text, side, is_key)
    others = {_fold(name, case_sensitive): inner for name, inner in other.parts}
    rules = [
        brought_nested(
            inner,
            others[_fold(name, case_sensitive)],
            side,
            flat,
            case_sensitive,
            is_key=is_key or (own.kind == "map" and name == "key"),
        )
        for name, inner in own.parts
    ]
    names = [_fold(name, case_sensitive) for name, _ in own.parts]

    def rule(value: Any) -> Hashable:
        if value is None:
            return None
        if own.kind == "array":
            elements = [rules[0](element) for element in value]
            return frozenset(Counter(elements).items()) if is_unordered else tuple(elements)
        if own.kind == "map":
            return frozenset(Counter((rules[0](key), rules[1](entry)) for key, entry in value).items())
        return frozenset((name, rule(part)) for name, rule, part in zip(names, rules, value, strict=True))

    return rule


class There:
    """Whether a struct is there, as it is compared: none differs from one that nothing is in, and from no other."""

    def __init__(self, is_filled: bool | None) -> None:
        self.is_filled = is_filled

    def __eq__(self, other: object) -> bool:
        return isinstance(other, There) and {self.is_filled, other.is_filled} != {None, False}

    def __hash__(self) -> int:
        return 0


# Values in order, and as text.


class Map(tuple):
    """The entries of a map in the order of their keys."""


def normal(value: Any, own: Type) -> Any:
    """A nested value as tuples: fields in the order of the type, entries in the order of their keys."""
    if value is None or own.kind == "flat":
        return value
    if own.kind == "array":
        return tuple(normal(element, own.parts[0][1]) for element in value)
    if own.kind == "map":
        (_, key_type), (_, value_type) = own.parts
        entries = [(normal(key, key_type), normal(entry, value_type)) for key, entry in value]
        return Map(sorted(entries, key=lambda entry: (sort_key(entry[0]), sort_key(entry[1]))))
    cells = [value[name] for name, _ in own.parts] if isinstance(value, dict) else value
    return tuple(normal(cell, inner) for cell, (_, inner) in zip(cells, own.parts, strict=True))


def shown_nested(value: Any, own: Type, shown: Callable[[Any, str], str | None]) -> str:
    """JSON, with flat values as `shown` shows them. Of a struct that is a column, only whether anything is in it."""
    if isinstance(value, bool) and own.kind == "struct":
        return "{...}" if value else "{}"
    return _json(value, own, shown)


def _json(value: Any, own: Type, shown: Callable[[Any, str], str | None]) -> str:
    if value is None:
        return "null"
    match own.kind:
        case "array":
            return "[" + ",".join(_json(element, own.parts[0][1], shown) for element in value) + "]"
        case "map":
            (_, key_type), (_, value_type) = own.parts
            texts = [
                (
                    shown(key, key_type.text) if key_type.kind == "flat" else _json(key, key_type, shown),
                    _json(entry, value_type, shown),
                )
                for key, entry in value
            ]
            return "{" + ",".join(f"{_quoted(key)}:{text}" for key, text in texts) + "}"
        case "struct":
            fields = zip(own.parts, value, strict=True)
            texts = [
                f"{_quoted(name)}:{_json(cell, inner, shown)}" for (name, inner), cell in fields if cell is not None
            ]
            return "{" + ",".join(texts) + "}"
    text = shown(value, own.text)
    is_bare = isinstance(value, bool) or is_exact_number(own.text)
    if own.text in ("float", "double"):
        is_bare = math.isfinite(value)
    return text if is_bare else _quoted(text)


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def _quoted(text: str | None) -> str:
    escaped = (
        _ESCAPES.get(char) or (f"\\u{ord(char):04X}" if char < " " else char)
        for char in ("null" if text is None else text)
    )
    return '"' + "".join(escaped) + '"'


# Structs taken apart.


@dataclass(frozen=True)
class Field:
    """A struct or a leaf of a side: the names on the way to it, its type, and its cells."""

    path: tuple[str, ...]
    type: Type
    is_struct: bool
    cells: tuple[Any, ...]

    @property
    def name(self) -> str:
        return ".".join(self.path)


def planned(left: Side, right: Side, options: Options) -> tuple[Side, Side, Plan]:
    """Both sides with a column for each leaf and each struct, and their plan."""
    from oracle.plan import ColumnPair, Refused, Side, plan

    def folded(path: Sequence[str]) -> tuple[str, ...]:
        return tuple(_fold(name, options.case_sensitive) for name in path)

    partner_path = partner_paths(options)
    fields = [fields_of(side) for side in (left, right)]
    by_path = [{folded(field.path): field for field in side} for side in fields]
    kept: list[list[Field]] = [[], []]
    meeting = {partner_path(field.path): field for field in fields[0]}
    for number, (side, others, to_other) in enumerate(
        ((fields[0], by_path[1], partner_path), (fields[1], meeting, folded))
    ):
        whole: list[tuple[str, ...]] = []
        for field in side:
            if any(field.path[: len(path)] == path for path in whole):
                continue
            other = others.get(to_other(field.path))
            if field.is_struct and other is not None and not other.is_struct:
                whole.append(field.path)
                field = replace(field, is_struct=False, cells=tuple(_filled(cell, field.type) for cell in field.cells))
            kept[number].append(field)

    def family(side: int, name: str) -> list[str] | None:
        """The leaves of the struct that the name means."""
        named = next((f for f in kept[side] if f.is_struct and folded([f.name]) == folded([name])), None)
        if named is None:
            return None
        return [f.name for f in kept[side] if not f.is_struct and f.path[: len(named.path)] == named.path]

    compared_whole = [
        {folded([f.name]) for f in side} - {folded([f.name]) for f in kept_side}
        for side, kept_side in zip(fields, kept, strict=True)
    ]

    def excluded(names: Sequence[str]) -> list[str]:
        found = []
        for name in names:
            own, others = family(0, name), family(1, name)
            if own or others:
                found += [*(own or []), *(others or [])]
            elif not any(folded([name]) in side for side in compared_whole):
                found.append(name)
        return list(dict.fromkeys(found))

    def named(names: Sequence[str]) -> tuple[list[str], list[list[str]]]:
        """The leaves that both sides have, and those of a named struct that one side has."""
        found, lonely = [], [[], []]
        for name in names:
            own, others = family(0, name), family(1, name)
            if not own or not others:
                found.append(name)
                continue
            paths = [{folded([leaf]) for leaf in side} for side in (own, others)]
            found += [leaf for leaf in own if folded([leaf]) in paths[1]]
            lonely[0] += [leaf for leaf in own if folded([leaf]) not in paths[1]]
            lonely[1] += [leaf for leaf in others if folded([leaf]) not in paths[0]]
        return found, lonely

    if options.keys is None and options.duplicates == "fail":
        raise Refused("BAD_OPTION", "duplicates='fail' without keys")
    for side in kept:
        # Leaves of one name are refused only where they are looked at.
        names = [folded([f.name]) for f in side if f.is_struct]
        if len(set(names)) != len(names):
            raise Refused("AMBIGUOUS_COLUMN", str(names))
    leaves = [[f for f in side if not f.is_struct] for side in kept]
    roots = [f.path for f in fields[0] for other in options.exclude if folded([f.name]) == folded([other])]
    excluded_names = [*options.exclude, *(f.name for f in fields[0] for root in roots if f.path[: len(root)] == root)]
    for name, right_name in options.asked_keys() or []:
        if folded([name]) in [folded([each]) for each in excluded_names]:
            raise Refused("BAD_OPTION", f"the key {name} is excluded")
        other_name = right_name or options.rename.get(name, name)
        if not any(folded([f.name]) == folded([other_name]) for f in kept[1]):
            continue  # That it is no column of the right side is said first.
        if family(0, name) or any(folded([f.name]) == folded([name]) and f.type.kind != "flat" for f in leaves[0]):
            raise Refused("UNSUPPORTED_TYPE", name)
    rename: dict[str, str] = {}
    for own, other in options.rename.items():
        if any(len(f.path) > 1 and folded([f.name]) == folded([own]) for f in leaves[0]):
            raise Refused("BAD_OPTION", f"{own} is a field of a struct")
        own_leaves = family(0, own)
        if own_leaves is None:
            rename[own] = other
            continue
        there = {folded([name]): name for name in family(1, other) or []}
        for leaf in own_leaves:
            target = folded([other + leaf[len(own) :]])
            if target in there:
                rename[leaf] = there[target]
    flat = replace(
        options,
        rename=rename,
        exclude=excluded(options.exclude),
        columns=None if options.columns is None else named(options.columns)[0],
    )
    sides = [
        Side([(f.name, f.type.text) for f in side], list(zip(*(f.cells for f in side), strict=True))) for side in leaves
    ]
    columns = plan(sides[0], sides[1], flat)
    lonely = named(options.columns or [])[1]
    columns = replace(columns, only_left=[*columns.only_left, *lonely[0]], only_right=[*columns.only_right, *lonely[1]])

    structs = [[f for f in side if f.is_struct] for side in kept]
    pairs: list[ColumnPair] = []
    added: list[list[Field]] = [[], []]
    for field in kept[0]:
        if not field.is_struct:
            pairs += [pair for pair in columns.pairs if pair.name == field.name]
            continue
        other = next((f for f in structs[1] if folded(f.path) == partner_path(field.path)), None)
        below = [
            pair
            for pair in columns.pairs
            if leaves[0][pair.left_index].path[: len(field.path)] == field.path
            and (options.columns is None or not pair.is_key)
        ]
        if other is not None and not below:
            columns.passed_over.append(field.name)
        if other is None or not below:
            continue
        for side, each in enumerate((field, other)):
            added[side].append(each)
        pairs.append(
            ColumnPair(
                name=field.name,
                right_name=other.name,
                left_index=len(leaves[0]) + len(added[0]) - 1,
                right_index=len(leaves[1]) + len(added[1]) - 1,
                left_type=field.type.text,
                right_type=other.type.text,
                is_key=False,
                case_sensitive=options.case_sensitive,
            )
        )
    final = []
    for number, side in enumerate(leaves):
        compared = [p.left_index if number == 0 else p.right_index for p in columns.pairs if not p.is_key]
        cells = [f.cells for f in side]
        for struct in added[number]:
            inside = [side[c].cells for c in compared if side[c].path[: len(struct.path)] == struct.path]
            cells.append(
                tuple(
                    None if cell is None else any(values[row] is not None for values in inside)
                    for row, cell in enumerate(struct.cells)
                )
            )
        schema = [(f.name, f.type.text) for f in [*side, *added[number]]]
        final.append(Side(schema, list(zip(*cells, strict=True))))
    return final[0], final[1], replace(columns, pairs=pairs)


def partner_paths(options: Options) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """A function from the path of a left field to that of the right field which it meets, if there is one."""

    def folded(path: Sequence[str]) -> tuple[str, ...]:
        return tuple(_fold(name, options.case_sensitive) for name in path)

    mapped = [(name, right) for name, right in options.asked_keys() or [] if right is not None]
    renamed = {folded([own]): folded([other]) for own, other in [*options.rename.items(), *mapped]}
    return lambda path: (*renamed.get(folded(path[:1]), folded(path[:1])), *folded(path[1:]))


def fields_of(side: Side) -> list[Field]:
    """Every column; after a struct its fields."""
    found: list[Field] = []

    def add(path: tuple[str, ...], own: Type, cells: tuple[Any, ...]) -> None:
        found.append(Field(path, own, own.kind == "struct", cells))
        if own.kind == "struct":
            for slot, (name, inner) in enumerate(own.parts):
                add((*path, name), inner, tuple(None if cell is None else cell[slot] for cell in cells))

    for slot, (name, text) in enumerate(side.schema):
        add((name,), parsed(text), tuple(normal(row[slot], parsed(text)) for row in side.rows))
    return found


def _filled(cell: tuple | None, own: Type) -> bool | None:
    """Whether a leaf of a struct has a value, at any depth of structs."""
    if cell is None:
        return None
    parts = zip(cell, own.parts, strict=True)
    return any(_filled(value, inner) if inner.kind == "struct" else value is not None for value, (_, inner) in parts)
