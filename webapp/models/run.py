"""Runs: bulk work that a person ordered, item by item, with what was planned, seen and done."""

from __future__ import annotations

from typing import Any, Self

from peewee import ForeignKeyField, IntegerField, TextField

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.user import User

WAITING, RUNNING, STOPPED, DONE = "waiting", "running", "stopped", "done"
ITEM_WAITING, ITEM_BEGUN, ITEM_DONE, ITEM_FAILED = "waiting", "begun", "done", "failed"
CREATE_OURS, CREATE_THEIRS = "create_ours", "create_theirs"


class Run(Row):
    """One ordered piece of work; `total`, `done` and `failed` count its items."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    kind = TextField()
    state = TextField(default=WAITING)
    rule = TextField(default="")
    total = IntegerField(default=0)
    done = IntegerField(default=0)
    failed = IntegerField(default=0)
    created_at = UTCField(default=ports.now)
    created_by_id: int | None
    created_by = ForeignKeyField(User, null=True)
    started_at = UTCField(null=True)
    finished_at = UTCField(null=True)

    @classmethod
    def found(cls, company: Company, run_id: int) -> Self | None:
        found: Self | None = cls.get_or_none(cls.company == company, cls.id == run_id)
        return found

    @classmethod
    def current(cls, connection: Connection) -> Self | None:
        """The newest run that is not finished."""
        query = cls.select().where(cls.connection == connection, cls.state.in_((WAITING, RUNNING)))
        found: Self | None = query.order_by(cls.id.desc()).first()
        return found

    @property
    def is_over(self) -> bool:
        return self.state in (STOPPED, DONE)


class RunItem(Row):
    """One customer of a run: planned before and after, versions that were seen, state and reason."""

    company_id: int
    company = ForeignKeyField(Company)
    run_id: int
    run = ForeignKeyField(Run)
    position = IntegerField()
    customer_id: Any = IntegerField(null=True)
    mirror_id: Any = IntegerField(null=True)
    pairing_id: Any = IntegerField(null=True)
    number: Any = IntegerField(null=True)
    before = TextField(default="")
    after = TextField(default="")
    seen_version = IntegerField(default=0)
    state = TextField(default=ITEM_WAITING)
    reason = TextField(default="")
    settled_at = UTCField(null=True)

    @classmethod
    def of_pairing(cls, pairing_id: int) -> Self | None:
        """The item that ordered this creation and has not been settled."""
        found: Self | None = cls.get_or_none(cls.pairing_id == pairing_id, cls.state == ITEM_BEGUN)
        return found

    @classmethod
    def settle_pairing(cls, pairing_id: int, reason: str = "") -> int | None:
        """Note that an ordered creation has ended, badly when there is a reason. The run's id, if a run ordered it."""
        item = cls.of_pairing(pairing_id)
        if item is None:
            return None
        item.settle(reason)
        run_id: int = item.run_id
        return run_id

    def settle(self, reason: str = "") -> None:
        """Note how the item ended; a reason means that it failed."""
        self.state, self.reason, self.settled_at = ITEM_FAILED if reason else ITEM_DONE, reason, ports.now()
        self.save()
