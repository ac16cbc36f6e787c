"""e-conomic's part of taking a run back: delete what it created, write back what it overwrote; never what moved since.

Each write is stored with its key before it is sent, and is refused by e-conomic, or not sent, when anybody was faster.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from webapp import db, ports
from webapp.economic.client import Client
from webapp.economic.errors import (
    EconomicError,
    GrantWithdrawn,
    Missing,
    PermanentError,
    Refused,
    StaleVersion,
    TemporaryError,
    Withheld,
)
from webapp.economic.limits import at
from webapp.economic.records import Customer as RemoteCustomer
from webapp.economic.records import overlay, writable
from webapp.models import attempt as attempts
from webapp.models import history
from webapp.models import run as states
from webapp.models.attempt import Attempt
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import RunItem
from webapp.sync import apply, guard, pull, push, runs_undo
from webapp.sync.fields import read, spelled
from webapp.sync.normalise import same
from webapp.sync.undo_plan import REMOVE_THEIRS

Read = Callable[[int], RemoteCustomer]


@dataclass(frozen=True)
class Back:
    """One item at work: what it does, the number there, what the plan showed of it, and the fields that return."""

    item: RunItem
    number: int
    shown: dict[str, str]
    values: dict[str, str]

    @property
    def removes(self) -> bool:
        return bool(self.item.note.get("does") == REMOVE_THEIRS)


def step(held: Lane, client: Client, pairing_id: int, read_one: Read) -> None:
    """Bring an item that takes a pair back to its end. Raises temporary faults."""
    back = _begin(held, pairing_id)
    if back is None:
        return
    try:
        record = client.legacy_customer(back.number) if back.removes else read_one(back.number)
        if not back.removes and push.take_back(held, client, back.item.run.connection, record):
            raise Missing("our own update had brought it back")
        kept = _why_kept(client, back, record) if back.removes else ""
    except Missing:
        _settle(held, back, None, "" if back.removes else "gone_since")
        return
    if back.removes and pull.differs(back.shown, record):
        _settle(held, back, record, "moved")
    elif kept:
        _settle(held, back, record, kept=kept)
    elif back.removes:
        _remove(held, client, back, record)
    else:
        _restore(held, client, back, record)


@db.retrying
def _begin(held: Lane, pairing_id: int) -> Back | None:
    with db.write():
        held.hold()
        item, pair = RunItem.of_pairing(pairing_id), apply.lock(pairing_id)
        if item is None or pair is None or pair.mirror is None:
            if item is not None:
                item.settle("moved")
            held.again()
            return None
        if not runs_undo.is_as_seen(item, pair) and not _was_sent(item, pair):
            item.settle("moved")
            held.again()
            return None
        return Back(item, pair.mirror.number, pair.mirror.values, item.values_after.get("theirs", {}))


def _was_sent(item: RunItem, pair: Pairing) -> bool:
    """The values may be back there already, so whoever edits ours now comes too late to let the item fall out."""
    is_there = not pair.deleting and pair.mirror.version == item.seen_theirs
    return is_there and Attempt.pending(pair, attempts.UPDATE) is not None


def _remove(held: Lane, client: Client, back: Back, record: RemoteCustomer) -> None:
    attempt = _intend(held, back, attempts.DELETE, {}, record)
    if attempt is None:
        return
    ports.failpoint("remove.intended")
    try:
        client.delete(back.number, attempt.key)
    except (Missing, GrantWithdrawn, TemporaryError, Withheld) as fault:
        attempt.fail(fault)
        if not isinstance(fault, Missing):
            raise
    except PermanentError as fault:
        attempt.settle(attempts.REFUSED, kind=fault.kind, text=fault.message, log_id=fault.log_id or "")
        _settle(held, back, record, kept="refused")
        return
    ports.failpoint("remove.answered")
    _settle(held, back, None)


def _why_kept(client: Client, back: Back, record: RemoteCustomer) -> str:
    """Anything that somebody has put on the customer since, seen or unseen by us, keeps it there."""
    made = back.item.note.get("updated", "")
    if made and record.last_updated and record.last_updated != made:
        return "edited_there"
    if at(record.raw, "balance") not in (None, 0, 0.0):
        return "has_balance"
    return "has_contacts" if client.has_children(back.number) else ""


def _restore(held: Lane, client: Client, back: Back, record: RemoteCustomer) -> None:
    now = read(record)
    wanted = {name: value for name, value in back.values.items() if not same(value, now[name])}
    if not wanted:
        _settle(held, back, record, attempt=_heard_of(back))
        return
    if _means_more(held, client, back, record, wanted):
        _settle(held, back, record, "moved")
        return
    body = overlay(writable(record), spelled(wanted, record.service), record.service)
    attempt = _intend(held, back, attempts.UPDATE, body, record, wanted)
    if attempt is None:
        return
    ports.failpoint("push.intended")
    try:
        after = push.write(client, push.Intent(attempt, record))
    except (StaleVersion, Missing):
        with db.write():
            held.hold()
            attempt.settle(attempts.STALE)
        held.again()
        return
    except Refused as fault:
        attempt.settle(attempts.REFUSED, kind=fault.kind, text=fault.message, log_id=fault.log_id or "")
        _settle(held, back, record, fault.kind)
        return
    except EconomicError as fault:
        attempt.settle(attempts.UNCLEAR if fault.unclear else attempts.OPEN, kind=fault.kind, text=fault.message)
        raise
    ports.failpoint("push.answered")
    _settle(held, back, after, attempt=attempt)


def _means_more(held: Lane, client: Client, back: Back, record: RemoteCustomer, wanted: dict[str, str]) -> bool:
    """In the books it would mean something that the plan did not show, for what the customer owes has moved since. That
    is kept, for the next plan to tell."""
    if not guard.FIELDS & wanted.keys():
        return False
    try:
        told = record if record.service == "legacy" else client.legacy_customer(back.number)
    except Missing:
        return True
    now = guard.foretold(read(record), wanted, guard.balance(told.raw))
    shown = back.item.note.get("effects", {})
    if all(shown.get(name) == effect.name for name, effect in now.items()):
        return False
    with db.write():
        held.hold()
        mirror = Mirror.locked(back.item.mirror_id)
        if mirror is not None:
            pull.keep_unmapped(mirror, told)
    return True


@db.retrying
def _intend(
    held: Lane, back: Back, kind: str, body: object, record: RemoteCustomer, values: dict[str, str] | None = None
) -> Attempt | None:
    """Store key and body, if the record is still what the plan showed; otherwise the item falls out."""
    with db.write():
        held.hold_to_write()
        pair = apply.lock(back.item.pairing_id)
        written = _written_before(pair, kind, body) if pair is not None else None
        if pair is None or not _is_shown(pair, back, record, kind, written is not None):
            back.item.settle("moved")
            held.again()
            return None
        attempt = written or Attempt.create(
            company=pair.company_id, connection=pair.connection_id, pairing=pair, kind=kind, number=back.number,
            body_json=json.dumps(body, ensure_ascii=False), fields_json=json.dumps(values or {}, ensure_ascii=False),
        )  # fmt: skip
        attempt.begin_try()
        return attempt


def _heard_of(back: Back) -> Attempt | None:
    """The update whose answer nobody heard: what is there now says that it took effect."""
    pair = Pairing.found(back.item.company, back.item.pairing_id)
    return Attempt.pending(pair, attempts.UPDATE) if pair is not None else None


def _written_before(pair: Pairing, kind: str, body: object) -> Attempt | None:
    """The same write whose outcome is not known, while its key is young."""
    pending = Attempt.pending(pair, kind)
    if pending is None or not pending.is_young():
        return None
    return pending if pending.body == body else None


def _is_shown(pair: Pairing, back: Back, record: RemoteCustomer, kind: str, again: bool) -> bool:
    """What stands there is what the plan showed; after an unclear write it may be partly what we sent."""
    if not runs_undo.is_as_seen(back.item, pair):
        return False
    now, known = read(record), pair.mirror.values
    moved = [name for name in known if not same(now[name], known[name])]
    sent = {name for name in moved if kind == attempts.UPDATE and same(now[name], back.values.get(name, now[name]))}
    return not [name for name in moved if name not in sent or name not in back.values]


@db.retrying
def _settle(
    held: Lane,
    back: Back,
    record: RemoteCustomer | None,
    reason: str = "",
    *,
    kept: str = "",
    attempt: Attempt | None = None,
) -> None:
    """Enter what is there now, give ours its values back and end the pair; a `reason` means that the item failed."""
    with db.write():
        held.hold()
        item, pair = RunItem.of_pairing(back.item.pairing_id), apply.lock(back.item.pairing_id)
        if back.removes and record is None:
            attempt = Attempt.pending(back.item.pairing_id, attempts.DELETE)
        # A deletion is ours where a call of ours may have done it.
        by_us = attempt is not None and (not back.removes or attempt.tries > 0)
        if attempt is not None:
            attempt.settle(attempts.DONE if by_us else attempts.STALE)
        if item is None or pair is None or pair.mirror is None or reason:
            if item is not None:
                item.settle(reason or "moved")
            held.again()
            return
        if kept:
            item.note = item.note | {"kept": kept}
        _enter(pair, item, record, by_us=by_us)
        runs_undo.put_back(pair, item)
        item.settle()
        held.finish()
    if back.removes:
        ports.failpoint("remove.settled")
    else:
        ports.failpoint("push.settled")


def _enter(pair: Pairing, item: RunItem, record: RemoteCustomer | None, *, by_us: bool) -> None:
    facts = {"by": item.run.ordered_by, "run_id": item.run_id}
    if record is not None and record.number == pair.mirror.number:
        written = item.values_after.get("theirs", {})
        pull.store(pair.mirror, record, cause="undo", wrote=written, **facts)
        push.keep_party(pair, read(record), written)
        return
    pull.mark_gone(pair.mirror)
    if by_us:
        History.note(
            pair.company_id, history.THEIRS, "undo", field="deleted", before=pair.mirror.label,
            connection=pair.connection_id, mirror_id=pair.mirror_id, customer_id=pair.customer_id,
            pairing_id=pair.id, **facts,
        )  # fmt: skip


def is_at_work(pairing_id: int) -> bool:
    """A run that is taken back has this pair in hand."""
    item = RunItem.of_pairing(pairing_id)
    return item is not None and item.run.kind == states.UNDO
