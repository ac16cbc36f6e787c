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


def heads() -> list[str]:
    return [_("Kundenr."), *map(label, NAMES), _("Tilstand"), _("Kundenr. i e-conomic")]


def lines(company: Company, search: str) -> Iterator[list[str]]:
    """By customer number; what e-conomic keeps in a list stands with the name it has there."""
    connection = Connection.open_of(company)
    names = Reference.names(connection) if connection else {}
    stands = _stands(connection) if connection and connection.is_active else {}
    for customer in Customer.searched(company, search).order_by(Customer.number).iterator():
        state, partner = stands.get(customer.id, ("", None))
        shown = [names.get((BY_NAME[name].reference, value)) or value for name, value in customer.values.items()]
        word = str(STATES[State(state)][2]) if state else ""
        yield [str(customer.number), *shown, word, str(partner or "")]


def _stands(connection: Connection) -> dict[int, tuple[str, int | None]]:
    """Customer -> its state and the number of its partner; somebody who is only suggested is no partner."""
    columns = (Place.customer, Place.state, Place.pairing, Mirror.number)
    query: Any = Place.select(*columns).join(Mirror, JOIN.LEFT_OUTER).where(Place.connection == connection)
    return {row[0]: (row[1], row[3] if row[2] else None) for row in query.tuples() if row[0]}
