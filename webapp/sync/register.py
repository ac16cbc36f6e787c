"""CleanManager's own register: adding, changing and deleting customers, each one transaction that wakes the sync."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from peewee import IntegrityError

from webapp import db, ports
from webapp.models import history, lane, pairing
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.pairing import Pairing
from webapp.models.user import User
from webapp.sync import apply, standing
from webapp.sync.normalise import same, settle


class NumberInUse(Exception):
    """Another living customer of the company has this number."""


class NoSuchCustomer(Exception):
    """The company has no living customer with this id."""


@dataclass(frozen=True)
class Changed:
    customer: Customer


@dataclass(frozen=True)
class Moved:
    """Nothing was saved: fields the person changed were changed by somebody else since the form was shown.

    `fields`: name -> (shown, now, typed).
    """

    customer: Customer
    fields: Mapping[str, tuple[str, str, str]]


@db.retrying
def add(
    company: Company, number: int | None, values: Mapping[str, str], by: User | None, *, form_hash: str | None = None
) -> Customer:
    """Put a new customer into the register; no number means the next free one. Raises NumberInUse.

    A form that has made one already makes no second: the answer is the first.
    """
    with db.write():
        if form_hash:
            company.take_turns()
        if made := Customer.made_by(company, form_hash):
            return made
        customer = insert(company, number, values, cause="person", by=by)
        if form_hash:
            customer.form_hash = form_hash
            customer.save(only=["form_hash"])
        look(customer)
        return customer


def insert(
    company: Company,
    number: int | None,
    values: Mapping[str, str],
    *,
    cause: str,
    by: User | None = None,
    run_id: int | None = None,
    origin: str = "",
) -> Customer:
    """The row and its history, in the caller's transaction. Raises NumberInUse, and where no number was given whatever
    the database says of one that was given away in this moment: the transaction is run again."""
    customer = Customer(company=company, number=number or Customer.next_number(company))
    customer.take({name: settle(value) for name, value in values.items()})
    try:
        with db.database.atomic():
            customer.save(force_insert=True)
    except IntegrityError as clash:
        if number is None:
            raise
        raise NumberInUse(str(customer.number)) from clash
    changes = {name: ("", value) for name, value in customer.values.items() if value}
    facts = {"customer_id": customer.id, "by": by, "version": 1, "run_id": run_id, "origin": origin}
    History.note_values(company, history.OURS, cause, changes, connection=Connection.open_of(company), **facts)
    return customer


@db.retrying
def change(
    company: Company,
    customer_id: int,
    shown: Mapping[str, str],
    typed: Mapping[str, str],
    by: User,
    *,
    number: int | None = None,
    shown_number: int | None = None,
) -> Changed | Moved:
    """Save what the person changed in a form (sync rules §10): fields where `typed` differs from `shown`, and the
    number if one is given, in place of the one that was shown.

    Raises NoSuchCustomer and NumberInUse.
    """
    with db.write():
        customer = _living(company, customer_id)
        wanted = {name: settle(value) for name, value in typed.items() if not same(value, shown.get(name, ""))}
        moved = {
            name: (shown.get(name, ""), getattr(customer, name), value)
            for name, value in wanted.items()
            if not same(getattr(customer, name), shown.get(name, "")) and not same(getattr(customer, name), value)
        }
        if number and shown_number and customer.number not in (shown_number, number):
            moved["number"] = (str(shown_number), str(customer.number), str(number))
        if moved:
            return Moved(customer, moved)
        _write(customer, wanted, number, by)
        look(customer)
        return Changed(customer)


def _write(customer: Customer, wanted: Mapping[str, str], number: int | None, by: User) -> None:
    changes = {
        name: (getattr(customer, name), value) for name, value in wanted.items() if getattr(customer, name) != value
    }
    if number == customer.number:
        number = None
    if not changes and number is None:
        return
    if number is not None:
        changes["number"] = (str(customer.number), str(number))
        customer.number = number
    customer.take(dict(wanted))
    customer.version, customer.updated_at = customer.version + 1, ports.now()
    try:
        with db.database.atomic():
            customer.save()
    except IntegrityError as clash:
        raise NumberInUse(str(number)) from clash
    facts = {"customer_id": customer.id, "by": by, "version": customer.version}
    chosen_from = Connection.open_of(customer.company)
    History.note_values(customer.company_id, history.OURS, "person", changes, connection=chosen_from, **facts)


@db.retrying
def remove(company: Company, customer_id: int, by: User | None) -> Customer:
    """Delete a customer softly. Its pair stands under "Slettede kunder" until a person has decided.

    Raises NoSuchCustomer.
    """
    with db.write():
        customer = _living(company, customer_id)
        delete(customer, by)
        look(customer)
        return customer


def delete(customer: Customer, by: User | None, *, cause: str = "person", run_id: int | None = None) -> None:
    """Mark the row deleted, in the caller's transaction."""
    customer.deleted_at, customer.deleted_by, customer.version = ports.now(), by, customer.version + 1
    customer.save()
    facts = {"customer_id": customer.id, "by": by, "version": customer.version, "run_id": run_id}
    History.note(customer.company_id, history.OURS, cause, field="deleted", before=customer.label, **facts)


def restore(customer: Customer, by: User | None, *, cause: str = "person", run_id: int | None = None) -> None:
    """Take a deletion back, in the caller's transaction. Raises NumberInUse when its number was given away."""
    if Customer.with_number(customer.company, customer.number):
        raise NumberInUse(str(customer.number))
    customer.deleted_at, customer.deleted_by, customer.version = None, None, customer.version + 1
    customer.updated_at = ports.now()
    customer.save()
    facts = {"customer_id": customer.id, "by": by, "version": customer.version, "run_id": run_id}
    History.note(customer.company_id, history.OURS, cause, field="restored", after=customer.label, **facts)


def _living(company: Company, customer_id: int) -> Customer:
    customer = Customer.locked_of(company, customer_id)
    if customer is None or customer.deleted_at:
        raise NoSuchCustomer(str(customer_id))
    return customer


def look(customer: Customer) -> None:
    """Plan the customer's pair anew and wake its lane; an unpaired one only takes its place."""
    connection = Connection.open_of(customer.company)
    if connection is None or not connection.is_active:
        return
    known = Pairing.of_customer(customer, connection)
    pair = apply.lock(known.id) if known else None
    if pair is None:
        standing.put_customer(connection, customer)
        return
    if pair.state == pairing.OPEN:
        apply.settle(pair, cause="pull")
    else:
        apply.place_creating(pair)
    Lane.wake(connection, lane.PAIR, pair.id)
