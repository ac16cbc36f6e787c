"""What others changed since the open window was drawn: the window asks now and then and tells it as one quiet link."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import request

from webapp import ports
from webapp.models.connection import Connection
from webapp.models.place import Place
from webapp.models.tally import Tally

HEADER = "X-Window-Seen"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = 16
PARTS = 5
LATE = timedelta(seconds=30)
"""No change is committed longer than this after it was stamped."""
HIGHEST = 2**31 - 1


@dataclass(frozen=True)
class Watch:
    """The window shows its lines as of `seen`; `waiting` of those that others changed before that are not drawn yet.

    `lines`: how many there were then, the newest being `newest`: so that those which merely went are missed. `recent`:
    how many had changed within `LATE`: so that a change which was stamped before `seen` and committed after it is news.
    """

    seen: datetime
    waiting: int = 0
    lines: int = 0
    newest: int = 0
    recent: int = 0

    @classmethod
    def begun(cls, active: Connection) -> Watch:
        """Everything is drawn now. To be taken before the lines are read."""
        now = ports.now()
        newest = Place.of(active).order_by(Place.id.desc()).first()
        lines = sum(count for count, *_sides in Tally.of(active).values())
        return cls(now, 0, lines, newest.id if newest else 0, _just_before(active, now).count())

    @classmethod
    def of_request(cls) -> Watch | None:
        """What the window that asks has drawn; None when it is not a window, or cannot be understood."""
        told = request.headers.get(HEADER, "").split(".")
        if len(told) != PARTS or not all(map(_is_number, told)):
            return None
        moment, waiting, lines, newest, recent = map(int, told)
        return cls(EPOCH + timedelta(microseconds=moment), waiting, lines, min(newest, HIGHEST), recent)

    def __str__(self) -> str:
        """As `of_request` reads it."""
        moment = (self.seen - EPOCH) // timedelta(microseconds=1)
        return f"{moment}.{self.waiting}.{self.lines}.{self.newest}.{self.recent}"

    def now(self, active: Connection, drawn: Collection[int] = ()) -> Watch:
        """The same a moment later, when the answer draws these lines, or draws that they went."""
        changed = Place.of(active).where(Place.changed_at > self.seen)
        news = _without(changed, drawn).count()
        late = max(0, _without(_just_before(active, self.seen), drawn).count() - self.recent)
        later = Watch.begun(active)
        gone = max(0, self._gone(active, later) - self._drawn_gone(active, drawn))
        return replace(later, waiting=self.waiting + news + late + gone)

    def _gone(self, active: Connection, later: Watch) -> int:
        """How many of the lines on show are there no longer."""
        new = Place.of(active).where(Place.id > self.newest).count()
        return self.lines + int(new) - later.lines

    def _drawn_gone(self, active: Connection, drawn: Collection[int]) -> int:
        """How many of these are among them."""
        known = {place_id for place_id in drawn if place_id <= self.newest}
        there = Place.of(active).where(Place.id.in_(known)).count() if known else 0
        return len(known) - int(there)


def _just_before(active: Connection, moment: datetime) -> Any:
    return Place.of(active).where(Place.changed_at > moment - LATE, Place.changed_at <= moment)


def _without(lines: Any, drawn: Collection[int]) -> Any:
    return lines.where(Place.id.not_in(list(drawn))) if drawn else lines


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST
