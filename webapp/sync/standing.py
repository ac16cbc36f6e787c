"""Where each customer stands in the window: computed anew in the same transaction as whatever moved it."""

from __future__ import annotations

from peewee import JOIN

from webapp.models import pairing as pairings
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.exclusion import Exclusion
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Line, Place, Tally, line, put_lines
from webapp.sync.plan import Plan, plan
from webapp.sync.section import section


def put_customer(connection: Connection, customer: Customer) -> None:
    """Place a customer of ours that has no partner; a deleted one stands nowhere."""
    if customer.deleted_at:
        _clear(connection, customer=customer)
        return
    excluded = Exclusion.of(connection, customer) is not None
    Place.put(connection, section(None, excluded=excluded), customer=customer)


def put_mirror(connection: Connection, mirror: Mirror) -> None:
    """Place a customer of theirs that has no partner; a gone one stands nowhere."""
    if mirror.gone_at:
        _clear(connection, mirror=mirror)
        return
    excluded = Exclusion.of(connection, mirror) is not None
    Place.put(connection, section(None, excluded=excluded), mirror=mirror)


def put_pair(pairing: Pairing, planned: Plan | None = None) -> None:
    """Place a pair, or an open creation, by its plan; the plan is made here when the caller has none."""
    creating = pairing.state == pairings.CREATING
    if planned is None and not creating:
        planned = plan_of(pairing)
    where = section(planned, creating=creating, deleting=pairing.deleting, fault=bool(pairing.fault))
    Place.put(pairing.connection, where, customer=pairing.customer, mirror=pairing.mirror, pairing=pairing)


def put_apart(pairing: Pairing) -> None:
    """Give the two of a closed pair a place each."""
    connection = pairing.connection
    for place in Place.holding(connection, pairing.customer_id, pairing.mirror_id):
        place.take_away(connection)
    put_customer(connection, pairing.customer)
    if pairing.mirror is not None:
        put_mirror(connection, pairing.mirror)


def plan_of(pairing: Pairing) -> Plan:
    """What the pair needs as its rows are now; nothing is carried out."""
    ours = None if pairing.customer.deleted_at else pairing.customer.values
    theirs = None if pairing.mirror.gone_at else pairing.mirror.values
    return plan(ours, theirs, pairing.base, party=pairing.party)


def rebuild(connection: Connection) -> None:
    """Place everybody anew, in few statements and in the caller's transaction: when synchronisation begins."""
    Place.delete().where(Place.connection == connection).execute()
    Tally.delete().where(Tally.connection == connection).execute()
    excluded = list(Exclusion.select().where(Exclusion.connection == connection, Exclusion.ended_at.is_null()))
    off = {("ours", e.customer_id) for e in excluded} | {("theirs", e.mirror_id) for e in excluded}
    ours, theirs = _paired(connection)
    for customer in Customer.of(connection.company):
        if customer.id not in ours:
            is_off = ("ours", customer.id) in off
            ours[customer.id] = line(connection, section(None, excluded=is_off), customer=customer)
    lines = list(ours.values())
    for mirror in Mirror.of(connection):
        if mirror.id not in theirs:
            is_off = ("theirs", mirror.id) in off
            lines.append(line(connection, section(None, excluded=is_off), mirror=mirror))
    put_lines(connection, lines)


def _paired(connection: Connection) -> tuple[dict[int, Line], set[int]]:
    """The lines of pairs and open creations by our customer's id, and the mirror rows that stand on them."""
    query = Pairing.select(Pairing, Customer, Mirror).join(Customer).switch(Pairing).join(Mirror, JOIN.LEFT_OUTER)
    lines: dict[int, Line] = {}
    theirs: set[int] = set()
    for pair in query.where(Pairing.connection == connection, Pairing.state != pairings.CLOSED):
        creating = pair.state == pairings.CREATING
        mirror = None if creating else pair.mirror
        where = section(
            None if creating else plan_of(pair), creating=creating, deleting=pair.deleting, fault=bool(pair.fault)
        )
        lines[pair.customer_id] = line(connection, where, customer=pair.customer, mirror=mirror, pairing=pair)
        theirs |= {mirror.id} if mirror else set()
    return lines, theirs


def _clear(connection: Connection, *, customer: Customer | None = None, mirror: Mirror | None = None) -> None:
    for place in Place.holding(connection, customer, mirror):
        place.take_away(connection)
