"""Stores that tell less than S3 does, fail half-way, or change meanwhile: the right answer or an error, never less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from acceptance.parquet_fixtures import numbers, write_table
from storage.conftest import Bed
from storage.test_s3 import assert_one_sentence

_NO_COPIES = {"spark.parity.cache.bytes": "0"}
_MERGE = "parity: merge"


def _upload_many(bed: Bed, folder: Path, bucket: str, count: int = 7) -> str:
    for number in range(count):
        write_table(folder / f"{number}.parquet", {"id": [number], "v": [number]})
    return bed.upload(folder, bucket)


@pytest.mark.parametrize("failure", ["refused", "failed", "torn", "garbled"])
def test_a_listing_that_fails_half_way_is_an_unreadable_path_and_no_shorter_side(
    bed: Bed, tmp_path: Path, failure: str
) -> None:
    sides = [_upload_many(bed, tmp_path / side, "paged") for side in ("left", "right")]
    whole = bed.comparer.compare(*sides, options={"keys": ["id"]})
    assert whole.document is not None, whole.error
    assert whole.document["counts"]["matched"] == 7
    bed.tampering.later_pages = failure
    # Both sides would lose the same objects, and be equal.
    failed = bed.comparer.compare(*sides, options={"keys": ["id"]})
    assert bed.tampering.met > 0
    assert_one_sentence(failed, "PATH_UNREADABLE", sides[0])
    bed.tampering.behave()
    again = bed.comparer.compare(*sides, options={"keys": ["id"]})
    assert again.document == whole.document


def test_marks_of_folders_are_no_files(bed: Bed, tmp_path: Path) -> None:
    side = tmp_path / "side"
    for day in (1, 2):
        write_table(side / f"day={day}" / "a.parquet", {"id": [day], "v": [day]})
    plain = bed.upload(side)
    marked = bed.upload(side, "paged")
    # Empty objects, as consoles, S3A and older connectors leave them.
    for folder in ("", "/day=1", "/day=3"):
        key = f"{marked.removeprefix('s3a://')}{folder}"
        bed.files.create_dir(key, recursive=False)  # its name ends in a slash
        with bed.files.open_output_stream(f"{key}_$folder$") as stream:
            stream.write(b"")
    compared = bed.comparer.compare(plain, marked, options={"keys": ["id"]})
    assert compared.document is not None, compared.error
    assert compared.document["equal"]
    assert compared.document["counts"]["matched"] == compared.document["right"]["files"] == 2


def test_a_store_without_etags_is_refused_or_held_to_length_and_time(bed: Bed, tmp_path: Path) -> None:
    bed.tampering.without_etags = True
    left = numbers(tmp_path / "left.parquet")
    right = numbers(tmp_path / "right.parquet", last=4)
    # S3A itself reads nothing that it cannot hold the store to, unless it is told to.
    strict = bed.comparer.compare(*(bed.upload(path, "markless") for path in (left, right)), options={"keys": ["id"]})
    assert_one_sentence(strict, "PATH_UNREADABLE", "s3a://markless")
    sides = [bed.upload(path, "lenient") for path in (left, right)]
    replacement = numbers(tmp_path / "replacement.parquet", last=5, compression="none")
    asked: dict[str, Any] = {"options": {"keys": ["id"]}, "frames": ["changed"]}
    compared = bed.comparer.compare(*sides, **asked)
    assert compared.document is not None, compared.error
    assert compared.document["counts"]["changed"] == compared.frames["changed"] == 1
    assert_one_sentence(
        bed.comparer.compare(*sides, then_put={str(replacement): sides[1]}, **asked), "SOURCE_CHANGED", sides[1]
    )


@pytest.mark.parametrize("what", ["another object", "one of the same length", "the same bytes with another ETag"])
def test_an_object_that_is_replaced_between_two_steps_is_a_changed_source_or_was_copied(
    bed: Bed, tmp_path: Path, what: str
) -> None:
    left, right = (numbers(tmp_path / f"{last}.parquet", last=last) for last in (3, 4))
    sides = [bed.upload(path) for path in (left, right)]
    first = bed.comparer.compare(*sides, options={"keys": ["id"]})
    replacement = {
        "another object": numbers(tmp_path / "longer.parquet", last=4, compression="none"),
        "one of the same length": numbers(tmp_path / "same.parquet", last=5),
        "the same bytes with another ETag": right,
    }[what]
    assert (replacement.stat().st_size == right.stat().st_size) == (what != "another object")
    # In parts, so that the store makes another ETag of the same bytes, as it may when an object is copied.
    key = sides[1].removeprefix("s3a://")
    replace = (
        f"content = open({str(replacement)!r}, 'rb').read()\n"
        f"with files.open_output_stream({key!r}) as stream:\n"
        "    stream.write(content)\n"
    )
    for session, code in (({}, None), (_NO_COPIES, "SOURCE_CHANGED")):
        # In one part.
        bed.comparer.compare(sides[0], sides[0], options={"keys": ["id"]}, then_put={str(right): sides[1]})
        bed.before_job(_MERGE, replace)
        compared = bed.comparer.compare(*sides, options={"keys": ["id"]}, session=session)
        assert bed.ran()
        if code is None:
            assert compared.document == first.document, compared.error
        else:
            assert_one_sentence(compared, code, sides[1])
    assert bed.copies() == []
