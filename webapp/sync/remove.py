"""Delete a partner in e-conomic because a person said so: with a stored key, and never another holder of its number."""

from __future__ import annotations

from datetime import timedelta

from webapp import db, ports
from webapp.economic.client import Client
from webapp.economic.errors import EconomicError, Missing, PermanentError
from webapp.economic.records import Customer as RemoteCustomer
from webapp.models import attempt as attempts
from webapp.models import history, lane
from webapp.models.attempt import Attempt
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.pairing import Pairing
from webapp.models.user import User
from webapp.sync import apply, pull, push, standing
from webapp.sync.plan import Presence

KEY_MINUTES = 55


def begin(pair: Pairing, by: User | None) -> None:
    """Order the deletion there, in the caller's transaction; the worker does it."""
    pair.deleting, pair.fault, pair.closed_by = True, {}, by
    pair.version += 1
    pair.save()
    standing.put_pair(pair)
    Lane.wake(pair.connection, lane.PAIR, pair.id)


def step(held: Lane, client: Client, pairing_id: int) -> None:
    """Look whether it is still the same customer, then delete it. Raises temporary faults."""
    number = _number(held, pairing_id)
    if number is None:
        return
    try:
        record = client.legacy_customer(number)
    except Missing:
        _settle(held, pairing_id, None)
        return
    attempt = _intend(held, pairing_id, record)
    if attempt is None:
        return
    ports.failpoint("remove.intended")
    try:
        client.delete(number, attempt.key)
    except Missing:
        pass
    except PermanentError as fault:
        _refused(held, attempt, fault)
        return
    except EconomicError as fault:
        attempt.settle(attempts.UNCLEAR if fault.unclear else attempts.OPEN, kind=fault.kind, text=fault.message)
        raise
    ports.failpoint("remove.answered")
    _settle(held, pairing_id, attempt)


def _number(held: Lane, pairing_id: int) -> int | None:
    with db.write():
        held.hold()
        pair = apply.lock(pairing_id)
        if pair is None or not pair.deleting or pair.mirror is None or pair.fault:
            held.finish()
            return None
        number: int = pair.mirror.number
        return number


@db.retrying
def _intend(held: Lane, pairing_id: int, record: RemoteCustomer) -> Attempt | None:
    """Store key and number. What moved there since the person decided is a new question, not a deletion."""
    with db.write():
        held.hold()
        pair = apply.lock(pairing_id)
        if pair is None or not pair.deleting:
            held.finish()
            return None
        if pull.differs(pair.mirror.values, record):
            pull.store(pair.mirror, record)
            pair.deleting = False
            pair.version += 1
            pair.save()
            apply.settle(pair, cause="pull")
            held.finish()
            return None
        pending = Attempt.pending(pair, attempts.DELETE)
        if pending is not None and ports.now() - pending.created_at <= timedelta(minutes=KEY_MINUTES):
            return pending
        return Attempt.create(
            company=pair.company_id,
            connection=pair.connection_id,
            pairing=pair,
            kind=attempts.DELETE,
            number=record.number,
            fields_json="{}",
        )


@db.retrying
def _settle(held: Lane, pairing_id: int, attempt: Attempt | None) -> None:
    with db.write():
        held.hold()
        if attempt is not None:
            attempt.settle(attempts.DONE)
        pair = apply.lock(pairing_id)
        if pair is None:
            held.finish()
            return
        facts = {"pairing_id": pair.id, "customer_id": pair.customer_id, "mirror_id": pair.mirror_id}
        before = pair.mirror.label
        pull.mark_gone(pair.mirror)
        History.note(
            pair.company_id, history.THEIRS, "remove", field="deleted", before=before,
            by=pair.closed_by, connection=pair.connection_id, **facts,
        )  # fmt: skip
        pair.deleting = False
        pair.save()
        if apply.settle(pair, cause="pull").presence != Presence.CLOSE:
            pair.version += 1
            pair.save()
        held.finish()
    ports.failpoint("remove.settled")


def _refused(held: Lane, attempt: Attempt, fault: PermanentError) -> None:
    with db.write():
        held.hold()
        attempt.settle(attempts.REFUSED, kind=fault.kind, text=fault.message, log_id=fault.log_id or "")
        pair = apply.lock(attempt.pairing_id)
        if pair is not None:
            pair.deleting = False
            push.refuse(pair, {}, "delete_refused", (), fault.message)
        held.finish()
