"""The register as a list to take away: every customer that a search finds, its fields, its state and its partner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from peewee import JOIN

from webapp.filters import STATES, label
from webapp.models.company import Company
from webapp.models.connection import Connection, Reference
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.place import Place
from webapp.sync.fields import BY_NAME, NAMES
from webapp.sync.section import State

AT_ONCE = 1000


def heads() -> list[str]:
    return [_("Kundenr."), *map(label, NAMES), _("Tilstand"), _("Kundenr. i e-conomic")]


def lines(company: Company, search: str) -> Iterator[list[str]]:
    """By customer number, some at a time; what e-conomic keeps in a list stands with the name it has there."""
    connection = Connection.open_of(company)
    names = Reference.names(connection) if connection else {}
    words, lists = {state.value: str(STATES[state][2]) for state in State}, [BY_NAME[name].reference for name in NAMES]
    query, behind = _stood(Customer.searched(company, search), connection), 0
    while found := list(query.where(Customer.number > behind).limit(AT_ONCE).tuples()):
        for number, state, pairing, partner, *values in found:
            shown = [names.get((kind, value)) or value for kind, value in zip(lists, values, strict=True)]
            yield [str(number), *shown, words.get(state, ""), str(partner) if pairing and partner else ""]
        behind = found[-1][0]


def _stood(customers: Any, connection: Connection | None) -> Any:
    """With its state and the number of its partner; somebody who is only suggested is no partner."""
    active = connection.id if connection and connection.is_active else None
    stands = (Place.customer == Customer.id) & (Place.connection == active)
    query = customers.join(Place, JOIN.LEFT_OUTER, on=stands).join(Mirror, JOIN.LEFT_OUTER)
    columns = Customer.number, Place.state, Place.pairing, Mirror.number, *(getattr(Customer, name) for name in NAMES)
    return query.select(*columns).order_by(Customer.number)
