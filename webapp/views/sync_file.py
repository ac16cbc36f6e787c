"""A section of the window as a list to take away: each line's two customers, how they stand, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from peewee import JOIN

from webapp.filters import STATES, day, label
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.place import Place
from webapp.sync import likely, rows
from webapp.sync.narrowing import Narrowed
from webapp.sync.rows import Row
from webapp.sync.section import Section, State
from webapp.views import rule_words, sync_words

AT_ONCE = 500
NAMES = {
    Section.CONFLICT: "konflikter",
    Section.NEW: "nye-kunder",
    Section.DELETED: "slettede-kunder",
    Section.OFF: "deaktiverede-kunder",
    Section.PAIRED: "parrede-kunder",
}
"""What the file is called."""
FIELDS = ("name", "cvr", "postcode", "city", "email", "phone")
"""What tells one customer from another."""
PLAIN = (State.NEW, State.EQUAL, State.AGREED)
"""Nearly all lines of a large company: their state says all, so none of the window's rows is built for them."""
Parties = dict[int, list[str]]


def heads() -> list[str]:
    names = [_("Kundenr."), *map(label, FIELDS)]
    sides = [f"{system}: {name}" for system in ("CleanManager", "e-conomic") for name in names]
    return [*sides, _("Tilstand"), _("Bemærkning"), _("Felt"), _("I CleanManager"), _("I e-conomic"), _("Før")]


def lines(narrowed: Narrowed, section: Section) -> Iterator[list[str]]:
    """In the order of the window, some at a time; of a conflict a line for each question."""
    words, behind = {state: _word(state) for state in PLAIN}, None
    while places := narrowed.next(section, behind, AT_ONCE):
        parties, apart = _parties(narrowed.connection, places), likely.told_apart(narrowed.connection, places)
        shown = {row.key: row for row in rows.visible(narrowed, [one.id for one in places if one.state not in PLAIN])}
        for place in (one for one in places if one.id in parties):  # but those that moved on meanwhile
            said = apart.get(("ours", place.customer_id or 0)) or apart.get(("theirs", place.mirror_id or 0))
            told = str(_("Ikke den samme som %(name)s", name=said.other.label)) if said else ""
            if place.state in PLAIN:
                yield [*parties[place.id], words[State(place.state)], told, "", "", "", ""]
            elif row := shown.get(place.id):
                yield from ([*parties[place.id], *_told(row, told), *asked] for asked in _asked(row))
        behind = places[-1].name, places[-1].id


def _parties(connection: Connection, places: Sequence[Place]) -> Parties:
    """Line -> number and fields of the two on it, ours first; nothing where nobody stands."""
    columns = [getattr(table, name) for table in (Customer, Mirror) for name in ("number", *FIELDS)]
    query = Place.select(Place.id, *columns).join(Customer, JOIN.LEFT_OUTER).switch(Place).join(Mirror, JOIN.LEFT_OUTER)
    found: Any = query.where(Place.connection == connection, Place.id.in_([place.id for place in places])).tuples()
    return {row[0]: ["" if value is None else str(value) for value in row[1:]] for row in found}


def _asked(row: Row) -> list[list[str]]:
    asked = [[label(one.field), one.ours, one.theirs, one.base or ""] for one in row.questions]
    return asked or [["", "", "", ""]]


def _word(state: State) -> str:
    return str(sync_words.MARKS.get(state, STATES[state])[2])


def _told(row: Row, apart: str) -> list[str]:
    """The word at its mark, and what the row says beside it."""
    said = [apart, sync_words.excluded(row), *_suggested(row), *_refused(row), *_gone(row)]
    said += [rule_words.effect(one.effect).rstrip(".") for one in row.questions if one.effect]
    if row.moving and not row.questions:
        way = (
            _("%(fields)s sendes til e-conomic") if row.state == State.SENDING else _("%(fields)s hentes fra e-conomic")
        )
        said.append(str(way) % {"fields": sync_words.labels(row.moving)})
    return [sync_words.mark(row)[2] or _word(row.state), ". ".join(filter(None, said))]


def _suggested(row: Row) -> list[str]:
    if row.likely is None:
        return []
    return [sync_words.surety(row.likely), ", ".join(map(sync_words.evidence, row.likely.evidence))]


def _refused(row: Row) -> list[str]:
    if row.state != State.FAULT:
        return []
    wrong = ", ".join(f"{name} {said}".strip() for name, said in sync_words.complaints(row.fault))
    return [sync_words.reason(row.fault.get("kind", "")).rstrip("."), wrong, sync_words.answered(row.fault)]


def _gone(row: Row) -> Iterator[str]:
    if row.customer and row.customer.deleted_at:
        yield _("Slettet i CleanManager %(at)s", at=day(row.customer.deleted_at))
    if row.mirror and row.mirror.gone_at:
        yield _("Slettet i e-conomic %(at)s", at=day(row.mirror.gone_at))
