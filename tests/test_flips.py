"""A sample of what tests/damage/run.py does in full: small files with a flipped bit, against the intact ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from damage.fields import fields, footer_start, integer, paths
from damage.files import intact
from damage.flips import Found, check, independent
from damage.harmless import HARMLESS
from damage.run import sampled
from differential.command import driver

FLIPS = 1500
SEED = 20261128


def test_a_flipped_bit_is_refused_or_shown_or_changes_no_value(tmp_path: Path) -> None:
    if not driver("damaged").exists():
        pytest.fail(f"{driver('damaged')} does not exist; `cargo test --workspace --no-run` makes it", pytrace=False)
    files = intact()
    total = Found()
    pyarrow = independent(tmp_path)
    for number, (name, flips) in enumerate(sampled(FLIPS, SEED).items()):
        total.add(check(name, files[name], flips, tmp_path / str(number), pyarrow))
    pyarrow.close()
    assert total.wrong == []
    assert total.flips == FLIPS
    # Each way to end was met: the sample tells something.
    assert min(total.outcomes[outcome] for outcome in ("refused", "different", "equal as pyarrow reads")) > FLIPS // 10


def test_every_byte_of_a_file_is_known_by_its_field() -> None:
    data = intact()["words dictionary v1"]
    found = fields(data)
    by_path = {field.path: integer(data, field) for field in found}
    assert by_path["footer.num_rows"] == 12
    assert by_path["page.dictionary_page_header.num_values"] == 3
    assert by_path["page.data_page_header.num_values"] == 12
    names = paths(data)
    assert names[0] == "magic" and names[-8] == "footer_length" and names[footer_start(data)] == "footer.version"
    assert "data" in names[4 : footer_start(data)] and "data" not in names[footer_start(data) :]


def test_each_harmless_field_is_in_a_file_that_is_flipped() -> None:
    known = {path for data in intact().values() for path in paths(data)}
    unknown = [path for path in HARMLESS if not any(name == path or name.startswith(f"{path}.") for name in known)]
    assert unknown == []
