"""Rehearsal of a connection: it reads and plans as always, and what it would write on either side waits for its end.

Who writes asks here first. The connection's client refuses the same by itself (`connect.client`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from webapp import db, ports
from webapp.models import attempt as attempts
from webapp.models import lane, pairing
from webapp.models import run as runs
from webapp.models.attempt import KEY_MINUTES, Attempt
from webapp.models.connection import ENDING, LIVE, REHEARSING, Connection
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.run import Run, RunItem
from webapp.models.user import User
from webapp.sync.section import Section, State

SIDE = "connection"
WAITING = (State.SENDING, State.FETCHING, State.CREATING, State.DELETING)


class Rehearsing(Exception):
    """What a person ordered would write while the connection rehearses: nothing was changed."""


@dataclass(frozen=True)
class Since:
    """Who began the rehearsal, and when."""

    who: str
    at: datetime


def holds_back(connection: Connection, pairing_id: int | None = None) -> bool:
    """Nothing may be written for this pair, or for anybody: only what was under way when it began comes to its end."""
    if connection.rehearsal == ENDING and pairing_id is not None:
        return not _under_way(connection).where(Attempt.pairing == pairing_id).exists()
    return connection.is_rehearsing


def refuse(connection: Connection) -> None:
    """For what a person orders, in the caller's transaction: no rehearsal begins before its end. Raises Rehearsing."""
    asked = Connection.select(Connection.rehearsal).where(Connection.id == connection.id)
    if db.for_reference(asked).get().is_rehearsing:
        raise Rehearsing


@db.retrying
def begin(connection: Connection, by: User) -> bool:
    """Write nothing more from now on; what e-conomic may have been sent is settled first. False when it is on."""
    with db.write():
        # Whoever is ordering a write ends first, so that it counts as under way.
        found = Connection.locked(connection.id)
        if found is None or found.is_rehearsing:
            return False
        _become(found, ENDING if _under_way(found).exists() else REHEARSING)
        _note(found, "rehearsing", by)
    return True


@db.retrying
def settle(connection: Connection) -> None:
    """What was under way when the rehearsal began has come to its end: from now on not even that is written."""
    if connection.rehearsal != ENDING or _under_way(connection).exists():
        return
    with db.write():
        found = Connection.locked(connection.id)
        if found is not None and found.rehearsal == ENDING and not _under_way(found).exists():
            _become(found, REHEARSING)
            connection.rehearsal = found.rehearsal


@db.retrying
def end(connection: Connection, by: User) -> bool:
    """ "Gå i drift": everything that waited is looked at now. False when no rehearsal is on."""
    with db.write():
        found = Connection.locked(connection.id)
        if found is None or not found.is_rehearsing:
            return False
        _become(found, LIVE)
        _note(found, "live", by)
        Lane.wake_all(found, lane.PAIR, _waiting(found), Pairing.id)
        begun = RunItem.select(RunItem.run).where(RunItem.state == runs.ITEM_BEGUN)
        open_ = Run.state.in_(runs.OPEN_STATES) | Run.id.in_(begun)
        for run in Run.select().where(Run.connection == found, open_).order_by(Run.id):
            Lane.wake(found, lane.RUN, run.id)
    return True


def since(connection: Connection) -> Since | None:
    """Who began it, and when, while it is on."""
    if not connection.is_rehearsing:
        return None
    told = History.connection == connection, History.side == SIDE, History.field == "rehearsing"
    line = History.select().where(History.company == connection.company_id, *told).order_by(History.id.desc()).first()
    return Since(line.by.name if line.by else "", line.at) if line else None


def under_way(connection: Connection) -> set[int]:
    """The pairs for which a write is under way, that a rehearsal lets come to its end."""
    return {attempt.pairing_id for attempt in _under_way(connection)}


def _become(connection: Connection, rehearsal: str) -> None:
    connection.rehearsal = rehearsal
    connection.save(only=["rehearsal"])


def _note(connection: Connection, field: str, by: User) -> None:
    History.note(connection.company_id, SIDE, "rehearsal", field=field, connection=connection, by=by)


def _under_way(connection: Connection) -> Any:
    """Writes that e-conomic may have been sent and has not answered. One that nothing more can be learnt of by
    repeating it is none, nor one that stands still with a fault."""
    asked = Attempt.select().join(Pairing, on=(Attempt.pairing == Pairing.id)).where(
        Attempt.connection == connection, Attempt.state.in_((attempts.OPEN, attempts.UNCLEAR)), Pairing.fault_json == ""
    )  # fmt: skip
    now = ports.now()
    young = (Attempt.created_at >= now - timedelta(minutes=KEY_MINUTES)) & (Attempt.created_at <= now)
    sent = (Attempt.kind == attempts.CREATE) & (Attempt.tries > 0)
    return asked.where(sent | ((Attempt.kind != attempts.CREATE) & young & ~Attempt.key_lost))


def _waiting(connection: Connection) -> Any:
    """Pairs that something is to be written for, by where they stand, and those that a run has in hand."""
    states = [state.value for state in WAITING]
    asks = (Place.section == Section.CONFLICT.value) | Place.state.in_(states)
    stands = Place.select(Place.pairing).where(Place.connection == connection, Place.pairing.is_null(False), asks)
    begun = RunItem.select(RunItem.pairing_id).join(Run).where(
        Run.connection == connection, RunItem.state == runs.ITEM_BEGUN, RunItem.pairing_id.is_null(False)
    )  # fmt: skip
    return Pairing.living(connection).where(
        Pairing.id.in_(stands) | Pairing.id.in_(begun) | Pairing.deleting | (Pairing.state == pairing.CREATING)
    )
