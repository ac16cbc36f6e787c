"""Bulk work in a storm: people order runs of every kind, pause, go on with and stop them, and take them back."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import requests

from tests.kills.log import BOTH, OURS, THEIRS, Entry
from tests.kills.person import Person, hidden
from webapp.models import run as states
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import OPEN, Pairing
from webapp.models.place import Place
from webapp.models.run import Run, RunItem
from webapp.sync import runs_delete, runs_undo

if TYPE_CHECKING:
    from tests.kills.people import Load

Pick = Callable[["Load", Person, random.Random], dict[str, Any]]


def work(load: Load, person: Person, chance: random.Random) -> None:
    """Order something, or take something back; while a run is under way it is mostly left alone."""
    run = Run.current(Connection.get_by_id(load.facts.connection_id))
    if load.shown is not None:
        _apply(load, person, *load.shown)
    elif run is None:
        chance.choice((order, order, undo))(load, person, chance)
    elif chance.random() < (0.3 if run.state == states.PAUSED else 0.02):
        _steer(load, person, chance, run)


def order(load: Load, person: Person, chance: random.Random) -> None:
    """A plan of some kind for some customers."""
    kind = chance.choice([*PICKS, states.RESOLVE])
    picked = PICKS[kind](load, person, chance)
    if picked:
        _show(load, person.post(f"/runs/plans/{kind}", **picked), kind)


def undo(load: Load, person: Person, chance: random.Random) -> None:
    """ "Fortryd" for a run that has ended."""
    ended = Run.connection == load.facts.connection_id, Run.state.in_((states.DONE, states.STOPPED))
    over = [run for run in Run.select().where(*ended) if runs_undo.can_be_undone(run)]
    if over:
        run = chance.choice(over)
        if chance.random() < 0.5:
            _touch(load, person, chance.choice(list(RunItem.of(run, states.ITEM_DONE))), run.kind)
        _show(load, person.post(f"/runs/{run.id}/undo"), states.UNDO)


def _touch(load: Load, person: Person, item: RunItem, kind: str) -> None:
    """Somebody edits what the run made: the undo must leave it."""
    if kind == states.CREATE_THEIRS:
        load.edit_there(item.number, THEIRS)
    elif kind == states.CREATE_OURS:
        load.edit_here(person, item.customer_id, OURS)


def _steer(load: Load, person: Person, chance: random.Random, run: Run) -> None:
    """Pause or stop what runs; what is paused mostly goes on."""
    is_paused = run.state == states.PAUSED and chance.random() < 0.8
    word = "resume" if is_paused else chance.choice(("pause", "pause", "pause", "cancellation"))
    with load.log.noting(Entry(word, run.id)) as said:
        said(person.post(f"/runs/{run.id}/{word}").status_code == 200)


def _show(load: Load, planned: requests.Response, kind: str) -> None:
    found = re.search(r"/runs/(\d+)", planned.headers.get("HX-Redirect", ""))
    load.shown = (int(found[1]), kind) if found else None


def _apply(load: Load, person: Person, plan: int, kind: str) -> None:
    """ "Indsend"; whoever gets no answer presses it again, unless the plan is applied by then."""
    page = person.get(f"/runs/{plan}").text
    word = {"confirm": states.DELETE} if kind in (states.DELETE, states.UNDO) else {}
    if 'name="seal"' in page:
        with load.log.noting(Entry("run", plan, kind)) as said:
            said(person.post(f"/runs/{plan}/start", seal=hidden(page, "seal"), **word).status_code == 200)
    load.shown = None


# -- whom a plan is for


def _without_partner(load: Load) -> tuple[list[int], list[int]]:
    """Ours and theirs, by id."""
    pairs = list(Pairing.living(load.facts.connection_id).select(Pairing.customer, Pairing.mirror).tuples())
    ours = Customer.of(load.facts.company_id).where(Customer.id.not_in([pair[0] for pair in pairs]))
    theirs = Mirror.of(load.facts.connection_id).where(Mirror.id.not_in([pair[1] for pair in pairs if pair[1]]))
    return [one.id for one in ours], [one.id for one in theirs]


def _pairs(load: Load) -> list[Pairing]:
    return list(Pairing.living(load.facts.connection_id).where(Pairing.state == OPEN, ~Pairing.deleting))


def _some(chance: random.Random, found: list[Any], most: int = 5) -> list[Any]:
    return chance.sample(found, min(len(found), chance.randint(1, most)))


def _to_create_there(load: Load, person: Person, chance: random.Random) -> dict[str, Any]:
    ours, _ = _without_partner(load)
    if not ours:
        load.add(person, chance)
    return {"ours": _some(chance, ours), "rule": "next"} if ours else {}


def _to_create_here(load: Load, person: Person, chance: random.Random) -> dict[str, Any]:
    _, theirs = _without_partner(load)
    return {"theirs": _some(chance, theirs), "rule": "next"} if theirs else {}


def _to_pair(load: Load, person: Person, chance: random.Random) -> dict[str, Any]:
    """Any two; each field goes the way in which it is written in the storm, so nobody's last word is overruled."""
    ours, theirs = _without_partner(load)
    pairs = [f"{one}-{other}" for one, other in zip(_some(chance, ours, 2), _some(chance, theirs, 2), strict=False)]
    if not pairs:
        load.add(person, chance)
    choices = {"names": "theirs", "contact": "ours", "numbers": "theirs", "accounting": "theirs"}
    return {"pair": pairs} | choices if pairs else {}


def _to_leave_out(load: Load, person: Person, chance: random.Random) -> dict[str, Any]:
    ours, theirs = _without_partner(load)
    return {"ours": _some(chance, ours, 1), "theirs": _some(chance, theirs, 2)} if theirs else {}


def _to_answer(load: Load, person: Person, chance: random.Random) -> dict[str, Any]:
    """All that is asked about the field that both sides write; and a new question is raised for the next time."""
    for pair in _some(chance, _pairs(load), 2):
        load.edit_there(pair.mirror.number, BOTH)
        load.edit_here(person, pair.customer_id, BOTH)
    return {"answer": chance.choice(("ours", "theirs")), "field": BOTH}


def _to_delete(load: Load, person: Person, chance: random.Random) -> dict[str, Any]:
    pairs = [pair.id for pair in _some(chance, _pairs(load), 2)]
    places = [place.id for place in Place.select().where(Place.pairing.in_(pairs))]
    return {"place": places, "where": chance.choice(runs_delete.WHERE)} if places else {}


PICKS: dict[str, Pick] = {
    states.CREATE_THEIRS: _to_create_there,
    states.CREATE_OURS: _to_create_here,
    states.PAIR: _to_pair,
    states.EXCLUDE: _to_leave_out,
    states.RESOLVE: _to_answer,
    states.DELETE: _to_delete,
}
