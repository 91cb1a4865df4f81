"""Filters: `where` and its like, read and evaluated row by row as docs/filters.md puts it.

A condition is True, False or None (null). A column and a literal are cast to their common type for every row; nothing
is worked out in advance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from oracle.literals import Casts, Literal, bad, common, common_of_list, number
from oracle.plan import Options, Refused, Side
from oracle.types import INTEGERS, NESTED

Condition = Callable[[tuple], "bool | None"]

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<quoted>`(?:[^`]|``)+`)
    | (?P<string>'(?:[^'\\]|\\.)*'(?!')|"(?:[^"\\]|\\.)*"(?!"))
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?:BD|[LSYDF])?(?!\w))
    | (?P<word>\w+)
    | (?P<symbol><=>|<=|>=|<>|!=|==|[=<>(),.-])
    | (?P<end>$)
    )""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([01][0-7][0-7])|(.))", re.DOTALL)
_ESCAPED = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}


def filtered(side: Side, own: str | None, options: Options) -> Side:
    """The rows of a side that satisfy what holds for both sides and what holds for this one."""
    rows = list(side.rows)
    for text in (options.where, own):
        if text is not None:
            condition = _Reader(text, side, options).read()
            rows = [row for row in rows if condition(row) is True]
    return replace(side, rows=rows)


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _all(values: Sequence[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


class _Reader:
    """Recursive descent over the tokens of one predicate."""

    def __init__(self, text: str, side: Side, options: Options) -> None:
        self.side = side
        self.options = options
        self.binds = False
        self.tokens: list[tuple[str, str]] = []
        self.next = 0
        at = 0
        while not self.tokens or self.tokens[-1][0] != "end":
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise bad(f"unreadable: {text[at:]}")
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()

    def peek(self, ahead: int = 0) -> str:
        """The next token as words and symbols are compared; quoted names and strings never look like one."""
        kind, text = self.tokens[min(self.next + ahead, len(self.tokens) - 1)]
        return text.lower() if kind in ("word", "symbol") else f"\0{kind}"

    def take(self, *wanted: str) -> bool:
        if self.peek() in wanted:
            self.next += 1
            return True
        return False

    def expect(self, wanted: str) -> None:
        if not self.take(wanted):
            raise bad(f"{wanted} expected")

    def read(self) -> Condition:
        """Reads it twice: what is no predicate is refused before names and types are looked at."""
        self.condition_of(self.disjunction())
        if self.peek() != "\0end":
            raise bad("more than a predicate")
        self.next, self.binds = 0, True
        return self.condition_of(self.disjunction())

    def disjunction(self) -> Any:
        parts = [self.conjunction()]
        while self.take("or"):
            parts.append(self.conjunction())
        if len(parts) == 1:
            return parts[0]
        conditions = [self.condition_of(part) for part in parts]
        return lambda row: _not(_all([_not(each(row)) for each in conditions]))

    def conjunction(self) -> Any:
        parts = [self.negation()]
        while self.take("and"):
            parts.append(self.negation())
        if len(parts) == 1:
            return parts[0]
        conditions = [self.condition_of(part) for part in parts]
        return lambda row: _all([each(row) for each in conditions])

    def negation(self) -> Any:
        if self.take("not"):
            inner = self.condition_of(self.negation())
            return lambda row: _not(inner(row))
        return self.condition()

    def condition_of(self, operand: Any) -> Condition:
        """An operand that must be a condition by itself."""
        if isinstance(operand, Literal):
            if self.binds and operand.kind not in ("null", "boolean"):
                raise bad("a literal that is no condition")
            return lambda row: operand.value
        if isinstance(operand, int):
            if self.binds and self.side.schema[operand][1] != "boolean":
                raise bad("a column that is no condition")
            return lambda row: row[operand]
        return operand

    def condition(self) -> Any:
        operand = self.operand()
        symbol = self.peek()
        if symbol in ("=", "==", "<>", "!=", "<", "<=", ">", ">=", "<=>"):
            self.next += 1
            return self.comparison(operand, symbol, self.operand())
        if self.take("is"):
            negated = self.take("not")
            self.expect("null")
            column = self.column(operand)
            return lambda row: (row[column] is None) is not negated
        negated = self.peek() == "not" and self.peek(1) in ("in", "between", "like")
        self.next += negated
        if self.take("in"):
            condition = self.membership(self.column(operand), self.literals())
        elif self.take("between"):
            column, low = self.column(operand), self.literal()
            self.expect("and")
            ends = [self.comparison(column, ">=", low), self.comparison(column, "<=", self.literal())]
            condition = lambda row: _all([end(row) for end in ends])  # noqa: E731
        elif self.take("like"):
            condition = self.pattern(self.column(operand), self.literal())
        else:
            return operand
        return (lambda row: _not(condition(row))) if negated else condition

    def column(self, operand: Any) -> int:
        if isinstance(operand, int):
            return operand
        raise bad("a column expected")

    def operand(self) -> Any:
        """A column by its position, a literal, or a condition."""
        if self.take("("):
            inner = self.disjunction()
            self.expect(")")
            return inner
        literal = self.try_literal()
        if literal is not None:
            return literal
        parts = [self.name()]
        while self.take("."):
            parts.append(self.name())
        if self.peek() == "(":
            raise bad("a function")
        return self.position(".".join(parts))

    def name(self) -> str:
        kind, text = self.tokens[self.next]
        self.next += 1
        if kind == "quoted":
            return text[1:-1].replace("``", "`")
        if kind == "word" and text.lower() not in ("and", "or", "not", "in", "is", "like", "between", "case", "cast"):
            return text
        raise bad(f"a name expected, not {text}")

    def position(self, name: str) -> int:
        def fold(text: str) -> str:
            return text if self.options.case_sensitive else text.lower()

        names = [fold(each) for each, _ in self.side.schema]
        if not self.binds:
            return 0
        if names.count(fold(name)) > 1:
            raise bad(f"{name} is the name of two columns")
        if fold(name) in names:
            place = names.index(fold(name))
            if self.side.schema[place][1].startswith(NESTED):
                raise bad(f"{name} is no flat column")
            return place
        raise Refused("COLUMN_NOT_FOUND", name)

    def literals(self) -> list[Literal]:
        self.expect("(")
        found = [self.literal()]
        while self.take(","):
            found.append(self.literal())
        self.expect(")")
        return found

    def literal(self) -> Literal:
        nested = self.take("(")
        literal = self.try_literal()
        if literal is None:
            raise bad("a literal expected")
        if nested:
            self.expect(")")
        return literal

    def try_literal(self) -> Literal | None:
        sign = "-" if self.peek() == "-" and self.peek(1) == "\0number" else ""
        self.next += len(sign)
        kind, text = self.tokens[self.next]
        if kind == "number":
            self.next += 1
            return number(sign + text)
        if kind == "string":
            return Literal("string", self.strings())
        if kind != "word":
            return None
        word = text.lower()
        if self.peek(1) == "\0string":
            self.next += 1
            value = self.strings()
            if word == "x":
                if not re.fullmatch(r"[0-9a-fA-F]*", value):
                    raise bad("no hexadecimal digits")
                return Literal("binary", bytes.fromhex(value if len(value) % 2 == 0 else f"0{value}"))
            if word not in ("date", "timestamp", "timestamp_ltz", "timestamp_ntz"):
                raise bad(f"a literal of {word}")
            return Literal(word.removesuffix("_ltz"), value)
        if word in ("null", "true", "false"):
            self.next += 1
            return Literal("null") if word == "null" else Literal("boolean", word == "true")
        return None

    def strings(self) -> str:
        whole = ""
        while self.tokens[self.next][0] == "string":
            whole += _ESCAPE.sub(_unescaped, self.tokens[self.next][1][1:-1])
            self.next += 1
        return whole

    def comparison(self, left: Any, symbol: str, right: Any) -> Condition:
        if isinstance(left, Literal) and isinstance(right, int):
            left, right, symbol = right, left, _FLIPPED.get(symbol, symbol)
        if not (isinstance(left, int) and isinstance(right, Literal)):
            raise bad("not a column and a literal")
        column, literal = left, right
        if not self.binds:
            return lambda row: None
        if symbol in ("<>", "!="):
            equal = self.comparison(column, "=", literal)
            return lambda row: _not(equal(row))
        if literal.kind == "null":
            return lambda row: row[column] is None if symbol == "<=>" else None
        type_name = self.side.schema[column][1]
        if type_name in INTEGERS and literal.kind == "decimal" and symbol in ("<", "<=", ">", ">="):
            if literal.value > 2**63 - 1 or literal.value < -(2**63):
                always = symbol.startswith("<") == (literal.value > 0)
                return lambda row: always
            return lambda row: None if row[column] is None else _holds(symbol, row[column], literal.value)
        casts = Casts(common(type_name, literal), type_name, self.options)
        right_value = casts.literal(literal)

        def condition(row: tuple) -> bool | None:
            left_value = casts.value(row[column])
            if symbol == "<=>":
                return left_value == right_value
            if left_value is None or right_value is None:
                return None
            return _holds(symbol, left_value, right_value)

        return condition

    def membership(self, column: int, literals: list[Literal]) -> Condition:
        known = [literal for literal in literals if literal.kind != "null"]
        if not known or not self.binds:
            return lambda row: None
        type_name = self.side.schema[column][1]
        casts = Casts(common_of_list(type_name, known), type_name, self.options)
        wanted = [casts.literal(literal) for literal in known]
        has_null = len(known) < len(literals) or None in wanted

        def condition(row: tuple) -> bool | None:
            value = casts.value(row[column])
            if value is None:
                return None
            return True if value in wanted else None if has_null else False

        return condition

    def pattern(self, column: int, literal: Literal) -> Condition:
        if literal.kind != "string" or (self.binds and self.side.schema[column][1] != "string"):
            raise bad("like takes text")
        pieces = re.findall(r"\\[%_\\]|\\|.", literal.value, re.DOTALL)
        wild = [place for place, piece in enumerate(pieces) if piece in ("%", "_")]
        if "\\" in pieces or any(pieces[place] == "_" for place in wild):
            raise bad("a pattern with other wildcards")
        if wild and wild != list(range(wild[0], len(pieces))):
            raise bad("a pattern with a wildcard inside")
        plain = "".join(piece[-1] for piece in pieces if piece not in ("%", "_")).encode()
        if wild:
            return lambda row: None if row[column] is None else row[column].startswith(plain)
        return lambda row: None if row[column] is None else row[column] == plain


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    if code:
        if int(code, 16) > 0x10FFFF or 0xD800 <= int(code, 16) < 0xE000:
            raise bad("an escape of no character")
        return chr(int(code, 16))
    if escape[3]:
        return chr(int(escape[3], 8))
    return _ESCAPED.get(escape[4], escape[4])


def _holds(symbol: str, left: Any, right: Any) -> bool:
    match symbol:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
    return left == right
