"""Where each customer stands in the window: computed anew in the same transaction as whatever moved it."""

from __future__ import annotations

from webapp.models import pairing as pairings
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.exclusion import Exclusion
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Place
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
    for line in Place.holding(connection, pairing.customer_id, pairing.mirror_id):
        line.take_away(connection)
    put_customer(connection, pairing.customer)
    if pairing.mirror is not None:
        put_mirror(connection, pairing.mirror)


def plan_of(pairing: Pairing) -> Plan:
    """What the pair needs as its rows are now; nothing is carried out."""
    ours = None if pairing.customer.deleted_at else pairing.customer.values
    theirs = None if pairing.mirror.gone_at else pairing.mirror.values
    return plan(ours, theirs, pairing.base)


def put_all(connection: Connection) -> None:
    """Place every customer of ours when synchronisation begins; theirs are placed as they are fetched."""
    for customer in Customer.of(connection.company):
        pair = Pairing.of_customer(customer, connection)
        if pair:
            put_pair(pair)
        else:
            put_customer(connection, customer)


def _clear(connection: Connection, *, customer: Customer | None = None, mirror: Mirror | None = None) -> None:
    for line in Place.holding(connection, customer, mirror):
        line.take_away(connection)
