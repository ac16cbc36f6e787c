"""What others changed since the open window was drawn: the window asks now and then and tells it as one quiet link."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import request

from webapp import ports
from webapp.models.connection import Connection
from webapp.models.place import Place

HEADER = "X-Window-Seen"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = 16


@dataclass(frozen=True)
class Watch:
    """The window shows its lines as of `seen`; `waiting` of those that others changed before that are not drawn yet."""

    seen: datetime
    waiting: int = 0

    @classmethod
    def begun(cls) -> Watch:
        """Everything is drawn now. To be taken before the lines are read."""
        return cls(ports.now())

    @classmethod
    def of_request(cls) -> Watch | None:
        """What the window that asks has drawn; None when it is not a window, or cannot be understood."""
        moment, _, waiting = request.headers.get(HEADER, "").partition(".")
        if not (_is_number(moment) and _is_number(waiting)):
            return None
        return cls(EPOCH + timedelta(microseconds=int(moment)), int(waiting))

    def __str__(self) -> str:
        """As `of_request` reads it."""
        return f"{(self.seen - EPOCH) // timedelta(microseconds=1)}.{self.waiting}"

    def now(self, active: Connection, drawn: Collection[int] = ()) -> Watch:
        """The same a moment later, when the answer draws these lines."""
        changed = Place.of(active).where(Place.changed_at > self.seen)
        others = changed.where(Place.id.not_in(list(drawn))) if drawn else changed
        later = Watch.begun()
        return Watch(later.seen, self.waiting + others.count())


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST
