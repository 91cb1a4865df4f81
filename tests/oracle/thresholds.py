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

    def document(self) -> dict[str, Any]:
        """The thresholds as the result document states them: as given, columns by their left names."""
        rows = {} if self.rows is None else {"rows": self.rows}
        columns = {"columns": self.columns} if self.columns else {}
        return {**rows, **columns, **({"schema": 0} if self.schema else {})}

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


def check_form(asked: Any) -> None:
    """Refuses thresholds that make no sense whatever the columns are."""
    if asked is None:
        return
    if not isinstance(asked, Mapping) or not set(asked) <= {"rows", "columns", "schema"}:
        raise Refused("BAD_OPTION", f"thresholds: {asked!r}")
    columns = asked.get("columns", {})
    if not isinstance(columns, Mapping):
        raise Refused("BAD_OPTION", f"thresholds: columns is {columns!r}")
    for share in [*columns.values(), *([asked["rows"]] if "rows" in asked else [])]:
        if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share <= 1:
            raise Refused("BAD_OPTION", f"thresholds: a share is {share!r}")
    if "schema" in asked and (isinstance(asked["schema"], bool) or asked["schema"] != 0):
        raise Refused("BAD_OPTION", f"thresholds: schema is {asked['schema']!r}")


def thresholds_of(columns: Plan, options: Options) -> Thresholds | None:
    """The thresholds of the options, which are in good form; none where nothing is limited."""
    asked = options.thresholds or {}
    names = Names(columns, options)
    limits: dict[str, float] = {}  # of fields, by the struct that they are in
    named: dict[str, float] = {}
    for name, share in asked.get("columns", {}).items():
        pairs = [columns.pairs[slot] for slot in names.slots(name, with_struct=True)]
        if not pairs or any(pair.is_key for pair in pairs) or pairs[0].name in named:
            raise Refused("BAD_OPTION", f"thresholds: {name} is not compared, or named twice")
        named[pairs[0].name] = float(share)
        limits.update((pair.name, float(share)) for pair in pairs[1:])
    limits.update(named)
    rows = float(asked["rows"]) if "rows" in asked else None
    return Thresholds(rows, limits, "schema" in asked) if rows is not None or limits or "schema" in asked else None
