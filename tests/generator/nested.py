"""Structs, arrays and maps: storages that write them, and random kinds and values of them.

Values are as the oracle holds them. Every flat part is stored in the finest unit and the plainest way of its type;
what the flat columns try out is not tried out again inside.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from generator.masks import masked_nested
from generator.noise import noisy, random_tolerance
from generator.storages import (
    BINARIES,
    BOOLEAN,
    CLOCK_TIMES,
    DATE,
    FLOATINGS,
    INTEGERS,
    TEXTS,
    TIMESTAMPS,
    TIMESTAMPS_NTZ,
    Storage,
    decimal_storage,
    interval_storage,
)
from oracle import Options, Side
from oracle.nested import Type, parsed
from oracle.types import interval_fields

_FLAT = {storage.spark_type: storage for storage in [*INTEGERS[:4], FLOATINGS[1], FLOATINGS[2]]}
_FLAT |= {"string": TEXTS[0], "binary": BINARIES[0], "boolean": BOOLEAN, "date": DATE, "time": CLOCK_TIMES[2]}
_INTERVALS = ("interval year to month", "interval day to second")
_FLAT |= {"timestamp": TIMESTAMPS[1], "timestamp_ntz": TIMESTAMPS_NTZ[1]}


def flat_storage(spark_type: str) -> Storage:
    """The storage of a flat type inside another."""
    if spark_type.startswith("decimal("):
        precision, scale = (int(part) for part in spark_type[8:-1].split(","))
        return decimal_storage(precision, scale)
    if interval_fields(spark_type):
        return interval_storage(spark_type)
    return _FLAT[spark_type]


def nested_storage(spark_type: str) -> Storage:
    """A storage of a nested type."""
    own = parsed(spark_type)
    return Storage(
        spark_type,
        "nested",
        spark_type,
        arrow_type(own),
        lambda value: True,
        lambda values: nested_array(own, values),
        "NESTED",
    )


def arrow_type(own: Type) -> pa.DataType:
    """The Arrow type of a nested type."""
    inner = [arrow_type(part) for _, part in own.parts]
    match own.kind:
        case "array":
            return pa.list_(inner[0])
        case "map":
            return pa.map_(*inner)
        case "struct":
            return pa.struct([pa.field(name, part) for (name, _), part in zip(own.parts, inner, strict=True)])
    return flat_storage(own.text).arrow_type


def nested_array(own: Type, values: Sequence[Any]) -> pa.Array:
    """An Arrow array of nested values."""
    if own.kind == "flat":
        return flat_storage(own.text).array(list(values))
    nulls = pa.array([value is None for value in values], pa.bool_())
    if own.kind == "struct":
        cells = []
        for slot, (name, part) in enumerate(own.parts):
            picked = [
                None if value is None else value[name] if isinstance(value, dict) else value[slot] for value in values
            ]
            cells.append(nested_array(part, picked))
        return pa.StructArray.from_arrays(cells, fields=list(arrow_type(own)), mask=nulls)
    offsets, flat = [0], []
    for value in values:
        flat += value or []
        offsets.append(len(flat))
    begins = pa.array(offsets, pa.int32())
    if own.kind == "array":
        return pa.ListArray.from_arrays(begins, nested_array(own.parts[0][1], flat), mask=nulls)
    keys = nested_array(own.parts[0][1], [key for key, _ in flat])
    entries = nested_array(own.parts[1][1], [value for _, value in flat])
    return pa.MapArray.from_arrays(begins, keys, entries, arrow_type(own), mask=nulls)


# Random types and values.

_TYPES: dict[str, Callable[[random.Random], Any]] = {
    "int": lambda rng: rng.choice([0, 1, 2, -1, 2**31 - 1]),
    "bigint": lambda rng: rng.choice([0, 1, 2, -1, 2**53, 2**53 + 1]),
    "double": lambda rng: rng.choice([0.0, -0.0, 1.0, 2.0, 0.5, 0.1, 1e9, float("nan"), float("inf")]),
    "decimal(9,2)": lambda rng: Decimal(rng.choice([0, 100, 101, -250, 999_999_999])).scaleb(-2),
    "string": lambda rng: rng.choice([b"", b"a", b" A", b"a\0", b"b", b'"\n\x01\xc3\xa9', b"\xff"]),
    "boolean": lambda rng: rng.random() < 0.5,
    "date": lambda rng: rng.choice([0, 1, -719_162, 20_000]),
    "timestamp": lambda rng: rng.choice([0, 1000, 86_400_000_000_000, -1_000_000]),
    "binary": lambda rng: rng.choice([b"", b"\0", b"\x01\0"]),
    **{spark_type: lambda rng: rng.choice([0, 1, -1, 14, -25]) for spark_type in _INTERVALS},
}
_OTHERS = {"int": ["bigint", "bigint", "string"], "date": ["timestamp"], "bigint": ["string", "double"]}
_OTHERS |= {_INTERVALS[0]: ["int", _INTERVALS[1]], _INTERVALS[1]: ["bigint", "string"]}
_FIELDS = ["f", "g", "Zip", "h"]


def random_type(rng: random.Random, depth: int = 2) -> str:
    """A nested type, with at most so many levels below its own."""

    def part(own_depth: int) -> str:
        if own_depth > 0 and rng.random() < 0.4:
            return random_type(rng, own_depth - 1)
        return rng.choice(list(_TYPES))

    match rng.choice(["struct", "struct", "array", "array", "map"]):
        case "array":
            return f"array<{part(depth)}>"
        case "map":
            return f"map<{rng.choice(['int', 'string', 'date', _INTERVALS[1]])},{part(depth)}>"
    names = rng.sample(_FIELDS, rng.randint(1, 3))
    return "struct<" + ",".join(f"{name}:{part(depth)}" for name in names) + ">"


def random_value(rng: random.Random, own: Type, null_rate: float) -> Any:
    """A value of a type, null at every level now and then."""
    if rng.random() < null_rate:
        return None
    match own.kind:
        case "array":
            return tuple(random_value(rng, own.parts[0][1], null_rate) for _ in range(rng.choice([0, 1, 1, 2, 3])))
        case "map":
            entries = [
                (random_value(rng, own.parts[0][1], 0), random_value(rng, own.parts[1][1], null_rate))
                for _ in range(rng.choice([0, 1, 2, 3]))
            ]
            return tuple({repr(key): (key, value) for key, value in entries}.values())
        case "struct":
            return tuple(random_value(rng, part, null_rate) for _, part in own.parts)
    return _TYPES[own.text](rng)


def changed_type(rng: random.Random, own: Type) -> Type:
    """The same type with a small change somewhere: wider, a field more or less, fields in another order."""
    if own.kind == "flat":
        return parsed(rng.choice(_OTHERS.get(own.text, [own.text]))) if rng.random() < 0.5 else own
    parts = [(name, changed_type(rng, part)) for name, part in own.parts]
    if own.kind == "array":
        return parsed(f"array<{parts[0][1].text}>")
    if own.kind == "map":
        return parsed(f"map<{parts[0][1].text},{parts[1][1].text}>")
    if rng.random() < 0.3:
        rng.shuffle(parts)
    if rng.random() < 0.2 and len(parts) > 1:
        parts.pop()
    if rng.random() < 0.2:
        parts.append(("more", parsed("int")))
    return parsed("struct<" + ",".join(f"{name}:{part.text}" for name, part in parts) + ">")


def brought_value(rng: random.Random, value: Any, own: Type, target: Type) -> Any:
    """A value of one type as the other type holds it; anything where it does not."""
    if value is None:
        return None
    if own.kind != target.kind:
        return random_value(rng, target, 0.2)
    if own.kind == "flat":
        if own.text == target.text:
            return value
        if (own.text, target.text) == ("date", "timestamp"):
            return value * 86_400_000_000_000
        if target.text == "string":
            return str(value).encode() if rng.random() < 0.8 else b" 1x"
        if (own.text, target.text) == ("bigint", "double"):
            return float(value)
        is_integer = own.text == "int" or own.text in _INTERVALS
        return value if is_integer and target.text in ("int", "bigint", *_INTERVALS) else random_value(rng, target, 0)
    if own.kind == "array":
        return tuple(brought_value(rng, each, own.parts[0][1], target.parts[0][1]) for each in value)
    if own.kind == "map":
        (_, key), (_, entry) = own.parts
        (_, target_key), (_, target_entry) = target.parts
        entries = [
            (brought_value(rng, k, key, target_key), brought_value(rng, v, entry, target_entry)) for k, v in value
        ]
        rng.shuffle(entries)
        return tuple(entries)
    cells = {name: (cell, part) for (name, part), cell in zip(own.parts, value, strict=True)}
    return tuple(
        brought_value(rng, *cells[name], part) if name in cells else random_value(rng, part, 0.3)
        for name, part in target.parts
    )


def random_nested_pair(rng: random.Random) -> tuple[Side, Side, Options]:
    """Two sides with nested columns, the right one made from the left one by edits, and options to compare them."""
    count = rng.choice([0, 1, 3, 10, 10, 40])
    ids = [rng.choice([row, row, row, row // 2, None]) if rng.random() < 0.3 else row for row in range(count)]
    names = rng.sample(["s", "nested", "Tags", "v"], rng.choice([1, 1, 2, 3]))
    schemas: list[list[tuple[str, str]]] = [[("id", "int")], [("id", "int")]]
    rows: list[list[tuple]] = [[(key,) for key in ids], [(key,) for key in ids]]
    for name in names:
        own = parsed("int" if name == "v" else random_type(rng))
        other = changed_type(rng, own) if rng.random() < 0.3 else own
        if rng.random() < 0.05:
            other = parsed(rng.choice(["int", "array<int>", "struct<f:int>"]))
        null_rate = rng.choice([0.0, 0.1, 0.3, 0.6])
        change = rng.choice([0.0, 0.0, 0.1, 0.4])
        noise = rng.choice([0.0, 0.0, 0.3, 1.0])
        for row in range(count):
            value = random_value(rng, own, null_rate)
            edited = random_value(rng, own, null_rate) if rng.random() < change else value
            if own.kind == "array" and rng.random() < 0.1:
                edited = shuffled(rng, edited)
            if rng.random() < noise:
                edited = noisy(rng, edited, own)
            rows[0][row] += (value,)
            rows[1][row] += (brought_value(rng, edited, own, other),)
        for side, each in enumerate((own, other)):
            schemas[side].append((name, each.text))
    right_rows = [row for row in rows[1] if rng.random() > 0.05]
    rng.shuffle(right_rows)
    order = list(range(len(schemas[1])))
    if rng.random() < 0.3:
        rng.shuffle(order)
    left = Side(schemas[0], rows[0])
    right = Side([schemas[1][slot] for slot in order], [tuple(row[slot] for slot in order) for row in right_rows])
    return masked_nested(rng, left, right, _options(rng, schemas[0]))


def shuffled(rng: random.Random, value: Any) -> Any:
    """An array with its elements in another order."""
    return tuple(rng.sample(value, len(value))) if value else value


def _options(rng: random.Random, schema: Sequence[tuple[str, str]]) -> Options:
    leaves = [
        f"{name}.{field}"
        for name, text in schema[1:]
        if parsed(text).kind == "struct"
        for field, _ in parsed(text).parts
    ]
    keys: list[str] | None = ["id"]
    if rng.random() < 0.15:
        keys = None
    elif leaves and rng.random() < 0.1:
        keys = ["id", rng.choice(leaves)]
    arrays = [name for name, text in schema[1:] if text.startswith("array<")]
    exclude = []
    if rng.random() < 0.2:
        exclude = [rng.choice([*leaves, *(name for name, _ in schema[1:])])]
    columns = [rng.choice(leaves)] if leaves and not exclude and rng.random() < 0.1 else None
    text = None
    if keys and rng.random() < 0.2:
        text = {rng.choice(["*", "*", "type:string", *_named(schema, exclude, columns)]): ["trim", "ignore_case"]}
    return Options(
        keys=keys,
        exclude=exclude,
        columns=columns,
        samples=rng.choice([20, 20, 1]),
        text=text,
        tolerance=random_tolerance(rng, _named(schema, exclude, columns)) if keys and rng.random() < 0.3 else None,
        null_equals="" if keys and rng.random() < 0.1 else None,
        unordered=[rng.choice(arrays)] if arrays and rng.random() < 0.4 else None,
    )


def _named(schema: Sequence[tuple[str, str]], exclude: Sequence[str], columns: Sequence[str] | None) -> list[str]:
    """What a relaxation may name: columns, structs and fields, where all of them are compared."""
    if exclude or columns is not None:
        return []
    names = []

    def add(name: str, own: Type) -> None:
        names.append(name)
        for field, part in own.parts if own.kind == "struct" else ():
            add(f"{name}.{field}", part)

    for name, text in schema[1:]:
        add(name, parsed(text))
    return names
