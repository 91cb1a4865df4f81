"""Statistics, page indexes and Bloom filters that lie or are damaged: what a predicate makes of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from acceptance.answers import compared, refused
from acceptance.parquet_fixtures import write_table
from damage.fields import Field, Walk, fields, footer_start, integer
from differential.command import run_parity

ROWS, ROWS_OF_PAGE = 64, 16
# A row of the second of four pages.
WANTED = "v = 40"
Damage = Callable[[bytes], bytes]


def indexed(path: Path) -> bytes:
    """A file of `id` and `v`; of the latter there is all that a predicate may ask."""
    # Even numbers: of odd ones the Bloom filter alone says that they are not there.
    columns = {"id": pa.array(range(ROWS), pa.int64()), "v": pa.array(range(0, 2 * ROWS, 2), pa.int64())}
    write_table(
        path,
        columns,
        compression="none",
        use_dictionary=False,
        store_schema=False,
        write_page_index=True,
        max_rows_per_page=ROWS_OF_PAGE,
        bloom_filter_options={"v": {"ndv": 8, "fpp": 0.01}},
    )
    return path.read_bytes()


def last(data: bytes, name: str) -> Field:
    """The field of the last column, which is `v`."""
    return [field for field in fields(data) if field.path.endswith(f".{name}")][-1]


def replaced(data: bytes, field: Field, value: bytes) -> bytes:
    """The file with another value of a field of its footer."""
    length = len(data) - 8 - footer_start(data) + len(value) - (field.end - field.value)
    return data[: field.value] + value + data[field.end : -8] + length.to_bytes(4, "little") + data[-4:]


def told(data: bytes, name: str, number: int) -> bytes:
    """The file with another number in its footer."""
    return replaced(data, last(data, name), spelled(number))


def spelled(number: int) -> bytes:
    """A number in Thrift's compact protocol."""
    rest, out = number << 1 if number >= 0 else (-number << 1) - 1, bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    return bytes([*out, rest])


def place_of(data: bytes, part: str) -> slice:
    """Where the column index, the offset index or the Bloom filter of `v` lies."""
    start = integer(data, last(data, f"{part}_offset"))
    return slice(start, start + integer(data, last(data, f"{part}_length")))


def with_part(part: str, change: Callable[[bytes], bytes]) -> Damage:
    """Writes another column index, offset index or Bloom filter of `v`, right before the footer."""

    def damage(data: bytes) -> bytes:
        content, start = change(data[place_of(data, part)]), footer_start(data)
        moved = told(data[:start] + content + data[start:], f"{part}_offset", start)
        return told(moved, f"{part}_length", len(content))

    return damage


def with_number(name: str, number: int) -> Damage:
    return lambda data: told(data, name, number)


def plain(number: int) -> bytes:
    return number.to_bytes(8, "little", signed=True)


def bound(value: bytes, *names: int) -> Damage:
    """Writes another minimum (2 and 6) or maximum (1 and 5) into the statistics."""

    def damage(data: bytes) -> bytes:
        for name in names:
            data = replaced(data, last(data, f"statistics.{name}"), bytes([len(value)]) + value)
        return data

    return damage


MINIMUM, MAXIMUM = (2, 6), (1, 5)


def inner(content: bytes, number: int) -> tuple[Field, list[int]]:
    """A list of an index, and where its elements begin that are 9 bytes each, the length before the value."""
    field = next(field for field in Walk(content, 0).struct("index") if field.path == f"index.{number}")
    return field, [field.value + 1 + 9 * page for page in range(ROWS // ROWS_OF_PAGE)]


def page_bound(number: int, page: int, value: int) -> Damage:
    """Writes another minimum (2) or maximum (3) of a page into the column index."""

    def change(content: bytes) -> bytes:
        at = inner(content, number)[1][page] + 1
        return content[:at] + plain(value) + content[at + 8 :]

    return with_part("column_index", change)


def without_bits(content: bytes) -> bytes:
    """A Bloom filter that knows no value."""
    return content[:-32] + bytes(32)


LIES: dict[str, Damage] = {
    "statistics": bound(plain(38), *MAXIMUM),
    "page index": page_bound(3, 1, 38),
    "Bloom filter": with_part("bloom_filter", without_bits),
}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    indexed(tmp_path / "sound.parquet")
    return tmp_path / "sound.parquet"


def damaged(sound: Path, damage: Damage) -> Path:
    path = sound.with_name("damaged.parquet")
    path.write_bytes(damage(sound.read_bytes()))
    return path


def counts(parity: Path, left: Path, right: Path, *arguments: str) -> tuple[int, int, int]:
    """Rows of both sides, and changed ones."""
    found = compared(parity, left, right, *arguments)["counts"]
    return found["left"], found["right"], found["changed"]


@pytest.mark.parametrize("keys", [("--key", "id"), ()], ids=["keyed", "keyless"])
@pytest.mark.parametrize("lie", LIES)
def test_what_lies_about_values_can_hide_rows_under_a_predicate_and_changes_nothing_without_one(
    parity: Path, sound: Path, lie: str, keys: tuple[str, ...]
) -> None:
    lying = damaged(sound, LIES[lie])
    assert counts(parity, sound, sound, *keys, "--where", WANTED) == (1, 1, 0)
    assert counts(parity, lying, sound, *keys, "--where", WANTED) == (0, 1, 0)
    for arguments in ((), ("--where", "id = 20"), ("--right-where", "id >= 0")):
        assert compared(parity, lying, sound, *keys, *arguments)["equal"]
    # Differences are found wherever they are.
    other = write_table(sound.with_name("other.parquet"), {"id": range(ROWS), "v": [-1] * ROWS})
    assert counts(parity, lying, other, "--key", "id") == (ROWS, ROWS, ROWS)


def test_statistics_that_promise_every_row_are_trusted_too(parity: Path, sound: Path) -> None:
    lying = damaged(sound, bound(plain(40), *MINIMUM))
    assert counts(parity, sound, sound, "--key", "id", "--where", "v >= 40") == (44, 44, 0)
    assert counts(parity, lying, sound, "--key", "id", "--where", "v >= 40") == (ROWS, 44, 0)


def every(value: int) -> Callable[[bytes], bytes]:
    return lambda content: bytes([value]) * len(content)


def endless_list(content: bytes) -> bytes:
    """Its first list claims 2^31 elements."""
    return content[:1] + bytes([0xF0 | content[1] & 0xF]) + b"\xff\xff\xff\xff\x07" + content[2:]


def short_bound(content: bytes) -> bytes:
    """The maximum of the second page has a byte less than a number of 64 bits."""
    at = inner(content, 3)[1][1]
    return content[:at] + bytes([7]) + content[at + 1 : at + 8] + content[at + 9 :]


def fewer_pages(number: int) -> Callable[[bytes], bytes]:
    """A list of the column index lacks its last page."""

    def change(content: bytes) -> bytes:
        field, elements = inner(content, number)
        shorter = bytes([content[field.value] - 0x10]) + content[field.value + 1 : elements[-1]]
        return content[: field.value] + shorter + content[field.end :]

    return change


def of_length(number: int) -> Callable[[bytes], bytes]:
    """A Bloom filter whose header claims so many bytes."""

    def change(content: bytes) -> bytes:
        field = next(field for field in Walk(content, 0).struct("filter") if field.path == "filter.1")
        return content[: field.value] + spelled(number) + content[field.end :]

    return change


FAR, HUGE = 1 << 40, 2**31 - 1
DAMAGES: dict[str, Damage] = {
    "statistics: minimum above maximum": bound(plain(1000), *MINIMUM),
    "statistics: short minimum": bound(plain(0)[:7], *MINIMUM),
    "statistics: no byte in the maximum": bound(b"", *MAXIMUM),
    "statistics: long maximum": bound(plain(126) + b"\0", *MAXIMUM),
    "statistics: fewer nulls than none": with_number("statistics.3", -1),
    "statistics: more nulls than values": with_number("statistics.3", 1000),
    **{
        f"{part}: {what}": damage
        for part in ("column_index", "offset_index", "bloom_filter")
        for what, damage in {
            "beyond the file": with_number(f"{part}_offset", FAR),
            "at the largest offset": with_number(f"{part}_offset", 2**63 - 1),
            "before the file": with_number(f"{part}_offset", -1),
            "over the end of the file": with_number(f"{part}_length", HUGE),
            "of no length": with_number(f"{part}_length", 0),
            "of negative length": with_number(f"{part}_length", -1),
            "cut": lambda data, part=part: with_part(part, lambda content: content[:-1])(data),
            "cut early": lambda data, part=part: with_part(part, lambda content: content[:3])(data),
            "ones": with_part(part, every(0xFF)),
            "zeros": with_part(part, every(0)),
            "other metadata": lambda data, part=part: with_part(part, lambda _: data[footer_start(data) : -8])(data),
        }.items()
    },
    "column_index: endless list": with_part("column_index", endless_list),
    "offset_index: endless list": with_part("offset_index", endless_list),
    "column_index: short bound": with_part("column_index", short_bound),
    "column_index: fewer minima": with_part("column_index", fewer_pages(2)),
    "column_index: fewer maxima": with_part("column_index", fewer_pages(3)),
    "bloom_filter: no block": with_part("bloom_filter", of_length(0)),
    "bloom_filter: negative length": with_part("bloom_filter", of_length(-32)),
    "bloom_filter: half a block": with_part("bloom_filter", of_length(16)),
    "bloom_filter: two gigabytes": with_part("bloom_filter", of_length(HUGE)),
}
# What cannot be decoded at all with the file's own metadata; everything else is passed over.
REFUSED = {
    "statistics: short minimum",
    "statistics: no byte in the maximum",
    "statistics: fewer nulls than none",
    *(name for name in DAMAGES if name.startswith("offset_index")),
} - {"offset_index: before the file", "offset_index: of negative length", "offset_index: zeros"}
PREDICATES = (WANTED, "v = 41", "v >= 40 and v < 60", "not v <> 40 or id = 63")


@pytest.mark.parametrize("name", DAMAGES)
def test_what_cannot_be_read_is_corrupt_or_passed_over(parity: Path, sound: Path, name: str) -> None:
    path = damaged(sound, DAMAGES[name])
    for arguments in ([], ["--where", WANTED], *(["--key", "id", "--where", each] for each in PREDICATES)):
        if name in REFUSED:
            answer = refused(parity, path, sound, *arguments)
            assert answer.error_code == "CORRUPT_FILE"
            assert "damaged.parquet" in answer.stdout
        else:
            document, truth = (compared(parity, left, sound, *arguments) for left in (path, sound))
            assert document["counts"] == truth["counts"]
            assert document["equal"]


def asked(data: bytes) -> list[int]:
    """The places of all bytes that tell of `v` what only a predicate asks for."""
    told_of = ("statistics", "bloom_filter_offset", "bloom_filter_length", "column_index_offset", "column_index_length")
    found = [last(data, name) for name in told_of]
    places = [place for field in found for place in range(field.start, field.end)]
    for part in ("column_index", "bloom_filter"):
        places += range(*place_of(data, part).indices(len(data)))
    return places


def test_a_flipped_bit_under_a_predicate_ends_in_a_code_or_in_rows_as_they_are(parity: Path, sound: Path) -> None:
    whole = sound.read_bytes()
    places = asked(whole)
    assert len(places) > 200
    rng = random.Random(1)
    wrong = []
    # A bit of each byte; all eight take a minute.
    for number, place in enumerate(places):
        bit = rng.randrange(8)
        path = sound.with_name("damaged.parquet")
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
        predicate = PREDICATES[number % len(PREDICATES)]
        answer = run_parity(parity, path, sound, ["--key", "id", "--where", predicate], timeout_seconds=20)
        problem = answer.misbehaviour() or unlike(answer.document or {})
        if problem:
            wrong.append(f"byte {place} bit {bit}, {predicate}: {problem}")
    assert wrong == []


def unlike(document: dict[str, Any]) -> str | None:
    """What no damage to what a predicate asks may lead to: another code, or another value."""
    if "error" in document:
        error = document["error"]
        is_known = error["code"] == "CORRUPT_FILE" and "damaged.parquet" in error["message"]
        return None if is_known else f"{error['code']}: {error['message']}"
    return None if document["counts"]["changed"] == 0 else "a changed row"
