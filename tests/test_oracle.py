"""The oracle's comparison against examples worked out by hand, and its pairing against brute force."""

from __future__ import annotations

import itertools
import math
import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from oracle import Options, Refused, Side, compare
from oracle.pairing import pair_cheapest, pair_group
from oracle.types import Domain, domain_of, sort_key

SECOND = 1_000_000_000


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("left", "right", "domain"),
    [
        ("tinyint", "bigint", Domain.EXACT),
        ("decimal(20,0)", "bigint", Domain.EXACT),
        ("bigint", "double", Domain.DOUBLE),
        ("float", "double", Domain.DOUBLE),
        ("float", "float", Domain.DOUBLE),
        ("decimal(10,3)", "float", Domain.DOUBLE),
        ("boolean", "int", Domain.NO_RULE),
        ("string", "binary", Domain.NO_RULE),
        ("date", "int", Domain.NO_RULE),
        ("time", "timestamp", Domain.NO_RULE),
        ("string", "date", Domain.PARSED),
        ("string", "time", Domain.NO_RULE),
        ("date", "timestamp", Domain.INSTANT),
        ("timestamp", "timestamp_ntz", Domain.INSTANT),
        ("date", "timestamp_ntz", Domain.LOCAL),
        ("date", "date", Domain.SAME),
    ],
)
def test_two_types_meet_in_one_domain_in_either_order(left: str, right: str, domain: Domain) -> None:
    assert domain_of(left, right) is domain
    assert domain_of(right, left) is domain


def cells(left_type: str, right_type: str, pairs: list[tuple], **options) -> dict:
    """The entry of a column `v` whose rows are these pairs, under a key that counts them."""
    left = Side([("k", "int"), ("v", left_type)], [(k, pair[0]) for k, pair in enumerate(pairs)])
    right = Side([("k", "int"), ("v", right_type)], [(k, pair[1]) for k, pair in enumerate(pairs)])
    (entry,) = compare(left, right, Options(keys=["k"], **options))["columns"]
    return entry


def differing(entry: dict) -> list[int]:
    return [int(sample["key"]["k"]) for sample in entry["samples"]]


def test_integers_beyond_two_to_the_53_stay_apart() -> None:
    entry = cells("bigint", "bigint", [(2**53, 2**53), (2**53, 2**53 + 1)])
    assert differing(entry) == [1]
    assert entry["max_difference"] == 1


def test_a_bigint_meets_a_double_as_a_double() -> None:
    assert differing(cells("bigint", "double", [(2**53 + 1, 2.0**53), (2**53 + 3, 2.0**53)])) == [1]


def test_a_decimal_meets_a_double_correctly_rounded() -> None:
    entry = cells("decimal(38,37)", "double", [(Decimal("0." + "1" * 37), 0.1111111111111111), (Decimal("0.3"), 0.3)])
    assert entry["mismatches"] == 0


def test_special_doubles() -> None:
    pairs = [
        (math.nan, math.nan),
        (-0.0, 0.0),
        (math.inf, math.inf),
        (math.inf, -math.inf),
        (math.nan, None),
        (1.0, 2.5),
    ]
    entry = cells("double", "double", pairs)
    assert differing(entry) == [3, 4, 5]
    assert entry["max_difference"] == 1.5
    assert (entry["null_left"], entry["null_right"]) == (0, 1)


def test_a_distance_too_large_for_a_double_is_left_out() -> None:
    entry = cells("double", "double", [(1.7e308, -1.7e308), (1.0, 2.0)])
    assert entry["max_difference"] == 1.0


def test_values_without_a_rule_never_meet_but_nulls_do() -> None:
    assert differing(cells("boolean", "int", [(True, 1), (False, 0), (None, None), (None, 0)])) == [0, 1, 3]
    assert differing(cells("string", "binary", [(b"a", b"a"), (None, None)])) == [0]


def test_a_distance_keeps_all_its_digits() -> None:
    entry = cells("decimal(38,0)", "decimal(38,38)", [(Decimal("9" * 38), Decimal("0." + "0" * 37 + "1"))])
    assert str(entry["max_difference"]) == "9" * 37 + "8." + "9" * 38


def test_distances_of_dates_are_days_and_of_times_seconds() -> None:
    assert cells("date", "date", [(0, 3), (5, None)])["max_difference"] == 3
    assert cells("timestamp", "timestamp", [(0, 1_500_000_001)])["max_difference"] == Decimal("1.500000001")
    assert cells("string", "string", [(b"1", b"3")])["max_difference"] is None


def test_a_date_is_midnight_in_the_session_time_zone() -> None:
    pairs = [(instant("2024-01-15T05:00:00+00:00"), 19_737), (instant("2024-01-15T00:00:00+00:00"), 19_737)]
    assert differing(cells("timestamp", "date", pairs, time_zone="America/New_York")) == [1]
    assert differing(cells("timestamp", "date", pairs)) == [0]


def test_the_sort_order_is_nulls_numbers_nan() -> None:
    values = [math.nan, 1.0, None, -math.inf, math.inf]
    assert [repr(value) for value in sorted(values, key=sort_key)] == ["None", "-inf", "1.0", "inf", "nan"]


def cheapest_by_brute_force(differing: list[list[int]]) -> list[tuple[int, int]]:
    """All assignments, the best by (cells, changed rows, right positions in the order of the left rows)."""
    left_rows, right_rows = len(differing), len(differing[0])
    choices = [*range(right_rows), *[right_rows] * max(0, left_rows - right_rows)]

    def cost(chosen: tuple[int, ...]) -> tuple:
        cells = [differing[i][j] for i, j in enumerate(chosen) if j < right_rows]
        return sum(cells), sum(1 for each in cells if each), chosen

    best = min(itertools.permutations(choices, left_rows), key=cost)
    return [(i, j) for i, j in enumerate(best) if j < right_rows]


def test_the_cheapest_pairing_is_the_one_of_brute_force() -> None:
    rng = random.Random(11)
    for _ in range(400):
        left_rows, right_rows = rng.randint(1, 5), rng.randint(1, 5)
        differing = [[rng.randint(0, 3) for _ in range(right_rows)] for _ in range(left_rows)]
        assert pair_cheapest(differing) == cheapest_by_brute_force(differing)


def test_of_equally_many_cells_the_fewest_changed_rows_win() -> None:
    assert pair_cheapest([[1, 0], [2, 1]]) == [(0, 1), (1, 0)]


def test_identical_rows_pair_before_the_rest() -> None:
    assert pair_group([(1, 1), (1, 2)], [(1, 2), (3, 3)]) == ([(1, 0), (0, 1)], False)


def test_a_group_is_exact_up_to_64_rows_left_on_a_side() -> None:
    rows = [(n, 0) for n in range(64)]
    crossed = [((n + 1) % 64, 1) for n in range(64)]
    pairs, is_large = pair_group(rows, sorted(crossed))
    assert not is_large
    assert sorted(pairs) == [(n, n) for n in range(64)]
    _, is_large = pair_group([*rows, (64, 0)], sorted(crossed))
    assert is_large
    _, is_large = pair_group([*rows, (64, 0)], [*sorted(crossed), (64, 0)])
    assert not is_large


def test_a_large_group_without_rows_on_the_other_side_needs_no_pairing() -> None:
    assert pair_group([(n,) for n in range(70)], []) == ([], False)


def side(schema: list[tuple[str, str]], *rows: tuple) -> Side:
    return Side(schema, list(rows))


def test_a_small_comparison_in_full() -> None:
    left = side([("id", "int"), ("v", "string"), ("old", "int")], (1, b"a", 0), (2, None, 0), (3, b"c", 0))
    right = side([("v", "string"), ("ID", "bigint")], (b"b", 1), (b"x", 2), (b"d", None))
    document = compare(left, right, Options(keys=["id"]))
    assert document == {
        "version": 1,
        "equal": False,
        "passed": False,
        "thresholds": None,
        "keys": [{"left": "id", "right": "ID"}],
        "counts": {
            "left": 3,
            "right": 3,
            "matched": 2,
            "identical": 0,
            "changed": 2,
            "only_left": 1,
            "only_right": 1,
            "duplicate_keys_left": 0,
            "duplicate_keys_right": 0,
            "null_keys_left": 0,
            "null_keys_right": 1,
        },
        "schema": {
            "common": ["id", "v"],
            "only_left": ["old"],
            "only_right": [],
            "type_changes": [{"name": "id", "left_type": "int", "right_type": "bigint"}],
        },
        "columns": [
            {
                "name": "v",
                "left_type": "string",
                "right_type": "string",
                "mismatches": 2,
                "rate": 1.0,
                "relaxed": 0,
                "null_left": 1,
                "null_right": 0,
                "max_difference": None,
                "causes": {"other": 1, "null_left": 1},
                "changes": {
                    "distinct": 2,
                    "top": [{"left": None, "right": "x", "cells": 1}, {"left": "a", "right": "b", "cells": 1}],
                },
                "texts": {"cells": 1, "from": [[0, 1]], "left_length": [[1, 1]], "right_length": [[1, 1]]},
                "samples": [
                    {"row": 0, "key": {"id": "1"}, "left": "a", "right": "b"},
                    {"row": 1, "key": {"id": "2"}, "left": None, "right": "x"},
                ],
            }
        ],
        "mismatched_columns": ["v"],
        "samples": {
            "only_left": [{"id": "3"}],
            "only_right": [{"id": None}],
            "only_left_values": [["c"]],
            "only_right_values": [["d"]],
            "duplicates": [],
            "changed": [
                {"row": 0, "key": {"id": "1"}, "columns": ["v"]},
                {"row": 1, "key": {"id": "2"}, "columns": ["v"]},
            ],
        },
        "options": {
            "columns": None,
            "exclude": [],
            "rename": {},
            "where": None,
            "left_where": None,
            "right_where": None,
            "tolerance": None,
            "text": None,
            "null_equals": None,
            "unordered": None,
            "duplicates": "pair",
            "samples": 20,
            "report_rows": 1000,
            "mask": None,
            "case_sensitive": False,
            "time_zone": "UTC",
        },
        "warnings": [],
    }


def test_without_keys_nothing_is_changed_and_copies_count() -> None:
    left = side([("a", "int")], (1,), (1,), (1,), (2,))
    right = side([("a", "bigint")], (1,), (3,))
    document = compare(left, right, Options())
    assert document["counts"]["matched"] == 1
    assert document["samples"]["only_left"] == [{"a": "1"}, {"a": "1"}, {"a": "2"}]
    assert document["samples"]["only_right"] == [{"a": "3"}]
    assert document["counts"]["duplicate_keys_left"] == 0
    assert document["keys"] is None


def test_a_rename_takes_its_right_column_from_the_left_one_of_that_name() -> None:
    left = side([("id", "int"), ("amt", "int"), ("amount", "int")], (1, 5, 6))
    right = side([("id", "int"), ("amount", "int")], (1, 5))
    document = compare(left, right, Options(keys=["id"], rename={"amt": "amount"}))
    assert document["schema"]["common"] == ["id", "amt"]
    assert document["schema"]["only_left"] == ["amount"]
    assert document["counts"]["identical"] == 1


def test_keys_that_meet_as_doubles_are_one_key_but_sort_as_they_are() -> None:
    left = side([("k", "bigint"), ("v", "int")], (2**53 + 1, 1), (2**53, 2))
    right = side([("k", "double"), ("v", "int")], (2.0**53, 1), (2.0**53, 3))
    document = compare(left, right, Options(keys=["k"]))
    assert document["counts"]["duplicate_keys_left"] == 1
    assert document["counts"]["identical"] == 1
    assert [sample["key"]["k"] for sample in document["samples"]["changed"]] == ["9007199254740992"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (Options(keys=["nope"]), "KEY_NOT_FOUND"),
        (Options(keys={"id": "nope"}), "KEY_NOT_FOUND"),
        (Options(keys=["old"]), "KEY_NOT_FOUND"),
        (Options(keys=["id", "ID"]), "BAD_OPTION"),
        (Options(keys=[]), "BAD_OPTION"),
        (Options(keys=["id"], exclude=["Id"]), "BAD_OPTION"),
        (Options(keys={"id": "id"}, rename={"id": "id"}), "BAD_OPTION"),
        (Options(keys=["id"], rename={"id": "v", "v": "v"}), "BAD_OPTION"),
        (Options(keys=["id"], columns=["old"]), "COLUMN_NOT_FOUND"),
        (Options(keys=["id"], exclude=["nope"]), "COLUMN_NOT_FOUND"),
        (Options(keys=["id"], rename={"v": "nope"}), "COLUMN_NOT_FOUND"),
        (Options(keys=["s"]), "BAD_OPTION"),
        (Options(keys=["flag"], exclude=["s"]), "BAD_OPTION"),
        (Options(duplicates="fail"), "BAD_OPTION"),
        (Options(keys=["id"], exclude=["s"], duplicates="fail"), "DUPLICATE_KEYS"),
        (Options(exclude=["id", "v", "s", "flag"]), "NO_COMMON_COLUMNS"),
    ],
)
def test_an_impossible_request_is_refused_with_its_code(options: Options, code: str) -> None:
    left = side(
        [("id", "int"), ("v", "int"), ("s", "string"), ("flag", "boolean"), ("old", "int")],
        (1, 1, b"x", True, 0),
        (1, 1, b"x", True, 0),
    )
    right = side([("id", "int"), ("v", "int"), ("s", "int"), ("flag", "int")], (1, 1, 1, 1))
    with pytest.raises(Refused) as refused:
        compare(left, right, options)
    assert refused.value.code == code


def test_names_that_differ_by_case_are_ambiguous_unless_case_counts() -> None:
    both = side([("id", "int"), ("v", "int"), ("V", "int")], (1, 2, 3))
    with pytest.raises(Refused, match="AMBIGUOUS_COLUMN"):
        compare(both, both, Options(keys=["id"]))
    assert compare(both, both, Options(keys=["id"], case_sensitive=True))["equal"]


@pytest.mark.parametrize("keys", [["id"], None])
def test_an_empty_list_of_columns_is_refused(keys: list[str] | None) -> None:
    side = Side([("id", "int"), ("v", "int")], [(1, 1)])
    with pytest.raises(Refused) as refused:
        compare(side, side, Options(keys=keys, columns=[]))
    assert refused.value.code == "BAD_OPTION"


def test_values_of_rows_on_one_side_are_told_where_their_key_is_listed_whole() -> None:
    left = side([("k", "int"), ("v", "string")], (1, b"b"), (1, b"a"), (2, b"c"), (2, b"d"), (2, None))
    right = side([("k", "int"), ("v", "string")], (3, b"x"), (3, b"y"))

    def samples(number: int) -> dict:
        return compare(left, right, Options(keys=["k"], samples=number))["samples"]

    assert samples(5)["only_left_values"] == [["a"], ["b"], [None], ["c"], ["d"]]
    assert samples(3)["only_left_values"] == [["a"], ["b"], None]
    assert samples(1)["only_left_values"] == []
    assert samples(5)["duplicates"] == [
        {"side": "left", "key": {"k": "1"}, "rows": 2},
        {"side": "left", "key": {"k": "2"}, "rows": 3},
        {"side": "right", "key": {"k": "3"}, "rows": 2},
    ]
    assert [each["side"] for each in samples(1)["duplicates"]] == ["left", "right"]
