"""A beat for each thing looked at in work that takes long, so that whoever does it can say that they are alive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
Beat = Callable[[], None]


def unheard() -> None:
    """The beat of work that nobody waits for."""


def heard(beat: Beat, some: Iterable[T]) -> Iterator[T]:
    """The same, with a beat for each."""
    for one in some:
        beat()
        yield one
