"""When to write to whom of what waits: what has stood for an hour, at most once a day, and only when there is news."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from webapp import db, mail, ports
from webapp.models import connection as connections
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.notice import Notice
from webapp.models.user import ADMINISTRATOR, User
from webapp.notices import waiting
from webapp.notices.waiting import Item

STANDING, APART = timedelta(hours=1), timedelta(days=1)
LEASE = timedelta(minutes=15)
"""Longer than a conversation with a mail server can last; who dies amid one is followed by another then."""
FIRST_REST, LONGEST_REST = timedelta(minutes=5), timedelta(hours=1)
_WANTED = (User.role == ADMINISTRATOR, User.disabled_at.is_null(), User.notices)
"""Who is written to."""
Write = Callable[[User, Sequence[Item], str], EmailMessage]
"""The last: what the letter is known by. It is the same when it is sent again, and another for the next one."""
Send = Callable[[EmailMessage], None]


def due(items: Iterable[Item], told: frozenset[str], sent_at: datetime | None, now: datetime) -> tuple[Item, ...]:
    """What a mail would tell now; nothing when none is to be sent."""
    standing = tuple(item for item in items if item.since is None or item.since <= now - STANDING)
    new = [item for item in standing if item.key not in told]
    lately = sent_at is not None and now - APART < sent_at <= now
    is_to_go = any(item.since is None for item in new) if lately else bool(new)
    return standing if is_to_go else ()


def go_round(write: Write, send: Send) -> int:
    """Write to whoever is to be told of something; how many mails went. A server that is away is not asked again."""
    sent = 0
    living = Connection.source == connections.SOURCE, Connection.state != connections.CLOSED
    for company in Company.select().join(Connection).where(*living).order_by(Company.id):
        connection = Connection.open_of(company)
        items = waiting.of(connection) if connection is not None else ()
        for user in _administrators(company):
            try:
                sent += _tell(user, items, write, send)
            except mail.Unreachable:
                return sent
    return sent


def unsent() -> Any:
    """Mails of all companies that could not be sent and will be tried again, as a query."""
    return Notice.select().join(User).where(Notice.fault != "", *_WANTED)


def _administrators(company: Company) -> list[User]:
    return list(User.select().where(User.company == company, *_WANTED).order_by(User.id))


def _tell(user: User, items: Sequence[Item], write: Write, send: Send) -> bool:
    """True when this person was written to. Raises mail.Unreachable."""
    held = _claim(user, items)
    if held is None:
        return False
    notice, told = held
    try:
        mail.addressed(user.name, user.email)
        send(write(user, told, _mark(notice, told)))
    except mail.Unsent as fault:
        _rest(notice, str(fault))
        if isinstance(fault, mail.Unreachable):
            raise
        return False
    notice.tell({item.key for item in told})
    _settle(notice, told=notice.told, sent_at=ports.now(), due_at=None, tries=0, fault="")
    return True


def _mark(notice: Notice, told: Iterable[Item]) -> str:
    before = notice.sent_at.isoformat() if notice.sent_at else ""
    return hashlib.sha256(repr((notice.id, before, sorted(item.key for item in told))).encode()).hexdigest()[:32]


@db.retrying
def _claim(user: User, items: Sequence[Item]) -> tuple[Notice, tuple[Item, ...]] | None:
    """What to write to this person, which nobody else does for a while; None when there is nothing, or somebody does.

    What is over is forgotten, so that it is told anew should it come again.
    """
    known = Notice.get_or_none(Notice.user == user)
    if not _moves(known, items):
        return None
    with db.write():
        notice, now = Notice.locked_of(user), ports.now()
        notice.tell(notice.keys & {item.key for item in items})
        told = due(items, notice.keys, notice.sent_at, now)
        if not told:
            notice.fault, notice.tries = "", 0
        elif _rests(notice, now):
            told = ()
        else:
            notice.due_at = now + LEASE
        notice.save()
    return (notice, told) if told else None


def _moves(known: Notice | None, items: Sequence[Item]) -> bool:
    """There is something to write, or to forget: asked without a lock, for mostly there is not."""
    now = ports.now()
    if known is None:
        return bool(due(items, frozenset(), None, now))
    is_due, is_over = bool(due(items, known.keys, known.sent_at, now)), bool(known.keys - {item.key for item in items})
    return is_over or (not _rests(known, now) if is_due else bool(known.fault))


def _rests(notice: Notice, now: datetime) -> bool:
    """A clock that was set back makes no rest longer than the longest."""
    return notice.due_at is not None and now < notice.due_at <= now + LONGEST_REST


def _rest(notice: Notice, fault: str) -> None:
    rest = min(FIRST_REST * 2 ** min(notice.tries, 9), LONGEST_REST)
    _settle(notice, due_at=ports.now() + rest, tries=notice.tries + 1, fault=fault)


def _settle(notice: Notice, **facts: object) -> None:
    """Unless somebody else has taken over meanwhile."""
    with db.write():
        Notice.update(**facts).where(Notice.id == notice.id, Notice.due_at == notice.due_at).execute()
