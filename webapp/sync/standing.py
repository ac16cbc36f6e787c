"""Where each customer stands in the window: computed anew in the same transaction as whatever moved it."""

from __future__ import annotations

from collections.abc import Collection

from peewee import JOIN

from webapp.models import lane
from webapp.models import pairing as pairings
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.exclusion import Exclusion
from webapp.models.field_rule import FieldRule, Policy
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Line, Place, line, put_lines
from webapp.models.suggestion import BEST, Suggestion
from webapp.models.tally import Tally
from webapp.sync.plan import Plan, Rules, plan
from webapp.sync.section import Section, Standing, State, section, suggested


def put_customer(connection: Connection, customer: Customer) -> None:
    """Place a customer of ours that has no partner; a deleted one stands nowhere."""
    stale(connection)
    if customer.deleted_at:
        Place.remove(connection, customer=customer)
        return
    if Exclusion.of(connection, customer) is not None:
        Place.put(connection, section(None, excluded=True), customer=customer)
        return
    beside = Place.suggestion_of(connection, customer)
    Place.put(connection, _new(beside), customer=customer, mirror=beside.mirror if beside else None)


def put_mirror(connection: Connection, mirror: Mirror) -> None:
    """Place a customer of theirs that has no partner; a gone one stands nowhere."""
    stale(connection)
    if mirror.gone_at:
        Place.remove(connection, mirror=mirror)
        return
    if Exclusion.of(connection, mirror) is not None:
        Place.put(connection, section(None, excluded=True), mirror=mirror)
        return
    beside = Place.suggestion_of(connection, mirror)
    Place.put(connection, _new(beside), customer=beside.customer if beside else None, mirror=mirror)


def _new(beside: Place | None) -> Standing:
    """Who is suggested to be the same as somebody stays so until the worker has looked again."""
    return Standing(Section.NEW, State(beside.state)) if beside else section(None)


def stale(connection: Connection) -> None:
    """Who has no partner, or what they look like, has changed: the worker suggests anew, in its own time."""
    Lane.wake(connection, lane.SUGGEST, connection.id, hurry=False)


def put_pair(pairing: Pairing, planned: Plan | None = None) -> None:
    """Place a pair, or an open creation, by its plan; the plan is made here when the caller has none."""
    creating = pairing.state == pairings.CREATING
    if planned is None and not creating:
        planned = plan_of(pairing)
    where = section(planned, creating=creating, deleting=pairing.deleting, fault=bool(pairing.fault))
    if Place.put(pairing.connection, where, customer=pairing.customer, mirror=pairing.mirror, pairing=pairing):
        stale(pairing.connection)


def put_apart(pairing: Pairing) -> None:
    """Give the two of a closed pair a place each."""
    connection = pairing.connection
    Place.remove(connection, pairing.customer, pairing.mirror)
    put_customer(connection, pairing.customer)
    if pairing.mirror is not None:
        put_mirror(connection, pairing.mirror)


def plan_of(pairing: Pairing) -> Plan:
    """What the pair needs as its rows are now; nothing is carried out."""
    ours = None if pairing.customer.deleted_at else pairing.customer.values
    theirs = None if pairing.mirror.gone_at else pairing.mirror.values
    return plan(ours, theirs, pairing.base, rules_of(pairing), party=pairing.party)


def rules_of(pairing: Pairing, *, fresh: bool = False, same_party: bool = False) -> Rules:
    """Everything that decides beside the three values; `fresh`: read the company's rules anew."""
    connection = pairing.connection
    if fresh or connection.policy_seen is None:
        connection.policy_seen = FieldRule.policy(connection)
    policy: Policy = connection.policy_seen
    guarded = {name: entry["value"] for name, entry in pairing.guard.items()}
    return Rules(policy.winners, policy.directions, guarded, same_party, pairing.held)


def rebuild(connection: Connection) -> None:
    """Place everybody anew, in few statements and in the caller's transaction: when synchronisation begins."""
    Place.delete().where(Place.connection == connection).execute()
    Tally.delete().where(Tally.connection == connection).execute()
    excluded = list(Exclusion.select().where(Exclusion.connection == connection, Exclusion.ended_at.is_null()))
    off = {("ours", e.customer_id) for e in excluded} | {("theirs", e.mirror_id) for e in excluded}
    ours, theirs = _paired(connection)
    free = {mirror.id: mirror for mirror in Mirror.of(connection) if mirror.id not in theirs}
    best = _suggested(connection, off)
    for customer in Customer.of(connection.company):
        if customer.id not in ours:
            is_off, likely = ("ours", customer.id) in off, best.get(customer.id)
            mirror = free.pop(likely.mirror_id, None) if likely else None
            where = suggested(likely.sure) if likely and mirror else section(None, excluded=is_off)
            ours[customer.id] = line(connection, where, customer=customer, mirror=mirror)
    lines = list(ours.values())
    for mirror in free.values():
        is_off = ("theirs", mirror.id) in off
        lines.append(line(connection, section(None, excluded=is_off), mirror=mirror))
    put_lines(connection, lines)
    stale(connection)


def _suggested(connection: Connection, off: Collection[tuple[str, int | None]]) -> dict[int, Suggestion]:
    """The best suggestion of each customer of ours, of which neither is excluded."""
    best = Suggestion.of(connection).where(Suggestion.rank == BEST)
    return {s.customer_id: s for s in best if ("ours", s.customer_id) not in off and ("theirs", s.mirror_id) not in off}


def _paired(connection: Connection) -> tuple[dict[int, Line], set[int]]:
    """The lines of pairs and open creations by our customer's id, and the mirror rows that stand on them."""
    query = Pairing.select(Pairing, Customer, Mirror).join(Customer).switch(Pairing).join(Mirror, JOIN.LEFT_OUTER)
    lines: dict[int, Line] = {}
    theirs: set[int] = set()
    for pair in query.where(Pairing.connection == connection, Pairing.state != pairings.CLOSED):
        pair.connection = connection
        creating = pair.state == pairings.CREATING
        mirror = None if creating else pair.mirror
        where = section(
            None if creating else plan_of(pair), creating=creating, deleting=pair.deleting, fault=bool(pair.fault)
        )
        lines[pair.customer_id] = line(connection, where, customer=pair.customer, mirror=mirror, pairing=pair)
        theirs |= {mirror.id} if mirror else set()
    return lines, theirs
