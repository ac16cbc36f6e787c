"""Runs: bulk work that a person ordered, first as a plan, then item by item, with what was planned, seen and done."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Self

from peewee import ForeignKeyField, IntegerField, TextField, fn

from webapp import ports
from webapp.db import UTCField, for_update
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.lane import CLOCKS_APART
from webapp.models.user import User

MAKING, PLANNED, WAITING, RUNNING, PAUSED = "making", "planned", "waiting", "running", "paused"
STOPPED, DONE, DROPPED = "stopped", "done", "dropped"
PLANS = (MAKING, PLANNED)
OPEN_STATES = (WAITING, RUNNING, PAUSED)
ITEM_HELD, ITEM_WAITING, ITEM_BEGUN, ITEM_DONE, ITEM_FAILED = "held", "waiting", "begun", "done", "failed"
ITEM_EQUAL = "equal"
"""Of what is loaded: everything stands here already, so there is nothing to do."""
FELL_OUT = MOVED, LIKENESS = "moved", "lookalike"
"""Why an item was not done although its plan said so: it was changed since, or one like it has come."""
CREATE_OURS, CREATE_THEIRS, PAIR, EXCLUDE = "create_ours", "create_theirs", "pair", "exclude"
RESOLVE, DELETE, LOAD, UNDO = "resolve", "delete", "load", "undo"
UNDO_DAYS = 30

Change = tuple[str, str, str, str]
"""(side, field, old value, new value)"""


class Run(Row):
    """One ordered piece of work; `total`, `done` and `failed` count its items, and while its plan is being made `total`
    and `done` how much there is to look at."""

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
    def locked(cls, run_id: int) -> Self:
        """The row as it is now, locked until the transaction ends."""
        found: Self = for_update(cls.select().where(cls.id == run_id)).get()
        return found

    @classmethod
    def current(cls, connection: Connection) -> Self | None:
        """The newest run that is ordered and not finished."""
        query = cls.select().where(cls.connection == connection, cls.state.in_(OPEN_STATES))
        found: Self | None = query.order_by(cls.id.desc()).first()
        return found

    @property
    def is_making(self) -> bool:
        """The worker is making its plan: nothing of it may be shown before it is whole."""
        return self.state == MAKING

    @property
    def is_planned(self) -> bool:
        return self.state == PLANNED

    @property
    def is_plan(self) -> bool:
        """Nothing has been ordered yet."""
        return self.state in PLANS

    @property
    def is_over(self) -> bool:
        return self.state in (STOPPED, DONE, DROPPED)

    @property
    def shown_at(self) -> datetime:
        """What changed from here on its plan may not have known: another machine's clock may be so much behind."""
        at: datetime = self.created_at - timedelta(seconds=CLOCKS_APART)
        return at

    @property
    def undo_until(self) -> datetime | None:
        """Until when it can be taken back; None while it runs and for what is no change of its own."""
        if self.finished_at is None or self.kind == UNDO or self.state == DROPPED:
            return None
        until: datetime = self.finished_at + timedelta(days=UNDO_DAYS)
        return until

    @property
    def is_past_undoing(self) -> bool:
        """The days in which it can be taken back are over, or there are none."""
        return self.undo_until is None or self.undo_until < ports.now()

    @property
    def ordered_by(self) -> User | None:
        """Who applied the plan: under that name it is done."""
        plan = RunPlan.of(self)
        return plan.applied_by if plan and plan.applied_by else self.created_by

    def counts(self) -> dict[str, int]:
        """State -> how many items stand in it; every state is there."""
        query = RunItem.select(RunItem.state, fn.COUNT(RunItem.id)).where(RunItem.run == self).group_by(RunItem.state)
        tuples: Any = query.tuples()
        counted: dict[str, int] = dict(tuples)
        all_states = (ITEM_HELD, ITEM_WAITING, ITEM_BEGUN, ITEM_DONE, ITEM_FAILED, ITEM_EQUAL)
        return {state: counted.get(state, 0) for state in all_states}


class RunPlan(Row):
    """What a run was shown as: its fingerprint, the choices made, the calls foreseen, and who applied it."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    run_id: int
    run = ForeignKeyField(Run)
    seal = TextField(default="")
    choices_json = TextField(column_name="choices", default="{}")
    picked = TextField(default="")
    """Whom it is for, as `runs_plan.Selection` writes it, where the worker is to make it."""
    calls = IntegerField(default=0)
    undoes_id: int | None
    undoes = ForeignKeyField(Run, null=True, backref="undone_by")
    follows_id: int | None
    follows = ForeignKeyField(Run, null=True, backref="followed_by")
    applied_by_id: int | None
    applied_by = ForeignKeyField(User, null=True)
    applied_at = UTCField(null=True)

    @classmethod
    def of(cls, run: Run) -> Self | None:
        found: Self | None = cls.get_or_none(cls.company == run.company_id, cls.run == run)
        return found

    @classmethod
    def undoing(cls, run: Run) -> list[Run]:
        """The runs that take this one back, planned ones too, the newest first."""
        query = Run.select().join(cls, on=(cls.run == Run.id)).where(cls.undoes == run, Run.state != DROPPED)
        return list(query.order_by(Run.id.desc()))

    @property
    def choices(self) -> dict[str, str]:
        return dict(json.loads(self.choices_json))


class RunItem(Row):
    """One customer of a run. `before` and `after` hold the fields that it changes, by side; `note` says what else.

    `seen_version` is the version of our customer that was seen (of theirs where there is none of ours),
    `seen_theirs` that of theirs beside it.
    """

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
    seen_theirs = IntegerField(default=0)
    state = TextField(default=ITEM_WAITING)
    reason = TextField(default="")
    note_json = TextField(column_name="note", default="")
    settled_at = UTCField(null=True)

    @classmethod
    def of(cls, run: Run, *states: str) -> Any:
        """The run's items in these states (all without any), in order."""
        query = cls.select().where(cls.run == run)
        return (query.where(cls.state.in_(states)) if states else query).order_by(cls.position)

    @classmethod
    def of_pairing(cls, pairing_id: int) -> Self | None:
        """The item that is at work on this pairing and has not been settled."""
        found: Self | None = cls.get_or_none(cls.pairing_id == pairing_id, cls.state == ITEM_BEGUN)
        return found

    @classmethod
    def taken_back(cls, run: Run | int, *where: Any) -> Any:
        """The items of other runs that have taken one of this run back; each has the position of what it took back."""
        undone = cls.select().join(RunPlan, on=(RunPlan.run == cls.run)).where(RunPlan.undoes == run)
        return undone.where(cls.state == ITEM_DONE, *where)

    @classmethod
    def running(cls, pairing_id: int) -> int | None:
        """The id of the run that is at work on this pairing."""
        item = cls.of_pairing(pairing_id)
        return item.run_id if item else None

    @classmethod
    def settle_pairing(cls, pairing_id: int, reason: str = "", *, made: dict[str, Any] | None = None) -> None:
        """Note that what a run began has ended, badly when there is a reason; `made`: what is there now."""
        item = cls.of_pairing(pairing_id)
        if item is None:
            return
        if made is not None:
            item.note = item.note | {"made": made}
        item.settle(reason)

    @property
    def note(self) -> dict[str, Any]:
        return dict(json.loads(self.note_json)) if self.note_json else {}

    @note.setter
    def note(self, value: dict[str, Any]) -> None:
        self.note_json = json.dumps(value, ensure_ascii=False) if value else ""

    @property
    def values_before(self) -> dict[str, dict[str, str]]:
        """Side -> field -> value, of the fields that the item changes."""
        return dict(json.loads(self.before)) if self.before else {}

    @property
    def values_after(self) -> dict[str, dict[str, str]]:
        return dict(json.loads(self.after)) if self.after else {}

    @property
    def changes(self) -> list[Change]:
        """What the item changes, ours first; a customer that was kept there keeps its values too."""
        before, after = self.values_before, self.values_after
        sides = ("ours",) if self.note.get("kept") else ("ours", "theirs")
        return [
            (side, name, before.get(side, {}).get(name, ""), value)
            for side in sides
            for name, value in after.get(side, {}).items()
        ]

    def settle(self, reason: str = "") -> None:
        """Note how the item ended; a reason means that it failed."""
        self.state, self.reason, self.settled_at = ITEM_FAILED if reason else ITEM_DONE, reason, ports.now()
        self.save()
