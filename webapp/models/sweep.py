"""Sweeps: one pass over e-conomic's list (first fetch, poll or full comparison), which goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Self

from peewee import ForeignKeyField, IntegerField, TextField

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.user import User

FETCH, POLL, COMPARE = "fetch", "poll", "compare"
NAMED = 1000
"""More than so many changes without a call are no mere lateness, so nobody need know whose they were."""
THEIR_TIME = "%Y-%m-%dT%H:%M:%SZ"
RUNNING, HELD, DONE, VOID = "running", "held", "done", "void"


class Sweep(Row):
    """`cursor` is the last number read, `candidates` the mirror rows that no page named, `newest` the latest change
    seen; `pairs` and `equal` are the receipt of a finished comparison; `untold`: how many changes no webhook call had
    told, `untold_numbers`: whose, of the first thousand; `emptied`: pairs in which a field became empty."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    kind = TextField()
    state = TextField(default=RUNNING)
    since = TextField(default="")
    cursor = IntegerField(default=0)
    read = IntegerField(default=0)
    total = IntegerField(default=0)
    candidates_json = TextField(column_name="candidates", default="[]")
    emptied_json = TextField(column_name="emptied", default="")
    newest = TextField(default="")
    changed = IntegerField(default=0)
    pairs = IntegerField(default=0)
    equal = IntegerField(default=0)
    untold = IntegerField(default=0)
    untold_json = TextField(column_name="untold_numbers", default="")
    fault = TextField(default="")
    started_at = UTCField(default=ports.now)
    started_by_id: int | None
    started_by = ForeignKeyField(User, null=True)
    finished_at = UTCField(null=True)

    @property
    def candidates(self) -> list[int]:
        """Ids of mirror rows that may be gone."""
        return list(json.loads(self.candidates_json))

    @candidates.setter
    def candidates(self, ids: list[int]) -> None:
        self.candidates_json = json.dumps(ids)

    @property
    def emptied(self) -> dict[int, dict[str, str]]:
        """Pairing's id -> field -> the side where it became empty."""
        return {int(key): value for key, value in json.loads(self.emptied_json or "{}").items()}

    @emptied.setter
    def emptied(self, found: dict[int, dict[str, str]]) -> None:
        self.emptied_json = json.dumps(found) if found else ""

    @property
    def untold_numbers(self) -> list[int]:
        """Numbers whose change had not been told of; no more than `NAMED` of them."""
        return list(json.loads(self.untold_json or "[]"))

    def add_untold(self, numbers: Iterable[int]) -> None:
        """Count these, and keep them by name while there is room."""
        found = sorted(numbers)
        self.untold += len(found)
        if found and (room := NAMED - len(self.untold_numbers)) > 0:
            self.untold_json = json.dumps(self.untold_numbers + found[:room])

    @property
    def asked_from(self) -> str:
        """From when the next poll asks: the newest change seen, less the time this sweep took, so that what changed on
        a page already read is asked for again. Both are durations or e-conomic's own clock, so skew does not matter; a
        duration below zero shows that our clock was set back, and says nothing."""
        if not self.newest:
            return ""
        took = ports.now() - self.started_at + timedelta(seconds=1)
        if took < timedelta():
            took = timedelta(days=1)
        newest = datetime.strptime(self.newest, THEIR_TIME).replace(tzinfo=UTC)
        return str((newest - took).strftime(THEIR_TIME))

    @classmethod
    def current(cls, connection: Connection, *kinds: str) -> Self | None:
        """The unfinished sweep of one of these kinds."""
        query = cls.select().where(cls.connection == connection, cls.kind.in_(kinds), cls.state.in_((RUNNING, HELD)))
        found: Self | None = query.order_by(cls.id.desc()).first()
        return found

    @classmethod
    def last_proof(cls, connection: Connection) -> Self | None:
        """The newest finished comparison: the receipt whose age the window shows."""
        query = cls.select().where(cls.connection == connection, cls.kind == COMPARE, cls.state == DONE)
        found: Self | None = query.order_by(cls.id.desc()).first()
        return found
