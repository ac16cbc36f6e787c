"""Bounds the time in which the head of an answer comes, however slowly the other side lets it drip."""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def answer_within(seconds: float) -> Iterator[None]:
    """Every answer that begins in this block is to be read whole within so many seconds of real time."""
    mark = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(mark)


def bounded(session: Any) -> Any:
    """The session with its plain adapters replaced by ones that keep the deadline; what a test mounted stays.

    It does not look where a redirect leads: requests does even when it is not to follow, and first reads all of it.
    """
    session.get_redirect_target = lambda _response: None
    for prefix, adapter in list(session.adapters.items()):
        if type(adapter) is HTTPAdapter:
            session.mount(prefix, _Adapter())
    return session


class _Adapter(HTTPAdapter):
    """requests' own adapter, with connections that read under the deadline."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class _Line(io.RawIOBase):
    """A socket's incoming side; each read has what is left of the whole time, and never more than its own time-out.

    A socket's time-out starts anew with every byte, so alone it bounds nothing when the bytes come one by one.
    """

    def __init__(self, line: socket.socket, until: float) -> None:
        self._file: Any = line.makefile("rb", buffering=0)
        self._line, self._until = line, until
        self._patience = line.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self._line.settimeout(left if self._patience is None else min(self._patience, left))
        count: int | None = self._file.readinto(buffer)
        return count

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """http.client's answer, read through a `_Line` when there is a deadline."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        until = _deadline.get()
        if until is not None:
            self.fp.close()
            self.fp = io.BufferedReader(_Line(sock, until))


class _Connection(HTTPConnection):
    response_class = _Answer


class _SecureConnection(HTTPSConnection):
    response_class = _Answer


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection
