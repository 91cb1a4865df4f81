"""Structs, arrays and maps deep in each other: planned in a moment up to a stated depth, refused in words beyond it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from acceptance.answers import compared, refused, text_of

MOST_LEVELS = 1024


def element(name: str, children: int = 0) -> bytes:
    """A schema's element in Thrift's compact protocol: an optional group, or an optional leaf of 32 bits."""
    spelled = name.encode()
    head = b"\x35\x02" if children else b"\x15\x02\x25\x02"
    below = b"\x15" + bytes([2 * children]) if children else b""
    return head + b"\x18" + bytes([len(spelled)]) + spelled + below + b"\x00"


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def write_footer(path: Path, groups: int) -> Path:
    """A file without rows whose column `deep` is that many groups in each other, which few writers can write."""
    root = b"\x48\x04root\x15\x02\x00"
    elements = [root, element("deep", 1), *[element("s", 1)] * (groups - 1), element("leaf")]
    schema = b"\x19\xfc" + varint(len(elements)) + b"".join(elements)
    metadata = b"\x15\x02" + schema + b"\x16\x00\x19\x0c\x00"
    path.write_bytes(b"PAR1" + metadata + len(metadata).to_bytes(4, "little") + b"PAR1")
    return path


def nested(levels: int, leaf: int, *, wide: bool = False) -> pa.Array:
    """Structs in structs, and a number in the innermost; `wide` has one more number on every level."""
    array: pa.Array = pa.array([leaf], pa.int32())
    for level in range(levels):
        fields = {"s": array, **({"n": pa.array([level], pa.int32())} if wide else {})}
        array = pa.StructArray.from_arrays(list(fields.values()), names=list(fields))
    return array


def write(path: Path, levels: int, leaf: int, *, wide: bool = False) -> Path:
    pq.write_table(pa.table({"id": [1], "v": nested(levels, leaf, wide=wide)}), path)
    return path


@pytest.mark.parametrize(("levels", "wide"), [(1000, False), (600, True)], ids=["deep", "deep_and_wide"])
def test_structs_a_thousand_levels_deep_compare_like_any_others(
    levels: int, wide: bool, parity: Path, tmp_path: Path
) -> None:
    left = write(tmp_path / "left.parquet", levels, 1, wide=wide)
    right = write(tmp_path / "right.parquet", levels, 2, wide=wide)
    # An answer is waited for for a minute. When the work for each level grew with the depth, these took minutes; they
    # take under a second now, and some seconds in a debug build.
    assert compared(parity, left, left, "--key", "id")["equal"]
    document = compared(parity, left, right, "--key", "id")
    (name,) = (column["name"] for column in document["columns"] if column["mismatches"])
    assert name == "v" + ".s" * levels
    options = ["--key", "id", "--options", f'{{"tolerance": {{"{name}": 1}}}}']
    assert compared(parity, left, right, *options)["counts"]["identical"] == 1


def test_the_most_levels_that_are_read(parity: Path, tmp_path: Path) -> None:
    path = write_footer(tmp_path / "most.parquet", MOST_LEVELS - 1)
    assert compared(parity, path, path)["equal"]


@pytest.mark.parametrize("groups", [MOST_LEVELS, 5_000, 200_000])
def test_more_levels_are_refused_by_name(groups: int, parity: Path, tmp_path: Path) -> None:
    path = write_footer(tmp_path / "deep.parquet", groups)
    other = write_footer(tmp_path / "flat.parquet", 1)
    for left, right in ((path, path), (other, path)):
        answer = refused(parity, left, right)
        assert answer.error_code == "UNSUPPORTED_TYPE"
        for word in ("deep.parquet", "column deep", str(MOST_LEVELS)):
            assert word in text_of(answer)


def lists(levels: int, leaf: int) -> pa.Array:
    array: pa.Array = pa.array([leaf], pa.int32())
    for _ in range(levels):
        array = pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), array)
    return array


@pytest.mark.parametrize("levels", [256, 257])
def test_arrays_are_compared_up_to_a_depth_and_can_be_left_out_beyond_it(
    levels: int, parity: Path, tmp_path: Path
) -> None:
    paths = []
    for leaf in (1, 2):
        paths.append(tmp_path / f"{leaf}.parquet")
        pq.write_table(pa.table({"id": [1], "v": lists(levels, leaf)}), paths[-1])
    if levels == 256:
        assert compared(parity, *paths, "--key", "id")["counts"]["changed"] == 1
        return
    answer = refused(parity, *paths, "--key", "id")
    assert answer.error_code == "UNSUPPORTED_TYPE"
    assert "column v" in text_of(answer)
    assert compared(parity, *paths, "--key", "id", "--exclude", "v")["equal"]
