"""What the pages of plans and runs show: the counts, a page of items with their fields, speed and time left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import request

from webapp.models import run as states
from webapp.models.connection import OPEN, Connection, Reference
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.place import Place
from webapp.models.run import Run, RunItem, RunPlan
from webapp.sync import budget, preview, runs, runs_plan, runs_undo, sweep
from webapp.sync.fields import NAMES
from webapp.sync.normalise import same
from webapp.sync.preview import Names
from webapp.sync.section import Section, State

SHOWN, AT_ONCE = 50, 500
RECENT = 40
PLANNED_VIEWS = (states.ITEM_WAITING, states.ITEM_EQUAL, states.ITEM_HELD)
PARTLY = "partly"
"""Of an undo: items that leave something as it is by now; of a deletion: those that nothing can bring back."""
OPEN_TO_TICK = "open"
"""Items that are held back until a person lets them pass."""
RUN_VIEWS = (states.ITEM_DONE, states.ITEM_FAILED, states.ITEM_WAITING, states.ITEM_EQUAL, states.ITEM_HELD)


@dataclass(frozen=True)
class Line:
    """One item with the names of its two, and each field that it changes: (sides, field, before, after)."""

    item: RunItem
    customer: Customer | None
    mirror: Mirror | None
    changes: list[tuple[tuple[str, ...], str, str, str]]

    @property
    def party(self) -> Customer | Mirror | None:
        return self.customer or self.mirror

    @property
    def takes(self) -> bool:
        """Some field had a value before."""
        return any(old for _sides, _field, old, _new in self.changes)

    @property
    def gives(self) -> bool:
        """Some field has a value afterwards."""
        return any(new for _sides, _field, _old, new in self.changes)

    @property
    def differing(self) -> list[str]:
        """Fields in which two with a value each go on to differ."""
        if self.customer is None or self.mirror is None:
            return []
        ours, theirs, changed = self.customer.values, self.mirror.values, {field for _, field, _, _ in self.changes}
        both = [name for name in NAMES if ours[name].strip() and theirs[name].strip() and name not in changed]
        return [name for name in both if not same(ours[name], theirs[name])]

    @property
    def is_tickable(self) -> bool:
        return self.item.state == states.ITEM_HELD and self.item.reason in runs.TICKABLE


@dataclass(frozen=True)
class Undoing:
    """A run that takes another one back: how many it has taken back by now, and how many of those not wholly."""

    run: Run
    done: int
    partly: int


@dataclass(frozen=True)
class RunPage:
    """Everything one plan or run shows."""

    run: Run
    plan: RunPlan | None
    counts: Mapping[str, int]
    show: str
    lines: Sequence[Line]
    page: int
    pages: int

    @property
    def views(self) -> list[tuple[str, int]]:
        """The states that can be looked at, with how many items stand in each."""
        counts = dict(self.counts)
        counts[states.ITEM_WAITING] += counts[states.ITEM_BEGUN]
        offered = PLANNED_VIEWS if self.run.is_planned else RUN_VIEWS
        shown = [(view, counts[view]) for view in offered if counts[view] or view in (offered[0], self.show)]
        return [*shown, (PARTLY, counts[PARTLY])] if counts[PARTLY] else shown

    @property
    def partly(self) -> int:
        """How many do not come back to what they were."""
        return self.counts[PARTLY]

    @cached_property
    def consequences(self) -> Mapping[str, int]:
        """Effect in the books -> how many wait for somebody's name because of it."""
        return {effect: len(items) for effect, items in runs_plan.consequences(self.run).items()}

    @property
    def is_idle(self) -> bool:
        """Nobody takes part, and nobody can be ticked to."""
        return not self.counts[states.ITEM_WAITING] and not self.counts[OPEN_TO_TICK]

    @cached_property
    def where(self) -> str:
        """Of a deletion: both while anybody stands in both systems, then where they are left (ours, theirs or rest)."""
        ours, theirs = Customer.deleted_at.is_null(), Mirror.gone_at.is_null()
        items = RunItem.select(ours, theirs).join(Customer, on=(Customer.id == RunItem.customer_id))
        items = items.join(Mirror, on=(Mirror.id == RunItem.mirror_id)).where(RunItem.run == self.run)
        stand: Any = list(items.distinct().tuples())
        if not stand or any(here and there for here, there in stand):
            return "both"
        left = {"ours" if here else "theirs" for here, there in stand if here or there}
        return left.pop() if len(left) == 1 else "rest"

    @property
    def is_over_the_brake(self) -> bool:
        """So many deletions by anybody else would stop and ask."""
        pairs = Mirror.of(self.run.connection).count()
        return self.run.kind == states.DELETE and self.counts[states.ITEM_WAITING] > sweep.brake(pairs)

    @property
    def seconds(self) -> float:
        """About how long the plan takes."""
        return budget.foreseen(self.run.connection, self.plan.calls) if self.plan else 0.0

    @property
    def undoes(self) -> Run | None:
        return self.plan.undoes if self.plan else None

    @cached_property
    def undoings(self) -> list[Undoing]:
        """What has taken this run back, or does so now; a plan is neither."""
        begun = [one for one in RunPlan.undoing(self.run) if not one.is_plan]
        return [Undoing(one, counted(one)[states.ITEM_DONE], _taken_back_partly(one)) for one in begun]

    @cached_property
    def undo_plan(self) -> Run | None:
        """A plan that takes this run back and waits to be applied."""
        return runs_undo.planned(self.run)

    @property
    def can_be_undone(self) -> bool:
        return runs_undo.can_be_undone(self.run)

    @property
    def is_taken_back_in_parts(self) -> bool:
        """Several have taken it back, each a part, and nothing is left."""
        return len(self.undoings) > 1 and runs_undo.is_taken_back(self.run)

    @property
    def moved(self) -> int:
        """How many fell out because something was changed after the plan was shown."""
        fell_out = RunItem.reason.in_(states.FELL_OUT)
        return int(RunItem.of(self.run, states.ITEM_FAILED).where(fell_out).count())

    @cached_property
    def deletions(self) -> int:
        """How many customers need somebody's name under their deletion."""
        return runs_undo.deletions(self.run)

    @cached_property
    def sending(self) -> int:
        """How many of the pairs still have something on its way there: it is sent by their lanes, after the run."""
        pairs = RunItem.select(RunItem.pairing_id).where(RunItem.run == self.run)
        query = Place.of(self.run.connection, Section.PAIRED.value)
        return int(query.where(Place.state == State.SENDING.value, Place.pairing.in_(pairs)).count())

    @cached_property
    def other(self) -> Run | None:
        """A run under way that this plan has to wait for; it may end while the page is drawn."""
        found = Run.current(self.run.connection)
        return found if found and found.id != self.run.id else None


def read(run: Run) -> RunPage:
    """The run with the page of items that the address asks for."""
    counts = counted(run)
    offered = PLANNED_VIEWS if run.is_planned else RUN_VIEWS
    asked = request.args.get("show", "")
    usual = next((view for view in (states.ITEM_FAILED, *offered) if counts[view]), offered[0])
    show = asked if asked in (*offered, PARTLY) else usual
    query = _partly(run) if show == PARTLY else RunItem.of(run, *_AMONG.get(show, (show,)))
    total = query.count()
    pages = max(1, -(-total // SHOWN))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    items = list(query.paginate(page, SHOWN))
    return RunPage(run, RunPlan.of(run), counts, show, _lines(run.connection, items), page, pages)


def every(run: Run) -> Iterator[Line]:
    """All items of the run, some at a time."""
    behind = -1
    while items := list(RunItem.of(run).where(RunItem.position > behind).limit(AT_ONCE)):
        yield from _lines(run.connection, items)
        behind = items[-1].position


_AMONG = {states.ITEM_WAITING: (states.ITEM_WAITING, states.ITEM_BEGUN)}


def counted(run: Run) -> dict[str, int]:
    """State -> how many items; and the run says the same, also while its own counters are a moment behind."""
    counts = run.counts()
    run.done, run.failed = counts[states.ITEM_DONE], counts[states.ITEM_FAILED]
    return counts | {PARTLY: _partly(run).count(), OPEN_TO_TICK: tickable().where(RunItem.run == run).count()}


def tickable() -> Any:
    return RunItem.select().where(RunItem.state == states.ITEM_HELD, RunItem.reason.in_(runs.TICKABLE))


def _partly(run: Run) -> Any:
    if run.kind == states.DELETE:
        return RunItem.of(run).where(RunItem.note_json.contains('"for_good"'), RunItem.state != states.ITEM_HELD)
    left = (
        RunItem.note_json.contains('"stays"')
        | RunItem.note_json.contains('"kept"')
        | RunItem.note_json.contains('"closed"')
        | RunItem.note_json.contains('"ruled"')
    )
    return RunItem.of(run).where(left if run.kind == states.UNDO else RunItem.id.is_null())


def _taken_back_partly(run: Run) -> int:
    return int(_partly(run).where(RunItem.state == states.ITEM_DONE).count())


def _lines(connection: Connection, items: Sequence[RunItem]) -> list[Line]:
    known = connection if connection.is_economic else Connection.open_of(connection.company)
    names = Reference.names(known) if known else {}
    customers = _rows(Customer, connection, [item.customer_id for item in items])
    mirrors = _rows(Mirror, connection, [item.mirror_id for item in items])
    return [
        Line(item, customers.get(item.customer_id), mirrors.get(item.mirror_id), _changes(names, item))
        for item in items
    ]


def _changes(names: Names, item: RunItem) -> list[tuple[tuple[str, ...], str, str, str]]:
    """Each field with its values as a person knows them; what happens on both sides alike is one line."""
    found: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for side, field, old, new in item.changes:
        change = field, preview.shown(names, field, old), preview.shown(names, field, new)
        found[change] = (*found.get(change, ()), side)
    return [(sides, *change) for change, sides in found.items()]


def _rows(table: Any, connection: Connection, ids: Sequence[int | None]) -> dict[int, Any]:
    query = table.select().where(table.company == connection.company_id, table.id.in_([one for one in ids if one]))
    return {row.id: row for row in query}


@dataclass(frozen=True)
class Pace:
    """How fast a run goes, by what it did last, and how long the rest takes at that."""

    per_second: float
    seconds_left: float


def pace(run: Run) -> Pace | None:
    """None before enough was done to tell, and when it does not go on."""
    if run.state != states.RUNNING or run.connection.state != OPEN:
        return None
    recent = RunItem.select(RunItem.settled_at).where(RunItem.run == run, RunItem.settled_at.is_null(False))
    moments = [row.settled_at for row in recent.order_by(RunItem.settled_at.desc()).limit(RECENT)]
    passed = (moments[0] - moments[-1]).total_seconds() if len(moments) > 1 else 0.0
    if passed <= 0:
        return None
    speed = (len(moments) - 1) / passed
    return Pace(speed, (run.total - run.done - run.failed) / speed)
