"""Filters: `where` and its like, read and evaluated row by row as docs/filters.md puts it.

A condition is True, False or None (null). A column and a literal are cast to their common type for every row; nothing
is worked out in advance.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from oracle.instants import NANOS_PER_DAY, days_from_civil, local_to_instant, midnight_instant, zone_of
from oracle.plan import Options, Refused, Side
from oracle.shown import shown
from oracle.types import decimal_shape

Condition = Callable[[tuple], "bool | None"]

_BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 20}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SPACE = "".join(map(chr, [*range(33), 127]))
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


@dataclass(frozen=True)
class Literal:
    """A value that the predicate spells out; `value` is text for `date` and its like."""

    kind: str
    value: Any = None
    digits: int = 0
    scale: int = 0


def filtered(side: Side, own: str | None, options: Options) -> Side:
    """The rows of a side that satisfy what holds for both sides and what holds for this one."""
    rows = list(side.rows)
    for text in (options.where, own):
        if text is not None:
            condition = _Reader(text, side, options).read()
            rows = [row for row in rows if condition(row) is True]
    return replace(side, rows=rows)


def _bad(why: str) -> Refused:
    return Refused("BAD_OPTION", why)


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
                raise _bad(f"unreadable: {text[at:]}")
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
            raise _bad(f"{wanted} expected")

    def read(self) -> Condition:
        """Reads it twice: what is no predicate is refused before names and types are looked at."""
        self.condition_of(self.disjunction())
        if self.peek() != "\0end":
            raise _bad("more than a predicate")
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
                raise _bad("a literal that is no condition")
            return lambda row: operand.value
        if isinstance(operand, int):
            if self.binds and self.side.schema[operand][1] != "boolean":
                raise _bad("a column that is no condition")
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
        raise _bad("a column expected")

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
            raise _bad("a function")
        return self.position(".".join(parts), parts)

    def name(self) -> str:
        kind, text = self.tokens[self.next]
        self.next += 1
        if kind == "quoted":
            return text[1:-1].replace("``", "`")
        if kind == "word" and text.lower() not in ("and", "or", "not", "in", "is", "like", "between", "case", "cast"):
            return text
        raise _bad(f"a name expected, not {text}")

    def position(self, name: str, parts: list[str]) -> int:
        def fold(text: str) -> str:
            return text if self.options.case_sensitive else text.lower()

        names = [fold(each) for each, _ in self.side.schema]
        if not self.binds:
            return 0
        if fold(name) in names:
            return names.index(fold(name))
        if len(parts) > 1 and fold(parts[0]) in names:
            raise _bad(f"a part of {parts[0]}")
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
            raise _bad("a literal expected")
        if nested:
            self.expect(")")
        return literal

    def try_literal(self) -> Literal | None:
        sign = "-" if self.peek() == "-" and self.peek(1) == "\0number" else ""
        self.next += len(sign)
        kind, text = self.tokens[self.next]
        if kind == "number":
            self.next += 1
            return _number(sign + text)
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
                    raise _bad("no hexadecimal digits")
                return Literal("binary", bytes.fromhex(value if len(value) % 2 == 0 else f"0{value}"))
            if word not in ("date", "timestamp", "timestamp_ltz", "timestamp_ntz"):
                raise _bad(f"a literal of {word}")
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
            raise _bad("not a column and a literal")
        column, literal = left, right
        if not self.binds:
            return lambda row: None
        if symbol in ("<>", "!="):
            equal = self.comparison(column, "=", literal)
            return lambda row: _not(equal(row))
        if literal.kind == "null":
            return lambda row: row[column] is None if symbol == "<=>" else None
        type_name = self.side.schema[column][1]
        if type_name in _BITS and literal.kind == "decimal" and symbol in ("<", "<=", ">", ">="):
            if literal.value > 2**63 - 1 or literal.value < -(2**63):
                always = symbol.startswith("<") == (literal.value > 0)
                return lambda row: always
            return lambda row: None if row[column] is None else _holds(symbol, row[column], literal.value)
        casts = _Casts(_common(type_name, literal), type_name, self.options)
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
        casts = _Casts(_common_of_list(type_name, known), type_name, self.options)
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
            raise _bad("like takes text")
        pieces = re.findall(r"\\[%_\\]|\\|.", literal.value, re.DOTALL)
        wild = [place for place, piece in enumerate(pieces) if piece in ("%", "_")]
        if "\\" in pieces or any(pieces[place] == "_" for place in wild):
            raise _bad("a pattern with other wildcards")
        if wild and wild != list(range(wild[0], len(pieces))):
            raise _bad("a pattern with a wildcard inside")
        plain = "".join(piece[-1] for piece in pieces if piece not in ("%", "_")).encode()
        if wild:
            return lambda row: None if row[column] is None else row[column].startswith(plain)
        return lambda row: None if row[column] is None else row[column] == plain


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    if code:
        if int(code, 16) > 0x10FFFF or 0xD800 <= int(code, 16) < 0xE000:
            raise _bad("an escape of no character")
        return chr(int(code, 16))
    if escape[3]:
        return chr(int(escape[3], 8))
    return _ESCAPED.get(escape[4], escape[4])


def _number(text: str) -> Literal:
    found = re.fullmatch(r"(-?[\d.]+)([eE][+-]?\d+)?(BD|[LSYDF])?", text, re.IGNORECASE)
    if found is None:
        raise _bad(f"no number: {text}")
    suffix = (found[3] or "").upper()
    if suffix in ("D", "F") or (found[2] and not suffix):
        exact = Fraction(found[1] + (found[2] or ""))
        value = _nearest_float(exact) if suffix == "F" else _nearest_double(exact)
        if math.isinf(value):
            raise _bad(f"too large: {text}")
        return Literal("float" if suffix == "F" else "double", value)
    if found[2]:
        raise _bad(f"no number: {text}")
    if "." not in found[1] and suffix != "BD":
        value = int(found[1])
        bits = {"Y": 8, "S": 16, "L": 64}.get(suffix, 64)
        if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
            small = -(2**31) <= value < 2**31
            return Literal("integer", value, {"Y": 3, "S": 5, "L": 20}.get(suffix, 10 if small else 20))
    if suffix not in ("", "BD"):
        raise _bad(f"no number: {text}")
    scale = len(found[1].partition(".")[2])
    digits = max(len(found[1].replace(".", "").lstrip("-0")), 1, scale)
    if digits > 38:
        raise _bad(f"too many digits: {text}")
    return Literal("decimal", Decimal(found[1]), digits, scale)


def _nearest_double(exact: Fraction) -> float:
    try:
        return exact.numerator / exact.denominator
    except OverflowError:
        return math.copysign(math.inf, exact)


def _nearest_float(exact: Fraction) -> float:
    """The nearest float of 32 bits, ties to even, rounded once."""
    size = abs(exact)
    if size == 0:
        return 0.0
    exponent = max(size.numerator.bit_length() - size.denominator.bit_length() - 1, -126) - 23
    while size >= Fraction(2) ** (exponent + 24):
        exponent += 1
    units = round(size / Fraction(2) ** exponent)
    value = float(units) * 2.0**exponent if units * Fraction(2) ** exponent < 2**128 else math.inf
    return math.copysign(value, exact)


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


def _shape(type_name: str) -> tuple[int, int] | None:
    if type_name in _DIGITS:
        return _DIGITS[type_name], 0
    return decimal_shape(type_name) if type_name.startswith("decimal(") else None


def _wider(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    scale = max(one[1], other[1])
    return min(38, scale + max(one[0] - one[1], other[0] - other[1])), scale


def _family(type_name: str) -> str:
    if type_name in _BITS:
        return "integer"
    return "decimal" if type_name.startswith("decimal(") else type_name


def _common(type_name: str, literal: Literal) -> tuple:
    """The common type of a column and one literal; its first member is its name."""
    family, kind = _family(type_name), literal.kind
    shape = _shape(type_name)
    match family, kind:
        case ("integer", "integer" | "string"):
            return ("exact", 38, 0)
        case ("integer", "float"):
            return ("float",)
        case ("integer" | "decimal", "integer"):
            return ("exact", *_wider(shape, (len(str(abs(literal.value))), 0)))
        case ("integer" | "decimal", "decimal"):
            return ("exact", *_wider(shape, (literal.digits, literal.scale)))
        case ("integer" | "decimal", "double" | "float") | ("decimal", "string"):
            return ("double",)
        case ("float", "integer" | "float" | "string"):
            return ("float",)
        case ("float", "decimal" | "double") | ("double", "integer" | "decimal" | "float" | "double" | "string"):
            return ("double",)
        case ("boolean", "boolean" | "string"):
            return ("boolean",)
        case ("string" | "binary", "string" | "binary"):
            return ("bytes",)
        case ("date", "date" | "string"):
            return ("date",)
        case ("date" | "timestamp_ntz", "timestamp") | ("timestamp", "timestamp" | "date" | "timestamp_ntz" | "string"):
            return ("instant",)
        case ("date", "timestamp_ntz") | ("timestamp_ntz", "timestamp_ntz" | "date" | "string"):
            return ("local",)
    raise _bad(f"{type_name} against {kind}")


def _common_of_list(type_name: str, literals: list[Literal]) -> tuple:
    family, kinds = _family(type_name), {literal.kind for literal in literals}
    if "string" in kinds:
        beside = {"string": set(), "integer": {"integer"}, "date": {"date"}}.get(family)
        if beside is None or kinds - {"string"} - beside:
            raise _bad(f"{type_name} in a list with strings")
        return ("bytes",) if family == "string" else ("written",)
    if family in ("integer", "decimal", "float", "double") and kinds <= {"integer", "decimal", "float", "double"}:
        families = kinds | {family}
        if "double" in families or {"float", "decimal"} <= families:
            return ("double",)
        if "float" in families:
            return ("float",)
        if "decimal" not in families:
            return ("exact", 38, 0)
        shape = _shape(type_name)
        for literal in literals:
            shape = _wider(shape, (literal.digits, literal.scale))
        return ("exact", *shape)
    if family in ("boolean", "binary") and kinds == {family}:
        return ("boolean",) if family == "boolean" else ("bytes",)
    times = ("date", "timestamp", "timestamp_ntz")
    if family in times and kinds <= set(times):
        families = kinds | {family}
        return ("instant",) if "timestamp" in families else ("local",) if "timestamp_ntz" in families else ("date",)
    raise _bad(f"{type_name} in a list of {kinds}")


class _Casts:
    """Casts of a column's values and of literals to their common type, as Python values that compare as Spark does."""

    def __init__(self, common: tuple, type_name: str, options: Options) -> None:
        self.common = common
        self.type_name = type_name
        self.zone = zone_of(options.time_zone)

    def value(self, value: Any) -> Any:
        return None if value is None else self.cast(self.type_name, value)

    def literal(self, literal: Literal) -> Any:
        kind, value = literal.kind, literal.value
        if kind == "string":
            return self.string(value)
        if kind in ("date", "timestamp", "timestamp_ntz"):
            value = self.time(kind, value)
            if value is None:
                raise _bad(f"no {kind}: {literal.value}")
        return self.cast(kind, value)

    def cast(self, kind: str, value: Any) -> Any:
        match self.common[0]:
            case "exact":
                _, precision, scale = self.common
                most = Decimal(10) ** (precision - scale)
                return Decimal(value) if -most < Decimal(value) < most else None
            case "float":
                return _ordered(value if isinstance(value, float) else _nearest_float(Fraction(value)))
            case "double":
                return _ordered(float(value))
            case "instant":
                if kind == "date":
                    return midnight_instant(value, self.zone)
                return local_to_instant(value, self.zone) if kind == "timestamp_ntz" else value
            case "local":
                return value * NANOS_PER_DAY if kind == "date" else value
            case "written":
                return shown(value, "date", self.zone) if kind == "date" else str(value)
        return value

    def string(self, text: str) -> Any:
        """The cast of a string; None where it fails."""
        match self.common[0]:
            case "exact":
                found = re.fullmatch(r"([+-]?)([0-9]*)(\.[0-9]*)?", text.strip(_SPACE))
                if found is None or not found[0].strip("+-"):
                    return None
                value = int(found[1] + (found[2] or "0"))
                bits = _BITS[self.type_name]
                return Decimal(value) if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else None
            case "float" | "double":
                return self.floating(text)
            case "boolean":
                word = text.strip(_SPACE).lower()
                yes, no = word in ("t", "true", "y", "yes", "1"), word in ("f", "false", "n", "no", "0")
                return yes if yes or no else None
            case "bytes":
                return text.encode()
            case "date":
                return self.time("date", text)
            case "instant":
                return self.time("timestamp", text)
            case "local":
                return self.time("timestamp_ntz", text)
        return text

    def floating(self, text: str) -> Any:
        plain = text.strip("".join(map(chr, range(33))))
        if re.match(r"[+-]?0[xX]", plain):
            raise _bad("a hexadecimal number")
        found = re.fullmatch(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[dDfF]?", plain)
        if found is not None:
            exact = Fraction(found[1])
            return _ordered(_nearest_float(exact) if self.common[0] == "float" else _nearest_double(exact))
        if plain.lower() in ("nan",) or plain in ("+NaN", "-NaN"):
            return _ordered(math.nan)
        if plain.lower().lstrip("+-") in ("inf", "infinity") and len(plain) - len(plain.lstrip("+-")) <= 1:
            return _ordered(-math.inf if plain.startswith("-") else math.inf)
        return None

    def time(self, kind: str, text: str) -> int | None:
        """Days, or nanoseconds of an instant or a local time."""
        plain = text.strip(_SPACE)
        most = 7 if kind == "date" else 6
        found = re.match(rf"([+-]?)([0-9]{{4,{most}}})(?:-([0-9]{{1,2}})(?:-([0-9]{{1,2}})([ T].*)?)?)?$", plain, re.DOTALL)
        if found is None:
            if kind != "date" and re.match(r"T?[0-9]+:|T[0-9]", plain):
                raise _bad("a time without a date")
            return None
        year, month, day = int(found[1] + found[2]), int(found[3] or 1), int(found[4] or 1)
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        lengths = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        exists = 1 <= month <= 12 and 1 <= day <= lengths[month - 1]
        if kind == "date":
            return days_from_civil(year, month, day) if exists else None
        local = zone = None
        if found[5] is None:
            hour = minute = second = micros = 0
        else:
            clock = re.fullmatch(
                r"[ T]([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]*))?([^0-9.].*)?)?)?", found[5], re.DOTALL
            )
            if clock is None:
                return None
            hour, minute, second = int(clock[1]), int(clock[2] or 0), int(clock[3] or 0)
            micros = int(f"{clock[4] or '':0<6}"[:6])
            if clock[5] is not None:
                zone = _zone(clock[5].strip())
        if not exists or hour > 23 or minute > 59 or second > 59:
            return None
        seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
        local = (seconds * 1_000_000 + micros) * 1000
        if kind == "timestamp":
            local = local_to_instant(local, self.zone if zone is None else zone)
        return local if abs(local) < 2**63 * 1000 else None


def _zone(name: str) -> Any:
    try:
        return zone_of(name)
    except (KeyError, ValueError, OSError) as unknown:
        raise _bad(f"no time zone: {name}") from unknown


def _ordered(value: float) -> tuple[int, float]:
    """NaN is one value above all others; both zeros are one."""
    return (1, 0.0) if math.isnan(value) else (0, value)


