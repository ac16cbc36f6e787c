"""A webhook that is silent: changes that only a poll or a comparison found, though e-conomic should have told of them.

Nothing is decided by this but what an administrator is told; the changes themselves are never lost by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from peewee import fn

from webapp import ports
from webapp.economic.records import Customer as RemoteCustomer
from webapp.models import lane as lanes
from webapp.models import sweep as sweeps
from webapp.models.connection import Connection
from webapp.models.inbox import Inbox
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.sweep import Sweep
from webapp.sync import pull

GRACE = timedelta(minutes=10)
"""So long a call may be on its way before its absence means anything."""
LATELY = timedelta(days=1)
PATCHY_FROM, PATCHY_SHARE = 5, 4
"""Some calls come, but at least five changes and a fifth of all came without."""
_FINDERS = (sweeps.POLL, sweeps.COMPARE)
_THEIR_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Silence:
    """`untold` changes were found without a call. `patchy`: other calls did come meanwhile."""

    untold: int
    called_at: datetime | None
    patchy: bool = False


@dataclass(frozen=True)
class Heard:
    """The first call after a moment, and the number it named."""

    at: datetime
    number: int | None


def untold(connection: Connection, sweep: Sweep, records: Sequence[RemoteCustomer]) -> set[int]:
    """Whose of these list rows are news that no call has told of; asked before they are entered."""
    if sweep.kind not in _FINDERS or not connection.webhook_hash:
        return set()
    since = _news_since(connection)
    recent = {record.number: record for record in records if (record.last_updated or "") >= since}
    if not recent:
        return set()
    mirrors = {row.number: row for row in Mirror.of(connection).where(Mirror.number.in_(list(recent)))}
    moved = {n for n, r in recent.items() if n not in mirrors or pull.differs(mirrors[n].values, r)}
    return moved - _known_of(connection, sweep, mirrors, moved) if moved else moved


def _news_since(connection: Connection) -> str:
    """What changed before this, in e-conomic's own time, was seen before or is older than the webhook."""
    made = (connection.webhook_made_at or ports.now()) + GRACE
    return max(connection.changed_since, made.astimezone(UTC).strftime(_THEIR_TIME))


def _known_of(connection: Connection, sweep: Sweep, mirrors: dict[int, Mirror], moved: set[int]) -> set[int]:
    """Numbers that a call has named lately, that are waiting for a look, or that we are creating ourselves."""
    calls = Inbox.select(Inbox.old_number, Inbox.new_number).where(
        Inbox.connection == connection, Inbox.received_at >= sweep.started_at - GRACE
    )
    told = {number for call in calls for number in (call.old_number, call.new_number) if number}
    living = Pairing.living(connection)
    told |= {row.new_number for row in living.where(Pairing.new_number.in_(moved), Pairing.mirror.is_null())}
    by_mirror = {mirrors[n].id: n for n in moved & mirrors.keys()}
    pairs = {row.id: by_mirror[row.mirror_id] for row in living.where(Pairing.mirror.in_(list(by_mirror)))}
    waiting = Lane.select().where(Lane.connection == connection)
    told |= {row.record for row in waiting.where(Lane.side == lanes.THEIRS, Lane.record.in_(moved))}
    return told | {pairs[row.record] for row in waiting.where(Lane.side == lanes.PAIR, Lane.record.in_(list(pairs)))}


def of(connection: Connection) -> Silence | None:
    """What an administrator should know of the webhook; None when it speaks, or when none was made."""
    made, now = connection.webhook_made_at, ports.now()
    if not connection.webhook_hash or made is None or not connection.is_active:
        return None
    called = connection.webhook_called_at
    found = Sweep.select(fn.SUM(Sweep.untold)).where(Sweep.connection == connection, Sweep.untold > 0)
    since_call = found.where(Sweep.started_at > (called or made), Sweep.started_at <= now - GRACE).scalar() or 0
    if since_call:
        return Silence(since_call, called)
    lately = max(made, now - LATELY)
    missed = found.where(Sweep.started_at > lately).scalar() or 0
    if missed >= PATCHY_FROM:
        missed -= _told_late(connection, lately)
    if missed < PATCHY_FROM:
        return None
    heard = Inbox.select().where(Inbox.connection == connection, Inbox.received_at > lately).count()
    return Silence(missed, called, patchy=True) if missed * PATCHY_SHARE >= heard else None


def since(connection: Connection, silence: Silence) -> datetime:
    """When the first of the changes was found that no call has told of."""
    made = connection.webhook_made_at or connection.opened_at
    after = max(made, ports.now() - LATELY) if silence.patchy else silence.called_at or made
    found = Sweep.select(Sweep.started_at).where(Sweep.connection == connection, Sweep.untold > 0)
    first = found.where(Sweep.started_at > after).order_by(Sweep.started_at).first()
    moment: datetime = first.started_at if first else ports.now()
    return moment


def _told_late(connection: Connection, since: datetime) -> int:
    """How many changes were told of after all, by a call that was still on its way when a sweep found them."""
    told = 0
    for sweep in Sweep.select().where(Sweep.connection == connection, Sweep.untold > 0, Sweep.started_at > since):
        numbers, calls = sweep.untold_numbers, Inbox.select().where(Inbox.connection == connection)
        until = (sweep.finished_at or ports.now()) + GRACE
        named = calls.where(Inbox.old_number.in_(numbers) | Inbox.new_number.in_(numbers))
        late = named.where(Inbox.received_at.between(sweep.started_at, until))
        told += len(set(numbers) & {number for call in late for number in (call.old_number, call.new_number)})
    return told


def heard_since(connection: Connection, moment: datetime) -> Heard | None:
    """The first call that came after this moment: a round trip that somebody began by saving a customer there."""
    calls = Inbox.select().where(Inbox.connection == connection, Inbox.received_at > moment)
    call = calls.order_by(Inbox.id).first()
    return Heard(call.received_at, call.new_number or call.old_number) if call else None
