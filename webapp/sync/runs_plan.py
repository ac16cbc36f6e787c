"""A plan of bulk work as rows: what would be done to whom, sealed, so that applying does exactly what was shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import peewee
from peewee import JOIN

from webapp import db
from webapp.models import run as runs
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.run import Run, RunItem, RunPlan
from webapp.models.user import User
from webapp.sync.foresee import SERIOUS
from webapp.sync.normalise import same

Sides = Mapping[str, Mapping[str, str]]
Changes = dict[str, dict[str, str]]
AT_ONCE = 500
EQUAL = "equal"


@dataclass(frozen=True)
class Line:
    """One customer in a file: its values by field, none empty; `number` is None where the file has no such column."""

    file: str
    line: int
    number: str | None
    values: Mapping[str, str]


@dataclass(frozen=True)
class File:
    """A file that was sent, one of its sheets, and the field of each column ("" for none)."""

    upload: int
    sheet: int
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Selection:
    """What a person picked: rows of the window, customers of either side, two to be paired, pairs that there are,
    lines of a file or the file, of an undo only these positions.

    Nothing picked means everybody.
    """

    places: tuple[int, ...] = ()
    ours: tuple[int, ...] = ()
    theirs: tuple[int, ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()
    pairings: tuple[int, ...] = ()
    lines: tuple[Line, ...] = ()
    file: File | None = None
    only: tuple[int, ...] | None = None

    def __bool__(self) -> bool:
        return self != EVERYBODY

    def __len__(self) -> int:
        """How many customers are named."""
        both = len(self.places) + len(self.pairs) + len(self.pairings)
        return 2 * both + len(self.ours) + len(self.theirs) + len(self.lines)

    def written(self) -> str:
        told = {name: value for name, value in asdict(self).items() if value != getattr(EVERYBODY, name)}
        return json.dumps(told)

    @classmethod
    def read(cls, text: str) -> Selection:
        """What `written` wrote."""
        told: dict[str, Any] = json.loads(text)
        told |= {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
        told |= {"pairs": tuple(map(tuple, told.get("pairs", ()))), "lines": _lines(told.get("lines", ()))}
        if named := told.get("file"):
            told["file"] = File(named["upload"], named["sheet"], tuple(named["columns"]))
        return cls(**told)


EVERYBODY = Selection()


def _lines(told: Iterable[Mapping[str, Any]]) -> tuple[Line, ...]:
    return tuple(Line(**line) for line in told)


@dataclass(frozen=True)
class Planned:
    """One customer of a plan. `held`: why it is left out ("" = it takes part, "equal" = it need not); `calls`: those to
    e-conomic, foreseen."""

    customer: Customer | None = None
    mirror: Mirror | None = None
    pairing_id: int | None = None
    number: int | None = None
    before: Sides = field(default_factory=dict)
    after: Sides = field(default_factory=dict)
    held: str = ""
    note: Mapping[str, Any] = field(default_factory=dict)
    calls: int = 0
    position: int | None = None

    @property
    def state(self) -> str:
        return {"": runs.ITEM_WAITING, EQUAL: runs.ITEM_EQUAL}.get(self.held, runs.ITEM_HELD)

    def as_row(self, run: Run, position: int) -> dict[str, Any]:
        first = self.customer or self.mirror
        row = RunItem(
            company=run.company_id, run=run, customer_id=self.customer and self.customer.id,
            mirror_id=self.mirror and self.mirror.id, pairing_id=self.pairing_id, number=self.number,
            position=position if self.position is None else self.position,
            before=json.dumps(self.before, ensure_ascii=False), after=json.dumps(self.after, ensure_ascii=False),
            seen_version=first.version if first else 0,
            seen_theirs=self.mirror.version if self.mirror and self.customer else 0,
            state=self.state, reason="" if self.held == EQUAL else self.held,
        )  # fmt: skip
        row.note = dict(self.note)
        return {name: value for name, value in row.__data__.items() if name != "id"}


def changed(before: Sides, after: Sides) -> tuple[Changes, Changes]:
    """The two, narrowed to the fields in which they differ."""
    moved = {
        side: [name for name, value in values.items() if not same(value, before.get(side, {}).get(name, ""))]
        for side, values in after.items()
    }
    told = {side: names for side, names in moved.items() if names}
    old = {side: {name: before.get(side, {}).get(name, "") for name in names} for side, names in told.items()}
    return old, {side: {name: after[side][name] for name in names} for side, names in told.items()}


@db.retrying
def store(
    connection: Connection,
    kind: str,
    items: Sequence[Planned],
    by: User | None,
    choices: Mapping[str, str],
    *,
    undoes: Run | None = None,
    follows: Run | None = None,
) -> Run:
    """Keep a plan; nothing is done before it is applied."""
    with db.write():
        made = Run.create(
            company=connection.company_id, connection=connection, kind=kind, state=runs.PLANNED, created_by=by,
            rule=choices.get("rule", ""),
        )  # fmt: skip
        plan = RunPlan.create(company=connection.company_id, connection=connection, run=made, undoes=undoes)
        plan.follows = follows
        _fill(made, plan, items, choices)
    return made


@db.retrying
def replace(run: Run, items: Sequence[Planned], choices: Mapping[str, str]) -> bool:
    """Let a plan that has not been applied say something else; False when it has been applied meanwhile."""
    with db.write():
        locked = Run.locked(run.id)
        plan = RunPlan.of(locked)
        if plan is None or not locked.is_planned:
            return False
        RunItem.delete().where(RunItem.run == locked).execute()
        locked.rule = choices.get("rule", "")
        _fill(locked, plan, items, choices)
    return True


def _fill(run: Run, plan: RunPlan, items: Sequence[Planned], choices: Mapping[str, str]) -> None:
    rows = [item.as_row(run, position) for position, item in enumerate(items)]
    insert(rows)
    plan.choices_json = json.dumps(dict(choices), sort_keys=True)
    finish(run, plan, items, sealed(run.kind, choices, rows))


def finish(run: Run, plan: RunPlan, items: Sequence[Planned], seal: str) -> None:
    """The rows are in: let the plan be looked at, in the caller's transaction."""
    plan.calls, plan.seal = sum(item.calls for item in items if not item.held), seal
    if not plan.picked or Selection.read(plan.picked).file is None:
        plan.picked = ""  # The rows say it too, and what they hold of a person can be erased.
    plan.save()
    run.state, run.total, run.done = runs.PLANNED, sum(1 for item in items if not item.held), 0
    run.save()


def insert(rows: Sequence[Mapping[str, Any]]) -> None:
    """All of them by one statement: spelling out a query for every few hundred rows takes longer than all the rest."""
    names = list(rows[0]) if rows else []
    columns = ", ".join(f'"{RunItem._meta.fields[name].column_name}"' for name in names)
    places = ", ".join(["?" if db.is_sqlite() else "%s"] * len(names))
    if rows:
        statement = f"INSERT INTO run_item ({columns}) VALUES ({places})"
        with peewee.__exception_wrapper__:  # type: ignore[attr-defined]
            db.database.cursor().executemany(statement, [tuple(row[name] for name in names) for row in rows])


def sealed(kind: str, choices: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> str:
    """The fingerprint of everything a plan shows, as it is read aloud: another plan has another one."""
    mark = hashlib.sha256(repr((kind, sorted(choices.items()))).encode())
    for row in rows:
        mark.update(repr([row[name] for name in sorted(row.keys() - {"run", "run_id", "company"})]).encode())
    text = mark.hexdigest()[:12].upper()
    return "-".join((text[:4], text[4:8], text[8:]))


def consequences(run: Run) -> dict[str, list[int]]:
    """Effect in the books -> the items that wait for somebody's name because of it."""
    found: dict[str, list[int]] = {}
    for item in RunItem.of(run, runs.ITEM_HELD).where(RunItem.reason == SERIOUS):
        for effect in sorted(set(item.note["effects"].values())):
            found.setdefault(effect, []).append(item.id)
    return found


def answered_for(run: Run, confirmed: Collection[str]) -> set[int]:
    """Items of which every effect is confirmed."""
    waiting = consequences(run) if confirmed else {}
    open_ = {item for effect, items in waiting.items() if effect not in confirmed for item in items}
    return {item for items in waiting.values() for item in items} - open_


def customers_of(connection: Connection, picked: Selection, section: str) -> list[Customer]:
    """Our customers without a partner that are picked, or all of this section."""
    query = Customer.of(connection.company).join(Place, on=(Place.customer == Customer.id))
    query = query.where(Place.connection == connection, Place.pairing.is_null())
    return _picked(query, Customer, picked.places, picked.ours, section) if _wants(picked, "ours") else []


def mirrors_of(connection: Connection, picked: Selection, section: str) -> list[Mirror]:
    """Customers of theirs without a partner that are picked, or all of this section."""
    query = Mirror.of(connection).join(Place, on=(Place.mirror == Mirror.id))
    query = query.where(Place.connection == connection, Place.pairing.is_null())
    return _picked(query, Mirror, picked.places, picked.theirs, section) if _wants(picked, "theirs") else []


def pairings_of(connection: Connection, picked: Selection, section: str = "") -> list[Pairing]:
    """The living pairings that are picked, or all of this section, in the window's order, with their two customers."""
    query = Pairing.select(Pairing, Customer, Mirror).join(Place, on=(Place.pairing == Pairing.id))
    query = query.switch(Pairing).join(Customer).switch(Pairing).join(Mirror, JOIN.LEFT_OUTER)
    query = query.where(Place.connection == connection, Pairing.connection == connection)
    found: dict[int, Pairing] = {}
    for column, wanted in ((Place.id, picked.places), (Pairing.id, picked.pairings)):
        for start in range(0, len(wanted), AT_ONCE):
            found |= {one.id: one for one in query.where(column.in_(wanted[start : start + AT_ONCE]))}
    if section and not picked:
        found = {one.id: one for one in query.where(Place.section == section)}
    for one in found.values():
        one.connection = connection
    return sorted(found.values(), key=lambda one: (one.customer.sort_key, one.id))


def _wants(picked: Selection, side: str) -> bool:
    return not picked or bool(picked.places or getattr(picked, side))


def _picked(query: Any, table: Any, places: Sequence[int], ids: Sequence[int], section: str) -> list[Any]:
    if not places and not ids:
        return list(query.where(Place.section == section).order_by(table.number))
    found: dict[int, Any] = {}
    for column, wanted in ((Place.id, places), (table.id, ids)):
        for start in range(0, len(wanted), AT_ONCE):
            found |= {row.id: row for row in query.where(column.in_(wanted[start : start + AT_ONCE]))}
    return sorted(found.values(), key=lambda row: int(row.number))
