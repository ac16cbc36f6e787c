"""Bulk work in a storm: people order runs of every kind, pause, go on with and stop them, and take them back."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import requests

from tests.kills.log import BOTH, Entry
from tests.kills.person import Person, hidden
from webapp.models import run as states
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import OPEN, Pairing
from webapp.models.place import Place
from webapp.models.run import Run
from webapp.sync import runs_delete, runs_undo

if TYPE_CHECKING:
    from tests.kills.people import Load

STEERING = ("pause", "resume", "cancellation")
Pick = Callable[["Load", Person, random.Random], dict[str, Any]]


def order(load: Load, person: Person, chance: random.Random) -> None:
    """A plan of some kind for some customers, and then "Indsend"."""
    kind = chance.choice(list(PICKS))
    picked = PICKS[kind](load, person, chance)
    if picked:
        _start(load, person, person.post(f"/runs/plans/{kind}", **picked), kind)


def undo(load: Load, person: Person, chance: random.Random) -> None:
    """ "Fortryd" for a run that has ended."""
    ended = Run.connection == load.facts.connection_id, Run.state.in_((states.DONE, states.STOPPED))
    over = [run for run in Run.select().where(*ended) if runs_undo.can_be_undone(run)]
    if over:
        run = chance.choice(over)
        _start(load, person, person.post(f"/runs/{run.id}/undo"), states.UNDO)


def steer(load: Load, person: Person, chance: random.Random) -> None:
    """Pause or stop what runs; what is paused mostly goes on."""
    run = Run.current(Connection.get_by_id(load.facts.connection_id))
    if run is not None:
        is_paused = run.state == states.PAUSED and chance.random() < 0.8
        word = "resume" if is_paused else chance.choice(("pause", "pause", "cancellation"))
        with load.log.noting(Entry(word, run.id)) as said:
            said(person.post(f"/runs/{run.id}/{word}").status_code == 200)


def _start(load: Load, person: Person, planned: requests.Response, kind: str) -> None:
    found = re.search(r"/runs/(\d+)", planned.headers.get("HX-Redirect", ""))
    if found is None:
        return
    address = f"/runs/{found[1]}"
    seal = hidden(person.get(address).text, "seal")
    word = {"confirm": states.DELETE} if kind == states.DELETE else {}
    with load.log.noting(Entry("run", int(found[1]), kind)) as said:
        said(person.post(f"{address}/start", seal=seal, **word).status_code == 200)


# -- whom a plan is for


def _without_partner(load: Load) -> tuple[list[int], list[int]]:
    """Ours and theirs, by id."""
    pairs = list(Pairing.living(load.facts.connection_id).select(Pairing.customer, Pairing.mirror).tuples())
    ours = Customer.of(load.facts.company_id).where(Customer.id.not_in([pair[0] for pair in pairs]))
    theirs = Mirror.of(load.facts.connection_id).where(Mirror.id.not_in([pair[1] for pair in pairs if pair[1]]))
    return [one.id for one in ours], [one.id for one in theirs]


def _pairs(load: Load) -> list[Pairing]:
    return list(Pairing.living(load.facts.connection_id).where(Pairing.state == OPEN, ~Pairing.deleting))


def _some(chance: random.Random, found: list[Any], most: int = 3) -> list[Any]:
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
