"""Carry out a pair's plan as far as it concerns our own tables: pulls, agreements, places. Writes there are `push`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from webapp import ports
from webapp.models import attempt as attempts
from webapp.models import history, lane, pairing
from webapp.models.attempt import Attempt
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.user import User
from webapp.sync import emptying, rehearsal, standing
from webapp.sync.plan import Outcome, Plan, Presence, answered, plan

OF_ITSELF = ("pull", "create")
"""Causes by which nobody has decided about this very pair just now."""


def lock(pairing_id: int) -> Pairing | None:
    """The living pair with its two rows, locked in one order by every writer: customer, pair, mirror."""
    known = Pairing.get_or_none(Pairing.id == pairing_id)
    if known is None:
        return None
    customer = Customer.locked(known.customer_id)
    pair = Pairing.locked(pairing_id)
    if pair is None or customer is None or pair.state == pairing.CLOSED:
        return None
    pair.customer = customer
    if pair.mirror_id:
        pair.mirror = Mirror.locked(pair.mirror_id)
    return pair


def settle(
    pair: Pairing, *, cause: str, by: User | None = None, same_party: bool = False, run_id: int | None = None
) -> Plan:
    """Plan a locked pair in the caller's transaction; pull, agree and place. Answers with the plan as it was found.

    What the plan wants written there (`pushes`) and asks a person (`questions`) is left for the caller. A rehearsal
    pulls nothing and lets no rule answer.
    """
    ours = None if pair.customer.deleted_at else pair.customer.values
    theirs = None if pair.mirror.gone_at else pair.mirror.values
    rules = standing.rules_of(pair, fresh=True, same_party=same_party)
    free = plan(ours, theirs, pair.base, replace(rules, held=frozenset()), party=pair.party)
    emptying.weigh(pair, free, asked=cause not in OF_ITSELF)
    rules = replace(rules, held=pair.held)
    planned = plan(ours, theirs, pair.base, rules, party=pair.party)
    is_held_back = rehearsal.holds_back(pair.connection)
    if not is_held_back and _answer_by_rule(pair, planned, run_id):
        planned = plan(ours, theirs, pair.base, rules, party=pair.party)
    if planned.presence == Presence.CLOSE:
        pair.close("both_gone")
        standing.put_apart(pair)
        return planned
    if planned.presence == Presence.BOTH:
        carried_out = planned.only(Outcome.AGREE) if is_held_back else planned
        _pull(pair, carried_out, cause=cause, by=by, run_id=run_id)
        _move_base(pair, carried_out)
        _forget_fault(pair, planned)
    standing.put_pair(pair, planned if planned.is_still else None)
    return planned


def place_creating(pair: Pairing) -> None:
    """An open creation whose customer changed: a fault it stood with may be mended, so it is tried again; one that may
    have been made is never given up unasked."""
    pending = Attempt.pending(pair, attempts.CREATE)
    may_be_made = pending is not None and pending.tries > 0
    if pair.customer.deleted_at and pair.fault and not may_be_made:
        pair.close("deleted_before_creation")
        standing.put_apart(pair)
        return
    if pair.fault and (pair.fault.get("kind") == "refused" or may_be_made):
        pair.fault = {}
        pair.save()
    standing.put_pair(pair)


def catch_up(connection: Connection) -> None:
    """Customers changed while nothing was synchronised and told nobody, so all open creations are asked about, and
    pairs of which neither is there any more end."""
    gone = Pairing.living(connection).join(Customer).switch(Pairing).join(Mirror).where(Pairing.state == pairing.OPEN)
    for one in gone.where(Customer.deleted_at.is_null(False), Mirror.gone_at.is_null(False)).order_by(Pairing.id):
        pair = lock(one.id)
        if pair is not None and pair.state == pairing.OPEN:
            settle(pair, cause="pull")
    for one in Pairing.living(connection).where(Pairing.state == pairing.CREATING).order_by(Pairing.id):
        pair = lock(one.id)
        if pair is not None and pair.state == pairing.CREATING:
            place_creating(pair)
            Lane.wake(connection, lane.PAIR, pair.id)


def take(customer: Customer, values: dict[str, str], *, cause: str, **facts: Any) -> None:
    """Write values of theirs into our customer, with a line of history each, in the caller's transaction."""
    changes = {
        name: (getattr(customer, name), value) for name, value in values.items() if getattr(customer, name) != value
    }
    if not changes:
        return
    customer.take(values)
    customer.version, customer.updated_at = customer.version + 1, ports.now()
    customer.save()
    facts = {"customer_id": customer.id, "version": customer.version} | facts
    History.note_values(customer.company_id, history.OURS, cause, changes, **facts)


def _answer_by_rule(pair: Pairing, planned: Plan, run_id: int | None) -> bool:
    """Settle what both sides changed and a rule of the company decides, as if a person had answered just so."""
    decided = {f.name: "ours" if f.outcome == Outcome.PUSH else "theirs" for f in planned.collided}
    if not decided:
        return False
    for field in planned.collided:
        lost, kept = (field.theirs, field.ours) if decided[field.name] == "ours" else (field.ours, field.theirs)
        facts = {"customer_id": pair.customer_id, "mirror_id": pair.mirror_id, "pairing_id": pair.id}
        History.note(
            pair.company_id, history.PAIR, "rule", field=field.name, before=lost, after=kept,
            connection=pair.connection_id, run_id=run_id, **facts,
        )  # fmt: skip
    pair.base = answered(decided, pair.customer.values, pair.mirror.values, pair.base)
    pair.version += 1
    pair.save()
    return True


def _pull(pair: Pairing, planned: Plan, *, cause: str, by: User | None, run_id: int | None) -> None:
    facts = {"connection": pair.connection_id, "pairing_id": pair.id, "by": by, "run_id": run_id}
    take(pair.customer, planned.pulls, cause=cause, **facts)


def _move_base(pair: Pairing, planned: Plan) -> None:
    """Base moves per field, only for fields pulled or agreed (sync rules §3); pushed ones move after their write.

    Who theirs are is remembered at each such look, also while a question about the name is open.
    """
    base, theirs = dict(pair.base), pair.mirror.values
    party = (theirs["name"], theirs["cvr"])
    for field in planned.of(Outcome.PULL):
        base[field.name] = (field.theirs, field.theirs)
    for field in planned.of(Outcome.AGREE):
        base[field.name] = (field.ours, field.theirs)
    if base != pair.base or party != pair.party:
        pair.base, pair.party = base, party
        pair.version += 1
        pair.save()


def _forget_fault(pair: Pairing, planned: Plan) -> None:
    """A refusal stands only as long as we would send the same values again, and one of reading until it is read."""
    is_over = not planned.pushes or pair.fault.get("values") != planned.pushes
    if pair.fault and is_over and pair.state == pairing.OPEN and not pair.deleting:
        pair.fault = {}
        pair.version += 1
        pair.save()
