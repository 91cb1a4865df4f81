"""The comparison itself, as literally as the documentation puts it: rows in, result document out."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

from oracle import profile, relaxations, thresholds
from oracle.cells import CellRule
from oracle.distance import distance
from oracle.instants import zone_of
from oracle.mask import masked_entry, masked_names
from oracle.nested import planned, same_type
from oracle.offsets import causes_of
from oracle.pairing import pair_group, pair_identical
from oracle.plan import ColumnPair, Options, Plan, Refused, Side
from oracle.predicate import filtered
from oracle.shown import cut_key, cut_pair, shown
from oracle.types import Domain, Value, row_key, sort_key


@dataclass(frozen=True)
class Row:
    """A row seen through the plan: its cells in left schema order, as they are, exact and relaxed.

    `compared` holds the exact forms of the columns that are no keys, `compared_cells` what they are; `key` holds the
    relaxed forms of those that are keys.
    """

    cells: tuple[Value, ...]
    exact: tuple[Any, ...]
    relaxed: tuple[Any, ...]
    compared: tuple[Any, ...]
    compared_cells: tuple[Value, ...]
    key_cells: tuple[Value, ...]
    key: tuple[Any, ...]

    @property
    def order(self) -> tuple:
        """Smallest key first, then the whole row."""
        return tuple(sort_key(cell) for cell in self.key_cells), row_key(self.cells)

    @property
    def listed(self) -> tuple:
        """Smallest key first; without keys the whole row."""
        return tuple(sort_key(cell) for cell in self.key_cells or self.cells)


@dataclass(frozen=True)
class Matching:
    """Every row once: in a pair, or on one side only."""

    pairs: list[tuple[Row, Row]]
    only_left: list[Row]
    only_right: list[Row]
    large_groups: int
    duplicates_left: list[tuple[Row, int]]
    duplicates_right: list[tuple[Row, int]]


class Rules:
    """The plan with the rule of each of its column pairs."""

    def __init__(self, columns: Plan, options: Options) -> None:
        zone = zone_of(options.time_zone)
        self.columns = columns
        self.cells = [
            CellRule(pair, relaxation, zone)
            for pair, relaxation in zip(columns.pairs, relaxations.relaxations_of(columns, options), strict=True)
        ]
        self.limits = thresholds.thresholds_of(columns, options)

    def rows(self, side: Side, name: str) -> list[Row]:
        """The rows of a side, `left` or `right`."""
        pairs = self.columns.pairs
        positions = [pair.left_index if name == "left" else pair.right_index for pair in pairs]
        key_slots = [pairs.index(pair) for pair in self.columns.keys or []]
        rows = []
        for values in side.rows:
            cells = self._with_content(name, tuple(values[position] for position in positions))
            exact = tuple(rule.exact(name, cell) for rule, cell in zip(self.cells, cells, strict=True))
            relaxed = tuple(rule.relaxed(name, cell) for rule, cell in zip(self.cells, cells, strict=True))
            compared, compared_cells = (
                tuple(cell for cell, pair in zip(each, pairs, strict=True) if not pair.is_key)
                for each in (exact, cells)
            )
            key_cells, key = (tuple(each[slot] for slot in key_slots) for each in (cells, relaxed))
            rows.append(Row(cells, exact, relaxed, compared, compared_cells, key_cells, key))
        return rows

    def _with_content(self, name: str, cells: tuple[Value, ...]) -> tuple[Value, ...]:
        """The cells, with nothing in a struct whose fields are null or what null stands for."""
        pairs = self.columns.pairs
        filled = {
            pair.name
            for pair, rule, cell in zip(pairs, self.cells, cells, strict=True)
            if pair.domain is not Domain.PRESENCE
            and not pair.is_key
            and rule.relaxed(name, cell) != rule.relaxed(name, None)
        }
        return tuple(
            cell and any(each.startswith(f"{pair.name}.") for each in filled)
            if pair.domain is Domain.PRESENCE
            else cell
            for pair, cell in zip(pairs, cells, strict=True)
        )

    def differs(self, slot: int, left: Row, right: Row) -> bool:
        """Whether two cells differ under the relaxation of their column."""
        cells = left.cells[slot], right.cells[slot]
        return not self.cells[slot].same(left.relaxed[slot], right.relaxed[slot], cells)

    def differing(self, left: Row, right: Row) -> list[int]:
        """The places of the cells that differ."""
        return [slot for slot in range(len(self.cells)) if self.differs(slot, left, right)]


def compare(left: Side, right: Side, options: Options) -> dict[str, Any]:
    """The result document without `left` and `right`; `warnings` holds one entry per kind of warning expected."""
    relaxations.check_form(options)
    thresholds.check_form(options.thresholds)
    given = left, right
    left, right, columns = planned(left, right, options)
    rules = Rules(columns, options)
    masked = masked_names(*given, options, columns)
    left, right = filtered(left, options.left_where, options), filtered(right, options.right_where, options)
    left_rows, right_rows = rules.rows(left, "left"), rules.rows(right, "right")
    matching = _match_keyless(left_rows, right_rows) if columns.keys is None else _match(rules, left_rows, right_rows)
    if options.duplicates == "fail" and (matching.duplicates_left or matching.duplicates_right):
        raise Refused("DUPLICATE_KEYS", "a key occurs twice")
    return _document(rules, matching, left_rows, right_rows, options, masked)


def _match(rules: Rules, left_rows: list[Row], right_rows: list[Row]) -> Matching:
    groups: dict[tuple, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for row in left_rows:
        groups[row.key][0].append(row)
    for row in right_rows:
        groups[row.key][1].append(row)
    pairs: list[tuple[Row, Row]] = []
    only_left: list[Row] = []
    only_right: list[Row] = []
    large_groups = 0
    duplicates: tuple[list[tuple[Row, int]], list[tuple[Row, int]]] = ([], [])
    for lefts, rights in groups.values():
        for rows, repeated in zip((lefts, rights), duplicates, strict=True):
            if len(rows) > 1:
                repeated.append((rows[0], len(rows)))
            rows.sort(key=lambda row: (row_key(row.compared_cells), row_key(row.key_cells)))
        found, is_large = pair_group(
            [row.compared for row in lefts],
            [row.compared for row in rights],
            lambda i, j, lefts=lefts, rights=rights: len(rules.differing(lefts[i], rights[j])),
        )
        large_groups += is_large
        pairs += [(lefts[i], rights[j]) for i, j in found]
        only_left += _without(lefts, {i for i, _ in found})
        only_right += _without(rights, {j for _, j in found})
    return Matching(
        pairs,
        only_left,
        only_right,
        large_groups,
        *duplicates,
    )


def _match_keyless(left_rows: list[Row], right_rows: list[Row]) -> Matching:
    """EXCEPT ALL in both directions; of equal rows the first in sort order pair."""
    lefts = sorted(left_rows, key=lambda row: row_key(row.cells))
    rights = sorted(right_rows, key=lambda row: row_key(row.cells))
    found = pair_identical([row.relaxed for row in lefts], [row.relaxed for row in rights])
    return Matching(
        [(lefts[i], rights[j]) for i, j in found],
        _without(lefts, {i for i, _ in found}),
        _without(rights, {j for _, j in found}),
        0,
        [],
        [],
    )


def _without(rows: list[Row], taken: set[int]) -> list[Row]:
    return [row for position, row in enumerate(rows) if position not in taken]


def _document(
    rules: Rules,
    matching: Matching,
    left_rows: list[Row],
    right_rows: list[Row],
    options: Options,
    masked: frozenset[str],
) -> dict[str, Any]:
    zone = zone_of(options.time_zone)
    columns = rules.columns
    key_pairs = columns.keys if columns.keys is not None else columns.pairs

    def key_texts(row: Row, is_left: bool) -> dict[str, str | None]:
        cells = row.key_cells if columns.keys is not None else row.cells
        return {
            pair.name: None
            if pair.name in masked
            else cut_key(shown(cell, pair.left_type if is_left else pair.right_type, zone))
            for pair, cell in zip(key_pairs, cells, strict=True)
        }

    def value_texts(row: Row, is_left: bool) -> list[str | None]:
        """What a row on one side only holds beside its key."""
        return [
            None
            if pair.name in masked
            else cut_key(shown(cell, pair.left_type if is_left else pair.right_type, zone), 2000)
            for pair, cell in zip(columns.pairs, row.cells, strict=True)
            if not pair.is_key
        ]

    def duplicates(found: list[tuple[Row, int]], side: str) -> list[dict[str, Any]]:
        first = sorted(found, key=lambda key: tuple(sort_key(cell) for cell in key[0].key_cells))
        return [
            {"side": side, "key": key_texts(row, side == "left"), "rows": rows}
            for row, rows in first[: options.samples]
        ]

    changed = sorted((pair for pair in matching.pairs if rules.differing(*pair)), key=lambda pair: pair[0].order)
    matched = len(matching.pairs)
    type_changes = [
        {"name": pair.name, "left_type": pair.left_type, "right_type": pair.right_type}
        for pair in columns.pairs
        if pair.domain is not Domain.PRESENCE and not same_type(pair.left_type, pair.right_type, options.case_sensitive)
    ]
    entries = [
        _column(rules, slot, matching, changed, options, key_texts)
        for slot, pair in enumerate(columns.pairs)
        if not pair.is_key
    ]
    entries = [masked_entry(entry) if entry["name"] in masked else entry for entry in entries]
    ranked = sorted((entry for entry in entries if entry["mismatches"]), key=lambda entry: -entry["mismatches"])
    differs = changed or matching.only_left or matching.only_right
    schema_differs = bool(columns.only_left or columns.only_right or type_changes)
    equal = not (differs or schema_differs)
    keep = options.samples
    only_left, only_right = (sorted(rows, key=_listed) for rows in (matching.only_left, matching.only_right))

    def sampled_values(rows: list[Row], is_left: bool) -> list[list[str | None] | None]:
        """The values of the sampled rows; of a key with further rows none."""
        if columns.keys is None or len(columns.pairs) == len(columns.keys):
            return []
        cut = rows[keep].listed if len(rows) > keep else None
        told = [row for row in rows[:keep] if row.listed != cut]
        by_key = groupby(told, key=lambda row: key_texts(row, is_left))
        values = [sorted((value_texts(row, is_left) for row in group), key=_texts_order) for _, group in by_key]
        missing = min(keep, len(rows)) - len(told) if told else 0
        return [*chain.from_iterable(values), *[None] * missing]

    counts = {
        "left": len(left_rows),
        "right": len(right_rows),
        "matched": matched,
        "identical": matched - len(changed),
        "changed": len(changed),
        "only_left": len(matching.only_left),
        "only_right": len(matching.only_right),
        "duplicate_keys_left": len(matching.duplicates_left),
        "duplicate_keys_right": len(matching.duplicates_right),
        "null_keys_left": sum(1 for row in left_rows if None in row.key_cells),
        "null_keys_right": sum(1 for row in right_rows if None in row.key_cells),
    }
    document = {
        "version": 1,
        "equal": equal,
        "passed": _passed(rules.limits, counts, entries, schema_differs) if rules.limits else equal,
        "thresholds": rules.limits.document() if rules.limits else None,
        "options": _told(options),
        "keys": None
        if columns.keys is None
        else [
            {"left": key.name, "right": key.right_name, **({"masked": True} if key.name in masked else {})}
            for key in columns.keys
        ],
        "counts": counts,
        "schema": {
            "common": [pair.name for pair in columns.pairs if pair.domain is not Domain.PRESENCE],
            "only_left": columns.only_left,
            "only_right": columns.only_right,
            "type_changes": type_changes,
        },
        "columns": entries,
        "mismatched_columns": [entry["name"] for entry in ranked],
        "samples": {
            "only_left": [key_texts(row, True) for row in only_left[:keep]],
            "only_right": [key_texts(row, False) for row in only_right[:keep]],
            "only_left_values": sampled_values(only_left, True),
            "only_right_values": sampled_values(only_right, False),
            "duplicates": duplicates(matching.duplicates_left, "left") + duplicates(matching.duplicates_right, "right"),
            "changed": [
                {
                    "row": place,
                    "key": key_texts(left, True),
                    "columns": [columns.pairs[slot].name for slot in rules.differing(left, right)],
                }
                for place, (left, right) in enumerate(changed[:keep])
            ],
        },
        "warnings": ["large duplicate groups"] if matching.large_groups else [],
    }
    _number_rows([*document["samples"]["changed"], *(sample for entry in entries for sample in entry["samples"])])
    return document


def _told(options: Options) -> dict[str, Any]:
    """The options that shape the answer; literals that may be values of masked columns are not told."""

    def predicate(text: str | None) -> str | None:
        return "(masked)" if options.mask and text is not None else text

    def literals(asked: Any) -> Any:
        if not options.mask or asked is None:
            return asked
        if isinstance(asked, dict) and not any(name.startswith("$") for name in asked):
            return dict.fromkeys(asked, "(masked)")
        return "(masked)"

    return {
        "columns": options.columns,
        "exclude": options.exclude,
        "rename": options.rename,
        "where": predicate(options.where),
        "left_where": predicate(options.left_where),
        "right_where": predicate(options.right_where),
        "tolerance": _said(options.tolerance),
        "text": options.text,
        "null_equals": literals(options.null_equals),
        "unordered": options.unordered,
        "duplicates": options.duplicates,
        "samples": options.samples,
        "report_rows": 1000,
        "mask": options.mask,
        "case_sensitive": options.case_sensitive,
        "time_zone": options.time_zone,
    }


def _said(tolerance: Any) -> Any:
    """A tolerance without the members that say nothing."""
    if not isinstance(tolerance, dict):
        return tolerance
    if set(tolerance) == {"$tolerance"}:
        members = tolerance["$tolerance"].items()
        return {"$tolerance": {name: value for name, value in members if value is not None and value is not False}}
    return {name: _said(value) for name, value in tolerance.items()}


def _number_rows(samples: list[dict[str, Any]]) -> None:
    """Numbers the changed rows of which something is shown; so far samples have their row's place among all."""
    numbers = {place: number for number, place in enumerate(sorted({sample["row"] for sample in samples}))}
    for sample in samples:
        sample["row"] = numbers[sample["row"]]


def _listed(row: Row) -> tuple:
    return row.listed


def _texts_order(texts: list[str | None]) -> list[tuple[bool, str]]:
    """Nulls first."""
    return [(text is not None, text or "") for text in texts]


def _passed(
    limits: thresholds.Thresholds, counts: dict[str, int], entries: list[dict[str, Any]], schema_differs: bool
) -> bool:
    return limits.passed(counts, {entry["name"]: entry["mismatches"] for entry in entries}, schema_differs)


def _column(
    rules: Rules, slot: int, matching: Matching, changed: list[tuple[Row, Row]], options: Options, key_texts
) -> dict[str, Any]:
    zone = zone_of(options.time_zone)
    pair: ColumnPair = rules.columns.pairs[slot]
    matched = len(matching.pairs)
    differing = [(place, pair) for place, pair in enumerate(changed) if rules.differs(slot, *pair)]
    cells = [rows for _, rows in differing]
    distances = [
        distance(rules.cells[slot].measure, left.relaxed[slot], right.relaxed[slot])
        for left, right in cells
        if None not in (left.cells[slot], right.cells[slot])
    ]
    causes = causes_of(rules.cells[slot], [(left.cells[slot], right.cells[slot]) for left, right in cells], zone)
    own = [(left.cells[slot], right.cells[slot]) for left, right in cells]
    looks = {
        "distances": profile.distances(
            rules.cells[slot], own, [(left.relaxed[slot], right.relaxed[slot]) for left, right in cells]
        ),
        "changes": profile.changes(rules.cells[slot], own, zone) if cells else None,
        "texts": profile.texts(rules.cells[slot], own),
    }
    unequal = sum(1 for left, right in matching.pairs if left.exact[slot] != right.exact[slot])
    return {
        "name": pair.name,
        "left_type": pair.left_type,
        "right_type": pair.right_type,
        "mismatches": len(cells),
        "rate": len(cells) / matched if matched else 0,
        "relaxed": 0 if rules.columns.keys is None else unequal - len(cells),
        "null_left": sum(1 for left, _ in cells if left.cells[slot] is None),
        "null_right": sum(1 for _, right in cells if right.cells[slot] is None),
        "max_difference": max((each for each in distances if each is not None), default=None),
        "causes": dict(Counter(causes)),
        **{name: value for name, value in looks.items() if value is not None},
        "samples": [
            {
                "row": place,
                "key": key_texts(left, True),
                **cut_pair(
                    shown(left.cells[slot], pair.left_type, zone), shown(right.cells[slot], pair.right_type, zone)
                ),
            }
            for place, (left, right) in differing[: options.samples]
        ],
    }
