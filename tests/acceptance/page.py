"""What `report.html` holds, read back from the file."""

from __future__ import annotations

import base64
import gzip
import json
import re
from itertools import accumulate
from pathlib import Path
from typing import Any


def payload(page: Path) -> dict[str, Any]:
    """The document, the rows and the run that are packed inside a page."""
    packed = re.search(r'<script type="application/octet-stream" id="payload">([^<]*)</script>', page.read_text())
    assert packed is not None
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    if found["rows"] is not None:
        found["rows"] = {kind: _rows(kind, listed) for kind, listed in found["rows"].items()}
    return found


def shown_rows(page: Path) -> dict[str, int]:
    """How many rows of each kind a page shows."""
    rows = payload(page)["rows"]
    return {kind: len(rows[kind]["rows"]) for kind in ("changed", "only_left", "only_right")}


def _rows(kind: str, packed: Any) -> Any:
    """Rows as they were before the payload laid them out by column."""
    if kind not in ("changed", "only_left", "only_right"):
        return packed
    keys = _transposed(packed["keys"], packed["count"])
    if kind != "changed":
        values = _transposed(packed["values"], packed["count"])
        rows = [{"key": key, "values": value} for key, value in zip(keys, values, strict=True)]
        return {"total": packed["total"], "rows": rows}
    cells: list[list[dict[str, Any]]] = [[] for _ in keys]
    for column in packed["columns"]:
        values, causes = _column(column["values"]), _column(column["causes"])
        for i, row in enumerate(accumulate(column["rows"])):
            cell = {"column": column["column"], "left": values[2 * i], "right": values[2 * i + 1], "cause": causes[i]}
            cut = column["cuts"][i] if "cuts" in column else None
            cells[row].append({**cell, "cut": cut} if cut else cell)
    rows = [{"key": key, "cells": own} for key, own in zip(keys, cells, strict=True)]
    return {"total": packed["total"], "rows": rows}


def _column(packed: str | list[str | None]) -> list[str | None]:
    if isinstance(packed, list):
        return packed
    return [None if text == "~" else text for text in packed.split("|")]


def _transposed(columns: list[Any], count: int) -> list[list[str | None]]:
    own = [_column(column) for column in columns]
    return [[column[i] for column in own] for i in range(count)]
