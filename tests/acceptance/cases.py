"""Reading acceptance cases: two small datasets, the options, and what the result must say.

A case holds `left` and `right` with a `schema` of [name, Spark DDL type] and `rows`, the `options` as the keyword
arguments of `compare_datasets`, perhaps `conf` with session settings, and `expect`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from generator.values import rounded
from oracle import Options, Side
from oracle.nested import parsed
from oracle.types import NESTED

CASES_FOLDER = Path(__file__).resolve().parents[1] / "cases"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DOUBLES = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf"), "-0.0": -0.0}


@dataclass(frozen=True)
class Case:
    """One case, its datasets as the oracle holds them."""

    topic: str
    name: str
    left: Side
    right: Side
    options: Options
    expect: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.topic}-{self.name}"


def load_cases(folder: Path = CASES_FOLDER) -> list[Case]:
    """Every case of every topic file."""
    return [_case(path.stem, raw) for path in sorted(folder.glob("*.json")) for raw in json.loads(path.read_text())]


def _case(topic: str, raw: Mapping[str, Any]) -> Case:
    options = dict(raw["options"])
    settings = raw.get("conf", {})
    options["case_sensitive"] = settings.get("spark.sql.caseSensitive", "false") == "true"
    options["time_zone"] = settings.get("spark.sql.session.timeZone", "UTC")
    return Case(topic, raw["name"], _side(raw["left"]), _side(raw["right"]), Options(**options), raw["expect"])


def _side(raw: Mapping[str, Any]) -> Side:
    schema = [(name, spark_type) for name, spark_type in raw["schema"]]
    rows = [
        tuple(_value(cell, spark_type) for cell, (_, spark_type) in zip(row, schema, strict=True))
        for row in raw["rows"]
    ]
    return Side(schema, rows)


def _value(cell: Any, spark_type: str) -> Any:
    if cell is not None and spark_type.startswith(NESTED):
        own = parsed(spark_type)
        types = [inner.text for _, inner in own.parts]
        if own.kind == "array":
            return [_value(element, types[0]) for element in cell]
        if own.kind == "map":
            return [(_value(key, types[0]), _value(value, types[1])) for key, value in cell["$map"]]
        return {name: _value(cell["$struct"][name], inner.text) for name, inner in own.parts}
    if isinstance(cell, dict):
        ((tag, text),) = cell.items()
        return _tagged(tag, text)
    if isinstance(cell, str) and spark_type == "string":
        return cell.encode()
    if cell is not None and spark_type in ("float", "double"):
        return rounded(float(cell), 32 if spark_type == "float" else 64)
    return cell


def _tagged(tag: str, text: str) -> Any:
    match tag:
        case "$double":
            return _DOUBLES[text]
        case "$long":
            return int(text)
        case "$decimal":
            return Decimal(text)
        case "$date":
            return (date.fromisoformat(text) - _EPOCH.date()).days
        case "$ts" | "$ts_ntz":
            moment = datetime.fromisoformat(text)
            passed = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
            return ((passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds) * 1000
        case "$binary" | "$utf8":
            return bytes.fromhex(text)
    raise ValueError(f"unknown value {tag}")
