"""Customer numbers for a new partner: the same if free there, otherwise the next free, or the person's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import fn

from webapp.economic.limits import HIGHEST_NUMBER
from webapp.models import pairing
from webapp.models.connection import Connection
from webapp.models.customer import Customer, lowest_free
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing


@dataclass(frozen=True)
class Proposal:
    """The proposed number, and whether it is the customer's own number on its side."""

    number: int
    is_same: bool


def taken_there(connection: Connection, number: int) -> str | None:
    """The name of who holds the number in e-conomic as far as we know, or will; None when it is free."""
    mirror = Mirror.with_number(connection, number)
    if mirror is not None:
        return str(mirror.name)
    creating = Pairing.creating_number(connection, number)
    return str(creating.customer.name) if creating else None


def taken_here(connection: Connection, number: int) -> str | None:
    """The name of who holds the number in CleanManager; None when it is free."""
    customer = Customer.with_number(connection.company, number)
    return str(customer.name) if customer else None


def propose_there(connection: Connection, customer: Customer) -> Proposal:
    if taken_there(connection, customer.number) is None:
        return Proposal(customer.number, True)
    return Proposal(next_there(connection), False)


def propose_here(connection: Connection, mirror: Mirror) -> Proposal:
    if taken_here(connection, mirror.number) is None:
        return Proposal(mirror.number, True)
    return Proposal(next_here(connection), False)


def next_there(connection: Connection) -> int:
    """The number after the highest known there, counting those being created; the lowest gap when that is used up."""
    known, creating = Mirror.of(connection).select(fn.MAX(Mirror.number)), _creating(connection)
    highest = max(known.scalar() or 0, creating.select(fn.MAX(Pairing.new_number)).scalar() or 0)
    return highest + 1 if highest < HIGHEST_NUMBER else lowest_free(used_there(connection))


def next_here(connection: Connection) -> int:
    """The number after the highest in use here; the lowest gap when that is used up."""
    return Customer.next_number(connection.company)


def used_there(connection: Connection) -> set[int]:
    """Every number that somebody has there as far as we know, or will have."""
    known, creating = Mirror.of(connection).select(Mirror.number), _creating(connection).select(Pairing.new_number)
    return {row[0] for query in (known, creating) for row in query.tuples()}


def _creating(connection: Connection) -> Any:
    return Pairing.select().where(Pairing.connection == connection, Pairing.state == pairing.CREATING)
