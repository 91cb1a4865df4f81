"""A way to an object store on which answers are changed: a store that tells less than S3 does, or fails half-way."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from object_store import HOST, ObjectStore

_ETAG = re.compile(rb"<ETag>[^<]*</ETag>")
_OWN_HEADERS = {"connection", "content-length", "transfer-encoding", "etag"}


@dataclass
class Tampering:
    """Where it listens, and what it does to answers until it is told otherwise."""

    port: int
    # No answer tells an ETag.
    without_etags: bool = False
    # What becomes of every page of a listing but the first: `refused`, `failed`, `torn` or `garbled`.
    later_pages: str | None = None
    # How many pages that happened to.
    met: int = 0

    def behave(self) -> None:
        """As if there were nothing in between."""
        self.without_etags, self.later_pages, self.met = False, None, 0


@contextmanager
def tampering(store: ObjectStore) -> Iterator[Tampering]:
    """A server in this process in front of a store, while a `with` lasts."""

    class Handler(_Handler):
        upstream = store.port

    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    rules = Handler.rules = Tampering(server.server_port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield rules
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Passes a request on as it is, with the host that was signed, and its answer back."""

    protocol_version = "HTTP/1.1"
    upstream: ClassVar[int]
    rules: ClassVar[Tampering]

    def _pass(self) -> None:
        rules = self.rules
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_listing = self.command == "GET" and "list-type=2" in self.path
        is_later = is_listing and "continuation-token=" in self.path
        connection = http.client.HTTPConnection(HOST, self.upstream)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        status, headers = answer.status, dict(answer.getheaders())
        length = int(headers.get("Content-Length") or len(content)) if self.command == "HEAD" else len(content)
        if rules.without_etags and is_listing:
            content = _ETAG.sub(b"", content)
            length = len(content)
        if is_later and rules.later_pages:
            rules.met += 1
            if rules.later_pages in ("refused", "failed"):
                status, content = (403, b"") if rules.later_pages == "refused" else (500, b"")
                length = 0
            else:
                content = content[: len(content) // 2]
                # Torn: the connection ends before the answer does. Garbled: the answer ends in the middle of its text.
                length = length if rules.later_pages == "torn" else len(content)
                self.close_connection = True
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in _OWN_HEADERS or (name.lower() == "etag" and not rules.without_etags):
                self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""
