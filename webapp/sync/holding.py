"""Writes into the books that wait for a person: noted on their pair, confirmed by name, blocked where nothing helps."""

from __future__ import annotations

import json
from collections.abc import Mapping

from peewee import fn

from webapp.economic.records import Customer as RemoteCustomer
from webapp.models import history
from webapp.models.confirmation import Confirmation
from webapp.models.history import History
from webapp.models.pairing import Pairing
from webapp.models.user import User
from webapp.sync import guard
from webapp.sync.guard import Effect, Grade
from webapp.sync.normalise import same
from webapp.sync.plan import FieldPlan, Outcome, Plan

Entry = dict[str, str]


def weigh(pair: Pairing, planned: Plan, record: RemoteCustomer) -> bool:
    """Note on the locked pair which of the planned writes wait; True when it must be planned again."""
    known, balance = pair.guard, guard.balance(record.raw)
    held: dict[str, Entry] = {}
    for field in planned.of(Outcome.PUSH, Outcome.HOLD):
        effect = _effect(pair, field, balance)
        if effect is None or effect.grade == Grade.HARMLESS:
            continue
        before = known.get(field.name, {})
        is_blocked = before.get("grade") == Grade.FORBIDDEN and balance is None and told(pair) != 0
        if is_blocked and same(before["value"], field.ours):
            held[field.name] = before
        elif effect.grade == Grade.FORBIDDEN or not _is_confirmed(pair, field):
            held[field.name] = _entry(effect, field.ours)
    return _note(pair, held)


def _effect(pair: Pairing, field: FieldPlan, balance: float | None) -> Effect | None:
    """Where the record does not tell the balance, what was told last counts against what would go by itself; what only
    a balance forbids is asked about once more just before it is sent."""
    effect = guard.effect(field.name, field.theirs, field.ours, balance)
    if balance is None and effect is not None and effect.grade == Grade.HARMLESS:
        return guard.effect(field.name, field.theirs, field.ours, told(pair))
    return effect


def forbid(pair: Pairing, name: str, effect: Effect, value: str) -> None:
    """Block a write on the locked pair: what was found just before sending it forbids it."""
    _note(pair, pair.guard | {name: _entry(effect, value)})


def is_freed(pair: Pairing, record: RemoteCustomer) -> bool:
    """A write is held that need not be any more: the customer owes nothing by now, or ours were changed meanwhile."""
    ours = pair.customer.values
    is_over = any(not same(entry["value"], ours[name]) for name, entry in pair.guard.items())
    is_blocked = any(entry["grade"] == Grade.FORBIDDEN for entry in pair.guard.values())
    return is_over or (is_blocked and guard.balance(record.raw) == 0)


def confirm(pair: Pairing, answers: Mapping[str, str], by: User | None) -> None:
    """Answers of a person who saw what they mean in the books (unsaved): "ours" goes there under that name."""
    ours, theirs, held = pair.customer.values, pair.mirror.values, pair.guard
    Confirmation.use(pair, list(answers))
    for name, choice in answers.items():
        held.pop(name, None)
        effect = guard.effect(name, theirs[name], ours[name], told(pair))
        if choice != "ours" or effect is None or effect.grade != Grade.SERIOUS:
            continue
        change = {"field": name, "before": theirs[name], "after": ours[name]}
        pairing = {"company": pair.company_id, "connection": pair.connection_id}
        Confirmation.create(**pairing, **change, pairing=pair, effect=effect.name, created_by=by)
        facts = {"customer_id": pair.customer_id, "mirror_id": pair.mirror_id, "pairing_id": pair.id, "by": by}
        History.note(pair.company_id, history.PAIR, "confirm", connection=pair.connection_id, **change, **facts)
    pair.guard = held


def effect_of(pair: Pairing, field: FieldPlan) -> Effect | None:
    """What it would mean in the books if ours went there, as far as our own tables know."""
    if field.name not in guard.FIELDS:
        return None
    entry = pair.guard.get(field.name, {})
    if entry and same(entry["value"], field.ours):
        return Effect(entry["effect"], Grade(entry["grade"]))
    return guard.effect(field.name, field.theirs, field.ours, told(pair))


def told(pair: Pairing) -> float | None:
    """The customer's balance when e-conomic last told it."""
    return guard.balance(json.loads(pair.mirror.raw_json or "{}"))


def _is_confirmed(pair: Pairing, field: FieldPlan) -> bool:
    given = Confirmation.open_of(pair).where(Confirmation.field == field.name)
    fits = any(same(one.before, field.theirs) and same(one.after, field.ours) for one in given)
    return fits and not _was_changed_since(pair, field.name)


def _was_changed_since(pair: Pairing, name: str) -> bool:
    """Ours were given another value after the word was given: it was for that change, not for one like it."""
    own = History.company == pair.company_id, History.customer_id == pair.customer_id, History.field == name
    lines = History.select(fn.MAX(History.id)).where(*own)
    word = lines.where(History.cause == "confirm", History.pairing_id == pair.id).scalar()
    return bool((lines.where(History.side == history.OURS).scalar() or 0) > (word or 0))


def _entry(effect: Effect, value: str) -> Entry:
    return {"value": value, "grade": effect.grade.value, "effect": effect.name}


def _note(pair: Pairing, held: dict[str, Entry]) -> bool:
    if held == pair.guard:
        return False
    pair.guard = held
    pair.version += 1
    pair.save()
    return True
