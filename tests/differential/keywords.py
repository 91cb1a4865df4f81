"""The options of a pair as keyword arguments of `compare_datasets`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from oracle import Options


def keyword_arguments(options: Options) -> dict[str, Any]:
    """The options as Python takes them; what belongs to the session is left out."""
    keys: Any = options.asked_keys()
    if keys:
        keys = [left for left, _ in keys] if any(right is None for _, right in keys) else dict(keys)
    return {
        "keys": keys,
        "columns": options.columns,
        "exclude": options.exclude,
        "rename": options.rename,
        "duplicates": options.duplicates,
        "samples": options.samples,
        "where": options.where,
        "left_where": options.left_where,
        "right_where": options.right_where,
        "tolerance": _with_tolerances(options.tolerance),
        "text": options.text,
        "null_equals": _with_values(options.null_equals),
        "unordered": options.unordered,
        "thresholds": options.thresholds,
        **({} if options.mask is None else {"mask": options.mask}),
    }


def _with_tolerances(asked: Any) -> Any:
    """Tolerances as a caller in Python writes them, where JSON has an object that says what it is."""
    if not isinstance(asked, dict):
        return asked
    if set(asked) == {"$tolerance"}:
        from spark_parity import Tolerance

        return Tolerance(**asked["$tolerance"])
    return {selector: _with_tolerances(tolerance) for selector, tolerance in asked.items()}


def _with_values(literals: Any) -> Any:
    """Literals for null as a caller in Python writes them, where JSON has only tagged text."""
    if not isinstance(literals, dict):
        return literals
    if len(literals) == 1:
        ((tag, text),) = literals.items()
        if tag in _FROM_TEXT:
            return _FROM_TEXT[tag](text)
    return {selector: _with_values(literal) for selector, literal in literals.items()}


_FROM_TEXT = {
    "$decimal": Decimal,
    "$date": date.fromisoformat,
    "$ts": datetime.fromisoformat,
    "$ts_ntz": datetime.fromisoformat,
}


def tagged(value: object) -> dict[str, str]:
    """A literal that JSON cannot write, as the tagged text that stands for it; for `json.dumps`."""
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):
        return {"$ts_ntz" if value.tzinfo is None else "$ts": value.isoformat().replace("+00:00", "Z")}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    raise TypeError(f"{value!r} is no literal")


def expressible(options: Options) -> Options:
    """The same options in a form that Python can say: keys are all names or all pairs, here a rename stands in."""
    keys = options.asked_keys()
    if keys is None or all(right is None for _, right in keys):
        return options
    names = [left for left, _ in keys]
    if all(right is not None for _, right in keys) and len(set(names)) == len(names):
        return options
    pairs = {left: right for left, right in keys if right is not None}
    return replace(options, keys=names, rename={**options.rename, **pairs})
