"""The network port: a session that calls the sandbox in process, and lets other things happen around each call."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from peewee import OperationalError
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError
from werkzeug.test import run_wsgi_app

from webapp.sandbox import ConnectionCut


class Killed(BaseException):
    """The process died here: whatever it had not committed is gone, and nobody handles anything."""


class NotStored(OperationalError):
    """The disk refused a commit: nothing of it is stored, and the process lives."""


@dataclass(frozen=True)
class Call:
    """One request on its way; `key` is its idempotency key, `grant` whose token it carries, `number` its customer's."""

    method: str
    path: str
    key: str
    grant: str
    number: str = ""


class Wire:
    """Where every call passes. `before` runs when the request is sent, `after` when it has taken effect unseen."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.before: Callable[[Call], None] = lambda call: None
        self.after: Callable[[Call, int], None] = lambda call, status: None
        self.now: Call | None = None
        self.under_way: list[tuple[Call, str]] = []
        self.limited: Callable[[float], None] = lambda seconds: None

    def session(self) -> Line:
        return Line(self)


class Line:
    """What the transport uses of a `requests.Session`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.adapters: dict[str, Any] = {}

    def close(self) -> None:
        """Nothing is held open."""

    def request(self, method: str, url: str, *, data: bytes | None, headers: dict[str, str], **_: Any) -> Any:
        parts = urlsplit(url)
        call = Call(
            method,
            parts.path,
            headers.get("Idempotency-Key", ""),
            headers.get("X-AgreementGrantToken", ""),
            _number(data),
        )
        with self._on_its_way(call, "before"):
            self._wire.before(call)
        try:
            body, status, answered = self._carried_out(call, _environ(method, parts, data or b"", headers))
        except ConnectionCut as cut:
            with self._on_its_way(call, "after"):
                self._wire.after(call, 0)
            raise _broken(cut, url) from cut
        number = int(status.partition(" ")[0])
        with self._on_its_way(call, "after"):
            self._wire.after(call, number)
        if number in (429, 503) and (wait := dict(answered).get("Retry-After", "")).isdigit():
            self._wire.limited(float(wait))
        return _response(body, number, list(answered), method, url)

    @contextmanager
    def _on_its_way(self, call: Call, moment: str) -> Iterator[None]:
        self._wire.under_way.append((call, moment))
        try:
            yield
        finally:
            self._wire.under_way.pop()

    def _carried_out(self, call: Call, environ: dict[str, Any]) -> Any:
        around, self._wire.now = self._wire.now, call
        try:
            return run_wsgi_app(self._wire.app, environ, buffered=False)
        finally:
            self._wire.now = around


def _number(body: bytes | None) -> str:
    found = re.search(rb'"customerNumber": ?(\d+)', body or b"")
    return found.group(1).decode() if found else ""


def _environ(method: str, parts: Any, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": str(parts.port or 80),
        "HTTP_HOST": parts.netloc,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    told = (name for name in headers if name not in ("Content-Type", "Content-Length"))
    return environ | {f"HTTP_{name.upper().replace('-', '_')}": headers[name] for name in told}


def _response(body: Iterable[bytes], status: int, headers: list[tuple[str, str]], method: str, url: str) -> Any:
    raw = HTTPResponse(
        body=_Body(body), headers=HTTPHeaderDict(headers), status=status, preload_content=False, request_method=method
    )
    response = requests.Response()
    response.status_code, response.raw, response.url = status, raw, url
    response.headers = requests.structures.CaseInsensitiveDict(headers)
    return response


def _broken(cut: ConnectionCut, url: str) -> requests.RequestException:
    """As requests reports it: refused before anything was sent, silence, or a cut line."""
    if cut.timed_out:
        return requests.ReadTimeout("Read timed out.")
    if cut.sent:
        return requests.ConnectionError(ProtocolError("Connection aborted.", cut))
    refused = NewConnectionError(None, "Connection refused")  # type: ignore[arg-type]
    return requests.ConnectionError(MaxRetryError(None, url, refused))  # type: ignore[arg-type]


class _Body(io.BufferedIOBase):
    """The application's answer as a file."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts: Iterator[bytes] = iter(parts)
        self._source = parts
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read1(self, size: int | None = -1, /) -> bytes:
        while not self._rest:
            try:
                self._rest = next(self._parts)
            except StopIteration:
                return b""
        end = len(self._rest) if size is None or size < 0 else size
        piece, self._rest = self._rest[:end], self._rest[end:]
        return piece

    def read(self, size: int | None = -1, /) -> bytes:
        pieces = []
        while (size is None or size != 0) and (piece := self.read1(size)):
            pieces.append(piece)
            size = size if size is None or size < 0 else size - len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        close = getattr(self._source, "close", None)
        if close is not None and not self.closed:
            close()
        super().close()
