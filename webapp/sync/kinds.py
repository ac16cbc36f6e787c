"""The kinds of bulk work: how each is planned, how one item of it is done, and which choices a person has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from webapp.models import run as states
from webapp.models.connection import Connection
from webapp.models.run import Run, RunItem
from webapp.sync import runs_create, runs_delete, runs_exclude, runs_load, runs_pair, runs_resolve
from webapp.sync.beats import Beat, unheard
from webapp.sync.runs_plan import Planned, Selection

JOINING = (states.CREATE_OURS, states.CREATE_THEIRS, states.PAIR)
Choices = Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """One kind of bulk work: how it is planned, how one item is done, which choices there are (the first is usual)."""

    plan: Callable[[Connection, Selection, Choices, Beat], list[Planned]]
    carry_out: Callable[[Connection, Run, RunItem, Choices], None]
    choices: Mapping[str, Sequence[str]]


KINDS: Mapping[str, Kind] = {
    states.CREATE_THEIRS: Kind(runs_create.plan_theirs, runs_create.carry_out_theirs, {"rule": runs_create.RULES}),
    states.CREATE_OURS: Kind(runs_create.plan_ours, runs_create.carry_out_ours, {"rule": runs_create.RULES}),
    states.PAIR: Kind(runs_pair.plan_pairs, runs_pair.carry_out, dict.fromkeys(runs_pair.GROUPS, runs_pair.CHOICES)),
    states.EXCLUDE: Kind(runs_exclude.plan_exclusions, runs_exclude.carry_out, {}),
    states.RESOLVE: Kind(
        runs_resolve.plan_answers,
        runs_resolve.carry_out,
        {"answer": runs_resolve.ANSWERS, "field": runs_resolve.FIELDS},
    ),
    states.DELETE: Kind(runs_delete.plan_deletions, runs_delete.carry_out, {"where": runs_delete.WHERE}),
    states.LOAD: Kind(runs_load.plan_lines, runs_load.carry_out, {"there": runs_load.THERE}),
}


def chosen(kind: str, given: Choices) -> dict[str, str]:
    """Every choice of this kind, the usual one where nothing, or nothing known, was given."""
    offered = KINDS[kind].choices if kind in KINDS else {}
    return {name: given[name] if given.get(name) in values else values[0] for name, values in offered.items()}


def planned(
    connection: Connection, kind: str, picked: Selection, settled: Choices, beat: Beat = unheard
) -> list[Planned]:
    """What would be done to those who are picked, or to everybody; nothing is stored."""
    items = KINDS[kind].plan(connection, picked, settled, beat)
    return runs_exclude.holding_back(connection, items) if kind in JOINING else items


def picked_again(items: Sequence[RunItem], kind: str) -> Selection:
    """The customers of these items; nobody (an impossible row) where there are none."""
    if kind == states.PAIR:
        return Selection(pairs=tuple((item.customer_id, item.mirror_id) for item in items) or ((0, 0),))
    if kind == states.LOAD:
        return Selection(lines=runs_load.lines_of(items))
    if kind in (states.RESOLVE, states.DELETE):
        return Selection(pairings=tuple(item.pairing_id for item in items) or (0,))
    ours = tuple(item.customer_id for item in items if item.customer_id and kind != states.CREATE_OURS)
    theirs = tuple(item.mirror_id for item in items if item.mirror_id and kind != states.CREATE_THEIRS)
    return Selection(ours=ours, theirs=theirs) if ours or theirs else Selection(places=(0,))
