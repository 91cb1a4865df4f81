"""Copies of what was read from elsewhere: whatever becomes of them, or of the files meanwhile, no answer is wrong."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from acceptance.parquet_fixtures import write_table
from spark.faults import BEFORE_JOBS, faults_jar
from spark.pairs import Layout, write_pair
from spark.processes import run_python

# `viewfs://here` is the folder as a file system that Hadoop reads, and not we. Scripts run between two steps. Root may
# write where it must not, so the JVM is started without that right.
SETUP = f"""
import ctypes, json, os, pathlib, resource, shlex, sys
from differential.on_spark import start
from spark_parity import ParityError, compare_datasets
from spark_parity.session import PLUGIN, packaged_jar
from spark.pairs import KEYS

faults, folder = sys.argv[1:]
folder = pathlib.Path(folder)
before, local = folder / "before", folder / "local"
before.mkdir()
CAP_DAC_OVERRIDE, PR_CAPBSET_DROP = 1, 24
ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)
spark = start(settings={{
    "spark.jars": f"{{packaged_jar()}},{{faults}}",
    "spark.plugins": f"{{PLUGIN}},{BEFORE_JOBS}",
    "spark.parity.faults.before": str(before),
    "spark.local.dir": str(local),
    "spark.hadoop.fs.viewfs.mounttable.here.link./data": (folder / "data").as_uri(),
}})
sc = spark.sparkContext
jvm = sc._jvm
COPIES = f"find {{shlex.quote(str(local))}} -name 'rdd_*' -type f"

def said(**words):
    print(json.dumps(words), flush=True)

def read(step, run):
    return sum(told["bytes"] for told in run["steps"] if told["name"] == step)

def compared(**options):
    # The document and all changed cells, or the error; and what is left behind.
    try:
        sides = ("viewfs://here/data/left", "viewfs://here/data/right")
        with compare_datasets(*sides, keys=KEYS, **options) as result:
            answer = {{"document": result.to_json(), "rows": sorted(map(repr, result.differences().collect())),
                      "again": read("fetch and compare", result.run)}}
    except ParityError as error:
        answer = {{"code": error.code, "text": str(error)}}
    return {{**answer, "held": len(sc._jsc.getPersistentRDDs()), "jobs": list(sc.statusTracker().getActiveJobsIds())}}

def with_room(most, **options):
    spark.conf.set("spark.parity.cache.bytes", most)
    try:
        return compared(**options)
    finally:
        spark.conf.unset("spark.parity.cache.bytes")

def without_copies(**options):
    return with_room("0", **options)

def between(job, script, compare=compared, **options):
    name = job.replace(": ", "_").replace(" ", "_")
    (before / name).write_text(script)
    answer = compare(**options)
    said_by = (before / f"{{name}}.said").read_text() if (before / f"{{name}}.said").exists() else ""
    assert (before / f"{{name}}.status").read_text() == "0", said_by
    for left in before.glob(f"{{name}}*"):
        left.unlink()
    return answer
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_pair(tmp_path / "data", Layout(5, 200, 1, "none"), Layout(4, 300, 2, "none"))
    return tmp_path


def answers(program: str, folder: Path) -> dict[str, Any]:
    """What a program said, by the names that it gave."""
    ended = run_python(SETUP + program, faults_jar(), folder, timeout_seconds=600)
    assert ended.status == 0, ended.stderr[-4000:]
    found: dict[str, Any] = {}
    for line in ended.lines:
        found |= json.loads(line)
    return found


def clean(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, of which nothing is left in the session."""
    assert (answer.pop("held"), answer.pop("jobs")) == (0, [])
    return answer


def sentence(answer: dict[str, Any], code: str, *names: str) -> None:
    """An error of that code in a sentence and a hint, with these names."""
    assert clean(answer)["code"] == code, answer
    assert len(answer["text"].splitlines()) <= 2
    assert [name for name in names if name not in answer["text"]] == []


def test_copies_that_are_gone_damaged_or_exchanged_are_read_again(folder: Path) -> None:
    program = """
# Of what was copied, and not of the index at the end, which tells where it lies.
zeros = f'for f in $({COPIES}); do head -c 9000 /dev/zero | dd of=$f conv=notrunc status=none; done'
faults = {
    "gone": f"test $({COPIES} | wc -l) -gt 1\\n{COPIES} -delete",
    "zeros": f"test $({COPIES} | wc -l) -gt 1\\n{zeros}",
    "cut": f"test $({COPIES} | wc -l) -gt 1\\n{COPIES} -exec truncate -s -40 {{}} +",
    "exchanged": f'set -- $({COPIES} | sort)\\nmv $1 $1.x\\nmv $2 $1\\nmv $1.x $2',
}
said(plain=[compared(), without_copies()], masked=[compared(mask=["name"]), without_copies(mask=["name"])])
said(**{name: between("parity: merge", script) for name, script in faults.items()})
said(**{f"{name} masked": between("parity: merge", faults[name], mask=["name"]) for name in ("zeros", "exchanged")})
"""
    found = answers(program, folder)
    for kind in ("plain", "masked"):
        copied, apart = map(clean, found.pop(kind))
        assert copied.pop("again") == 0
        assert apart.pop("again") > 0
        assert copied == apart
        for name in [name for name in found if name.endswith(" masked") == (kind == "masked") and name != "masked"]:
            answer = clean(found.pop(name))
            assert answer.pop("again") > 0, name
            assert answer == copied, name
    assert found == {}


def test_a_task_takes_as_much_room_as_its_split_needs(folder: Path) -> None:
    """Whoever takes all the room leaves none to the task beside it."""
    found = answers("said(little=with_room('3m'), plenty=compared())", folder)
    little, plenty = clean(found["little"]), clean(found["plenty"])
    assert little["again"] == plenty["again"] == 0
    assert little == plenty


def write_long_texts(folder: Path) -> None:
    """A pair whose files are much larger than what is exchanged of them."""
    rng = random.Random(7)
    texts = [rng.randbytes(1_000).hex() for _ in range(2_500)]
    for side in ("left", "right"):
        changed = [text[::-1] if side == "right" and row % 50 == 0 else text for row, text in enumerate(texts)]
        columns = {"id": list(range(len(texts))), "part": ["a"] * len(texts), "text": changed}
        write_table(folder / side / "0.parquet", columns, compression="none", use_dictionary=False)


def test_a_disk_that_is_full_takes_no_copies_and_one_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    write_long_texts(tmp_path / "data")
    program = """
said(before=compared())

# A disk that takes 1 MiB of a file is full for every copy, and not for what is exchanged.
pid = jvm.java.lang.ProcessHandle.current().pid()
limit = resource.prlimit(pid, resource.RLIMIT_FSIZE)
resource.prlimit(pid, resource.RLIMIT_FSIZE, (1 << 20, limit[1]))
said(full=compared())
resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)
said(after_full=compared())

folders = [path for path in local.rglob("*") if path.is_dir()]
for path in folders:
    path.chmod(0o500)
said(read_only=compared())
for path in folders:
    path.chmod(0o700)
said(after_read_only=compared())

blocks = f"find {shlex.quote(str(local))} -mindepth 1 -maxdepth 1 -name 'blockmgr-*'"
said(vanished=between("parity: merge", f"{COPIES} | grep -q .\\nrm -r $({blocks})"))
"""
    found = answers(program, tmp_path)
    copied = clean(found["before"])
    assert copied.pop("again") == 0
    full = clean(found["full"])
    assert full.pop("again") > 0
    assert full == copied
    for after in ("after_full", "after_read_only"):
        again = clean(found[after])
        assert again.pop("again") == 0
        assert again == copied
    sentence(found["read_only"], "SPARK_FAILED")
    sentence(found["vanished"], "SPARK_FAILED")


def test_a_file_that_is_replaced_before_or_between_two_steps_is_a_changed_source(folder: Path) -> None:
    write_pair(folder / "other", Layout(1, 200, 1), Layout(4, 300, 3, "none"))
    program = """
import shutil
original, other = folder / "data/right/2.parquet", folder / "other/right/2.parquet"
kept = shutil.copy2(original, folder / "kept.parquet")
size = original.stat().st_size
# The same bytes, and as many others, with another time; and more bytes with the same time.
REPLACED = {
    "same": f"cp {kept} {original}.new",
    "other": f"head -c {size} {other} > {original}.new",
    "longer": f"cat {other} {other} > {original}.new; touch -r {original} {original}.new",
}
said(before=compared())
for name, script in REPLACED.items():
    for job in ("parity: match", "parity: merge"):
        said(**{f"{name} {job}": between(job, f"{script}\\nmv {original}.new {original}")})
        shutil.copy2(kept, original)
said(after=compared())
"""
    found = answers(program, folder)
    assert clean(found.pop("before")) == clean(found.pop("after"))
    assert len(found) == 6
    for answer in found.values():
        sentence(answer, "SOURCE_CHANGED", "viewfs://here/data/right/2.parquet")
