"""When two cells of a column pair are equal: exactly, and under the column's relaxation."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import tzinfo
from decimal import Decimal
from functools import cached_property, partial

from oracle.distance import measure_of
from oracle.nearness import Near, near_nested
from oracle.nested import There, brought_nested
from oracle.nested import parsed as nested_type
from oracle.parsing import parsed
from oracle.plan import ColumnPair
from oracle.relaxations import Relaxation
from oracle.text import ruled
from oracle.types import Domain, Value, brought_to, is_exact_number, rounded_to_float


class CellRule:
    """The rule of one column pair.

    `exact` and `relaxed` bring a value of a side to something hashable. Cells are exactly equal when their exact forms
    are the same; they are equal under the relaxation when their relaxed forms are the same, which holds for exactly
    equal cells too, or when neither is null and their distance lies within the tolerance.
    """

    def __init__(self, pair: ColumnPair, relaxation: Relaxation, zone: tzinfo) -> None:
        self.pair = pair
        self.relaxation = relaxation
        self.measure = measure_of(pair)
        self._zone = zone
        self._types = {"left": pair.left_type, "right": pair.right_type}
        self._null = None if pair.domain in (Domain.NO_RULE, Domain.NESTED) else self._literal()

    def exact(self, side: str, value: Value) -> Hashable:
        """The form of a value in which exactly equal cells are the same."""
        return self._brought(side, value, (), is_unordered=False)

    def relaxed(self, side: str, value: Value) -> Hashable:
        """The form of a value in which cells that text rules and a literal for null make equal are the same."""
        if self.pair.domain is Domain.PRESENCE:
            return There(value)
        if value is None:
            return self._null
        return self._brought(side, value, self.relaxation.rules, is_unordered=self.relaxation.unordered)

    def same(self, left: Hashable, right: Hashable, cells: tuple[Value, Value]) -> bool:
        """Whether two relaxed forms are equal, or the cells, of which they are the forms, lie within the tolerance."""
        tolerance = self.relaxation.tolerance
        if left == right or tolerance is None or None in cells:
            return left == right
        if self.pair.domain is Domain.NESTED:
            return self._near(*cells)
        if self.measure is None or any(isinstance(each, tuple) for each in (left, right)):
            return False
        return tolerance.within(self.measure, left, right)

    @cached_property
    def _near(self) -> Near:
        types = nested_type(self.pair.left_type), nested_type(self.pair.right_type)
        keys = partial(self._brought_flat, ())
        is_unordered = self.relaxation.unordered
        return near_nested(*types, self._near_flat, keys, self.pair.case_sensitive, is_unordered=is_unordered)

    def _near_flat(self, left_type: str, right_type: str) -> Near:
        """The rule of two flat values inside arrays or maps, with text rules and tolerance."""
        inner = replace(self.pair, left_type=left_type, right_type=right_type)
        rule = CellRule(inner, Relaxation(self.relaxation.rules, self.relaxation.tolerance), self._zone)
        return lambda one, other: rule.same(rule.relaxed("left", one), rule.relaxed("right", other), (one, other))

    def _brought(self, side: str, value: Value, rules: tuple[str, ...], *, is_unordered: bool = False) -> Hashable:
        pair = self.pair
        if pair.domain is Domain.PRESENCE:
            return There(value)
        if value is None:
            return None
        if pair.domain is Domain.NESTED:
            own, other = self._types[side], self._types["right" if side == "left" else "left"]
            types = nested_type(own), nested_type(other)
            flat = partial(self._brought_flat, rules)
            return brought_nested(*types, side, flat, pair.case_sensitive, is_unordered=is_unordered)(value)
        if pair.domain is Domain.PARSED:
            return self._brought_to_the_other(side, value, rules)
        if self._types[side] == "string" and pair.domain is Domain.SAME:
            return ruled(value, rules)
        return brought_to(pair.domain, self._types[side], side, self._zone)(value)

    def _brought_flat(
        self, rules: tuple[str, ...], left_type: str, right_type: str, side: str, is_key: bool
    ) -> Callable[[Value], Hashable]:
        """The rule of a flat value inside an array or a map. Text rules reach it unless it is in a key."""
        inner = replace(self.pair, left_type=left_type, right_type=right_type)
        return partial(CellRule(inner, Relaxation(() if is_key else rules), self._zone).relaxed, side)

    def _brought_to_the_other(self, side: str, value: Value, rules: tuple[str, ...]) -> Hashable:
        """Text as the other type holds it, read as it is or else after the rules; text that is no such value stays."""
        met = self._types["left"] if self._types["left"] != "string" else self._types["right"]
        own = brought_to(Domain.EXACT if is_exact_number(met) else _OWN.get(met, Domain.SAME), met, side, self._zone)
        if self._types[side] != "string":
            return own(value)
        for text in (value, ruled(value, rules)):
            found = parsed(text, met, self._zone)
            if found is not None:
                return own(found)
        return ("text", ruled(value, rules))

    def _literal(self) -> Hashable:
        """The form of null on either side: that of the literal, where there is one."""
        literal = self.relaxation.literal
        if literal is None:
            return None
        value = literal.value
        if literal.family == "number" and not all(map(is_exact_number, self._types.values())):
            is_float = {*self._types.values()} <= {"float", "string"}
            value = rounded_to_float(Decimal(value)) if is_float else value
        return self._brought("left", value, self.relaxation.rules)


_OWN = {"float": Domain.DOUBLE, "double": Domain.DOUBLE}
