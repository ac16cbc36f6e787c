"""Histories: a seed's list of steps, each a verb with its own chance, some to happen inside a call of somebody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from webapp.simulation import (
    accountants,
    aim,
    bulk,
    deletions,
    deliveries,
    letters,
    loads,
    made,
    mending,
    moods,
    neighbour,
    orders,
    people,
    recovery,
    rulings,
    trouble,
    window,
)
from webapp.simulation.people import Verb

STEPS = 40
VERBS: dict[str, tuple[Verb, int]] = {
    "work": (trouble.work, 30),
    "we add": (people.add, 3),
    "we open a form": (people.open_form, 2),
    "we edit": (people.edit, 12),
    "we delete": (deletions.remove, 2),
    "we delete a partner": (deletions.remove_partner, 1),
    "we delete the other": (deletions.delete_other, 1),
    "we erase": (deletions.erase, 2),
    "we open a dialog": (window.open_dialog, 3),
    "we pair": (window.pair, 6),
    "we create there": (window.create_there, 5),
    "we create here": (window.create_here, 6),
    "we answer": (window.answer, 6),
    "we insist": (window.insist, 1),
    "we confirm": (window.confirm_same, 1),
    "we decide": (deletions.decide_deleted, 3),
    "we give up": (window.cancel, 1),
    "we unpair": (window.unpair, 1),
    "we try again": (window.try_again, 2),
    "we exclude": (rulings.exclude, 2),
    "we tell apart": (rulings.tell_apart, 1),
    "we order": (bulk.order, 3),
    "we order partners there": (bulk.order_there, 1),
    "we order copies": (bulk.order_here, 1),
    "we pair many": (bulk.pair_many, 1),
    "we pair as ours": (bulk.pair_as_ours, 0),
    "we load a file": (loads.load, 3),
    "we take a file back": (loads.undo, 1),
    "we have a plan made": (made.order, 2),
    "we leave many out": (bulk.leave_out, 1),
    "we choose anew": (bulk.choose_anew, 1),
    "we pause a run": (bulk.pause, 1),
    "we go on": (bulk.go_on, 2),
    "we stop": (bulk.stop, 1),
    "we undo": (bulk.undo, 3),
    "we rule a field": (rulings.rule_field, 2),
    "we rule customers": (rulings.rule_customers, 1),
    "we take a rule back": (rulings.take_back, 1),
    "we rule defaults": (rulings.rule_defaults, 1),
    "we check up": (mending.check_up, 1),
    "we mend by cause": (mending.by_cause, 1),
    "we name a coming group": (mending.name_a_coming_group, 1),
    "we change the books": (people.edit_reference, 2),
    "we change a currency": (people.edit_currency, 1),
    "we rest": (orders.rest, 1),
    "we rehearse": (orders.rehearse, 1),
    "we go live": (orders.go_live, 2),
    "we try the webhook": (orders.try_webhook, 1),
    "we compare": (orders.compare_now, 2),
    "we brake": (orders.answer_brake, 1),
    "we answer the emptied": (orders.answer_emptied, 1),
    "we set": (orders.settings, 2),
    "we switch off": (orders.switch_off, 0),
    "they add": (accountants.add, 4),
    "they add the same": (accountants.add_same, 2),
    "they add elsewhere": (accountants.add_elsewhere, 0),
    "they make the group": (mending.make_the_group, 1),
    "they invoice": (accountants.invoice, 2),
    "they bill all": (accountants.bill_all, 0),
    "they import": (accountants.mass_add, 1),
    "they edit": (accountants.edit, 12),
    "they edit elsewhere": (accountants.edit_unmapped, 2),
    "they delete": (accountants.delete, 2),
    "they reuse": (accountants.reuse, 1),
    "they give it away": (accountants.give_away, 1),
    "they renumber": (accountants.renumber, 2),
    "they swap": (accountants.swap, 1),
    "they shift": (accountants.shift, 1),
    "they take what we make": (accountants.take_made, 1),
    "they reuse what we make": (accountants.reuse_made, 1),
    "they bill": (accountants.mark_used, 1),
    "they lose half": (accountants.mass_delete, 1),
    "they empty most": (accountants.mass_blank, 1),
    "the neighbour edits": (neighbour.edit, 2),
    "postman goes round": (letters.go_round, 2),
    "webhooks arrive": (deliveries.deliver, 8),
    "webhooks repeat": (deliveries.deliver_twice, 2),
    "webhooks vanish": (deliveries.lose, 2),
    "workers get ahead": (trouble.get_ahead, 4),
    "time passes": (trouble.wait, 8),
    "worker stalls": (trouble.stall, 2),
    "worker is slow": (trouble.slow, 0),
    "clock is set": (trouble.set_clock, 2),
    "clock runs ahead": (trouble.run_ahead, 0),
    "clock is right": (trouble.run_true, 0),
    "call fails": (trouble.fault, 8),
    "creation unanswered": (trouble.unanswered, 2),
    "look-up fails": (trouble.look_up, 1),
    "no such address": (trouble.no_such_address, 1),
    "list cut short": (trouble.short_list, 1),
    "key grows old": (trouble.age, 1),
    "call is forbidden": (trouble.forbid, 1),
    "creation is forbidden": (trouble.forbid_creations, 0),
    "update is forbidden": (trouble.forbid_updates, 1),
    "outage": (trouble.outage, 2),
    "service asks to wait": (trouble.ask_to_wait, 1),
    "grant is withdrawn": (trouble.revoke, 1),
    "we reconnect": (trouble.reconnect, 1),
    "newer service": (trouble.newer_service, 1),
    "newer service at last": (trouble.newer_at_last, 0),
    "all works again": (recovery.recover, 1),
    "process dies": (trouble.kill, 6),
    "disk fails": (trouble.disk_fails, 2),
    "process dies soon": (trouble.die_soon, 1),
    "process dies taking over": (trouble.die_taking_over, 1),
    "process dies calling": (trouble.kill_on_the_line, 3),
}
_NAMES = tuple(VERBS)
_WEIGHTS = {name: weight for name, (_, weight) in VERBS.items()}
INSIDE = 0.35
MOMENTS = ("before", "after", "before", "after", "before PUT", "after PUT", "commit", "claimed")
_NOT_INSIDE = (
    "call fails", "call is forbidden", "creation is forbidden", "update is forbidden", "creation unanswered",
    "look-up fails", "no such address", "list cut short", "process dies", "process dies soon", "process dies calling",
    "service asks to wait",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """`index` gives the step its chance, also when others are left out; `calls` > 0: it waits for that many calls
    (or commits, or claims) of a worker and then happens inside, at `moment`."""

    index: int
    verb: str
    calls: int = 0
    moment: str = ""

    def __str__(self) -> str:
        inside = f" (inside, {self.moment} call {self.calls})" if self.calls else ""
        return f"{self.index}: {self.verb}{inside}"


def history(seed: int, length: int = STEPS, only: Iterable[int] | None = None) -> list[Step]:
    """The steps of a seed; `only` keeps those with these indexes."""
    r = Random(f"history/{seed}")
    way, stories = aim.way(seed), aim.stories(r, seed)
    weights = moods.leaning(r, _WEIGHTS, {verb for verb, *_ in way if verb != "work"})
    steps = [_step(r, index, weights) for index in range(length)]
    for planned in (*stories, way):
        found = aim.places(r, length, len(planned), is_aimed=planned is way)
        for place, (verb, calls, moment) in zip(found, planned, strict=False):
            steps[place] = Step(place, verb, calls, moment)
    kept = None if only is None else set(only)
    return steps if kept is None else [step for step in steps if step.index in kept]


def _step(r: Random, index: int, weights: list[int]) -> Step:
    verb = r.choices(_NAMES, weights)[0]
    inside, calls, moment = r.random() < INSIDE, r.choice((1, 1, 2, 3)), r.choice(MOMENTS)
    if inside and verb not in _NOT_INSIDE:
        return Step(index, verb, 1 if "PUT" in moment else calls, moment)
    return Step(index, verb)
