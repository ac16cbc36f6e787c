"""The one injectable way to the clock, to chance, to the process and to the network.

Code asks this module (`ports.now()`); tests and the simulator put other ports in place with `ports.using(...)`.
"""

from __future__ import annotations

import itertools
import os
import random as _random
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


def _new_session() -> Any:
    import requests

    return requests.Session()


def _pass(name: str) -> None:
    """Failpoints do nothing, unless `arm` was told otherwise when the process started."""
    if name == _fatal_name and next(_passings) == 1:
        os.kill(os.getpid(), signal.SIGKILL)


_fatal_name = ""
_passings: Iterator[int] = iter(())


def arm(order: str) -> None:
    """Let this process die as by `kill -9` when it passes a failpoint: "create.answered:3" means the third time.

    For tests with real processes, which give the order in the environment; without one it costs nothing.
    """
    global _fatal_name, _passings
    _fatal_name, _, nth = order.partition(":")
    _passings = itertools.count(int(nth or 1), -1)


@dataclass(frozen=True)
class Ports:
    """What the outside world looks like: replace a field to replace a piece of the world."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = _random.random
    token: Callable[[int], str] = secrets.token_urlsafe
    session: Callable[[], Any] = _new_session
    failpoint: Callable[[str], None] = _pass


_current: ContextVar[Ports] = ContextVar("ports", default=Ports())  # noqa: B039 - frozen, so safe to share
_in_transaction: ContextVar[bool] = ContextVar("in_transaction", default=False)


@contextmanager
def using(ports: Ports) -> Iterator[Ports]:
    """Put these ports in place for the current context (thread or task)."""
    mark = _current.set(ports)
    try:
        yield ports
    finally:
        _current.reset(mark)


def now() -> datetime:
    """The time as an aware UTC datetime."""
    return _current.get().now()


def monotonic() -> float:
    """Seconds that never run backwards, for time-outs."""
    return _current.get().monotonic()


def sleep(seconds: float) -> None:
    _current.get().sleep(seconds)


def random() -> float:
    """A number in [0, 1), for jitter."""
    return _current.get().random()


def token(nbytes: int) -> str:
    """An unguessable text, safe in an address, of `nbytes` random bytes."""
    return _current.get().token(nbytes)


def key() -> str:
    """An idempotency key for one intended write."""
    return token(18)


def session() -> Any:
    """A new `requests.Session`, or what tests put in its place."""
    return _current.get().session()


def failpoint(name: str) -> None:
    """A named place where a process may die; tests make it do so."""
    _current.get().failpoint(name)


@contextmanager
def network_forbidden() -> Iterator[None]:
    """Mark that a transaction is open: no call may leave the process until it ends (house rule 4)."""
    mark = _in_transaction.set(True)
    try:
        yield
    finally:
        _in_transaction.reset(mark)


def assert_network_allowed() -> None:
    """Raise RuntimeError while a transaction is open in this context."""
    if _in_transaction.get():
        raise RuntimeError("a call over the network was begun inside a transaction")
