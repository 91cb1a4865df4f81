#!/usr/bin/env python3
"""Makes the pictures of the documents (report, terminal, notebook) of a small pair that is always the same.

    make build && python3 benches/pictures.py

Writes the pair (20,000 rows × 30 columns a side, changed as a release changes data) under build/pictures/, compares it
with bin/parity on a pseudo-terminal, and lets pictures.mjs photograph what comes out in Chromium. With --pair it stops
after the pair, which is also the one that other reports are looked at beside ours (docs/report.md).
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import pty
import random
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

REPOSITORY = Path(__file__).resolve().parent.parent
WORK = REPOSITORY / "build" / "pictures"
PICTURES = REPOSITORY / "docs" / "pictures"
KEYS = ("day", "order_id", "line")
TERMINAL_COLUMNS = 100
ROWS = 20_000

Row = dict[str, Any]


def main() -> int:
    """Writes the pair, compares it, photographs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pair", action="store_true", help="only write the pair")
    parser.add_argument("--parity", type=Path, default=REPOSITORY / "bin" / "parity", help="the command")
    parser.add_argument("--out", type=Path, default=PICTURES, help="folder of the pictures")
    options = parser.parse_args()
    if "PICTURES_ENVIRONMENT" not in os.environ:
        return in_environment()
    write_pair()
    if options.pair:
        print(WORK)
        return 0
    parity = options.parity.resolve()
    if not parity.exists():
        print(f"pictures: {parity} is not there: make build", file=sys.stderr)
        return 1
    command = ["compare", "old", "new", *(word for key in KEYS for word in ("--key", key)), "--report", "report.html"]
    (WORK / "terminal.txt").write_bytes(on_terminal([str(parity), *command]))
    answer = subprocess.run([parity, *command, "--json"], cwd=WORK, check=False, capture_output=True, text=True)
    document = answer.stdout.splitlines()[-1]
    rendered = subprocess.run([render_driver()], input=document + "\n", check=True, capture_output=True, text=True)
    shown = {
        "command": " ".join(["parity", *command]),
        "columns": TERMINAL_COLUMNS,
        "notebook": json.loads(rendered.stdout)["notebook"],
        "cell": 'result = compare_datasets(\n    "old/", "new/", keys=["day", "order_id", "line"]\n)\nresult',
    }
    (WORK / "shown.json").write_text(json.dumps(shown))
    subprocess.run([REPOSITORY / "build-support" / "require", "node", "browser"], check=True)
    subprocess.run([REPOSITORY / "build-support" / "node-modules"], check=True)
    return subprocess.run(["node", REPOSITORY / "benches" / "pictures.mjs", WORK, options.out], check=False).returncode


def in_environment() -> int:
    """Runs this script again with what writes Parquet."""
    command = [sys.executable, REPOSITORY / "build-support" / "python_env.py", REPOSITORY / "benches/requirements.txt"]
    found = subprocess.run(
        [*command, "--only", "pyarrow"], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()
    python = Path(found) / "python"
    again = [python, *sys.argv]
    return subprocess.run(again, env=os.environ | {"PICTURES_ENVIRONMENT": found}, check=False).returncode


def render_driver() -> Path:
    """The driver that renders documents as a library would."""
    if given := os.environ.get("PARITY_RENDER"):
        return Path(given)
    command = ["cargo", "build", "--release", "--locked", "--workspace", "--bins"]
    command.append("--message-format=json-render-diagnostics")
    built = subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = (json.loads(line) for line in built.splitlines())
    found = [Path(message["executable"]) for message in messages if message.get("executable")]
    return next(path for path in found if path.name == "render")


def on_terminal(command: list[str]) -> bytes:
    """What a command writes to a terminal with colours."""
    ours, its = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    environment |= {"TERM": "xterm-256color", "COLUMNS": str(TERMINAL_COLUMNS), "LC_ALL": "C.UTF-8"}
    running = subprocess.Popen(command, cwd=WORK, env=environment, stdout=its, stderr=subprocess.DEVNULL)
    os.close(its)
    parts: list[bytes] = []
    try:
        while part := os.read(ours, 65_536):
            parts.append(part)
    except OSError:
        pass  # The other end is closed: that is how a terminal ends.
    os.close(ours)
    if running.wait() != 1:
        raise SystemExit(
            f"pictures: {' '.join(command)} ended with {running.returncode}; the sides differ, so 1 is due"
        )
    return b"".join(parts)


# The pair.

_COUNTRIES = ("AT", "BE", "CH", "DE", "DK", "ES", "FR", "IT", "NL", "PL", "SE")
_STATUSES = ("open", "paid", "shipped", "returned")
_PRODUCTS = ("Desk lamp", "Office chair", "Oak shelf", "Wool blanket", "Copper kettle", "Paper lantern", "Garden bench")
_FIRST = ("Anna", "Björn", "Chloé", "Dieter", "Elena", "Farid", "Grace", "Hugo", "Inès", "Jan", "Katarzyna", "Luca")
_LAST = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Juniper", "Larch", "Maple", "Rowan")
_TAGS = ("gift", "express", "fragile", "bulky", "subscription", "b2b")
_START = datetime.date(2026, 1, 1)


def write_pair() -> None:
    """Both sides, each a folder with one file. The same in every run."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    draw = random.Random(20_260_131)
    left = [order(draw, number) for number in range(ROWS)]
    right = released(draw, [dict(row) for row in left])
    for side, rows in (("old", left), ("new", right)):
        folder = WORK / side
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        schema = pa.schema(fields(side))
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / "part-0.parquet")


def fields(side: str) -> list[tuple[str, pa.DataType]]:
    """The columns of a side: one changes its type, one is dropped and one is new."""
    import pyarrow as pa

    moment = pa.timestamp("us", tz="UTC")
    money = pa.decimal128(12, 2)
    both = [
        ("day", pa.date32()),
        ("order_id", pa.int64()),
        ("line", pa.int32()),
        ("customer_id", pa.int64()),
        ("customer_name", pa.string()),
        ("email", pa.string()),
        ("country", pa.string()),
        ("city", pa.string()),
        ("postal_code", pa.string()),
        ("status", pa.string()),
        ("product_id", pa.int32()),
        ("product_name", pa.string()),
        ("quantity", pa.int32() if side == "old" else pa.int64()),
        ("unit_price", money),
        ("discount", pa.float64()),
        ("amount", money),
        ("tax", money),
        ("total", money),
        ("currency", pa.string()),
        ("ordered_at", moment),
        ("paid_at", moment),
        ("ship_date", pa.date32()),
        ("delivery_days", pa.int32()),
        ("weight_kg", pa.float64()),
        ("warehouse", pa.string()),
        ("carrier", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("rating", pa.float64()),
        ("is_gift", pa.bool_()),
    ]
    return [*both, ("legacy_flag", pa.int32()) if side == "old" else ("channel", pa.string())]


def order(draw: random.Random, number: int) -> Row:
    """A line of an order."""
    day = _START + datetime.timedelta(days=number // 660)
    quantity = draw.randrange(1, 9)
    unit_price = Decimal(draw.randrange(499, 24_999)) / 100
    discount = draw.choice((0.0, 0.0, 0.05, 0.1, 0.125))
    amount = (unit_price * quantity * (100 - int(discount * 100)) / 100).quantize(Decimal("0.01"))
    tax = (amount * Decimal("0.19")).quantize(Decimal("0.01"))
    first, last = draw.choice(_FIRST), draw.choice(_LAST)
    ordered_at = datetime.datetime.combine(day, datetime.time(draw.randrange(24), draw.randrange(60)), datetime.UTC)
    product = draw.randrange(len(_PRODUCTS))
    return {
        "day": day,
        "order_id": 700_000 + number // 2,
        "line": 1 + number % 2,
        "customer_id": 10_000 + draw.randrange(4_000),
        "customer_name": f"{first} {last}",
        "email": f"{first}.{last}{draw.randrange(100)}@example.com".lower(),
        "country": draw.choice(_COUNTRIES),
        "city": f"{draw.choice(_LAST)}burg",
        "postal_code": f"{draw.randrange(10_000, 99_999)}",
        "status": draw.choice(_STATUSES),
        "product_id": 100 + product,
        "product_name": f"{_PRODUCTS[product]}, {draw.choice(('oak', 'grey', 'blue', 'brass'))}",
        "quantity": quantity,
        "unit_price": unit_price,
        "discount": discount,
        "amount": amount,
        "tax": tax,
        "total": amount + tax,
        "currency": "EUR",
        "ordered_at": ordered_at,
        "paid_at": None if draw.random() < 0.1 else ordered_at + datetime.timedelta(minutes=draw.randrange(1, 3000)),
        "ship_date": day + datetime.timedelta(days=draw.randrange(1, 5)),
        "delivery_days": draw.randrange(1, 9),
        "weight_kg": draw.randrange(100, 40_000) / 1000,
        "warehouse": f"W{draw.randrange(1, 7)}",
        "carrier": draw.choice(("DHL", "UPS", "GLS", "Post")),
        "tags": draw.sample(_TAGS, draw.randrange(0, 4)),
        "rating": None if draw.random() < 0.3 else draw.randrange(2, 11) / 2,
        "is_gift": draw.random() < 0.1,
        "legacy_flag": draw.randrange(2),
        "channel": draw.choice(("web", "app", "shop")),
    }


def released(draw: random.Random, rows: list[Row]) -> list[Row]:
    """The rows as a new release of the job would write them: a few mistakes, a few rows too many and too few."""
    day = datetime.timedelta(days=1)

    def change(count: int, column: str, become: Any, where: Any = lambda row: True) -> None:
        # Nulls stay: what turns null has a change of its own.
        fit = [row for row in rows if row[column] is not None and where(row)]
        for row in draw.sample(fit, count):
            row[column] = become(row[column])

    change(2_400, "amount", lambda value: value + Decimal("0.01"))
    change(900, "status", str.upper, lambda row: row["status"] == "paid")
    change(620, "email", lambda _: None)
    change(410, "ship_date", lambda value: value + day)
    change(350, "weight_kg", lambda value: round(value, 1), lambda row: round(row["weight_kg"], 1) != row["weight_kg"])
    change(280, "product_name", lambda value: value[:12], lambda row: len(row["product_name"]) > 12)
    change(160, "customer_name", lambda value: f"{value} ")
    change(120, "paid_at", lambda value: value + datetime.timedelta(hours=1))
    change(90, "rating", lambda _: None)
    change(75, "tags", lambda value: [*value[:-1], "unknown"], lambda row: row["tags"])
    change(40, "unit_price", lambda value: -value)
    change(12, "carrier", lambda _: "DPD")
    for row in draw.sample([row for row in rows if row["rating"] is None], 55):
        row["rating"] = 0.0
    gone = set(draw.sample(range(len(rows)), 130))
    kept = [row for number, row in enumerate(rows) if number not in gone]
    twice = [dict(row) for row in draw.sample(kept, 12)]
    new = [order(draw, number) | {"day": datetime.date(2026, 2, 1)} for number in range(ROWS, ROWS + 95)]
    return [*kept, *new, *twice]


if __name__ == "__main__":
    sys.exit(main())
