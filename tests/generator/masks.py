"""Random masks, and values of masked columns that are known again wherever they come out."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from oracle import Options, Side
from oracle.nested import Type, parsed

MARK = b"SECRET-"
# Every so many pairs have a mask; None for no masks at all.
MASKED_EACH: int | None = 8


def is_masked(rng: random.Random) -> bool:
    """Whether a pair has a mask."""
    return MASKED_EACH is not None and rng.random() * MASKED_EACH < 1


def random_mask(rng: random.Random, names: Sequence[str], others: Sequence[str], case_sensitive: bool) -> list[str]:
    """The names and some of the others, as a caller may spell them, now and then one twice or one that is no column."""
    asked = [*names, *(name for name in others if rng.random() < 0.5)]
    if not case_sensitive:
        asked = [name.upper() if name.isascii() and rng.random() < 0.1 else name for name in asked]
    if asked and rng.random() < 0.1:
        asked.append(rng.choice(asked))
    if rng.random() < 0.03:
        asked.insert(rng.randint(0, len(asked)), "no such masked column")
    return asked


def marked(value: Any, own: Type) -> Any:
    """A value with the mark in all of its text."""
    if value is None:
        return None
    match own.kind:
        case "flat":
            is_plain = own.text == "string" and MARK.lower() not in value.lower()
            return MARK + value if is_plain else value
        case "array":
            return tuple(marked(element, own.parts[0][1]) for element in value)
        case "map":
            (_, key), (_, entry) = own.parts
            return tuple((marked(each, key), marked(other, entry)) for each, other in value)
    return tuple(marked(cell, part) for cell, (_, part) in zip(value, own.parts, strict=True))


def marked_rows(rows: Sequence[tuple], types: Sequence[str], slots: Collection[int]) -> list[tuple]:
    """Rows with the mark in the text of some columns."""
    own = [parsed(each) for each in types]
    return [tuple(marked(cell, own[slot]) if slot in slots else cell for slot, cell in enumerate(row)) for row in rows]


def masked_nested(rng: random.Random, left: Side, right: Side, options: Options) -> tuple[Side, Side, Options]:
    """A pair of sides with some of their columns, fields and structs masked; whole columns of them hold the mark."""
    if not is_masked(rng):
        return left, right, options
    types = [dict(side.schema) for side in (left, right)]
    names = [name for name, _ in left.schema]
    # Of a struct that meets something else no field is named: it is compared as a whole.
    inside = [
        f"{name}.{field}"
        for name, text in types[0].items()
        if text.startswith("struct<") and types[1][name].startswith("struct<")
        for field, _ in parsed(text).parts
    ]
    whole = {name for name in names if rng.random() < 0.5}
    asked = random_mask(rng, sorted(whole), inside, options.case_sensitive)
    sides = [
        replace(
            side,
            rows=marked_rows(
                side.rows,
                [text for _, text in side.schema],
                {slot for slot, (name, _) in enumerate(side.schema) if name in whole},
            ),
        )
        for side in (left, right)
    ]
    return sides[0], sides[1], replace(options, mask=asked)
