"""A random pair of datasets: schemas, rows of the left, the right derived from it by edits, and options to compare."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from generator.masks import is_masked, marked_rows, random_mask
from generator.moves import moved_rows
from generator.options import random_options
from generator.predicates import random_wheres
from generator.relaxations import drawn_near, random_relaxations, random_thresholds
from generator.sides import Column
from generator.values import Kind, Values, converted, random_kind, random_shape
from oracle import Options

NAMES = [
    "id", "v", "w", "amount", "price", "day", "name", "Zeta", "CamelCase", "n1", "n2", "n3", "flag", "x", "y", "key_2",
    "a.b", "a b", "a`b", "``", "it's", 'say "hi"', "back\\slash", "é", "😀", "select", "1", "x,y", "left", "samples",
    "tab\tname", "(p)", "a.b.c", "*", "name=1",
]  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """Both sides before they are written."""

    left_columns: list[Column]
    left_rows: list[tuple]
    right_columns: list[Column]
    right_rows: list[tuple]
    options: Options


@dataclass(frozen=True)
class Twin:
    """A column on both sides: a left and a right kind, its values and its place among the keys."""

    left: Column
    right: Column
    values: Values
    is_key: bool


def random_pair(rng: random.Random) -> Pair:
    twins = _twins(rng)
    left_rows = _left_rows(rng, twins)
    right_rows = _right_rows(rng, twins, left_rows)
    left_columns = [twin.left for twin in twins]
    right_columns = [twin.right for twin in twins]
    others = [slot for slot, twin in enumerate(twins) if not twin.is_key]
    right_rows = moved_rows(rng, [column.kind for column in right_columns], right_rows, others)
    has_mask = is_masked(rng)
    masked = {slot for slot in range(len(twins)) if has_mask and rng.random() < 0.5}
    left_rows, right_rows = _marked(left_columns, left_rows, masked), _marked(right_columns, right_rows, masked)
    relaxed = random_relaxations(rng, twins, left_rows)
    right_rows = _marked(right_columns, drawn_near(rng, relaxed, twins, right_rows), masked)
    left_columns, left_rows = _one_sided(rng, left_columns, left_rows, "left")
    right_columns, right_rows = _one_sided(rng, right_columns, right_rows, "right")
    both = {twin.left for twin in twins} | {twin.right for twin in twins}
    options = random_options(
        rng,
        [(twin.left.name, twin.right.name) for twin in twins],
        [twin.is_key for twin in twins],
        [column.name for column in [*left_columns, *right_columns] if column not in both],
    )
    compared = [
        twin.left.name
        for twin in twins
        if not twin.is_key
        and twin.left.name not in options.exclude
        and (options.columns is None or twin.left.name in options.columns)
    ]
    options = replace(relaxed.applied(options), thresholds=random_thresholds(rng, compared))
    if has_mask:
        names = [twins[slot].left.name for slot in sorted(masked)]
        lonely = [column.name for column in [*left_columns, *right_columns] if column not in both]
        unmet = [twins[slot].right.name for slot in sorted(masked) if _has_no_partner(twins[slot], options)]
        options = replace(options, mask=random_mask(rng, names, [*lonely, *unmet], options.case_sensitive))
    filter_rng = random.Random(rng.random())
    options = replace(options, **random_wheres(filter_rng, (left_columns, right_columns), (left_rows, right_rows)))
    right_columns, right_rows = _reordered(rng, right_columns, right_rows)
    if rng.random() < 0.7:
        rng.shuffle(right_rows)
    return Pair(left_columns, left_rows, right_columns, right_rows, options)


def _marked(columns: Sequence[Column], rows: list[tuple], slots: set[int]) -> list[tuple]:
    """Rows with the mark in the text of some columns; text that writes other values stays as it is."""
    texts = {slot for slot in slots if columns[slot].kind == Kind("string")}
    return marked_rows(rows, [column.kind.spark_type for column in columns], texts) if texts else rows


def _has_no_partner(twin: Twin, options: Options) -> bool:
    """Whether the right column has another name than the left one and no option brings them together."""
    keys = {right for _, right in options.asked_keys() or []}
    return twin.right.name.lower() != twin.left.name.lower() and twin.right.name not in {
        *options.rename.values(),
        *keys,
    }


# The families whose values text may write.
_WRITTEN = ("integer", "uint64", "decimal", "floating", "boolean", "date", "timestamp", "timestamp_ntz")


def _twins(rng: random.Random) -> list[Twin]:
    count = rng.choice([1, 2, 2, 3, 3, 4, 5, 6, 8, 12])
    key_count = 0 if rng.random() < 0.2 else min(count, rng.choice([1, 1, 1, 2, 3]))
    names = _distinct(rng, count)
    twins = []
    changes_types = rng.random() < 0.4
    for slot in range(count):
        is_key = slot < key_count
        kind = _key_kind(rng) if is_key else random_kind(rng)
        if not is_key and kind.family in _WRITTEN and changes_types and rng.random() < 0.12:
            kind = Kind("string", writes=kind)
        right_kind = kind
        if changes_types and rng.random() < (0.3 if is_key else 0.45):
            right_kind = _other_kind(rng, kind, is_key)
        right_name = names[slot]
        if rng.random() < 0.06:
            right_name = right_name.upper() if right_name.upper().lower() == right_name.lower() else right_name
        elif rng.random() < 0.06:
            right_name = f"{right_name}_r"
        pool_size = rng.choice([2, 4, 30, None]) if is_key else rng.choice([1, 2, 3, 6, 20, None])
        null_rate = rng.choice([0, 0, 0.1] if is_key else [0, 0, 0.05, 0.3, 0.3, 1])
        values = Values(rng, kind, null_rate, pool_size)
        twins.append(Twin(Column(names[slot], kind), Column(right_name, right_kind), values, is_key))
    if len({twin.right.name for twin in twins}) < count:  # two spellings of one name became the same
        twins = [replace(twin, right=replace(twin.right, name=twin.left.name)) for twin in twins]
    rng.shuffle(twins)
    return twins


def _distinct(rng: random.Random, count: int) -> list[str]:
    """Names that differ, nearly always also without case."""
    pool = NAMES[:16] if rng.random() < 0.6 else NAMES
    names = rng.sample(pool, count)
    if count > 1 and rng.random() < 0.03:
        names[0] = names[1].swapcase() if names[1].swapcase() != names[1] else names[0]
    return names


def _key_kind(rng: random.Random) -> Kind:
    if rng.random() < 0.3:
        return random_kind(rng)
    return random_shape(rng, rng.choice(["integer", "integer", "string", "date", "decimal", "floating", "timestamp"]))


def _other_kind(rng: random.Random, kind: Kind, is_key: bool) -> Kind:
    """The kind of the same column on the right: mostly one that still has a rule."""
    if kind.writes is not None and (not is_key or rng.random() < 0.05):
        return kind.writes if rng.random() < 0.8 else random_shape(rng, kind.writes.family)
    if kind.family in _WRITTEN and rng.random() < 0.15 and (not is_key or rng.random() < 0.05):
        return Kind("string", writes=kind)
    if kind.family in ("integer", "decimal", "floating", "uint64"):
        return random_shape(rng, rng.choice(["integer", "decimal", "floating", kind.family]))
    if kind.family in ("timestamp", "timestamp_ntz", "date"):
        return random_shape(rng, rng.choice(["timestamp", "timestamp", "timestamp_ntz", "date"]))
    if kind.family == "time":
        return random_shape(rng, "time")
    if kind.family == "interval" and rng.random() < 0.8:
        return random_shape(rng, rng.choice(["interval", "interval", "integer"]))
    if kind.family == "binary" and rng.random() < 0.5:
        return Kind("binary", bits=16)
    if is_key and rng.random() < 0.9:
        return kind
    if kind.family == "boolean":
        return random_shape(rng, "integer")
    if kind.family == "string" and rng.random() < 0.8:
        return Kind("binary")
    return random_kind(rng) if rng.random() < 0.3 else kind


def _left_rows(rng: random.Random, twins: Sequence[Twin]) -> list[tuple]:
    count = rng.choice([0, 1, 2, 3, 5, 8, 12, 20, 20, 40, 40, 80]) if rng.random() < 0.985 else 1500
    rows = [tuple(twin.values.draw(rng) for twin in twins) for _ in range(count)]
    if rows and rng.random() < 0.35 and any(twin.is_key for twin in twins):
        rows = _with_unique_keys(rng, twins, rows)
    if rows and rng.random() < 0.25:
        rows += [rng.choice(rows) for _ in range(rng.randint(1, 5))]
    if rows and rng.random() < 0.04:
        rows += _crowd(rng, twins, rng.choice(rows), rng.randint(20, 150))
    return rows


def _crowd(rng: random.Random, twins: Sequence[Twin], hot: tuple, count: int) -> list[tuple]:
    """Rows that share the key of a row."""
    return [tuple(c if t.is_key else t.values.draw(rng) for t, c in zip(twins, hot, strict=True)) for _ in range(count)]


def _with_unique_keys(rng: random.Random, twins: Sequence[Twin], rows: list[tuple]) -> list[tuple]:
    seen, kept = set(), []
    slots = [slot for slot, twin in enumerate(twins) if twin.is_key]
    for row in rows:
        key = tuple(str(row[slot]) for slot in slots)
        if key not in seen:
            seen.add(key)
            kept.append(row)
    return kept


def _right_rows(rng: random.Random, twins: Sequence[Twin], left_rows: Sequence[tuple]) -> list[tuple]:
    """The left rows with edits, each cell brought to the right kind."""
    if rng.random() < 0.03:
        return []
    is_calm = rng.random() < 0.15
    delete, insert, repeat = (0.0 if is_calm else rng.choice([0, 0, 0.05, 0.2, 0.5]) for _ in range(3))
    change_cell, change_key = (0.0 if is_calm else rng.choice([0.02, 0.1, 0.1, 0.4]) for _ in range(2))
    rates = {True: change_key / 3, False: change_cell}
    edited = []
    for row in left_rows:
        if rng.random() < delete:
            continue
        copies = 1 + (rng.random() < repeat)
        for _ in range(copies):
            cells = [
                twin.values.changed(rng, cell) if rng.random() < rates[twin.is_key] else cell
                for twin, cell in zip(twins, row, strict=True)
            ]
            edited.append(tuple(cells))
    for _ in range(sum(rng.random() < insert for _ in range(max(3, len(left_rows))))):
        edited.append(tuple(twin.values.draw(rng) for twin in twins))
    if len(left_rows) > 10 and not is_calm and rng.random() < 0.2:  # often more than are paired exactly
        hot = rng.choice(left_rows)
        others = [row for row in edited if any(t.is_key and c != h for t, c, h in zip(twins, row, hot, strict=True))]
        edited = others + _crowd(rng, twins, hot, rng.randint(50, 120))
    sources = [
        Values(rng, twin.right.kind, twin.values.null_rate, 3) if twin.left.kind != twin.right.kind else None
        for twin in twins
    ]
    return [
        tuple(_brought(rng, twin, source, cell) for twin, source, cell in zip(twins, sources, row, strict=True))
        for row in edited
    ]


def _brought(rng: random.Random, twin: Twin, source: Values | None, cell: Any) -> Any:
    if source is None or cell is None:
        return cell
    try:
        return converted(cell, twin.left.kind, twin.right.kind)
    except ValueError:
        return source.draw(rng)


def _one_sided(
    rng: random.Random, columns: list[Column], rows: list[tuple], side: str
) -> tuple[list[Column], list[tuple]]:
    """Sometimes a further column that the other side lacks."""
    if rng.random() > 0.15:
        return columns, rows
    extra = Column(f"only_{side}_{rng.randint(1, 3)}", random_kind(rng))
    values = Values(rng, extra.kind, 0.2, 3)
    place = rng.randint(0, len(columns))
    return (
        [*columns[:place], extra, *columns[place:]],
        [(*row[:place], values.draw(rng), *row[place:]) for row in rows],
    )


def _reordered(rng: random.Random, columns: list[Column], rows: list[tuple]) -> tuple[list[Column], list[tuple]]:
    if rng.random() < 0.6:
        return columns, rows
    order = list(range(len(columns)))
    rng.shuffle(order)
    return [columns[slot] for slot in order], [tuple(row[slot] for slot in order) for row in rows]


def mirrored(options: Options) -> Options | None:
    """The options for swapped sides, where they name nothing by a side and mean the same on both."""
    keys = options.asked_keys()
    if options.rename or any(right is not None for _, right in keys or []):
        return None
    if options.tolerance is not None or options.null_equals is not None or "type:" in str(options.text):
        return None
    return replace(options, left_where=options.right_where, right_where=options.left_where)
