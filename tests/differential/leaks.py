"""Values of masked columns that come out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from differential.command import Answer
from generator.masks import MARK
from oracle import Options, Side
from oracle.instants import zone_of
from oracle.mask import masked_names
from oracle.nested import planned
from oracle.shown import shown

# Shorter texts, and those of few characters, stand in a document for many reasons.
_LENGTH, _CHARACTERS = 7, 4


def leaks(left: Side, right: Side, options: Options, answer: Answer, document: Mapping[str, Any] | None) -> list[str]:
    """What an answer shows of masked columns; `document` is the one that was expected, `None` for a refusal."""
    if not options.mask:
        return []
    shown_texts = f"{answer.stdout}\n{answer.stderr}"
    marks = [mark for mark in (MARK.decode(), MARK.hex()) if mark.lower() in shown_texts.lower()]
    found = [f"{mark} of a masked column is shown" for mark in marks]
    if document is not None:
        open_texts, closed = _texts(left, right, options)
        # As the command writes it: values that are not shown stand in a row as [null,null], which a value may be, too.
        expected = json.dumps(document, default=str, ensure_ascii=False, separators=(",", ":"))
        elsewhere = f"{expected}\n{open_texts}"
        distinctive = {text for text in closed if _is_distinctive(text) and text not in elsewhere}
        found += [f"{text!r} of a masked column is shown" for text in sorted(distinctive) if text in shown_texts]
    return found


def _is_distinctive(text: str) -> bool:
    return len(text) >= _LENGTH and len(set(text)) >= _CHARACTERS


def _texts(left: Side, right: Side, options: Options) -> tuple[str, set[str]]:
    """The texts of all cells that are compared: those of other columns, joined, and those of masked ones."""
    sides = planned(left, right, options)
    columns = sides[2]
    masked = masked_names(left, right, options, columns)
    zone = zone_of(options.time_zone)
    open_texts, closed = [], set()
    for pair in columns.pairs:
        for side, slot, type_name in (
            (sides[0], pair.left_index, pair.left_type),
            (sides[1], pair.right_index, pair.right_type),
        ):
            texts = {shown(row[slot], type_name, zone) for row in side.rows} - {None}
            if pair.name in masked:
                closed |= texts
            else:
                open_texts += texts
    return "\n".join(open_texts), closed
