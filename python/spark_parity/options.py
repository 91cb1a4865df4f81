"""The caller's arguments, checked for their Python types and written as the JSON object that a run is made from.

Whether names exist, options fit together or values make sense is decided where the data is known, not here.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Union

from .errors import ParityError, bad_option

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Path = Union[str, "os.PathLike[str]"]
Dataset = Union[Path, Sequence[Path], "DataFrame"]
Number = Union[int, float, Decimal]


@dataclass(frozen=True)
class Tolerance:
    """How far apart two values may lie and still be equal.

    Numbers are equal when `abs(left - right) <= absolute + relative * abs(right)`; with `symmetric`, the larger of
    both counts instead of the right one. Dates and times are equal when they lie at most `time` apart.
    """

    absolute: Number | None = None
    relative: Number | None = None
    symmetric: bool = False
    time: timedelta | str | None = None


def run_options(
    *,
    left: Dataset,
    right: Dataset,
    keys: object,
    columns: object,
    exclude: object,
    rename: object,
    filters: Mapping[str, object],
    rules: Mapping[str, object],
    duplicates: object,
    samples: object,
    report_rows: object,
    output: object,
) -> dict[str, Any]:
    """The options of a run. `rules` are relaxations, thresholds and the mask.

    Where columns are masked, a refusal repeats nothing of an argument: it may be one of their values.
    """
    try:
        return _run_options(
            left, right, keys, columns, exclude, rename, filters, rules, duplicates, samples, report_rows, output
        )
    except ParityError as refusal:
        if not rules.get("mask"):
            raise
        argument = refusal.message.split()[0]
    raise bad_option(
        f"{argument} is not understood, and not shown because columns are masked",
        "docs/python.md shows what it takes",
    )


def _run_options(
    left: Dataset,
    right: Dataset,
    keys: object,
    columns: object,
    exclude: object,
    rename: object,
    filters: Mapping[str, object],
    rules: Mapping[str, object],
    duplicates: object,
    samples: object,
    report_rows: object,
    output: object,
) -> dict[str, Any]:
    if duplicates not in ("pair", "fail"):
        raise bad_option(f"duplicates is {duplicates!r}", "it is 'pair' or 'fail'")
    return {
        "left": _side("left", left),
        "right": _side("right", right),
        "keys": None if keys is None else _keys(keys),
        "columns": None if columns is None else names("columns", columns),
        "exclude": [] if exclude is None else names("exclude", exclude),
        "rename": [] if rename is None else _renamings("rename", rename),
        **{name: None if value is None else _predicate(name, value) for name, value in filters.items()},
        "rules": {name: _json(name, value) for name, value in rules.items()},
        "duplicates": duplicates,
        "samples": _count("samples", samples),
        "report_rows": _count("report_rows", report_rows),
        "output": None if output is None else _path("output", output),
    }


def _count(option: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad_option(f"{option} is {value!r}", "it is a whole number, such as 20")
    if value < 0:
        raise bad_option(f"{option} is {value}", "it is 0 or more")
    return value


def has_scheme(path: str) -> bool:
    """Whether a path names its file system, as `s3://…` does."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path) is not None


def _json(option: str, value: object) -> Any:
    """A value as JSON; what JSON has no form for becomes an object whose one member tells what it is."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise bad_option(f"{option} holds {value}", "give a finite number")
        return value
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return {"$ts_ntz": value.isoformat()}
        return {"$ts": value.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + "Z"}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, timedelta):
        return f"{value // timedelta(microseconds=1)} microseconds"
    if isinstance(value, Tolerance):
        members = {
            "absolute": _json(option, value.absolute),
            "relative": _json(option, value.relative),
            "symmetric": value.symmetric,
            "time": _json(option, value.time),
        }
        # A plain mapping may be meant for a column called like a member; a Tolerance never is.
        return {"$tolerance": members}
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                raise bad_option(f"{option} holds {name!r}", "column names are text")
        return {name: _json(option, each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(option, each) for each in value]
    raise bad_option(f"{option} holds a value of type {type(value).__name__}", "docs/python.md shows what it takes")


def _side(name: str, value: object) -> dict[str, Any]:
    if isinstance(value, str):
        text = _path(name, value)
        is_path = "/" in text or has_scheme(text) or os.path.exists(text)
        return {"paths": [text]} if is_path else {"table": text}
    if isinstance(value, os.PathLike):
        return {"paths": [_path(name, value)]}
    if isinstance(value, (list, tuple)):
        if not value:
            raise bad_option(f"{name} is an empty list", "name at least one path")
        return {"paths": [_path(name, each) for each in value]}
    # Classic and Connect have a class of that name each, and neither need be installed.
    if any(base.__name__ == "DataFrame" for base in type(value).__mro__):
        raise bad_option(
            f"{name} is a DataFrame, which is not supported in this version",
            f"write it as Parquet and pass the path, or pass the path or table that it reads as {name}",
        )
    raise bad_option(
        f"{name} is of type {type(value).__name__}", "it is a path, a list of paths, or the name of a table"
    )


def _path(name: str, value: object) -> str:
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(text, str):
        raise bad_option(f"{name} holds a value of type {type(text).__name__}", "a path is text or a pathlib.Path")
    if not text:
        raise bad_option(f"{name} is empty text", "name a path")
    return text


def _predicate(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise bad_option(f"{name} is of type {type(value).__name__}", "it is a SQL predicate as text")
    return value


def _keys(value: object) -> list[list[str | None]]:
    if isinstance(value, Mapping):
        return [[left, right] for left, right in _renamings("keys", value)]
    return [[name, None] for name in names("keys", value)]


def names(option: str, value: object) -> list[str]:
    """A list of column names, checked."""
    if isinstance(value, str):
        raise bad_option(f"{option} is the text {value!r}", f"give a list: {option}=[{value!r}]")
    if not isinstance(value, (list, tuple)):
        raise bad_option(f"{option} is of type {type(value).__name__}", "it is a list of column names")
    for name in value:
        if not isinstance(name, str):
            raise bad_option(f"{option} holds {name!r}", "column names are text")
    return list(value)


def _renamings(option: str, value: object) -> list[list[str]]:
    if not isinstance(value, Mapping):
        raise bad_option(f"{option} is of type {type(value).__name__}", 'it is a mapping {"left name": "right name"}')
    for pair in value.items():
        for name in pair:
            if not isinstance(name, str):
                raise bad_option(f"{option} holds {name!r}", "column names are text")
    return [[left, right] for left, right in value.items()]
