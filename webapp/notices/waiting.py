"""What waits for a person in a company's synchronisation, each thing with a key, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from webapp.models import connection as connections
from webapp.models import sweep as sweeps
from webapp.models.connection import Connection
from webapp.models.history import OURS, THEIRS
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.sweep import Sweep
from webapp.sync import causes, emptying, resting, silence
from webapp.sync.causes import Cause
from webapp.sync.section import Section, State

PAUSED, MISSING, EMPTIED, SILENT = "paused", "missing", "emptied", "silent"
QUESTION, DELETION, FAULT = "question", "deletion", "fault"


@dataclass(frozen=True)
class Item:
    """One thing that only a person can settle. Without `since` it is told at once, for then nothing goes on.

    `key`: the same as long as it is the same thing; `why`: the reason for a pause; `count`: how many customers.
    """

    kind: str
    key: str
    since: datetime | None = None
    why: str = ""
    causes: tuple[Cause, ...] = ()
    count: int = 1


def of(connection: Connection) -> tuple[Item, ...]:
    """All that waits. Where a person has put everything on hold, nobody is to be called."""
    if not connection.is_active or resting.is_by_person(connection):
        return ()
    return (*_at_once(connection), *_silent(connection), *_customers(connection))


def _at_once(connection: Connection) -> Iterator[Item]:
    """Everything stands still, or a brake holds."""
    if connection.state == connections.PAUSED:
        yield Item(PAUSED, f"{PAUSED}:{connection.state_reason}", why=connection.state_reason)
    sweep = Sweep.current(connection, sweeps.FETCH, sweeps.COMPARE)
    if sweep is not None and sweep.state == sweeps.HELD:
        yield Item(MISSING, f"{MISSING}:{sweep.id}", count=len(sweep.candidates))
    if held := emptying.waiting(connection):
        yield Item(EMPTIED, EMPTIED, count=held.pairs)


def _silent(connection: Connection) -> Iterator[Item]:
    found = silence.of(connection)
    if found is not None:
        yield Item(SILENT, SILENT, silence.since(connection, found), count=found.untold)


def _customers(connection: Connection) -> Iterator[Item]:
    """Each customer that waits for an answer; those whose fields the brake holds are told of with it."""
    waits = Pairing.brake_json.contains(f': "{OURS}"') | Pairing.brake_json.contains(f': "{THEIRS}"')
    braked = Pairing.select(Pairing.id).where(Pairing.connection == connection, Pairing.brake_json != "", waits)
    lines = Place.of(connection).where(Place.section.in_([Section.CONFLICT.value, Section.DELETED.value]))
    lines = lines.where(Place.state != State.DELETING.value, Place.pairing.is_null(False), Place.pairing.not_in(braked))
    # Sorted here: asked to, SQLite would walk through every line of the company instead of these few.
    found = sorted(lines.select(Place.pairing_id, Place.section, Place.state, Place.changed_at).tuples())
    faulty = any(state == State.FAULT for _id, _section, state, _since in found)
    why = {pair.id: causes.of(pair) for pair in causes.faulty(connection)} if faulty else {}
    for pairing_id, section, state, since in found:
        if state == State.FAULT:
            yield Item(FAULT, f"{FAULT}:{pairing_id}", since, causes=why.get(pairing_id, ()))
        else:
            kind = DELETION if section == Section.DELETED else QUESTION
            yield Item(kind, f"{kind}:{pairing_id}", since)
