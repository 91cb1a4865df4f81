"""What a document shows of rows that are the same under the rules, seen so that any choice among them is right.

Without keys, text rules and literals for null make different rows the same, and so does parsing text; which of them is
shown, or is the surplus, is not promised. So it is where exact numbers meet as doubles. The same holds under a key that
occurs more than once, where text rules on the key or types make different rows the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from oracle import Options, Side
from oracle.cells import CellRule
from oracle.document import Rules
from oracle.instants import zone_of
from oracle.nested import planned
from oracle.shown import shown
from oracle.types import Domain, is_exact_number, is_number, rounded_to_float

_PROFILE = ("distances", "changes", "texts")


class Unpromised:
    """Reduces documents of one comparison to what is promised."""

    def __init__(self, rules: Rules, options: Options) -> None:
        self._rules = {rule.pair.name: rule for rule in rules.cells}
        self._samples = options.samples
        self._zone = zone_of(options.time_zone)
        self._has_keys = rules.columns.keys is not None

    def promised(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The document with its examples as what they are the same as, in an order of their own.

        Of a list that does not hold everything only the length remains.
        """
        counts, samples = document["counts"], document["samples"]
        reduced = {
            "only_left": self._list(samples["only_left"], counts["only_left"], lambda row: self._row(row, "left")),
            "only_right": self._list(samples["only_right"], counts["only_right"], lambda row: self._row(row, "right")),
            "only_left_values": len(samples["only_left_values"]),
            "only_right_values": len(samples["only_right_values"]),
            "duplicates": self._duplicates(samples["duplicates"], counts),
            "changed": self._list(
                samples["changed"],
                counts["changed"],
                lambda row: {"key": self._row(row["key"], "left"), "columns": row["columns"]},
            ),
        }
        columns = [
            {
                **column,
                "samples": self._list(column["samples"], column["mismatches"], self._cell_of(column["name"])),
                # What explains the cells of a surplus depends on which rows that is; how many cells there are does not.
                "causes": sum(column["causes"].values()),
            }
            for column in document["columns"]
        ]
        if self._has_keys:
            # How far the cells of a surplus are apart depends on which rows that is, too.
            columns = [{**column, "max_difference": None, **dict.fromkeys(_PROFILE)} for column in columns]
        return {**document, "samples": reduced, "columns": columns}

    def _duplicates(self, keys: list[Any], counts: Mapping[str, int]) -> list[Any]:
        """Any row of a duplicate key may stand for it."""

        def of_side(side: str) -> Any:
            own = [key for key in keys if key["side"] == side]
            total = counts[f"duplicate_keys_{side}"]
            return self._list(own, total, lambda key: (self._row(key["key"], side), key["rows"]))

        return [of_side("left"), of_side("right")]

    def _list(self, rows: list[Any], count: int, reduced: Any) -> Any:
        return sorted(repr(reduced(row)) for row in rows) if count <= self._samples else len(rows)

    def _row(self, row: Mapping[str, Any], side: str) -> dict[str, Any]:
        return {name: self._same(name, side, text) for name, text in row.items() if name in self._rules}

    def _cell_of(self, name: str) -> Any:
        if self._has_keys:
            # Which rows are left over decides what the rest pairs with.
            return lambda cell: self._row(cell["key"], "left")
        return lambda cell: {
            "key": self._row(cell["key"], "left"),
            "left": self._same(name, "left", cell["left"]) if self._is_coarse(name) else cell["left"],
            "right": self._same(name, "right", cell["right"]) if self._is_coarse(name) else cell["right"],
        }

    def _is_coarse(self, name: str) -> bool:
        return name in self._rules and _is_coarse(self._rules[name])

    def _same(self, name: str, side: str, text: str | None) -> Any:
        """Something that is equal for the texts of values that are the same under the rules."""
        rule = self._rules[name]
        type_name = rule.pair.left_type if side == "left" else rule.pair.right_type
        if type_name == "string":
            return rule.relaxed(side, None if text is None else text.encode())
        if text is None or self._is_literal(rule, type_name, text):
            return None
        return float(Decimal(text)) if rule.pair.domain is Domain.DOUBLE and is_exact_number(type_name) else text

    def _is_literal(self, rule: CellRule, type_name: str, text: str) -> bool:
        literal = rule.relaxation.literal
        if literal is None:
            return False
        if is_number(type_name) and literal.family == "number":
            try:
                number = Decimal(text)
            except InvalidOperation:
                return False
            if type_name == "float" and number.is_finite():
                return rounded_to_float(number) == rounded_to_float(literal.value)
            return float(number) == float(literal.value) or number == literal.value
        if literal.family != type_name:
            return True  # another type of time: nothing is compared
        return shown(literal.value, type_name, self._zone) == text


def _is_coarse(rule: CellRule) -> bool:
    """Whether the types alone make different values of a side the same."""
    pair = rule.pair
    exact = [is_exact_number(each) for each in (pair.left_type, pair.right_type)]
    return pair.domain is Domain.PARSED or (pair.domain is Domain.DOUBLE and any(exact))


def unpromised(left: Side, right: Side, options: Options, document: Mapping[str, Any]) -> Unpromised | None:
    """The reduction that the documents of a comparison need, `None` where all of them is promised."""
    _, _, columns = planned(left, right, options)
    rules = Rules(columns, options)
    parses = any(_is_coarse(rule) for rule in rules.cells)
    if rules.columns.keys is None:
        relaxes = any(rule.relaxation.rules or rule.relaxation.literal for rule in rules.cells)
        return Unpromised(rules, options) if parses or relaxes else None
    counts = document["counts"]
    ruled = any(rule.relaxation.rules for rule in rules.cells if rule.pair.is_key)
    repeats = counts["duplicate_keys_left"] + counts["duplicate_keys_right"]
    return Unpromised(rules, options) if repeats and (parses or ruled) else None
