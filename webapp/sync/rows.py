"""The window's rows, built from our own tables alone: the one builder behind page, search and every action's answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from peewee import JOIN

from webapp.models import history, lane
from webapp.models.connection import Connection, Reference
from webapp.models.customer import Customer
from webapp.models.exclusion import Exclusion
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.user import User
from webapp.sync import changes, holding, likely, outlook, standing
from webapp.sync.changes import Change, Changes
from webapp.sync.fields import BY_NAME
from webapp.sync.likely import Apart, Likely
from webapp.sync.narrowing import WAITING_STATES, Narrowed
from webapp.sync.outlook import Move
from webapp.sync.plan import UNSURE, FieldPlan, Outcome, Plan, moved_fields
from webapp.sync.preview import shown
from webapp.sync.section import Section, State

PAGE = 50
TROUBLE_AFTER_SECONDS = 3600
FEW = 3
OF_ALL = ("unreachable", "rate_limited")
"""Faults of e-conomic as a whole, whichever customer met them."""


@dataclass(frozen=True)
class Question:
    """One field that a person must settle; values are shown by name where they point at a list."""

    field: str
    label: str
    ours: str
    theirs: str
    base: str | None
    ours_change: Change | None = None
    theirs_change: Change | None = None
    effect: str = ""
    grade: str = ""
    is_held: bool = False
    """Only ours has moved; it waits because of its effect in the books."""
    emptied: str = ""
    """The side where the field became empty together with many others, for which the brake asks."""


@dataclass(frozen=True)
class Row:
    """One line of the window; `customer` is ours, `mirror` theirs."""

    place: Place
    customer: Customer | None
    mirror: Mirror | None
    pairing: Pairing | None
    questions: tuple[Question, ...] = ()
    moving: tuple[str, ...] = ()
    moved: tuple[Question, ...] = ()
    excluded: Exclusion | None = None
    fault: dict[str, Any] = field(default_factory=dict)
    likely: Likely | None = None
    apart: Apart | None = None
    would: tuple[Move, ...] = ()
    is_rehearsed: bool = False
    """What is to be done with it waits for the end of a rehearsal; `would`: the fields of that."""

    @property
    def section(self) -> Section:
        return Section(self.place.section)

    @property
    def state(self) -> State:
        return State(self.place.state)

    @property
    def key(self) -> int:
        key: int = self.place.id
        return key

    @property
    def is_unsure(self) -> bool:
        """A creation whose answer was lost was paired with what stands under its number."""
        return self.pairing is not None and self.pairing.party == UNSURE

    @property
    def is_moving(self) -> bool:
        """Work is under way, so the row asks for itself again soon."""
        return not self.is_rehearsed and (self.state in WAITING_STATES or bool(self.questions and self.moving))


@dataclass(frozen=True)
class Batch:
    """Some rows of a section, and where to go on (None: these were the last)."""

    rows: tuple[Row, ...]
    after: str | None


def batch(narrowed: Narrowed, section: Section, after: str = "", most: int = PAGE) -> Batch:
    """Rows of one section in name order, from behind `after` (a batch's mark)."""
    places = narrowed.next(section, _mark(after) if after else None, most + 1)
    shown = places[:most]
    more = len(places) > most
    return Batch(_rows(narrowed.connection, shown), f"{shown[-1].name}~{shown[-1].id}" if more else None)


def _mark(after: str) -> tuple[str, int]:
    """Name and id in a batch's mark; what is none counts as the beginning."""
    name, _, place_id = after.replace("\0", "").rpartition("~")
    return (name, int(place_id)) if place_id.isascii() and place_id.isdigit() and len(place_id) < 10 else ("", 0)


def row(connection: Connection, place: Place) -> Row:
    """One line as it is now."""
    return _rows(connection, [place])[0]


def visible(narrowed: Narrowed, ids: list[int]) -> tuple[Row, ...]:
    """Of these lines the ones that a search and filter let through, as they are now."""
    return _rows(narrowed.connection, list(narrowed.among(ids)))


def of_pairing(connection: Connection, pairing_id: int) -> Row | None:
    place = Place.get_or_none(Place.connection == connection, Place.pairing == pairing_id)
    return row(connection, place) if place else None


def of_party(connection: Connection, party: Customer | Mirror) -> Row | None:
    column = Place.customer if isinstance(party, Customer) else Place.mirror
    place = Place.get_or_none(Place.connection == connection, column == party.id)
    return row(connection, place) if place else None


def _rows(connection: Connection, places: list[Place]) -> tuple[Row, ...]:
    """Rows for these places but those taken away meanwhile, in a handful of queries however many they are."""
    if not places:
        return ()
    ids = [place.id for place in places]
    query = (
        Place.select(Place, Customer, User, Mirror, Pairing)
        .join(Customer, JOIN.LEFT_OUTER)
        .join(User, JOIN.LEFT_OUTER, on=(Customer.deleted_by == User.id))
        .switch(Place)
        .join(Mirror, JOIN.LEFT_OUTER)
        .switch(Place)
        .join(Pairing, JOIN.LEFT_OUTER)
        .where(Place.connection == connection, Place.id.in_(ids))
    )
    whole = {place.id: place for place in query}
    excluded = _exclusions(connection, places)
    told = {State.SENDING.value, State.FETCHING.value} if connection.is_rehearsing else set()
    asking = any(place.section == Section.CONFLICT.value or place.state in told for place in places)
    names = Reference.names(connection) if asking else {}
    found = [_row(connection, whole[place_id], excluded, names) for place_id in ids if place_id in whole]
    return likely.told(connection, _dated(connection, found))


def _row(
    connection: Connection, place: Place, excluded: dict[tuple[str, int], Exclusion], names: dict[tuple[str, str], str]
) -> Row:
    pairing = place.pairing if place.pairing_id else None
    customer = place.customer if place.customer_id else None
    mirror = place.mirror if place.mirror_id else None
    off = excluded.get(("ours", place.customer_id or 0)) or excluded.get(("theirs", place.mirror_id or 0))
    if pairing is None or customer is None or mirror is None:
        fault = pairing.fault if pairing else {}
        return Row(place, customer, mirror, pairing, excluded=off, fault=fault, is_rehearsed=connection.is_rehearsing)
    pairing.customer, pairing.mirror, pairing.connection = customer, mirror, connection
    planned = standing.plan_of(pairing)
    questions = tuple(_question(asked, names, pairing) for asked in planned.questions)
    return Row(
        place, customer, mirror, pairing, questions, (*planned.pushes, *planned.pulls),
        _moved(place, planned, pairing, names), off, pairing.fault,
        would=outlook.moves(planned, names) if connection.is_rehearsing else (), is_rehearsed=connection.is_rehearsing,
    )  # fmt: skip


def _question(asked: FieldPlan, names: dict[tuple[str, str], str], pairing: Pairing) -> Question:
    base = shown(names, asked.name, asked.base[0]) if asked.base else None
    effect, is_held = holding.effect_of(pairing, asked), asked.outcome == Outcome.HOLD
    name, grade = (effect.name, effect.grade.value) if effect else ("", "")
    ours, theirs = shown(names, asked.name, asked.ours), shown(names, asked.name, asked.theirs)
    question = Question(asked.name, BY_NAME[asked.name].label, ours, theirs, base)
    emptied = pairing.brake.get(asked.name, "")
    return replace(question, effect=name, grade=grade, is_held=is_held, emptied=emptied)


def _differing(name: str, pairing: Pairing, names: dict[tuple[str, str], str]) -> Question:
    ours, theirs = shown(names, name, pairing.customer.values[name]), shown(names, name, pairing.mirror.values[name])
    agreed = pairing.base.get(name)
    return Question(name, BY_NAME[name].label, ours, theirs, shown(names, name, agreed[1]) if agreed else None)


def _dated(connection: Connection, found: list[Row]) -> tuple[Row, ...]:
    """The rows with who changed the fields in question, and when."""
    asking = [row for row in found if row.questions or row.moved]
    fields = {question.field for row in asking for question in (*row.questions, *row.moved)}
    company, ours = connection.company_id, [row.place.customer_id or 0 for row in asking]
    known: Changes = changes.latest(company, history.OURS, ours, fields)
    known |= changes.latest(company, history.THEIRS, [row.place.mirror_id or 0 for row in asking], fields)

    def dated(row: Row, questions: tuple[Question, ...]) -> tuple[Question, ...]:
        return tuple(_with_dates(row, question, known) for question in questions)

    return tuple(replace(row, questions=dated(row, row.questions), moved=dated(row, row.moved)) for row in found)


def _with_dates(row: Row, question: Question, known: Changes) -> Question:
    return replace(
        question,
        ours_change=known.get((history.OURS, row.place.customer_id or 0, question.field)),
        theirs_change=known.get((history.THEIRS, row.place.mirror_id or 0, question.field)),
    )


def _moved(place: Place, planned: Plan, pairing: Pairing, names: dict[tuple[str, str], str]) -> tuple[Question, ...]:
    """What the side that is left has changed since the two agreed: base -> now. Where it may hold another party, all
    that differs between the two."""
    if place.state == State.OTHER_PARTY:
        return tuple(_differing(name, pairing, names) for name in likely.unlike(pairing.customer, pairing.mirror))
    if place.state == State.OURS_GONE_THEIRS_MOVED:
        changes = moved_fields(pairing.mirror.values, pairing.base, 1)
    elif place.state == State.THEIRS_GONE_OURS_MOVED:
        changes = moved_fields(pairing.customer.values, pairing.base, 0)
    else:
        return ()
    return tuple(
        Question(name, BY_NAME[name].label, names.get((name, now), now), "", names.get((name, before), before))
        for name, (before, now) in changes.items()
    )


def _exclusions(connection: Connection, places: list[Place]) -> dict[tuple[str, int], Exclusion]:
    if not any(place.section == Section.OFF.value for place in places):
        return {}
    query = (
        Exclusion.select(Exclusion, User)
        .join(User, JOIN.LEFT_OUTER, on=(Exclusion.created_by == User.id))
        .where(Exclusion.connection == connection, Exclusion.ended_at.is_null())
        .where(
            (Exclusion.customer.in_([p.customer_id for p in places if p.customer_id]))
            | (Exclusion.mirror.in_([p.mirror_id for p in places if p.mirror_id]))
        )
    )
    return {("ours" if e.customer_id else "theirs", e.customer_id or e.mirror_id or 0): e for e in query}


@dataclass(frozen=True)
class Trouble:
    """A temporary fault that lasts. `whom`: the customers that it is about, where all else goes on."""

    kind: str
    since: datetime
    whom: tuple[str, ...] = ()


def trouble(connection: Connection, since: datetime) -> Trouble | None:
    """What has lasted since before `since`: only that is a person's business."""
    query = Lane.select().where(Lane.connection == connection, Lane.fault_since <= since)
    lanes = list(query.order_by(Lane.fault_since).limit(FEW + 1))
    if not lanes:
        return None
    whom = tuple(_whom(connection, one) for one in lanes)
    return Trouble(lanes[0].fault_kind, lanes[0].fault_since, whom if all(whom) and len(whom) <= FEW else ())


def _whom(connection: Connection, looked_at: Lane) -> str:
    """The customer whom a look is about, '' where it is none alone."""
    if looked_at.fault_kind in OF_ALL:
        return ""
    if looked_at.side == lane.PAIR:
        pair = Pairing.found(connection.company, looked_at.record)
        return pair.customer.label if pair else ""
    return str(looked_at.record) if looked_at.side == lane.THEIRS else ""
