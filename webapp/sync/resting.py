"""Everything on hold because a person said so: nothing is fetched or sent, the queue is kept, and then it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp import db
from webapp.models import connection as connections
from webapp.models.connection import Connection
from webapp.models.history import History
from webapp.models.user import User

BY_PERSON = "person"
SIDE = "connection"


@dataclass(frozen=True)
class Rest:
    """Who put everything on hold, and when."""

    who: str
    since: datetime


@db.retrying
def pause(connection: Connection, by: User) -> bool:
    """Begin nothing more with e-conomic; a call under way comes to its end. False when it rests already."""
    with db.write():
        rested = Connection.update(state=connections.PAUSED, state_reason=BY_PERSON).where(
            Connection.id == connection.id, Connection.state == connections.OPEN
        )
        if not rested.execute():
            return False
        History.note(connection.company_id, SIDE, "pause", field="paused", connection=connection, by=by)
    return True


@db.retrying
def resume(connection: Connection, by: User) -> bool:
    """Go on with what waits; False when it does not rest, or rests for another reason than a person's word."""
    with db.write():
        begun = Connection.update(state=connections.OPEN, state_reason="").where(
            Connection.id == connection.id,
            Connection.state == connections.PAUSED,
            Connection.state_reason == BY_PERSON,
        )
        if not begun.execute():
            return False
        History.note(connection.company_id, SIDE, "pause", field="resumed", connection=connection, by=by)
    return True


def is_by_person(connection: Connection) -> bool:
    return connection.state == connections.PAUSED and connection.state_reason == BY_PERSON


def rest_of(connection: Connection) -> Rest | None:
    """Who said so and when, while everything rests by a person's word."""
    if not is_by_person(connection):
        return None
    query = History.select().where(History.connection == connection, History.side == SIDE, History.field == "paused")
    line = query.order_by(History.id.desc()).first()
    return Rest(line.by.name if line.by else "", line.at) if line else None
