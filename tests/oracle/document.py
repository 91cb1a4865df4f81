"""The comparison itself, as literally as the documentation puts it: rows in, result document out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from oracle.distance import distance
from oracle.instants import zone_of
from oracle.pairing import pair_group, pair_identical
from oracle.nested import There, brought_nested, parsed, planned, same_type
from oracle.plan import ColumnPair, Options, Plan, Refused, Side
from oracle.shown import shown
from oracle.types import Domain, Value, brought_to, row_key, sort_key


@dataclass(frozen=True)
class Row:
    """A row seen through the plan: its cells in left schema order, as they are and brought to their domains."""

    cells: tuple[Value, ...]
    brought: tuple[Any, ...]
    key_cells: tuple[Value, ...]
    key: tuple[Any, ...]

    @property
    def order(self) -> tuple:
        """Smallest key first, then the whole row."""
        return tuple(sort_key(cell) for cell in self.key_cells), row_key(self.cells)


@dataclass(frozen=True)
class Matching:
    """Every row once: in a pair, or on one side only."""

    pairs: list[tuple[Row, Row]]
    only_left: list[Row]
    only_right: list[Row]
    large_groups: int
    duplicate_keys_left: int
    duplicate_keys_right: int


def compare(left: Side, right: Side, options: Options) -> dict[str, Any]:
    """The result document without `left` and `right`; `warnings` holds one entry per kind of warning expected."""
    left, right, columns = planned(left, right, options)
    left_rows = _seen(left, columns, "left", options)
    right_rows = _seen(right, columns, "right", options)
    matching = _match_keyless(left_rows, right_rows) if columns.keys is None else _match(left_rows, right_rows)
    if options.duplicates == "fail" and matching.duplicate_keys_left + matching.duplicate_keys_right:
        raise Refused("DUPLICATE_KEYS", "a key occurs twice")
    return _document(columns, matching, left_rows, right_rows, options)


def _seen(side: Side, columns: Plan, side_name: str, options: Options) -> list[Row]:
    is_left = side_name == "left"
    positions = [pair.left_index if is_left else pair.right_index for pair in columns.pairs]
    rules = [_rule(pair, side_name, options) for pair in columns.pairs]
    key_slots = [columns.pairs.index(pair) for pair in columns.keys or []]
    rows = []
    for values in side.rows:
        cells = tuple(values[position] for position in positions)
        brought = tuple(rule(cell) for rule, cell in zip(rules, cells, strict=True))
        key_cells = tuple(cells[slot] for slot in key_slots)
        rows.append(Row(cells, brought, key_cells, tuple(brought[slot] for slot in key_slots)))
    return rows


def _rule(pair: ColumnPair, side_name: str, options: Options) -> Any:
    zone = zone_of(options.time_zone)
    own, other = (pair.left_type, pair.right_type)[:: 1 if side_name == "left" else -1]
    if pair.domain is Domain.PRESENCE:
        return There
    if pair.domain is Domain.NESTED:
        return brought_nested(parsed(own), parsed(other), side_name, zone, options.case_sensitive)
    return brought_to(pair.domain, own, side_name, zone)


def _match(left_rows: list[Row], right_rows: list[Row]) -> Matching:
    groups: dict[tuple, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for row in left_rows:
        groups[row.key][0].append(row)
    for row in right_rows:
        groups[row.key][1].append(row)
    pairs: list[tuple[Row, Row]] = []
    only_left: list[Row] = []
    only_right: list[Row] = []
    large_groups = 0
    for lefts, rights in groups.values():
        lefts.sort(key=lambda row: row_key(row.cells))
        rights.sort(key=lambda row: row_key(row.cells))
        found, is_large = pair_group([row.brought for row in lefts], [row.brought for row in rights])
        large_groups += is_large
        pairs += [(lefts[i], rights[j]) for i, j in found]
        only_left += _without(lefts, {i for i, _ in found})
        only_right += _without(rights, {j for _, j in found})
    return Matching(
        pairs,
        only_left,
        only_right,
        large_groups,
        sum(1 for lefts, _ in groups.values() if len(lefts) > 1),
        sum(1 for _, rights in groups.values() if len(rights) > 1),
    )


def _match_keyless(left_rows: list[Row], right_rows: list[Row]) -> Matching:
    """EXCEPT ALL in both directions; of equal rows the first in sort order pair."""
    lefts = sorted(left_rows, key=lambda row: row_key(row.cells))
    rights = sorted(right_rows, key=lambda row: row_key(row.cells))
    found = pair_identical([row.brought for row in lefts], [row.brought for row in rights])
    return Matching(
        [(lefts[i], rights[j]) for i, j in found],
        _without(lefts, {i for i, _ in found}),
        _without(rights, {j for _, j in found}),
        0,
        0,
        0,
    )


def _without(rows: list[Row], taken: set[int]) -> list[Row]:
    return [row for position, row in enumerate(rows) if position not in taken]


def _document(
    columns: Plan, matching: Matching, left_rows: list[Row], right_rows: list[Row], options: Options
) -> dict[str, Any]:
    zone = zone_of(options.time_zone)
    key_pairs = columns.keys if columns.keys is not None else columns.pairs

    def key_texts(row: Row, is_left: bool) -> dict[str, str | None]:
        cells = row.key_cells if columns.keys is not None else row.cells
        return {
            pair.name: shown(cell, pair.left_type if is_left else pair.right_type, zone)
            for pair, cell in zip(key_pairs, cells, strict=True)
        }

    changed = sorted(
        (pair for pair in matching.pairs if pair[0].brought != pair[1].brought), key=lambda pair: pair[0].order
    )
    matched = len(matching.pairs)
    type_changes = [
        {"name": pair.name, "left_type": pair.left_type, "right_type": pair.right_type}
        for pair in columns.pairs
        if pair.domain is not Domain.PRESENCE
        and not same_type(pair.left_type, pair.right_type, options.case_sensitive)
    ]
    entries = [
        _column(slot, pair, changed, matched, options, key_texts)
        for slot, pair in enumerate(columns.pairs)
        if not pair.is_key
    ]
    ranked = sorted((entry for entry in entries if entry["mismatches"]), key=lambda entry: -entry["mismatches"])
    differs = changed or matching.only_left or matching.only_right
    equal = not (differs or columns.only_left or columns.only_right or type_changes)
    keep = options.samples
    return {
        "version": 1,
        "equal": equal,
        "passed": equal,
        "keys": None if columns.keys is None else [{"left": k.name, "right": k.right_name} for k in columns.keys],
        "counts": {
            "left": len(left_rows),
            "right": len(right_rows),
            "matched": matched,
            "identical": matched - len(changed),
            "changed": len(changed),
            "only_left": len(matching.only_left),
            "only_right": len(matching.only_right),
            "duplicate_keys_left": matching.duplicate_keys_left,
            "duplicate_keys_right": matching.duplicate_keys_right,
            "null_keys_left": sum(1 for row in left_rows if None in row.key_cells),
            "null_keys_right": sum(1 for row in right_rows if None in row.key_cells),
        },
        "schema": {
            "common": [pair.name for pair in columns.pairs if pair.domain is not Domain.PRESENCE],
            "only_left": columns.only_left,
            "only_right": columns.only_right,
            "type_changes": type_changes,
        },
        "columns": entries,
        "mismatched_columns": [entry["name"] for entry in ranked],
        "samples": {
            "only_left": [key_texts(row, True) for row in sorted(matching.only_left, key=_order)[:keep]],
            "only_right": [key_texts(row, False) for row in sorted(matching.only_right, key=_order)[:keep]],
            "changed": [
                {
                    "key": key_texts(left, True),
                    "columns": [
                        pair.name
                        for slot, pair in enumerate(columns.pairs)
                        if left.brought[slot] != right.brought[slot]
                    ],
                }
                for left, right in changed[:keep]
            ],
        },
        "warnings": ["large duplicate groups"] if matching.large_groups else [],
    }


def _order(row: Row) -> tuple:
    return row.order


def _column(
    slot: int, pair: ColumnPair, changed: list[tuple[Row, Row]], matched: int, options: Options, key_texts
) -> dict[str, Any]:
    zone = zone_of(options.time_zone)
    cells = [(left, right) for left, right in changed if left.brought[slot] != right.brought[slot]]
    distances = [distance(pair, left.brought[slot], right.brought[slot]) for left, right in cells]
    return {
        "name": pair.name,
        "left_type": pair.left_type,
        "right_type": pair.right_type,
        "mismatches": len(cells),
        "rate": len(cells) / matched if matched else 0,
        "null_left": sum(1 for left, _ in cells if left.cells[slot] is None),
        "null_right": sum(1 for _, right in cells if right.cells[slot] is None),
        "max_difference": max((each for each in distances if each is not None), default=None),
        "causes": {},
        "samples": [
            {
                "key": key_texts(left, True),
                "left": shown(left.cells[slot], pair.left_type, zone),
                "right": shown(right.cells[slot], pair.right_type, zone),
            }
            for left, right in cells[: options.samples]
        ],
    }
