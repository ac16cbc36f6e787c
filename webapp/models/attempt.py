"""Attempts: every write tried against e-conomic, with its key and exact body, stored before the call."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Self

from peewee import BooleanField, ForeignKeyField, IntegerField, TextField

from webapp import ports
from webapp.db import UTCField
from webapp.economic.errors import EconomicError
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.inbox import Inbox
from webapp.models.pairing import Pairing

OPEN, DONE, UNCLEAR, REFUSED, STALE = "open", "done", "unclear", "refused", "stale"
CREATE, UPDATE, DELETE = "create", "update", "delete"
KEY_MINUTES = 55
"""A key is replayed for an hour (API facts §6); younger than this the same call may be repeated blindly."""
ABSENT = "absent"
"""Why a creation is stale whose answer was lost: afterwards e-conomic knew nobody under its number."""


class Attempt(Row):
    """One intended write: another body is another attempt with another key."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    pairing_id: int
    pairing = ForeignKeyField(Pairing)
    kind = TextField()
    number = IntegerField()
    key = TextField(unique=True, default=ports.key)
    key_lost = BooleanField(default=False)
    heard = IntegerField(default=Inbox.newest)
    """The last call that had arrived when this was ordered: only a later one can tell of it."""
    body_json = TextField(column_name="body", default="{}")
    fields_json = TextField(column_name="fields", default="{}")
    state = TextField(default=OPEN)
    tries = IntegerField(default=0)
    fault_kind = TextField(default="")
    fault_text = TextField(default="")
    log_id = TextField(default="")
    created_at = UTCField(default=ports.now)
    answered_at = UTCField(null=True)

    @classmethod
    def pending(cls, pairing: Pairing | int, kind: str) -> Self | None:
        """The attempt of this kind whose outcome is not known yet."""
        found: Self | None = (
            cls.select()
            .where(cls.pairing == pairing, cls.kind == kind, cls.state.in_((OPEN, UNCLEAR)))
            .order_by(cls.id.desc())
            .first()
        )
        return found

    @classmethod
    def unanswered(cls, connection: Connection, numbers: Collection[int]) -> dict[int, Self]:
        """The last update of each of these numbers, where nobody knows yet what e-conomic made of it.

        None of a number that we have made a customer under since: who stands there now is that one.
        """
        own = cls.connection == connection, cls.number.in_(list(numbers))
        open_ones = cls.kind == UPDATE, cls.state.in_((OPEN, UNCLEAR))
        found = {row.number: row for row in cls.select().where(*own, *open_ones).order_by(cls.id)}
        made = cls.select().where(*own, cls.kind == CREATE, cls.tries > 0, cls.state.not_in((REFUSED, STALE)))
        for row in made:
            if row.number in found and row.id > found[row.number].id:
                del found[row.number]
        return found

    @classmethod
    def lose_keys(cls, connection: Connection) -> None:
        """What e-conomic keeps under a key may belong to the grant, and the connection has got another."""
        cls.update(key_lost=True).where(cls.connection == connection, cls.state.in_((OPEN, UNCLEAR))).execute()

    @property
    def body(self) -> dict[str, Any]:
        """The exact body that is sent."""
        return dict(json.loads(self.body_json))

    @property
    def fields(self) -> dict[str, str]:
        """Our values that the write carries, by field name."""
        return dict(json.loads(self.fields_json))

    def is_young(self) -> bool:
        """e-conomic still remembers the key, as far as its age tells: nothing of one that is dated in the future."""
        return bool(timedelta() <= ports.now() - self.created_at <= timedelta(minutes=KEY_MINUTES))

    def key_lives(self) -> bool:
        """e-conomic still knows the key, so the same call again is safe."""
        return self.is_young() and not self.key_lost

    @classmethod
    def found_absent(cls, pairing_id: int) -> Self | None:
        """The newest creation under the number that the pair is to have, where e-conomic knew nobody afterwards."""
        created = cls.select().join(Pairing).where(cls.pairing == pairing_id, cls.kind == CREATE)
        last: Self | None = created.where(cls.number == Pairing.new_number).order_by(cls.id.desc()).first()
        return last if last is not None and (last.state, last.fault_kind) == (STALE, ABSENT) else None

    def begin_try(self) -> bool:
        """Count a try before its call; False when the attempt has ended, or given way to another, since."""
        living = Attempt.id == self.id, Attempt.state.in_((OPEN, UNCLEAR))
        begun = Attempt.update(tries=Attempt.tries + 1).where(*living).execute()
        self.tries += begun
        return bool(begun)

    def fail(self, fault: EconomicError) -> None:
        """Note a call without a clear answer; one that surely changed nothing there counts as no try."""
        if fault.unclear:
            self.settle(UNCLEAR, kind=fault.kind, text=fault.message, log_id=fault.log_id or "")
            return
        living = Attempt.id == self.id, Attempt.state.in_((OPEN, UNCLEAR))
        Attempt.update(tries=Attempt.tries - 1).where(*living).execute()

    def settle(self, state: str, *, kind: str = "", text: str = "", log_id: str = "") -> None:
        """Note how it ended. One that is not known to have ended is never put over one that is: a worker that has lost
        its lane may hear late."""
        told = {"state": state, "fault_kind": kind, "fault_text": text, "log_id": log_id, "answered_at": ports.now()}
        row = Attempt.id == self.id
        if state in (OPEN, UNCLEAR):
            row &= Attempt.state.in_((OPEN, UNCLEAR))
        if Attempt.update(**told).where(row).execute():
            self.__data__.update(told)
