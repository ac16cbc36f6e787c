"""Delete a partner in e-conomic because a person said so: with a stored key, and never another holder of its number."""

from __future__ import annotations

from collections.abc import Sequence

from webapp import db, ports
from webapp.economic.client import Client
from webapp.economic.errors import GrantWithdrawn, Missing, PermanentError, TemporaryError, Withheld
from webapp.economic.records import Customer as RemoteCustomer
from webapp.models import attempt as attempts
from webapp.models import history, lane
from webapp.models import run as states
from webapp.models.attempt import Attempt
from webapp.models.connection import Connection
from webapp.models.history import History
from webapp.models.inbox import Inbox
from webapp.models.lane import Lane
from webapp.models.pairing import Pairing
from webapp.models.run import RunItem
from webapp.models.user import User
from webapp.sync import apply, guard, pull, push, register, standing
from webapp.sync.plan import Presence


def begin(pair: Pairing, by: User | None) -> None:
    """Order the deletion there, in the caller's transaction; the worker does it."""
    pair.deleting, pair.fault, pair.closed_by = True, {}, by
    pair.version += 1
    pair.save()
    standing.put_pair(pair)
    Lane.wake(pair.connection, lane.PAIR, pair.id)


def unordered(connection: Connection, mirror_ids: Sequence[int]) -> list[int]:
    """Of customers missing there, those that nobody here has ordered to be deleted: only these count for the brake."""
    if not mirror_ids:
        return []
    sent = Attempt.select(Attempt.pairing).where(
        Attempt.connection == connection, Attempt.kind == attempts.DELETE, Attempt.state != attempts.REFUSED
    )
    ordered = Pairing.select(Pairing.mirror).where(
        Pairing.connection == connection, Pairing.mirror.is_null(False), Pairing.deleting | Pairing.id.in_(sent)
    )
    ours = {pair.mirror_id for pair in ordered}
    return [mirror_id for mirror_id in mirror_ids if mirror_id not in ours]


def step(held: Lane, client: Client, pairing_id: int) -> None:
    """Look whether it is still the same customer, then delete it. Raises temporary faults."""
    number = _number(held, pairing_id)
    if number is None:
        return
    try:
        record = client.legacy_customer(number)
    except Missing:
        _settle(held, pairing_id, number)
        return
    attempt = _intend(held, pairing_id, record)
    if attempt is None:
        return
    ports.failpoint("remove.intended")
    try:
        client.delete(number, attempt.key)
    except (Missing, GrantWithdrawn, TemporaryError, Withheld) as fault:
        attempt.fail(fault)
        if not isinstance(fault, Missing):
            raise
    except PermanentError as fault:
        _refused(held, attempt, fault)
        return
    ports.failpoint("remove.answered")
    _settle(held, pairing_id, number)


@db.retrying
def _number(held: Lane, pairing_id: int) -> int | None:
    with db.write():
        held.hold()
        pair = apply.lock(pairing_id)
        if pair is None or not pair.deleting or pair.mirror is None or pair.fault:
            _ended(held, pairing_id)
            return None
        number: int = pair.mirror.number
        return number


@db.retrying
def _intend(held: Lane, pairing_id: int, record: RemoteCustomer) -> Attempt | None:
    """Store key and number. What moved there since the person decided is a new question, not a deletion."""
    with db.write():
        held.hold_to_write()
        pair = apply.lock(pairing_id)
        if pair is None or not pair.deleting:
            _ended(held, pairing_id)
            return None
        if kept := _why_kept(pair, record):
            _give_up(held, pair, record, kept)
            return None
        attempt = Attempt.pending(pair, attempts.DELETE)
        if attempt is None or not attempt.is_young():
            attempt = Attempt.create(
                company=pair.company_id,
                connection=pair.connection_id,
                pairing=pair,
                kind=attempts.DELETE,
                number=record.number,
                fields_json="{}",
            )
        attempt.begin_try()
        return attempt


def _ended(held: Lane, pairing_id: int) -> None:
    """The pair was ended meanwhile, and with it what a run had begun on it; in the caller's transaction."""
    RunItem.settle_pairing(pairing_id, "moved")
    held.finish()


def _ordered(pair: Pairing) -> RunItem | None:
    """The item of a run that ordered this deletion; None when a person did for this one alone."""
    item = RunItem.of_pairing(pair.id)
    return item if item is not None and item.run.kind == states.DELETE else None


def _why_kept(pair: Pairing, record: RemoteCustomer) -> str:
    """Who is not as the person saw it stays, and so does who was ordered among many and owes."""
    item = _ordered(pair)
    if pull.differs(pair.mirror.values, record) or (item and item.seen_version != pair.customer.version):
        return "moved"
    return "has_balance" if item and guard.balance(record.raw) else ""


def _give_up(held: Lane, pair: Pairing, record: RemoteCustomer, reason: str) -> None:
    """Leave both as they are, in the caller's transaction; what moved is planned anew."""
    pull.store(pair.mirror, record)
    RunItem.settle_pairing(pair.id, reason)
    pair.deleting = False
    pair.version += 1
    pair.save()
    if apply.settle(pair, cause="pull").pushes:
        held.again()
    else:
        held.finish()


@db.retrying
def _settle(held: Lane, pairing_id: int, number: int) -> None:
    """It is gone there; that it was by us is said only where a call of ours may have done it."""
    with db.write():
        held.hold()
        pair, attempt = apply.lock(pairing_id), Attempt.pending(pairing_id, attempts.DELETE)
        by_us = attempt is not None and attempt.tries > 0
        if attempt is not None:
            attempt.settle(attempts.DONE if by_us else attempts.STALE)
        if pair is None:
            _ended(held, pairing_id)
            if attempt is not None:
                Lane.wake(attempt.connection, lane.THEIRS, attempt.number)
            return
        if not by_us and Inbox.renumberings(pair.connection, number).exists():
            _follow(held, pair)
            return
        item = _ordered(pair)
        pull.mark_gone(pair.mirror)
        if by_us:
            _note(pair, item)
        pair.deleting = False
        if item is not None:
            _carry_on(pair, item, by_us=by_us)
        pair.save()
        if apply.settle(pair, cause="pull").presence != Presence.CLOSE:
            pair.version += 1
            pair.save()
        held.finish()
    ports.failpoint("remove.settled")


def _follow(held: Lane, pair: Pairing) -> None:
    """It may stand under another number by now, which nobody has seen who ordered this: an ordinary look finds out."""
    RunItem.settle_pairing(pair.id, "moved")
    pair.deleting = False
    pair.version += 1
    pair.save()
    standing.put_pair(pair)
    held.again()


def _note(pair: Pairing, item: RunItem | None) -> None:
    facts = {"pairing_id": pair.id, "customer_id": pair.customer_id, "mirror_id": pair.mirror_id}
    History.note(
        pair.company_id, history.THEIRS, "remove", field="deleted", before=pair.mirror.label, by=pair.closed_by,
        connection=pair.connection_id, run_id=item and item.run_id, **facts,
    )  # fmt: skip


def _carry_on(pair: Pairing, item: RunItem, *, by_us: bool) -> None:
    """The run's part here, now that the customer is gone there: ours go too, unless somebody has edited them."""
    sides = list(item.note["sides"]) if by_us else [side for side in item.note["sides"] if side != "theirs"]
    kept: dict[str, str] = {}
    if "ours" in sides and pair.customer.version == item.seen_version:
        register.delete(pair.customer, pair.closed_by, run_id=item.run_id)
    elif "ours" in sides:
        sides, kept = [side for side in sides if side != "ours"], {"kept": "edited_here"}
    item.note = item.note | {"sides": sides} | kept
    item.settle()


@db.retrying
def _refused(held: Lane, attempt: Attempt, fault: PermanentError) -> None:
    with db.write():
        held.hold()
        attempt.settle(attempts.REFUSED, kind=fault.kind, text=fault.message, log_id=fault.log_id or "")
        pair = apply.lock(attempt.pairing_id)
        if pair is not None and _ordered(pair):
            RunItem.settle_pairing(pair.id, "delete_refused")
            pair.deleting = False
            pair.version += 1
            pair.save()
            if apply.settle(pair, cause="pull").pushes:
                held.again()
                return
        elif pair is None:
            RunItem.settle_pairing(attempt.pairing_id, "moved")
        else:
            pair.deleting = False
            push.refuse(pair, {}, "delete_refused", (), fault.message)
        held.finish()
