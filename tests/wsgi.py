"""A requests adapter that calls a WSGI application in process, so tests need no socket."""

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError
from werkzeug.test import EnvironBuilder, run_wsgi_app


def _cut_types() -> tuple[type[BaseException], ...]:
    """What an application raises to play a broken line: ConnectionError, and the sandbox's own kind if it is there."""
    try:
        from webapp.sandbox.faults import ConnectionCut
    except ImportError:
        return (ConnectionError,)
    return (ConnectionError, ConnectionCut)


class _Body(io.BufferedIOBase):
    """The application's answer as a file; a cut while it is read becomes what urllib3 raises on a broken line."""

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
            except _cut_types() as cut:
                raise ProtocolError("Connection broken while reading the body", cut) from cut
        end = len(self._rest) if size is None or size < 0 else size
        piece, self._rest = self._rest[:end], self._rest[end:]
        return piece

    def read(self, size: int | None = -1, /) -> bytes:
        pieces: list[bytes] = []
        wanted = float("inf") if size is None or size < 0 else size
        while wanted > 0:
            piece = self.read1(-1 if wanted == float("inf") else int(wanted))
            if not piece:
                break
            pieces.append(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        close = getattr(self._source, "close", None)
        if close is not None and not self.closed:
            close()
        super().close()


class WSGIAdapter(requests.adapters.BaseAdapter):
    """Mount on a session: `session.mount("http://127.0.0.1:8001", WSGIAdapter(app))`."""

    def __init__(self, app: Any) -> None:
        super().__init__()
        self.app = app
        self.calls: list[tuple[str, str]] = []
        self._http = HTTPAdapter()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        self.calls.append((request.method or "", request.url or ""))
        try:
            parts, status, headers = run_wsgi_app(self.app, _environ(request), buffered=False)
        except _cut_types() as cut:
            raise _broken(cut, request) from cut
        number, _, reason = status.partition(" ")
        raw = HTTPResponse(
            body=_Body(parts),
            headers=HTTPHeaderDict(list(headers)),
            status=int(number),
            reason=reason,
            preload_content=False,
            request_method=request.method,
        )
        response = self._http.build_response(request, raw)
        if not stream:
            response.content  # noqa: B018  reading it here is what a session does with stream=False
        return response

    def close(self) -> None:
        self._http.close()


def _environ(request: requests.PreparedRequest) -> dict[str, Any]:
    address = requests.utils.urlparse(request.url or "")
    body = request.body or b""
    builder = EnvironBuilder(
        path=address.path or "/",
        base_url=f"{address.scheme}://{address.netloc}/",
        query_string=address.query,
        method=request.method or "GET",
        headers=list(request.headers.items()),
        data=body.encode() if isinstance(body, str) else body,
    )
    try:
        return builder.get_environ()
    finally:
        builder.close()


def _broken(cut: BaseException, request: requests.PreparedRequest) -> requests.RequestException:
    """As requests reports it: refused before anything was sent (`cut.sent` is false), silence, or a cut line."""
    if getattr(cut, "timed_out", False):
        return requests.ReadTimeout("Read timed out.", request=request)
    if getattr(cut, "sent", True):
        return requests.ConnectionError(ProtocolError("Connection aborted.", cut), request=request)
    refused = NewConnectionError(None, "Connection refused")  # type: ignore[arg-type]
    return requests.ConnectionError(MaxRetryError(None, request.url or "", refused), request=request)  # type: ignore[arg-type]
