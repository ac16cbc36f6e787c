"""What a person does to customers and pairs in the window: each verb one transaction, each checks what was seen."""

from __future__ import annotations

from collections.abc import Mapping

from peewee import IntegrityError

from webapp import db
from webapp.models import history, lane, pairing
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.exclusion import Exclusion
from webapp.models.field_rule import FieldRule
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import RunItem
from webapp.models.suggestion import NotSame
from webapp.models.user import User
from webapp.sync import answering, apply, creations, register, remove, standing
from webapp.sync.creations import AlreadyPaired
from webapp.sync.plan import Presence, answered
from webapp.sync.rehearsal import refuse
from webapp.sync.seen import Moved as Moved
from webapp.sync.seen import Versions as Versions


@db.retrying
def create_there(connection: Connection, customer_id: int, number: int, by: User | None) -> Pairing:
    """ "Opret partner" for a customer of ours. Raises AlreadyPaired, NumberInUse, Moved, Rehearsing."""
    with db.write():
        refuse(connection)
        customer = Customer.locked_of(connection.company, customer_id)
        if customer is None or customer.deleted_at:
            raise Moved("the customer is gone")
        return creations.begin(connection, customer, number, by)


@db.retrying
def create_here(connection: Connection, mirror_id: int, number: int | None, by: User | None) -> Pairing:
    """ "Opret partner" for a customer of theirs: it is copied as it is, dirt and all. Raises the same."""
    with db.write():
        refuse(connection)
        return copy_here(connection, Mirror.locked_of(connection, mirror_id), number, by)


def copy_here(
    connection: Connection, mirror: Mirror | None, number: int | None, by: User | None, run_id: int | None = None
) -> Pairing:
    """The same for a mirror row that the caller's transaction has locked. Raises the same."""
    if mirror is None or mirror.gone_at:
        raise Moved("the customer is gone")
    if Pairing.of_mirror(mirror) is not None:
        raise AlreadyPaired(mirror.label)
    creations.refuse_new(connection, "ours")
    policy = FieldRule.policy(connection)
    values = {n: value for n, value in mirror.values.items() if n == "name" or not policy.is_closed_to_new(n, "ours")}
    customer = register.insert(connection.company, number, values, cause="create", by=by, run_id=run_id)
    return join(connection, customer, mirror, {name: (value, value) for name, value in values.items()}, by, run_id)


def join(
    connection: Connection,
    customer: Customer,
    mirror: Mirror,
    base: Mapping[str, tuple[str, str]],
    by: User | None,
    run_id: int | None = None,
) -> Pairing:
    """The pair's row, its place and its history, in the caller's transaction: the two are the same, however unlike."""
    pair = Pairing(
        company=connection.company_id, connection=connection, customer=customer, mirror=mirror, created_by=by
    )
    pair.base = base
    try:
        with db.database.atomic():
            pair.save(force_insert=True)
    except IntegrityError as clash:
        raise AlreadyPaired(customer.label) from clash
    Exclusion.end_of(connection, customer, mirror, by)
    NotSame.end_of(connection, customer.id, mirror.id, by)
    facts = {"connection": connection, "customer_id": customer.id, "mirror_id": mirror.id, "pairing_id": pair.id}
    History.note(
        connection.company_id, history.PAIR, "pair", field="paired", after=mirror.label, by=by, run_id=run_id, **facts
    )
    planned = apply.settle(pair, cause="pair", by=by, same_party=True, run_id=run_id)
    if planned.pushes:
        Lane.wake(connection, lane.PAIR, pair.id)
    return pair


@db.retrying
def pair(
    connection: Connection,
    customer_id: int,
    mirror_id: int,
    answers: Mapping[str, str],
    seen: Versions,
    by: User | None,
) -> Pairing:
    """ "Vælg som partner" → "Indsend": pair the two, with the person's choice for each field that differs.

    `answers`: field -> "ours", "theirs" or "both". Fields without an answer stay questions; a side that is empty is
    filled. Raises AlreadyPaired and Moved.
    """
    with db.write():
        customer, mirror = unpaired(connection, customer_id, mirror_id, seen)
        base = answered(answers, customer.values, mirror.values, {})
        return join(connection, customer, mirror, base, by)


def unpaired(connection: Connection, customer_id: int, mirror_id: int, seen: Versions) -> tuple[Customer, Mirror]:
    """The two, locked in the caller's transaction, as they were seen and without a partner. Raises the same."""
    customer = Customer.locked_of(connection.company, customer_id)
    mirror = Mirror.locked_of(connection, mirror_id)
    if customer is None or mirror is None or customer.deleted_at or mirror.gone_at:
        raise Moved("one of the two is gone")
    if (customer.version, mirror.version) != (seen.ours, seen.theirs):
        raise Moved("one of the two was changed")
    if Pairing.of_customer(customer, connection) or Pairing.of_mirror(mirror):
        raise AlreadyPaired(customer.label)
    return customer, mirror


@db.retrying
def answer(
    connection: Connection, pairing_id: int, answers: Mapping[str, str], seen: Versions, by: User | None
) -> Pairing:
    """Settle questions of a pair: field -> "ours", "theirs" or "both". Raises Moved when anything moved since."""
    with db.write():
        refuse(connection)
        found = seen_pair(connection, pairing_id, seen)
        answering.give(found, answers, by)
        return found


@db.retrying
def confirm_same(connection: Connection, pairing_id: int, seen: Versions, by: User | None) -> Pairing:
    """ "Det er den samme kunde": name and CVR changed there at once, and the pair goes on with them."""
    with db.write():
        refuse(connection)
        found = seen_pair(connection, pairing_id, seen)
        planned = apply.settle(found, cause="answer", by=by, same_party=True)
        if planned.pushes:
            Lane.wake(connection, lane.PAIR, found.id)
        return found


@db.retrying
def try_again(connection: Connection, pairing_id: int, number: int | None, by: User | None) -> Pairing:
    """ "Prøv igen" on a pair or creation that e-conomic refused. Raises NumberInUse, Moved, and for a person
    Rehearsing: what goes on by itself waits for the end of a rehearsal like everything else."""
    with db.write():
        if by is not None:
            refuse(connection)
        found = apply.lock(pairing_id)
        if found is None or found.connection_id != connection.id:
            raise Moved("the pair is gone")
        if found.state == pairing.CREATING:
            if not found.fault:
                raise Moved("it is being created already")
            creations.retry(found, number or found.new_number)
            return found
        found.fault = {}
        found.version += 1
        found.save()
        apply.settle(found, cause="pull", by=by)
        Lane.wake(connection, lane.PAIR, found.id)
        return found


@db.retrying
def unpair(connection: Connection, pairing_id: int, by: User | None) -> Pairing:
    """ "Ophæv parring": both customers stay as they are. An open creation can only be given up once it was refused."""
    with db.write():
        found = apply.lock(pairing_id)
        if found is None or found.connection_id != connection.id:
            raise Moved("the pair is gone")
        if found.state == pairing.CREATING:
            creations.cancel(found, by)
            return found
        facts = {"connection": found.connection_id, "customer_id": found.customer_id, "mirror_id": found.mirror_id}
        History.note(
            found.company_id, history.PAIR, "pair", field="unpaired", before=found.mirror.label,
            by=by, pairing_id=found.id, **facts,
        )  # fmt: skip
        found.close("unpaired", by)
        RunItem.settle_pairing(found.id, "moved")
        standing.put_apart(found)
        return found


@db.retrying
def delete_other(connection: Connection, pairing_id: int, seen: Versions, by: User | None) -> Pairing:
    """One side is gone: delete the other too. Ours at once, theirs by the worker. Raises Moved."""
    with db.write():
        refuse(connection)
        found = seen_pair(connection, pairing_id, seen)
        if found.mirror.gone_at:
            register.delete(found.customer, by)
            apply.settle(found, cause="pull", by=by)
        elif found.customer.deleted_at:
            remove.begin(found, by)
        else:
            raise Moved("both are there")
        return found


@db.retrying
def create_again(connection: Connection, pairing_id: int, number: int, seen: Versions, by: User | None) -> Pairing:
    """One side is gone: create it again from the other. Raises Moved and NumberInUse."""
    with db.write():
        refuse(connection)
        found = seen_pair(connection, pairing_id, seen)
        if found.mirror.gone_at:
            found.close("created_again", by)
            return creations.begin(connection, found.customer, number, by)
        if not found.customer.deleted_at:
            raise Moved("both are there")
        creations.refuse_new(connection, "ours")
        found.deleting, found.fault = False, {}
        RunItem.settle_pairing(found.id, "moved")
        found.save()
        register.restore(found.customer, by)
        if apply.settle(found, cause="pull", by=by).presence not in (Presence.BOTH, Presence.OTHER_PARTY):
            raise Moved("both are there")
        Lane.wake(connection, lane.PAIR, found.id)
        return found


def seen_pair(connection: Connection, pairing_id: int, seen: Versions) -> Pairing:
    """The pair, locked in the caller's transaction, as a person saw it. Raises Moved."""
    found = apply.lock(pairing_id)
    if found is None or found.connection_id != connection.id or found.mirror is None:
        raise Moved("the pair is gone")
    if Versions(found.customer.version, found.mirror.version, found.version) != seen:
        raise Moved("the pair was changed")
    return found


@db.retrying
def exclude(
    connection: Connection, by: User | None, *, customer_id: int | None = None, mirror_id: int | None = None
) -> Exclusion | None:
    """ "Ingen synkronisering": leave an unpaired customer alone, in both directions. None when somebody has said so
    before. Raises AlreadyPaired and Moved."""
    with db.write():
        party, made = _party(connection, customer_id, mirror_id), None
        if Exclusion.of(connection, party) is None:
            side = {"customer": party} if customer_id else {"mirror": party}
            made = Exclusion.create(company=connection.company_id, connection=connection, created_by=by, **side)
        _place(connection, party)
        return made


@db.retrying
def include(
    connection: Connection, by: User | None, *, customer_id: int | None = None, mirror_id: int | None = None
) -> None:
    """ "Aktivér synkronisering": take an exclusion back."""
    with db.write():
        party = _party(connection, customer_id, mirror_id)
        excluded = Exclusion.of(connection, party)
        if excluded:
            excluded.end(by)
        _place(connection, party)


def _party(connection: Connection, customer_id: int | None, mirror_id: int | None) -> Customer | Mirror:
    if customer_id is not None:
        return _unpaired_customer(connection, customer_id)
    mirror = Mirror.locked_of(connection, mirror_id or 0)
    if mirror is None or mirror.gone_at:
        raise Moved("the customer is gone")
    if Pairing.of_mirror(mirror):
        raise AlreadyPaired(mirror.label)
    return mirror


def _unpaired_customer(connection: Connection, customer_id: int) -> Customer:
    customer = Customer.locked_of(connection.company, customer_id)
    if customer is None or customer.deleted_at:
        raise Moved("the customer is gone")
    if Pairing.of_customer(customer, connection):
        raise AlreadyPaired(customer.label)
    return customer


def _place(connection: Connection, party: Customer | Mirror) -> None:
    if isinstance(party, Customer):
        standing.put_customer(connection, party)
    else:
        standing.put_mirror(connection, party)
