"""Whether two arrays or maps are equal within a tolerance: part by part, each as a column of its type would be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from oracle.nested import Flat, Type, brought_nested, inner_pairs

Near = Callable[[Any, Any], bool]


def near_nested(
    left: Type,
    right: Type,
    flat: Callable[[str, str], Near],
    keys: Flat,
    case_sensitive: bool,
    *,
    is_unordered: bool = False,
) -> Near:
    """The test of two values, which null passes with null alone.

    `flat` gives that of flat values by their left and right type, `keys` what makes equal keys of maps the same. The
    elements of an unordered array may pair in any way; arrays inside it keep their order.
    """
    inner = inner_pairs(left, right, case_sensitive) if left.kind == right.kind else None
    if inner is None:
        return lambda one, other: one is None and other is None
    if left.kind == "flat":
        return flat(left.text, right.text)
    parts = [near_nested(own, other, flat, keys, case_sensitive) for own, other in inner]
    if left.kind == "struct":
        places = _places(left, right, case_sensitive)
        return _unless_null(
            lambda one, other: all(
                near(one[slot], other[place]) for slot, (near, place) in enumerate(zip(parts, places, strict=True))
            )
        )
    if left.kind == "array":
        pairs_up = _pair_up if is_unordered else _agree_in_order
        return _unless_null(lambda one, other: pairs_up(one, other, parts[0]))
    (own_key, other_key), _ = inner
    left_key = brought_nested(own_key, other_key, "left", keys, case_sensitive, is_key=True)
    right_key = brought_nested(other_key, own_key, "right", keys, case_sensitive, is_key=True)

    def same_entries(one: Sequence[Any], other: Sequence[Any]) -> bool:
        groups = _by_key(one, left_key), _by_key(other, right_key)
        return groups[0].keys() == groups[1].keys() and all(
            _pair_up(values, groups[1][key], parts[1]) for key, values in groups[0].items()
        )

    return _unless_null(same_entries)


def _unless_null(near: Near) -> Near:
    return lambda one, other: one is other if one is None or other is None else near(one, other)


def _places(left: Type, right: Type, case_sensitive: bool) -> list[int]:
    """Where each field of the left struct stands in the right one."""
    names = [[name if case_sensitive else name.lower() for name, _ in each.parts] for each in (left, right)]
    return [names[1].index(name) for name in names[0]]


def _agree_in_order(one: Sequence[Any], other: Sequence[Any], near: Near) -> bool:
    return len(one) == len(other) and all(map(near, one, other))


def _by_key(entries: Sequence[tuple[Any, Any]], key_of: Callable[[Any], Hashable]) -> dict[Hashable, list[Any]]:
    groups: dict[Hashable, list[Any]] = defaultdict(list)
    for key, value in entries:
        groups[key_of(key)].append(value)
    return groups


def _pair_up(one: Sequence[Any], other: Sequence[Any], near: Near) -> bool:
    """Whether some way to pair the elements of both, one with one, makes every pair near (augmenting paths)."""
    if len(one) != len(other):
        return False
    partners = [[j for j, each in enumerate(other) if near(element, each)] for element in one]
    taken_by: dict[int, int] = {}

    def place(i: int, tried: set[int]) -> bool:
        for j in partners[i]:
            if j not in tried:
                tried.add(j)
                if j not in taken_by or place(taken_by[j], tried):
                    taken_by[j] = i
                    return True
        return False

    return all(place(i, set()) for i in range(len(one)))
