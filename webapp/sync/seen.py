"""What a person saw when they decided: versions, and the exception that says it is no longer so."""

from __future__ import annotations

from dataclasses import dataclass


class Moved(Exception):
    """What the person saw is no longer so: show it anew, nothing was changed."""


@dataclass(frozen=True)
class Versions:
    """The versions a person saw of the two sides (and of their pair)."""

    ours: int
    theirs: int
    pair: int = 0
