"""Answering many open questions with one choice: whose value stands, in one field or in all; and asking them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from webapp.models import history, lane, pairing
from webapp.models.confirmation import Confirmation
from webapp.models.connection import Connection
from webapp.models.field_rule import FieldRule, Policy
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.pairing import Pairing
from webapp.models.run import Run, RunItem
from webapp.sync import answering, apply, foresee, holding, pairings, standing
from webapp.sync.beats import Beat, heard
from webapp.sync.fields import NAMES
from webapp.sync.foresee import Foresight
from webapp.sync.guard import Effect, Grade
from webapp.sync.normalise import same
from webapp.sync.pairings import Moved
from webapp.sync.plan import Base, FieldPlan, Plan, Presence, Rules, answered, plan
from webapp.sync.runs_plan import Changes, Planned, Selection, changed, pairings_of
from webapp.sync.section import Section
from webapp.sync.undo_plan import ASK, ASK_THERE, Known, is_cut, left, ready

ALL = "all"
ANSWERS = ("both", "ours", "theirs")
FIELDS = (ALL, *NAMES)


def plan_answers(connection: Connection, picked: Selection, choices: Mapping[str, str], beat: Beat) -> list[Planned]:
    """The picked conflicts, or all, each with what the answer makes of its fields."""
    foresight, found = Foresight(connection), pairings_of(connection, picked, Section.CONFLICT.value)
    return [_answer(foresight, one, choices) for one in heard(beat, found)]


def _answer(foresight: Foresight, found: Pairing, choices: Mapping[str, str]) -> Planned:
    customer, mirror = found.customer, found.mirror
    if found.state != pairing.OPEN or mirror is None:
        return Planned(customer, mirror, found.id, held="nothing_asked")
    planned = standing.plan_of(found)
    asked = {one.name: one for one in planned.questions if choices["field"] in (ALL, one.name)}
    answers = dict.fromkeys(asked, choices["answer"])
    if not answers:
        return Planned(customer, mirror, found.id, held=_unasked(planned))
    pulls, pushes = _writes(found, answers)
    wrong, ours = foresight.of_change(pushes), customer.values
    weighty, told = foresee.weighed(_in_the_books(found, asked, pushes))
    before, after = _sides(found, pulls, pushes)
    note: dict[str, Any] = {"answers": answers, "pair": found.version, "was": _was(found, answers)} | told
    note |= {"fields": wrong, "values": {n: ours[n] for n in wrong}} if wrong else {}
    held = "foreseen" if wrong else weighty
    return Planned(customer, mirror, found.id, None, before, after, held, note, foresight.calls(pushes))


def _unasked(planned: Plan) -> str:
    return "nothing_asked" if planned.presence == Presence.BOTH else "asked_alone"


def _after(found: Pairing, answers: Mapping[str, str]) -> Plan:
    """What is left to do once these answers are given and what they mean in the books is confirmed."""
    ours, theirs, rules = found.customer.values, found.mirror.values, standing.rules_of(found)
    guarded = {name: value for name, value in rules.guarded.items() if name not in answers}
    rules = replace(rules, guarded=guarded, held=rules.held - answers.keys())
    return plan(ours, theirs, answered(answers, ours, theirs, found.base), rules, party=found.party)


def _writes(found: Pairing, answers: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What these answers write here, and there."""
    then = _after(found, answers)
    pulls, pushes = ({n: v for n, v in written.items() if n in answers} for written in (then.pulls, then.pushes))
    return pulls, pushes


def _sides(found: Pairing, pulls: Mapping[str, str], pushes: Mapping[str, str]) -> tuple[Changes, Changes]:
    now = {"ours": found.customer.values, "theirs": found.mirror.values}
    return changed(now, {"ours": pulls, "theirs": pushes})


def _in_the_books(found: Pairing, asked: Mapping[str, FieldPlan], pushes: Mapping[str, str]) -> dict[str, Effect]:
    """Field -> what it means there that ours is sent, where that does not go by itself."""
    effects = {name: holding.effect_of(found, asked[name]) for name in pushes if name in asked}
    return {name: one for name, one in effects.items() if one is not None and one.grade != Grade.HARMLESS}


def _was(found: Pairing, answers: Mapping[str, str]) -> dict[str, Any]:
    """Everything that makes these fields questions, so that they can be asked again."""
    base, ours, theirs = found.base, found.customer.values, found.mirror.values
    return {
        "values": {name: [ours[name], theirs[name]] for name in answers},
        "base": {name: base.get(name) for name in answers},
        "brake": {name: what for name, what in found.brake.items() if name in answers},
        "guard": {name: entry for name, entry in found.guard.items() if name in answers},
    }


def carry_out(connection: Connection, run: Run, item: RunItem, choices: Mapping[str, str]) -> None:
    """Give one pair's answers. What is to be written there is the lane's. Raises Moved."""
    seen = pairings.Versions(item.seen_version, item.seen_theirs, item.note["pair"])
    found = pairings.seen_pair(connection, item.pairing_id, seen)
    answers = item.note["answers"]
    pulls, pushes = _writes(found, answers)
    if _sides(found, pulls, pushes)[1] != item.values_after:
        raise Moved("by the rules of now it would be another change than was shown")
    asked = {one.name: one for one in standing.plan_of(found).questions}
    _, told = foresee.weighed(_in_the_books(found, asked, pushes))
    if told.get("effects", {}).items() - item.note.get("effects", {}).items():
        raise Moved("in the books it would mean what nobody was shown")
    answering.give(found, answers, run.ordered_by, run.id)
    item.settle()


# -- and back


def plan_undo(known: Known, item: RunItem) -> Planned:
    """Every answer whose values still stand on both sides goes back on the side that lost, and is a question again."""
    pair, customer, mirror, held = known.pair(item)
    if held or customer is None or mirror is None or pair is None:
        return left(known, item, held)
    was, new = item.note["was"], item.values_after
    now = {"ours": customer.values, "theirs": mirror.values}
    stood = [name for name, pair_of in was["values"].items() if _stands(name, pair_of, new, now, pair.base)]
    closed = known.closed({side: list(values) for side, values in new.items()}, stood)
    open_ = [name for name in stood if name not in closed]
    standing_still = _asked(was, open_, known.policy)
    if open_ and not standing_still:
        return left(known, item, "ruled")
    ruled = [name for name in open_ if name not in standing_still]
    after: dict[str, dict[str, str]] = {
        side: {name: was["values"][name][at] for name in standing_still if name in new.get(side, {})}
        for at, side in enumerate(("ours", "theirs"))
    }
    before, after = changed(now, after)
    note = {"was": _only(was, standing_still)} | ({"closed": closed} if closed else {})
    note |= {"ruled": ruled} if ruled else {}
    stays = [name for name in was["values"] if name not in stood]
    does = ASK_THERE if after.get("theirs") else ASK
    return ready(known, item, pair, customer, mirror, does, before, after, stays, note)


def _stands(
    name: str, seen: list[str], new: Mapping[str, Mapping[str, str]], now: Mapping[str, Any], base: Base
) -> bool:
    """Both sides still hold what the answer left them with; theirs may not have been sent it yet."""
    ours, sent, there = new.get("ours", {}).get(name, seen[0]), new.get("theirs", {}).get(name), now["theirs"][name]
    has_arrived = sent is not None and (same(sent, there) or is_cut(sent, there, base.get(name)))
    return same(ours, now["ours"][name]) and (has_arrived or same(seen[1], there))


def _asked(was: Mapping[str, Any], names: list[str], policy: Policy) -> list[str]:
    """Of these fields those that are questions again once all is as it was: the others a rule would answer at once."""
    ours, theirs = ({name: was["values"][name][side] for name in names} for side in (0, 1))
    base = {name: (both[0], both[1]) for name in names if (both := was["base"].get(name)) is not None}
    guarded = {name: entry["value"] for name, entry in was["guard"].items()}
    held = Pairing(brake=was["brake"]).held
    planned = plan(ours, theirs, base, Rules(policy.winners, policy.directions, guarded, same_party=True, held=held))
    asked = {one.name for one in planned.questions}
    return [name for name in names if name in asked]


def is_asked(item: RunItem, pair: Pairing) -> bool:
    """By the rules of now, every question that the item takes up again would stand; true of items that ask nothing."""
    if item.note["does"] not in (ASK, ASK_THERE):
        return True
    names = list(item.note["was"]["values"])
    return _asked(item.note["was"], names, FieldRule.policy(pair.connection_id)) == names


def _only(was: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    return {part: {name: of[name] for name in names if name in of} for part, of in was.items()}


def ask_again(pair: Pairing, item: RunItem) -> None:
    """Ours get their values back and the questions stand as before, in the caller's transaction."""
    run, was = item.run, item.note["was"]
    by = run.ordered_by
    facts = {"connection": pair.connection_id, "mirror_id": pair.mirror_id, "pairing_id": pair.id}
    facts |= {"by": by, "run_id": run.id}
    apply.take(pair.customer, item.values_after.get("ours", {}), cause="undo", **facts)
    base = {name: both for name, both in pair.base.items() if name not in was["base"]}
    pair.base = base | {name: (both[0], both[1]) for name, both in was["base"].items() if both is not None}
    pair.brake, pair.guard = pair.brake | was["brake"], pair.guard | was["guard"]
    Confirmation.use(pair, list(was["base"]))
    pair.version += 1
    pair.save()
    History.note(pair.company_id, history.PAIR, "undo", field="asked", customer_id=pair.customer_id, **facts)
    if apply.settle(pair, cause="undo", by=by, run_id=run.id).pushes:
        Lane.wake(pair.connection, lane.PAIR, pair.id)
