"""When polls and comparisons are due; the worker asks between two looks, and orders them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from webapp import db, ports
from webapp.models import lane
from webapp.models import sweep as sweeps
from webapp.models.connection import Connection
from webapp.models.lane import CLOCKS_APART, Lane
from webapp.sync import causes, sweep

APART = timedelta(seconds=CLOCKS_APART)


def schedule(connection: Connection, poll_seconds: int, compare_at: str) -> None:
    """Order the polls and comparisons that are due.

    One that is due later than it can be was planned by a clock that has been set since, or is not quite like ours.
    """
    now = ports.now()
    latest_poll, latest_compare = now + timedelta(seconds=poll_seconds), now + timedelta(hours=26)
    if connection.fetched_at is None:
        return
    if connection.poll_due_at is None or not now < connection.poll_due_at <= latest_poll + APART:
        _order(connection, sweeps.POLL, "poll_due_at", latest_poll)
    if connection.compare_due_at is None or not now < connection.compare_due_at <= latest_compare:
        _order(connection, sweeps.COMPARE, "compare_due_at", next_at(compare_at, now))


@db.retrying
def _order(connection: Connection, kind: str, name: str, then: datetime) -> None:
    """Order it and note when the next one is due, together; nothing when another worker has done so meanwhile."""
    column, known = getattr(Connection, name), getattr(connection, name)
    unmoved = column.is_null() if known is None else column == known
    waits = kind == sweeps.POLL and bool(causes.missing(connection))  # Before others wait: there may be very many.
    with db.write():
        connection.company.take_turns()  # Before the connection's row, as whoever grants access does.
        # Each night the newer service is tried again: a single refusal is not to cost the versions for good.
        noted = {column: then} if kind == sweeps.POLL else {column: then, Connection.customersapi: True}
        if not Connection.update(noted).where(Connection.id == connection.id, unmoved).execute():
            return
        if waits:
            Lane.wake(connection, lane.LISTS, connection.id)
        if known is not None or kind == sweeps.POLL:
            sweep.begin(connection, kind)


def next_at(clock: str, now: datetime) -> datetime:
    """The next time that clocks in Denmark show `clock` (HH:MM)."""
    zone = ZoneInfo("Europe/Copenhagen")
    today = now.astimezone(zone).date()
    times = (datetime.combine(today + timedelta(days=n), time.fromisoformat(clock), zone) for n in range(3))
    return next(due for due in (moment.astimezone(UTC) for moment in times) if due > now)
