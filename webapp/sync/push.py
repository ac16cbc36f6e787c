"""Write our changes there: only the pushed fields, over what was just read, refused when anybody was faster."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from webapp import db, ports
from webapp.economic.client import Client
from webapp.economic.errors import EconomicError, FieldFault, Missing, Refused, StaleVersion
from webapp.economic.limits import faults_in
from webapp.economic.records import Customer as RemoteCustomer
from webapp.economic.records import overlay, writable
from webapp.models import attempt as attempts
from webapp.models import history
from webapp.models.attempt import Attempt
from webapp.models.confirmation import Confirmation
from webapp.models.connection import REHEARSING, Connection
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.pairing import Pairing
from webapp.models.run import RunItem
from webapp.sync import apply, guard, holding, pull, rehearsal, standing
from webapp.sync.fields import Values, named, read, spelled
from webapp.sync.guard import Effect, Grade
from webapp.sync.normalise import same
from webapp.sync.plan import Plan


@dataclass(frozen=True)
class Intent:
    """A write that has been stored and not yet sent."""

    attempt: Attempt
    record: RemoteCustomer


def intend(pair: Pairing, planned: Plan, record: RemoteCustomer) -> Intent | None:
    """Store the attempt for a plan's pushes, in the caller's transaction; None when it must not be sent.

    Values that were refused before, unchanged, are not sent again; values that cannot be right are refused here.
    """
    if holding.weigh(pair, planned, record):
        planned = apply.settle(pair, cause="pull")
    if not planned.pushes or pair.fault.get("values") == planned.pushes:
        return None
    body = overlay(writable(record), spelled(planned.pushes, record.service), record.service)
    if guard.strays(record.raw, body):
        refuse(pair, planned.pushes, "stray", [])
        return None
    wrong = [fault for fault in faults_in(body, record.service) if named(fault.property) in planned.pushes]
    if wrong:
        refuse(pair, planned.pushes, "refused", wrong)
        return None
    if rehearsal.holds_back(pair.connection):
        return None
    Attempt.update(state=attempts.STALE).where(
        Attempt.pairing == pair, Attempt.kind == attempts.UPDATE, Attempt.state.in_((attempts.OPEN, attempts.UNCLEAR))
    ).execute()
    attempt = Attempt.create(
        company=pair.company_id,
        connection=pair.connection_id,
        pairing=pair,
        kind=attempts.UPDATE,
        number=record.number,
        body_json=json.dumps(body, ensure_ascii=False),
        fields_json=json.dumps(planned.pushes, ensure_ascii=False),
    )
    return Intent(attempt, record)


def send(lane: Lane, client: Client, intent: Intent) -> None:
    """Make the call and settle it. Raises temporary faults; the lane is looked at again after them."""
    attempt = intent.attempt
    ports.failpoint("push.intended")
    try:
        if _is_forbidden(lane, client, intent):
            return
        after = write(client, intent)
    except (StaleVersion, Missing):
        _close(lane, attempt, attempts.STALE)
        lane.again()
        return
    except Refused as fault:
        _refused(lane, attempt, fault)
        return
    except EconomicError as fault:
        attempt.settle(attempts.UNCLEAR if fault.unclear else attempts.OPEN, kind=fault.kind, text=fault.message)
        raise
    ports.failpoint("push.answered")
    _settle(lane, attempt, after)


def _is_forbidden(lane: Lane, client: Client, intent: Intent) -> bool:
    """The newer service does not tell the balance, and a customer who owes keeps its currency: ask before sending. What
    was taken back while that was asked is not sent either."""
    attempt, record = intent.attempt, intent.record
    if "currency" not in attempt.fields or record.service == "legacy":
        return False
    told, value = client.legacy_customer(record.number), attempt.fields["currency"]
    effect = guard.effect("currency", read(record)["currency"], value, guard.balance(told.raw))
    if effect is None or effect.grade != Grade.FORBIDDEN:
        return not _is_still_wanted(lane, attempt)
    _forbid(lane, attempt, told, effect)
    return True


@db.retrying
def _is_still_wanted(lane: Lane, attempt: Attempt) -> bool:
    with db.write():
        lane.hold_to_write()
        pair = apply.lock(attempt.pairing_id)
        wanted = pair is not None and attempt.fields.items() <= standing.plan_of(pair).pushes.items()
        if not wanted:
            attempt.settle(attempts.STALE, kind="taken_back")
            lane.again()
    return wanted


@db.retrying
def _forbid(lane: Lane, attempt: Attempt, told: RemoteCustomer, effect: Effect) -> None:
    with db.write():
        lane.hold()
        attempt.settle(attempts.STALE, kind=effect.name)
        pair = apply.lock(attempt.pairing_id)
        if pair is not None:
            pull.keep_unmapped(pair.mirror, told)
            holding.forbid(pair, "currency", effect, attempt.fields["currency"])
            apply.settle(pair, cause="pull")
        lane.again()


def write(client: Client, intent: Intent) -> RemoteCustomer:
    """Send the body; what the customer is after it, read back unless the write's own answer says it."""
    attempt, record = intent.attempt, intent.record
    if record.service == "openapi":
        updated = client.update(attempt.body, record.number, attempt.key)
        if updated.customer is not None and not updated.from_cache:
            return updated.customer
        return client.customer(record.number)
    return _replace(client, attempt)


def _replace(client: Client, attempt: Attempt) -> RemoteCustomer:
    """The fallback without versions. A 201 brought a deleted customer back: it is taken away again (sync rules §3),
    or lives on where e-conomic no longer lets it go."""
    replaced = client.replace(attempt.number, attempt.body, attempt.key)
    if replaced.created and _lets_go(client, attempt):
        raise Missing("the customer was gone")
    return client.legacy_customer(attempt.number) if replaced.from_cache else replaced.customer


def wait_no_more(pair: Pairing, record: RemoteCustomer) -> None:
    """Nothing is left to send, so what became of an update whose answer was lost is seen by now; but whether one
    without version brought the customer back to life can be asked for a while yet."""
    pending = Attempt.pending(pair, attempts.UPDATE)
    if pending is not None and not (record.service == "legacy" and pending.key_lives()):
        pending.settle(attempts.STALE, kind="heard_late")


def take_back(lane: Lane, client: Client, connection: Connection, record: RemoteCustomer) -> bool:
    """Take away a customer that an update without version brought back to life, when the answer saying so was lost.

    True when it did. While e-conomic remembers the key it says again what it answered then, and only its own "created"
    counts (§3), then or now. One that it no longer lets go lives on.
    """
    if record.service != "legacy" or connection.rehearsal == REHEARSING:
        return False
    attempt = Attempt.unanswered(connection, [record.number]).get(record.number)
    if attempt is None or not attempt.key_lives() or not _as_sent(attempt.body, writable(record)):
        return False
    lane.ask_to_write()
    made = _made_it(client, attempt)
    is_gone = made and _lets_go(client, attempt)
    attempt.settle(attempts.STALE, kind="brought_back" if made else "heard_late")
    return is_gone


def _made_it(client: Client, attempt: Attempt) -> bool:
    """e-conomic's answer to the same update again is that it created the customer."""
    try:
        return client.replace(attempt.number, attempt.body, attempt.key).created
    except (Refused, Missing):
        return False


def _lets_go(client: Client, attempt: Attempt) -> bool:
    try:
        client.delete(attempt.number, f"{attempt.key}-undo")
    except Missing:
        return True
    except Refused:
        return False
    return True


def _as_sent(body: dict[str, Any], now: dict[str, Any]) -> bool:
    """The whole record is as the body says, so that sending it once more can change nothing."""
    return body.keys() == now.keys() and all(
        value == now[name] or (isinstance(value, str) and stored_as(value, str(now[name])))
        for name, value in body.items()
    )


@db.retrying
def _settle(lane: Lane, attempt: Attempt, after: RemoteCustomer) -> None:
    """Base moves last: per pushed field to what was sent and what they then said."""
    with db.write():
        lane.hold()
        attempt.settle(attempts.DONE)
        pair = apply.lock(attempt.pairing_id)
        if pair is None or pair.mirror is None:
            lane.finish()
            return
        before, now = pair.mirror.values, read(after)
        kept = {name for name, value in attempt.fields.items() if stored_as(value, now[name])}
        pull.store(pair.mirror, after, cause="push", wrote=kept)
        base = dict(pair.base)
        base |= {name: (attempt.fields[name], now[name]) for name in kept}
        pair.base = base
        keep_party(pair, now, kept)
        if pair.deleting and any(now[name] != before[name] for name in now.keys() - kept):
            # Somebody else changed it since a person ordered it to be deleted: that person has not seen it so.
            pair.deleting = False
            RunItem.settle_pairing(pair.id, "moved")
        pair.version += 1
        Confirmation.use(pair, list(kept))
        _note(pair, {name: (before[name], now[name]) for name in now if name in kept})
        ignored = {
            name: value
            for name, value in attempt.fields.items()
            if name not in kept and same(now[name], pair.base.get(name, ("", before[name]))[1])
        }
        if ignored:
            pair.fault = {"kind": "not_stored", "fields": dict.fromkeys(ignored, ""), "values": ignored}
        elif pair.fault:
            pair.fault = {}
        pair.save()
        planned = apply.settle(pair, cause="pull")
        if planned.pushes and not ignored:
            lane.again()
        else:
            lane.finish()
    ports.failpoint("push.settled")


def keep_party(pair: Pairing, now: Values, written: Collection[str]) -> None:
    """The name or CVR number that we wrote there makes nobody another party (unsaved)."""
    if pair.party:
        name, cvr = pair.party
        pair.party = now["name"] if "name" in written else name, now["cvr"] if "cvr" in written else cvr


def stored_as(sent: str, back: str) -> bool:
    """e-conomic kept the value: as it was, trimmed, or cut at its end."""
    return same(sent, back) or (bool(back.strip()) and sent.strip().startswith(back.strip()))


def _note(pair: Pairing, changes: dict[str, tuple[str, str]]) -> None:
    facts = {
        "connection": pair.connection_id,
        "pairing_id": pair.id,
        "mirror_id": pair.mirror_id,
        "customer_id": pair.customer_id,
    }
    changed = {name: values for name, values in changes.items() if values[0] != values[1]}
    History.note_values(pair.company_id, history.PAIR, "push", changed, **facts)


@db.retrying
def _refused(lane: Lane, attempt: Attempt, fault: Refused) -> None:
    with db.write():
        lane.hold()
        attempt.settle(attempts.REFUSED, kind=fault.kind, text=fault.message, log_id=fault.log_id or "")
        pair = apply.lock(attempt.pairing_id)
        if pair is not None:
            refuse(pair, attempt.fields, fault.kind, fault.fields, fault.message)
        lane.finish()


def refuse(
    pair: Pairing, values: dict[str, str], kind: str, faults: list[FieldFault] | tuple[FieldFault, ...], text: str = ""
) -> None:
    """Put a permanent fault on the pair, with the fields it names; it stands until one of the values changes."""
    fields = {named(fault.property) or fault.property: fault.code or fault.message for fault in faults}
    text = text or "; ".join(fault.message for fault in faults)
    pair.fault = {"kind": kind, "fields": fields, "text": text, "values": values}
    pair.version += 1
    pair.save()
    standing.put_pair(pair)


@db.retrying
def _close(lane: Lane, attempt: Attempt, state: str) -> None:
    with db.write():
        lane.hold()
        attempt.settle(state)
