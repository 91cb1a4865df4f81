"""What `report.html` holds, read back from the file."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any


def payload(page: Path) -> dict[str, Any]:
    """The document, the rows and the run that are packed inside a page."""
    packed = re.search(r'<script type="application/octet-stream" id="payload">([^<]*)</script>', page.read_text())
    assert packed is not None
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    return found


def shown_rows(page: Path) -> dict[str, int]:
    """How many rows of each kind a page shows."""
    rows = payload(page)["rows"]
    return {kind: len(rows[kind]["rows"]) for kind in ("changed", "only_left", "only_right")}
