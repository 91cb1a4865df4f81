"""Masked columns: which column pairs they are, and what a document says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oracle.nested import fields_of, partner_paths
from oracle.plan import Refused, Side
from oracle.types import Domain

if TYPE_CHECKING:
    from oracle.plan import Options, Plan

Path = tuple[str, ...]


def masked_names(left: Side, right: Side, options: Options, columns: Plan) -> frozenset[str]:
    """The names of the masked pairs of a plan. `left` and `right` are the sides as they were given.

    An option names a left column, struct or field, with a right one of that name, or one that only the right side has.
    """
    own, others = _paths(left, options), _paths(right, options)
    partner = partner_paths(options)
    met = {partner(path) for path in own.values()}
    named_left: list[Path] = []
    named_right: list[Path] = []
    for asked in options.mask or []:
        name = _folded(asked, options)
        if name not in own and (name not in others or others[name] in met):
            raise Refused("COLUMN_NOT_FOUND", asked)
        named_left += [own[name]] if name in own else []
        named_right += [others[name]] if name in others else []
    return frozenset(
        pair.name
        for pair in columns.pairs
        if _is_reached(own[_folded(pair.name, options)], named_left, pair.domain)
        or _is_reached(others[_folded(pair.right_name, options)], named_right, pair.domain)
    )


def _paths(side: Side, options: Options) -> dict[str, Path]:
    """Every column, struct and field of a side by its name, names and paths without case where it does not count."""
    fields = fields_of(Side(side.schema, []))
    return {_folded(each.name, options): tuple(_folded(part, options) for part in each.path) for each in fields}


def _folded(name: str, options: Options) -> str:
    return name if options.case_sensitive else name.lower()


def _is_reached(path: Path, named: list[Path], domain: Domain) -> bool:
    """Whether a column, a struct around it, or a part of a struct that is compared as a whole is named."""
    is_whole = domain is not Domain.PRESENCE
    return any(path[: len(each)] == each or (is_whole and each[: len(path)] == path) for each in named)


def masked_entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of a masked column: counts, and nothing of its values."""
    kept = {name: value for name, value in entry.items() if name not in ("distances", "changes", "texts")}
    return {**kept, "max_difference": None, "causes": {}, "samples": [], "masked": True}
