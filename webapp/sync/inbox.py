"""Webhook calls: read the numbers out of whatever was typed by hand, and turn them into looks."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from urllib.parse import parse_qsl

from webapp import db, ports
from webapp.models import inbox, lane
from webapp.models.connection import Connection
from webapp.models.inbox import Inbox
from webapp.models.lane import CLOCKS_APART, Lane

Pairs = list[tuple[str, str]]
MOST = 16_384
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_OLD = ("old", "oldnumber", "old_number")
_NEW = ("new", "newnumber", "new_number")


class NotANumber(ValueError):
    """The call names no customer number, or something else than one."""


def numbers(query: str, content_type: str, body: str) -> tuple[int | None, int | None]:
    """(old, new) from the address, a form body or a JSON body, whichever names them; the label proves nothing.

    An empty value or 0 means that the side is missing (a creation or a deletion). Raises NotANumber, also when one
    side is named twice and differently.
    """
    for pairs in (_form(query), _json(body), _form(body)):
        old, new = _side(pairs, _OLD), _side(pairs, _NEW)
        if old is not None or new is not None:
            return _both(old or "", new or "")
    return _bare(body or query)


def _form(text: str) -> Pairs:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return []


def _json(text: str) -> Pairs:
    try:
        said = json.loads(text, object_pairs_hook=list) if text.lstrip()[:1] == "{" else []
    except (ValueError, RecursionError):
        return []
    return [(name, "" if value is None else str(value)) for name, value in said]


def _side(pairs: Pairs, names: tuple[str, ...]) -> str | None:
    said = {value.strip() for name, value in pairs if name.strip().lower() in names}
    if len(said) > 1:
        raise NotANumber("one side is named twice, and differently")
    return next(iter(said), None)


def _bare(text: str) -> tuple[int | None, int | None]:
    """`[OLDNUMBER]&[NEWNUMBER]` without names, as one known help page has it typed."""
    old, found, new = text.strip().partition("&")
    if not found:
        raise NotANumber("no customer number")
    return _both(old, new)


def _both(old: str, new: str) -> tuple[int | None, int | None]:
    read = _one(old), _one(new)
    if read == (None, None):
        raise NotANumber("no customer number")
    return read


def _one(text: str) -> int | None:
    if text.strip() in ("", "0"):
        return None
    if not _NUMBER.fullmatch(text.strip()):
        raise NotANumber(f"{text[:40]!r} is no customer number")
    return int(text)


@db.retrying
def receive(connection: Connection, query: str, content_type: str, body: str) -> Inbox:
    """Store one call as it came, durably, before it is answered. Raises NotANumber when it names no customer."""
    old, new = numbers(query, content_type, body)
    with db.write():
        row = Inbox.create(
            company=connection.company_id,
            connection=connection,
            query=query[:MOST],
            content_type=content_type[:200],
            body=body[:MOST],
            old_number=old,
            new_number=new,
        )
        Connection.update(webhook_called_at=ports.now()).where(Connection.id == connection.id).execute()
    ports.failpoint("inbox.stored")
    return row


@db.retrying
def drain(connection: Connection, most: int = 200) -> int:
    """Ask for a look at each number of the connection's waiting calls; how many calls were read."""
    _heard_by_now(connection)
    with db.write():
        query = Inbox.select().where(Inbox.connection == connection, Inbox.state == inbox.NEW).order_by(Inbox.id)
        calls = list(db.skip_locked(query.limit(most)))
        # As it is now: a call that is dropped never comes again.
        if calls and Connection.get_by_id(connection.id).is_active:
            for number in sorted({n for call in calls for n in (call.old_number, call.new_number) if n}):
                Lane.wake(connection, lane.THEIRS, number)
        settled = {"state": inbox.DONE, "handled_at": ports.now()}
        if calls:
            Inbox.update(**settled).where(Inbox.id.in_([call.id for call in calls])).execute()
    return len(calls)


def _heard_by_now(connection: Connection) -> None:
    """Calls that were dated later by a clock that has been set back since would hide a silence until then."""
    now = ports.now()
    latest = now + timedelta(seconds=CLOCKS_APART)
    if connection.webhook_called_at is None or connection.webhook_called_at <= latest:
        return
    with db.write():
        Inbox.update(received_at=now).where(Inbox.connection == connection, Inbox.received_at > latest).execute()
        called = Connection.id == connection.id, Connection.webhook_called_at > latest
        Connection.update(webhook_called_at=now).where(*called).execute()
