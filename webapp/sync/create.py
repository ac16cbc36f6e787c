"""Create a partner in e-conomic exactly once (sync rules §4): number and key are committed before the call."""

from __future__ import annotations

import json

from webapp import db, ports
from webapp.economic.client import Client
from webapp.economic.errors import EconomicError, Garbled, Missing, Refused
from webapp.economic.limits import faults_in
from webapp.economic.records import Customer as RemoteCustomer
from webapp.economic.records import new_body
from webapp.models import attempt as attempts
from webapp.models import pairing
from webapp.models.attempt import Attempt
from webapp.models.connection import Connection
from webapp.models.default_rule import DefaultRule
from webapp.models.field_rule import FieldRule
from webapp.models.inbox import Inbox
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import RunItem
from webapp.sync import apply, pull, push
from webapp.sync.creations import NOT_CREATED, give_up, never_sent, note_made, open_there, stood_there
from webapp.sync.fields import NAMES, REFERENCES, Values, read, spelled
from webapp.sync.normalise import same
from webapp.sync.plan import UNSURE, Base

TELLING = frozenset(NAMES) - {"name", "country", *REFERENCES}
"""What tells a customer from another of the same name."""


def step(held: Lane, client: Client, pairing_id: int) -> None:
    """Bring an open creation to its end: send, repeat, or find out what became of it. Raises temporary faults."""
    absent = Attempt.found_absent(pairing_id)
    if absent is not None and Inbox.tells_of(absent.connection, absent.number, absent.heard):
        _look_before_repeating(held, client, absent)  # A call has named it since: it was there, or somebody else is.
        return
    attempt = _intend(held, pairing_id)
    if attempt is None:
        return
    ports.failpoint("create.intended")
    doubtful = attempt.tries > 0
    if doubtful and not attempt.key_lives():
        _look_before_repeating(held, client, attempt)
        return
    _send(held, client, attempt, doubtful)


@db.retrying
def _intend(held: Lane, pairing_id: int) -> Attempt | None:
    with db.write():
        held.hold_to_write()
        pair = apply.lock(pairing_id)
        if pair is None or pair.state != pairing.CREATING or pair.fault:
            held.finish()
            return None
        pending = Attempt.pending(pair, attempts.CREATE)
        if pending is not None and pending.tries:
            return pending
        policy = FieldRule.policy(pair.connection_id)
        gone = bool(pair.customer.deleted_at)
        if gone or "theirs" in policy.not_created:
            never_sent(pending)
            give_up(pair, "deleted_before_creation" if gone else NOT_CREATED)
            held.finish()
            return None
        stood = stood_there(pair)
        values = open_there(policy, stood or pair.customer.values)
        body = new_body(spelled(values if stood else _filled(pair, values), "legacy"), pair.new_number)
        if pending is not None and pending.body == body:
            return pending
        never_sent(pending)
        wrong = faults_in(body, "legacy")
        if wrong:
            push.refuse(pair, values, "refused", wrong)
            RunItem.settle_pairing(pair.id, "refused")
            held.finish()
            return None
        return Attempt.create(
            company=pair.company_id, connection=pair.connection_id, pairing=pair, kind=attempts.CREATE,
            number=pair.new_number, body_json=json.dumps(body, ensure_ascii=False),
            fields_json=json.dumps(values, ensure_ascii=False),
        )  # fmt: skip


def _filled(pair: Pairing, values: dict[str, str]) -> dict[str, str]:
    """Our values, with what the rules for new customers and the defaults say where ours are empty."""
    filled = DefaultRule.filled(pair.connection, pair.customer.values)
    return {name: filled[name] for name in values}


def _send(held: Lane, client: Client, attempt: Attempt, doubtful: bool) -> None:
    if not _begin_try(held, attempt):
        return
    try:
        created = client.create(attempt.body, attempt.key)
    except Refused as fault:
        if doubtful:
            _look_before_repeating(held, client, attempt)
        else:
            _refused(held, attempt, fault)
        return
    except Missing as fault:
        _no_such_address(held, client, attempt, fault)
        return
    except EconomicError as fault:
        attempt.fail(fault)  # Only one that surely came before the effect lets the number go later.
        raise
    ports.failpoint("create.answered")
    if created.from_cache:
        _find_again(held, client, attempt, created.customer)
    else:
        _settle(held, attempt, created.customer, told=created.customer)


@db.retrying
def _begin_try(held: Lane, attempt: Attempt) -> bool:
    with db.write():
        held.hold_to_write()
        begun = attempt.begin_try()
        if not begun:
            held.again()
    return begun


def _no_such_address(held: Lane, client: Client, attempt: Attempt, fault: Missing) -> None:
    """Nothing was made by this call, and repeating it would only replay the 404: a new key, later. After an earlier
    try e-conomic is asked."""
    if attempt.tries > 1:
        _look_before_repeating(held, client, attempt)
        return
    with db.write():
        held.hold()
        attempt.settle(attempts.STALE, kind=attempts.ABSENT)
    raise Garbled("a 404 in answer to a creation") from fault


def _find_again(held: Lane, client: Client, attempt: Attempt, told: RemoteCustomer) -> None:
    """It was created before, and its answer lost. What it is now counts; created twice it is never.

    A free number was deleted or renumbered: the look that follows finds out which. Where neither name nor CVR number is
    as told, a colleague renamed it or gave its number away: a person says which.
    """
    try:
        record = client.legacy_customer(attempt.number)
    except Missing:
        _settle(held, attempt, told, told=told, look=True)
        return
    _settle(held, attempt, record, told=told, unsure=_is_another(attempt, record))


def _is_another(attempt: Attempt, record: RemoteCustomer) -> bool:
    """Neither name nor CVR number is what we sent: the number may have been given to somebody else since."""
    now = read(record)
    return not any(_stands(attempt, now, name) for name in ("name", "cvr") if attempt.fields.get(name))


def _stands(attempt: Attempt, theirs: Values, name: str) -> bool:
    """They hold what we sent; e-conomic may have put it in capitals."""
    return push.stored_as(attempt.fields.get(name, "").casefold(), theirs[name].casefold())


def _look_before_repeating(held: Lane, client: Client, attempt: Attempt) -> None:
    """Is it there? An earlier try may have made it, so not even a refusal says no. A look-up that fails raises and
    leaves it unknown; only e-conomic's own 404 means absent.

    And a webhook since then that names the number means that it was there: it is not made twice, a person is asked.
    """
    try:
        record = client.legacy_customer(attempt.number)
    except Missing:
        if Inbox.tells_of(attempt.connection, attempt.number, attempt.heard):
            _settle(held, attempt, _as_sent(attempt), look=True)
            return
        with db.write():
            held.hold()
            attempt.settle(attempts.STALE, kind=attempts.ABSENT)
        held.again()
        return
    now = read(record)
    if _may_be_ours(attempt, now):
        _settle(held, attempt, record, unsure=not _is_ours(attempt, now))
    else:
        _leave(held, attempt)


@db.retrying
def _leave(held: Lane, attempt: Attempt) -> None:
    """Somebody else has the number: a person decides."""
    with db.write():
        held.hold()
        _give_way(attempt)
        held.finish()


def _give_way(attempt: Attempt) -> None:
    attempt.settle(attempts.REFUSED, kind="number_held")
    pair = apply.lock(attempt.pairing_id)
    if pair is not None:
        push.refuse(pair, attempt.fields, "number_held", ())
        RunItem.settle_pairing(pair.id, "number_held")


def _is_ours(attempt: Attempt, theirs: Values) -> bool:
    """The fingerprint: everything we sent is there, more than a name, and that uncut, for a shorter one may be somebody
    else's."""
    sent = {name for name, value in attempt.fields.items() if value}
    is_named = same(attempt.fields["name"].casefold(), theirs["name"].casefold())
    return is_named and bool(sent & TELLING) and all(_stands(attempt, theirs, name) for name in sent)


def _may_be_ours(attempt: Attempt, theirs: Values) -> bool:
    """Our CVR number stands there, or no other and something of what names us: ours, edited since, or one like it."""
    cvr = attempt.fields.get("cvr", "")
    told = ("cvr",) if cvr and theirs["cvr"] else ("name", "ean", "email", "phone")
    return any(_stands(attempt, theirs, name) for name in told if attempt.fields.get(name))


@db.retrying
def _settle(
    held: Lane,
    attempt: Attempt,
    record: RemoteCustomer,
    *,
    told: RemoteCustomer | None = None,
    unsure: bool = False,
    look: bool = False,
) -> None:
    """The partner exists: pair with it and let base be what was sent and what they hold.

    A field that a default filled has no base yet, so the plan fills ours with it. `told`: e-conomic's word of what it
    made; `record` may have been edited since, or, `unsure`, be somebody else's. `look`: it may have moved since.
    """
    with db.write():
        held.hold()
        attempt.settle(attempts.DONE)
        pair = apply.lock(attempt.pairing_id)
        if pair is None or pair.state != pairing.CREATING:
            held.finish()
            return
        mirror = _entered(pair.connection, record)
        if mirror is None:
            _give_way(attempt)
            held.finish()
            return
        pair.mirror, pair.state, pair.fault = mirror, pairing.OPEN, {}
        made = told or _as_sent(attempt)
        made_there = read(made)
        now = made_there if told is not None and unsure else read(record)
        if unsure:
            pair.party = UNSURE
        pair.base = _agreed(pair.base, attempt.fields, now, made_there)
        pair.version += 1
        pair.save()
        run_id = RunItem.running(pair.id)
        note_made(pair, f"{made_there['name']} ({made.number})", run_id, by_us=told is not None or not unsure)
        planned = apply.settle(pair, cause="create", run_id=run_id)
        note = {"ours": pair.customer.values, "theirs": made_there, "updated": made.last_updated or ""}
        RunItem.settle_pairing(pair.id, made=note)
        if planned.pushes or look:
            held.again()
        else:
            held.finish()
    ports.failpoint("create.settled")


def _entered(connection: Connection, record: RemoteCustomer) -> Mirror | None:
    """The row of who stands there; None where that is another pair's by now."""
    mirror = Mirror.with_number(connection, record.number)
    if mirror is None or Pairing.of_mirror(mirror) is not None:
        return None if mirror else pull.enter(connection, record)
    pull.store(mirror, record)
    return mirror


def _agreed(base: Base, fields: Values, now: Values, made_there: Values) -> Base:
    """What was sent and stands there. What a pair that a run brings back had not settled is asked about again; what was
    agreed to differ still is."""
    sent = {name: (value, now[name]) for name, value in fields.items() if same(value, now[name])}
    apart = {name: (both[0], made_there[name]) for name, both in base.items() if not same(*both)}
    return apart | {name: both for name, both in (base or sent).items() if name in sent}


def _as_sent(attempt: Attempt) -> RemoteCustomer:
    return RemoteCustomer(attempt.number, attempt.body, "legacy")


@db.retrying
def _refused(held: Lane, attempt: Attempt, fault: Refused) -> None:
    with db.write():
        held.hold()
        attempt.settle(attempts.REFUSED, kind=fault.kind, text=fault.message, log_id=fault.log_id or "")
        pair = apply.lock(attempt.pairing_id)
        if pair is not None:
            push.refuse(pair, attempt.fields, fault.kind, fault.fields, fault.message)
            RunItem.settle_pairing(pair.id, fault.kind)
        held.finish()
