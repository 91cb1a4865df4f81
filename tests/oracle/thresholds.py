"""Thresholds: the shares of differences with which a comparison still passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oracle.plan import Options, Plan, Refused
from oracle.relaxations import Names


@dataclass(frozen=True)
class Thresholds:
    """What is limited: the share of rows, the shares of columns by name, and whether the schema counts."""

    rows: float | None
    columns: dict[str, float]
    schema: bool

    def passed(self, counts: Mapping[str, int], mismatches: Mapping[str, int], schema_differs: bool) -> bool:
        """Whether every limit holds; shares are doubles, and one that is equal to its limit passes."""
        larger = max(counts["left"], counts["right"])
        differing = counts["changed"] + counts["only_left"] + counts["only_right"]
        rows_hold = self.rows is None or (differing / larger if larger else 0) <= self.rows
        if self.columns and larger and not counts["matched"] and (self.rows is None or not rows_hold):
            return False
        columns_hold = all(
            (mismatches[name] / counts["matched"] if counts["matched"] else 0) <= limit
            for name, limit in self.columns.items()
        )
        return rows_hold and columns_hold and not (self.schema and schema_differs)


def thresholds_of(columns: Plan, options: Options) -> Thresholds | None:
    """The thresholds of the options; none that name nothing."""
    asked = options.thresholds
    if asked is None or asked == {}:
        return None
    if not isinstance(asked, Mapping) or not set(asked) <= {"rows", "columns", "schema"}:
        raise Refused("BAD_OPTION", f"thresholds: {asked!r}")
    names = Names(columns, options)
    limits: dict[str, float] = {}
    for name, share in asked.get("columns", {}).items():
        slot = names.slot(name)
        if slot is None or columns.pairs[slot].is_key or columns.pairs[slot].name in limits:
            raise Refused("BAD_OPTION", f"thresholds: {name} is not compared, or named twice")
        limits[columns.pairs[slot].name] = _share(share)
    if "schema" in asked and (isinstance(asked["schema"], bool) or asked["schema"] != 0):
        raise Refused("BAD_OPTION", f"thresholds: schema is {asked['schema']!r}")
    rows = asked.get("rows")
    if rows is None and not limits and "schema" not in asked:
        return None
    return Thresholds(None if rows is None else _share(rows), limits, "schema" in asked)


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise Refused("BAD_OPTION", f"thresholds: a share is {value!r}")
    return float(value)
