"""The oracle's tolerances, text rules, literals for null and thresholds against examples worked out by hand."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from oracle import Options, Refused, Side, compare
from oracle.distance import Measure
from oracle.text import ruled
from oracle.tolerance import duration_nanos, tolerance_of

SECOND = 1_000_000_000


def column(left_type: str, right_type: str, pairs: list[tuple], **options: Any) -> dict[str, Any]:
    """The entry of a column `v` whose rows are these pairs, under a key that counts them."""
    left = Side([("k", "int"), ("v", left_type)], [(k, pair[0]) for k, pair in enumerate(pairs)])
    right = Side([("k", "int"), ("v", right_type)], [(k, pair[1]) for k, pair in enumerate(pairs)])
    (entry,) = compare(left, right, Options(keys=["k"], **options))["columns"]
    return entry


def differing(entry: dict[str, Any]) -> list[int]:
    return [int(sample["key"]["k"]) for sample in entry["samples"]]


def code_of(options: Options, schema: list[tuple[str, str]] | None = None) -> str | None:
    """The error code of comparing an empty dataset with itself."""
    side = Side(schema or [("k", "int"), ("n", "int"), ("s", "string"), ("d", "date"), ("b", "boolean")], [])
    try:
        compare(side, side, options)
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    ("text", "rules", "found"),
    [
        ("  a b\t", ["trim"], "a b"),
        ("\u3000\u00a0a\u2028", ["trim"], "a"),
        ("\x1ca", ["trim"], "\x1ca"),
        ("a\tb  c", ["collapse_spaces"], "a b c"),
        (" a", ["collapse_spaces"], " a"),
        ("Straße", ["ignore_case"], "strasse"),
        ("ﬁ İ ſ", ["ignore_case"], "fi i̇ s"),
        ("e\u0301", ["normalize"], "é"),
        ("E\u0301", ["normalize", "ignore_case"], "é"),
        ("  CAFE\u0301   noir ", ["trim", "collapse_spaces", "ignore_case", "normalize"], "café noir"),
        ("", ["trim", "collapse_spaces", "ignore_case", "normalize"], ""),
    ],
)
def test_text_rules(text: str, rules: list[str], found: str) -> None:
    assert ruled(text.encode(), rules).decode() == found


def test_bytes_that_are_no_utf8_stay_in_their_place() -> None:
    every = ["trim", "collapse_spaces", "ignore_case", "normalize"]
    assert ruled(b" A\xff \t B\xc3 ", every) == b"a\xff b\xc3"
    assert ruled(b"\xff ", ["trim"]) == b"\xff"


@pytest.mark.parametrize(
    ("text", "nanos"),
    [
        ("2 seconds", 2 * SECOND),
        ("1 second", SECOND),
        ("250 milliseconds", SECOND // 4),
        ("1 day 3 hours", 27 * 3600 * SECOND),
        ("1.5 seconds", 3 * SECOND // 2),
        ("1 WEEK", 7 * 86_400 * SECOND),
        ("PT1H", 3600 * SECOND),
        ("P1DT0.5S", 86_400 * SECOND + SECOND // 2),
        ("0 seconds", 0),
    ],
)
def test_durations(text: str, nanos: int) -> None:
    assert duration_nanos(text) == nanos


@pytest.mark.parametrize(
    "text", ["", "soon", "2", "seconds", "-2 seconds", "1 month", "2 seconds 3", "P", "PT", 2, True]
)
def test_what_is_no_duration_is_refused(text: Any) -> None:
    with pytest.raises(Refused, match="BAD_OPTION"):
        duration_nanos(text)


@pytest.mark.parametrize(
    ("asked", "left", "right", "is_within"),
    [
        (0.1, Decimal("1.00"), Decimal("1.10"), True),
        (0.1, Decimal("1.00"), Decimal("1.1000000000000001"), False),
        ({"relative": 0.1}, 110, 100, True),
        ({"relative": 0.1}, 100, 111, True),
        ({"relative": 0.1}, 111, 100, False),
        ({"relative": 0.1, "symmetric": True}, 111, 100, True),
        ({"absolute": 1, "relative": 0.1}, 111, 100, True),
        ({"symmetric": True, "relative": 1}, Decimal("9E37"), Decimal("1E-38"), True),
    ],
)
def test_tolerances_of_exact_numbers(asked: Any, left: Any, right: Any, is_within: bool) -> None:
    assert tolerance_of(asked).within(Measure.EXACT, left, right) is is_within


def test_a_tolerance_of_doubles_computes_in_double() -> None:
    assert differing(column("double", "double", [(1.0, 1.1), (1.0, 1.25)], tolerance=0.1)) == [0, 1]
    assert differing(column("double", "double", [(1.0, 1.25), (1.0, 1.2500001)], tolerance=0.25)) == [1]


def test_nan_infinities_and_nulls_are_never_within_a_tolerance() -> None:
    pairs = [
        (math.nan, 1.0),
        (math.inf, 1.0),
        (math.inf, -math.inf),
        (None, 1.0),
        (math.nan, math.nan),
        (math.inf, math.inf),
    ]
    tolerance = {"absolute": 1e300, "relative": 1}
    assert differing(column("double", "double", pairs, tolerance=tolerance)) == [0, 1, 2, 3]


def test_tolerances_of_dates_and_times() -> None:
    assert differing(column("date", "date", [(0, 1), (0, 2)], tolerance={"time": "36 hours"})) == [1]
    assert differing(
        column("timestamp", "timestamp", [(0, SECOND), (0, SECOND + 1)], tolerance={"time": "1 second"})
    ) == [1]
    assert differing(column("date", "timestamp", [(1, 86_399 * SECOND)], tolerance={"time": "1 second"})) == []
    assert differing(column("time", "time", [(0, SECOND)], tolerance={"time": "1 second"})) == []
    assert differing(column("date", "date", [(0, 1)], tolerance=5)) == [0]
    assert differing(column("int", "int", [(0, 1)], tolerance={"time": "1 day"})) == [0]


def test_a_relaxed_cell_is_counted_and_is_no_mismatch() -> None:
    entry = column("int", "int", [(1, 1), (1, 2), (1, 3), (None, 1)], tolerance=1)
    assert (entry["relaxed"], entry["mismatches"], entry["max_difference"], entry["null_left"]) == (1, 2, 2, 1)


def test_the_most_specific_selector_replaces_the_others() -> None:
    left = Side([("k", "int"), ("a", "int"), ("b", "bigint"), ("c", "bigint")], [(1, 0, 0, 0)])
    right = Side(left.schema, [(1, 3, 3, 3)])

    def mismatched(tolerance: Any) -> list[str]:
        return compare(left, right, Options(keys=["k"], tolerance=tolerance))["mismatched_columns"]

    assert mismatched({"*": 3}) == []
    assert mismatched({"*": 3, "type:bigint": 1}) == ["b", "c"]
    assert mismatched({"*": 1, "type:bigint": 1, "C": 3}) == ["a", "b"]
    assert mismatched({"*": 3, "b": {}}) == ["b"]


def test_a_decimal_selector_means_every_precision() -> None:
    pair = [(Decimal("1.0"), Decimal("1.5"))]
    assert differing(column("decimal(5,1)", "decimal(5,1)", pair, tolerance={"type:decimal": 0.5})) == []
    assert differing(column("decimal(5,1)", "decimal(5,1)", pair, tolerance={"type:decimal(5,1)": 0.5})) == []
    assert differing(column("decimal(5,1)", "decimal(5,1)", pair, tolerance={"type:decimal(6,1)": 0.5})) == [0]


def test_null_equals_meets_its_literal_on_either_side() -> None:
    entry = column("string", "string", [(None, b""), (b"", None), (None, b" "), (None, None)], null_equals="")
    assert differing(entry) == [2]
    assert (entry["relaxed"], entry["null_left"], entry["null_right"]) == (2, 1, 0)
    assert (
        differing(column("string", "string", [(None, b" N/A")], null_equals="n/a", text=["trim", "ignore_case"])) == []
    )


def test_a_literal_is_for_the_columns_of_its_type() -> None:
    assert differing(column("int", "int", [(None, 0)], null_equals="")) == [0]
    assert differing(column("int", "int", [(None, 0)], null_equals=0)) == []
    assert (
        differing(column("decimal(4,2)", "decimal(4,2)", [(None, Decimal("1.50"))], null_equals={"$decimal": "1.5"}))
        == []
    )
    assert differing(column("date", "date", [(None, 0)], null_equals={"$date": "1970-01-01"})) == []
    assert differing(column("date", "timestamp", [(None, 0)], null_equals={"$date": "1970-01-01"})) == []
    assert differing(column("timestamp", "timestamp", [(0, None)], null_equals={"$ts": "1970-01-01T00:00:00Z"})) == []
    assert differing(column("boolean", "boolean", [(False, None)], null_equals=False)) == []
    assert differing(column("boolean", "boolean", [(False, None)], null_equals=0)) == [0]


def test_a_literal_is_rounded_to_float_where_both_sides_are() -> None:
    nearest = 0.10000000149011612
    assert differing(column("float", "float", [(None, nearest)], null_equals=0.1)) == []
    assert differing(column("float", "string", [(None, b"0.1")], null_equals=0.1)) == []
    assert differing(column("float", "double", [(None, nearest), (None, 0.1)], null_equals=0.1)) == [0]
    assert differing(column("int", "float", [(2**31 - 1, None)], null_equals=2**31 - 1)) == []


def test_a_tolerance_does_not_reach_from_a_literal() -> None:
    assert differing(column("int", "int", [(None, 1)], null_equals=0, tolerance=1)) == [0]


def test_exactly_identical_rows_pair_before_relaxed_ones() -> None:
    left = Side([("k", "int"), ("v", "double")], [(1, 1.0), (1, 1.25)])
    right = Side(left.schema, [(1, 1.25), (1, 1.5)])
    document = compare(left, right, Options(keys=["k"], tolerance=0.25))
    assert (document["counts"]["identical"], document["columns"][0]["mismatches"]) == (1, 1)


def test_text_rules_on_a_key_apply_before_matching_and_it_is_shown_raw() -> None:
    left = Side([("k", "string"), ("v", "int")], [(b"A ", 1), (b"b", 1)])
    right = Side(left.schema, [(b"a", 2), (b"B", 1)])
    document = compare(left, right, Options(keys=["k"], text={"k": ["trim", "ignore_case"]}))
    assert document["counts"]["matched"] == 2
    assert document["samples"]["changed"] == [{"row": 0, "key": {"k": "A "}, "columns": ["v"]}]
    assert compare(left, right, Options(keys=["k"], text=["trim", "ignore_case"]))["counts"]["matched"] == 0


def test_without_keys_text_and_null_equals_make_rows_the_same() -> None:
    left = Side([("s", "string"), ("n", "int")], [(b"X ", 1), (b"y", None)])
    right = Side(left.schema, [(b"x", 1), (b"Y", 0)])
    options = Options(text=["trim", "ignore_case"], null_equals={"n": 0})
    document = compare(left, right, options)
    assert document["counts"]["identical"] == 2
    assert [entry["relaxed"] for entry in document["columns"]] == [0, 0]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"tolerance": {"nope": 1}}, "COLUMN_NOT_FOUND"),
        ({"tolerance": {"type:number": 1}}, "BAD_OPTION"),
        ({"tolerance": {"absolute": -1}}, "BAD_OPTION"),
        ({"tolerance": {"relative": -0.1}}, "BAD_OPTION"),
        ({"tolerance": {"*": {"near": 1}}}, "BAD_OPTION"),
        ({"tolerance": "1"}, "BAD_OPTION"),
        ({"tolerance": {"s": 1}}, "BAD_OPTION"),
        ({"tolerance": {"b": 1}}, "BAD_OPTION"),
        ({"tolerance": {"d": 1}}, "BAD_OPTION"),
        ({"tolerance": {"n": {"time": "1 day"}}}, "BAD_OPTION"),
        ({"tolerance": {"k": 1}}, "BAD_OPTION"),
        ({"tolerance": {"*": 1, "type:string": 2}}, None),
        ({"tolerance": 1, "keys": None}, "BAD_OPTION"),
        ({"text": ["trimmed"]}, "BAD_OPTION"),
        ({"text": {"n": ["trim"]}}, "BAD_OPTION"),
        ({"text": {"k": ["trim"]}}, "BAD_OPTION"),
        ({"text": {"nope": ["trim"]}}, "COLUMN_NOT_FOUND"),
        ({"text": {"*": ["trim"], "s": []}}, None),
        ({"null_equals": {"n": ""}}, "BAD_OPTION"),
        ({"null_equals": {"s": 0}}, "BAD_OPTION"),
        ({"null_equals": {"k": 0}}, "BAD_OPTION"),
        ({"null_equals": {"nope": 0}}, "COLUMN_NOT_FOUND"),
        ({"null_equals": {"$date": "soon"}}, "BAD_OPTION"),
        ({"null_equals": {"d": {"$ts": "2024-01-01T00:00:00Z"}}}, "BAD_OPTION"),
        ({"null_equals": [0]}, "BAD_OPTION"),
        ({"thresholds": {"rows": 1.1}}, "BAD_OPTION"),
        ({"thresholds": {"rows": -0.1}}, "BAD_OPTION"),
        ({"thresholds": {"columns": {"n": 2}}}, "BAD_OPTION"),
        ({"thresholds": {"columns": {"nope": 0}}}, "COLUMN_NOT_FOUND"),
        ({"thresholds": {"columns": {"k": 0}}}, "BAD_OPTION"),
        ({"thresholds": {"columns": {"n": 0}}, "exclude": ["n"]}, "BAD_OPTION"),
        ({"thresholds": {"schema": 1}}, "BAD_OPTION"),
        ({"thresholds": {"row": 0.1}}, "BAD_OPTION"),
        ({"thresholds": {"schema": 0}}, None),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], code: str | None) -> None:
    assert code_of(Options(**{"keys": ["k"], **options})) == code


def passes(thresholds: Any, left: list[tuple], right: list[tuple], right_type: str = "int") -> bool:
    document = compare(
        Side([("k", "int"), ("v", "int")], left),
        Side([("k", "int"), ("v", right_type)], right),
        Options(keys=["k"], thresholds=thresholds),
    )
    return document["passed"]


def test_thresholds_limit_what_they_name() -> None:
    rows = [(n, 0) for n in range(10)]
    three = [(n, int(n < 3)) for n in range(10)]
    assert passes({"rows": 0.3}, rows, three)
    assert not passes({"rows": 0.29}, rows, three)
    assert passes({"columns": {"v": 0.3}}, rows, three)
    assert not passes({"columns": {"V": 0.2}}, rows, three)
    assert passes({"columns": {"v": 0}}, rows, rows[:3])
    assert passes({"rows": 0.7}, rows, rows[:3])
    assert not passes({"rows": 0.3}, rows[:3], rows)


def test_the_document_states_the_thresholds_by_left_names() -> None:
    side = Side([("k", "int"), ("v", "int")], [])
    thresholds = {"rows": 0.5, "columns": {"V": 0}, "schema": 0}
    document = compare(side, side, Options(keys=["k"], thresholds=thresholds))
    assert document["thresholds"] == {"rows": 0.5, "columns": {"v": 0}, "schema": 0}
    for nothing in (None, {}):
        assert compare(side, side, Options(keys=["k"], thresholds=nothing))["thresholds"] is None


def test_without_thresholds_passed_is_equal() -> None:
    rows = [(1, 1)]
    assert passes(None, rows, rows)
    assert passes({}, rows, rows)
    assert not passes({}, rows, [(1, 2)])


def test_the_schema_counts_only_when_it_is_named() -> None:
    rows = [(1, 1)]
    assert passes({"rows": 0}, rows, rows, "bigint")
    assert not passes({"rows": 0, "schema": 0}, rows, rows, "bigint")
    assert passes({"schema": 0}, rows, [(1, 2)])


def test_column_limits_say_nothing_where_no_row_matched() -> None:
    assert not passes({"columns": {"v": 1}}, [(1, 1)], [(2, 1)])
    assert not passes({"columns": {"v": 1}, "rows": 0.5}, [(1, 1)], [(2, 1)])
    assert passes({"columns": {"v": 1}}, [], [])
    assert passes({"columns": {"v": 1}, "rows": 1}, [(1, 1)], [])
