"""Plans for so many that nobody is to wait for them: ordered by a page, made by the worker, shown when whole.

They are made on the lane of the company's files, which asks nobody for anything and so works while a connection rests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from webapp import db, ports
from webapp.files import Unreadable
from webapp.models import lane
from webapp.models import run as states
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.place import Heartbeat
from webapp.models.run import Run, RunItem, RunPlan
from webapp.models.tally import Tally
from webapp.models.upload import Upload
from webapp.models.user import User
from webapp.sync.narrowing import Narrowed
from webapp.sync.runs_plan import Planned, Selection, finish, insert, sealed
from webapp.sync.section import Section

AT_LEISURE = 5_000
"""Where more customers than this have to be looked at, the worker makes the plan; so many take about a second."""
TIMES = 2
"""So often each is looked at, about."""
ROWS_AT_ONCE = 2_000
TOLD_EVERY = 1.0


class PutAway(Exception):
    """Nobody wants the plan any more."""


def weight(connection: Connection, kind: str, picked: Selection) -> int:
    """About how many customers have to be looked at to make the plan."""
    if kind == states.LOAD:
        lines = Upload.lines(connection.company, picked.file.upload) if picked.file else len(picked)
        economic = Connection.open_of(connection.company)
        there = Mirror.of(economic).count() if economic else 0
        return int(lines + Customer.of(connection.company).count() + there)
    if kind in (states.CREATE_OURS, states.CREATE_THEIRS):
        return sum(Tally.of(connection)[Section.NEW.value][1:])
    if not picked and kind == states.PAIR:
        return 2 * Narrowed(connection).filters["sure"]
    return len(picked) if picked else sum(Tally.of(connection)[Section.CONFLICT.value][1:])


@db.retrying
def order(
    connection: Connection, kind: str, by: User | None, picked: Selection, choices: Mapping[str, str], looks: int,
    *, undoes: Run | None = None, follows: Run | None = None,
) -> Run:  # fmt: skip
    """Let the worker make it."""
    files = Connection.of_files(connection.company)
    with db.write():
        connection.company.take_turns()
        made = Run.create(
            company=connection.company_id, connection=connection, kind=kind, state=states.MAKING, created_by=by,
            rule=choices.get("rule", ""), total=TIMES * looks,
        )  # fmt: skip
        RunPlan.create(
            company=connection.company_id, connection=connection, run=made, undoes=undoes, follows=follows,
            choices_json=json.dumps(dict(choices), sort_keys=True), picked=picked.written(),
        )  # fmt: skip
        Lane.wake(files, lane.PLAN, made.id)
    return made


@db.retrying
def order_again(run: Run, picked: Selection, choices: Mapping[str, str], looks: int) -> bool:
    """Let the worker make it anew; False when it has been applied meanwhile."""
    files = Connection.of_files(run.company)
    with db.write():
        run.company.take_turns()
        locked = Run.locked(run.id)
        plan = RunPlan.of(locked)
        if plan is None or not locked.is_planned:
            return False
        locked.state, locked.total, locked.rule = states.MAKING, TIMES * looks, choices.get("rule", "")
        locked.save()
        plan.choices_json, plan.picked = json.dumps(dict(choices), sort_keys=True), picked.written()
        plan.save()
        Lane.wake(files, lane.PLAN, run.id)
    return True


class Progress:
    """Keeps the lane while a plan is made, and tells the page how far that is. Raises Fenced and PutAway."""

    def __init__(self, held: Lane, run: Run) -> None:
        self.held, self.run = held, run
        self.looked, self.told = 0, ports.monotonic()

    def __call__(self) -> None:
        self.looked += 1
        if ports.monotonic() - self.told > TOLD_EVERY:
            self.told = ports.monotonic()
            _tell(self.held, self.run, self.looked)


def keep(held: Lane, run: Run, items: Sequence[Planned], choices: Mapping[str, str]) -> None:
    """Store what was planned, some at a time, and at last let it be looked at. Raises Fenced and PutAway."""
    rows = [item.as_row(run, position) for position, item in enumerate(items)]
    seal = sealed(run.kind, choices, rows)
    _begin_anew(held, run)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        _add(held, run, rows[start : start + ROWS_AT_ONCE])
    _show(held, run, items, seal)


@db.retrying
def _tell(held: Lane, run: Run, looked: int) -> None:
    with _making(held, run) as made:
        Heartbeat.beat(held.worker)
        made.done = min(looked, made.total)
        made.save()


@db.retrying
def _begin_anew(held: Lane, run: Run) -> None:
    """Another worker may have died amid its rows."""
    with _making(held, run):
        RunItem.delete().where(RunItem.company == run.company_id, RunItem.run == run).execute()


@db.retrying
def _add(held: Lane, run: Run, rows: Sequence[Mapping[str, Any]]) -> None:
    with _making(held, run):
        insert(rows)


@db.retrying
def _show(held: Lane, run: Run, items: Sequence[Planned], seal: str) -> None:
    with _making(held, run) as made:
        plan = RunPlan.of(made)
        if plan is None:
            raise PutAway
        finish(made, plan, items, seal)
        held.finish()


@contextmanager
def _making(held: Lane, run: Run) -> Iterator[Run]:
    """A transaction in which the lane is ours and the plan is still wanted."""
    with db.write():
        held.hold()
        locked = Run.locked(run.id)
        if not locked.is_making:
            raise PutAway
        yield locked


@db.retrying
def give_up(held: Lane, run: Run, upload: int, fault: Unreadable) -> None:
    """Its file cannot be read: the plan goes, and the file says why."""
    told = json.dumps({"why": fault.why, "line": fault.line, "text": fault.text})
    with db.write():
        held.hold()
        Run.update(state=states.DROPPED, finished_at=ports.now(), total=0, done=0).where(
            Run.id == run.id, Run.state == states.MAKING
        ).execute()
        Upload.update(fault=told).where(Upload.company == run.company_id, Upload.id == upload).execute()
        held.finish()
