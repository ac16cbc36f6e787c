"""Lanes: which record needs a look, and who is looking. One lane per record; nothing is looked at twice at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from peewee import ForeignKeyField, IntegerField, TextField

from webapp import db, ports
from webapp.db import UTCField, skip_locked
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import Connection

PAIR, THEIRS, SWEEP, RUN, LISTS, SUGGEST, CHECK = "pair", "theirs", "sweep", "run", "lists", "suggest", "check"
PLAN = "plan"
LEASE_SECONDS = 120
LONGEST_WAIT = 3600
"""No lane is put off for longer, so one that is due later was put off by a clock that has been set since."""

UNHURT: dict[str, Any] = {"tries": 0, "fault_kind": "", "fault_text": "", "fault_since": None}
CLOCKS_APART = 60
"""A worker's reading of the clock may be so much older than another's: it waits for its transaction after it."""


class Fenced(Exception):
    """Another worker has taken the lane over: what was begun here must not be written."""


class Halted(Exception):
    """The synchronisation was stopped meanwhile, or got another grant: what was begun here waits for the next turn."""


class Lane(Row):
    """`record` is a pairing's id, a number there, a sweep's, a run's or the connection's id, by `side`.

    A trigger raises `wanted`; a claim notes it in `seen`; finishing deletes the lane only if nobody asked meanwhile.
    """

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    side = TextField()
    record = IntegerField()
    wanted = IntegerField(default=1)
    seen = IntegerField(default=0)
    fence = IntegerField(default=0)
    worker = TextField(default="")
    lease_until = UTCField(null=True)
    due_at = UTCField(default=ports.now)
    tries = IntegerField(default=0)
    fault_kind = TextField(default="")
    fault_text = TextField(default="")
    fault_since = UTCField(null=True)

    @classmethod
    def wake(cls, connection: Connection, side: str, record: int, *, hurry: bool = True) -> None:
        """Ask for a look at once, in the caller's transaction; without hurry one that is put off stays so."""
        now = ports.now()
        row = {"company": connection.company_id, "connection": connection, "side": side, "record": record}
        sooner = {cls.due_at: now} if hurry else {}
        cls.insert(**row, wanted=1, due_at=now).on_conflict(
            conflict_target=[cls.connection, cls.side, cls.record], update={cls.wanted: cls.wanted + 1, **sooner}
        ).execute()

    @classmethod
    def wake_all(cls, connection: Connection, side: str, rows: Any, record: Any) -> None:
        """The same for this column of every row of a query, in one statement and one order: others wait meanwhile."""
        now = ports.now()
        told: dict[Any, Any] = {
            cls.company: connection.company_id, cls.connection: connection.id, cls.side: side, cls.record: record,
            cls.wanted: 1, cls.seen: 0, cls.fence: 0, cls.worker: "", cls.due_at: now, cls.tries: 0,
            cls.fault_kind: "", cls.fault_text: "",
        }  # fmt: skip
        values = [value if value is record else field.to_value(value) for field, value in told.items()]
        cls.insert_from(rows.select(*values).order_by(record), list(told)).on_conflict(
            conflict_target=[cls.connection, cls.side, cls.record],
            update={cls.wanted: cls.wanted + 1, cls.due_at: now},
        ).execute()

    @classmethod
    @db.retrying
    def claim(cls, worker: str, connection: Connection, *, sides: tuple[str, ...] = ()) -> Self | None:
        """Take the connection's oldest due lane under a lease and a new fence; None when nothing is due."""
        now = ports.now()
        with db.write():
            query = cls.select().where(
                cls.connection == connection,
                (cls.due_at <= now) | (cls.due_at > now + timedelta(seconds=LONGEST_WAIT + CLOCKS_APART)),
                (cls.lease_until.is_null())
                | (cls.lease_until < now)
                | (cls.lease_until > now + timedelta(seconds=LEASE_SECONDS + CLOCKS_APART)),
            )
            if sides:
                query = query.where(cls.side.in_(sides))
            lane: Self | None = skip_locked(query.order_by(cls.due_at, cls.id).limit(1)).first()
            if lane is None:
                return None
            lane.fence += 1
            lane.seen, lane.worker = lane.wanted, worker
            lane.lease_until = now + timedelta(seconds=LEASE_SECONDS)
            lane.save()
        lane.connection = connection
        return lane

    @classmethod
    def let_go(cls, worker: str) -> None:
        """Give back what this worker still holds after a fault threw it out of its work; others' turn comes first."""
        cls.update(worker="", lease_until=None, due_at=ports.now()).where(cls.worker == worker).execute()

    def hold(self) -> None:
        """Lock the lane for the open transaction and extend the lease. Raises Fenced when it is no longer ours."""
        until = ports.now() + timedelta(seconds=LEASE_SECONDS)
        held = Lane.update(lease_until=until).where(
            Lane.id == self.id, Lane.fence == self.fence, Lane.worker == self.worker
        )
        if held.execute() != 1:
            raise Fenced(f"{self.side} {self.record}")

    def hold_to_write(self) -> None:
        """Hold it for a transaction that may order a write there: no other grant and no rehearsal comes before its end.
        Raises Fenced, and Halted."""
        self.hold()
        known, asked = self.connection, (Connection.id == self.connection_id, Connection.activated_at.is_null(False))
        as_known = Connection.grant_token == known.grant_token, Connection.rehearsal == known.rehearsal
        granted = Connection.working().where(*asked, *as_known)
        if db.for_reference(granted.select(Connection.id)).first() is None:
            raise Halted(f"{self.side} {self.record}")

    @db.retrying
    def ask_to_write(self) -> None:
        """Hold it for a write that has been ordered before. Raises the same."""
        with db.write():
            self.hold_to_write()

    def finish(self) -> bool:
        """Delete the lane unless a trigger came meanwhile; then it is due again. True when it is gone."""
        mine = (Lane.id == self.id) & (Lane.fence == self.fence)
        if Lane.delete().where(mine, Lane.wanted == self.seen).execute():
            return True
        self._release(due_at=ports.now(), **UNHURT)
        return False

    def again(self) -> None:
        """Look again at once: something moved while we worked."""
        self._release(due_at=ports.now())

    def later(self, seconds: float) -> None:
        """Look again after a while; nothing is wrong (any more)."""
        self._release(due_at=ports.now() + timedelta(seconds=seconds), **UNHURT)

    def postpone(self, seconds: float, *, kind: str, text: str) -> None:
        """Look again later, because of a temporary fault."""
        since = self.fault_since or ports.now()
        self._release(
            due_at=ports.now() + timedelta(seconds=min(seconds, LONGEST_WAIT)),
            tries=self.tries + 1,
            fault_kind=kind,
            fault_text=text,
            fault_since=since,
        )

    def _release(self, **changes: Any) -> None:
        Lane.update(worker="", lease_until=None, **changes).where(
            Lane.id == self.id, Lane.fence == self.fence
        ).execute()
