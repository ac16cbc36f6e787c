"""Orders to create a partner in e-conomic: begun, tried again, given up, each in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping

from peewee import IntegrityError

from webapp import db
from webapp.models import attempt as attempts
from webapp.models import history, lane, pairing
from webapp.models.attempt import Attempt
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.exclusion import Exclusion
from webapp.models.field_rule import FieldRule, Policy
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import RunItem
from webapp.models.user import User
from webapp.sync import standing
from webapp.sync.fields import BY_NAME
from webapp.sync.register import NumberInUse

NOT_CREATED = "not_created"
"""Why a creation is given up, or a customer held back from one: by the company's rules none is made on that side."""
OF_THE_NUMBER = ("number_taken", "number_held")
"""Refusals that say nothing against the values."""


class NotCreated(Exception):
    """The company's rules let no customer be made on this side: nothing was changed."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.side = side


class AlreadyPaired(Exception):
    """The customer has a partner, or one is being created."""


def begin(connection: Connection, customer: Customer, number: int, by: User | None) -> Pairing:
    """Commit the intent to create a partner under this number, in the caller's transaction; the worker does it.

    `customer` is locked. Raises NotCreated, AlreadyPaired and NumberInUse.
    """
    refuse_new(connection, "theirs")
    if Pairing.of_customer(customer, connection) is not None:
        raise AlreadyPaired(customer.label)
    if Mirror.with_number(connection, number) is not None:
        raise NumberInUse(str(number))
    try:
        with db.database.atomic():
            pair = Pairing.create(
                company=connection.company_id,
                connection=connection,
                customer=customer,
                state=pairing.CREATING,
                new_number=number,
                created_by=by,
            )
    except IntegrityError as clash:
        raise NumberInUse(str(number)) from clash
    excluded = Exclusion.of(connection, customer)
    if excluded:
        excluded.end(by)
    standing.put_pair(pair)
    Lane.wake(connection, lane.PAIR, pair.id)
    return pair


def refuse_new(connection: Connection, side: str) -> None:
    """Whoever makes a customer on this side asks first. Raises NotCreated."""
    if side in FieldRule.policy(connection).not_created:
        raise NotCreated(side)


def give_up(pair: Pairing, reason: str, by: User | None = None) -> None:
    """End a creation that was not made, in the caller's transaction."""
    pair.close(reason, by)
    RunItem.settle_pairing(pair.id, reason)
    standing.put_apart(pair)


def retry(pair: Pairing, number: int) -> None:
    """Try a refused creation again under this number, in the caller's transaction. Raises NumberInUse.

    One that may have been made already keeps its number until a look shows who holds it.
    """
    pending = Attempt.pending(pair, attempts.CREATE)
    if pending is not None and pending.tries:
        number = pair.new_number
    else:
        never_sent(pending)
    if Mirror.with_number(pair.connection, number) is not None:
        raise NumberInUse(str(number))
    if number != pair.new_number:
        pair.wait_no_more(pair.new_number)
    pair.fault, pair.new_number = {}, number
    pair.version += 1
    try:
        with db.database.atomic():
            pair.save()
    except IntegrityError as clash:
        raise NumberInUse(str(number)) from clash
    standing.put_pair(pair)
    Lane.wake(pair.connection, lane.PAIR, pair.id)


def cancel(pair: Pairing, by: User | None) -> None:
    """Give a refused creation up; the customer is new again. One that may have been made is not given up."""
    pending = Attempt.pending(pair, attempts.CREATE)
    if pair.fault and (pending is None or not pending.tries):
        never_sent(pending)
        give_up(pair, "cancelled", by)


def never_sent(pending: Attempt | None) -> None:
    """A body that e-conomic has surely not seen gives way to one by the values and rules of now."""
    if pending is not None:
        pending.settle(attempts.STALE, kind="never_sent")


def open_there(policy: Policy, values: Mapping[str, str]) -> dict[str, str]:
    """These values, without the fields that the company has closed there; what e-conomic requires goes all the same."""
    return {
        name: values[name] for name in values if BY_NAME[name].required or not policy.is_closed_to_new(name, "theirs")
    }


def stood_there(pair: Pairing) -> dict[str, str]:
    """What stood there of a pair that a run brings back, which knows its base already: it is made of that, not of ours,
    unless e-conomic said no to it."""
    if not pair.base:
        return {}
    tried = list(Attempt.select().where(Attempt.pairing == pair, Attempt.kind == attempts.CREATE).order_by(Attempt.id))
    refused = any(one.state == attempts.REFUSED and one.fault_kind not in OF_THE_NUMBER for one in tried)
    return {} if refused else tried[0].fields


def note_made(pair: Pairing, label: str, run_id: int | None, *, by_us: bool) -> None:
    """The partner stands there; whether we made it is said only where it is known."""
    side, cause, field = (history.THEIRS, "create", "created") if by_us else (history.PAIR, "pair", "paired")
    facts = {"pairing_id": pair.id, "customer_id": pair.customer_id, "mirror_id": pair.mirror_id}
    History.note(
        pair.company_id, side, cause, field=field, after=label if by_us else pair.mirror.label, by=pair.created_by,
        connection=pair.connection_id, run_id=run_id, **facts,
    )  # fmt: skip
