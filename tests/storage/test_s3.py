"""Both sides on S3: the same answers as on disk, output where it was asked for, and errors that say what is wrong."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs
import pyarrow.parquet as pq
import pytest

from acceptance.page import payload
from acceptance.parquet_fixtures import numbers, write_table
from differential.agreement import same_but_for_the_paths
from differential.command import option_arguments, run_parity
from differential.keywords import expressible, keyword_arguments
from differential.on_spark import JAVA_SIGNS
from generator import random_pair, write_randomly
from storage.comparer import Compared
from storage.conftest import Bed

# Enough for every task to read several times the most that it asks for at once.
_WIDE_ROWS, _WIDE_COLUMNS, _WIDE_FILES = 200_000, 24, 2


@pytest.fixture(scope="module")
def wide_pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """About 36 MB a side of doubles that do not compress; a hundred rows differ, three are missing on the right."""
    folder = tmp_path_factory.mktemp("wide")
    columns: dict[str, Any] = {"id": pa.array(range(_WIDE_ROWS))}
    columns |= {f"v{number}": pc.random(_WIDE_ROWS, initializer=number) for number in range(_WIDE_COLUMNS)}
    left = pa.table(columns)
    bumps = pa.array([float(row % 2_000 == 1_000) for row in range(_WIDE_ROWS)])
    right = pa.table({**columns, "v5": pc.add(columns["v5"], bumps)}).slice(3)
    for side, table in (("left", left), ("right", right)):
        (folder / side).mkdir()
        step = -(-len(table) // _WIDE_FILES)
        for number in range(_WIDE_FILES):
            part = table.slice(number * step, step)
            pq.write_table(part, folder / side / f"{number}.parquet", row_group_size=25_000, use_dictionary=False)
    return folder / "left", folder / "right"


def local_document(parity: Path, left: Path, right: Path, *arguments: str) -> dict[str, Any]:
    """What the native command says of the same files on disk."""
    document = run_parity(parity, left, right, list(arguments)).document
    assert document is not None
    return document


def assert_one_sentence(compared: Compared, code: str, *named: str) -> None:
    """An error with a code, the names concerned and nothing of Java."""
    assert compared.error is not None, compared.document
    assert compared.code == code, compared.error
    message = compared.error["message"]
    for name in named:
        assert name in message
    assert "\n" not in message
    for sign in JAVA_SIGNS:
        assert sign not in message
        assert sign not in (compared.error["hint"] or "")
    for sign in ("\tat ", "java.lang.", "Py4J", "amazonaws", "awssdk"):
        assert sign not in compared.traceback


@pytest.mark.parametrize("seed", range(8))
def test_a_random_pair_gives_the_document_of_the_same_files_on_disk(
    bed: Bed, parity: Path, tmp_path: Path, seed: int
) -> None:
    rng = random.Random(5_300 + seed)
    pair = random_pair(rng)
    options = expressible(pair.options)
    left = write_randomly(rng, tmp_path / "left", pair.left_columns, pair.left_rows).path
    right = write_randomly(rng, tmp_path / "right", pair.right_columns, pair.right_rows).path
    expected = local_document(parity, left, right, *option_arguments(options))
    compared = bed.comparer.compare(
        bed.upload(left),
        bed.upload(right),
        options=keyword_arguments(options),
        session={
            "spark.sql.caseSensitive": str(options.case_sensitive).lower(),
            "spark.sql.session.timeZone": options.time_zone,
        },
    )
    if "error" in expected:
        assert compared.code == expected["error"]["code"]
    else:
        assert compared.document is not None, compared.error
        assert same_but_for_the_paths(expected, compared.document)
        assert compared.document["left"]["path"] == f"s3a://plain{left}"


def compare_wide(bed: Bed, wide_pair: tuple[Path, Path], bucket: str) -> tuple[Compared, int]:
    """What came of the wide pair in a bucket, and how many vectored reads it took."""
    sides = [bed.upload(side, bucket) for side in wide_pair]
    before = bed.comparer.count("stream_read_vectored_operations", bucket)
    # The document tells the time zone, which is the machine's in a session without one.
    session = {"spark.sql.session.timeZone": "UTC"}
    compared = bed.comparer.compare(*sides, options={"keys": ["id"]}, session=session)
    return compared, bed.comparer.count("stream_read_vectored_operations", bucket) - before


def test_large_files_are_read_by_vectored_reads_and_give_the_same_document(
    bed: Bed, parity: Path, wide_pair: tuple[Path, Path]
) -> None:
    compared, reads = compare_wide(bed, wide_pair, "plain")
    assert compared.document is not None, compared.error
    assert compared.document["counts"]["changed"] == 100
    assert compared.document["counts"]["only_left"] == 3
    assert same_but_for_the_paths(local_document(parity, *wide_pair, "--key", "id"), compared.document)
    assert reads > 0


def test_a_side_on_disk_and_a_side_on_s3_are_compared(bed: Bed, tmp_path: Path) -> None:
    left, right = numbers(tmp_path / "left.parquet"), numbers(tmp_path / "right.parquet", last=4)
    compared = bed.comparer.compare(str(left), bed.upload(right), options={"keys": ["id"]})
    assert compared.document is not None, compared.error
    assert compared.document["counts"]["changed"] == 1


def test_the_output_goes_to_s3_and_is_not_overwritten(bed: Bed, tmp_path: Path) -> None:
    left, right = (bed.upload(numbers(tmp_path / f"{last}.parquet", last=last)) for last in (3, 4))
    output = f"plain{tmp_path}/output"
    options = {"keys": ["id"], "output": f"s3a://{output}"}
    compared = bed.comparer.compare(left, right, options=options)
    assert compared.document is not None, compared.error
    written = {
        Path(info.path).relative_to(output).parts[0]
        for info in bed.files.get_file_info(pyarrow.fs.FileSelector(output, recursive=True))
    }
    assert written == {"_SUCCESS", "report.html", "result.json", "run.json", "differences", "only_left", "only_right"}
    with bed.files.open_input_stream(f"{output}/result.json") as stream:
        assert b'"version"' in stream.read()
    differences = pq.read_table(f"{output}/differences", filesystem=bed.files).to_pylist()
    assert [(row["column"], row["left"], row["right"]) for row in differences] == [("v", "3", "4")]
    assert_one_sentence(bed.comparer.compare(left, right, options=options), "OUTPUT_EXISTS", f"s3a://{output}")
    overwrite = {"spark.parity.output.overwrite": "true"}
    compared = bed.comparer.compare(left, left, options=options, session=overwrite)
    assert compared.document is not None, compared.error
    assert pq.read_table(f"{output}/differences", filesystem=bed.files).to_pylist() == []
    foreign = f"{output}/differences/part-old.parquet"
    with bed.files.open_output_stream(foreign) as stream:
        stream.write(b"mine")
    refused = bed.comparer.compare(left, right, options=options, session=overwrite)
    assert_one_sentence(refused, "OUTPUT_EXISTS", "differences/part-old.parquet")
    assert bed.files.get_file_info(foreign).size == 4


def test_a_report_on_s3_is_replaced_and_an_unreachable_place_is_said(bed: Bed, tmp_path: Path) -> None:
    left, right = (bed.upload(numbers(tmp_path / f"{last}.parquet", last=last)) for last in (3, 4))
    place = f"plain{tmp_path}/report/report.html"
    renames = bed.comparer.count("op_rename", "plain")
    for other, changed in ((left, 0), (right, 1)):
        compared = bed.comparer.compare(left, other, options={"keys": ["id"]}, report=f"s3a://{place}")
        assert compared.error is None, compared.error
        (there,) = bed.files.get_file_info(pyarrow.fs.FileSelector(str(Path(place).parent)))
        page = tmp_path / "report.html"
        with bed.files.open_input_stream(there.path) as stream:
            page.write_bytes(stream.read())
        assert payload(page)["document"]["counts"]["changed"] == changed
    assert bed.comparer.count("op_rename", "plain") == renames
    locked = bed.comparer.compare(left, right, options={"keys": ["id"]}, report="s3a://locked/report.html")
    assert_one_sentence(locked, "OUTPUT_UNWRITABLE", "s3a://locked/report.html")


def test_lazy_frames_read_their_rows_from_s3(bed: Bed, wide_pair: tuple[Path, Path]) -> None:
    compared = bed.comparer.compare(
        *map(bed.upload, wide_pair), options={"keys": ["id"]}, frames=["only_left", "only_right", "changed"]
    )
    assert compared.frames == {"only_left": 3, "only_right": 0, "changed": 100}, compared.error


_NO_COPIES = {"spark.parity.cache.bytes": "0"}


@pytest.mark.parametrize("compression", ["none", "snappy"], ids=["another length", "the same length, at once"])
def test_an_object_replaced_between_the_run_and_its_frames_is_a_changed_source(
    bed: Bed, tmp_path: Path, compression: str
) -> None:
    left, right = (bed.upload(numbers(tmp_path / f"{name}.parquet", last=name)) for name in (3, 4))
    replacement = numbers(tmp_path / "replacement.parquet", last=5, compression=compression)
    same_length = replacement.stat().st_size == (tmp_path / "4.parquet").stat().st_size
    assert same_length == (compression == "snappy")
    replaced = {"options": {"keys": ["id"]}, "then_put": {str(replacement): right}, "frames": ["changed"]}
    compared = bed.comparer.compare(left, right, session=_NO_COPIES, **replaced)
    assert_one_sentence(compared, "SOURCE_CHANGED", right)
    # Of what was compared there is a copy, whatever becomes of the object.
    right = bed.upload(tmp_path / "4.parquet")
    compared = bed.comparer.compare(left, right, **replaced)
    assert compared.frames == {"changed": 1}, compared.error


def test_every_byte_is_read_once_and_nothing_is_left_of_the_copies(bed: Bed, wide_pair: tuple[Path, Path]) -> None:
    sides = [bed.upload(side) for side in wide_pair]
    frames = {"options": {"keys": ["id"]}, "frames": ["changed"]}
    once = bed.comparer.compare(*sides, **frames)
    assert once.bytes_read("fingerprint and match") > 60_000_000
    assert once.bytes_read("fetch and compare") == 0
    twice = bed.comparer.compare(*sides, session=_NO_COPIES, **frames)
    assert twice.bytes_read("fetch and compare") > 1_000_000
    assert once.document == twice.document
    assert once.frames == twice.frames == {"changed": 100}
    # There is room for a part of it only.
    some = bed.comparer.compare(*sides, session={"spark.parity.cache.bytes": "30m"}, **frames)
    assert some.document == once.document
    assert bed.copies() == []


def test_copies_go_with_a_result_that_nobody_holds_any_more(bed: Bed, wide_pair: tuple[Path, Path]) -> None:
    assert bed.comparer.drop(*map(bed.upload, wide_pair), keys=["id"]) == 100
    assert bed.copies() == []


def test_copies_of_a_masked_run_are_sealed_and_spare_the_same_reads(bed: Bed, tmp_path: Path) -> None:
    # Files keep these texts as they are: neither compressed nor behind a dictionary.
    settings: dict[str, Any] = {"compression": "none", "use_dictionary": False}
    texts = [f"SECRET-{row:06}" for row in range(40_000)]
    sides = []
    for side in ("left", "right"):
        changed = [text.lower() if side == "right" and row % 9 == 0 else text for row, text in enumerate(texts)]
        table = {"id": list(range(len(texts))), "ssn": changed, "v": list(range(len(texts)))}
        sides.append(bed.upload(write_table(tmp_path / f"{side}.parquet", table, row_group_size=10_000, **settings)))
    asked = {"frames": ["changed"], "seek": "SECRET-0"}
    masked = bed.comparer.compare(*sides, options={"keys": ["id"], "mask": ["ssn"]}, **asked)
    plain = bed.comparer.compare(*sides, options={"keys": ["id"]}, **asked)
    for compared in (masked, plain):
        assert compared.document is not None, compared.error
        assert compared.document["counts"]["changed"] == compared.frames["changed"] == 4_445
        assert compared.bytes_read("fingerprint and match") > 1_000_000
        assert compared.bytes_read("fetch and compare") == 0
        assert compared.kept["copies"]
    assert not [name for name in masked.kept["holding"] if name.startswith("rdd_")]
    assert set(plain.kept["copies"]) & set(plain.kept["holding"])
    # Where there are none, everything of the masked column is read again, and the document is the same.
    again = bed.comparer.compare(*sides, options={"keys": ["id"], "mask": ["ssn"]}, session=_NO_COPIES)
    assert again.bytes_read("fetch and compare") > 500_000
    assert again.document == masked.document
    assert bed.copies() == []


def test_a_size_of_copies_that_is_none_is_refused(bed: Bed, tmp_path: Path) -> None:
    path = bed.upload(numbers(tmp_path / "a.parquet"))
    for size in ("much", "-1"):
        refused = bed.comparer.compare(path, path, options={"keys": ["id"]}, session={"spark.parity.cache.bytes": size})
        assert_one_sentence(refused, "BAD_OPTION", "spark.parity.cache.bytes", f"'{size}'")


def test_no_file_that_was_listed_is_looked_at_again(bed: Bed, tmp_path: Path) -> None:
    sides = []
    for side, value in (("left", 3), ("right", 4)):
        for number in range(40):
            write_table(tmp_path / side / f"{number}.parquet", {"id": [number], "v": [value]})
        sides.append(bed.upload(tmp_path / side))
    heads, gets = (
        bed.comparer.count(name, "plain") for name in ("object_metadata_request", "stream_read_vectored_operations")
    )
    compared = bed.comparer.compare(*sides, options={"keys": ["id"]})
    assert compared.document is not None, compared.error
    # The folders themselves, which S3A takes for objects first.
    assert bed.comparer.count("object_metadata_request", "plain") - heads <= 2
    # A footer, and the whole file.
    assert bed.comparer.count("stream_read_vectored_operations", "plain") - gets <= 2 * 80


def test_a_wrong_password_is_an_unreadable_path(bed: Bed, tmp_path: Path) -> None:
    path = bed.upload(numbers(tmp_path / "a.parquet"), "locked")
    compared = bed.comparer.compare(path, path, options={"keys": ["id"]})
    assert_one_sentence(compared, "PATH_UNREADABLE", path)
    assert "wrong-password" not in str(compared.error)


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ("s3a://absent/data", "the bucket absent"),
        ("s3a://plain/nothing/here", "s3a://plain/nothing/here"),
        ("s3a://plain/nothing.parquet", "s3a://plain/nothing.parquet"),
    ],
)
def test_a_missing_bucket_and_a_missing_prefix_are_paths_not_found(
    bed: Bed, tmp_path: Path, missing: str, named: str
) -> None:
    there = bed.upload(numbers(tmp_path / "a.parquet"))
    for sides in ((there, missing), (missing, there)):
        assert_one_sentence(bed.comparer.compare(*sides, options={"keys": ["id"]}), "PATH_NOT_FOUND", named)


def test_an_object_that_is_no_parquet_file_is_corrupt(bed: Bed, tmp_path: Path) -> None:
    there = bed.upload(numbers(tmp_path / "a.parquet"))
    torn = tmp_path / "torn.parquet"
    torn.write_bytes(numbers(tmp_path / "whole.parquet").read_bytes()[:-7])
    path = bed.upload(torn)
    assert_one_sentence(bed.comparer.compare(there, path, options={"keys": ["id"]}), "CORRUPT_FILE", path)


def test_reads_whose_connections_are_cut_are_repeated(bed: Bed, parity: Path, wide_pair: tuple[Path, Path]) -> None:
    bed.proxy.limit(4_000_000)  # so that reads last, and every cut hits some
    over = threading.Event()
    cuts = 0

    def cut() -> None:
        nonlocal cuts
        # As often as a read is tried again: the last time none is cut.
        while cuts < 4 and not over.wait(0.4):
            bed.proxy.cut()
            cuts += 1

    cutter = threading.Thread(target=cut)
    cutter.start()
    try:
        compared, _ = compare_wide(bed, wide_pair, "proxied")
    finally:
        over.set()
        cutter.join()
    assert compared.document is not None, compared.error
    assert same_but_for_the_paths(local_document(parity, *wide_pair, "--key", "id"), compared.document)
    assert cuts == 4


def test_a_store_that_does_not_answer_is_an_unreadable_path(bed: Bed) -> None:
    compared = bed.comparer.compare("s3a://silent/left", "s3a://silent/right", options={"keys": ["id"]})
    assert_one_sentence(compared, "PATH_UNREADABLE", "s3a://silent/left")
